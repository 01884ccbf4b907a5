// A small multiple: one heuristic's curve. A click on it chooses the heuristic.

import {count, headlineOf, rowAt, rowsOf, twoDecimals} from './geometry.js';
import {drawSmallPlot} from './small_plot.js';

const resizes = new WeakMap();

function estimateWords(row, note) {
  const estimate = row.isKnown
    ? `${twoDecimals(headlineOf(row))}, n = ${count(row.kept)}`
    : 'no labelled record is kept';
  return note ? `${estimate}, ${note}` : estimate;
}

function drawSmall(root, {name, curve, threshold, target, note}) {
  const find = (part) => root.querySelector(`[data-part='${part}']`);
  const plot = find('plot');
  const rows = rowsOf(curve);
  const row = rowAt(rows, threshold);
  find('name').textContent = name;
  find('threshold').textContent = twoDecimals(threshold);
  find('estimate').textContent = estimateWords(row, note);
  if (plot.clientWidth === 0) return; // not laid out yet: the observer calls again
  drawSmallPlot(plot, {name: `Precision of ${name} against min_confidence`, rows, threshold, target}).moveTo(row);
}

export default function ({data: mounted, parentElement: root, setTriggerValue}) {
  resizes.get(root)?.disconnect();
  const card = root.querySelector('.card');
  card.setAttribute('aria-label', `Tune ${mounted.name}`);
  card.onclick = () => setTriggerValue('chosen', true);
  const observer = new ResizeObserver(() => drawSmall(root, mounted));
  resizes.set(root, observer);
  observer.observe(root.querySelector('[data-part="plot"]')); // calls at once
  return () => observer.disconnect();
}
