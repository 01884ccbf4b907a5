// Badges of embeddings and labels: a click copies the name, Shift click or the arrow inserts it.

import {build, icon, paletteClass} from '../tokens/build.js';
import {insertName} from './insertion.js';

const COPIED_MS = 900;
const shown = new WeakMap();

// The clipboard API needs a secure context; on plain http in a local network the old command still works.
async function copyText(text) {
  if (navigator.clipboard && window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch (refusal) {
      if (refusal.name !== 'NotAllowedError') throw refusal;
    }
  }
  const area = build('textarea', {style: 'position:fixed;top:0;opacity:0', 'aria-hidden': 'true'});
  area.value = text;
  const before = document.activeElement;
  document.body.append(area);
  area.select();
  const hasCopied = document.execCommand('copy');
  area.remove();
  before?.focus();
  return hasCopied;
}

async function copyName(root, badge, name) {
  const hasCopied = await copyText(name);
  announce(root, hasCopied ? `Copied ${name}.` : 'This browser does not let the page copy. Select the name by hand.');
  if (!hasCopied) return;
  badge.classList.add('copied');
  setTimeout(() => badge.classList.remove('copied'), COPIED_MS);
}

function announce(root, sentence) {
  const hint = root.querySelector('[data-part="hint"]');
  const outcome = root.querySelector('[data-part="outcome"]');
  hint.hidden = true;
  outcome.textContent = sentence;
}

function act(root, badge, {setting, name}, event) {
  if (event.shiftKey || event.altKey) announce(root, insertName(root.host, setting, name, {add: event.altKey}));
  else copyName(root, badge, name);
}

function embeddingBadge(root, {name, model, dim, coverage, state}) {
  const isComputing = state === 'computing';
  const extent = `${dim}, ${Math.floor(100 * coverage)} %${isComputing ? ', computing' : ''}`;
  const inWords = `${model ? `Model ${model}, ` : ''}${dim} dimensions, ${Math.floor(100 * coverage)} % of the records.`;
  const wanted = {setting: 'embedding_name', name};
  const copy = build(
    'button',
    {type: 'button', class: 'copy', title: `Copy the name. ${inWords}`, 'aria-label': `Copy ${name}`},
    build('span', {class: 'word'}, name),
    build('small', {'data-copied': 'copied'}, build('span', {}, extent)),
  );
  const insert = build(
    'button',
    {type: 'button', class: 'insert', title: 'Insert at embedding_name', 'aria-label': `Insert ${name} at embedding_name`},
    icon('input'),
  );
  const badge = build('span', {class: `embed${isComputing ? ' off' : ''}`}, copy, isComputing ? null : insert);
  copy.addEventListener('click', (event) => act(root, badge, wanted, event));
  insert.addEventListener('click', (event) =>
    announce(root, insertName(root.host, wanted.setting, name, {add: event.altKey})),
  );
  return badge;
}

function labelBadge(root, {name, colour}) {
  const badge = build(
    'button',
    {type: 'button', class: `tag ${paletteClass(colour)}`, title: 'Copy the name', 'aria-label': `Copy ${name}`},
    build('i', {class: 'dot'}),
    name,
  );
  badge.addEventListener('click', (event) => act(root, badge, {setting: 'label_names', name}, event));
  return badge;
}

function row(title, badges, whenEmpty) {
  const content = badges.length ? badges : [build('span', {class: 'caption'}, whenEmpty)];
  return [build('span', {class: 'of'}, title), build('div', {class: 'row', role: 'group', 'aria-label': title}, ...content)];
}

function embeddingRow(root, embeddings) {
  const badges = embeddings.map((one) => embeddingBadge(root, one));
  return row('Embeddings', badges, 'None yet. The Project page computes them.');
}

export default function ({data: mounted, parentElement: root}) {
  const given = JSON.stringify(mounted);
  if (shown.get(root) === given) return; // a rerun changed nothing: focus and "copied" stay
  shown.set(root, given);
  const {embeddings, labels} = mounted;
  root.querySelector('[data-part="rows"]').replaceChildren(
    ...(embeddings ? embeddingRow(root, embeddings) : []),
    ...row('Labels', labels.map((one) => labelBadge(root, one)), 'None yet. The Project page adds them.'),
  );
}
