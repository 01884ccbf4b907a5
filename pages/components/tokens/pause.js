// Whether the person is typing just now. A message to the server makes the page work for a while, which they would
// feel at their next key: what can wait a moment goes in a pause.
//
// One watcher per tab, `window.alTyping`, whichever component loads first.

export const PAUSE_MS = 400;

class Typing {
  constructor() {
    this.last = -Infinity;
    const note = () => {
      this.last = performance.now();
    };
    window.addEventListener('keydown', note, {capture: true});
  }

  get isOn() {
    return performance.now() - this.last < PAUSE_MS;
  }
}

export function typing() {
  window.alTyping ??= new Typing();
  return window.alTyping;
}
