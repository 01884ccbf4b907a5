// Beats while the tab is visible, and once at once when it becomes visible again; not while the page turns, and
// between two keys of a fast person only when none was possible for long.
//
// It also looks whether the page is whole. Streamlit can give up the drawing of a page in favour of another request,
// and leave it without all that comes after the frame: it then lacks the title that every page has.

import {onceGone} from '../tokens/build.js';
import {PAUSE_MS, typing} from '../tokens/pause.js';
import {hasTitle, pageTurning} from '../tokens/turning.js';

const MOST_SILENCE_MS = 15000;
const WHOLE_MS = 500;
const WHOLE_LOOKS = 3; // so many looks in a row at an idle page without a title mean that it was left half drawn
const MOST_MENDS = 3; // in a row: a page may have no title for a reason
const stops = new WeakMap();
let mends = 0;

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
  let calm = 0;
  const look = () => {
    const isIdle = document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning';
    if (hasTitle()) mends = 0;
    calm = isIdle && !hasTitle() && !pageTurning().isOn ? calm + 1 : 0;
    if (calm < WHOLE_LOOKS || mends >= MOST_MENDS) return;
    mends += 1;
    calm = 0;
    setTriggerValue('half_drawn', Date.now());
  };
  const looks = setInterval(look, WHOLE_MS);
  document.addEventListener('visibilitychange', beat);
  stops.set(root, () => {
    clearInterval(timer);
    clearInterval(looks);
    clearTimeout(later);
    document.removeEventListener('visibilitychange', beat);
  });
  return onceGone(root, () => stops.get(root)?.());
}
