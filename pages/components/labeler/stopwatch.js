// Seconds that a record has been looked at; time in another tab or window does not count.

export class Stopwatch {
  constructor() {
    this.gathered = 0;
    this.since = null;
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.resume();
      else this.pause();
    });
  }

  start() {
    this.gathered = 0;
    this.since = null;
    this.resume();
  }

  resume() {
    if (document.visibilityState === 'visible') this.since ??= performance.now();
  }

  pause() {
    if (this.since !== null) this.gathered += performance.now() - this.since;
    this.since = null;
  }

  seconds() {
    const running = this.since === null ? 0 : performance.now() - this.since;
    return Math.round(this.gathered + running) / 1000;
  }
}
