// What the help dialog says about the keys of the span labeler: keys and words.

export const SPAN_KEYS = [
  [['1'], 'mark the selection, or the word under the cursor, by a key'],
  [['←', '→'], 'word before, word after; with Shift extend the selection'],
  [['Tab'], 'next span'],
  [['A'], 'accept the suggested span under the cursor'],
  [['X'], 'reject it'],
  [['0'], 'clear the span under the cursor'],
  [['N'], 'nothing to mark in this record'],
  [['Enter'], 'submit (also with Ctrl)'],
  [['Ctrl ←', 'Ctrl →'], 'record before, record after'],
];
