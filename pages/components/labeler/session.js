// One person's work on one task in this tab: the record on screen, those that wait, those answered.
// It outlives the component, so that undo still works after a visit to another page.

import {sharedOutbox} from '../outbox/outbox.js';
import {Progress} from './progress.js';
import {Remarks} from './remarks.js';
import {Stopwatch} from './stopwatch.js';

const LOW = 5; // with fewer records than this the server is asked for more,
const ROUND_TRIP_MS = 800; // and with fewer than are answered while it brings them,
const MOST_LOW = 35; // but never while it has just brought all that it brings

const isSame = (one) => (other) => one.record_no === other.record_no;
const isOther = (one) => (other) => one.record_no !== other.record_no;

export class Session {
  constructor(taskId) {
    this.taskId = taskId;
    this.outbox = sharedOutbox();
    this.progress = new Progress(this.outbox);
    this.remarks = new Remarks(this.outbox, taskId);
    this.stopwatch = new Stopwatch();
    this.queueId = null;
    this.current = null;
    this.waiting = [];
    this.moments = []; // when the last answers were given
    this.past = []; // {item, answer}, newest last: what undo takes back
    this.trail = []; // records left behind, answered or not: where the arrow back leads
    this.ahead = []; // records to come back to after a look back; the first is where one was
    this.newest = new Map(); // record number -> the answer that it has now, given in this tab
    this.isExhausted = false;
    this.emptyMessage = '';
    this.shown = null; // {run_id, label_id} of a suggestion that has been on screen with this record
    this.draft = null; // labels that are marked and not yet submitted
  }

  // The page's own queue. Another queue_id means that the person chose other records.
  open(queue) {
    if (queue.queue_id !== this.queueId) {
      this.queueId = queue.queue_id;
      this.waiting = [];
      this.ahead = [];
      this.show(null);
    }
    this.take(queue);
  }

  isDone(item) {
    return this.outbox.isAnswered({task_id: this.taskId, ...item});
  }

  // What the server has for the queue that is open; records that it gave back for better ones go. The record
  // on screen never changes, those brought back by undo stay first and those passed over last.
  take(queue) {
    if (!queue || queue.queue_id !== this.queueId) return;
    this.isExhausted = queue.exhausted;
    this.emptyMessage = queue.empty_message;
    const here = [this.current, this.ahead[0]].filter(Boolean);
    const returned = this.waiting.filter((item) => item.returned);
    const skipped = this.waiting.filter((item) => item.skipped && !item.returned);
    const known = [...here, ...returned, ...skipped];
    const fresh = queue.items.filter((item) => !known.some(isSame(item)) && !this.isDone(item));
    this.waiting = [...returned, ...fresh, ...skipped];
    this.takeRecalled(queue.recalled);
    if (!this.current) this.advance();
    this.reportHunger();
  }

  // Answers of an ended tab have come back from the browser's storage: their records are done. The one on
  // screen stays, so that a key never meets a record that was not seen.
  dropAnswered() {
    this.waiting = this.waiting.filter((item) => !this.isDone(item));
    this.reportHunger();
  }

  show(item) {
    this.current = item;
    this.shown = null;
    this.draft = null;
    this.outbox.showing = item ? {task_id: this.taskId, record_no: item.record_no} : null;
    this.stopwatch.start();
  }

  // After an answer: back to where one was before a look back, else on to the next record.
  advance() {
    const home = this.ahead[0];
    this.ahead = [];
    const next = home && !this.isDone(home) ? home : this.waiting.shift();
    if (next) this.waiting = this.waiting.filter(isOther(next));
    this.show(next ?? null);
    this.reportHunger();
  }

  reportHunger() {
    this.outbox.feed(this.waiting.length < this.enough() && !this.isExhausted);
  }

  // How many records are enough for the time that new ones take to come, at the pace of the last answers.
  enough() {
    const recent = this.moments.filter((moment) => performance.now() - moment < ROUND_TRIP_MS).length;
    return Math.min(MOST_LOW, LOW + recent);
  }

