// Slider, number box and keys. They speak thresholds on a grid of 0.01.

import {twoDecimals} from './geometry.js';

const KEY_STEP = 0.05;
const FINE_STEP = 0.01;
const SETTLE_MS = 300; // a row of key presses is one release

export const onGrid = (value) => Math.round(value * 100) / 100;

// What a person typed, or null; '0,83' is as good as '0.83'.
function typedThreshold(text) {
  const value = Number(text.trim().replace(',', '.'));
  return text.trim() !== '' && value >= 0 && value <= 1 ? onGrid(value) : null;
}

function keyTarget(event, value, start, certified) {
  const step = event.shiftKey ? FINE_STEP : KEY_STEP;
  const targets = {
    ArrowLeft: value - step,
    ArrowDown: value - step,
    ArrowRight: value + step,
    ArrowUp: value + step,
    Home: start,
    End: certified ?? 1,
  };
  return targets[event.key];
}

// Calls `move(threshold)` on every change and `release()` when the person lets go.
export function wireControls(parts, {current, start, certified, move, release}) {
  const {slider, box, complaint, minus, plus, toCertified} = parts;
  let settling = 0;
  const releaseNow = () => {
    clearTimeout(settling);
    settling = 0;
    release();
  };
  const releaseSoon = () => {
    clearTimeout(settling);
    settling = setTimeout(releaseNow, SETTLE_MS);
  };
  const flush = () => settling && releaseNow();
  const step = (by) => {
    move(onGrid(Math.min(1, Math.max(start(), current() + by))));
    releaseSoon();
  };

  slider.addEventListener('input', () => move(onGrid(slider.valueAsNumber)));
  slider.addEventListener('change', releaseNow);
  slider.addEventListener('blur', flush);
  slider.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = keyTarget(event, current(), start(), certified());
    if (next === undefined) return;
    event.preventDefault(); // the browser's own step would be 0.01 for every key
    event.stopPropagation();
    move(onGrid(Math.min(1, Math.max(start(), next))));
    releaseSoon();
  });

  const takeTyped = () => {
    const typed = typedThreshold(box.value);
    complaint.hidden = typed !== null;
    if (typed === null) {
      complaint.textContent = `“${box.value}” is not a threshold. Give a number from 0.00 to 1.00.`;
      box.value = twoDecimals(current());
    } else if (typed !== current()) {
      move(typed);
      releaseNow();
    } else {
      box.value = twoDecimals(typed);
    }
  };
  box.addEventListener('change', takeTyped);
  box.addEventListener('blur', flush);
  box.addEventListener('keydown', (event) => {
    event.stopPropagation();
    if (event.key === 'Enter') takeTyped();
    const by = {ArrowUp: FINE_STEP, ArrowDown: -FINE_STEP}[event.key];
    if (by === undefined) return;
    event.preventDefault();
    step(by);
  });
  minus.addEventListener('click', () => step(-FINE_STEP));
  plus.addEventListener('click', () => step(FINE_STEP));
  toCertified.addEventListener('click', () => {
    move(certified());
    releaseNow();
  });
  return {flush};
}

// A press or drag on the plot moves the rule too.
export function wirePlot(host, {thresholdAt, move, release}) {
  let dragging = false;
  host.addEventListener('pointerdown', (event) => {
    const threshold = thresholdAt(event);
    if (event.button !== 0 || threshold === null) return;
    dragging = true;
    host.setPointerCapture(event.pointerId);
    move(threshold);
  });
  host.addEventListener('pointermove', (event) => {
    const threshold = dragging ? thresholdAt(event) : null;
    if (threshold !== null) move(threshold);
  });
  const stop = () => {
    if (dragging) release();
    dragging = false;
  };
  host.addEventListener('pointerup', stop);
  host.addEventListener('pointercancel', stop);
  return {isDragging: () => dragging};
}
