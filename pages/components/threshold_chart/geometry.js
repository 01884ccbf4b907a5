// Numbers and scales of the chart: pure functions, no drawing.

const SVG = 'http://www.w3.org/2000/svg';
export const FEW_LABELS = 30; // an estimate on fewer kept labels is drawn as weak

// Rounds as Python's format() does (an exact tie goes to the even digit), so that a number reads the
// same here and in the tables around the chart.
function rounded(value, digits) {
  const scaled = value * 10 ** digits;
  const below = Math.floor(scaled);
  const isTie = scaled - below === 0.5 && Number.isInteger(value * 1024);
  if (!isTie) return value.toFixed(digits);
  return ((below % 2 === 0 ? below : below + 1) / 10 ** digits).toFixed(digits);
}

export const twoDecimals = (value) => rounded(value, 2);
export const count = (value) => value.toLocaleString('en');

export function share(part, whole) {
  const percent = rounded((100 * part) / whole, 0);
  if (percent === '0' && part > 0) return 'under 1 %';
  if (percent === '100' && part < whole) return 'over 99 %';
  return `${percent} %`;
}

// One row per threshold, so that drawing never juggles parallel arrays.
export function rowsOf(curve) {
  return curve.thresholds.map((threshold, i) => ({
    threshold,
    precision: curve.precision[i],
    low: curve.low[i],
    high: curve.high[i],
    // what the other records will get, where the labels were not drawn at random
    corrected: curve.corrected?.[i] ?? null,
    wholeLow: curve.whole_low?.[i] ?? null,
    wholeHigh: curve.whole_high?.[i] ?? null,
    kept: curve.kept[i],
    records: curve.records[i],
    isKnown: curve.kept[i] > 0 && curve.precision[i] !== null,
  }));
}

export function rowAt(rows, threshold) {
  let nearest = rows[0];
  for (const row of rows) {
    if (Math.abs(row.threshold - threshold) < Math.abs(nearest.threshold - threshold)) nearest = row;
  }
  return nearest;
}

// The first threshold on the axis: everything left of it keeps the same labels and records.
export function axisStart(rows, threshold) {
  let last = 0;
  for (const row of rows) {
    if (row.kept !== rows[0].kept || row.records !== rows[0].records) break;
    last = row.threshold;
  }
  if (last === rows.at(-1).threshold) return 0; // no threshold changes anything
  const tenth = Math.floor(Math.min(last, threshold, 0.8) * 10 + 1e-9) / 10;
  return Math.max(0, tenth);
}

// The lowest precision on the axis: the lowest band of what can be trusted, and the target, fit in.
export function precisionFloor(rows, target) {
  const trusted = rows.filter((row) => row.isKnown && row.kept >= FEW_LABELS);
  const shown = trusted.length ? trusted : rows.filter((row) => row.isKnown);
  const least = Math.min(target - 0.05, 0.9, ...shown.map((row) => row.low ?? row.precision));
  return Math.max(0, Math.floor(least * 10 + 1e-9) / 10);
}

// The estimate that the sentence names and the dot shows.
export const headlineOf = (row) => row.corrected ?? row.precision;

// Maximal stretches of neighbouring rows for which `belongs` holds; a gap splits a stretch.
export function stretches(rows, belongs) {
  const found = [];
  let open = null;
  for (const row of rows) {
    if (!belongs(row)) {
      open = null;
    } else if (open) {
      open.push(row);
    } else {
      open = [row];
      found.push(open);
    }
  }
  return found;
}

export const pathThrough = (points) =>
  points.map(([x, y], i) => `${i ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');

export function bandPath(rows, x, y, low = 'low', high = 'high') {
  const upper = rows.map((row) => [x(row.threshold), y(row[high])]);
  const lower = rows.map((row) => [x(row.threshold), y(row[low])]);
  return `${pathThrough([...upper, ...lower.reverse()])}Z`;
}

export function addSvg(parent, tag, attributes = {}, text = undefined) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  parent.append(node);
  return node;
}
