"""Unsaved text of heuristics: kept per person, and never in the place of somebody else's text without asking."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from al_core.errors import InvalidInput
from al_core.store import Store
from al_core.types import Heuristic, Person

LONGEST_SOURCE = 200_000  # characters; what is longer is word lists or vectors, which belong elsewhere


@dataclass(frozen=True, slots=True)
class Writing:
    """What one browser tab works on: `source` was put into its editor, which came from `base_version`.

    `stored` is the person's draft as this tab wrote or read it last, None while there was none.
    """

    base_version: int
    source: str
    stored: str | None


@dataclass(frozen=True, slots=True)
class Clash:
    """Another text of the same heuristic: a version that `who` saved, or the person's own draft of another tab (0)."""

    version_no: int
    who: str
    text: str


def begin(store: Store, heuristic: Heuristic, person: Person) -> Writing:
    """Return what a person goes on with: the draft, or else the newest version."""
    draft = store.heuristics.draft(heuristic.heuristic_id, person.person_id)
    if draft is None:
        return Writing(heuristic.version_no, heuristic.source, None)
    return Writing(draft[0], draft[1], draft[1])


def find_clash(store: Store, heuristic: Heuristic, writing: Writing, text: str, person: Person) -> Clash | None:
    """Return the text that came up beside `text` since the tab read or wrote last, None where there is none."""
    draft = store.heuristics.draft(heuristic.heuristic_id, person.person_id)
    if heuristic.version_no != writing.base_version and heuristic.source != text:
        newest = store.versions.all(heuristic.heuristic_id)[0]
        return Clash(newest.version_no, newest.person, newest.source)
    if draft is not None and draft[1] not in (writing.stored, text):
        return Clash(0, person.name, draft[1])
    return None


def keep_draft(store: Store, heuristic: Heuristic, writing: Writing, text: str, person: Person) -> Writing:
    """Return the tab's work after its text was stored; a text that is the newest version needs no draft.

    Raises InvalidInput for a text that is too long to be kept.
    """
    if text == heuristic.source:
        if writing.stored is not None:
            store.heuristics.drop_draft(heuristic.heuristic_id, person.person_id)
        return Writing(heuristic.version_no, writing.source, None)
    check_size(text)
    if text != writing.stored:
        store.heuristics.save_draft(heuristic.heuristic_id, person.person_id, writing.base_version, text)
    return Writing(writing.base_version, writing.source, text)


def rebase(store: Store, heuristic: Heuristic, writing: Writing, text: str, person: Person) -> Writing:
    """Return the tab's work with `text` as the person's draft on top of the newest version: the other text was seen."""
    store.heuristics.save_draft(heuristic.heuristic_id, person.person_id, heuristic.version_no, text)
    return Writing(heuristic.version_no, writing.source, text)


def difference(before: str, after: str, *, names: tuple[str, str]) -> str:
    r"""Return what differs between two texts as a unified diff, empty where nothing does.

    >>> print(difference("a\nb\n", "a\nc\n", names=("version 1", "version 2")))
    --- version 1
    +++ version 2
    @@ -1,2 +1,2 @@
     a
    -b
    +c
    """
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), *names, lineterm="")
    return "\n".join(lines)


def check_size(source: str) -> None:
    """Raise InvalidInput for a source that is too long."""
    if len(source) > LONGEST_SOURCE:
        raise InvalidInput(too_long(source), "Keep word lists and tables elsewhere; the code only names them.")


def too_long(source: str) -> str:
    """Return the sentence that says how long a source is, and how long it may be.

    >>> too_long("x" * 200_001)
    'The code has 200,001 characters, at most 200,000 can be kept.'
    """
    return f"The code has {len(source):,} characters, at most {LONGEST_SOURCE:,} can be kept."
