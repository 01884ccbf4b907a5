// The saved indicator of the context bar, and what the server has refused.

import {build, icon, onceGone} from '../tokens/build.js';
import {sharedOutbox} from './outbox.js';

const CALM_MS = 300; // an answer on its way for so long is not worth a word
const indicators = new WeakMap();

class Indicator {
  constructor(root, outbox) {
    this.outbox = outbox;
    this.symbol = icon('cloud_done');
    this.words = build('span', {}, 'All answers saved');
    this.state = build('div', {class: 'saved', role: 'status', 'aria-live': 'polite'}, this.symbol, this.words);
    this.refusals = build('div', {class: 'refusals', role: 'alert'});
    root.append(this.state, this.refusals);
    this.shownRefusals = 0;
    this.timer = null;
    this.listen = () => this.update();
    window.addEventListener('al-outbox', this.listen);
  }

  update() {
    this.state.dataset.pending = this.outbox.pending.length;
    if (!this.outbox.pending.length) this.draw();
    else if (this.state.classList.contains('waiting')) this.draw();
    else if (this.timer === null) this.timer = setTimeout(() => this.draw(), CALM_MS);
    this.drawRefusals();
  }

  draw() {
    clearTimeout(this.timer);
    this.timer = null;
    const count = this.outbox.pending.length;
    this.state.classList.toggle('waiting', count > 0);
    this.symbol.textContent = count ? 'cloud_upload' : 'cloud_done';
    this.words.textContent = count ? `${count.toLocaleString('en')} not yet saved` : 'All answers saved';
    this.state.title = count ? this.explanation() : 'The server has every answer that you gave.';
  }

  explanation() {
    return this.outbox.isKept
      ? 'Kept in this browser and sent again until the server has them. Go on labeling.'
      : 'This browser cannot keep them. Leave the page open until they are saved.';
  }

  drawRefusals() {
    const refusals = this.outbox.refusals;
    if (refusals.length === this.shownRefusals) return;
    this.shownRefusals = refusals.length;
    const messages = refusals.map(({message}) => build('p', {}, message));
    const dismiss = build('button', {class: 'btn small', type: 'button'}, 'Dismiss');
    dismiss.addEventListener('click', () => this.outbox.dismissRefusals());
    const box = build('div', {class: 'alert bad'}, icon('error'), build('div', {}, ...messages), dismiss);
    this.refusals.replaceChildren(...(refusals.length ? [box] : []));
  }

  close() {
    clearTimeout(this.timer);
    window.removeEventListener('al-outbox', this.listen);
  }
}

export default function ({data, parentElement, setStateValue}) {
  const outbox = sharedOutbox();
  if (!indicators.has(parentElement)) {
    indicators.set(parentElement, new Indicator(parentElement.querySelector('.outbox'), outbox));
  }
  outbox.connect((sent) => setStateValue('sent', sent));
  outbox.receive(data);
  return onceGone(parentElement, () => {
    indicators.get(parentElement)?.close();
    indicators.delete(parentElement);
  });
}
