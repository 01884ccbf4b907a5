import pytest

from al_core.errors import InvalidInput
from al_core.store import Store
from al_core.workflow.certifying import Question, certify, certify_labels, standing

NINETY = Question(0.90)


def all_right(site, n, *, confidence=0.9, drawn_by="random"):
    site.answer_all(["ham"] * n, drawn_by=drawn_by)
    site.predict([("ham", confidence)] * n, [("ham", 0.9)] * (400 - n))


def test_a_first_look_with_88_audit_answers_uses_only_them(site):
    all_right(site, 88)
    before = standing(site.store, site.heuristic, NINETY)
    assert (before.certified, before.look_no, before.needed, before.available) == (None, 1, 44, 88)
    (look,) = certify(site.store, [site.heuristic], NINETY, site.person)
    assert (look.population, look.threshold, look.n_kept, look.n_correct) == ("audit", 0.9, 88, 88)
    assert look.method == "tested, not proved"
    after = standing(site.store, site.heuristic, NINETY)
    assert (after.certified.threshold, after.certified.person, after.mark, after.look_no) == (0.9, "Ann", "", 2)


def test_before_that_all_labels_count(site):
    all_right(site, 87)
    assert standing(site.store, site.heuristic, NINETY).population == "all"
    (look,) = certify(site.store, [site.heuristic], NINETY, site.person)
    assert (look.population, look.threshold) == ("all", 0.9)


def test_too_few_labels_say_what_it_takes(site):
    all_right(site, 14)
    stands = standing(site.store, site.heuristic, NINETY)
    assert (stands.needed, stands.available, stands.possible) == (44, 14, False)
    (look,) = certify(site.store, [site.heuristic], NINETY, site.person)
    assert (look.threshold, look.n_needed, look.n_available) == (None, 44, 14)


def test_a_heuristic_that_never_ran_has_no_standing(site):
    assert standing(site.store, site.heuristic, NINETY) is None
    assert certify(site.store, [site.heuristic], NINETY, site.person) == ()


def test_looks_are_counted_and_paid_for_also_those_that_gave_none(site):
    all_right(site, 60, confidence=0.7)
    shares = []
    for target in (0.99, 0.97, 0.95):
        (look,) = certify(site.store, [site.heuristic], Question(target), site.person)
        shares.append((look.look_no, round(look.delta_spent, 5), look.threshold))
    assert shares == [(1, 0.03040, None), (2, 0.00760, None), (3, 0.00338, None)]


def test_the_same_question_about_the_same_labels_spends_nothing(site):
    all_right(site, 88)
    certify(site.store, [site.heuristic], NINETY, site.person)
    assert certify(site.store, [site.heuristic], NINETY, site.person) == ()
    assert standing(site.store, site.heuristic, NINETY).look_no == 2
    site.answer(88, "ham")
    (look,) = certify(site.store, [site.heuristic], NINETY, site.person)
    assert look.look_no == 2


def test_certifying_several_heuristics_splits_one_look(site):
    all_right(site, 120)
    other = site.store.heuristics.create(site.task.task_id, "Other", "precomputed", "", "", site.person.person_id)
    site.predict([("spam", 0.9)] * 120, [("spam", 0.9)] * 280, other)
    never_run = site.store.heuristics.create(site.task.task_id, "New", "precomputed", "", "", site.person.person_id)
    mine, others = certify(site.store, [site.heuristic, other, never_run], NINETY, site.person)
    assert (mine.look_no, others.look_no) == (1, 1)
    assert (round(mine.delta_spent, 5), round(others.delta_spent, 5)) == (0.0152, 0.0152)
    assert (mine.threshold, others.threshold) == (0.9, None)
    assert others.method == "exact"
    assert standing(site.store, other, NINETY).look_no == 2


def test_things_that_move_on_are_marked_and_do_not_withdraw(site):
    all_right(site, 90)
    certify(site.store, [site.heuristic], NINETY, site.person)
    first_run = standing(site.store, site.heuristic, NINETY).certified.run_id
    site.answer(90, "spam")
    site.answer(91, "spam")
    assert standing(site.store, site.heuristic, NINETY).mark == f"of run {first_run}, 2 labels newer"
    site.predict([("ham", 0.9)] * 92, [("ham", 0.9)] * 308)
    stands = standing(site.store, site.heuristic, NINETY)
    assert (stands.certified.run_id, stands.certified.withdrawn) == (first_run, False)


def test_a_counted_answer_that_changes_withdraws_and_changing_it_back_restores(site):
    all_right(site, 90)
    certify(site.store, [site.heuristic], NINETY, site.person)
    site.answer(5, "spam", drawn_by="correction", blind=False)
    stands = standing(site.store, site.heuristic, NINETY)
    assert stands.certified is None
    assert (stands.last.withdrawn, stands.last.n_changed) == (True, 1)
    site.answer(5, "ham")
    assert standing(site.store, site.heuristic, NINETY).certified is not None


def test_a_conflict_on_a_counted_answer_withdraws(site):
    all_right(site, 90)
    certify(site.store, [site.heuristic], NINETY, site.person)
    site.person = site.store.projects.person("Bob")
    site.answer(5, "ham")
    assert standing(site.store, site.heuristic, NINETY).certified is not None
    site.answer(6, "news")
    assert standing(site.store, site.heuristic, NINETY).last.n_changed == 1


