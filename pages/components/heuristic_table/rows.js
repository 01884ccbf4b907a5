// One heuristic as a row and as a card.

import {build, icon} from '../tokens/build.js';

const NOTHING = 'no result yet';
const SVG = 'http://www.w3.org/2000/svg';

function svgNode(tag, attributes) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

// A number that leads to its records; a plain click stays in the app, others follow the address.
export function numberLink(text, place, act) {
  if (!place) return build('span', {}, text);
  const link = build('a', {href: place, target: '_self'}, text);
  link.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    act.go(place);
  });
  return link;
}

export function stateBadge(row) {
  if (row.fraction === null) {
    return build('span', {class: `badge ${row.tone}`, title: row.stateText}, row.icon ? icon(row.icon) : null, row.state);
  }
  const bar = build('i', {});
  bar.style.width = `${Math.round(100 * row.fraction)}%`;
  return build('span', {class: 'under-way'}, build('span', {}, row.state), build('span', {class: 'bar'}, bar));
}

function whisker(row, target) {
  const svg = svgNode('svg', {class: 'whisker', viewBox: '0 0 100 10', 'aria-hidden': 'true'});
  const x = (value) => 2 + (96 * (Math.max(0.4, value) - 0.4)) / 0.6;
  svg.append(svgNode('line', {x1: 2, x2: 98, y1: 5, y2: 5, class: 'base'}));
  svg.append(svgNode('line', {x1: x(target), x2: x(target), y1: 0, y2: 10, class: 'tick'}));
  svg.append(svgNode('line', {x1: x(row.low), x2: x(row.high), y1: 5, y2: 5, class: 'band'}));
  svg.append(svgNode('circle', {cx: x(row.precision), cy: 5, r: 3}));
  return svg;
}

function sparkline(trend) {
  if (trend.length < 2) return null;
  const svg = svgNode('svg', {class: 'spark', viewBox: '0 0 60 18', role: 'img'});
  const title = svgNode('title', {});
  title.textContent = `Precision over the last runs: ${trend.map((one) => one.toFixed(2)).join(', ')}`;
  const least = Math.min(0.6, ...trend);
  const at = trend.map((one, i) => [2 + (56 * i) / (trend.length - 1), 16 - (14 * (one - least)) / (1 - least || 1)]);
  svg.append(title, svgNode('polyline', {points: at.map((pair) => pair.join(',')).join(' ')}));
  const [x, y] = at[at.length - 1];
  svg.append(svgNode('circle', {cx: x, cy: y, r: 2.2}));
  return svg;
}

function estimate(row, target, act) {
  if (row.precision === null) return build('span', {class: 'quiet'}, row.evaluated ? row.unknown || 'nothing labelled is kept' : NOTHING);
  const said = build('span', {class: 'said'}, numberLink(row.precision.toFixed(2), row.links.kept, act), ' ', build('small', {}, row.interval));
  const fresh = row.fresh ? build('small', {class: 'fresh'}, row.fresh) : null;
  return build('div', {class: 'estimate'}, said, whisker(row, target), fresh);
}

function nameOf(row, act) {
  const name = build('button', {type: 'button', class: 'open'}, row.name);
  name.addEventListener('click', () => act.open(row.id));
  return build('div', {class: 'name'}, name, build('small', {}, row.below), row.failed ? build('small', {class: 'bad'}, row.failed) : null);
}

function checkbox(row, isChosen, act) {
  const box = build('input', {type: 'checkbox', 'aria-label': `Choose ${row.name}`});
  box.checked = isChosen;
  box.addEventListener('change', () => act.choose([row.id], box.checked));
  return box;
}

const share = (value) => (value === null ? '' : `${Math.round(100 * value)} %`);
const count = (value) => (value === null ? '' : value.toLocaleString('en'));
const two = (value) => (value === null ? '' : value.toFixed(2));

export function tableRow(row, mounted, isChosen, act) {
  const numbers = [
    [two(row.recall), row.links.missed], [two(row.f1), null], [share(row.coverage), row.links.covered], [count(row.hits), row.links.hits],
    [count(row.overlaps), row.links.overlaps], [count(row.conflicts), row.links.conflicts], [count(row.alone), row.links.alone],
  ];
  return build('tr', {class: [isChosen ? 'chosen' : '', row.enabled ? '' : 'off'].join(' '), 'data-id': row.id},
    build('td', {class: 'check'}, checkbox(row, isChosen, act)),
    build('td', {}, nameOf(row, act)),
    build('td', {}, stateBadge(row)),
    build('td', {}, estimate(row, mounted.target, act)),
    ...numbers.map(([text, place]) => build('td', {class: 'n'}, text ? numberLink(text, place, act) : null)),
    build('td', {}, sparkline(row.trend)),
    build('td', {class: 'n'}, row.lastText));
}

export function cardOf(row, mounted, isChosen, act) {
  const head = build('div', {class: 'head'}, checkbox(row, isChosen, act), nameOf(row, act), build('span', {class: 'spring'}), stateBadge(row));
  const said = row.description ? build('p', {class: 'said-for'}, row.description) : null;
  const facts = row.evaluated
    ? build('p', {class: 'caption'}, `Recall ${two(row.recall) || 'unknown'}, covers ${share(row.coverage)}, ${count(row.conflicts) || 0} conflicts, ${count(row.alone) || 0} alone`)
    : null;
  const labels = row.byLabel.map((one) => build('span', {class: 'card-label'}, build('i', {class: `dot ${one.colour}`}), `${one.name} `, numberLink(two(one.precision), one.place, act), build('small', {}, ` ${one.n}`)));
  return build('article', {class: `card ${isChosen ? 'chosen' : ''} ${row.enabled ? '' : 'off'}`}, head, said, estimate(row, mounted.target, act), facts, build('div', {class: 'card-labels'}, ...labels));
}
