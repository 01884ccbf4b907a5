"""A new version's result beside the one that counts: kept, discarded, compared, pinned examples, drafts, versions."""

import pytest

from al_core.errors import ActiveLearnersError, Conflict, InvalidInput
from al_core.execution import Outcome
from al_core.workflow import drafts
from al_core.workflow import heuristics as heuristic_cases
from al_core.workflow.comparing import compare
from al_core.workflow.evaluating import evaluate
from al_core.workflow.keeping import discard, keep, keep_waiting
from al_core.workflow.pinning import ABSTAIN, check_pinned, pin, records_to_pin, unpin
from al_core.workflow.running import rerun, run, run_all
from al_core.workflow.states import run_stale
from al_core.workflow.versions import restore, versions

BEFORE, AFTER = "def predict_proba(self, embeddings): ...", "def predict_proba(self, embeddings): pass"


def run_now(shop, heuristic, start=run):
    job = start(shop.workspace, heuristic, shop.ann)
    return shop.store.runs.get(shop.workspace.jobs.wait(job.job_id))


def changed(shop, heuristic, before=BEFORE, after=AFTER):
    source = heuristic.source.replace(before, after)
    assert source != heuristic.source
    return heuristic_cases.save(shop.store, heuristic, source, heuristic.embedding_name, shop.ann)


def counting(shop, heuristic):
    return shop.store.runs.last(heuristic.heuristic_id, finished=True)


def stands(shop, heuristic):
    found = heuristic_cases.status(shop.store, shop.workspace.jobs, heuristic)
    return found.state, found.text


@pytest.fixture
def first(shop):
    """A heuristic at version 1 with a run that counts."""
    shop.answer(range(30), drawn_by="random")
    heuristic = shop.heuristic()
    run_now(shop, heuristic)
    return heuristic


def test_a_new_versions_result_waits_and_counts_once_it_is_kept(shop, first):
    before = counting(shop, first)
    second = changed(shop, first)
    held = run_now(shop, second)
    assert (held.version_no, held.state) == (2, "finished")
    assert counting(shop, first) == before == evaluate(shop.store, second).run
    assert shop.store.held_runs.waiting(first.heuristic_id) == held
    assert stands(shop, second) == ("not kept yet", "the result of version 2 is not kept yet")
    again = run_now(shop, second, rerun)
    assert (again.version_no, counting(shop, first).run_id) == (1, again.run_id)
    keep(shop.store, second, held, shop.ann)
    assert counting(shop, first) == held, "kept after the newer run of version 1"
    assert shop.store.runs.newest_of_task(shop.task.task_id) == held
    assert shop.store.held_runs.waiting(first.heuristic_id) is None
    assert run_now(shop, second) == counting(shop, first), "now version 2 runs without asking"


def test_what_is_discarded_never_counts(shop, first):
    before = counting(shop, first)
    second = changed(shop, first)
    assert stands(shop, second) == ("stale", "version 2 not run yet")
    held = run_now(shop, second)
    discard(shop.store, held, shop.ann)
    assert stands(shop, second) == ("current", "up to date")
    assert not keep_waiting(shop.store, first, shop.ann)
    assert counting(shop, first) == before
    keep(shop.store, first, held, shop.ann)
    assert counting(shop, first) == before, "what was decided once stays so"
    assert run_now(shop, second, rerun) == counting(shop, first)
    assert stands(shop, second) == ("current", "up to date"), "version 2 ran and was discarded"


def test_run_stale_tries_a_version_that_never_ran_once(shop, first, executor):
    second = changed(shop, first)
    executor.failure, executor.fail_at = Outcome("error", message="no", line=3), len(executor.jobs)
    (job,) = run_stale(shop.workspace, [second], shop.ann)
    with pytest.raises(ActiveLearnersError):
        shop.workspace.jobs.wait(job.job_id)
    assert stands(shop, second) == ("failed", "failed on line 3: no")
    executor.failure = None
    (job,) = run_stale(shop.workspace, [second], shop.ann)
    assert shop.store.runs.get(shop.workspace.jobs.wait(job.job_id)).version_no == 1
    assert stands(shop, second) == ("stale", "version 2 failed")


