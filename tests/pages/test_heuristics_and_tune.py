"""The Heuristics and Tune pages: a heuristic is made, changed, run and tuned; mistakes show as messages."""

from __future__ import annotations

import pytest

from al_core.errors import ActiveLearnersError
from al_core.workflow import heuristics
from pages.components.literal import literal

ODD = "<b>x</b> :red[y] $z$ #1 [a](b) & -> ok"


def button(app, label):
    return next(one for one in app.button if one.label == label)


@pytest.fixture
def task(workspace, with_a_run):
    return workspace.store.projects.task_named(with_a_run.project_id, "topic")


@pytest.fixture
def learner(workspace, task):
    return workspace.store.heuristics.named(task.task_id, "Learner")


@pytest.fixture
def open_editor(open_app, with_a_run, task, learner):
    def open_on(text=None):
        app = open_app("3_Heuristics", with_a_run, task)
        app.query_params["heuristic"] = str(learner.heuristic_id)
        app.run()
        if text is not None:
            # what the editor in the browser sends
            key = f"editor_{learner.heuristic_id}"
            generation = app.session_state[f"{key}-shown"]["generation"]
            app.session_state[key] = {"draft": {"generation": generation, "text": text, "run": None, "save": None}}
            app.run()
        assert not app.exception
        return app

    return open_on


def test_a_new_heuristic_opens_in_the_editor_and_runs_by_its_button(open_app, workspace, with_a_run, task):
    app = open_app("3_Heuristics", with_a_run, task)
    app.text_input(key="heuristic_name").set_value(ODD)
    app.radio(key="starter").set_value("Nearest neighbours")
    button(app, "Create").click().run()
    assert not app.exception
    made = workspace.store.heuristics.named(task.task_id, ODD)
    assert "NearestNeighbours" in made.source
    assert [one.value for one in app.title] == [literal(ODD)]
    button(app, "Run").click().run()
    assert not app.exception
    for job in workspace.jobs.running():
        workspace.jobs.wait(job.job_id)
    assert workspace.store.runs.last(made.heuristic_id).state == "finished"
    app.run()
    assert any(one.value.startswith("At 0.80: ") for one in app.text)


@pytest.mark.parametrize("address", ["", "0", "999999999", "abc", "²", "9" * 5000, "-1", "<b>"])
def test_an_address_that_names_no_heuristic_shows_the_list(open_app, with_a_run, task, address):
    app = open_app("3_Heuristics", with_a_run, task)
    app.query_params["heuristic"] = address
    app.run()
    assert not app.exception
    assert [one.value for one in app.title] == ["Heuristics"]


def test_what_was_typed_is_kept_as_a_draft_and_saved_as_a_version(workspace, ada, learner, open_editor):
    changed = learner.source.replace("C=10", "C=5")
    app = open_editor(changed)
    assert workspace.store.heuristics.draft(learner.heuristic_id, ada.person_id)[1] == changed
    button(app, "Save").click().run()
    assert not app.exception
    saved = workspace.store.heuristics.get(learner.heuristic_id)
    assert (saved.version_no, saved.source) == (learner.version_no + 1, changed)
    heuristics.save(workspace.store, saved, learner.source, learner.embedding_name, ada)


def test_two_megabytes_are_refused_in_words_and_the_draft_before_them_stays(workspace, ada, learner, open_editor):
    open_editor(learner.source + "# mine\n")
    app = open_editor("x = 1\n" * 350_000)
    button(app, "Run").click().run()
    assert not app.exception
    assert any(literal("2,100,000 characters") in one.value for one in app.error)
    assert workspace.store.heuristics.draft(learner.heuristic_id, ada.person_id)[1] == learner.source + "# mine\n"
    assert workspace.store.heuristics.get(learner.heuristic_id).version_no == learner.version_no
    workspace.store.heuristics.drop_draft(learner.heuristic_id, ada.person_id)


def test_code_that_does_not_parse_can_be_run_and_says_its_line(workspace, ada, task, learner, open_editor):
    broken = "class Learner(LearningClassifier):\n    x = {\n"
    app = open_editor(broken)
    button(app, "Run").click().run()
    for job in workspace.jobs.running():
        with pytest.raises(ActiveLearnersError):
            workspace.jobs.wait(job.job_id)
    app.run()
    assert not app.exception
    assert workspace.store.runs.last(learner.heuristic_id).state == "failed"
    said = [one.value for one in app.text]
    assert any(one.startswith("Line 2: ") and one.endswith("The earlier result is kept.") for one in said)
    saved = workspace.store.heuristics.get(learner.heuristic_id)
    heuristics.save(workspace.store, saved, learner.source, learner.embedding_name, ada)


def test_a_threshold_that_was_stored_is_the_one_shown(open_app, workspace, with_a_run, task, learner, ada):
    workspace.store.heuristics.set_threshold(learner.heuristic_id, 0.63, "slider", ada.person_id)
    app = open_app("4_Tune", with_a_run, task)
    app.selectbox(key="pick_tuned").set_value(learner.heuristic_id).run()
    assert not app.exception
    assert any("0.63" in one.value for one in app.caption)
    assert [one.value for one in app.title] == ["Tune"]


def test_every_choice_of_a_heuristic_and_a_target_counts(open_app, workspace, with_a_run, task, learner, ada):
    other = heuristics.create(workspace.store, task, "Never run", "Decision tree grid", ada)
    app = open_app("4_Tune", with_a_run, task)
    for one in (other, learner, other):
        app.selectbox(key="pick_tuned").set_value(one.heuristic_id).run()
        assert app.selectbox(key="pick_tuned").value == one.heuristic_id
        assert app.session_state["al:tuned"] == one.heuristic_id
    assert "This heuristic has no finished run yet. Run it first." in [one.value for one in app.info]
    for target in (0.8, 0.95, 0.8):
        app.number_input(key="pick_target").set_value(target).run()
        assert app.session_state["al:target"] == target
    app.switch_page("pages/1_Overview.py").run()
    app.switch_page("pages/4_Tune.py").run()
    assert app.selectbox(key="pick_tuned").value == other.heuristic_id
    assert app.number_input(key="pick_target").value == 0.8


def test_run_all_starts_a_job_for_each_heuristic(open_app, workspace, with_a_run, task):
    app = open_app("4_Tune", with_a_run, task)
    button(app, "Run all").click().run()
    assert not app.exception
    for job in workspace.jobs.running():
        workspace.jobs.wait(job.job_id)
    everything = workspace.store.heuristics.all(task.task_id)
    assert {workspace.store.runs.last(one.heuristic_id).state for one in everything} == {"finished"}