def test_an_answer_below_the_threshold_was_not_counted(site):
    site.answer_all(["ham"] * 100 + ["spam"] * 30)
    site.predict([("ham", 0.9)] * 100 + [("ham", 0.5)] * 30, [("ham", 0.9)] * 270)
    (look,) = certify(site.store, [site.heuristic], NINETY, site.person)
    assert (look.threshold, look.n_kept) == (0.9, 100)
    site.answer(120, "ham")
    assert standing(site.store, site.heuristic, NINETY).certified is not None


def test_other_labels_of_the_task_withdraw(site):
    all_right(site, 90)
    certify(site.store, [site.heuristic], NINETY, site.person)
    site.store.projects.add_labels(site.task.task_id, ["ads"])
    stands = standing(site.store, site.heuristic, NINETY)
    assert stands.certified is None
    assert (stands.last.n_changed, stands.last.labels_changed) == (0, True)


def test_each_label_by_itself_with_honest_abstention(site):
    site.answer_all(["ham"] * 60 + ["spam"] * 5)
    site.predict([("ham", 0.9)] * 60 + [("spam", 0.9)] * 5, [("ham", 0.9)] * 335)
    ham, spam, news = certify_labels(site.store, site.heuristic, site.task, Question(0.80), site.person)
    assert [one.threshold for one in (ham, spam, news)] == [0.9, None, None]
    assert (spam.n_needed, spam.n_available, news.n_available) == (21, 5, 0)
    assert {one.look_no for one in (ham, spam, news)} == {1}
    # looks at single labels and looks at all labels are different questions
    assert standing(site.store, site.heuristic, Question(0.80)).look_no == 1
    assert standing(site.store, site.heuristic, Question(0.80, label_id=site.label("ham"))).certified is not None


@pytest.mark.parametrize("question", [Question(1.0), Question(0.3), Question(0.9, confidence=1.0)])
def test_what_cannot_be_promised_is_refused_and_spends_nothing(site, question):
    all_right(site, 90)
    with pytest.raises(InvalidInput):
        certify(site.store, [site.heuristic], question, site.person)
    assert site.store.certificates.looks(site.task.task_id) == {}


def test_certificates_survive_a_restart(site, tmp_path):
    all_right(site, 90)
    certify(site.store, [site.heuristic], NINETY, site.person)
    site.store.close()
    site.store = Store(tmp_path / "workspace")
    assert standing(site.store, site.heuristic, NINETY).certified.threshold == 0.9


def test_thresholds_by_label_are_stored_and_removed(site):
    thresholds = {site.label("ham"): 0.7, site.label("spam"): 0.9}
    site.store.label_thresholds.put(site.heuristic.heuristic_id, thresholds, "slider", site.person.person_id)
    assert site.store.label_thresholds.of(site.heuristic.heuristic_id) == thresholds
    assert site.store.heuristics.threshold(site.heuristic.heuristic_id) is None
    site.store.label_thresholds.put(site.heuristic.heuristic_id, {}, "slider", site.person.person_id)
    assert site.store.label_thresholds.of(site.heuristic.heuristic_id) == {}


def test_correcting_only_the_errors_that_a_prediction_showed_buys_no_certificate(site):
    site.answer_all(["ham"] * 100 + ["spam"] * 40)
    site.predict([("ham", 0.9)] * 140, [("ham", 0.9)] * 260)
    assert certify(site.store, [site.heuristic], NINETY, site.person)[0].threshold is None
    for record_no in range(100, 140):
        site.answer(record_no, "ham", drawn_by="correction", blind=False)
    (look,) = certify(site.store, [site.heuristic], NINETY, site.person)
    assert (look.threshold, look.population, look.n_available) == (None, "audit", 140)
    # asked again without the prediction, the same person finds them right
    for record_no in range(100, 140):
        site.answer(record_no, "ham")
    (look,) = certify(site.store, [site.heuristic], NINETY, site.person)
    assert (look.threshold, look.n_kept, look.n_correct) == (0.9, 140, 140)


def test_a_look_at_all_labels_reads_the_labels_once(site, monkeypatch):
    site.answer_all(["ham"] * 60)
    site.predict([("ham", 0.9)] * 60, [("ham", 0.9)] * 340)
    read = []
    judged = type(site.store.runs).judged
    monkeypatch.setattr(
        type(site.store.runs), "judged", lambda self, *which: read.append(which) or judged(self, *which)
    )
    assert len(certify_labels(site.store, site.heuristic, site.task, Question(0.80), site.person)) == 3
    assert len(read) == 1


def test_a_learner_that_never_saw_the_audit_sample_is_certified_exactly(site):
    site.answer_all(["ham"] * 150)
    site.predict([("ham", 0.9)] * 150, [("ham", 0.9)] * 250, out_of_fit=range(10, 150))
    stands = standing(site.store, site.heuristic, NINETY)
    assert (stands.population, stands.available) == ("audit", 140)
    (look,) = certify(site.store, [site.heuristic], NINETY, site.person)
    assert (look.method, look.population, look.n_kept) == ("exact", "audit", 140)


def test_audit_answers_that_were_fitted_on_prove_nothing(site):
    site.answer_all(["ham"] * 150)
    site.predict([("ham", 0.9)] * 150, [("ham", 0.9)] * 250, out_of_fit=range(140, 150))
    (look,) = certify(site.store, [site.heuristic], NINETY, site.person)
    assert (look.method, look.population, look.n_kept) == ("tested, not proved", "all", 150)
