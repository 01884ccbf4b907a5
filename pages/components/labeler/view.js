// What both labelers have in common: the page of record, controls and rail, its keys, and the session.

import {afterPaint, build, onceGone} from '../tokens/build.js';
import {sharedOutbox} from '../outbox/outbox.js';
import {KeysHelp} from './help.js';
import {hasModifier, isUndo, labelOfKey, listenToKeys} from './keys.js';
import {Rail} from './rail.js';
import {RecordBox} from './record.js';
import {sessionOf} from './session.js';

export function actionButton({key, words, act, style = ''}) {
  const name = build('span', {}, words);
  const button = build('button', {class: `btn small ${style}`, type: 'button'}, build('kbd', {}, key), name);
  button.addEventListener('mousedown', (event) => event.preventDefault()); // the keys keep working
  button.addEventListener('click', act);
  button.rename = (text) => {
    name.textContent = text;
  };
  return button;
}

export class LabelerView {
  constructor(root, railWords) {
    this.root = root;
    this.outbox = sharedOutbox();
    this.task = null;
    this.bell = null; // asks the server to run the whole page
    this.queue = null; // the server's newest queue, until it is opened
    this.stopRail = null; // ends the wait for the rail's turn
    this.drawn = null; // the item whose record is on screen
    this.record = new RecordBox((text) => this.comment(text));
    this.rail = new Rail({...railWords, recall: (recordNo) => this.recall(recordNo)});
    this.help = new KeysHelp();
    this.controls = build('div', {class: 'controls'});
    this.caption = build('p', {class: 'caption why-suggested'});
    this.empty = build('div', {class: 'empty', role: 'status', hidden: true});
    this.work = build('div', {}, this.record.element, this.controls, this.caption);
    const main = build('section', {'aria-label': 'Record'}, this.work, this.empty);
    const page = build('div', {class: 'label-page'}, main, this.rail.element);
    root.append(build('div', {class: 'labeler'}, page, this.help.element));
    this.stopKeys = listenToKeys((event) => this.onKey(event));
    this.listen = ({detail}) => this.onOutbox(detail);
    window.addEventListener('al-outbox', this.listen);
  }

  receive({scope, task, queue, progress, show_suggestions: showSuggestions, message_no: messageNo}) {
    const isNewTask = JSON.stringify(task) !== JSON.stringify(this.task);
    const isNewLook = showSuggestions !== this.showsSuggestions;
    this.scope = scope;
    this.outbox.bell = this.bell;
    this.task = task;
    this.showsSuggestions = showSuggestions;
    this.session = sessionOf(scope, task.task_id);
    this.session.progress.rebase(progress, messageNo);
    this.queue = queue;
    this.openQueue();
    if (isNewTask) this.buildControls();
    if (isNewTask || isNewLook) this.drawn = null;
    this.draw();
  }

  // Records come on screen once it is known which of them were answered before a reload: a record that is
  // shown never gives way to another by itself.
  openQueue() {
    if (!this.queue || this.outbox.scope !== this.scope || !this.outbox.isSwept) return;
    this.session.open(this.queue);
    this.queue = null;
  }

  onOutbox({kind, answer}) {
    if (!this.session || this.outbox.scope !== this.scope) return;
    this.openQueue();
    if (kind === 'refused') this.session.forget(answer);
    if (kind === 'restored') this.session.dropAnswered();
    if (kind === 'received') this.session.take(this.outbox.refill);
    if (kind !== 'pushed') this.draw();
  }

  // The record shown is drawn again only when it is another one: nothing changes under the cursor.
  draw() {
    const item = this.session.current;
    this.drawRailSoon();
    this.work.hidden = !item;
    this.empty.hidden = Boolean(item);
    if (!item) this.drawEmpty();
    if (item && item === this.drawn) this.record.ready.textContent = this.record.readyWords(this.session.waiting.length);
    if (item && item !== this.drawn) {
      this.record.draw(item, this.session.waiting.length);
      this.drawItem(item);
    }
    if (item) this.drawRemarks(item);
    this.drawn = item;
    this.drawActions(item);
  }

  // The record comes first; the numbers beside it follow when it is painted, once for all that happened.
  drawRailSoon() {
    this.stopRail ??= afterPaint(() => {
      this.stopRail = null;
      this.rail.draw(this.task, this.session.progress);
    });
  }

  drawEmpty() {
    const {isExhausted, emptyMessage, past} = this.session;
    const words = isExhausted ? emptyMessage || 'No records are waiting.' : 'Loading the next records.';
    const undo = past.length ? actionButton({key: '⌫', words: 'Undo', act: () => this.undo()}) : null;
    this.empty.replaceChildren(build('div', {}, words), ...(undo ? [undo] : []));
  }

  // What both labelers have at the right of their actions: flag, comment, the records before and after, help.
  sideActions(arrows) {
    const button = (key, words, act) => actionButton({key, words, act, style: 'tertiary'});
    this.flagButton = button('F', 'Flag', () => this.flag());
    this.backButton = button(arrows[0], '', () => this.go('back'));
    this.forwardButton = button(arrows[1], '', () => this.go('forward'));
    this.backButton.setAttribute('aria-label', 'Previous record');
    this.forwardButton.setAttribute('aria-label', 'Next record');
    return [
      this.flagButton, button('M', 'Comment', () => this.record.comments.open()), this.backButton, this.forwardButton,
      button('?', 'Keys', () => this.help.open(this.keyLines())),
    ];
  }

