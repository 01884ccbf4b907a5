// Putting a badge's name into the Ace editor on the page. Returns the sentence that says what happened.

import {aceNear} from '../editor/ace.js';
import {stringAround, tokensOf} from './python_source.js';
import {settingEdit} from './settings.js';

function replaceText({ace, frame}, {start, end, text}) {
  const {Range} = frame.contentWindow.ace.require('ace/range');
  const {doc} = ace.session;
  const range = Range.fromPoints(doc.indexToPosition(start), doc.indexToPosition(end));
  const after = ace.session.replace(range, text);
  ace.selection.clearSelection();
  ace.moveCursorToPosition(after);
  ace.renderer.scrollCursorIntoView(after, 0.5);
  ace.focus(); // leaving the editor again is what tells Python
}

function insertAtCursor(found, name) {
  const {ace} = found;
  if (!ace.container.dataset.touched) return 'Click into the code where the name should go, then insert it.';
  const source = ace.getValue();
  const {start, end} = ace.getSelectionRange();
  const from = ace.session.doc.positionToIndex(start);
  const to = ace.session.doc.positionToIndex(end);
  const isInString = stringAround(tokensOf(source), from);
  replaceText(found, {start: from, end: to, text: isInString ? name : JSON.stringify(name)});
  return 'Inserted at the cursor.';
}

export function insertName(host, setting, name, {add}) {
  const found = aceNear(host);
  if (!found) return 'The editor is not ready yet.';
  const {ace} = found;
  const cursor = ace.session.doc.positionToIndex(ace.getCursorPosition());
  const edit = settingEdit(ace.getValue(), cursor, setting, name, {add});
  if (edit === null) return insertAtCursor(found, name);
  if (edit.outcome === 'already') return `It is at ${setting} already.`;
  replaceText(found, edit);
  return {
    added: `Added to ${setting}.`,
    replaced: `Inserted at ${setting}.`,
    decorated: `Inserted as a decorator with ${setting}.`,
  }[edit.outcome];
}
