"""An extractor from its code to judged spans, on records that can be checked by eye; fitted in this process."""

from __future__ import annotations

import json
import uuid
from contextlib import closing

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from al_core.execution import FitTag, Outcome
from al_core.filters import RecordFilter, Votes
from al_core.sandbox import tagger
from al_core.types import Answer, LabelSpan
from al_core.workflow.certifying import Question, certify, labels_of
from al_core.workflow.evaluating import evaluate
from al_core.workflow.exporting import export
from al_core.workflow.finding import how_many
from al_core.workflow.heuristic_overview import overview_rows
from al_core.workflow.labeling import queue
from al_core.workflow.running import run
from al_core.workflow.span_files import fitting_spans
from al_core.workflow.span_votes import SpanVotes, span_matrix
from al_core.workflow.starters import STARTERS, starters_for, written_for
from al_core.workflow.token_embedding import embed_tokens
from al_core.workflow.trying import try_on_ten
from al_core.workflow.workspace import Workspace

PASTED = """from sequencelearn.sequence_tagger import CRFTagger
class ATLExtractor(LearningExtractor):
    def __init__(self):
        self.model = CRFTagger(num_epochs=100, learning_rate=0.001, momentum=0.9, random_seed=None, verbose=False)

    @params_fit(embedding_name="text-extraction-hashing"SPLIT)
    def fit(self, embeddings, labels):
        self.model.fit(embeddings, labels)

    @params_inference(min_confidence=0.5, label_names=None)
    def predict_proba(self, embeddings):
        return self.model.predict_proba(embeddings)
"""
CITIES, NAMES = ["Lyon", "Bath", "Oslo", "Rome", "Kyiv"], ["Ana", "Bob", "Cleo"]


class InThisProcess:
    tier = "none"

    def start(self, job, *, on_log=None, on_progress=None):
        return self.Handle(job)

    class Handle:
        pid = None

        def __init__(self, job: FitTag) -> None:
            self.job = job

        def cancel(self) -> None: ...

        def wait(self, timeout=None) -> Outcome:
            tagger.offer_sequencelearn()
            matrix = tagger.TokenMatrix([np.load(path) for path in self.job.vectors], np.load(self.job.offsets))
            return Outcome("ok", tags=tagger.run_job(self.job, matrix))

    def describe(self):
        return ()

    def close(self) -> None: ...


class Mail:
    """Sixty records: every third says nothing, the others "NAME is in CITY", a 👍 before every second of them."""

    def __init__(self, workspace: Workspace, folder) -> None:
        self.workspace, self.store = workspace, workspace.store
        store = self.store
        self.ann = store.projects.person("Ann")
        self.project = store.projects.create("Mail")
        self.texts, self.spans = [], []
        for i in range(60):
            name, city = NAMES[i % 3], CITIES[i % 5]
            before = "👍🏽 " if i % 2 else ""
            self.texts.append("all is well" if i % 3 == 2 else f"{before}{name} is in {city} now")
            start = len(before)
            at = start + len(name) + len(" is in ")
            self.spans.append(
                [] if i % 3 == 2 else [("person", start, start + len(name)), ("city", at, at + len(city))]
            )
        staged = folder / "staged.parquet"
        columns = {"row": range(60), "external_id": [f"id-{i}" for i in range(60)], "text": self.texts}
        pq.write_table(pa.table(columns), staged)
        store.records.ingest(self.project.project_id, staged, ["text"], file="f.csv", sha="0")
        self.attribute = store.projects.attributes(self.project.project_id)[0]
        self.task = store.projects.create_task(self.attribute, "entities", "extraction", ["person", "city"])
        workspace.jobs.wait(embed_tokens(workspace, self.project, self.attribute, "hashing", self.ann).job_id)

    def answer(self, numbers, spans=None, **more) -> None:
        self.store.answers.add(
            [
                Answer(
                    answer_id=str(uuid.uuid4()),
                    task_id=self.task.task_id,
                    record_no=number,
                    person_id=self.ann.person_id,
                    verdict="accept",
                    labels=tuple(
                        LabelSpan(self.task.label_id(name), start, end)
                        for name, start, end in (self.spans[number] if spans is None else spans)
                    ),
                    **more,
                )
                for number in numbers
            ]
        )

    def run(self, source=None, name="CRF"):
        source = source or PASTED.replace("SPLIT", "")
        heuristic = self.store.heuristics.create(
            self.task.task_id, name, "active_learner", source, "", self.ann.person_id
        )
        job = run(self.workspace, heuristic, self.ann)
        self.workspace.jobs.wait(job.job_id)
        return heuristic


