// The component: one instance per shadow root; Streamlit calls the default function on every rerun.

import {axisStart, count, rowAt, rowsOf, twoDecimals} from './geometry.js';
import {drawPanels} from './panels.js';
import {moveRule, writePromise, writeVerdict} from './rule.js';
import {onGrid, wireControls, wirePlot} from './controls.js';
import {wireDownloads} from './download.js';
import {onceGone} from '../tokens/build.js';

const instances = new WeakMap();

function partsOf(root) {
  const find = (name) => root.querySelector(`[data-part='${name}']`);
  const names = ['verdict', 'promise', 'caption', 'correctedLegend', 'wholeLegend', 'svg', 'png', 'plot', 'track', 'slider', 'box', 'minus', 'plus', 'toCertified'];
  const parts = Object.fromEntries([...names, 'complaint', 'keptLegend', 'precisionLegend'].map((n) => [n, find(n)]));
  return {...parts, root};
}

class ThresholdChart {
  constructor(root) {
    this.parts = partsOf(root);
    this.serial = 0; // counts releases, so that Python's older thresholds can be told from new ones
    this.threshold = null; // what the rule shows
    this.inForce = null; // what Python last set or heard
    this.revision = null;
    this.isHeld = false; // the person holds the slider, or has moved it since the last release
    const shared = {move: (threshold) => this.move(threshold), release: () => this.release()};
    this.controls = wireControls(this.parts, {
      ...shared,
      current: () => this.threshold,
      start: () => this.from,
      certified: () => this.mounted.certified,
    });
    wireDownloads(this.parts, () => this.mounted.file ?? 'precision');
    this.plotDrag = wirePlot(this.parts.plot, {...shared, thresholdAt: (event) => this.thresholdAt(event)});
    this.resizes = new ResizeObserver(() => {
      if (this.mounted && this.parts.plot.clientWidth !== this.nodes?.at.width) this.draw();
    });
    this.resizes.observe(this.parts.plot);
  }

  // `mounted` is what Python sent; `heard` in it is the serial of the last release that Python knows of.
  update(mounted, setStateValue) {
    this.mounted = mounted;
    this.setStateValue = setStateValue;
    this.rows = rowsOf(mounted.curve);
    if (this.revision === null) this.serial = mounted.heard;
    const knowsAll = mounted.heard >= this.serial && !this.isHeld;
    if (this.revision === null || (mounted.revision !== this.revision && knowsAll)) {
      this.threshold = mounted.threshold;
      this.inForce = mounted.threshold;
      this.revision = mounted.revision;
    }
    // what somebody is typing stays while Python's answer to the last number arrives
    const {box} = this.parts;
    this.isTyping = box.getRootNode().activeElement === box && box.value !== this.boxed;
    this.draw();
    this.isTyping = false;
  }

  draw() {
    const {mounted, parts, rows} = this;
    if (parts.plot.clientWidth === 0) return; // not laid out yet: the observer calls again
    this.from = axisStart(rows, this.threshold);
    this.nodes = drawPanels(parts.plot, {...mounted, rows, from: this.from});
    const {at} = this.nodes;
    parts.caption.textContent = mounted.caption;
    parts.root.host.style.setProperty('--left', `${at.left}px`);
    parts.root.host.style.setProperty('--plot', `${at.plot}px`);
    const hasCertified = mounted.certified !== null;
    parts.root.host.toggleAttribute('data-certified', hasCertified);
    parts.toCertified.hidden = !hasCertified;
    if (hasCertified) {
      const place = (mounted.certified - this.from) / (1 - this.from);
      parts.track.style.setProperty('--share', place);
    }
    parts.slider.min = this.from;
    parts.correctedLegend.hidden = !mounted.curve.corrected;
    parts.wholeLegend.hidden = !mounted.curve.whole_low;
    parts.keptLegend.textContent = `records kept of ${count(mounted.curve.pool_size)}`;
    parts.precisionLegend.textContent = ['precision', mounted.curve.method].filter(Boolean).join(', ');
    this.show();
  }

  show() {
    const {parts, mounted} = this;
    const row = rowAt(this.rows, this.threshold);
    moveRule(this.nodes, row);
    writeVerdict(parts.verdict, row, mounted.curve.pool_size);
    writePromise(parts.promise, mounted.promise, this.threshold);
    parts.slider.value = this.threshold;
    parts.slider.setAttribute('aria-valuetext', parts.verdict.textContent);
    parts.track.style.setProperty('--at', `${(100 * (this.threshold - this.from)) / (1 - this.from)}%`);
    if (!this.isTyping) {
      parts.box.value = twoDecimals(this.threshold);
      this.boxed = parts.box.value;
    }
    parts.complaint.hidden = true;
    parts.toCertified.disabled = this.threshold === mounted.certified;
  }

  move(threshold) {
    this.isHeld = true;
    this.threshold = threshold;
    if (threshold < this.from - 1e-9) this.draw();
    else this.show();
  }

  release() {
    this.isHeld = false;
    if (this.threshold === this.inForce) return;
    const {revision} = this.mounted;
    this.serial += 1;
    this.inForce = this.threshold;
    this.revision = revision;
    this.setStateValue('released', {threshold: this.threshold, revision, serial: this.serial});
  }

  // The threshold under the pointer, or null beside the panels.
  thresholdAt(event) {
    const {at} = this.nodes;
    const box = this.parts.plot.getBoundingClientRect();
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    const isInside = x >= at.left - 8 && x <= at.left + at.plot + 8 && y >= at.top && y <= at.base;
    if (!isInside && !this.plotDrag.isDragging()) return null;
    const place = Math.min(1, Math.max(0, (x - at.left) / at.plot));
    return onGrid(at.from + place * (1 - at.from));
  }

  close() {
    this.resizes.disconnect();
  }
}

export default function ({data: mounted, parentElement: root, setStateValue}) {
  if (!instances.has(root)) instances.set(root, new ThresholdChart(root));
  const chart = instances.get(root);
  chart.update(mounted, setStateValue);
  const goneForGood = onceGone(root, () => {
    chart.close();
    instances.delete(root);
  });
  return () => {
    chart.controls.flush(); // while Streamlit still listens
    goneForGood();
  };
}
