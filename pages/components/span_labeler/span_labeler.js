// The extraction labeler: mark spans by mouse or keys, submit, and the next record is there.

import {build, icon} from '../tokens/build.js';
import {Choices} from '../labeler/choices.js';
import {LabelerView, actionButton, componentOf} from '../labeler/view.js';
import {Cursor, listenToDrag} from './cursor.js';
import {SPAN_KEYS} from './span_keys.js';
import {SpanSet, unitPlaces} from './span_set.js';
import {SpanTable} from './span_table.js';
import {TokenText} from './token_text.js';

function describe(line) {
  if (line.verdict === 'ignore') return 'ignored';
  return ['nothing here', '1 span'][line.n_labels] ?? `${line.n_labels} spans`;
}

class SpanView extends LabelerView {
  constructor(root) {
    super(root, {countsTitle: 'Spans so far', labelledWord: 'answered', describe});
    this.cursor = new Cursor();
    this.set = new SpanSet([]);
    this.record.text.classList.add('tokens');
    this.text = new TokenText(this.record.text);
    this.units = []; // where each code point of the text lies in UTF-16
    this.places = []; // other places with the same words, selected together
    this.stopDrag = listenToDrag(this.record.text, {
      onDrag: (anchor, token) => this.onDrag(anchor, token),
      borderAt: (event) => this.text.borderAt(event),
      onResize: (span, anchor, token) => this.resize(span, anchor, token),
    });
    this.record.text.addEventListener('dblclick', () => this.selectSame());
    this.marked = build('span', {class: 'num'});
    this.record.externalId.after(this.marked);
    this.message = build('div', {class: 'message', role: 'status', 'aria-live': 'polite'});
    const hint = (keys, words) => build('span', {}, ...keys.map((key) => build('kbd', {}, key)), ` ${words}`);
    this.hints = build(
      'div', {class: 'caption hints'},
      hint(['←', '→'], 'word'), hint(['Shift', '→'], 'extend'), hint(['Tab'], 'next span'), hint(['Ctrl', 'Z'], 'last change'),
      build('span', {}, 'Drag a border to change a span. Double-click selects the same text everywhere.'),
    );
    this.table = new SpanTable({
      clear: (span) => this.changed(() => this.set.remove(span)),
      accept: (span) => this.changed(() => this.set.accept(span)),
    });
  }

  buildControls() {
    this.choices = new Choices({
      labels: this.task.labels,
      usage: this.session.progress.counts().byLabel,
      choose: (label) => this.chooseLabel(label),
      title: 'Span types',
    });
    const button = (key, words, act) => actionButton({key, words, act});
    this.accept = button('A', 'Accept this span', () => this.acceptSuggestion());
    this.reject = button('X', 'Reject it', () => this.rejectSuggestion());
    this.clear = button('0', 'Clear', () => this.clearSpan());
    this.undoButton = button('⌫', 'Undo', () => this.undo());
    const submit = build('button', {class: 'btn small primary', type: 'button'}, 'Submit', build('span', {class: 'hint'}, 'Enter'));
    submit.addEventListener('mousedown', (event) => event.preventDefault());
    submit.addEventListener('click', () => this.submit());
    const actions = build(
      'div', {class: 'actions'}, this.accept, this.reject, this.clear, button('Space', 'Ignore', () => this.answer('ignore', [])), this.undoButton,
      build('span', {class: 'spring'}), button('N', 'Nothing here', () => this.submitNothing()), submit,
    );
    const side = build('div', {class: 'actions side'}, ...this.sideActions(['Ctrl ←', 'Ctrl →']));
    this.controls.replaceChildren(this.choices.element, actions, side, this.hints, this.message, this.table.element);
  }

  keyLines() {
    return [...SPAN_KEYS, ...super.keyLines()];
  }

  labelOf(labelId) {
    return this.task.labels.find((label) => label.label_id === labelId) ?? {name: 'removed label', colour: 12};
  }

