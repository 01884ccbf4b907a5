// Draws a text as tokens with spans, cursor and selection, and changes only what differs from the last
// drawing: a long record has thousands of tokens.

import {build, paletteClass} from '../tokens/build.js';
import {unitPlaces} from './span_set.js';

const BORDER = 5; // pixels beside a span's border that take hold of it
const DIFFERENCES = ['first', 'last', 'label_id', 'confidence'];
const isSameSpan = (a, b) => DIFFERENCES.every((name) => a[name] === b[name]);

export class TokenText {
  constructor(box) {
    this.box = box;
    this.words = []; // an element per token
    this.gaps = []; // what stands before a token: an element, or null
    this.drawn = []; // {span, wrapper}
    this.marks = new Map(); // node -> class: the cursor, or what is selected
    this.active = null;
  }

  load(text, tokens) {
    const units = unitPlaces(text);
    this.words = [];
    this.gaps = [];
    this.drawn = [];
    this.marks = new Map();
    this.active = null;
    const nodes = [];
    let end = 0;
    tokens.forEach((token, number) => {
      const [start, stop] = token.map((place) => units[place]);
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

  // The span whose left or right border lies under the pointer, with the token at its other end; or null.
  borderAt(event) {
    const wrapper = event.composedPath().find((node) => node.classList?.contains('span'));
    const entry = wrapper && this.drawn.find((drawn) => drawn.wrapper === wrapper);
    if (!entry) return null;
    const {span} = entry;
    const boxes = wrapper.getClientRects();
    const isRight = Math.abs(event.clientX - boxes[boxes.length - 1].right) <= BORDER;
    const isLeft = !isRight && Math.abs(event.clientX - boxes[0].left) <= BORDER;
    if (!isLeft && !isRight) return null;
    const isForward = getComputedStyle(this.box).direction !== 'rtl';
    return {span, anchor: isRight === isForward ? span.first : span.last};
  }

  // Every place with the same words as the tokens from `first` to `last`.
  sameAs(first, last) {
    const words = this.words.slice(first, last + 1).map((word) => word.textContent);
    const places = [];
    for (let number = 0; number + words.length <= this.words.length; number += 1) {
      if (!words.every((word, step) => this.words[number + step].textContent === word)) continue;
      places.push({first: number, last: number + words.length - 1});
      number += words.length - 1;
    }
    return places;
  }

  // Shows the selected tokens, or the cursor when `isCursor`: around the whole span it stands in. `places` are
  // selected too. A selection can be the whole record, and grows by a word at a time: only that word is touched.
  drawCursor({first, last, isCursor, span, places}) {
    this.active?.classList.remove('active');
    this.active = isCursor && span ? this.drawn.find((entry) => isSameSpan(entry.span, span))?.wrapper ?? null : null;
    this.active?.classList.add('active');
    const marks = new Map();
    for (const place of this.words.length ? places : []) {
      for (const node of this.nodesOf(place.first, place.last)) marks.set(node, 'selected');
    }
    if (this.words.length && !(isCursor && span)) {
      for (const node of this.nodesOf(first, last)) marks.set(node, isCursor ? 'cursor' : 'selected');
    }
    for (const [node, name] of this.marks) if (marks.get(node) !== name) node.classList.remove(name);
    for (const [node, name] of marks) if (this.marks.get(node) !== name) node.classList.add(name);
    this.marks = marks;
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
