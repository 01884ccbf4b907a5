// The part of the chart that stands still while the slider moves: axes, bands, lines, marks.

import {FEW_LABELS, addSvg, bandPath, count, pathThrough, precisionFloor, stretches, twoDecimals} from './geometry.js';

// Where things are, for one width of the component.
function layoutFor(width, rows, {target, ceiling}, poolSize, from) {
  const left = 46;
  const right = 116;
  const plot = Math.max(120, width - left - right);
  const top = 30;
  const high = width > 900 ? 300 : 250;
  const low = 84;
  const gap = 40;
  const floor = precisionFloor(rows, Math.min(target, ceiling ?? 1));
  const base = top + high + gap + low;
  const x = (threshold) => left + ((threshold - from) / (1 - from)) * plot;
  const y = (precision) => top + high - ((Math.max(precision, floor) - floor) / (1 - floor)) * high;
  const yRecords = (records) => base - (poolSize ? records / poolSize : 0) * low;
  return {width, left, plot, top, high, low, gap, floor, base, from, x, y, yRecords, height: base + 28};
}

function drawAxes(svg, at, poolSize) {
  const right = at.left + at.plot;
  const step = 1 - at.floor > 0.55 ? 0.2 : 0.1;
  for (let p = 1; p > at.floor - 1e-9; p -= step) {
    addSvg(svg, 'line', {x1: at.left, x2: right, y1: at.y(p), y2: at.y(p), class: 'grid'});
    addSvg(svg, 'text', {x: at.left - 8, y: at.y(p) + 4, class: 'end'}, p.toFixed(2));
  }
  for (const part of poolSize ? [0, 0.5, 1] : [0]) {
    const y = at.base - part * at.low;
    addSvg(svg, 'line', {x1: at.left, x2: right, y1: y, y2: y, class: 'grid'});
    addSvg(svg, 'text', {x: at.left - 8, y: y + 4, class: 'end'}, count(Math.round(part * poolSize)));
    addSvg(svg, 'text', {x: right + 8, y: y + 4}, `${100 * part} %`);
  }
  for (let t = at.from; t < 1 + 1e-9; t += 0.1) {
    addSvg(svg, 'line', {x1: at.x(t), x2: at.x(t), y1: at.base, y2: at.base + 4, class: 'tick'});
    addSvg(svg, 'text', {x: at.x(t), y: at.base + 18, class: 'middle'}, t.toFixed(1));
  }
  addSvg(svg, 'text', {x: at.left - 38, y: 16, class: 'name'}, 'Precision');
  addSvg(svg, 'text', {x: at.left - 38, y: at.top + at.high + at.gap - 11, class: 'name'}, 'Records kept');
  addSvg(svg, 'text', {x: right + 22, y: at.base + 18}, 'min_confidence');
}

function drawWeakRegions(svg, at, rows) {
  const pattern = addSvg(addSvg(svg, 'defs'), 'pattern', {
    id: 'hatch',
    width: 6,
    height: 6,
    patternUnits: 'userSpaceOnUse',
    patternTransform: 'rotate(45)',
  });
  addSvg(pattern, 'rect', {width: 6, height: 6, class: 'hatch-ground'});
  addSvg(pattern, 'line', {x1: 0, x2: 0, y1: 0, y2: 6, class: 'hatch-line'});
  const shown = rows.filter((row) => row.threshold >= at.from - 1e-9);
  const weak = stretches(shown, (row) => row.kept < FEW_LABELS);
  for (const stretch of weak) {
    const start = Math.max(at.from, stretch[0].threshold - 0.005);
    const end = Math.min(1, stretch.at(-1).threshold + 0.005);
    const across = {x: at.x(start), width: at.x(end) - at.x(start), fill: 'url(#hatch)'};
    addSvg(svg, 'rect', {...across, y: at.top, height: at.high});
    addSvg(svg, 'rect', {...across, y: at.top + at.high + at.gap, height: at.low});
  }
  if (weak.length) {
    addSvg(svg, 'text', {x: at.left + at.plot + 8, y: at.top + at.high - 6}, `n under ${FEW_LABELS}`);
  }
}

function drawRecords(svg, at, rows) {
  const line = pathThrough(rows.map((row) => [at.x(row.threshold), at.yRecords(row.records)]));
  const ends = [rows.at(-1).threshold, rows[0].threshold].map((t) => `L${at.x(t).toFixed(1)} ${at.base}`);
  const area = `${line}${ends.join('')}Z`;
  addSvg(svg, 'path', {d: area, class: 'records-area'});
  const clip = addSvg(addSvg(svg, 'defs'), 'clipPath', {id: 'kept-side'});
  const keptSide = addSvg(clip, 'rect', {y: 0, width: at.plot + 1, height: at.base});
  addSvg(svg, 'path', {d: area, class: 'records-kept', 'clip-path': 'url(#kept-side)'});
  addSvg(svg, 'path', {d: line, class: 'records-line'});
  return keptSide;
}

// Neighbouring stretches of the line touch: a weak one begins at the last strong row before it.
function withNeighbours(stretch, rows) {
  const before = rows[rows.indexOf(stretch[0]) - 1];
  const after = rows[rows.indexOf(stretch.at(-1)) + 1];
  return [...(before?.isKnown ? [before] : []), ...stretch, ...(after?.isKnown ? [after] : [])];
}