  drawItem(item) {
    const isOther = item !== this.item;
    this.item = item;
    const isGuess = (span) => (span.confidence ?? null) !== null;
    const suggested = this.mayShow(item) ? item.spans.filter(isGuess) : [];
    if (isOther) {
      this.set = new SpanSet(item.tokens);
      this.units = unitPlaces(item.text);
      const theirs = item.given_answer?.labels ?? item.spans.filter((span) => !isGuess(span));
      this.set.load(this.session.draft ?? item.given ?? theirs);
      this.cursor.reset(item.tokens.length);
      this.places = [];
    }
    this.set.suggest(suggested);
    if (suggested.length) this.session.shown = {run_id: suggested[0].run_id ?? null, label_id: null};
    this.caption.textContent = this.captionFor(item, suggested.length > 0);
    this.text.load(item.text, item.tokens);
    this.say('');
    this.drawSpans();
  }

  drawSpans() {
    const labelOf = (labelId) => this.labelOf(labelId);
    this.text.drawSpans(this.set.spans, labelOf);
    const guesses = this.set.guesses.length;
    this.marked.textContent = `${this.set.given.length} given${guesses ? `, ${guesses} suggested` : ''}`;
    this.drawCursor();
  }

  drawCursor() {
    const {first, last, isSelection} = this.cursor;
    const span = isSelection ? null : this.set.at(this.cursor.token);
    this.text.drawCursor({first, last, isCursor: !isSelection, span, places: this.places});
    this.table.draw(this.set.spans, {
      textOf: (marked) => this.textBetween(marked.start, marked.end),
      labelOf: (labelId) => this.labelOf(labelId),
      active: span,
    });
    for (const [id, button] of this.choices.buttons) button.classList.toggle('suggested', span?.label_id === id);
    this.drawActions(this.item);
  }

  textBetween(start, end) {
    const [from, to] = [start, end].map((place) => this.units[place]);
    return this.item.text.slice(from, to);
  }

  drawActions(item) {
    const span = item && !this.cursor.isSelection ? this.set.at(this.cursor.token) : null;
    this.accept.disabled = !span || span.confidence === null;
    this.accept.title = this.accept.disabled ? 'The cursor is not on a suggested span.' : '';
    this.reject.disabled = this.accept.disabled;
    this.reject.title = this.accept.title;
    this.clear.disabled = !this.spansHere().length;
    this.clear.title = this.clear.disabled ? 'The cursor is not on a span.' : '';
    this.undoButton.disabled = !this.set.past.length && !this.session.past.length;
  }

  say(sentence) {
    const box = sentence && build('div', {class: 'alert warn'}, icon('block'), build('span', {}, sentence));
    this.message.replaceChildren(...(box ? [box] : []));
  }

  onDrag(anchor, token) {
    this.places = [];
    if (anchor === token) this.cursor.moveTo(token);
    else this.cursor.select(anchor, token);
    this.drawCursor();
  }

  // Gives a span the borders at which its border was dropped.
  resize(span, anchor, token) {
    const [first, last] = [Math.min(anchor, token), Math.max(anchor, token)];
    const inTheWay = this.set.resize(span, first, last);
    this.cursor.moveTo(inTheWay ? span.first : first);
    if (inTheWay) this.refuse(first, last, inTheWay);
    else this.changed(() => {});
    this.drawCursor();
  }

  // After a double click: the same words everywhere in the record, to be marked with one key.
  selectSame() {
    if (!this.session.current || !this.cursor.count) return;
    const {first, last} = this.set.at(this.cursor.token) ?? this.cursor;
    this.places = this.text.sameAs(first, last);
    this.cursor.select(first, last);
    this.drawCursor();
    const count = this.places.length;
    this.say(count > 1 ? '' : 'These words stand here only.');
  }

  changed(change) {
    change();
    this.session.draft = this.set.labels();
    this.say('');
    this.drawSpans();
  }

  // Marks the selection; without one, the span or the word that the cursor stands on.
  chooseLabel(label) {
    if (!this.session.current || !this.cursor.count) return;
    if (this.places.length > 1) {
      this.markPlaces(label);
      return;
    }
    const span = this.cursor.isSelection ? null : this.set.at(this.cursor.token);
    const {first, last} = span ?? this.cursor;
    const inTheWay = this.set.mark(first, last, label.label_id);
    if (inTheWay) this.refuse(first, last, inTheWay);
    else {
      this.cursor.moveTo(last);
      this.changed(() => this.choices.flash(label.label_id));
    }
  }

