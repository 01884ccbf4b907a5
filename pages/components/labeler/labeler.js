// The classification labeler: one key press gives the record its label and shows the next one.

import {build} from '../tokens/build.js';
import {Choices} from './choices.js';
import {LabelerView, actionButton, componentOf} from './view.js';

const WORDS = {ignore: 'ignored', reject: 'not that label'};

class ClassificationView extends LabelerView {
  constructor(root) {
    super(root, {
      countsTitle: 'Labels so far',
      labelledWord: 'labelled',
      describe: (line) => WORDS[line.verdict] ?? '',
    });
  }

  buildControls() {
    const ignore = build('button', {class: 'choice quiet', type: 'button'}, build('kbd', {}, 'Space'), 'Ignore');
    ignore.addEventListener('mousedown', (event) => event.preventDefault());
    ignore.addEventListener('click', () => this.answer('ignore', []));
    this.choices = new Choices({
      labels: this.task.labels,
      usage: this.session.progress.counts().byLabel,
      choose: (label) => this.chooseLabel(label),
      extra: ignore,
    });
    this.accept = actionButton({key: 'A', words: 'Accept suggestion', act: () => this.acceptSuggestion()});
    this.undoButton = actionButton({key: '⌫', words: 'Undo', act: () => this.undo()});
    const actions = build('div', {class: 'actions'}, this.accept, this.undoButton);
    this.controls.replaceChildren(this.choices.element, actions);
  }

  suggestionFor(item) {
    return this.mayShow(item) ? item.suggestion : null;
  }

  labelOf(suggestion) {
    return this.task.labels.find((label) => label.label_id === suggestion?.label_id);
  }

  drawItem(item) {
    this.record.text.textContent = item.text;
    const suggestion = this.suggestionFor(item);
    this.choices.suggest(suggestion, suggestion && item.runner_up);
    if (suggestion) this.session.shown = {run_id: suggestion.run_id, label_id: suggestion.label_id};
    this.caption.textContent = this.captionFor(item, Boolean(suggestion));
  }

  drawActions(item) {
    const label = this.labelOf(item && this.suggestionFor(item));
    this.accept.disabled = !label;
    this.accept.title = label ? '' : 'No suggestion is on screen.';
    this.accept.rename(label ? `Accept ${label.name}` : 'Accept suggestion');
    this.undoButton.disabled = !this.session.past.length;
    this.undoButton.title = this.undoButton.disabled ? 'Nothing to take back yet.' : '';
  }

  chooseLabel(label) {
    if (!this.session.current) return;
    this.choices.flash(label.label_id);
    this.answer('accept', [{label_id: label.label_id, start: null, end: null}]);
  }

  acceptSuggestion() {
    const item = this.session.current;
    const label = this.labelOf(item && this.suggestionFor(item));
    if (label) this.chooseLabel(label);
  }

  onOwnKey(event) {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return false;
    return this.choices.focusFilter();
  }
}

export default componentOf((root) => new ClassificationView(root));
