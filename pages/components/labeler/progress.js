// Numbers beside the record: what the server counted, plus the answers that it had not seen when it did.

const SHOWN = 8; // last answers

const isAudit = (answer, item) => answer.blind && item.drawn_by === 'random';

// What an answer adds to the counts.
function effectOf(answer, item) {
  const counts = answer.verdict === 'accept' ? 1 : 0;
  const byLabel = {};
  for (const label of answer.labels) byLabel[label.label_id] = (byLabel[label.label_id] ?? 0) + 1;
  return {labelled: counts, audit: counts && isAudit(answer, item) ? 1 : 0, byLabel, sign: 1};
}

export class Progress {
  constructor(outbox) {
    this.outbox = outbox;
    this.base = {labelled: 0, total: 0, by_label: {}, audit: 0, by_strategy: 0, seconds_each: null, last: []};
    this.entries = []; // {answer, effect, line, retracts}, oldest first
  }

  // `messageNo`: the last message of the outbox that the server had read when it counted.
  rebase(base, messageNo) {
    this.base = base;
    this.entries = this.entries.filter(({answer}) => !this.outbox.wasSentBy(answer.answer_id, messageNo));
  }

  add(answer, item) {
    const line = {text: item.text.slice(0, 200), label_id: answer.labels[0]?.label_id ?? null, verdict: answer.verdict};
    line.spans = answer.labels.length;
    this.entries.push({answer, effect: effectOf(answer, item), line, retracts: null});
  }

  retract(retraction, answer, item) {
    const effect = {...effectOf(answer, item), sign: -1};
    this.entries.push({answer: retraction, effect, line: {text: item.text}, retracts: answer.answer_id});
  }

  forget(answerId) {
    this.entries = this.entries.filter(({answer}) => answer.answer_id !== answerId);
  }

  counts() {
    const {total, by_label: byLabel, seconds_each: secondsEach} = this.base;
    const now = {total, secondsEach, labelled: this.base.labelled, audit: this.base.audit, byLabel: {...byLabel}};
    now.byStrategy = this.base.by_strategy;
    for (const {effect} of this.entries) {
      now.labelled += effect.sign * effect.labelled;
      now.audit += effect.sign * effect.audit;
      now.byStrategy += effect.sign * (effect.labelled - effect.audit);
      for (const [id, count] of Object.entries(effect.byLabel)) {
        now.byLabel[id] = (now.byLabel[id] ?? 0) + effect.sign * count;
      }
    }
    return now;
  }

  // The last answers, newest first, without those taken back.
  lines() {
    const retractions = this.entries.filter((entry) => entry.retracts);
    const retracted = new Set(retractions.map((entry) => entry.retracts));
    const here = this.entries.filter((entry) => !entry.retracts && !retracted.has(entry.answer.answer_id));
    const known = new Set(this.entries.map((entry) => entry.answer.answer_id));
    const before = [...this.base.last];
    for (const {retracts, line} of retractions) {
      if (known.has(retracts)) continue;
      const place = before.findIndex((old) => line.text.startsWith(old.text) || old.text.startsWith(line.text));
      if (place >= 0) before.splice(place, 1);
    }
    return [...here.map((entry) => entry.line).reverse(), ...before].slice(0, SHOWN);
  }

  // Seconds per answer: the server's figure, before there is one that of this session.
  secondsEach() {
    if (this.base.seconds_each !== null) return this.base.seconds_each;
    const times = this.entries.map(({answer}) => answer.seconds).filter((seconds) => seconds !== null);
    return times.length ? times.reduce((sum, seconds) => sum + seconds, 0) / times.length : null;
  }
}