  // Gives the current record its answer and moves on. `labels` are {label_id, start, end}.
  answer(verdict, labels) {
    const item = this.current;
    const answer = this.push(item, {
      verdict,
      labels,
      blind: this.shown === null,
      shown_run_id: this.shown?.run_id ?? null,
      shown_label_id: this.shown?.label_id ?? null,
      seconds: this.stopwatch.seconds(),
    });
    this.past.push({item, answer});
    this.moments = [...this.moments.slice(1 - MOST_LOW), performance.now()];
    if (item.before) this.progress.replace(item.before, answer, item);
    else this.progress.add(answer, item);
    this.newest.set(item.record_no, answer);
    this.leave(item);
    if (item.takes_flag) this.remarks.flag(item, false);
    this.advance();
  }

  // Takes the newest answer back and shows its record again, with the labels it had been given. A
  // correction gives way to the answer that it replaced.
  undo() {
    const last = this.past.pop();
    if (!last) return false;
    const {item, answer} = last;
    const {before} = item;
    const blank = {blind: true, shown_run_id: null, shown_label_id: null, seconds: null};
    const act = before ? {verdict: before.verdict, labels: before.labels} : {verdict: 'retract', labels: []};
    const undone = this.push(item, {...act, ...blank});
    if (before) this.progress.replace(answer, undone, item);
    else this.progress.retract(undone, answer, item);
    if (before) this.newest.set(item.record_no, undone);
    else this.newest.delete(item.record_no);
    if (item.takes_flag) this.remarks.flag(item, true);
    const home = this.ahead[0] ?? this.setAside();
    this.ahead = [];
    if (home && !home.before) this.waiting.unshift(home);
    this.waiting = this.waiting.filter(isOther(item));
    this.trail = this.trail.filter(isOther(item));
    this.show({...item, returned: true, given: answer.labels});
    return true;
  }

  push(item, act) {
    const ofNoDraw = item.draw_id === null ? {drawn_by: 'correction'} : {};
    return this.outbox.push({task_id: this.taskId, record_no: item.record_no, draw_id: item.draw_id, ...ofNoDraw, ...act});
  }

  // The current record with what is marked in it so far.
  setAside() {
    return this.current && this.draft ? {...this.current, given: this.draft, returned: true} : this.current;
  }

  leave(item) {
    this.trail = [...this.trail.filter(isOther(item)), item];
  }

  // To the record before, with the answer it has.
  back() {
    const item = this.trail.pop();
    if (!item) return false;
    this.lookAgain(item);
    return true;
  }

  lookAgain(item) {
    const answer = this.newest.get(item.record_no);
    const known = answer && {given: answer.labels, before: answer};
    if (this.current) this.ahead.push(this.setAside());
    this.show({...item, ...known});
  }

  // On after a look back, else past this record without an answer: it comes again at the end.
  forward() {
    if (!this.current || !(this.ahead.length || this.waiting.length)) return false;
    const item = this.setAside();
    this.leave(item);
    if (!this.ahead.length) this.waiting.push({...item, skipped: true});
    const next = this.ahead.length ? this.ahead.pop() : this.waiting.shift();
    this.waiting = this.waiting.filter(isOther(next));
    this.show(next);
    this.reportHunger();
    return true;
  }

  // Brings a record back to correct its answer; one that this tab has not seen is asked of the server.
  recall(recordNo) {
    const seen = this.past.findLast(({item}) => item.record_no === recordNo);
    if (this.current?.record_no === recordNo) return;
    this.trail = this.trail.filter((item) => item.record_no !== recordNo);
    if (seen) this.lookAgain(seen.item);
    else this.outbox.want({task_id: this.taskId, record_no: recordNo});
  }

  takeRecalled(item) {
    const {wanted} = this.outbox;
    if (!item || wanted?.record_no !== item.record_no || wanted.task_id !== this.taskId) return;
    this.outbox.want(null);
    if (this.current?.record_no === item.record_no) return;
    if (this.current) this.ahead.push(this.setAside());
    this.show({...item, before: item.given_answer, given: item.given_answer.labels});
  }

  // The server refused an act: there is nothing to take back.
  forget(act) {
    if (act.act) this.remarks.forget(act);
    this.past = this.past.filter((entry) => entry.answer.answer_id !== act.answer_id);
    if (this.newest.get(act.record_no)?.answer_id === act.answer_id) this.newest.delete(act.record_no);
    this.progress.forget(act.answer_id);
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
