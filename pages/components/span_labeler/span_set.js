// Spans over tokens: which there are, what overlaps, what to undo. Knows nothing of the screen.
//
// A span is {label_id, first, last, start, end}: `first` and `last` are token numbers, both included;
// `start` and `end` are half-open offsets in code points, as Python counts them. A guess is a suggested
// span that nobody has taken yet; it has a `confidence`.

// Where each code point of `text`, and its end, lies in the UTF-16 units that JavaScript counts.
export function unitPlaces(text) {
  const places = [];
  let unit = 0;
  for (const character of text) {
    places.push(unit);
    unit += character.length;
  }
  return [...places, unit];
}

export class SpanSet {
  // `tokens` are [start, end] in code points.
  constructor(tokens) {
    this.tokens = tokens;
    this.spans = [];
    this.past = [];
  }

  // Takes spans given in code points; a border inside a token is drawn with the whole token.
  load(given) {
    this.spans = [];
    for (const {label_id: labelId, start, end, confidence, run_id: runId} of given) {
      const first = this.tokens.findIndex((token) => token[1] > start);
      const after = this.tokens.findIndex((token) => token[0] >= end);
      const last = (after < 0 ? this.tokens.length : after) - 1;
      if (first < 0 || last < first || this.overlapping(first, last)) continue;
      this.spans.push({label_id: labelId, first, last, start, end, confidence: confidence ?? null, run_id: runId ?? null});
    }
    this.sort();
  }

  // Shows other suggestions beside what has been marked; no step of undo.
  suggest(guesses) {
    const given = this.given.map(({label_id: labelId, start, end}) => ({label_id: labelId, start, end}));
    this.load([...given, ...guesses]);
  }

  sort() {
    this.spans.sort((a, b) => a.first - b.first);
  }

  get given() {
    return this.spans.filter((span) => span.confidence === null);
  }

  get guesses() {
    return this.spans.filter((span) => span.confidence !== null);
  }

  at(token) {
    return this.spans.find((span) => span.first <= token && token <= span.last) ?? null;
  }

  overlapping(first, last) {
    return this.spans.find((span) => span.first <= last && first <= span.last) ?? null;
  }

  change(spans) {
    this.past.push(this.spans);
    this.spans = spans;
    this.sort();
  }

  // Marks the tokens from `first` to `last`. Returns the span that is in the way, or null when it is done.
  // Exactly the same tokens get the new label; a guess gives way.
  mark(first, last, labelId) {
    const isSame = (span) => span.first === first && span.last === last;
    const inTheWay = this.given.find((span) => span.first <= last && first <= span.last && !isSame(span));
    if (inTheWay) return inTheWay;
    const rest = this.spans.filter((span) => span.last < first || last < span.first);
    const [start, end] = [this.tokens[first][0], this.tokens[last][1]];
    this.change([...rest, {label_id: labelId, first, last, start, end, confidence: null, run_id: null}]);
    return null;
  }

  // Marks several places in one step of undo; those that overlap something given are left out. Returns how
  // many were marked.
  markAll(places, labelId) {
    const before = this.spans;
    const steps = this.past.length;
    const marked = places.filter(({first, last}) => this.mark(first, last, labelId) === null).length;
    this.past.length = steps;
    if (marked) this.past.push(before);
    return marked;
  }

  // Gives a span other borders. Returns the span that is in the way, or null when it is done.
  resize(span, first, last) {
    const inTheWay = this.given.find((other) => other !== span && other.first <= last && first <= other.last);
    if (inTheWay) return inTheWay;
    const rest = this.spans.filter((other) => other !== span && (other.last < first || last < other.first));
    const [start, end] = [this.tokens[first][0], this.tokens[last][1]];
    this.change([...rest, {...span, first, last, start, end, confidence: null}]);
    return null;
  }

  remove(span) {
    this.change(this.spans.filter((other) => other !== span));
  }

  accept(guess) {
    const rest = this.spans.filter((other) => other !== guess);
    this.change([...rest, {...guess, confidence: null}]);
  }

  undo() {
    if (!this.past.length) return false;
    this.spans = this.past.pop();
    return true;
  }

  labels() {
    return this.given.map(({label_id: labelId, start, end}) => ({label_id: labelId, start, end}));
  }
}
