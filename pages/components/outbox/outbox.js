// The outbox: answers wait here until the server says that it has stored them.
//
// What goes to the server is state (all answers that wait), never an event: Streamlit merges reruns, so an
// event can vanish, while a list that is sent again cannot. The server names the ids it has stored.
// One outbox per tab, `window.alOutbox`; it announces every change as an `al-outbox` event on window.

import {PAUSE_MS} from '../tokens/pause.js';
import {pageTurning} from '../tokens/turning.js';
import {uniqueId} from './ids.js';
import {canTellLiveTabs, keepAnswers, markAlive, sweep} from './storage.js';

const GATHER_MS = 60; // messages are at least so far apart
const MOST_WAIT_MS = 5000; // answers that the browser keeps go when the person pauses, or after so long
const MOST_ROUND_TRIP_MS = 1500; // a message without an answer for so long is not waited for
const LOOK_AGAIN_MS = 25;
const RESEND_MS = 5000;
const TURNING_MS = 250; // while the page turns, answers wait so much longer at a time
const UNHEARD_MS = 4000; // a connected, idle server that has said nothing for so long has lost us
const MOST_UNHEARD_MS = 64000;
const AFTER_RING_MS = 1500;

// What Streamlit says about itself on its root element.
function serverState() {
  const app = document.querySelector('[data-testid=stApp]')?.dataset ?? {};
  return {isConnected: app.testConnectionState === 'CONNECTED', isIdle: app.testScriptState === 'notRunning'};
}

const recordKey = (answer) => `${answer.task_id}|${answer.record_no}`;

export class Outbox {
  constructor() {
    this.tab = uniqueId();
    this.scope = null; // "workspace|person"; unknown until the server has spoken
    this.isSwept = false; // what ended tabs of this scope have left is known
    this.pending = []; // oldest first
    this.refill = null; // the newest queue that the server gave
    this.refusals = []; // {answer_id, message}, shown until dismissed
    this.hungry = false; // a labeler has run low on records
    this.isKept = true; // the browser's storage works
    this.attempt = 0; // grows with every message: the server is only called for a changed value
    this.firstAttempts = new Map(); // answer id -> the first message that carried it
    this.answered = new Map(); // record -> its answer given in this tab
    this.wanted = null; // {task_id, record_no} that the server is asked to bring back
    this.showing = null; // {task_id, record_no} on screen: it stays this person's
    this.parked = new Map(); // scope -> what another person of this tab has left
    this.transport = null;
    this.heard = 0; // the newest message that the server has read
    this.unheardSince = null;
    this.patience = UNHEARD_MS;
    this.bell = null; // asks for a run of the whole page
    this.timer = null;
    this.due = Infinity; // when the timer sends
    this.unsentSince = null; // when the oldest answer that no message has carried was given
    this.lastSent = -Infinity;
    this.release = () => {};
    pageTurning().before = () => this.settle();
    this.watchTheTab();
  }

  // Takes an answer, completes it with id and time, and returns it. Nothing is awaited.
  push(answer) {
    const complete = {answer_id: uniqueId(), client_ts: new Date().toISOString(), ...answer};
    this.pending.push(complete);
    this.remember(complete);
    this.keep();
    this.unsentSince ??= performance.now();
    this.sendLater();
    this.announce('pushed');
    return complete;
  }

  // Whether a record is done as it was drawn. One that was rejected comes again with a later draw, and so does
  // one that is asked `again` although it has an answer.
  isAnswered(item) {
    const answer = this.answered.get(recordKey(item));
    if (!answer) return false;
    return answer.draw_id === item.draw_id || (answer.verdict !== 'reject' && !item.again);
  }

  want(wanted) {
    this.wanted = wanted;
    if (wanted) this.sendSoon();
  }

  // Whether the server had this answer when it had read message `attempt`: every message carries all
  // answers that wait, so it came with that message or was stored even before.
  wasSentBy(answerId, attempt) {
    return (this.firstAttempts.get(answerId) ?? Infinity) <= attempt;
  }

  connect(transport) {
    this.transport = transport;
  }

  // What the server says at each of its runs.
  receive({scope, acknowledged, refused, refill, heard}) {
    this.noteHeard(heard);
    if (scope !== this.scope) this.enter(scope);
    const before = this.pending.length;
    const gone = new Set(acknowledged);
    for (const refusal of refused) this.refuse(refusal, gone);
    this.pending = this.pending.filter((answer) => !gone.has(answer.answer_id));
    if (this.pending.length !== before) this.keep();
    if (refill) this.refill = refill;
    this.announce('received'); // the labelers take the records and say whether they are still hungry
    if (this.hungry && this.unsentSince !== null) this.sendLater();
  }

  noteHeard(heard) {
    this.heard = heard;
    if (heard < this.attempt) return;
    this.unheardSince = null;
    this.patience = UNHEARD_MS;
  }

  refuse(refusal, gone) {
    const answer = this.pending.find((waiting) => waiting.answer_id === refusal.answer_id);
    if (!answer || gone.has(answer.answer_id)) return; // dropped and shown before
    gone.add(answer.answer_id);
    if (!answer.act) this.answered.delete(recordKey(answer));
    this.refusals.push(refusal);
    this.announce('refused', {answer});
  }

  dismissRefusals() {
    this.refusals = [];
    this.announce('dismissed');
  }

