"""The text of a heuristic in this tab: where it came from, who else changed it, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from al_core.types import Heuristic
from al_core.workflow import drafts, heuristics
from al_core.workflow.drafts import Clash, Writing
from pages.components import state
from pages.components.editor import is_touched, typed
from pages.components.frame import Current
from pages.components.literal import literal


@dataclass(frozen=True, slots=True)
class OpenText:
    """What the editor shows: `text`, put there as revision `revision` of `writing.source` and typed on since."""

    heuristic: Heuristic
    writing: Writing
    revision: int
    text: str
    clash: Clash | None


def editor_key(heuristic: Heuristic) -> str:
    """Return the key of a heuristic's editor."""
    return f"editor_{heuristic.heuristic_id}"


def open_text(here: Current, heuristic: Heuristic) -> OpenText:
    """Return the text of this tab: what was typed here, else the person's draft, else the newest version."""
    store, key = here.workspace.store, editor_key(heuristic)
    stored = drafts.begin(store, heuristic, here.person)
    writing, revision = state.get(_name(heuristic)) or (stored, 1)
    if not is_touched(source=writing.source, revision=revision, key=key):
        # nothing was typed over it: the tab shows what is stored by now
        revision += stored.source != writing.source
        writing = stored
    text = typed(source=writing.source, revision=revision, key=key)
    state.put(_name(heuristic), (writing, revision))
    clash = drafts.find_clash(store, heuristic, writing, text, here.person)
    return OpenText(heuristic, writing, revision, text, clash)


def keep_draft(here: Current, opened: OpenText, text: str) -> None:
    """Store what is typed as the person's draft; not over the draft of another tab, and not when it is too long."""
    is_other_tab = opened.clash is not None and opened.clash.version_no == 0
    if is_other_tab or len(text) > drafts.LONGEST_SOURCE:
        return
    kept = drafts.keep_draft(here.workspace.store, opened.heuristic, opened.writing, text, here.person)
    state.put(_name(opened.heuristic), (kept, opened.revision))


def save(here: Current, opened: OpenText, text: str, embedding_name: str) -> Heuristic | None:
    """Return the heuristic with `text` as its newest version, None where another text is to be looked at first."""
    if opened.clash is not None:
        state.put("unsaved", opened.heuristic.heuristic_id)
        return None
    saved = heuristics.save(here.workspace.store, opened.heuristic, text, embedding_name, here.person)
    state.put(_name(saved), (Writing(saved.version_no, opened.writing.source, None), opened.revision))
    return saved


def replace_text(here: Current, opened: OpenText, text: str) -> None:
    """Put another text into the editor, unsaved; Ctrl+Z there brings the present one back."""
    store, heuristic = here.workspace.store, opened.heuristic
    kept = drafts.keep_draft(store, heuristic, opened.writing, text, here.person)
    state.put(_name(heuristic), (replace(kept, source=text), opened.revision + 1))


def show_version(opened: OpenText, saved: Heuristic) -> None:
    """Put a saved version into the editor."""
    state.put(_name(saved), (Writing(saved.version_no, saved.source, None), opened.revision + 1))


def clash_banner(here: Current, opened: OpenText) -> None:
    """Draw, where somebody else's text stands beside this one, what differs and the two ways on."""
    clash, heuristic = opened.clash, opened.heuristic
    refused = state.take("unsaved") == heuristic.heuristic_id
    if clash is None:
        return
    other = f"version {clash.version_no}" if clash.version_no else "the other tab's text"
    happened = (
        f"{clash.who} saved version {clash.version_no} while you wrote from version {opened.writing.base_version}."
        if clash.version_no
        else "You wrote another text of this heuristic in another tab."
    )
    with st.container(border=True, key="clash"):
        not_saved = " **Your text was not saved.**" if refused else ""
        st.warning(f"{literal(happened)}{not_saved} Look at what differs, then choose.", icon=":material/call_split:")
        st.code(drafts.difference(clash.text, opened.text, names=(other, "your text")), language="diff", height=220)
        with st.container(horizontal=True):
            if st.button("Go on with my text", key="keep_mine"):
                kept = drafts.rebase(here.workspace.store, heuristic, opened.writing, opened.text, here.person)
                state.put(_name(heuristic), (kept, opened.revision))
                st.rerun()
            if st.button(f"Take {other}", key="take_theirs"):
                if clash.version_no:
                    here.workspace.store.heuristics.drop_draft(heuristic.heuristic_id, here.person.person_id)
                taken = Writing(heuristic.version_no, clash.text, None if clash.version_no else clash.text)
                state.put(_name(heuristic), (taken, opened.revision + 1))
                st.rerun()


def _name(heuristic: Heuristic) -> str:
    return f"writing_{heuristic.heuristic_id}"
