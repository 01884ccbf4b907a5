import pytest

from al_core.errors import InvalidInput
from al_core.workflow.certifying import Question, certify, certify_labels, standing
from al_core.workflow.evaluating import evaluate
from al_core.workflow.promises import promise_list, set_every_promise, undo_all
from al_core.workflow.thresholds import precedence

NINETY = Question(0.90)


@pytest.fixture
def two(site):
    """One heuristic that is right at 0.9, one that never is."""
    site.answer_all(["ham"] * 120)
    site.predict([("ham", 0.9)] * 120, [("ham", 0.9)] * 280)
    other = site.store.heuristics.create(site.task.task_id, "Other", "precomputed", "", "", site.person.person_id)
    site.predict([("spam", 0.9)] * 120, [("spam", 0.9)] * 280, other)
    for one in (site.heuristic, other):
        site.store.heuristics.set_threshold(one.heuristic_id, 0.4, "slider", site.person.person_id)
    site.store.label_thresholds.put(site.heuristic.heuristic_id, {site.label("ham"): 0.3}, "slider", 0)
    return site, other


def test_every_heuristic_is_set_to_its_promise_by_one_look_and_one_undo(two):
    site, other = two
    done = set_every_promise(site.store, [site.heuristic, other], NINETY, site.person)
    assert (done.kept, done.without) == (("Mine",), ("Other",))
    assert site.store.heuristics.threshold(site.heuristic.heuristic_id) == (0.9, "certificate")
    assert site.store.heuristics.threshold(other.heuristic_id) == (0.4, "slider")
    assert evaluate(site.store, site.heuristic).label_thresholds == {}
    assert precedence(site.store, site.heuristic) == "0.90, certificate; code says 0.80"
    assert standing(site.store, site.heuristic, NINETY).look_no == 2
    undo_all(site.store, done, site.person)
    assert site.store.heuristics.threshold(site.heuristic.heuristic_id) == (0.4, "slider")
    assert site.store.label_thresholds.of(site.heuristic.heuristic_id) == {site.label("ham"): 0.3}


def test_a_second_time_looks_at_nothing_again(two):
    site, other = two
    for _ in range(2):
        set_every_promise(site.store, [site.heuristic, other], NINETY, site.person)
    assert site.store.certificates.looks(site.task.task_id) == {0: 1}
    with pytest.raises(InvalidInput):
        set_every_promise(site.store, [site.heuristic, other], Question(1.0), site.person)


def test_the_list_says_what_became_of_each_promise(two):
    site, other = two
    certify(site.store, [site.heuristic, other], NINETY, site.person)
    certify_labels(site.store, site.heuristic, site.task, Question(0.80), site.person)
    said = {(one.heuristic, one.label): one.state for one in promise_list(site.store, site.task)}
    assert said == {
        ("Mine", ""): "holds",
        ("Other", ""): "no threshold found",
        ("Mine", "ham"): "holds",
        ("Mine", "spam"): "no threshold found",
        ("Mine", "news"): "no threshold found",
    }
    site.answer(130, "ham")
    of_run = next(one for one in promise_list(site.store, site.task) if one.label == "ham")
    assert of_run.state == f"of run {of_run.look.run_id}, 1 label newer"
    site.answer(5, "spam")
    states = {one.state for one in promise_list(site.store, site.task) if one.look.threshold is not None}
    assert states == {"withdrawn: 1 answer changed"}
    site.store.projects.add_labels(site.task.task_id, ["ads"])
    states = {one.state for one in promise_list(site.store, site.task) if one.look.threshold is not None}
    assert states == {"withdrawn: the task has other labels now"}
