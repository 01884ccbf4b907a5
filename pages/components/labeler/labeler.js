// The classification labeler: one key press gives the record its label and shows the next one. Where a
// record can have several labels, keys switch them on and off and Enter submits.

import {build} from '../tokens/build.js';
import {Choices} from './choices.js';
import {LabelerView, actionButton, componentOf} from './view.js';

const WORDS = {ignore: 'ignored', reject: 'not that label'};

function describe(line) {
  const count = line.n_labels ?? 1;
  if (line.verdict === 'accept' && count === 0) return 'none of them';
  return WORDS[line.verdict] ?? (count > 1 ? `${count} labels` : '');
}

class ClassificationView extends LabelerView {
  constructor(root) {
    super(root, {countsTitle: 'Labels so far', labelledWord: 'labelled', describe});
    this.arrowsTravel = true;
    this.chosen = []; // label ids, where a record can have several
  }

  get isMulti() {
    return this.task.kind === 'multi_label';
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
    this.reject = actionButton({key: 'X', words: 'Not this label', act: () => this.rejectSuggestion()});
    this.undoButton = actionButton({key: '⌫', words: 'Undo', act: () => this.undo()});
    const spring = build('span', {class: 'spring'});
    const own = this.isMulti ? this.multiActions() : [this.accept, this.reject];
    const actions = build('div', {class: 'actions'}, ...own, this.undoButton, spring, ...this.sideActions(['←', '→']));
    this.message = build('p', {class: 'caption message', role: 'status', 'aria-live': 'polite'});
    this.controls.replaceChildren(this.choices.element, actions, this.message);
  }

  multiActions() {
    return [
      actionButton({key: 'Enter', words: 'Submit', act: () => this.submit(), style: 'primary'}),
      actionButton({key: 'N', words: 'None of them', act: () => this.submitNone()}),
    ];
  }

  keyLines() {
    const own = this.isMulti
      ? [[['1'], 'switch a label on or off by its key'], [['Enter'], 'submit the chosen labels'], [['N'], 'none of the labels']]
      : [[['1'], 'give a label by its key'], [['A'], 'accept the suggestion'], [['X'], 'not the suggested label: the record is asked again later']];
    return [...own, [['←', '→'], 'record before, record after (also with Ctrl)'], ...super.keyLines()];
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
    const theirs = item.before ? null : item.given_answer?.labels[0];
    const shown = theirs && !this.isMulti ? {label_id: theirs.label_id, run_id: null} : suggestion;
    this.shownSuggestion = shown;
    this.choices.suggest(shown, suggestion && shown === suggestion && item.runner_up);
    if (shown) this.session.shown = {run_id: shown.run_id, label_id: shown.label_id};
    this.caption.textContent = this.captionFor(item, Boolean(suggestion));
    const marked = this.session.draft ?? item.given ?? (this.isMulti ? item.given_answer?.labels : null) ?? [];
    this.chosen = marked.map((label) => label.label_id);
    this.choices.press(this.chosen);
    this.message.textContent = '';
  }

  drawActions(item) {
    const label = item && this.labelOf(this.shownSuggestion);
    for (const button of [this.accept, this.reject]) {
      button.disabled = !label;
      button.title = label ? '' : 'No suggestion is on screen.';
    }
    this.accept.rename(label ? `Accept ${label.name}` : 'Accept suggestion');
    this.reject.rename(label ? `Not ${label.name}` : 'Not this label');
    this.undoButton.disabled = !this.session.past.length;
    this.undoButton.title = this.undoButton.disabled ? 'Nothing to take back yet.' : '';
  }

  chooseLabel(label) {
    if (!this.session.current) return;
    if (this.isMulti) {
      this.toggle(label);
      return;
    }
    this.choices.flash(label.label_id);
    this.answer('accept', [{label_id: label.label_id, start: null, end: null}]);
  }

  toggle(label) {
    const isOn = this.chosen.includes(label.label_id);
    this.chosen = isOn ? this.chosen.filter((id) => id !== label.label_id) : [...this.chosen, label.label_id];
    this.session.draft = this.chosenLabels();
    this.choices.press(this.chosen);
    this.message.textContent = '';
  }

  chosenLabels() {
    const inOrder = this.task.labels.filter((label) => this.chosen.includes(label.label_id));
    return inOrder.map((label) => ({label_id: label.label_id, start: null, end: null}));
  }

  submit() {
    if (!this.session.current) return;
    if (this.chosen.length) this.answer('accept', this.chosenLabels());
    else this.message.textContent = 'No label is chosen. Press N when none of them fits.';
  }

  submitNone() {
    if (!this.session.current) return;
    if (!this.chosen.length) this.answer('accept', []);
    else this.message.textContent = 'Labels are chosen. Switch them off first, or press Enter to submit them.';
  }

  acceptSuggestion() {
    const label = this.session.current && this.labelOf(this.shownSuggestion);
    if (label) this.chooseLabel(label);
  }

  // Says only that the label on screen is wrong: the record stays without one and is asked again.
  rejectSuggestion() {
    const label = this.session.current && this.labelOf(this.shownSuggestion);
    if (label && !this.isMulti) this.answer('reject', []);
  }

  onOwnKey(event) {
    if (!this.isMulti || event.altKey || event.metaKey) return false;
    if (event.key === 'Enter') return this.press(event, () => this.submit());
    if (event.ctrlKey || event.key.toLowerCase() !== 'n') return false;
    return this.press(event, () => this.submitNone());
  }
}

export default componentOf((root) => new ClassificationView(root));
