// A small reader of Python source: enough to tell code from strings and comments, and to find the
// arguments of a decorator. It never fails: code that is being typed is rarely complete.

const STRING_START = /^[rRbBuUfF]{0,2}('''|"""|'|")/;
const NAME = /^[\p{L}_][\p{L}\p{N}_]*/u;
const OPENING = '([{';
const CLOSING = ')]}';
const STATEMENTS = new Set(['def', 'class', 'return', 'import', '@']);

function stringEnd(source, contentStart, quote) {
  for (let i = contentStart; i < source.length; i += 1) {
    if (source[i] === '\\') i += 1;
    else if (source.startsWith(quote, i)) return i + quote.length;
    else if (source[i] === '\n' && quote.length === 1) return i; // never closed: it ends with its line
  }
  return source.length;
}

function tokenAt(source, start) {
  const rest = source.slice(start, start + 200);
  const opened = STRING_START.exec(rest);
  if (opened) {
    const contentStart = start + opened[0].length;
    const end = stringEnd(source, contentStart, opened[1]);
    const content = source.slice(contentStart, Math.max(contentStart, end - opened[1].length));
    return {kind: 'string', start, end, text: source.slice(start, end), content};
  }
  const name = NAME.exec(rest);
  const text = name ? name[0] : source[start];
  return {kind: name ? 'name' : 'mark', start, end: start + text.length, text};
}

// Tokens with their offsets, without white space and comments.
export function tokensOf(source) {
  const tokens = [];
  let i = 0;
  while (i < source.length) {
    if (/\s/.test(source[i])) {
      i += 1;
    } else if (source[i] === '#') {
      const end = source.indexOf('\n', i);
      i = end === -1 ? source.length : end;
    } else {
      const token = tokenAt(source, i);
      tokens.push(token);
      i = token.end;
    }
  }
  return tokens;
}

// Tokens between the bracket at `open` and its partner, split at the commas; `close` is the partner's index.
function splitArguments(tokens, open) {
  const parts = [[]];
  let depth = 0;
  let i = open + 1;
  for (; i < tokens.length; i += 1) {
    const {text, kind} = tokens[i];
    if (STATEMENTS.has(text)) break; // the bracket was never closed
    if (kind === 'mark' && CLOSING.includes(text)) {
      if (depth === 0) break;
      depth -= 1;
    }
    if (kind === 'mark' && OPENING.includes(text)) depth += 1;
    if (kind === 'mark' && text === ',' && depth === 0) parts.push([]);
    else parts.at(-1).push(tokens[i]);
  }
  return {parts: parts.filter((part) => part.length), close: i};
}

function argumentOf(tokens) {
  const isNamed = tokens.length > 2 && tokens[0].kind === 'name' && tokens[1].text === '=';
  return isNamed ? {name: tokens[0].text, value: tokens.slice(2)} : {name: null, value: tokens};
}

// Elements of a list or tuple written out in `value`, or null when it is something else.
export function elementsOf(value) {
  if (!'[('.includes(value[0].text) || !'])'.includes(value.at(-1).text)) return null;
  return splitArguments(value, 0).parts;
}

// All uses of a decorator: {start, nameEnd, open (token of its bracket or null), args}.
export function decoratorsCalled(tokens, name) {
  const found = [];
  for (let i = 0; i < tokens.length; i += 1) {
    if (tokens[i].text !== '@') continue;
    let last = i + 1;
    while (tokens[last + 1]?.text === '.') last += 2;
    if (tokens[last]?.text !== name) continue;
    const hasBracket = tokens[last + 1]?.text === '(';
    found.push({
      start: tokens[i].start,
      nameEnd: tokens[last].end,
      open: hasBracket ? tokens[last + 1] : null,
      args: hasBracket ? splitArguments(tokens, last + 1).parts.map(argumentOf) : [],
    });
  }
  return found;
}

export function functionsCalled(tokens, name) {
  return tokens.filter((token, i) => token.text === 'def' && tokens[i + 1]?.text === name);
}

export function stringAround(tokens, offset) {
  return tokens.find(({kind, start, end}) => kind === 'string' && start < offset && offset < end);
}
