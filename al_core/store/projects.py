"""Projects, people, tasks with their labels, and settings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import duckdb

from al_core.errors import Conflict, InvalidInput, NotFound, unknown_name
from al_core.store.database import Database
from al_core.types import Attribute, Label, Person, Project, Task, TaskKind

LONGEST_PROJECT_NAME, LONGEST_TASK_NAME = 80, 60
PALETTE = 12  # colours of the label palette; a thirteenth label takes the first again
# the Label page uses these keys itself; 0 only where spans are marked
ACTION_KEYS = frozenset("/?aAfFmMnNxX")
# digits first, then digits with Shift, then letters that no action of the Label page uses
LABEL_KEYS = (*"1234567890", *(f"Shift+{digit}" for digit in "1234567890"), *"bcdeghijklopqrstuvwyz")


def now() -> datetime:
    """Return the time in UTC without its zone, as the database keeps it."""
    return datetime.now(UTC).replace(tzinfo=None)


class Projects:
    """What a workspace is made of."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def next_id(self) -> int:
        """Return a new id, unique in the workspace."""
        return int(self._database.value("SELECT nextval('id_sequence')"))

    # --- people

    def person(self, name: str) -> Person:
        """Return the person called `name`, made when new; raises InvalidInput for an empty or very long name."""
        clean = " ".join(name.split())
        if not clean or len(clean) > 60:
            raise InvalidInput(f"A name has 1 to 60 characters, this one has {len(clean)}.", "Type another one.")
        found = self._database.value("SELECT person_id FROM person WHERE name = ?", [clean])
        if found is not None:
            return Person(int(found), clean)
        with self._database.transaction() as cursor:
            cursor.execute("INSERT INTO person VALUES (nextval('id_sequence'), ?) ON CONFLICT DO NOTHING", [clean])
        return Person(int(self._database.value("SELECT person_id FROM person WHERE name = ?", [clean])), clean)

    def people(self) -> tuple[Person, ...]:
        """Return everybody, by name."""
        return tuple(Person(*row) for row in self._database.rows("SELECT person_id, name FROM person ORDER BY name"))

    # --- projects

    def create(self, name: str, *, is_sample: bool = False) -> Project:
        """Return a new project; raises Conflict when the name is taken."""
        clean = _clean_name("project", name, LONGEST_PROJECT_NAME)
        with self._database.transaction() as cursor:
            _check_free("project", clean, [project.name for project in self.all()])
            cursor.execute(
                "INSERT INTO project VALUES (nextval('id_sequence'), ?, ?, ?)",
                [clean, is_sample, now()],
            )
        return self.named(clean)

    def rename(self, project: Project, name: str, person_id: int) -> Project:
        """Return a project under its new name; raises InvalidInput for one that cannot be, Conflict for a taken one."""
        clean = _clean_name("project", name, LONGEST_PROJECT_NAME)
        with self._database.transaction() as cursor:
            others = [one.name for one in self.all() if one.project_id != project.project_id]
            _check_free("project", clean, others)
            cursor.execute("UPDATE project SET name = ? WHERE project_id = ?", [clean, project.project_id])
            _note(cursor, person_id, f"name of project {project.project_id}", project.name, clean)
        return self.get(project.project_id)

    def all(self) -> tuple[Project, ...]:
        """Return all projects, oldest first."""
        rows = self._database.rows("SELECT project_id, name, is_sample FROM project ORDER BY project_id")
        return tuple(Project(*row) for row in rows)

    def named(self, name: str) -> Project:
        """Return the project called `name`; raises NotFound with the choices."""
        for project in self.all():
            if project.name == name:
                return project
        raise unknown_name("project", name, [project.name for project in self.all()])

    def get(self, project_id: int) -> Project:
        """Return a project by id; raises NotFound."""
        for project in self.all():
            if project.project_id == project_id:
                return project
        raise NotFound(f"Project {project_id} does not exist.", "Pick another one.")

    def attributes(self, project_id: int) -> tuple[Attribute, ...]:
        """Return the attributes of a project in the order of its first file."""
        rows = self._database.rows(
            "SELECT attribute_id, name, is_text FROM attribute WHERE project_id = ? ORDER BY ordinal", [project_id]
        )
        return tuple(Attribute(*row) for row in rows)

    # --- tasks and labels

    def create_task(self, attribute: Attribute, name: str, kind: TaskKind, labels: Sequence[str]) -> Task:
        """Return a new task on a text attribute, its labels with colours and keys in the order given."""
        clean = _clean_name("task", name, LONGEST_TASK_NAME)
        project_id = int(
            self._database.value("SELECT project_id FROM attribute WHERE attribute_id = ?", [attribute.attribute_id])
        )
        task_id = self.next_id()
        with self._database.transaction() as cursor:
            _check_free("task", clean, [task.name for task in self.tasks(project_id)])
            cursor.execute(
                "INSERT INTO task VALUES (?, ?, ?, ?, ?, NULL)",
                [task_id, project_id, attribute.attribute_id, clean, kind],
            )
            _add_labels(cursor, task_id, kind, labels)
        return self.task(task_id)

    def rename_task(self, task: Task, name: str, person_id: int) -> Task:
        """Return a task under its new name; raises InvalidInput for one that cannot be, Conflict for a taken one."""
        clean = _clean_name("task", name, LONGEST_TASK_NAME)
        with self._database.transaction() as cursor:
            others = [one.name for one in self.tasks(task.project_id) if one.task_id != task.task_id]
            _check_free("task", clean, others)
            cursor.execute("UPDATE task SET name = ? WHERE task_id = ?", [clean, task.task_id])
            _note(cursor, person_id, f"name of task {task.task_id}", task.name, clean)
        return self.task(task.task_id)

    def add_labels(self, task_id: int, names: Sequence[str]) -> None:
        """Add labels that the task does not have yet, each with the next colour and a free key."""
        kind = self.task(task_id).kind
        with self._database.transaction() as cursor:
            _add_labels(cursor, task_id, kind, names)

    def change_label(self, task_id: int, label: Label) -> None:
        """Store a label's name, colour, key and description; raises Conflict where name or key is another's.

        Raises InvalidInput for a key that the Label page uses itself.
        """
        task = self.task(task_id)
        if is_reserved(label.key, task.kind):
            raise InvalidInput(f"The Label page uses the key {label.key!r} itself.", "Choose another key.")
        for other in task.labels:
            if other.label_id == label.label_id:
                continue
            if other.name == label.name:
                raise Conflict(f"There is a label called {label.name!r} already.", "Choose another name.")
            if label.key and other.key == label.key:
                raise Conflict(f"The key {label.key!r} belongs to {other.name!r} already.", "Choose another key.")
        before = next((other.name for other in task.labels if other.label_id == label.label_id), label.name)
        with self._database.transaction() as cursor:
            if before != label.name:
                cursor.execute(
                    "INSERT INTO former_label_name VALUES (?, ?, ?, ?)", [task_id, label.label_id, before, now()]
                )
            cursor.execute(
                "UPDATE label SET name = ?, colour = ?, key = ?, description = ? WHERE label_id = ? AND task_id = ?",
                [label.name, label.colour, label.key, label.description, label.label_id, task_id],
            )

    def former_label_names(self, task_id: int) -> dict[str, int]:
        """Return the ids of labels by names that they had before, of two that had one the last."""
        return dict(
            self._database.rows(
                "SELECT name, label_id FROM former_label_name WHERE task_id = ? ORDER BY renamed_ts", [task_id]
            )
        )

    def tasks(self, project_id: int) -> tuple[Task, ...]:
        """Return the tasks of a project with their labels, oldest first."""
        rows = self._database.rows(
            "SELECT task_id FROM task WHERE project_id = ? AND deleted_ts IS NULL ORDER BY task_id", [project_id]
        )
        return tuple(self.task(task_id) for (task_id,) in rows)

    def task(self, task_id: int) -> Task:
        """Return one task with its labels; raises NotFound."""
        row = self._database.row(
            "SELECT t.task_id, t.project_id, t.name, t.kind, a.attribute_id, a.name, a.is_text"
            " FROM task t JOIN attribute a USING (attribute_id) WHERE t.task_id = ? AND t.deleted_ts IS NULL",
            [task_id],
        )
        if row is None:
            raise NotFound(f"Task {task_id} does not exist.", "Pick another one.")
        labels = self._database.rows(
            "SELECT label_id, name, colour, key, description FROM label"
            " WHERE task_id = ? AND deleted_ts IS NULL ORDER BY ordinal",
            [task_id],
        )
        found_id, project_id, name, kind, *attribute = row
        return Task(
            task_id=found_id,
            project_id=project_id,
            name=name,
            kind=kind,
            attribute=Attribute(*attribute),
            labels=tuple(Label(*label) for label in labels),
        )

    def task_named(self, project_id: int, name: str) -> Task:
        """Return a project's task by name; raises NotFound with the choices."""
        tasks = self.tasks(project_id)
        for task in tasks:
            if task.name == name:
                return task
        raise unknown_name("task", name, [task.name for task in tasks])

    # --- settings

    def setting(self, scope: str, key: str) -> Any:  # noqa: ANN401
        """Return a stored setting (any JSON value), or None."""
        found = self._database.value("SELECT value FROM setting WHERE scope = ? AND key = ?", [scope, key])
        return None if found is None else json.loads(found)

    def set_setting(self, scope: str, key: str, value: Any) -> None:  # noqa: ANN401
        """Store a setting as JSON."""
        with self._database.transaction() as cursor:
            cursor.execute("INSERT OR REPLACE INTO setting VALUES (?, ?, ?)", [scope, key, json.dumps(value)])