  // Keys and words for the help dialog; the labelers put their own before.
  keyLines() {
    return [
      [['Space'], 'ignore this record: no answer can be given'],
      [['⌫', 'Ctrl+Z'], 'undo, any number of steps'],
      [['F'], 'flag the record for a second look, or take the flag back'],
      [['M'], 'comment on the record'],
      ...(this.choices.isLong ? [[['/'], 'search a label by typing']] : []),
      [['?'], 'show or hide these keys'],
    ];
  }

  drawRemarks(item) {
    const isFlagged = this.session.remarks.isFlagged(item);
    this.record.comments.draw(this.session.remarks.commentsOf(item));
    this.record.element.classList.toggle('flagged', isFlagged);
    this.flagButton.rename(isFlagged ? 'Flagged' : 'Flag');
    this.flagButton.setAttribute('aria-pressed', `${isFlagged}`);
    this.backButton.disabled = !this.session.trail.length;
    this.forwardButton.disabled = !this.session.ahead.length && !this.session.waiting.length;
  }

  flag() {
    const item = this.session.current;
    if (!item || !this.isMine()) return;
    this.session.remarks.flag(item, !this.session.remarks.isFlagged(item));
    this.drawRemarks(item);
  }

  comment(text) {
    const item = this.session.current;
    if (!item || !this.isMine()) return;
    this.session.remarks.comment(item, text);
    this.drawRemarks(item);
  }

  go(direction) {
    if (this.session[direction]()) this.draw();
  }

  recall(recordNo) {
    this.session.recall(recordNo);
    this.draw();
  }

  // Whether the model's opinion may be on screen with `item`.
  mayShow(item) {
    return this.showsSuggestions && !item.blind;
  }

  captionFor(item, isShown) {
    if (item.before) return 'You have answered this record. Another answer replaces yours.';
    if (item.given_answer) return `Answered by ${item.given_answer.person}.`;
    if (!this.showsSuggestions) return 'Suggestions are switched off.';
    if (item.blind) return 'No suggestion is shown for this record, so that the audit sample stays unbiased.';
    if (!isShown) return 'No suggestion for this record.';
    return 'Suggested by the latest run. Suggestions are hidden for audit records, so that those stay unbiased.';
  }

  // Between two people at one browser there is a moment when the page is still the other one's.
  isMine() {
    return this.outbox.scope === null || this.outbox.scope === this.scope;
  }

  answer(verdict, labels) {
    if (!this.session.current || !this.isMine()) return;
    this.session.answer(verdict, labels);
    this.draw();
  }

  undo() {
    if (this.session.undo()) this.draw();
  }

  // Returns whether the key was ours.
  onKey(event) {
    if (!this.session || !this.root.isConnected) return false;
    if (isUndo(event)) return this.press(event, () => this.undo(), {repeats: true});
    if (this.onTravel(event) || this.onOwnKey(event)) return true;
    if (hasModifier(event)) return false;
    const label = labelOfKey(event, this.task.labels);
    if (label) return this.press(event, () => this.chooseLabel(label));
    if (event.key === 'Backspace') return this.press(event, () => this.undo(), {repeats: true});
    if (event.key === '/') return this.choices.focusFilter();
    const act = {
      ' ': () => this.answer('ignore', []),
      a: () => this.acceptSuggestion(),
      x: () => this.rejectSuggestion(),
      f: () => this.flag(),
      m: () => this.session.current && this.record.comments.open(),
      '?': () => this.help.open(this.keyLines()),
    }[event.key.toLowerCase()];
    return act ? this.press(event, act) : false;
  }

  // The arrows go to the record before and after: with Ctrl, and alone where they move nothing else.
  onTravel(event) {
    const direction = {ArrowLeft: 'back', ArrowRight: 'forward'}[event.key];
    const isOurs = event.ctrlKey ? !event.shiftKey && !event.altKey : this.arrowsTravel && !hasModifier(event) && !event.shiftKey;
    if (!direction || !isOurs) return false;
    return this.press(event, () => this.go(direction), {repeats: true});
  }

  // A key held down acts once, unless it `repeats`.
  press(event, act, {repeats = false} = {}) {
    if (repeats || !event.repeat) act();
    return true;
  }

  close() {
    this.stopKeys();
    this.stopRail?.();
    window.removeEventListener('al-outbox', this.listen);
    if (this.outbox.bell === this.bell) this.outbox.bell = null;
    this.outbox.feed(false);
  }
}

// Returns a component's default export: one view per place on the page, made by `makeView(root)`.
export function componentOf(makeView) {
  const views = new WeakMap();
  return ({data, parentElement, setStateValue}) => {
    if (!views.has(parentElement)) views.set(parentElement, makeView(parentElement));
    views.get(parentElement).bell = (count) => setStateValue('bell', count);
    views.get(parentElement).receive(data);
    return onceGone(parentElement, () => {
      views.get(parentElement)?.close();
      views.delete(parentElement);
    });
  };
}
