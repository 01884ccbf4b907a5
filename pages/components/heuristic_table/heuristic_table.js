// All heuristics of a task: searched, sorted and chosen in the browser; numbers lead to their records.

import {build, icon} from '../tokens/build.js';
import {cardOf, tableRow} from './rows.js';
import {labelMatrix} from './matrix.js';

const KINDS = [
  ['', 'All'], ['active_learner', 'Learners'], ['labeling_function', 'Functions'], ['precomputed', 'Precomputed'],
  ['look', 'Needs a look'],
];
const COLUMNS = [
  ['name', 'Name', 'name'], ['state', 'State', 'name'], ['precision', 'Precision at its threshold', 'most'],
  ['recall', 'Recall', 'most'], ['f1', 'F1', 'most'], ['coverage', 'Covers', 'most'], ['hits', 'Hits', 'most'],
  ['overlaps', 'Overlaps', 'most'], ['conflicts', 'Conflicts', 'most'], ['alone', 'Alone', 'most'],
  ['', 'Trend', ''], ['last', 'Last run', 'most'],
];
const TIPS = {
  Overlaps: 'Records that another heuristic votes on too.',
  Conflicts: 'Records that another heuristic gives another label.',
  Alone: 'Labelled records that no other heuristic gets right.',
  Covers: 'Share of the unlabelled records that get a kept prediction.',
};
const views = new Map(); // what a person chose stays when the page is drawn again

function matches(row, view) {
  if (view.kind === 'look' ? !row.look : view.kind && row.kind !== view.kind) return false;
  const wanted = view.search.trim().toLowerCase();
  return !wanted || `${row.name}\n${row.description}\n${row.source}`.toLowerCase().includes(wanted);
}

function sorted(rows, view) {
  if (!view.by) return rows;
  const value = (row) => (typeof row[view.by] === 'string' ? row[view.by].toLowerCase() : row[view.by]);
  const compare = (a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === y) return 0;
    if (x === null || x === undefined) return 1; // what is unknown comes last, whichever way
    if (y === null || y === undefined) return -1;
    return (x < y ? -1 : 1) * (view.down ? -1 : 1);
  };
  return [...rows].sort(compare);
}

function toolbar(rows, view, changed) {
  const search = build('input', {type: 'search', placeholder: 'Search name or code', 'aria-label': 'Search name or code', 'data-part': 'search'});
  search.value = view.search;
  search.addEventListener('input', () => changed({search: search.value}));
  const pills = KINDS.map(([kind, title]) => {
    const n = rows.filter((row) => matches(row, {kind, search: ''})).length;
    const pill = build('button', {class: 'pill', type: 'button', 'aria-pressed': String(view.kind === kind)}, `${title} ${n}`);
    pill.addEventListener('click', () => changed({kind}));
    return n || !kind ? pill : null;
  });
  const ways = ['Table', 'Cards'].map((way) => {
    const button = build('button', {type: 'button', 'aria-pressed': String(view.way === way)}, way);
    button.addEventListener('click', () => changed({way}));
    return button;
  });
  return build('div', {class: 'toolbar'}, search, ...pills, build('span', {class: 'spring'}), build('div', {class: 'segmented', role: 'group', 'aria-label': 'View'}, ...ways));
}

function headRow(shown, view, act, changed) {
  const every = build('input', {type: 'checkbox', 'aria-label': 'Choose all'});
  every.checked = shown.length > 0 && shown.every((row) => view.chosen.has(row.id));
  every.addEventListener('change', () => act.choose(shown.map((row) => row.id), every.checked));
  const heads = COLUMNS.map(([by, title, first]) => {
    const isNumber = !['Name', 'State', 'Precision at its threshold', 'Trend'].includes(title);
    const attributes = {scope: 'col', class: isNumber ? 'n' : '', title: TIPS[title]};
    if (!by) return build('th', attributes, title);
    const down = view.by === by ? !view.down : first === 'most';
    const button = build('button', {type: 'button', class: 'sort'}, title, view.by === by ? icon(view.down ? 'arrow_downward' : 'arrow_upward') : null);
    button.addEventListener('click', () => changed({by, down}));
    const order = view.by === by ? (view.down ? 'descending' : 'ascending') : 'none';
    return build('th', {...attributes, 'aria-sort': order}, button);
  });
  return build('tr', {}, build('th', {class: 'check'}, every), ...heads);
}

function drawOverview(root, mounted, send) {
  const view = views.get(mounted.name) ?? {search: '', kind: '', by: '', down: false, way: 'Table', chosen: new Set()};
  views.set(mounted.name, view);
  const ids = new Set(mounted.rows.map((row) => row.id));
  view.chosen = new Set([...view.chosen].filter((id) => ids.has(id)));
  const again = () => drawOverview(root, mounted, send);
  const changed = (change) => {
    Object.assign(view, change);
    again();
    if ('search' in change) {
      const field = root.querySelector('[data-part="search"]');
      field.focus();
      field.setSelectionRange(field.value.length, field.value.length);
    }
  };
  const act = {
    choose(chosen, isChosen) {
      chosen.forEach((id) => (isChosen ? view.chosen.add(id) : view.chosen.delete(id)));
      send('chosen', [...view.chosen]);
      again();
    },
    open: (id) => send('open', id),
    go: (place) => send('go', place),
  };
  const shown = sorted(mounted.rows.filter((row) => matches(row, view)), view);
  const body = view.way === 'Cards'
    ? build('div', {class: 'cards'}, ...shown.map((row) => cardOf(row, mounted, view.chosen.has(row.id), act)))
    : build('div', {class: 'scroll'}, build('table', {class: 'overview', 'aria-label': 'Heuristics'},
        build('thead', {}, headRow(shown, view, act, changed)),
        build('tbody', {}, ...shown.map((row) => tableRow(row, mounted, view.chosen.has(row.id), act)))));
  const none = shown.length ? null : build('p', {class: 'caption'}, 'No heuristic matches.');
  const parts = [toolbar(mounted.rows, view, changed), body, none, build('p', {class: 'caption'}, mounted.caption), labelMatrix(shown, mounted, act)];
  root.querySelector('[data-part="overview"]').replaceChildren(...parts.filter(Boolean));
}

export default function ({data: mounted, parentElement: root, setStateValue, setTriggerValue}) {
  const send = (name, value) => (name === 'chosen' ? setStateValue(name, value) : setTriggerValue(name, value));
  drawOverview(root, mounted, send);
}
