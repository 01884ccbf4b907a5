// Numbers beside the record: what the server counted, plus the answers that it had not seen when it did.

const SHOWN = 50; // last answers

const isAudit = (answer, item) => answer.blind !== false && item.drawn_by === 'random';

// What an answer adds to the counts, or takes from them with a `sign` of -1.
function effectOf(answer, item, sign = 1) {
  const counts = answer.verdict === 'accept' ? sign : 0;
  const byLabel = {};
  for (const label of answer.labels) byLabel[label.label_id] = (byLabel[label.label_id] ?? 0) + sign;
  return {labelled: counts, audit: counts && isAudit(answer, item) ? sign : 0, byLabel};
}

function lineOf(answer, item) {
  return {
    record_no: item.record_no,
    text: item.text.slice(0, 200),
    label_id: answer.labels[0]?.label_id ?? null,
    n_labels: answer.labels.length,
    verdict: answer.verdict,
  };
}

export class Progress {
  constructor(outbox) {
    this.outbox = outbox;
    this.base = {labelled: 0, total: 0, by_label: {}, audit: 0, by_strategy: 0, seconds_each: null, last: []};
    this.entries = []; // {answer, effects, answered, line}, oldest first
  }

  // `messageNo`: the last message of the outbox that the server had read when it counted.
  rebase(base, messageNo) {
    this.base = base;
    this.entries = this.entries.filter(({answer}) => !this.outbox.wasSentBy(answer.answer_id, messageNo));
  }

  add(answer, item) {
    this.entries.push({answer, effects: [effectOf(answer, item)], answered: 1, line: lineOf(answer, item)});
  }

  // `answer` takes the place of `before`.
  replace(before, answer, item) {
    const effects = [effectOf(before, item, -1), effectOf(answer, item)];
    this.entries.push({answer, effects, answered: 0, line: lineOf(answer, item)});
  }

  retract(retraction, answer, item) {
    const line = lineOf(retraction, item);
    this.entries.push({answer: retraction, effects: [effectOf(answer, item, -1)], answered: -1, line});
  }

  forget(answerId) {
    this.entries = this.entries.filter(({answer}) => answer.answer_id !== answerId);
  }

  counts() {
    const {total, by_label: byLabel, labelled, audit, by_strategy: byStrategy, today = 0, last_hour: lastHour = 0} = this.base;
    const now = {total, labelled, audit, byStrategy, today, lastHour, byLabel: {...byLabel}};
    for (const {effects, answered} of this.entries) {
      now.today += answered;
      now.lastHour += answered;
      for (const effect of effects) {
        now.labelled += effect.labelled;
        now.audit += effect.audit;
        now.byStrategy += effect.labelled - effect.audit;
        for (const [id, count] of Object.entries(effect.byLabel)) now.byLabel[id] = (now.byLabel[id] ?? 0) + count;
      }
    }
    return now;
  }

  // The last answers, newest first, one a record, without those taken back.
  lines() {
    let lines = this.base.last;
    for (const {line} of this.entries) {
      const others = lines.filter((other) => other.record_no !== line.record_no);
      lines = line.verdict === 'retract' ? others : [line, ...others];
    }
    return lines.slice(0, SHOWN);
  }

  // Seconds per answer: the server's figure, before there is one that of this session.
  secondsEach() {
    if (this.base.seconds_each !== null) return this.base.seconds_each;
    const times = this.entries.map(({answer}) => answer.seconds).filter((seconds) => typeof seconds === 'number');
    return times.length ? times.reduce((sum, seconds) => sum + seconds, 0) / times.length : null;
  }
}
