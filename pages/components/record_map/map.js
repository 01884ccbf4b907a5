// The component: one map per shadow root; Streamlit calls the default function on every rerun.

import {build, onceGone} from '../tokens/build.js';
import {showAll, wireKeys, wirePointer, zoomBy} from './controls.js';
import {colourReader, drawOver, drawPoints, fitCanvas, pointAt, pointsInBox} from './drawing.js';
import {fillLegend} from './legend.js';
import {unpackColouring, unpackPoints} from './points.js';
import {MapView} from './view.js';

const instances = new WeakMap();
const KEYS = 'Arrow keys show and move a box, with Shift they resize it, Enter selects, Escape clears. '
  + 'Plus and minus zoom, 0 shows the whole map, Ctrl and arrows move it.';

function button(label, title) {
  return build('button', {type: 'button', class: 'btn small', title, 'aria-label': title}, label);
}

class RecordMapView {
  constructor(root) {
    this.view = new MapView();
    this.box = null;
    this.hovered = null;
    this.focused = null; // the group of the legend that alone is in colour
    this.selected = new Set(); // places in the arrays
    this.isMoving = false;
    this.parts = this.build(root);
    wirePointer(this.parts.plot, this);
    wireKeys(this.parts.plot, this);
    this.resizes = new ResizeObserver(() => this.redraw());
    this.resizes.observe(this.parts.plot);
    this.parts.probe.addEventListener('transitionrun', () => this.redraw()); // the theme changed
  }

  build(root) {
    const parts = {
      choice: build('select', {'aria-label': 'Colour by'}),
      closer: button('+', 'Zoom in'),
      farther: button('−', 'Zoom out'),
      all: button('Whole map', 'Show the whole map'),
      move: build('button', {type: 'button', class: 'btn small', 'aria-pressed': 'false'}, 'Move'),
      clear: button('Clear', 'Select nothing'),
      said: build('span', {class: 'said', role: 'status'}),
      points: build('canvas'),
      over: build('canvas'),
      tip: build('div', {class: 'tip', hidden: true}),
      probe: build('i', {class: 'probe'}),
      legend: build('div', {class: 'legend', role: 'group', 'aria-label': 'What the colours mean'}),
      note: build('p', {class: 'caption'}),
    };
    parts.plot = build(
      'div',
      {class: 'plot', tabindex: '0', role: 'application', 'aria-label': `Map of records. ${KEYS}`},
      parts.points, parts.over, parts.tip, parts.probe,
    );
    const {choice, closer, farther, all, move, clear, said} = parts;
    const label = build('label', {class: 'pick'}, 'Colour by', choice);
    root.append(
      build('div', {class: 'bar-of-tools'}, label, closer, farther, all, move, build('span', {class: 'spring'}), said, clear),
      build('div', {class: 'body'}, parts.plot, parts.legend),
      parts.note,
    );
    choice.addEventListener('change', () => this.recolour());
    closer.addEventListener('click', () => zoomBy(this, 1.5));
    farther.addEventListener('click', () => zoomBy(this, 1 / 1.5));
    all.addEventListener('click', () => showAll(this));
    clear.addEventListener('click', () => this.clear());
    move.addEventListener('click', () => {
      this.isMoving = !this.isMoving;
      move.setAttribute('aria-pressed', String(this.isMoving));
      parts.plot.classList.toggle('moving', this.isMoving);
    });
    return parts;
  }

  update(mounted, setStateValue) {
    this.setStateValue = setStateValue;
    if (this.mapId !== undefined && this.mapId !== mounted.map_id) {
      this.selected.clear();
      this.view.showAll();
    }
    this.mapId = mounted.map_id;
    this.mounted = mounted;
    this.points = unpackPoints(mounted);
    this.fillChoice(mounted.colourings.map((one) => one.name));
    const n = this.points.x.length;
    const whole = mounted.n_records.toLocaleString('en');
    const part = n < mounted.n_records ? `${n.toLocaleString('en')} of ${whole} records, drawn at random. ` : '';
    this.parts.note.textContent = `${part}Near means similar; axes and far distances mean nothing. `
      + 'Drag to select, with Ctrl to add; Shift and drag to move; click, then wheel to zoom.';
    this.recolour();
  }

