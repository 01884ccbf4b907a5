// Draws a text as tokens with spans, cursor and selection, and changes only what differs from the last
// drawing: a long record has thousands of tokens.

import {build, paletteClass} from '../tokens/build.js';
import {utf16Places} from './span_set.js';

const DIFFERENCES = ['first', 'last', 'label_id', 'confidence'];
const isSameSpan = (a, b) => DIFFERENCES.every((name) => a[name] === b[name]);

export class TokenText {
  constructor(box) {
    this.box = box;
    this.words = []; // an element per token
    this.gaps = []; // what stands before a token: an element, or null
    this.drawn = []; // {span, wrapper}
    this.selected = [];
    this.active = null;
  }

  load(text, tokens) {
    const places = utf16Places(text, tokens.flat());
    this.words = [];
    this.gaps = [];
    this.drawn = [];
    this.selected = [];
    this.active = null;
    const nodes = [];
    let end = 0;
    tokens.forEach((_, number) => {
      const [start, stop] = [places[2 * number], places[2 * number + 1]];
      const gap = start > end ? build('span', {class: 'gap'}, text.slice(end, start)) : null;
      const word = build('span', {class: 'word'}, text.slice(start, stop));
      word.dataset.token = number;
      if (gap) gap.dataset.gap = number;
      this.gaps.push(gap);
      this.words.push(word);
      nodes.push(...(gap ? [gap, word] : [word]));
      end = stop;
    });
    this.box.replaceChildren(...nodes, text.slice(end));
  }

  // `labelOf(label_id)` gives {name, colour}.
  drawSpans(spans, labelOf) {
    const kept = [];
    for (const entry of this.drawn) {
      if (spans.some((span) => isSameSpan(span, entry.span))) kept.push(entry);
      else this.unwrap(entry.wrapper);
    }
    const isNew = (span) => !kept.some((entry) => isSameSpan(span, entry.span));
    const added = spans.filter(isNew).map((span) => ({span, wrapper: this.wrap(span, labelOf(span.label_id))}));
    this.drawn = [...kept, ...added];
  }

  wrap(span, label) {
    const isGuess = span.confidence !== null;
    const caption = isGuess ? `${label.name} ${span.confidence.toFixed(2)}` : label.name;
    const wrapper = build('span', {class: `span ${paletteClass(label.colour)}${isGuess ? ' guess' : ''}`});
    wrapper.dataset.caption = caption;
    const content = this.nodesOf(span.first, span.last);
    content[0].before(wrapper);
    wrapper.append(...content);
    return wrapper;
  }

  unwrap(wrapper) {
    wrapper.replaceWith(...wrapper.childNodes);
  }

  // Tokens from `first` to `last` with the gaps between them.
  nodesOf(first, last) {
    const nodes = [];
    for (let number = first; number <= last; number += 1) {
      if (number > first && this.gaps[number]) nodes.push(this.gaps[number]);
      nodes.push(this.words[number]);
    }
    return nodes;
  }

  // Shows the selected tokens, or the cursor when `isCursor`: around the whole span it stands in.
  drawCursor({first, last, isCursor, span}) {
    for (const node of this.selected) node.classList.remove('selected', 'cursor');
    this.active?.classList.remove('active');
    this.active = null;
    this.selected = [];
    if (!this.words.length) return;
    if (isCursor && span) {
      this.active = this.drawn.find((entry) => isSameSpan(entry.span, span))?.wrapper ?? null;
      this.active?.classList.add('active');
    } else {
      this.selected = this.nodesOf(first, last);
      for (const node of this.selected) node.classList.add(isCursor ? 'cursor' : 'selected');
    }
  }

  reveal(token) {
    this.words[token]?.scrollIntoView({block: 'nearest'});
  }

  // The token one line above (-1) or below (1) that lies nearest to `token`.
  inNextLine(token, direction) {
    const box = (number) => this.words[number].getBoundingClientRect();
    const from = box(token);
    const middle = from.left + from.width / 2;
    const away = (rect) => Math.abs(rect.left + rect.width / 2 - middle);
    let best = null;
    let line = null;
    for (let number = token + direction; this.words[number]; number += direction) {
      const rect = box(number);
      if (Math.abs(rect.top - from.top) < from.height / 2) continue;
      if (line !== null && Math.abs(rect.top - line) > from.height / 2) break;
      line = rect.top;
      if (best === null || away(rect) < away(box(best))) best = number;
    }
    return best ?? token;
  }
}
