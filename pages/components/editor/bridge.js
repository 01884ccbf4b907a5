// The bridge between Python and the Ace editor beside it: one instance per editor.
// Python gets the text as state, never as a one-shot event: Streamlit merges reruns, and an event that
// was merged away would be a press of Run that nobody heard.

import {boxAbove, letEscapeLeave, listenForKeys, setOptions, waitForAce} from './ace.js';
import {holdNextClick} from './clicks.js';
import {offer} from './completion.js';
import {dressFrame} from './look.js';
import {ProblemMarks} from './problems.js';
import {onceGone} from '../tokens/build.js';

const PAUSE_MS = 700; // a pause in typing this long sends the draft
const bridges = new WeakMap();
let eventCount = 0;

// Different from every other event, also from those of another tab or of this page before a reload.
function eventId() {
  eventCount += 1;
  return `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}-${eventCount}`;
}

class EditorBridge {
  constructor(root) {
    this.root = root;
    const find = (part) => root.querySelector(`[data-part='${part}']`);
    this.parts = {
      early: find('early'),
      status: find('status'),
      problems: find('problems'),
      place: find('place'),
      general: find('general'),
      announced: find('announced'),
    };
    this.events = {run: null, save: null};
    this.parts.problems.addEventListener('click', () => this.marks?.goToNext());
    find('theme').addEventListener('transitionrun', () => this.dress());
  }

  update(mounted, setStateValue) {
    this.mounted = mounted;
    this.setStateValue = setStateValue;
    this.parts.early.style.height = `${mounted.height}px`;
    if (this.ace?.container.isConnected) {
      this.adopt();
      return;
    }
    this.ace = null;
    this.parts.early.textContent = mounted.text;
    this.hideFrame();
    this.stopWaiting?.();
    this.stopWaiting = waitForAce(this.root.host, (found) => this.attach(found));
  }

  // Until Ace is ready its frame lies out of the way and the text stands in its place.
  hideFrame() {
    this.box = boxAbove(this.root.host);
    Object.assign(this.box.style, {position: 'absolute', visibility: 'hidden'});
  }

  attach({frame, ace}) {
    Object.assign(this, {frame, ace});
    setOptions(ace);
    if (ace.getValue() !== this.mounted.text) ace.session.setValue(this.mounted.text);
    ace.gotoLine(1, 0, false);
    this.sent = this.mounted.text;
    this.generation = this.mounted.generation;
    this.marks = new ProblemMarks(frame, ace);
    offer(ace, () => this.mounted.completions);
    this.listen();
    this.dress();
    this.showProblems();
    this.showPlace();
    this.frameIn();
    Object.assign(this.box.style, {position: '', visibility: ''});
    this.parts.early.hidden = true;
    ace.resize(true);
  }

  frameIn() {
    // the package's own height has room for the button that is hidden, and for none of the border
    Object.assign(this.frame.style, {
      display: 'block',
      boxSizing: 'border-box',
      maxHeight: `${this.mounted.height}px`,
      borderRadius: '6px 6px 0 0',
    });
  }

  listen() {
    const {ace, frame, parts} = this;
    ace.on('blur', () => {
      if (this.send()) holdNextClick();
      parts.status.classList.remove('editing');
    });
    ace.on('focus', () => {
      ace.container.dataset.touched = 'yes'; // the cursor stands where the person put it
      parts.status.classList.add('editing');
    });
    ace.session.on('change', () => {
      clearTimeout(this.pause);
      this.pause = setTimeout(() => this.send(), PAUSE_MS);
    });
    ace.selection.on('changeCursor', () => this.showPlace());
    listenForKeys(frame, (wanted) => this.send(wanted));
    letEscapeLeave(ace, parts.status);
  }

  dress() {
    if (this.ace) dressFrame(this.root.host, this.frame, this.ace);
  }

  // A new generation is Python's own text; within one, what stands in the editor is newer than any.
  adopt() {
    const {mounted, ace} = this;
    if (mounted.generation !== this.generation) {
      this.generation = mounted.generation;
      this.sent = mounted.text;
      ace.setValue(mounted.text, -1); // Ctrl+Z brings the other text back
      clearTimeout(this.pause);
    }
    this.showProblems();
  }

  // Sends the text when Python does not have it, and always together with `wanted`, "run" or "save".
  send(wanted) {
    clearTimeout(this.pause);
    const text = this.ace.getValue();
    if (!wanted && text === this.sent) return false;
    if (wanted) this.events = {...this.events, [wanted]: eventId()};
    this.sent = text;
    this.setStateValue('draft', {text, generation: this.generation, ...this.events});
    return true;
  }

  showProblems() {
    const {problems} = this.mounted;
    const found = JSON.stringify(problems);
    if (found === this.shownProblems) return;
    this.shownProblems = found;
    this.marks.show(problems);
    const {parts} = this;
    parts.problems.hidden = problems.length === 0;
    parts.problems.textContent = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    const inWords = ({line, message}) => (line > 0 ? `Line ${line}: ${message}` : message);
    parts.announced.textContent = problems.map(inWords).join(' ');
    const general = problems.filter(({line}) => line < 1);
    parts.general.hidden = general.length === 0;
    parts.general.textContent = general.map(({message}) => message).join('\n');
  }

  showPlace() {
    const {row, column} = this.ace.getCursorPosition();
    this.parts.place.textContent = `line ${row + 1}, column ${column + 1}`;
  }

  close() {
    clearTimeout(this.pause);
    this.stopWaiting?.();
  }
}

export default function ({data: mounted, parentElement: root, setStateValue}) {
  if (!bridges.has(root)) bridges.set(root, new EditorBridge(root));
  const bridge = bridges.get(root);
  bridge.update(mounted, setStateValue);
  return onceGone(root, () => {
    bridge.close();
    bridges.delete(root);
  });
}
