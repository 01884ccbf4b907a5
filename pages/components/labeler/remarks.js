// Flags and comments of this tab, on top of what the server has said about a record.

export class Remarks {
  constructor(outbox, taskId) {
    this.outbox = outbox;
    this.taskId = taskId;
    this.flags = new Map(); // record number -> whether it is flagged, as said here
    this.comments = new Map(); // record number -> comments written here
  }

  isFlagged(item) {
    return this.flags.get(item.record_no) ?? Boolean(item.flagged);
  }

  flag(item, isSet) {
    this.flags.set(item.record_no, isSet);
    this.outbox.push({act: 'flag', task_id: this.taskId, record_no: item.record_no, is_set: isSet});
  }

  commentsOf(item) {
    const known = item.comments ?? [];
    const ids = new Set(known.map((comment) => comment.comment_id));
    return [...known, ...(this.comments.get(item.record_no) ?? []).filter((own) => !ids.has(own.comment_id))];
  }

  comment(item, text) {
    const act = this.outbox.push({act: 'comment', task_id: this.taskId, record_no: item.record_no, text});
    const own = {comment_id: act.answer_id, person: 'you', text};
    this.comments.set(item.record_no, [...(this.comments.get(item.record_no) ?? []), own]);
  }

  // The server refused it.
  forget(act) {
    if (act.act === 'flag') this.flags.delete(act.record_no);
    const left = (this.comments.get(act.record_no) ?? []).filter((own) => own.comment_id !== act.answer_id);
    this.comments.set(act.record_no, left);
  }
}
