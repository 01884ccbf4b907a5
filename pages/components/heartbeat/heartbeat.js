// Beats while the tab is visible, and once at once when it becomes visible again; not while the page turns.

import {onceGone} from '../tokens/build.js';
import {pageTurning} from '../tokens/turning.js';

const stops = new WeakMap();

export default function ({data, parentElement: root, setTriggerValue}) {
  pageTurning(); // watches from now on
  stops.get(root)?.();
  const beat = () => {
    if (document.visibilityState === 'visible' && !pageTurning().isOn) setTriggerValue('beat', Date.now());
  };
  const timer = setInterval(beat, data.seconds * 1000);
  document.addEventListener('visibilitychange', beat);
  stops.set(root, () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', beat);
  });
  return onceGone(root, () => stops.get(root)?.());
}
