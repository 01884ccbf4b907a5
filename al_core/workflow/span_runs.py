"""Runs of extractors: one fork a fold, one for the shipped model; records are held out, spans are judged."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.spans import Score, Spans, built, scores
from al_core.execution import FitTag, Handle, TokenTags
from al_core.learning.calibration import Calibrator
from al_core.learning.methods import Method
from al_core.source import Settings, read_settings
from al_core.store.run_results import OUT_OF_FIT, FinishedRun
from al_core.workflow.jobs import JobContext
from al_core.workflow.protection import limits_of
from al_core.workflow.results import check_label_names
from al_core.workflow.run_log import RunLog
from al_core.workflow.span_results import Found, found_spans, joined, span_calibrator, span_candidates, span_rows
from al_core.workflow.span_training import SpanTraining, check_spans_evaluable, span_training, texts_of
from al_core.workflow.thresholds import adopt_from_code
from al_core.workflow.training import RunFailed
from al_core.workflow.underway import Underway
from al_core.workflow.word_lists import imported_lists, words_read

Ints = NDArray[np.int64]
Parts = list[tuple[Ints, Handle]]  # (places in the training set that are predicted, what predicts them)


def run_extractor(under_way: Underway) -> None:
    """Return nothing; fits and predicts out-of-fold and with all labels, and stores the result in one transaction."""
    store, heuristic, task = under_way.store, under_way.heuristic, under_way.task
    context, log = under_way.context, under_way.log
    settings = read_settings(heuristic.source)
    revision = store.answers.revision(task.task_id)
    training = span_training(store, task, heuristic, settings)
    words = words_read(store, task.project_id, heuristic.source)
    shas = [*(one.file.sha256 for one in training.tokens), *words]
    store.runs.start(under_way.run_id, label_revision=revision, n_labelled=len(training.rows), embedding_shas=shas)
    _say_what_is_there(log, training)
    check_label_names(settings, training.names, training.label_ids)  # a wrong name is said before anything is fitted
    check_spans_evaluable(training)
    folds, shipped = _collect(_start_all(under_way, training), training, context, log)
    context.progress(0.95, "storing")
    result = _finished(under_way, settings, training, folds, shipped)
    _say_scores(log, training, folds)
    calibrator = Calibrator.from_json(result.calibrator)
    numbers = ", ".join(f"{parameter:.2f}" for parameter in calibrator.parameters)
    log.say(f"span confidences calibrated by {calibrator.method} {numbers}".rstrip())
    log.say(f"done, {len(result.predictions.record_no):,} spans")
    context.check()
    store.runs.finish(under_way.run_id, replace(result, log=log.text))
    if store.heuristics.threshold(heuristic.heuristic_id) is None:
        adopt_from_code(store, heuristic.heuristic_id, task, settings, 0)


def _say_what_is_there(log: RunLog, training: SpanTraining) -> None:
    names = " + ".join(one.file.embedding.name for one in training.tokens)
    log.say(f"{len(training.rows):,} labelled records with {len(training.true):,} spans, {names}")
    if training.apart.any():
        log.say(f"{int(training.apart.sum()):,} records of the audit sample are kept out of the fit")
    if training.n_without_vector:
        log.say(f"{training.n_without_vector:,} labelled records have no vectors of their present text: left out")
    if training.n_cut:
        log.say(f"{training.n_cut:,} spans cut a token: the learner sees the covering tokens")


def _start_all(under_way: Underway, training: SpanTraining) -> Parts:
    """Return the started folds and, last, the shipped model, which predicts all records."""
    everything = np.flatnonzero(~training.apart)
    fold = training.fold[everything]
    parts = [(everything[fold != one], everything[fold == one]) for one in training.held_out]
    limits = limits_of(under_way.store, under_way.task.project_id)
    words = imported_lists(under_way.store, under_way.task.project_id, under_way.heuristic.source)
    handles: Parts = []
    for part, (fit_on, predict_on) in enumerate([*parts, (everything, everything[:0])]):
        is_shipped = part == len(parts)
        label, begins = training.labels_of(fit_on)
        job = FitTag(
            source=under_way.heuristic.source,
            vectors=tuple(one.file.path for one in training.tokens),
            offsets=training.tokens[0].offsets_path,
            names=training.names,
            train_rows=training.rows[fit_on],
            labels=label,
            begins=begins,
            predict_rows=None if is_shipped else training.rows[predict_on],
            margins=is_shipped,
            limits=limits,
            word_lists=words,
        )
        under_way.context.check()
        move = partial(_move, under_way.context, part, len(parts) + 1)
        handle = under_way.executor.start(job, on_log=under_way.log.say, on_progress=move)
        under_way.context.on_cancel(handle.cancel, handle.pid)
        handles.append((predict_on, handle))
    return handles


def _move(context: JobContext, part: int, n_parts: int, fraction: float, message: str) -> None:
    if not context.cancelled:
        context.progress(0.9 * (part + fraction) / n_parts, message or "fitting")


def _collect(
    parts: Parts, training: SpanTraining, context: JobContext, log: RunLog
) -> tuple[list[tuple[Ints, TokenTags]], TokenTags]:
    """Return what each fold predicted and what the shipped model did; the first failure ends the others."""
    outcomes = []
    for number, (predicted, handle) in enumerate(parts, start=1):
        step = "shipped model" if number == len(parts) else f"fold {number} of {len(parts) - 1}"
        context.progress(0.9 * (number - 1) / len(parts), step)
        outcome = handle.wait()
        if outcome.kind != "ok" or outcome.tags is None:
            for _, other in parts[number:]:
                other.cancel()
            context.check()
            if outcome.traceback:
                log.lines.extend(outcome.traceback.rstrip().splitlines())
            raise RunFailed(outcome.kind, outcome.message, outcome.line)
        log.say(f"{step}: fitted on {int((~training.apart).sum()) - len(predicted):,} records, {outcome.seconds:.2f} s")
        outcomes.append((predicted, outcome.tags))
    return outcomes[:-1], outcomes[-1][1]


def _finished(
    under_way: Underway,
    settings: Settings,
    training: SpanTraining,
    folds: list[tuple[Ints, TokenTags]],
    shipped: TokenTags,
) -> FinishedRun:
    """Return what to store: out-of-fold spans by models that never saw the record, all spans by the shipped one."""
    store, task = under_way.store, under_way.task
    record_nos, counts = training.record_nos, training.counts

    def of_rows(tags: TokenTags, rows: Ints) -> Found:
        texts = texts_of(store, task, record_nos[rows])
        return found_spans(tags, counts[rows], record_nos[rows], texts, training.label_ids)

    fresh = np.flatnonzero(training.fresh)
    everything = of_rows(_tags_of(shipped, counts, training.fresh), fresh)
    judged = joined([of_rows(tags, training.rows[places]) for places, tags in folds])
    allowed = check_label_names(settings, training.names, training.label_ids)
    audit = np.isin(judged.numbers, record_nos[training.rows[training.audit]])[judged.record]
    calibrator = span_calibrator(judged, judged.are_in(training.truth), audit)
    apart = record_nos[training.rows[training.apart]]
    out_of_fit = everything.of_records(apart)
    honest = joined([judged, out_of_fit]).of_labels(allowed)
    fold_of = dict(zip(record_nos[training.rows].tolist(), training.fold.clip(0).tolist(), strict=True))
    fold_of |= dict.fromkeys(apart.tolist(), OUT_OF_FIT)
    rows, all_rows = span_rows(honest, calibrator), span_rows(everything.of_labels(allowed), calibrator)
    n_folds = 0 if settings.train_test_split is not None else len(folds)
    in_pool = np.isin(record_nos, training.pool) & training.fresh
    return FinishedRun(
        predictions=all_rows,
        in_pool=np.isin(all_rows.record_no, training.pool),
        out_of_fold=rows,
        fold_no=np.array([fold_of[number] for number in rows.record_no.tolist()], dtype=np.int64),
        candidates=span_candidates(shipped, counts, record_nos, in_pool),
        calibrator=calibrator.to_json(),
        method=Method(n_folds, audit_kept_out=bool(training.apart.any())).text,
        pool_size=len(training.pool),
        classes=training.names,
        proba_path="",
        log="",
        nothing_found=np.setdiff1d(honest.numbers, honest.numbers[honest.record]),
        last_record_no=int(record_nos.max(initial=-1)),
    )


def _tags_of(tags: TokenTags, counts: Ints, records: NDArray[np.bool_]) -> TokenTags:
    """Return what was said of the tokens of some of the records."""
    chosen = np.repeat(records, counts)
    return TokenTags(tags.label[chosen], tags.begins[chosen], tags.confidence[chosen], tags.margin[chosen])


def _say_scores(log: RunLog, training: SpanTraining, folds: list[tuple[Ints, TokenTags]]) -> None:
    """Say how the out-of-fold spans, at any confidence, stand against the truth."""
    places = np.concatenate([one for one, _ in folds])
    counts = training.counts[training.rows[places]]
    columns = ("label", "begins", "confidence")
    label, begins, confidence = (np.concatenate([getattr(tags, name) for _, tags in folds]) for name in columns)
    predicted = built(label.astype(np.int64), begins, confidence.astype(np.float64), counts)
    order = np.full(len(training.rows), -1)
    order[places] = np.arange(len(places))
    kept = training.true.only(order[training.true.record] >= 0)
    moved = Spans(order[kept.record], kept.label, kept.start, kept.stop, kept.confidence)
    found = scores(predicted, moved.only(np.argsort(moved.record, kind="stable")), counts)
    for name, score in (
        ("exact", found.exact),
        ("overlapping", found.overlapping),
        ("right label", found.type_only),
        ("by token", found.token),
    ):
        log.say(f"{name}: {_shown(score)}")


def _shown(score: Score) -> str:
    def two(value: float | None) -> str:
        return "none" if value is None else f"{value:.2f}"

    return f"precision {two(score.precision)}, recall {two(score.recall)}, F1 {two(score.f1)}, n {score.predicted:,}"
