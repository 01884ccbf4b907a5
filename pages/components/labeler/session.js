// One person's work on one task in this tab: the record on screen, those that wait, those answered.
// It outlives the component, so that undo still works after a visit to another page.

import {sharedOutbox} from '../outbox/outbox.js';
import {Progress} from './progress.js';
import {Stopwatch} from './stopwatch.js';

const LOW = 5; // with fewer records than this the server is asked for more

export class Session {
  constructor(taskId) {
    this.taskId = taskId;
    this.outbox = sharedOutbox();
    this.progress = new Progress(this.outbox);
    this.stopwatch = new Stopwatch();
    this.queueId = null;
    this.current = null;
    this.waiting = [];
    this.past = []; // {item, answer}, newest last
    this.isExhausted = false;
    this.emptyMessage = '';
    this.shown = null; // {run_id, label_id} of a suggestion that has been on screen with this record
    this.draft = null; // labels of spans that are marked and not yet submitted
  }

  // The page's own queue. Another queue_id means that the person chose other records.
  open(queue) {
    if (queue.queue_id !== this.queueId) {
      this.queueId = queue.queue_id;
      this.waiting = [];
      this.show(null);
    }
    this.take(queue);
  }

  // More records for the queue that is open. The record on screen never changes.
  take(queue) {
    if (!queue || queue.queue_id !== this.queueId) return;
    this.isExhausted = queue.exhausted;
    this.emptyMessage = queue.empty_message;
    const places = new Map(this.waiting.map((item, place) => [item.record_no, place]));
    for (const item of queue.items) {
      if (item.record_no === this.current?.record_no) continue;
      if (this.outbox.isAnswered(this.taskId, item.record_no)) continue;
      const place = places.get(item.record_no);
      if (place === undefined) this.waiting.push(item);
      else if (!this.waiting[place].returned) this.waiting[place] = item; // perhaps a newer suggestion
    }
    if (!this.current) this.advance();
    this.reportHunger();
  }

  // Answers given before a reload have come back from the browser's storage: their records are done.
  dropAnswered() {
    this.waiting = this.waiting.filter((item) => !this.outbox.isAnswered(this.taskId, item.record_no));
    if (this.current && this.outbox.isAnswered(this.taskId, this.current.record_no)) this.advance();
    this.reportHunger();
  }

  show(item) {
    this.current = item;
    this.shown = null;
    this.draft = null;
    this.stopwatch.start();
  }

  advance() {
    this.show(this.waiting.shift() ?? null);
    this.reportHunger();
  }

  reportHunger() {
    this.outbox.feed(this.waiting.length < LOW && !this.isExhausted);
  }

  // Gives the current record its answer and moves on. `labels` are {label_id, start, end}.
  answer(verdict, labels) {
    const item = this.current;
    const answer = this.outbox.push({
      ...this.about(item),
      verdict,
      labels,
      blind: this.shown === null,
      shown_run_id: this.shown?.run_id ?? null,
      shown_label_id: this.shown?.label_id ?? null,
      seconds: this.stopwatch.seconds(),
    });
    this.past.push({item, answer});
    this.progress.add(answer, item);
    this.advance();
  }

  // Takes the newest answer back and shows its record again, with the spans it had been given.
  undo() {
    const last = this.past.pop();
    if (!last) return false;
    const retraction = this.outbox.push({
      ...this.about(last.item),
      verdict: 'retract',
      labels: [],
      blind: true,
      shown_run_id: null,
      shown_label_id: null,
      seconds: null,
    });
    this.progress.retract(retraction, last.answer, last.item);
    const draft = this.draft && {given: this.draft, returned: true};
    if (this.current) this.waiting.unshift({...this.current, ...draft});
    this.waiting = this.waiting.filter((item) => item.record_no !== last.item.record_no);
    this.show({...last.item, returned: true, given: last.answer.labels});
    return true;
  }

  about(item) {
    return {task_id: this.taskId, record_no: item.record_no, draw_id: item.draw_id};
  }

  // The server refused an answer: there is nothing to take back.
  forget(answer) {
    this.past = this.past.filter((entry) => entry.answer.answer_id !== answer.answer_id);
    this.progress.forget(answer.answer_id);
  }
}

const sessions = new Map();
let owner = null;

// The session of a task for `scope` (workspace and person); when another person takes over the tab, the
// sessions of the one before end.
export function sessionOf(scope, taskId) {
  if (scope !== owner) sessions.clear();
  owner = scope;
  if (!sessions.has(taskId)) sessions.set(taskId, new Session(taskId));
  return sessions.get(taskId);
}