function drawPrecision(svg, at, rows) {
  const clip = addSvg(addSvg(svg, 'defs'), 'clipPath', {id: 'precision-panel'});
  addSvg(clip, 'rect', {x: at.left, y: at.top - 4, width: at.plot + 2, height: at.high + 4});
  const panel = addSvg(svg, 'g', {'clip-path': 'url(#precision-panel)'});
  const y = (precision) => at.top + at.high - ((precision - at.floor) / (1 - at.floor)) * at.high;
  const strong = stretches(rows, (row) => row.isKnown && row.kept >= FEW_LABELS);
  const weak = stretches(rows, (row) => row.isKnown && row.kept < FEW_LABELS).map((rest) =>
    withNeighbours(rest, rows),
  );
  const hasBand = (row) => row.low !== null && row.high !== null;
  const line = (stretch) => pathThrough(stretch.map((row) => [at.x(row.threshold), y(row.precision)]));
  for (const stretch of stretches(rows, (row) => row.isKnown && row.wholeLow !== null)) {
    addSvg(panel, 'path', {d: bandPath(stretch, at.x, y, 'wholeLow', 'wholeHigh'), class: 'band whole'});
  }
  for (const stretch of weak.map((rest) => rest.filter(hasBand))) {
    addSvg(panel, 'path', {d: bandPath(stretch, at.x, y), class: 'band weak'});
  }
  for (const stretch of strong.map((rest) => rest.filter(hasBand))) {
    addSvg(panel, 'path', {d: bandPath(stretch, at.x, y), class: 'band'});
  }
  for (const stretch of weak) addSvg(panel, 'path', {d: line(stretch), class: 'precision weak'});
  for (const stretch of strong) addSvg(panel, 'path', {d: line(stretch), class: 'precision'});
  for (const stretch of stretches(rows, (row) => row.corrected !== null)) {
    const points = stretch.map((row) => [at.x(row.threshold), y(row.corrected)]);
    addSvg(panel, 'path', {d: pathThrough(points), class: 'corrected'});
  }
}

const LINE_OF_TEXT = 15; // px between the names of two lines that lie close together

// How far people agree: what is above it may be the judge's taste rather than the heuristic's skill.
function drawCeiling(svg, at, ceiling, target) {
  const right = at.left + at.plot;
  const y = at.y(ceiling);
  const away = y - at.y(target);
  const apart = Math.abs(away) >= LINE_OF_TEXT ? y : at.y(target) + (away > 0 ? LINE_OF_TEXT : -LINE_OF_TEXT);
  addSvg(svg, 'line', {x1: at.left, x2: right, y1: y, y2: y, class: 'ceiling'});
  addSvg(svg, 'text', {x: right + 8, y: apart + 4}, `people agree ${twoDecimals(ceiling)}`);
}

function drawMarks(svg, at, target, certified) {
  const right = at.left + at.plot;
  addSvg(svg, 'line', {x1: at.left, x2: right, y1: at.y(target), y2: at.y(target), class: 'target'});
  addSvg(svg, 'text', {x: right + 8, y: at.y(target) + 4, class: 'name'}, `target ${twoDecimals(target)}`);
  if (certified === null || certified === undefined) return;
  const flag = addSvg(svg, 'g', { transform: `translate(${at.x(certified)} ${at.top - 24})`, class: 'flag' });
  addSvg(flag, 'rect', {x: -58, width: 116, height: 20, rx: 4});
  addSvg(flag, 'path', {d: 'M-49 10.5l3.2 3.2 6-6.6'});
  addSvg(flag, 'text', {x: -35, y: 14}, `certified ${twoDecimals(certified)}`);
}

// Draws everything that stands still and returns the nodes that the rule moves.
export function drawPanels(host, {rows, curve, target, ceiling, certified, from}) {
  const at = layoutFor(host.clientWidth, rows, {target, ceiling}, curve.pool_size, from);
  host.replaceChildren();
  const svg = addSvg(host, 'svg', {
    width: at.width,
    height: at.height,
    viewBox: `0 0 ${at.width} ${at.height}`,
    role: 'img',
    'aria-labelledby': 'chart-title',
  });
  addSvg(svg, 'title', {id: 'chart-title'}, 'Precision and records kept against min_confidence');
  const shown = rows.filter((row) => row.threshold >= from - 1e-9);
  drawWeakRegions(svg, at, rows);
  drawAxes(svg, at, curve.pool_size);
  const keptSide = drawRecords(svg, at, shown);
  drawPrecision(svg, at, shown);
  if (ceiling !== null && ceiling !== undefined) drawCeiling(svg, at, ceiling, target);
  drawMarks(svg, at, target, certified);
  const rule = addSvg(svg, 'g', {class: 'rule'});
  return {
    at,
    svg,
    keptSide,
    line: addSvg(rule, 'line', {y1: at.top - 4, y2: at.base}),
    interval: addSvg(rule, 'line', {class: 'interval'}),
    precisionDot: addSvg(rule, 'circle', {r: 5.5}),
    recordsDot: addSvg(rule, 'circle', {r: 4.5}),
    keptText: addSvg(rule, 'text', {y: at.base - 9}),
  };
}
