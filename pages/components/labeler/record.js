// The box with the record: why it came, its text, its id and attributes, how many are ready.

import {build, icon} from '../tokens/build.js';
import {CommentBox} from './comments.js';

export class RecordBox {
  // `onComment(text)` is called with what somebody wrote about the record.
  constructor(onComment) {
    this.comments = new CommentBox(onComment);
    this.why = build('div', {class: 'why'});
    this.text = build('div', {class: 'text', dir: 'auto', tabindex: '0', 'aria-live': 'polite'});
    this.externalId = build('span', {class: 'id'});
    this.more = build('button', {class: 'link', type: 'button', 'aria-expanded': 'false'});
    this.ready = build('span', {class: 'num'});
    this.attributes = build('dl', {class: 'attributes', hidden: true});
    this.foot = build('div', {class: 'foot'}, this.externalId, this.more, build('span', {class: 'spring'}), this.ready);
    this.element = build('div', {class: 'record'}, this.why, this.text, this.foot, this.attributes, this.comments.element);
    this.isScrolled = false; // known from its events: to ask, or to set it needlessly, would lay out the page
    this.text.addEventListener('scroll', () => {
      this.isScrolled = true;
    });
    this.more.addEventListener('mousedown', (event) => event.preventDefault());
    this.more.addEventListener('click', () => this.toggleAttributes());
  }

  draw(item, waiting) {
    const [lead, ...rest] = item.why.split(': ');
    const reason = rest.length ? [build('b', {}, `${lead}:`), ` ${rest.join(': ')}`] : [item.why];
    this.why.replaceChildren(icon('help_center'), build('span', {}, ...reason));
    this.externalId.textContent = item.external_id;
    this.ready.textContent = this.readyWords(waiting);
    const names = Object.keys(item.attributes ?? {});
    this.more.hidden = !names.length;
    this.more.textContent = names.length === 1 ? '1 more attribute' : `${names.length} more attributes`;
    const rows = names.flatMap((name) => [build('dt', {}, name), build('dd', {}, `${item.attributes[name]}`)]);
    this.attributes.replaceChildren(...rows);
    this.attributes.hidden ||= !names.length;
    if (this.element.dataset.record === `${item.record_no}`) return; // what is being written about it stays
    this.element.dataset.record = item.record_no;
    if (this.isScrolled) this.text.scrollTop = 0;
    this.isScrolled = false;
    this.comments.close();
  }

  readyWords(waiting) {
    return `${waiting} ready in this batch`;
  }

  toggleAttributes() {
    this.attributes.hidden = !this.attributes.hidden;
    this.more.setAttribute('aria-expanded', `${!this.attributes.hidden}`);
  }
}
