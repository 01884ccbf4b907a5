// What the colours mean, with counts. A click on a label leaves only its points in colour.

import {build} from '../tokens/build.js';

export function fillLegend(legend, colouring, focused, onFocus) {
  legend.replaceChildren(...(colouring.isAmount ? scale(colouring) : entries(colouring, focused, onFocus)));
}

function entries(colouring, focused, onFocus) {
  const present = colouring.groups.map((group, code) => ({...group, code, count: colouring.counts[code]}));
  return present
    .filter((group) => group.count > 0)
    .sort((a, b) => (a.isQuiet ? 1 : 0) - (b.isQuiet ? 1 : 0))
    .map((group) => {
      const square = build('i', {class: group.isQuiet ? 'square quiet' : 'square'});
      square.style.setProperty('--c', `var(${group.token})`);
      const entry = build(
        'button',
        {type: 'button', class: 'entry', 'aria-pressed': String(focused === group.code)},
        square,
        build('span', {class: 'name'}, group.name),
        build('span', {class: 'num'}, group.count.toLocaleString('en')),
      );
      entry.addEventListener('click', () => onFocus(focused === group.code ? null : group.code));
      return entry;
    });
}

function scale(colouring) {
  const unknown = colouring.counts[0];
  const bar = build('i', {class: 'scale'});
  const known = build('div', {class: 'ends'}, build('span', {}, '0.00'), bar, build('span', {}, '1.00'));
  const note = unknown > 0 && build('p', {class: 'caption'}, `unknown for ${unknown.toLocaleString('en')}, in grey`);
  return [known, note].filter(Boolean);
}
