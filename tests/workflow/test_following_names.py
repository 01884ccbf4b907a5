"""Labels renamed, embeddings gone and tasks changed after the code was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.errors import NotFound
from al_core.source import texts_in, with_texts_replaced
from al_core.types import Label
from al_core.workflow import heuristics as heuristic_cases
from al_core.workflow.labels import change_labels
from al_core.workflow.moving import move
from al_core.workflow.renaming import renamed_in_code
from al_core.workflow.running import run

CODE = """class A(LearningClassifier):
    "A learner of 'A'."
    @params_inference(min_confidence={'A': 0.9, "é": 0.8}, label_names=('B', 'A'))  # not 'A' here
    def predict_proba(self, embeddings): return f"A {embeddings}"
"""


def rename(shop, before, after):
    task = shop.store.projects.task(shop.task.task_id)
    label = next(one for one in task.labels if one.name == before)
    change_labels(shop.store, task, [Label(label.label_id, after, label.colour, label.key, label.description)])
    return shop.store.projects.task(shop.task.task_id)


def test_the_code_follows_a_renamed_label_in_its_texts_only(shop):
    assert renamed_in_code(shop.store, shop.task, CODE).names == {}
    task = rename(shop, "A", 'it\'s "new"')
    found = renamed_in_code(shop.store, task, CODE)
    assert found.names == {"A": 'it\'s "new"'}
    third = CODE.splitlines()[2]
    wanted = third.replace("{'A'", '{"it\'s \\"new\\""').replace(", 'A')", ', "it\'s \\"new\\"")')
    assert found.source.splitlines() == [*CODE.splitlines()[:2], wanted, CODE.splitlines()[3]]
    again = rename(shop, 'it\'s "new"', "newest")
    assert renamed_in_code(shop.store, again, found.source).names == {'it\'s "new"': "newest"}
    back = rename(shop, "newest", "A")
    assert renamed_in_code(shop.store, back, CODE).names == {}, "a name that a label has today is not a former one"
    assert renamed_in_code(shop.store, again, "x = (").names == {}


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20), st.text(max_size=5))
def test_any_text_can_take_the_place_of_any(before, behind):
    source = f"# {behind!a}\nä = [{before!r}, 'other']; b = {before!r}\n"
    assert texts_in(source) == tuple(dict.fromkeys((before, "other")))
    assert texts_in(with_texts_replaced(source, {before: "né"})) in (("né", "other"), ("né",))


def test_an_embedding_that_is_gone_is_named_before_and_by_the_run(shop):
    shop.answer(range(30))
    source = shop.heuristic().source.replace("classification-hashing", "classification-gone")
    (problem,) = heuristic_cases.check(shop.store, shop.task, source)
    assert problem.line == 2
    assert problem.message.startswith("No embedding 'text-classification-gone'.")
    heuristic = shop.heuristic(source, "Gone")
    with pytest.raises(NotFound, match="text-classification-gone"):
        shop.workspace.jobs.wait(run(shop.workspace, heuristic, shop.ann).job_id)
    stored = shop.store.runs.last(heuristic.heuristic_id)
    assert (stored.state, "text-classification-gone" in stored.error_message) == ("failed", True)


def test_a_heuristic_with_runs_begins_anew_in_another_task(shop):
    other = shop.store.projects.create_task(shop.attribute, "other", "single_label", ["X", "Y"])
    never_run = move(shop.store, shop.heuristic(name="Never run"), other, shop.bo)
    assert (never_run.task_id, never_run.version_no) == (other.task_id, 1)
    shop.answer(range(30))
    ran = shop.heuristic()
    shop.workspace.jobs.wait(run(shop.workspace, ran, shop.ann).job_id)
    moved = move(shop.store, ran, other, shop.bo)
    assert (moved.task_id, moved.source, moved.owner) == (other.task_id, ran.source, "Bo")
    assert shop.store.runs.last(moved.heuristic_id) is None
    assert shop.store.heuristics.all(shop.task.task_id) == ()
    shop.store.heuristics.set_deleted(ran.heuristic_id, deleted=False)
    assert shop.store.runs.last(ran.heuristic_id, finished=True) is not None