  fillChoice(names) {
    const {choice} = this.parts;
    if (choice.length === names.length && names.every((name, place) => choice.options[place].text === name)) return;
    const before = choice.value;
    choice.replaceChildren(...names.map((name) => build('option', {value: name}, name)));
    choice.value = names.includes(before) ? before : names[0];
  }

  recolour() {
    const {choice, legend} = this.parts;
    const sent = this.mounted.colourings[Math.max(0, choice.selectedIndex)];
    if (this.colouring?.name !== sent.name) this.focused = null;
    this.colouring = unpackColouring(sent, this.mounted.labels);
    fillLegend(legend, this.colouring, this.focused, (code) => {
      this.focused = code;
      this.recolour();
    });
    this.redraw();
  }

  // Many moves of the mouse between two pictures of the screen are one drawing.
  redraw() {
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = undefined;
      this.draw();
    });
  }

  draw() {
    const {plot, points, over, probe} = this.parts;
    if (!this.colouring || plot.clientWidth === 0) return; // not laid out yet: the observer calls again
    const {clientWidth: width, clientHeight: height} = plot;
    this.view.resize(width, height);
    fitCanvas(points, width, height);
    fitCanvas(over, width, height);
    this.colour = colourReader(probe);
    drawPoints(points, {...this.picture(), colouring: this.colouring, focused: this.focused, selected: this.selected});
    drawOver(over, this.picture());
    this.say();
  }

  picture() {
    const {view, points, box, hovered, colour} = this;
    return {view, points, box, hovered, colour};
  }

  say() {
    const {said, clear} = this.parts;
    const n = this.box ? pointsInBox(this.points, this.view, this.box).length : this.selected.size;
    const records = `${n.toLocaleString('en')} ${n === 1 ? 'record' : 'records'}`;
    said.textContent = this.box ? `${records} in the box` : n > 0 ? `${records} selected` : '';
    clear.disabled = this.selected.size === 0 && !this.box;
  }

  hover(at) {
    const found = at ? pointAt(this.points, this.view, at) : null;
    if (found === this.hovered) return;
    this.hovered = found;
    drawOver(this.parts.over, this.picture());
    const {tip} = this.parts;
    tip.hidden = found === null;
    if (found === null) return;
    const x = this.view.toScreenX(this.points.x[found]);
    const y = this.view.toScreenY(this.points.y[found]);
    tip.replaceChildren(
      build('b', {}, `${this.colouring.name}: ${this.colouring.says(found)}`),
      build('span', {}, this.points.texts[found] || '(no text)'),
    );
    tip.style.left = `${Math.max(4, Math.min(x + 14, this.view.width - tip.offsetWidth - 4))}px`;
    const below = y + 14 + tip.offsetHeight < this.view.height;
    tip.style.top = `${below ? y + 14 : Math.max(4, y - 14 - tip.offsetHeight)}px`;
  }

  showBox(box) {
    this.box = box;
    drawOver(this.parts.over, this.picture());
    this.say();
  }

  select(box, isAdding) {
    this.box = null;
    this.take(pointsInBox(this.points, this.view, box), isAdding);
  }

  selectAt(at, isAdding) {
    this.box = null;
    const found = pointAt(this.points, this.view, at);
    this.take(found === null ? [] : [found], isAdding);
  }

  clear() {
    this.box = null;
    this.take([], false);
  }

  take(places, isAdding) {
    const next = new Set(isAdding ? [...this.selected, ...places] : places);
    const isSame = next.size === this.selected.size && [...next].every((place) => this.selected.has(place));
    this.selected = next;
    this.say();
    this.redraw();
    if (isSame) return;
    const recordNos = Array.from(next, (place) => this.points.recordNos[place]).sort((a, b) => a - b);
    this.setStateValue('selection', {map_id: this.mapId, record_nos: recordNos});
  }

  close() {
    cancelAnimationFrame(this.waiting);
    this.resizes.disconnect();
  }
}

export default function ({data: mounted, parentElement: root, setStateValue}) {
  if (!instances.has(root)) instances.set(root, new RecordMapView(root));
  const map = instances.get(root);
  map.update(mounted, setStateValue);
  return onceGone(root, () => {
    map.close();
    instances.delete(root);
  });
}