def test_run_all_runs_what_is_kept(shop, first):
    changed(shop, first)
    (job,) = run_all(shop.workspace, shop.task, shop.ann)
    assert shop.store.runs.get(shop.workspace.jobs.wait(job.job_id)).version_no == 1


def test_another_threshold_in_the_code_needs_no_keeping_and_one_with_other_code_comes_with_it(shop, first):
    threshold = lambda: shop.store.heuristics.threshold(first.heuristic_id)  # noqa: E731
    second = changed(shop, first, "min_confidence=0.8", "min_confidence=0.7")
    assert threshold() == (0.7, "code")
    assert run_now(shop, second) == counting(shop, first)
    third = changed(shop, changed(shop, second), "min_confidence=0.7", "min_confidence=0.6")
    held = run_now(shop, third)
    assert threshold() == (0.7, "code")
    assert compare(shop.store, shop.task, third, held).new_threshold == 0.6
    keep(shop.store, third, held, shop.ann)
    assert threshold() == (0.6, "code")


def test_the_votes_that_change_are_counted_and_shown(shop, first):
    """Records 30 to 59 are unlabelled; the new run never says C and takes B for A."""
    second = changed(shop, first, "min_confidence=0.8", "min_confidence=0.8, label_names=['A', 'B']")
    shop.vectors[31::3] = [1.0, 0.0, 0.0]
    shop.put_vectors(shop.n)
    held = run_now(shop, second)
    shop.answer([33])  # answered since: nobody needs a vote on it
    found = compare(shop.store, shop.task, second, held)
    n_before = sum(found.counts[kind] for kind in ("lost", "changed", "same"))
    assert found.counts["changed"] == 10
    assert found.counts["lost"] == 10
    assert found.counts["gained"] == 0
    assert found.votes == (n_before, n_before - 10)
    by_kind = {one.change: one for one in found.examples}
    assert by_kind["changed"].text == f"text {by_kind['changed'].record_no}"
    assert (by_kind["changed"].before[0], by_kind["changed"].after[0]) == ("B", "A")
    assert by_kind["lost"].after == ""
    assert {kind: len(numbers) for kind, numbers in found.surest.items()} == {"gained": 0, "lost": 10, "changed": 10}
    assert set(found.surest["changed"]) == set(range(31, 60, 3))
    assert found.before.run != found.after.run == held
    back = compare(shop.store, shop.task, second, counting(shop, first))
    assert set(back.counts.values()) - {0} == {back.counts["same"]}, "a run beside itself changes nothing"


def test_pinned_examples_say_what_fails_at_the_threshold_in_force(shop, first):
    pin(shop.store, first, 30, shop.label_id("A"), shop.ann)  # unlabelled, of kind A
    pin(shop.store, first, 31, shop.label_id("A"), shop.ann)  # of kind B
    pin(shop.store, first, 4, ABSTAIN, shop.ann)  # labelled B, so judged out-of-fold
    run_before = counting(shop, first)
    outcomes = check_pinned(shop.store, shop.task, first, run_before)
    assert [(one.record_no, one.passes) for one in outcomes] == [(31, False), (4, False), (30, True)]
    assert outcomes[0].said.startswith("B 0.")
    assert [one.wanted for one in outcomes] == ["A", "must abstain", "A"]
    shop.store.heuristics.set_threshold(first.heuristic_id, 1.0, "slider", shop.ann.person_id)
    passes = {one.record_no: one.passes for one in check_pinned(shop.store, shop.task, first, run_before)}
    assert passes == {31: False, 30: False, 4: True}
    assert {one.passes for one in check_pinned(shop.store, shop.task, first, None)} == {None}
    unpin(shop.store, first, 31)
    assert len(check_pinned(shop.store, shop.task, first, None)) == 2
    assert [one.record_no for one in records_to_pin(shop.store, shop.task, "TEXT 59")] == [59]
    assert [one.record_no for one in records_to_pin(shop.store, shop.task, "id-7")] == [7]
    assert records_to_pin(shop.store, shop.task, " ") == ()


