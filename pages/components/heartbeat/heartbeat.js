// Beats while the tab is visible, and once at once when it becomes visible again.
const timers = new WeakMap();

export default function heartbeat({ data, parentElement, setTriggerValue }) {
  const beat = () => {
    if (document.visibilityState === "visible") setTriggerValue("beat", Date.now());
  };
  timers.get(parentElement)?.();
  const timer = setInterval(beat, data.seconds * 1000);
  document.addEventListener("visibilitychange", beat);
  const stop = () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", beat);
    timers.delete(parentElement);
  };
  timers.set(parentElement, stop);
  return stop;
}
