// The sliders of single labels: rule, sentence and counts follow at once; the button hands all thresholds over.

import {build, onceGone} from '../tokens/build.js';
import {count, headlineOf, rowAt, rowsOf, share, twoDecimals} from '../threshold_chart/geometry.js';
import {drawSmallPlot} from '../threshold_chart/small_plot.js';

const NEVER = 1.01; // above every confidence: nothing of the label is kept
const KEY_STEP = 0.05;
const FINE_STEP = 0.01;
const instances = new WeakMap();

const inSteps = (value) => Math.round(Math.min(NEVER, Math.max(0, value)) * 100) / 100;

function sentence(row, threshold) {
  const at = `At ${twoDecimals(threshold)}: `;
  if (threshold > 1) return `At ${twoDecimals(threshold)} nothing of it is kept.`;
  if (!row?.isKnown) return `${at}no labelled record is kept, precision unknown.`;
  const interval = `${twoDecimals(row.low)} to ${twoDecimals(row.high)}, n = ${count(row.kept)}`;
  return `${at}precision ${twoDecimals(headlineOf(row))} (${interval}), ${count(row.records)} records.`;
}

class LabelRow {
  constructor(label, moved) {
    this.label = label;
    this.rows = label.curve ? rowsOf(label.curve) : [];
    this.correct = label.curve?.correct ?? [];
    this.threshold = label.threshold;
    const named = {'aria-label': `min_confidence of ${label.name}`};
    this.slider = build('input', {type: 'range', min: 0, max: NEVER, step: FINE_STEP, ...named});
    this.words = build('p', {class: 'caption num', 'aria-live': 'polite'});
    this.plot = build('div', {class: 'plot'});
    const head = build('div', {class: 'head'}, build('span', {'data-part': 'name'}, label.name));
    this.track = build('div', {class: 'track'}, this.slider);
    this.node = build('div', {class: 'card'}, head, this.words, this.plot, this.track);
    this.node.append(build('p', {class: 'caption'}, label.note));
    this.slider.addEventListener('input', () => this.move(this.slider.valueAsNumber, moved));
    this.slider.addEventListener('keydown', (event) => {
      const by = event.shiftKey ? FINE_STEP : KEY_STEP;
      const targets = {ArrowLeft: this.threshold - by, ArrowDown: this.threshold - by, ArrowRight: this.threshold + by};
      Object.assign(targets, {ArrowUp: this.threshold + by, Home: 0, End: label.certified ?? NEVER});
      const next = targets[event.key];
      if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      this.move(next, moved);
    });
  }

  get row() {
    return this.rows.length && this.threshold <= 1 ? rowAt(this.rows, this.threshold) : null;
  }

  move(threshold, moved) {
    this.threshold = inSteps(threshold);
    this.show();
    moved();
  }

  draw(target) {
    this.drawn = null;
    if (this.rows.length && this.plot.clientWidth) {
      const name = `Precision of ${this.label.name} against min_confidence`;
      this.drawn = drawSmallPlot(this.plot, {name, rows: this.rows, threshold: 0, target});
    }
    this.show();
  }

  show() {
    this.slider.value = this.threshold;
    this.track.style.setProperty('--at', `${(100 * this.threshold) / NEVER}%`);
    this.words.textContent = sentence(this.row, this.threshold);
    this.slider.setAttribute('aria-valuetext', this.words.textContent);
    this.drawn?.moveTo(this.row);
  }

  // what this label adds to all labels together at its threshold
  get counts() {
    const {row} = this;
    if (!row) return {kept: 0, correct: 0, records: 0};
    return {kept: row.kept, correct: this.correct[this.rows.indexOf(row)], records: row.records};
  }
}

class LabelSliders {
  constructor(root) {
    this.root = root;
    this.together = build('p', {class: 'together num', 'aria-live': 'polite'});
    this.list = build('div', {class: 'labels'});
    this.button = build('button', {class: 'btn use', type: 'button'}, 'Use these thresholds');
    this.button.addEventListener('click', () => this.use());
    root.append(this.list, this.together, this.button);
    this.resizes = new ResizeObserver(() => this.draw());
    this.resizes.observe(this.list);
  }

  // a slider that somebody has moved stays where it is until Python has other thresholds
  update(mounted, setTriggerValue) {
    const moved = mounted.revision === this.mounted?.revision ? this.values() : {};
    this.setTriggerValue = setTriggerValue;
    this.mounted = mounted;
    const focused = this.root.getRootNode().activeElement?.getAttribute?.('aria-label');
    this.rows = mounted.rows.map((label) => new LabelRow(label, () => this.showTogether()));
    for (const row of this.rows) row.threshold = moved[row.label.label_id] ?? row.threshold;
    this.list.replaceChildren(...this.rows.map((row) => row.node));
    if (focused) this.rows.find((row) => row.slider.getAttribute('aria-label') === focused)?.slider.focus();
    this.width = null;
    this.draw();
  }

  values() {
    return Object.fromEntries(this.rows.map((row) => [row.label.label_id, row.threshold]));
  }

  draw() {
    if (!this.rows || this.width === this.list.clientWidth) return;
    this.width = this.list.clientWidth;
    for (const row of this.rows) row.draw(this.mounted.target);
    this.showTogether();
  }

  showTogether() {
    const sum = {kept: 0, correct: 0, records: 0};
    for (const {counts} of this.rows) for (const name of Object.keys(sum)) sum[name] += counts[name];
    const covered = this.mounted.pool_size ? ` (${share(sum.records, this.mounted.pool_size)})` : '';
    const right = `${count(sum.correct)} of ${count(sum.kept)} kept labels right`;
    this.together.textContent = `Together: ${right}, ${count(sum.records)} records${covered}.`;
  }

  use() {
    this.setTriggerValue('use', this.values());
  }

  close() {
    this.resizes.disconnect();
  }
}

export default function ({data: mounted, parentElement: root, setTriggerValue}) {
  if (!instances.has(root)) instances.set(root, new LabelSliders(root));
  const sliders = instances.get(root);
  sliders.update(mounted, setTriggerValue);
  return onceGone(root, () => {
    sliders.close();
    instances.delete(root);
  });
}
