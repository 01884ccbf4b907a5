// The dialog that lists all keys; `?` opens and closes it.

import {build} from '../tokens/build.js';

export class KeysHelp {
  constructor() {
    this.list = build('dl', {class: 'keys-list'});
    const close = build('button', {class: 'btn small', type: 'button'}, 'Close');
    close.addEventListener('click', () => this.element.close());
    this.element = build(
      'dialog', {class: 'keys-help', role: 'dialog', 'aria-label': 'Keys'}, build('h3', {}, 'Keys'), this.list, close,
    );
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== '?') return;
      event.preventDefault();
      this.element.close();
    });
  }

  // `lines` are [keys, words].
  open(lines) {
    const cells = lines.flatMap(([keys, words]) => [
      build('dt', {}, ...keys.map((key) => build('kbd', {}, key))), build('dd', {}, words),
    ]);
    this.list.replaceChildren(...cells);
    this.element.showModal();
  }
}
