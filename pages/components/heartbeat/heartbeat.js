// Beats while the tab is visible, and once at once when it becomes visible again; not while the page turns, and
// between two keys of a fast person only when none was possible for long.

import {onceGone} from '../tokens/build.js';
import {PAUSE_MS, typing} from '../tokens/pause.js';
import {pageTurning} from '../tokens/turning.js';

const MOST_SILENCE_MS = 15000;
const stops = new WeakMap();

export default function ({data, parentElement: root, setTriggerValue}) {
  pageTurning(); // watches from now on
  stops.get(root)?.();
  const begun = performance.now();
  let later = null;
  typing(); // watches from now on, too
  const beat = () => {
    clearTimeout(later);
    if (document.visibilityState !== 'visible' || pageTurning().isOn) return;
    if (typing().isOn && performance.now() - begun < MOST_SILENCE_MS) later = setTimeout(beat, PAUSE_MS);
    else setTriggerValue('beat', Date.now());
  };
  const timer = setInterval(beat, data.seconds * 1000);
  document.addEventListener('visibilitychange', beat);
  stops.set(root, () => {
    clearInterval(timer);
    clearTimeout(later);
    document.removeEventListener('visibilitychange', beat);
  });
  return onceGone(root, () => stops.get(root)?.());
}
