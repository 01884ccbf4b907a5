// Precision of each heuristic for each label: red where the whole interval lies below the target.

import {build} from '../tokens/build.js';
import {numberLink} from './rows.js';

const FEW = 10; // labels, below which a number is shown pale

export function labelMatrix(rows, mounted, act) {
  const judged = rows.filter((row) => row.byLabel.length);
  if (!judged.length || mounted.labels.length > 30) return null;
  const heads = mounted.labels.map((label) => build('th', {scope: 'col', class: 'n'}, build('i', {class: `dot ${label.colour}`}), label.name));
  const cells = (row) => {
    const found = new Map(row.byLabel.map((one) => [one.id, one]));
    return mounted.labels.map((label) => {
      const one = found.get(label.id);
      if (!one) return build('td', {class: 'n'});
      const tone = one.high < mounted.target ? 'low' : one.n < FEW ? 'few' : '';
      const title = `${one.low.toFixed(2)} to ${one.high.toFixed(2)}, recall ${one.recall === null ? 'unknown' : one.recall.toFixed(2)}`;
      return build('td', {class: `n ${tone}`, title}, numberLink(one.precision.toFixed(2), one.place, act), build('small', {}, String(one.n)));
    });
  };
  return build('section', {class: 'by-label'},
    build('h3', {}, 'Precision by label ', build('span', {class: 'caption'}, 'with n, red where the interval lies below the target')),
    build('div', {class: 'scroll'}, build('table', {class: 'matrix', 'aria-label': 'Precision by label'},
      build('thead', {}, build('tr', {}, build('th', {scope: 'col'}), ...heads)),
      build('tbody', {}, ...judged.map((row) => build('tr', {}, build('td', {}, row.name), ...cells(row)))))));
}
