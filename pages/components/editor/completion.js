// What Ctrl+Space offers: names of the project and words of the contract, and words that stand in the code already.

const WORD_PART = /[\p{L}\p{N}_.-]/u;
const PROJECT_NAMES = 1000; // before the contract's words, which come before those of the code itself
const CONTRACT = 900;

// Whether the place before `column` is inside quotes that the line opened.
function quoteBefore(line, column) {
  let open = null;
  for (let i = 0; i < column; i += 1) {
    if (line[i] === '\\') i += 1;
    else if (open === null && (line[i] === '"' || line[i] === "'")) open = line[i];
    else if (line[i] === open) open = null;
  }
  return open;
}

function wordBefore(line, column) {
  let start = column;
  while (start > 0 && WORD_PART.test(line[start - 1])) start -= 1;
  return line.slice(start, column);
}

function completerOf(known) {
  return {
    // names of embeddings have hyphens
    identifierRegexps: [WORD_PART],
    getCompletions(_editor, session, {row, column}, _prefix, show) {
      const line = session.getLine(row);
      const inQuotes = quoteBefore(line, column) !== null;
      const before = wordBefore(line, column);
      const offered = known()
        .filter(({quoted}) => quoted || !inQuotes)
        .map(({word, kind, quoted}) => ({
          caption: word,
          value: quoted && !inQuotes ? JSON.stringify(word) : word,
          meta: kind,
          score: quoted ? PROJECT_NAMES : CONTRACT,
        }));
      show(null, offered.filter(({caption}) => caption !== before));
    },
  };
}

// Puts our words before those that the editor knows by itself.
export function offer(ace, known) {
  ace.completers = [completerOf(known), ...(ace.completers ?? [])];
}
