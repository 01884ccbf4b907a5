// A small multiple: one heuristic's curve without controls.

import {
  FEW_LABELS, addSvg, axisStart, bandPath, count, headlineOf, pathThrough, precisionFloor, rowAt, rowsOf, stretches,
  twoDecimals,
} from './geometry.js';

const HEIGHT = 92;
const resizes = new WeakMap();

function estimateWords(row, note) {
  const estimate = row.isKnown
    ? `${twoDecimals(headlineOf(row))}, n = ${count(row.kept)}`
    : 'no labelled record is kept';
  return note ? `${estimate}, ${note}` : estimate;
}

function smallLayout(width, rows, threshold, target) {
  const left = 28;
  const right = 8;
  const top = 8;
  const bottom = HEIGHT - 18;
  const from = axisStart(rows, threshold);
  const floor = Math.min(0.5, precisionFloor(rows, target));
  const x = (t) => left + ((t - from) / (1 - from)) * (width - left - right);
  const y = (p) => top + (1 - (Math.max(p, floor) - floor) / (1 - floor)) * (bottom - top);
  return {left, end: width - right, top, bottom, from, floor, x, y};
}

function drawSmallAxes(svg, at, target) {
  for (const p of [at.floor, 1]) {
    addSvg(svg, 'line', {x1: at.left, x2: at.end, y1: at.y(p), y2: at.y(p), class: 'grid'});
    addSvg(svg, 'text', {x: at.left - 5, y: at.y(p) + 4, class: 'end'}, p.toFixed(1));
  }
  addSvg(svg, 'text', {x: at.left, y: HEIGHT - 4}, at.from.toFixed(1));
  addSvg(svg, 'text', {x: at.end, y: HEIGHT - 4, class: 'end'}, '1.0');
  addSvg(svg, 'line', {x1: at.left, x2: at.end, y1: at.y(target), y2: at.y(target), class: 'target'});
}

function drawSmallCurve(svg, at, rows) {
  const shown = rows.filter((row) => row.threshold >= at.from - 1e-9);
  const line = (stretch) => pathThrough(stretch.map((row) => [at.x(row.threshold), at.y(row.precision)]));
  for (const stretch of stretches(shown, (row) => row.isKnown && row.kept >= FEW_LABELS)) {
    const banded = stretch.filter((row) => row.low !== null && row.high !== null);
    addSvg(svg, 'path', {d: bandPath(banded, at.x, at.y), class: 'band'});
    addSvg(svg, 'path', {d: line(stretch), class: 'precision'});
  }
  for (const stretch of stretches(shown, (row) => row.isKnown && row.kept < FEW_LABELS)) {
    addSvg(svg, 'path', {d: line(stretch), class: 'precision weak'});
  }
}

function drawSmall(root, {name, curve, threshold, target, note}) {
  const find = (part) => root.querySelector(`[data-part='${part}']`);
  const plot = find('plot');
  const rows = rowsOf(curve);
  const row = rowAt(rows, threshold);
  find('name').textContent = name;
  find('threshold').textContent = twoDecimals(threshold);
  find('estimate').textContent = estimateWords(row, note);
  plot.replaceChildren();
  const width = plot.clientWidth;
  if (width === 0) return; // not laid out yet: the observer calls again
  const at = smallLayout(width, rows, threshold, target);
  const svg = addSvg(plot, 'svg', {width, height: HEIGHT, role: 'img', 'aria-labelledby': 'small-title'});
  addSvg(svg, 'title', {id: 'small-title'}, `Precision of ${name} against min_confidence`);
  drawSmallAxes(svg, at, target);
  drawSmallCurve(svg, at, rows);
  const x = at.x(threshold);
  const rule = addSvg(svg, 'g', {class: 'rule'});
  addSvg(rule, 'line', {x1: x, x2: x, y1: at.top, y2: at.bottom});
  if (row.isKnown) addSvg(rule, 'circle', {cx: x, cy: at.y(headlineOf(row)), r: 3.5});
}

export default function ({data: mounted, parentElement: root}) {
  resizes.get(root)?.disconnect();
  const observer = new ResizeObserver(() => drawSmall(root, mounted));
  resizes.set(root, observer);
  observer.observe(root.querySelector('[data-part="plot"]')); // calls at once
  return () => observer.disconnect();
}