@pytest.fixture
def mail(tmp_path):
    with closing(Workspace(tmp_path / "workspace", InThisProcess)) as workspace:
        yield Mail(workspace, tmp_path)


def stored(mail, heuristic):
    finished = mail.store.runs.last(heuristic.heuristic_id)
    return finished, mail.store.judging.spans(finished.run_id, range(60))


def test_the_pasted_template_is_judged_out_of_fold_and_predicts_in_characters(mail):
    mail.answer(range(30), drawn_by="random")
    finished, spans = stored(mail, mail.run())
    assert (finished.state, finished.n_labelled, finished.pool_size) == ("finished", 30, 30), finished.error_message
    assert finished.method == "5-fold"
    assert "exact: precision 1.00" in finished.log
    # record 31 begins with an emoji of two code points: characters, not tokens or UTF-16 units
    assert mail.texts[31].startswith("👍🏽 Bob")
    found = sorted((one.start, one.end, mail.task.label_name(one.label_id)) for one in spans[31])
    assert found == [(start, end, name) for name, start, end in mail.spans[31]]
    assert 32 not in spans  # nothing here, nothing found
    evaluation = evaluate(mail.store, mail.store.heuristics.all(mail.task.task_id)[0])
    assert (evaluation.n_judged, evaluation.estimate.correct, evaluation.basis) == (40, 40, "random")
    # coverage is the share of the unlabelled records with a span: two of three
    assert evaluation.curve.at(0.0).records == 20
    assert set(evaluation.by_label) == {label.label_id for label in mail.task.labels}
    assert all(one.recall == 1.0 for one in evaluation.by_label.values())


def test_answers_since_the_run_judge_its_own_spans_and_missed_ones_count_against_recall(mail):
    mail.answer(range(30))
    heuristic = mail.run()
    before = evaluate(mail.store, heuristic)
    number = 31
    person = mail.task.label_id("person")
    (label, start, end), other = mail.spans[number]
    mail.answer([number], [(label, start, end + 1), other, ("city", 0, 2)])  # a border moved, and one more
    after = evaluate(mail.store, heuristic)
    assert (after.n_judged - before.n_judged, after.n_new) == (2, 2)
    assert after.estimate.correct - before.estimate.correct == 1
    assert after.by_label[person].labelled - before.by_label[person].labelled == 1
    assert after.by_label[person].correct == before.by_label[person].correct


def test_a_hold_out_says_nothing_of_what_it_learnt(mail):
    mail.answer(range(30))
    finished, _ = stored(mail, heuristic := mail.run(PASTED.replace("SPLIT", ", train_test_split=0.5")))
    assert finished.method == "holdout"
    evaluation = evaluate(mail.store, heuristic)
    assert 0 < evaluation.n_judged < 40
    held_out = {one for one in range(30) if one in mail.store.runs.judged(finished.run_id, mail.task.task_id).record_no}
    assert sum(one.labelled for one in evaluation.by_label.values()) == 2 * len(held_out)


def test_a_span_that_cuts_a_token_is_learnt_as_the_token_and_said(mail):
    mail.answer(range(29))
    name, start, end = mail.spans[30][0]
    mail.answer([30], [(name, start, end - 1)])
    finished, _ = stored(mail, mail.run())
    assert "1 spans cut a token" in finished.log


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([], "no record is labelled"),
        (range(2, 30, 3), "nothing here"),
        ([0], "1 labelled record"),
    ],
)
def test_too_few_answers_are_not_a_failure(mail, answers, words):
    mail.answer(answers)
    finished, _ = stored(mail, mail.run())
    assert finished.state == "not_evaluable"
    assert words in finished.error_message


def test_suggestions_come_with_spans_and_never_for_random_ones(mail):
    mail.answer(range(30))
    mail.run()
    rng = np.random.default_rng(0)
    smart = queue(mail.store, mail.task, mail.ann, "Least sure", rng).records
    shown = [one for one in smart if not one.blind and one.record.text != "all is well"]
    assert shown
    for one in shown:
        expected = {(name, start, end) for name, start, end in mail.spans[one.record.record_no]}
        given = {(mail.task.label_name(guess.label_id), guess.start, guess.end) for guess in one.guesses}
        assert given == expected
        assert all(0 < guess.confidence <= 1 for guess in one.guesses)
    audit = queue(mail.store, mail.task, mail.ann, "Audit", rng).records
    assert audit and all(one.blind and not one.guesses for one in audit)