def test_versions_show_runs_and_figures_and_any_can_come_back(shop, first):
    second = changed(shop, first)
    run_now(shop, second)
    third = restore(shop.store, second, 1, shop.bo)
    assert (third.version_no, third.source) == (3, first.source)
    newest, middle, oldest = versions(shop.store, third)
    assert (newest.person, newest.n_runs, newest.outcome, newest.estimate) == ("Bo", 0, "not run", None)
    assert (middle.counts, oldest.counts, newest.counts) == (False, False, True), "the text of 1 counts, as version 3"
    assert middle.estimate.kept > 20
    assert run_now(shop, third) == counting(shop, first), "the kept text again: nothing to decide"


# --- drafts


def test_a_draft_is_its_writers_and_ends_when_it_is_saved(shop):
    heuristic = shop.heuristic()
    mine = drafts.begin(shop.store, heuristic, shop.ann)
    mine = drafts.keep_draft(shop.store, heuristic, mine, "draft", shop.ann)
    assert drafts.begin(shop.store, heuristic, shop.ann).source == "draft"
    assert drafts.begin(shop.store, heuristic, shop.bo).source == heuristic.source
    mine = drafts.keep_draft(shop.store, heuristic, mine, heuristic.source, shop.ann)
    assert shop.store.heuristics.draft(heuristic.heuristic_id, shop.ann.person_id) is None
    drafts.keep_draft(shop.store, heuristic, mine, "draft", shop.ann)
    assert heuristic_cases.save(shop.store, heuristic, "draft", "", shop.ann).version_no == 2
    assert shop.store.heuristics.draft(heuristic.heuristic_id, shop.ann.person_id) is None


def test_what_somebody_saved_meanwhile_is_never_overwritten_unseen(shop):
    heuristic = shop.heuristic()
    mine = drafts.keep_draft(shop.store, heuristic, drafts.begin(shop.store, heuristic, shop.ann), "mine = 1", shop.ann)
    theirs = heuristic_cases.save(shop.store, heuristic, "theirs = 1", "", shop.bo)
    assert drafts.find_clash(shop.store, theirs, mine, "mine = 1", shop.ann) == drafts.Clash(2, "Bo", "theirs = 1")
    assert drafts.find_clash(shop.store, theirs, mine, "theirs = 1", shop.ann) is None
    with pytest.raises(Conflict, match="Version 2 of 'Nearest' was saved meanwhile; yours began from 1"):
        heuristic_cases.save(shop.store, heuristic, "mine = 1", "", shop.ann)
    mine = drafts.rebase(shop.store, theirs, mine, "mine = 1", shop.ann)
    assert drafts.find_clash(shop.store, theirs, mine, "mine = 1", shop.ann) is None
    assert heuristic_cases.save(shop.store, theirs, "mine = 1", "", shop.ann).version_no == 3


def test_two_tabs_of_one_person_do_not_overwrite_each_other(shop):
    heuristic = shop.heuristic()
    one = drafts.begin(shop.store, heuristic, shop.ann)
    other = drafts.begin(shop.store, heuristic, shop.ann)
    drafts.keep_draft(shop.store, heuristic, one, "one", shop.ann)
    clash = drafts.find_clash(shop.store, heuristic, other, "other", shop.ann)
    assert clash == drafts.Clash(0, "Ann", "one")


def test_two_megabytes_of_source_are_refused_in_words_everywhere(shop):
    heuristic = shop.heuristic()
    huge = "x = 1\n" * 350_000
    (problem,) = heuristic_cases.check(shop.store, shop.task, huge)
    assert problem.message == "The code has 2,100,000 characters, at most 200,000 can be kept."
    with pytest.raises(InvalidInput, match="at most 200,000"):
        heuristic_cases.save(shop.store, heuristic, huge, "", shop.ann)
    with pytest.raises(InvalidInput, match="at most 200,000"):
        drafts.keep_draft(shop.store, heuristic, drafts.begin(shop.store, heuristic, shop.ann), huge, shop.ann)
