// Problems in the code: a mark in the gutter, a red line, and the sentence under the line.

const FIX_WITHIN = 40; // lines: a setting's value may be a list that is written over many

function byRow(problems, lastRow) {
  const rows = new Map();
  for (const problem of problems) {
    if (problem.line < 1) continue;
    const row = Math.min(problem.line - 1, lastRow);
    rows.set(row, [...(rows.get(row) ?? []), problem]);
  }
  return rows;
}

function problemWidget(page, row, problems, replace) {
  const element = page.createElement('div');
  element.className = 'al-problem';
  for (const {message, fix} of problems) {
    const sentence = page.createElement('p');
    sentence.textContent = message;
    if (fix) sentence.append(fixButton(page, fix, () => replace(widget.row, fix)));
    element.append(sentence);
  }
  const widget = {row, el: element, fixedWidth: true, coverGutter: false};
  return widget;
}

function fixButton(page, [, right], act) {
  const button = page.createElement('button');
  button.type = 'button';
  button.textContent = 'Replace';
  button.setAttribute('aria-label', `Replace by ${right}`);
  button.addEventListener('mousedown', (event) => event.preventDefault()); // the editor keeps the keys
  button.addEventListener('click', act);
  return button;
}

// Where `text` stands in quotes, in `row` or soon after it: {row, column} of its first letter, or null.
function placeOfQuoted(session, row, text) {
  const last = Math.min(session.getLength(), row + FIX_WITHIN);
  for (let i = row; i < last; i += 1) {
    const columns = [`"${text}"`, `'${text}'`].map((quoted) => session.getLine(i).indexOf(quoted));
    const column = Math.max(...columns);
    if (column >= 0) return {row: i, column: column + 1};
  }
  return null;
}

// A range that stays on its line when lines are put in above it.
function anchoredRange(session, row, Range) {
  const range = new Range(row, 0, row, Infinity);
  range.start = session.doc.createAnchor(range.start);
  range.end = session.doc.createAnchor(range.end);
  return range;
}

export class ProblemMarks {
  constructor(frame, ace) {
    this.page = frame.contentDocument;
    this.ace = ace;
    this.markers = [];
    this.widgets = [];
    const {require} = frame.contentWindow.ace;
    this.Range = require('ace/range').Range;
    const {LineWidgets} = require('ace/line_widgets');
    const {session} = ace;
    if (!session.widgetManager) {
      session.widgetManager = new LineWidgets(session);
      session.widgetManager.attach(ace);
    }
  }

  show(problems) {
    const {session} = this.ace;
    this.clear();
    const rows = byRow(problems, session.getLength() - 1);
    const annotations = [...rows].map(([row, found]) => ({
      row,
      column: 0,
      text: found.map(({message}) => message).join('\n'),
      type: 'error',
    }));
    session.setAnnotations(annotations);
    for (const [row, found] of rows) {
      const range = anchoredRange(session, row, this.Range);
      this.markers.push(session.addMarker(range, 'al-bad-line', 'fullLine', false));
      const widget = problemWidget(this.page, row, found, (...fix) => this.replace(...fix));
      session.widgetManager.addLineWidget(widget);
      this.widgets.push(widget);
    }
  }

  replace(row, [wrong, right]) {
    const {session} = this.ace;
    const place = placeOfQuoted(session, row, wrong);
    if (place === null) return;
    const range = new this.Range(place.row, place.column, place.row, place.column + wrong.length);
    session.replace(range, right);
    this.ace.focus();
  }

  clear() {
    const {session} = this.ace;
    this.markers.forEach((marker) => session.removeMarker(marker));
    this.widgets.forEach((widget) => session.widgetManager.removeLineWidget(widget));
    this.markers = [];
    this.widgets = [];
    session.clearAnnotations();
  }

  // Moves to the next problem after the cursor, or to the first.
  goToNext() {
    const rows = this.ace.session.getAnnotations().map(({row}) => row);
    if (!rows.length) return;
    const after = rows.find((row) => row > this.ace.getCursorPosition().row);
    this.ace.gotoLine((after ?? rows[0]) + 1, 0, false);
    this.ace.focus();
  }
}