def is_reserved(key: str, kind: TaskKind) -> bool:
    """Return whether the Label page of a task of this kind uses a key itself.

    >>> is_reserved("x", "single_label"), is_reserved("0", "single_label"), is_reserved("0", "extraction")
    (True, False, True)
    """
    return key in ACTION_KEYS or (key == "0" and kind == "extraction")


def _clean_name(what: str, name: str, longest: int) -> str:
    clean = " ".join(name.split())
    if not clean:
        raise InvalidInput(f"A {what} needs a name.", "Type one.")
    if len(clean) > longest:
        raise InvalidInput(
            f"A {what}'s name has 1 to {longest} characters, {clean[:20]!r}... has {len(clean)}.", "Shorten it."
        )
    return clean


def _check_free(what: str, name: str, taken: Sequence[str]) -> None:
    if name in taken:
        raise Conflict(f"There is a {what} called {name!r} already.", "Choose another name.")


def _note(cursor: duckdb.DuckDBPyConnection, person_id: int, what: str, before: str, after: str) -> None:
    cursor.execute(
        "INSERT INTO audit_event VALUES (nextval('event_sequence'), ?, ?, ?, ?, ?)",
        [person_id, what, json.dumps(before), json.dumps(after), now()],
    )


def _add_labels(cursor: duckdb.DuckDBPyConnection, task_id: int, kind: TaskKind, names: Sequence[str]) -> None:
    present = cursor.execute("SELECT name, key, deleted_ts IS NULL FROM label WHERE task_id = ?", [task_id]).fetchall()
    taken_keys = {key for _, key, _ in present}  # a removed label has its key again when it comes back
    taken_names = {name for name, _, is_there in present if is_there}
    fresh = [name for name in dict.fromkeys(" ".join(n.split()) for n in names) if name and name not in taken_names]
    free = [key for key in LABEL_KEYS if key not in taken_keys and not is_reserved(key, kind)]
    keys = free[: len(fresh)] + [""] * (len(fresh) - len(free))
    ordinals = list(range(len(present), len(present) + len(fresh)))
    cursor.execute(
        "INSERT INTO label SELECT nextval('id_sequence'), $task, name, (ordinal % $palette) + 1, key, '', ordinal, NULL"
        " FROM (SELECT unnest($names) AS name, unnest($keys) AS key, unnest($ordinals) AS ordinal ORDER BY ordinal)",
        {"task": task_id, "palette": PALETTE, "names": fresh, "keys": keys, "ordinals": ordinals},
    )