  // Another person, or the first: whatever waits for the one before stays theirs.
  enter(scope) {
    const isFirst = this.scope === null;
    if (!isFirst) {
      this.parked.set(this.scope, this.pending);
      this.release();
      this.pending = [];
      this.answered.clear();
      this.refusals = [];
      this.refill = null;
      this.wanted = null;
      this.showing = null;
    }
    this.scope = scope;
    this.pending = [...(this.parked.get(scope) ?? []), ...this.pending];
    this.parked.delete(scope);
    for (const answer of this.pending) this.remember(answer);
    this.release = markAlive(scope, this.tab);
    this.keep();
    this.isSwept = false;
    this.sweepScope().finally(() => {
      if (scope !== this.scope) return;
      this.isSwept = true;
      this.announce('swept');
    });
    if (this.pending.length) this.sendSoon();
    if (!isFirst) this.announce('scope');
  }

  sweepScope() {
    const scope = this.scope;
    return sweep(scope, this.tab, (answers) => scope === this.scope && this.adopt(answers));
  }

  // Answers that an ended tab of the same person has left; they are older than everything here.
  adopt(answers) {
    const known = new Set(this.pending.map((answer) => answer.answer_id));
    this.pending = [...answers.filter((answer) => !known.has(answer.answer_id)), ...this.pending];
    for (const answer of this.pending) this.remember(answer);
    this.keep();
    this.sendSoon();
    this.announce('restored');
    return this.isKept;
  }

  remember(answer) {
    if (answer.act) return; // a flag or a comment
    if (answer.verdict === 'retract') this.answered.delete(recordKey(answer));
    else this.answered.set(recordKey(answer), {draw_id: answer.draw_id, verdict: answer.verdict});
  }

  keep() {
    if (this.scope !== null) this.isKept = keepAnswers(this.scope, this.tab, this.pending);
  }

  // At once where a reload would lose what waits, or where records run low and nothing is underway for them.
  sendLater() {
    if (!this.isKept || (this.hungry && !this.isUnderway())) this.sendSoon();
    else this.sendAt(Math.min(performance.now() + PAUSE_MS, this.unsentSince + MOST_WAIT_MS));
  }

  isUnderway() {
    return this.heard < this.attempt && performance.now() - this.lastSent < MOST_ROUND_TRIP_MS;
  }

  sendSoon() {
    this.sendAt(Math.min(this.due, Math.max(performance.now(), this.lastSent + GATHER_MS)));
  }

  sendAt(due) {
    clearTimeout(this.timer);
    this.due = due;
    this.timer = setTimeout(() => this.send(), due - performance.now());
  }

  // Before another page comes: null where nothing waits, else a promise that the server has what waits, and has said
  // so, or cannot be waited for.
  settle() {
    if (!this.pending.length || !this.transport || !serverState().isConnected) return null;
    if (this.unsentSince !== null) this.send();
    const until = performance.now() + MOST_ROUND_TRIP_MS;
    return new Promise((resolve) => {
      const look = () => {
        const isSettled = !this.pending.length && serverState().isIdle;
        if (isSettled || performance.now() > until) resolve();
        else setTimeout(look, LOOK_AGAIN_MS);
      };
      look();
    });
  }

  send() {
    clearTimeout(this.timer);
    this.timer = null;
    this.due = Infinity;
    if (!this.transport || this.scope === null) return;
    if (pageTurning().isOn) {
      this.sendAt(performance.now() + TURNING_MS);
      return;
    }
    this.attempt += 1;
    this.unsentSince = null;
    this.lastSent = performance.now();
    this.unheardSince ??= this.lastSent;
    for (const {answer_id: id} of this.pending) {
      if (!this.firstAttempts.has(id)) this.firstAttempts.set(id, this.attempt);
    }
    const {scope, attempt, wanted, showing} = this;
    this.transport({scope, attempt, wanted, showing, answers: this.pending.slice()});
  }

  // Labelers say how they stand; while one is hungry the server is asked for more.
  feed(isHungry) {
    const isNew = isHungry && !this.hungry;
    this.hungry = isHungry;
    if (isNew) this.sendSoon();
  }

  tick() {
    if (document.visibilityState !== 'visible') return;
    if (this.scope !== null && canTellLiveTabs()) this.sweepScope();
    const {isConnected, isIdle} = serverState();
    if (!isConnected || !(this.pending.length || this.hungry)) return;
    if (isIdle && this.isUnheard()) this.ring();
    else if (this.timer === null) this.send();
  }

  isUnheard() {
    const isLong = this.unheardSince !== null && performance.now() - this.unheardSince > this.patience;
    return isLong && this.bell !== null;
  }

  // A server that was started again does not know the part of the page that listens to messages, and
  // ignores them, until the whole page has run.
  ring() {
    this.bell(this.attempt);
    this.unheardSince = performance.now();
    this.patience = Math.min(MOST_UNHEARD_MS, 2 * this.patience);
    setTimeout(() => this.send(), AFTER_RING_MS); // not in one breath: Streamlit would merge the two
  }

  watchTheTab() {
    setInterval(() => this.tick(), RESEND_MS);
    window.addEventListener('online', () => this.tick());
    window.addEventListener('pagehide', () => this.timer !== null && this.send());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.tick();
      else if (this.timer !== null) this.send();
    });
    window.addEventListener('beforeunload', (event) => {
      if (this.pending.length && !this.isKept) event.preventDefault();
    });
  }

  announce(kind, more = {}) {
    window.dispatchEvent(new CustomEvent('al-outbox', {detail: {kind, ...more}}));
  }
}

// Labelers ask for it too, so that the first of all scripts to load makes it.
export function sharedOutbox() {
  window.alOutbox ??= new Outbox();
  return window.alOutbox;
}
