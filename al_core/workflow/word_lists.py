"""Word lists of a project, kept clean enough to be imported by name."""

from __future__ import annotations

import hashlib
import json
import keyword
from collections.abc import Sequence

from al_core.errors import InvalidInput
from al_core.source import imported_packages
from al_core.store import Store
from al_core.types import Person, Project

MODULE, STATE = "knowledge", "words "
MOST_WORDS, MOST_LISTS, LONGEST_WORD = 100_000, 200, 500


def word_lists_of(store: Store, project: Project) -> dict[str, tuple[str, ...]]:
    """Return the words of each list by its name."""
    return store.word_lists.all(project.project_id)


def imported_lists(store: Store, project_id: int, source: str) -> dict[str, tuple[str, ...]]:
    """Return the word lists that code gets: all of the project where it imports any, else none."""
    return store.word_lists.all(project_id) if MODULE in imported_packages(source) else {}


def words_state(store: Store, project_id: int) -> str:
    """Return what stands for the present text of all word lists, to be compared with that of a run."""
    words = json.dumps(store.word_lists.all(project_id), sort_keys=True)
    return f"{STATE}{hashlib.sha256(words.encode()).hexdigest()}"


def words_read(store: Store, project_id: int, source: str) -> tuple[str, ...]:
    """Return the state of the word lists, as an input of a run, where the code imports them."""
    return (words_state(store, project_id),) if MODULE in imported_packages(source) else ()


def save_word_list(store: Store, project: Project, name: str, words: Sequence[str], person: Person) -> None:
    """Store a list under a name, each word once; raises InvalidInput for a name that Python cannot import."""
    clean_name = name.strip()
    if not clean_name.isidentifier() or keyword.iskeyword(clean_name) or clean_name.startswith("__"):
        raise InvalidInput(f"{name!r} cannot be imported by name.", "Use letters, digits and _, such as refund_words.")
    if clean_name not in word_lists_of(store, project) and len(word_lists_of(store, project)) >= MOST_LISTS:
        raise InvalidInput(f"The project has {MOST_LISTS} word lists already.", "Delete one first.")
    store.word_lists.put(project.project_id, clean_name, cleaned(words), person.person_id)


def cleaned(words: Sequence[str]) -> tuple[str, ...]:
    """Return words without spaces around them, without empty ones, each once, in their order.

    >>> cleaned([" refund", "", "money back", "refund"])
    ('refund', 'money back')
    """
    found = tuple(dict.fromkeys(word.strip() for word in words if word.strip()))
    if len(found) > MOST_WORDS:
        raise InvalidInput(f"A word list has at most {MOST_WORDS:,} words, this one has {len(found):,}.", "Split it.")
    long = next((word for word in found if len(word) > LONGEST_WORD), None)
    if long is not None:
        raise InvalidInput(f"{long[:40]!r}... has {len(long):,} characters.", f"A word has at most {LONGEST_WORD}.")
    return found
