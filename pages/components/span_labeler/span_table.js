// The list of spans below the buttons: what is marked, where, by whom, and a link to clear or accept it.

import {build, paletteClass} from '../tokens/build.js';

const HEADINGS = [['Span', ''], ['Text', ''], ['Characters', 'n'], ['From', ''], ['Confidence', 'n'], ['', '']];

export class SpanTable {
  constructor({clear, accept}) {
    this.clear = clear;
    this.accept = accept;
    this.rows = new Map(); // span -> its row; spans are replaced, never changed
    this.drawn = {spans: null, active: null};
    this.body = build('tbody');
    const head = build('tr', {}, ...HEADINGS.map(([words, style]) => build('th', {class: style}, words)));
    this.table = build('table', {}, build('thead', {}, head), this.body);
    this.element = build('section', {class: 'span-list'}, build('h3', {}, 'Spans in this record'), this.table);
  }

  draw(spans, {textOf, labelOf, active}) {
    if (spans === this.drawn.spans && active === this.drawn.active) return; // every step of the cursor asks
    if (spans !== this.drawn.spans) this.drawRows(spans, textOf, labelOf);
    this.rows.get(this.drawn.active)?.classList.remove('sel');
    this.rows.get(active)?.classList.add('sel');
    this.drawn = {spans, active};
  }

  // A record can have hundreds of spans: only the rows of new ones are built.
  drawRows(spans, textOf, labelOf) {
    const kept = new Map(spans.map((span) => [span, this.rows.get(span) ?? this.row(span, textOf(span), labelOf(span.label_id))]));
    for (const [span, row] of this.rows) if (!kept.has(span)) row.remove();
    let after = null; // from the last row up, each stands before the one that follows it
    for (const row of [...kept.values()].reverse()) {
      if (row.nextSibling !== after || !row.isConnected) this.body.insertBefore(row, after);
      after = row;
    }
    this.rows = kept;
    this.element.hidden = !spans.length;
  }

  row(span, text, label) {
    const isGuess = span.confidence !== null;
    const act = isGuess ? this.accept : this.clear;
    const link = build('button', {class: 'link', type: 'button'}, isGuess ? 'Accept' : 'Clear');
    link.addEventListener('mousedown', (event) => event.preventDefault());
    link.addEventListener('click', () => act(span));
    const tag = build('span', {class: `tag ${paletteClass(label.colour)}`}, build('i', {class: 'dot'}), label.name);
    return build(
      'tr', {},
      build('td', {}, tag),
      build('td', {class: 'marked', dir: 'auto'}, text),
      build('td', {class: 'n'}, `${span.start} to ${span.end}`),
      build('td', {}, isGuess ? 'suggested' : 'you'),
      build('td', {class: 'n'}, isGuess ? span.confidence.toFixed(2) : ''),
      build('td', {class: 'n'}, link),
    );
  }
}
