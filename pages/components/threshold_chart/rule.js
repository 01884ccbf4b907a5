// The part of the chart that moves: the rule with its dots, and the sentence above it.

import {FEW_LABELS, count, headlineOf, share, twoDecimals} from './geometry.js';

function showHidden(node, isShown) {
  node.setAttribute('visibility', isShown ? 'visible' : 'hidden');
}

export function moveRule(nodes, row) {
  const {at} = nodes;
  const x = at.x(row.threshold);
  const isWeak = row.kept < FEW_LABELS;
  nodes.interval.classList.toggle('weak', isWeak);
  nodes.precisionDot.classList.toggle('weak', isWeak);
  for (const node of [nodes.line, nodes.interval]) {
    node.setAttribute('x1', x);
    node.setAttribute('x2', x);
  }
  nodes.keptSide.setAttribute('x', x);
  const hasInterval = row.isKnown && row.low !== null && row.high !== null;
  showHidden(nodes.interval, hasInterval);
  if (hasInterval) {
    nodes.interval.setAttribute('y1', at.y(row.low));
    nodes.interval.setAttribute('y2', at.y(row.high));
  }
  showHidden(nodes.precisionDot, row.isKnown);
  if (row.isKnown) {
    nodes.precisionDot.setAttribute('cx', x);
    nodes.precisionDot.setAttribute('cy', at.y(headlineOf(row)));
    // below the axis the dot stays on the floor, hollow: the sentence has the number
    nodes.precisionDot.classList.toggle('off-axis', headlineOf(row) < at.floor);
  }
  nodes.recordsDot.setAttribute('cx', x);
  nodes.recordsDot.setAttribute('cy', at.yRecords(row.records));
  const isFarRight = x > at.left + 80;
  nodes.keptText.setAttribute('x', x + (isFarRight ? -9 : 9));
  nodes.keptText.setAttribute('class', isFarRight ? 'end' : '');
  nodes.keptText.textContent = `${count(row.records)} kept`;
}

// Pieces of the sentence; every second one is bold.
function verdictPieces(row, poolSize) {
  const threshold = twoDecimals(row.threshold);
  const covered = poolSize
    ? ['covers ', share(row.records, poolSize), ' of records.']
    : ['no unlabelled record is left.'];
  if (!row.isKnown) {
    const unknown = ': no labelled record is kept, so nothing is known about its precision; ';
    return ['At ', threshold, unknown + covered[0], ...covered.slice(1)];
  }
  const n = `n = ${count(row.kept)}`;
  const band = row.low === null || row.high === null ? '' : `${twoDecimals(row.low)} to ${twoDecimals(row.high)}, `;
  const evidence = row.corrected === null ? `${band}${n}` : `labels not random: band of all labels ${band}${n}`;
  const estimate = twoDecimals(headlineOf(row));
  return ['At ', threshold, ': precision ', estimate, ` (${evidence}), ${covered[0]}`, ...covered.slice(1)];
}

// The second line: what was promised, in words that follow the slider.
function promiseWords({target, confidence, certified, mark, otherwise}, threshold) {
  if (certified === null) return {text: otherwise, isKept: false};
  const kept = twoDecimals(target);
  const at = twoDecimals(certified);
  const since = mark ? ` (${mark})` : '';
  if (twoDecimals(threshold) === at) {
    return {text: `Certified: at least ${kept} with ${confidence} confidence${since}.`, isKept: true};
  }
  if (threshold < certified) {
    return {text: `Not certified: ${at} is the lowest threshold that keeps ${kept}${since}.`, isKept: false};
  }
  return {text: `Not certified: the certificate is for ${at}, which keeps ${kept}${since}.`, isKept: false};
}

export function writePromise(line, promise, threshold) {
  const {text, isKept} = promise ? promiseWords(promise, threshold) : {text: '', isKept: false};
  line.textContent = text;
  line.classList.toggle('kept', isKept);
}

export function writeVerdict(sentence, row, poolSize) {
  const parts = verdictPieces(row, poolSize).map((piece, i) => {
    const node = document.createElement(i % 2 ? 'b' : 'span');
    node.textContent = piece;
    return node;
  });
  sentence.replaceChildren(...parts);
}
