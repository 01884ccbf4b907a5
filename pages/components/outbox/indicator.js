// The saved indicator of the context bar, and what the server has refused.

import {build, icon, onceGone} from '../tokens/build.js';
import {sharedOutbox} from './outbox.js';

const CALM_MS = 1500; // an answer on its way for so long is not worth a word
const REDRAW_MS = 500; // a count that changes with every key is drawn so often
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
    this.oldest = undefined; // id of the answer that waits longest
    this.since = 0; // when it became that
    this.listen = () => this.update();
    window.addEventListener('al-outbox', this.listen);
  }

  update() {
    const [oldest] = this.outbox.pending;
    this.state.dataset.pending = this.outbox.pending.length;
    if (oldest?.answer_id !== this.oldest) {
      this.oldest = oldest?.answer_id;
      this.since = performance.now();
    }
    if (!oldest) this.draw();
    else this.timer ??= setTimeout(() => this.draw(), this.isSaying ? REDRAW_MS : CALM_MS);
    this.drawRefusals();
  }

  get isSaying() {
    return this.state.classList.contains('waiting');
  }

  draw() {
    clearTimeout(this.timer);
    this.timer = null;
    const count = this.outbox.pending.length;
    const left = this.since + CALM_MS - performance.now(); // others came in place of those that were waited for
    if (count && !this.isSaying && left > 0) {
      this.timer = setTimeout(() => this.draw(), left);
      return;
    }
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
