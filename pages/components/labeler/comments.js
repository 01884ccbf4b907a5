// Comments on the record: those that are there, and a field to write one.

import {build} from '../tokens/build.js';

const LONGEST = 2000;

export class CommentBox {
  // `save(text)` stores what was written.
  constructor(save) {
    this.save = save;
    this.list = build('ul');
    this.field = build('textarea', {
      rows: '2', maxlength: `${LONGEST}`, 'aria-label': 'Comment on this record', placeholder: 'Comment on this record',
    });
    const hint = build('span', {class: 'caption'}, build('kbd', {}, 'Enter'), ' saves ', build('kbd', {}, 'Esc'), ' closes');
    this.form = build('div', {class: 'comment-form', hidden: true}, this.field, hint);
    this.element = build('div', {class: 'comments', hidden: true}, this.list, this.form);
    this.field.addEventListener('keydown', (event) => this.onKey(event));
  }

  draw(comments) {
    this.list.replaceChildren(...comments.map(({person, text}) => build('li', {}, build('b', {}, person), ` ${text}`)));
    this.element.hidden = !comments.length && this.form.hidden;
  }

  open() {
    this.form.hidden = false;
    this.element.hidden = false;
    this.field.focus();
  }

  close() {
    this.form.hidden = true;
    this.field.value = '';
    this.field.blur();
    this.element.hidden = !this.list.childElementCount;
  }

  onKey(event) {
    if (event.isComposing || (event.key === 'Enter' && event.shiftKey)) return;
    if (event.key === 'Enter' && this.field.value.trim()) this.save(this.field.value.trim());
    else if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    this.close();
  }
}
