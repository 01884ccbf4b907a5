"""What the pages say about a guess from label names: that it is one, and which names say nothing."""

from al_core.workflow import few_labels
from al_core.workflow.running import run
from pages.components.literal import literal


def infos(app):
    return [one.value for one in app.info]


def test_labels_without_a_meaning_are_named_beside_their_table(open_app, workspace, with_a_run):
    (text,) = (one for one in workspace.store.projects.attributes(with_a_run.project_id) if one.is_text)
    task = workspace.store.projects.create_task(text, "numbered", "single_label", ["0", "7", "late"])
    app = open_app("6_Project", with_a_run, task)
    assert not app.exception
    assert literal("The labels '0', '7' say nothing by their names.") in infos(app)[0]


def test_a_guess_is_called_one_and_given_no_precision(open_app, workspace, with_a_run, ada):
    store = workspace.store
    (text,) = (one for one in store.projects.attributes(with_a_run.project_id) if one.is_text)
    task = store.projects.create_task(text, "guessed", "single_label", ["billing", "delivery"])
    heuristic = few_labels.add_default(store, task, "text-classification-hashing", ada)
    workspace.jobs.wait(run(workspace, heuristic, ada).job_id)
    app = open_app("4_Tune", with_a_run, task)
    assert not app.exception
    assert literal("This is a guess from the label names, not measured yet.") in infos(app)[0]
    app = open_app("1_Overview", with_a_run, task)
    assert not app.exception
    captions = [one.value for one in app.caption]
    assert "a guess from the label names, not measured yet" in captions
    assert not any("precision 0" in one for one in captions)
