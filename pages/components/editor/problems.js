// Problems in the code: a mark in the gutter, a red line, and the sentence under the line.

function byRow(problems, lastRow) {
  const rows = new Map();
  for (const {line, message} of problems) {
    if (line < 1) continue;
    const row = Math.min(line - 1, lastRow);
    rows.set(row, [...(rows.get(row) ?? []), message]);
  }
  return rows;
}

function problemWidget(page, row, messages) {
  const element = page.createElement('div');
  element.className = 'al-problem';
  for (const message of messages) {
    const sentence = page.createElement('p');
    sentence.textContent = message;
    element.append(sentence);
  }
  return {row, el: element, fixedWidth: true, coverGutter: false};
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
    const annotations = [...rows].map(([row, messages]) => ({
      row,
      column: 0,
      text: messages.join('\n'),
      type: 'error',
    }));
    session.setAnnotations(annotations);
    for (const [row, messages] of rows) {
      const range = anchoredRange(session, row, this.Range);
      this.markers.push(session.addMarker(range, 'al-bad-line', 'fullLine', false));
      const widget = problemWidget(this.page, row, messages);
      session.widgetManager.addLineWidget(widget);
      this.widgets.push(widget);
    }
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
