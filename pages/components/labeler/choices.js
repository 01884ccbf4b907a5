// The label buttons: four a row with their keys; more than ten become a compact list with a filter.

import {build, paletteClass} from '../tokens/build.js';

export const MOST_BUTTONS = 10;
const PRESSED_MS = 90;

function labelButton(label, choose) {
  const button = build(
    'button',
    {class: `choice ${paletteClass(label.colour)}`, type: 'button', title: label.description || null},
    label.key ? build('kbd', {}, label.key) : null,
    build('i', {class: 'dot'}),
    build('span', {class: 'name'}, label.name),
    build('span', {class: 'sure'}),
  );
  button.dataset.label = label.label_id;
  button.addEventListener('mousedown', (event) => event.preventDefault()); // the keys keep working
  button.addEventListener('click', () => choose(label));
  return button;
}

export class Choices {
  // `usage`: label id -> answers so far; it orders a long list once, so that nothing moves while one works.
  constructor({labels, usage, choose, extra = null, title = 'Labels', columns = 4}) {
    this.labels = labels;
    this.choose = choose;
    this.isLong = labels.length > MOST_BUTTONS;
    const used = (label) => usage[label.label_id] ?? 0;
    this.ordered = this.isLong ? [...labels].sort((a, b) => used(b) - used(a)) : labels;
    this.buttons = new Map(this.ordered.map((label) => [label.label_id, labelButton(label, choose)]));
    this.marked = []; // buttons that show a confidence
    this.list = build('div', {class: this.isLong ? 'choices compact' : 'choices', role: 'group', 'aria-label': title});
    this.list.dataset.columns = columns;
    this.list.append(...this.buttons.values());
    if (!this.isLong && extra) this.list.append(extra);
    this.element = this.list;
    if (this.isLong) this.addFilter(extra);
  }

  addFilter(extra) {
    this.filter = build('input', {
      type: 'text', class: 'filter', placeholder: 'Filter labels', autocomplete: 'off', spellcheck: 'false',
      'aria-label': 'Filter labels; Enter takes the first match',
    });
    this.nothing = build('p', {class: 'caption', hidden: true}, 'No label matches.');
    const field = build('label', {class: 'filter-field'}, build('kbd', {}, '/'), this.filter);
    this.filter.addEventListener('input', () => this.applyFilter());
    this.filter.addEventListener('keydown', (event) => this.onFilterKey(event));
    const top = build('div', {class: 'filter-row'}, field, build('span', {class: 'caption'}, 'Enter takes the first'), extra);
    this.element = build('div', {class: 'choices-long'}, top, this.list, this.nothing);
  }

  // Names that begin with the words typed come first, then those that contain them; most used first.
  matches() {
    const typed = this.filter.value.trim().toLowerCase();
    const place = (label) => label.name.toLowerCase().replaceAll(/[_-]/g, ' ').indexOf(typed.replaceAll(/[_-]/g, ' '));
    const found = this.ordered.filter((label) => place(label) >= 0);
    return typed ? found.sort((a, b) => Math.min(1, place(a)) - Math.min(1, place(b))) : found;
  }

  applyFilter() {
    const found = this.matches();
    this.list.replaceChildren(...found.map((label) => this.buttons.get(label.label_id)));
    const first = this.filter.value.trim() && found.length ? found[0].label_id : null;
    for (const [id, button] of this.buttons) button.classList.toggle('first', id === first);
    this.nothing.hidden = found.length > 0;
  }

  onFilterKey(event) {
    if (event.key === 'Escape' || (event.key === '/' && !this.filter.value)) {
      this.filter.value = '';
      if (event.key === 'Escape') this.filter.blur();
    } else if (event.key === 'Enter' && this.filter.value.trim()) {
      const [first] = this.matches();
      if (!first) return;
      this.filter.value = '';
      this.filter.blur();
      this.applyFilter();
      this.choose(first);
    } else return;
    event.preventDefault();
    event.stopPropagation();
    this.applyFilter();
  }

  focusFilter() {
    this.filter?.focus();
    return Boolean(this.filter);
  }

  // Marks the suggested label and writes confidences; null clears them.
  suggest(suggestion, runnerUp) {
    for (const {button} of this.marked) {
      button.classList.remove('suggested');
      button.lastChild.textContent = '';
    }
    const shown = [suggestion, runnerUp].filter((one) => this.buttons.has(one?.label_id));
    this.marked = shown.map((one) => ({one, button: this.buttons.get(one.label_id)}));
    for (const {one, button} of this.marked) {
      button.classList.toggle('suggested', one === suggestion);
      button.lastChild.textContent = one.confidence?.toFixed(2) ?? '';
    }
  }

  // Shows which labels are chosen, or were given before.
  press(labelIds) {
    for (const [id, button] of this.buttons) {
      button.classList.toggle('chosen', labelIds.includes(id));
      button.setAttribute('aria-pressed', `${labelIds.includes(id)}`);
    }
  }

  flash(labelId) {
    const button = this.buttons.get(labelId);
    button?.classList.add('given');
    setTimeout(() => button?.classList.remove('given'), PRESSED_MS);
  }
}
