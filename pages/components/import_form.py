"""Importing a file: choose it, look at it, say what its columns hold, and follow the job."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from al_core.importers import IMPORTERS, Mapping, Preview, ReadOptions, preview
from al_core.types import DrawnClaim, Job
from al_core.workflow.files import existing_file
from al_core.workflow.importing import ImportPlan, ImportReport, LabelImport, import_file
from pages.components.frame import Current
from pages.components.literal import literal
from pages.components.messages import mistakes_shown
from pages.components.numbers import count

CLAIMS: dict[str, DrawnClaim] = {
    "All rows are labelled": "all",
    "A random part of the rows is labelled": "random",
    "Somebody chose which rows to label": "chosen",
    "I do not know": "unknown",
}
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
LONGEST_NAME = 100  # of an uploaded file


def import_section(here: Current) -> None:
    """Draw the import form and the imports that ended last."""
    with mistakes_shown():
        path = _file(here)
        if path is not None:
            _form(here, path)
    for job in here.workspace.jobs.recent():
        if job.kind == "import" and job.project_id == here.project.project_id:
            _ended(here, job)


def _ended(here: Current, job: Job) -> None:
    icon = ":material/check_circle:" if job.state == "finished" else ":material/error:"
    with st.expander(literal(f"{job.title}: {job.state}"), icon=icon):
        # what an import found is known to the server that ran it
        if job.state != "finished" or here.workspace.jobs.get(job.job_id) is None:
            st.text(job.message)
            return
        report: ImportReport = here.workspace.jobs.wait(job.job_id)
        st.text("\n".join(report.lines()))
        if report.staged.problems:
            st.dataframe(
                [{"Line": problem.line or None, "Problem": problem.message} for problem in report.staged.problems],
                hide_index=True,
                column_config={"Problem": st.column_config.TextColumn(width="large")},
            )


def _file(here: Current) -> Path | None:
    kinds = [suffix.lstrip(".") for name in IMPORTERS for suffix in IMPORTERS.get(name).suffixes]
    uploaded = st.file_uploader("A file of texts", type=kinds, key="upload")
    typed = st.text_input(
        "or the path of a file on this computer",
        key="upload_path",
        help="For large files: an upload lies in the server's memory as a whole.",
    )
    if typed.strip():
        return existing_file(typed)
    if uploaded is None:
        return None
    folder = here.workspace.folder / "uploads" / uploaded.file_id
    folder.mkdir(exist_ok=True, parents=True, mode=0o700)
    # only the last part of the name, and not too long: an upload must not choose its folder
    target = folder / Path(uploaded.name).name[-LONGEST_NAME:]
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
    changed = path.stat().st_mtime
    found: Preview | None = None
    # a file that cannot be read as it comes may be read as a person says: the options are there all the same
    with mistakes_shown():
        found = _preview(str(path), changed, ReadOptions())
    options = _options(path, found)
    seen = found if options == ReadOptions() else _preview(str(path), changed, options)
    if seen is None:
        return
    for note in seen.notes:
        st.caption(literal(note))
    st.dataframe(
        [dict(zip(seen.columns, row, strict=True)) for row in seen.rows[:8]], hide_index=True, height="content"
    )
    mapping, labels, missing = _mapping(path, seen)
    rows = count(seen.n_rows, "row") if seen.n_rows is not None else "the file"
    if st.button(f"Import {rows}", type="primary", disabled=mapping is None, help=missing) and mapping is not None:
        import_file(here.workspace, here.project, ImportPlan(path, mapping, options, labels), here.person)
        st.toast(f"Importing {literal(path.name)}. You can go on meanwhile.")


def _options(path: Path, seen: Preview | None) -> ReadOptions:
    """Draw how the file is read; the keys hold the path, so that nothing said of one file is taken for another."""
    how = " ".join(filter(None, [seen.format, seen.encoding, SEPARATORS.get(seen.separator)])) if seen else "unknown"
    encoding_found, separator_found, sheets = (seen.encoding, seen.separator, seen.sheets) if seen else ("", "", ())
    with st.expander(f"How it is read: {literal(how)}", expanded=seen is None):
        encoding = st.text_input("Encoding", placeholder=encoding_found or "found by itself", key=f"encoding:{path}")
        separator = st.text_input("Separator", placeholder=separator_found, key=f"separator:{path}", max_chars=1)
        sheet = st.selectbox("Sheet", ["", *sheets], key=f"sheet:{path}") if sheets else ""
        header = st.number_input("Header row, 0 to find it", 0, 1000, 0, key=f"header:{path}")
    return ReadOptions(encoding.strip(), separator, sheet or "", int(header))


def _or_none(column: str | None) -> str:
    return "none" if column is None else column


def _mapping(path: Path, seen: Preview) -> tuple[Mapping | None, LabelImport | None, str | None]:
    """Draw what the columns hold; return the mapping, what to do with labels, and what is still missing."""
    columns = list(seen.columns)

    def place(guess: str | None, choices: Sequence[str | None]) -> int | None:
        return choices.index(guess) if guess in choices else None

    optional = [None, *columns]
    left, middle, right = st.columns(3)
    text = left.selectbox("Text column", columns, index=place(seen.text_column, columns), placeholder="Which one?")
    ids = middle.selectbox("Id column", optional, index=place(seen.id_column, optional), format_func=_or_none)
    guess = seen.span_column or seen.label_column
    given = right.selectbox("Label or span column", optional, index=place(guess, optional), format_func=_or_none)
    st.caption("All other columns are kept as attributes. Without ids, a record is known by its text.")
    if text is None:
        return None, None, "Choose the text column first."
    if given is None:
        return Mapping((text,), ids), None, None
    spans = given == seen.span_column or st.checkbox(
        "The column holds spans (start, end, label)", key=f"spans:{given}:{path}"
    )
    left, right = st.columns([1, 2])
    task = left.text_input("Task that the labels go to", given, key=f"task:{given}:{path}")
    claim = right.selectbox(
        "How were the labelled rows chosen?",
        list(CLAIMS),
        index=None,
        placeholder="This decides whether they can say how good a heuristic is",
        key=f"claim:{path}",
    )
    if claim is None:
        return None, None, "Say how the labelled rows were chosen first."
    mapping = Mapping((text,), ids, None if spans else given, given if spans else None)
    return mapping, LabelImport(task, CLAIMS[claim]), None