  markPlaces(label) {
    const count = this.places.length;
    const marked = this.set.markAll(this.places, label.label_id);
    this.places = [];
    this.cursor.moveTo(this.cursor.last);
    this.changed(() => this.choices.flash(label.label_id));
    if (marked < count) this.say(`${marked} of ${count} places were marked; the others overlap spans that are marked already.`);
  }

  refuse(first, last, other) {
    const words = this.textBetween(this.set.tokens[first][0], this.set.tokens[last][1]);
    const marked = `${this.labelOf(other.label_id).name} “${this.textBetween(other.start, other.end)}”`;
    this.say(`“${words}” was not marked: it overlaps ${marked}. Clear that span first.`);
  }

  spansHere() {
    return this.set.spans.filter((span) => span.first <= this.cursor.last && this.cursor.first <= span.last);
  }

  clearSpan() {
    const here = this.spansHere();
    if (here.length) this.changed(() => this.set.change(this.set.spans.filter((span) => !here.includes(span))));
  }

  acceptSuggestion() {
    const span = this.session.current && this.set.at(this.cursor.token);
    if (span && span.confidence !== null) this.changed(() => this.set.accept(span));
  }

  rejectSuggestion() {
    const span = this.session.current && this.set.at(this.cursor.token);
    if (span && span.confidence !== null) this.changed(() => this.set.remove(span));
  }

  submit() {
    if (!this.session.current) return;
    if (this.set.given.length) this.answer('accept', this.set.labels());
    else this.say('No span is marked. Press N when there is nothing to mark in this record.');
  }

  submitNothing() {
    if (!this.session.current) return;
    const count = this.set.given.length;
    if (!count) this.answer('accept', []);
    else this.say(`${count === 1 ? '1 span is' : `${count} spans are`} marked. Clear first, or press Enter to submit.`);
  }

  // The last change in this record, then the last record.
  undo() {
    if (this.session.current && this.set.undo()) this.changed(() => {});
    else super.undo();
  }

  onOwnKey(event) {
    if (event.key === 'Enter' && !event.metaKey && !event.altKey) return this.press(event, () => this.submit());
    if (event.ctrlKey || event.metaKey || event.altKey || !this.session.current) return false;
    if (this.onArrow(event)) return true;
    if (event.key === 'Tab') return this.toNextSpan(event.shiftKey ? -1 : 1);
    if (event.key === '0') return this.press(event, () => this.clearSpan());
    if (event.key === 'n' || event.key === 'N') return this.press(event, () => this.submitNothing());
    if (event.key !== 'Escape' || !this.cursor.isSelection) return false;
    this.places = [];
    this.cursor.moveTo(this.cursor.token);
    this.drawCursor();
    return true;
  }

  onArrow(event) {
    const forward = getComputedStyle(this.record.text).direction === 'rtl' ? -1 : 1;
    const {token} = this.cursor;
    const target = {
      ArrowRight: () => token + forward,
      ArrowLeft: () => token - forward,
      ArrowDown: () => this.text.inNextLine(token, 1),
      ArrowUp: () => this.text.inNextLine(token, -1),
      Home: () => 0,
      End: () => this.cursor.count - 1,
    }[event.key];
    if (!target || !this.cursor.count) return false;
    this.places = [];
    this.cursor.moveTo(target(), {extends: event.shiftKey});
    this.text.reveal(this.cursor.token);
    this.drawCursor();
    return true;
  }

  // After the last span, Tab goes on to the buttons as everywhere else.
  toNextSpan(direction) {
    const {token} = this.cursor;
    const ahead = direction > 0 ? this.set.spans.filter((span) => span.first > token) : this.set.spans.filter((span) => span.last < token);
    const span = direction > 0 ? ahead[0] : ahead.at(-1);
    if (!span) return false;
    this.cursor.moveTo(span.first);
    this.text.reveal(span.first);
    this.drawCursor();
    return true;
  }

  close() {
    this.stopDrag();
    super.close();
  }
}

export default componentOf((root) => new SpanView(root));