def test_a_promise_about_spans_is_tested_and_a_corrected_audit_record_never_helps_it(mail):
    mail.answer(range(40), drawn_by="random")
    heuristic = mail.run()
    run_id = mail.store.runs.last(heuristic.heuristic_id)
    before = labels_of(mail.store, run_id, mail.task.task_id)
    assert (before.of_spans, int(before.correct.sum()), int(before.rows.audit.sum())) == (True, 54, 54)
    (look,) = certify(mail.store, [heuristic], Question(0.8), mail.ann)
    assert look.method == "tested, not proved"
    mail.answer([0], blind=False, drawn_by="correction")
    after = labels_of(mail.store, run_id, mail.task.task_id)
    assert int(after.correct.sum()) == 52


def test_kept_spans_are_exported_and_come_back_as_predictions_of_a_file(mail, tmp_path):
    mail.answer(range(30))
    mail.run()
    out = tmp_path / "all.jsonl"
    export(mail.store, mail.project, out)
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    written = {one["record_id"]: one for one in rows}["id-31"]
    assert [(one["start"], one["end"], one["label"]) for one in written["predicted"]] == [
        (start, end, name) for name, start, end in mail.spans[31]
    ]
    table = pa.table(
        {
            "id": [*(one["record_id"] for one in rows), "nobody"],
            "spans": [*(json.dumps(one["predicted"]) if one["predicted"] else None for one in rows), "[]"],
            "confidence": [*(None if one["confidence"] is None else str(one["confidence"]) for one in rows), "1"],
        }
    )
    found, left_out = fitting_spans(mail.store, mail.task, table, np.arange(60))
    assert len(found.record_no) == 80
    assert sorted(zip(found.start[found.record_no == 31], found.end[found.record_no == 31], strict=True)) == [
        (start, end) for _, start, end in mail.spans[31]
    ]
    assert left_out == ("1 could not be used, such as nobody: no such record",)


def test_a_try_shows_spans_in_words_beside_those_of_people(mail):
    mail.answer(range(30))
    heuristic = mail.run()
    job = try_on_ten(mail.workspace, heuristic, heuristic.source, mail.ann, seed=1)
    tried = mail.workspace.jobs.wait(job.job_id)
    assert len(tried) == 10
    assert [one.right for one in tried] == [True] * 5 + [None] * 5
    assert {one.label == "nothing" for one in tried} == {"all is well" in one.text for one in tried}
    assert next(one for one in tried if one.label != "nothing").label.endswith(": city")


def test_touching_spans_of_different_labels_are_conflicts_and_each_heuristic_shows_what_it_adds(mail):
    mail.answer(range(30))
    for name in ("CRF", "Again"):
        mail.run(name=name)
    one, other = overview_rows(mail.store, mail.workspace.jobs, mail.task)
    # every third of the sixty texts has no span; a record counts once, however many spans it has
    assert (one.among.hits, one.among.overlaps, one.among.conflicts, one.among.alone) == (40, 40, 0, 0)
    behind = RecordFilter(mail.task.task_id, (Votes("overlap", one.heuristic.heuristic_id),))
    assert how_many(mail.store, mail.project, behind) == 40
    assert one.evaluation.estimate == other.evaluation.estimate


def test_groups_and_votes_by_eye():
    def votes(*rows):
        columns = np.array(rows).T
        return SpanVotes(*(column.astype(np.int64) for column in columns[:4]), columns[4], columns[5].astype(np.int64))

    # record 1: both mark 0 to 4, one as 7 and right, the other as 8; record 2: only the second, twice in one group
    found, truth = span_matrix({1: votes((1, 7, 0, 4, 0.9, 7)), 2: votes((1, 8, 2, 4, 0.8, 0), (2, 8, 0, 3, 0.5, 0))})
    assert found.units.tolist() == [[1, 0], [2, 0]]
    assert found.votes.tolist() == [[7, 8], [-1, 8]]
    assert truth.tolist() == [7, -1]


def test_every_starter_that_learns_spans_runs(mail):
    mail.answer(range(30))
    for name in starters_for(mail.task, "active_learner"):
        source = written_for(mail.task, STARTERS.get(name), ("text-extraction-hashing",))
        finished, spans = stored(mail, mail.run(source, name))
        assert finished.state == "finished", (name, finished.error_message)
        assert spans[31]
