import pytest

from al_core.errors import InvalidInput
from al_core.source import read_settings
from al_core.workflow.evaluating import set_threshold
from al_core.workflow.heuristics import save, status
from al_core.workflow.thresholds import (
    NEVER,
    apply,
    in_code,
    min_confidence,
    precedence,
    set_label_thresholds,
    undo_apply,
)


class NoJobs:
    def of(self, key):
        return None


def ids(site):
    return [label.label_id for label in site.task.labels]


def test_the_slider_wins_until_the_code_changes(site):
    store, heuristic = site.store, site.heuristic
    assert precedence(store, heuristic) == "0.80, code"
    set_threshold(store, heuristic, 0.83, site.person.person_id)
    assert precedence(store, heuristic) == "0.83, slider; code says 0.80"
    same = save(store, heuristic, heuristic.source + "\n# a comment\n", "", site.person)
    assert min_confidence(store, heuristic.heuristic_id, ids(site)) == 0.83
    save(store, same, same.source.replace("0.8", "0.9"), "", site.person)
    assert min_confidence(store, heuristic.heuristic_id, ids(site)) == 0.9


def test_apply_writes_the_number_and_the_run_stays_current(site):
    site.answer_all(["ham"] * 20)
    site.predict([("ham", 0.9)] * 20, [("ham", 0.9)] * 380)
    set_threshold(site.store, site.heuristic, 0.83, site.person.person_id)
    applied = apply(site.store, site.heuristic, site.person)
    assert applied.source == site.heuristic.source.replace("0.8", "0.83")
    assert applied.version_no == 2
    assert precedence(site.store, applied) == "0.83, code"
    assert status(site.store, NoJobs(), applied).state == "current"
    changed = save(site.store, applied, applied.source.replace("self.model", "self.other"), "", site.person)
    assert status(site.store, NoJobs(), changed).text == "version 3 not run yet"


def test_undo_brings_the_code_back_and_keeps_the_threshold_in_force(site):
    set_threshold(site.store, site.heuristic, 0.83, site.person.person_id)
    applied = apply(site.store, site.heuristic, site.person)
    undone = undo_apply(site.store, applied, 1, site.person)
    assert (undone.version_no, undone.source) == (3, site.heuristic.source)
    assert precedence(site.store, undone) == "0.83, slider; code says 0.80"


def test_applying_what_stands_there_is_refused(site):
    set_threshold(site.store, site.heuristic, 0.83, site.person.person_id)
    applied = apply(site.store, site.heuristic, site.person)
    with pytest.raises(InvalidInput, match="says so already"):
        apply(site.store, applied, site.person)


def test_thresholds_by_label_go_into_the_code_as_a_dict_and_back(site):
    ham, spam, news = (site.label(name) for name in ("ham", "spam", "news"))
    set_label_thresholds(site.store, site.heuristic, {ham: 0.7, spam: 5, news: 0.9}, site.person)
    assert precedence(site.store, site.heuristic) == "one threshold a label; code says 0.80"
    applied = apply(site.store, site.heuristic, site.person)
    assert read_settings(applied.source).min_confidence == {"ham": 0.7, "spam": NEVER, "news": 0.9}
    assert min_confidence(site.store, applied.heuristic_id, ids(site)) == {ham: 0.7, spam: NEVER, news: 0.9}
    undone = undo_apply(site.store, applied, 1, site.person)
    assert min_confidence(site.store, undone.heuristic_id, ids(site)) == {ham: 0.7, spam: NEVER, news: 0.9}
    set_label_thresholds(site.store, undone, {}, site.person)
    assert min_confidence(site.store, undone.heuristic_id, ids(site)) == 0.8


def test_a_dict_in_the_code_is_taken_over_when_it_is_saved(site):
    source = site.heuristic.source.replace("0.8", "{'ham': 0.6, 'gone': 0.1}")
    saved = save(site.store, site.heuristic, source, "", site.person)
    found = min_confidence(site.store, saved.heuristic_id, ids(site))
    assert found == {site.label("ham"): 0.6, site.label("spam"): 0.8, site.label("news"): 0.8}
    assert in_code(saved.source) == {"ham": 0.6, "gone": 0.1}
    save(site.store, saved, site.heuristic.source, "", site.person)
    assert min_confidence(site.store, saved.heuristic_id, ids(site)) == 0.8
