// The column beside the record: progress, counts per label, last answers. Moves without a server trip.

import {build, paletteClass} from '../tokens/build.js';
import {markdownNodes} from './guidelines.js';

const MOST_COUNTS = 12;

const count = (number) => number.toLocaleString('en');
const fact = (value, words) => build('span', {}, build('b', {}, value), ` ${words}`);

// Puts `nodes` into `parent` in this order and moves only those that are not in place.
function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const node of [...parent.childNodes]) if (!wanted.has(node)) node.remove();
  let place = parent.firstChild;
  for (const node of nodes) {
    if (node === place) place = place.nextSibling;
    else parent.insertBefore(node, place);
  }
}

export class Rail {
  // `recall(recordNo)` brings an answered record back.
  constructor({countsTitle, labelledWord, describe, recall}) {
    this.recall = recall;
    this.describe = describe; // (line, label) -> words for an answer that is not one label
    this.heading = build('h3', {class: 'num'}, '');
    this.labelledWord = labelledWord;
    this.fill = build('i');
    this.facts = build('div', {class: 'facts num'});
    this.own = build('div', {class: 'facts num'});
    this.shownGuidelines = '';
    this.guidelines = build('section', {class: 'guidelines', hidden: true});
    this.countRows = [];
    this.shownNames = '';
    this.shownLines = new Map(); // an answer and its label in words -> its row
    this.counts = build('div', {class: 'counts num'});
    this.history = build('ol', {class: 'history'});
    this.noHistory = build('li', {class: 'caption'}, 'Nothing yet.');
    this.element = build(
      'aside', {class: 'rail', 'aria-label': 'Progress'},
      build('section', {}, this.heading, build('div', {class: 'bar thick'}, this.fill), this.own, this.facts),
      this.guidelines,
      build('section', {}, build('h3', {}, countsTitle), this.counts),
      build('section', {}, build('h3', {}, 'My last answers', build('span', {class: 'caption'}, 'click to correct')), this.history),
    );
  }

  draw(task, progress) {
    const {labels} = task;
    this.drawGuidelines(task.guidelines ?? '');
    const now = progress.counts();
    this.heading.replaceChildren(
      `${count(now.labelled)} of ${count(now.total)}`, build('span', {class: 'caption'}, this.labelledWord),
    );
    this.fill.style.width = `${now.total ? Math.min(100, (100 * now.labelled) / now.total) : 0}%`;
    const seconds = progress.secondsEach();
    const pace = seconds === null ? [] : [fact(`${seconds.toFixed(1)} s`, 'each')];
    this.own.replaceChildren(fact(count(now.today), 'today'), fact(count(now.lastHour), 'in the last hour'), ...pace);
    this.facts.replaceChildren(fact(count(now.audit), 'audit, drawn at random'), fact(count(now.byStrategy), 'by strategy'));
    this.drawCounts(labels, now.byLabel);
    this.drawHistory(labels, progress.lines());
  }

  drawCounts(labels, byLabel) {
    const given = (label) => Math.max(0, byLabel[label.label_id] ?? 0);
    const many = labels.length > MOST_COUNTS;
    const shown = many ? [...labels].sort((a, b) => given(b) - given(a)).slice(0, MOST_COUNTS) : labels;
    const most = Math.max(1, ...shown.map(given));
    const names = JSON.stringify(shown);
    if (names !== this.shownNames) this.buildCounts(shown, labels.length - shown.length);
    this.shownNames = names;
    shown.forEach((label, place) => {
      const {bar, number} = this.countRows[place];
      bar.style.width = `${(100 * given(label)) / most}%`;
      number.textContent = count(given(label));
    });
  }

  buildCounts(labels, notShown) {
    this.countRows = labels.map((label) => {
      const colour = paletteClass(label.colour);
      const name = build('span', {class: `lab ${colour}`}, build('i', {class: 'dot'}), build('span', {}, label.name));
      const bar = build('i');
      const number = build('span');
      return {bar, number, cells: [name, build('span', {class: `bar ${colour}`}, bar), number]};
    });
    const rest = notShown ? [build('span', {class: 'caption rest'}, `and ${notShown} more`)] : [];
    this.counts.replaceChildren(...this.countRows.flatMap((row) => row.cells), ...rest);
  }

  drawGuidelines(text) {
    if (text === this.shownGuidelines) return;
    this.shownGuidelines = text;
    this.guidelines.hidden = !text.trim();
    this.guidelines.replaceChildren(build('h3', {}, 'Guidelines'), build('div', {class: 'markdown'}, ...markdownNodes(text)));
  }

  drawHistory(labels, lines) {
    const rows = new Map();
    for (const line of lines) {
      const label = labels.find((known) => known.label_id === line.label_id);
      const key = JSON.stringify([line, label]);
      rows.set(key, this.shownLines.get(key) ?? build('li', {}, this.historyButton(line, label)));
    }
    this.shownLines = rows;
    arrange(this.history, rows.size ? [...rows.values()] : [this.noHistory]);
  }

  historyButton(line, label) {
    const words = this.describe(line, label);
    const dot = label && !words ? build('i', {class: 'dot'}) : null;
    const name = build('span', {}, words || label?.name || 'a removed label');
    const colour = dot ? paletteClass(label.colour) : 'quiet';
    const button = build(
      'button', {type: 'button', title: 'Bring this record back to correct its answer'},
      build('span', {class: `lab ${colour}`}, dot, name), build('span', {}, line.text),
    );
    button.addEventListener('mousedown', (event) => event.preventDefault()); // the keys keep working
    button.addEventListener('click', () => this.recall(line.record_no));
    return button;
  }
}
