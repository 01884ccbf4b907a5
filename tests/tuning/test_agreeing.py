"""How far people agree: only blind answers of several people about the same text count."""

from __future__ import annotations

import uuid

import pytest

from al_core.types import Answer, LabelSpan
from al_core.workflow.agreeing import agreement_of


def second(site, record_no, name, *, blind=True, adjudicates=False, verdict="accept"):
    """The answer of a second person."""
    other = site.store.projects.person("Ben")
    labels = (LabelSpan(site.label(name)),) if verdict == "accept" else ()
    site.give([Answer(
        str(uuid.uuid4()), site.task.task_id, record_no, other.person_id, verdict, labels,
        drawn_by="random", blind=blind, adjudicates=adjudicates,
    )])  # fmt: skip


def test_one_person_alone_agrees_with_nobody(site):
    site.answer_all(["ham", "spam"])
    assert agreement_of(site.store, site.task) is None


def test_only_blind_accepted_answers_of_two_people_count(site):
    site.answer_all(["ham", "spam", "ham", "news", "news", "news"])
    second(site, 0, "ham")
    second(site, 1, "ham")
    second(site, 2, "ham", blind=False)
    second(site, 3, "news", adjudicates=True)
    second(site, 4, "news", verdict="ignore")
    found = agreement_of(site.store, site.task)
    assert (found.share, found.n, found.alpha) == (0.5, 2, pytest.approx(0.0))


def test_the_newest_answer_of_a_person_counts(site):
    site.answer_all(["ham", "spam"])
    second(site, 1, "ham")
    second(site, 1, "spam")
    assert agreement_of(site.store, site.task).share == 1.0
