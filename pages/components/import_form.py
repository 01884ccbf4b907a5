"""Importing a file: choose it, look at it, say what its columns hold, and follow the job."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st

from al_core.errors import InvalidInput
from al_core.importers import IMPORTERS, Mapping, Preview, ReadOptions, preview
from al_core.types import DrawnClaim
from al_core.workflow.importing import ImportPlan, LabelImport, import_file
from pages.components.frame import Current

CLAIMS: dict[str, DrawnClaim] = {
    "All rows are labelled": "all",
    "A random part of the rows is labelled": "random",
    "Somebody chose which rows to label": "chosen",
    "I do not know": "unknown",
}
NONE = "none"


def import_section(here: Current) -> None:
    """Draw the import form and the imports that ended last."""
    path = _file(here)
    if path is not None:
        _form(here, path)
    for job in here.workspace.jobs.recent():
        if job.kind == "import" and job.project_id == here.project.project_id:
            icon = ":material/check_circle:" if job.state == "finished" else ":material/error:"
            with st.expander(f"{job.title}: {job.state}", icon=icon):
                st.text(job.message)


def _file(here: Current) -> Path | None:
    kinds = [suffix.lstrip(".") for name in IMPORTERS for suffix in IMPORTERS.get(name).suffixes]
    uploaded = st.file_uploader("A file of texts", type=kinds, key="upload")
    typed = st.text_input(
        "or the path of a file on this computer",
        key="upload_path",
        help="For large files: an upload lies in the server's memory as a whole.",
    )
    if typed.strip():
        return Path(typed.strip()).expanduser()
    if uploaded is None:
        return None
    folder = here.workspace.folder / "uploads"
    folder.mkdir(exist_ok=True, mode=0o700)
    # only the last part of the name: an upload must not choose its folder
    target = folder / f"{uploaded.file_id}-{Path(uploaded.name).name}"
    if not target.exists():
        partial = target.with_name(target.name + ".part")
        with open(partial, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as stream:
            stream.write(uploaded.getbuffer())
        partial.rename(target)
    return target


@st.cache_data(show_spinner="Reading the file", max_entries=20)
def _preview(path: str, changed: float, options: ReadOptions) -> Preview:
    return preview(Path(path), options)


def _form(here: Current, path: Path) -> None:
    if not path.is_file():
        raise InvalidInput(f"There is no file {path}.", "Check the path.")
    options = ReadOptions()
    seen = _preview(str(path), path.stat().st_mtime, options)
    options = _options(seen)
    if options != ReadOptions():
        seen = _preview(str(path), path.stat().st_mtime, options)
    for note in seen.notes:
        st.caption(note)
    st.dataframe(
        [dict(zip(seen.columns, row, strict=True)) for row in seen.rows[:8]], hide_index=True, height="content"
    )
    mapping, labels = _mapping(seen)
    rows = f"{seen.n_rows:,} rows" if seen.n_rows is not None else "the file"
    if st.button(f"Import {rows}", type="primary", disabled=mapping is None) and mapping is not None:
        import_file(here.workspace, here.project, ImportPlan(path, mapping, options, labels), here.person)
        st.toast(f"Importing {path.name}. You can go on meanwhile.")


def _options(seen: Preview) -> ReadOptions:
    with st.expander(f"How it is read: {seen.format} {seen.encoding} {seen.separator!r}".replace(" ''", "")):
        encoding = st.text_input("Encoding", placeholder=seen.encoding or "found by itself", key="import_encoding")
        separator = st.text_input("Separator", placeholder=seen.separator, key="import_separator", max_chars=1)
        sheet = st.selectbox("Sheet", ["", *seen.sheets], key="import_sheet") if seen.sheets else ""
        header = st.number_input("Header row, 0 to find it", 0, 1000, 0, key="import_header")
    return ReadOptions(encoding.strip(), separator, sheet or "", int(header))


def _mapping(seen: Preview) -> tuple[Mapping | None, LabelImport | None]:
    columns = list(seen.columns)

    def place(guess: str | None, choices: list[str]) -> int | None:
        return choices.index(guess) if guess in choices else None

    optional = [NONE, *columns]
    left, middle, right = st.columns(3)
    text = left.selectbox("Text column", columns, index=place(seen.text_column, columns), placeholder="Which one?")
    ids = middle.selectbox("Id column", optional, index=place(seen.id_column, optional) or 0)
    guess = seen.span_column or seen.label_column
    given = right.selectbox("Label or span column", optional, index=place(guess, optional) or 0)
    st.caption("All other columns are kept as attributes. Without ids, a record is known by its text.")
    if text is None:
        return None, None
    if given == NONE:
        return Mapping((text,), None if ids == NONE else ids), None
    spans = given == seen.span_column or st.checkbox("The column holds spans (start, end, label)", key="import_spans")
    left, right = st.columns([1, 2])
    task = left.text_input("Task that the labels go to", given, key="import_task")
    claim = right.selectbox(
        "How were the labelled rows chosen?",
        list(CLAIMS),
        index=None,
        placeholder="This decides whether they can say how good a heuristic is",
        key="import_claim",
    )
    if claim is None:
        return None, None
    mapping = Mapping(
        (text,),
        None if ids == NONE else ids,
        label_column=None if spans else given,
        span_column=given if spans else None,
    )
    return mapping, LabelImport(task, CLAIMS[claim])
