"""Pages through AppTest: the whole app in this process, on one workspace for all page tests.

Components are not drawn here; what the browser would send is put into the session state by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from al_core.importers import Mapping
from al_core.types import Person, Project, Task
from al_core.workflow import heuristics
from al_core.workflow.embedding import embed
from al_core.workflow.importing import ImportPlan, LabelImport, import_file
from al_core.workflow.running import run
from al_core.workflow.simulating import simulate
from al_core.workflow.workspace import Workspace
from pages.components import resources

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60  # how long a page may take at most, on a busy machine with everything to import
PERSON = "Ada"
PLAIN = Mapping(("text",), "id")
WORDS = {"billing": "invoice refund charged twice card", "delivery": "parcel courier late address lost"}


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The workspace that the app opens, with the sample project."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AL_WORKSPACE", str(tmp_path_factory.mktemp("pages") / "workspace"))
        opened = resources.workspace()
        yield opened
        opened.close()
        resources.workspace.clear()


@pytest.fixture(scope="session")
def sample(workspace: Workspace) -> Project:
    """The sample project."""
    return workspace.store.projects.all()[0]


@pytest.fixture(scope="session")
def ada(workspace: Workspace) -> Person:
    """Who looks at the pages."""
    return workspace.store.projects.person(PERSON)


@pytest.fixture(scope="session")
def import_texts(workspace: Workspace, ada: Person, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Project]:
    """Makes a project of texts: `import_texts("name", ["id,text", "1,hello"], mapping, labels)`."""

    def make(name: str, lines: list[str], mapping: Mapping, labels: LabelImport | None = None) -> Project:
        path = tmp_path_factory.mktemp("import") / "texts.csv"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        project = workspace.store.projects.create(name)
        job = import_file(workspace, project, ImportPlan(path, mapping, labels=labels), ada, then_embed=False)
        workspace.jobs.wait(job.job_id)
        return project

    return make


@pytest.fixture(scope="session")
def without_records(workspace: Workspace) -> Project:
    """A project that has nothing."""
    return workspace.store.projects.create("Without records")


@pytest.fixture(scope="session")
def without_tasks(import_texts: Callable[..., Project]) -> Project:
    """A project with two records."""
    return import_texts("Without tasks", ["id,text,shop", "1,first text,Ulm", "2,second text,Linz"], PLAIN)


@pytest.fixture(scope="session")
def with_a_run(workspace: Workspace, ada: Person, import_texts: Callable[..., Project]) -> Project:
    """A project of 60 records, 40 answers drawn at random and a learner that has run; its task is `topic`."""
    rows = [
        f"{number},{WORDS[label].split()[number % 5]} {WORDS[label]} number {number},{label}"
        for number, label in enumerate(["billing", "delivery"] * 30)
    ]
    mapping = Mapping(("text",), "id", "topic")
    project = import_texts("With a run", ["id,text,topic", *rows], mapping, LabelImport("topic", "all", hidden=True))
    store = workspace.store
    (text,) = (one for one in store.projects.attributes(project.project_id) if one.is_text)
    workspace.jobs.wait(embed(workspace, project, text, "hashing", ada).job_id)
    task = store.projects.task_named(project.project_id, "topic")
    simulate(store, task, 40, "random", np.random.default_rng(5))
    learner = heuristics.create(store, task, "Learner", "Logistic regression", ada)
    workspace.jobs.wait(run(workspace, learner, ada).job_id)
    return project


@pytest.fixture(autouse=True)
def through_the_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make AppTest run app.py for every page, as a server does from the first `st.navigation` on.

    It starts each run as a new server would, which takes the folder of pages for an app of its own.
    """
    original = PagesManager.__init__

    def started(self: PagesManager, *arguments: object, **named: object) -> None:
        original(self, *arguments, **named)
        PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", started)


@pytest.fixture(autouse=True)
def light_features(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a new task's first guess need no model, which would take the machine from the pages."""
    monkeypatch.setattr("al_core.workflow.few_labels.best_pool", lambda: "hashing-pool")


@pytest.fixture
def open_app(workspace: Workspace, ada: Person) -> Callable[..., AppTest]:
    """Opens a page as Ada, on a project and task that are made her choice."""

    def open_page(page: str = "1_Overview", project: Project | None = None, task: Task | None = None) -> AppTest:
        chosen = project or workspace.store.projects.all()[0]
        selection = {"project": chosen.project_id, "task": task.task_id if task else None}
        workspace.store.projects.set_setting(f"person:{ada.person_id}", "selection", selection)
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=SECONDS)
        app.session_state["al:person"] = PERSON
        app.run()
        return app if page == "1_Overview" else app.switch_page(f"pages/{page}.py").run()

    return open_page
