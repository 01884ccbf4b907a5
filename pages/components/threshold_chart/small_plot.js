// The plot of a small multiple: axes, curve, and a rule that moves without drawing anything else anew.

import {
  FEW_LABELS, addSvg, axisStart, bandPath, headlineOf, pathThrough, precisionFloor, stretches,
} from './geometry.js';

const HEIGHT = 92;

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

// Fills `plot`; returns `moveTo(row)`, which hides the rule for null.
export function drawSmallPlot(plot, {name, rows, threshold, target}) {
  plot.replaceChildren();
  const width = plot.clientWidth;
  const at = smallLayout(width, rows, threshold, target);
  const svg = addSvg(plot, 'svg', {width, height: HEIGHT, role: 'img', 'aria-label': name});
  drawSmallAxes(svg, at, target);
  drawSmallCurve(svg, at, rows);
  const rule = addSvg(svg, 'g', {class: 'rule'});
  const line = addSvg(rule, 'line', {y1: at.top, y2: at.bottom});
  const dot = addSvg(rule, 'circle', {r: 3.5});
  const moveTo = (row) => {
    rule.setAttribute('visibility', row ? 'visible' : 'hidden');
    dot.setAttribute('visibility', row?.isKnown ? 'inherit' : 'hidden');
    if (!row) return;
    const x = at.x(Math.max(row.threshold, at.from));
    line.setAttribute('x1', x);
    line.setAttribute('x2', x);
    dot.setAttribute('cx', x);
    if (row.isKnown) dot.setAttribute('cy', at.y(headlineOf(row)));
  };
  return {moveTo};
}
