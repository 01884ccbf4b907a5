"""Tasks with several labels a record: answers are stored, learners are refused with a sentence."""

import uuid

import pytest

from al_core.errors import InvalidInput
from al_core.workflow.heuristics import create
from al_core.workflow.labels import change_labels, create_task
from al_core.workflow.submitting import submit


@pytest.fixture
def tags(shop):
    return create_task(shop.store, shop.attribute, "tags", "multi_label", ["late", "broken", "rude"])


def answer(shop, task, record_no, names, person=None):
    labels = [{"label_id": task.label_id(name)} for name in names]
    one = {"answer_id": str(uuid.uuid4()), "task_id": task.task_id, "record_no": record_no, "verdict": "accept"}
    return submit(shop.store, person or shop.ann, [one | {"labels": labels}])


def test_several_labels_one_or_none_are_stored_and_agreement_is_of_sets(shop, tags):
    for record_no, names in enumerate((["late", "rude"], ["broken"], [])):
        assert answer(shop, tags, record_no, names).refused == ()
    answer(shop, tags, 0, ["rude", "late"], shop.bo)
    answer(shop, tags, 1, ["broken", "late"], shop.bo)
    truths = shop.store.answers.truths(tags.task_id)
    named = {number: sorted(tags.label_name(one.label_id) for one in truth.labels) for number, truth in truths.items()}
    assert named == {0: ["late", "rude"], 2: []}
    assert shop.store.answers.counts(tags.task_id).conflicts == 1


def test_a_starter_for_single_labels_is_refused_with_the_choices(shop, tags):
    with pytest.raises(InvalidInput, match=r"These do: Few labels \(several a record\), One model a label"):
        create(shop.store, tags, "", "Logistic regression", shop.ann)


def test_keys_of_the_label_page_cannot_be_a_labels_own(shop, tags):
    late = tags.labels[0]
    for key in ("x", "F", "?", "/", "n"):
        with pytest.raises(InvalidInput, match="uses the key"):
            change_labels(shop.store, tags, [type(late)(late.label_id, late.name, late.colour, key)])
    change_labels(shop.store, tags, [type(late)(late.label_id, late.name, late.colour, "Shift+4")])
    assert shop.store.projects.task(tags.task_id).labels[0].key == "Shift+4"


def test_the_first_twenty_labels_get_digits_then_digits_with_shift(shop):
    task = create_task(shop.store, shop.attribute, "many", "single_label", [f"label {n}" for n in range(22)])
    keys = [label.key for label in task.labels]
    assert keys[:10] == list("1234567890")
    assert keys[10:20] == [f"Shift+{digit}" for digit in "1234567890"]
    assert all(len(key) == 1 and key.isalpha() for key in keys[20:])
    spans = create_task(shop.store, shop.attribute, "spans", "extraction", [f"label {n}" for n in range(11)])
    assert "0" not in [label.key for label in spans.labels]
