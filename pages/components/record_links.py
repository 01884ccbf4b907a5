"""Links to the records behind a number: the address of the Records page for a filter."""

from __future__ import annotations

import streamlit as st

from al_core.errors import InvalidInput
from al_core.filters import RecordFilter, to_address

PAGE = "Records"
FILTER, SLICE, RECORD, PROJECT = "filter", "slice", "record", "project"  # names in the address
MAX_LINK = 6000  # characters; browsers, chat programs and servers in between cut longer ones


def records_link(wanted: RecordFilter) -> str:
    """Return the address, relative to any page of the app, that shows these records.

    Raises InvalidInput where the filter is too long for an address: a long list is better saved as a slice.
    """
    text = to_address(wanted)
    if len(text) > MAX_LINK:
        raise InvalidInput("These are too many records for a link.", "Save them as a slice, and share the slice.")
    return f"{PAGE}?{FILTER}={text}"


def record_link(record_no: int) -> str:
    """Return the address, relative to any page of the app, that shows one record whole."""
    return f"{PAGE}?{RECORD}={record_no}"


def slice_link(slice_id: int) -> str:
    """Return the address, relative to any page of the app, that shows a saved slice."""
    return f"{PAGE}?{SLICE}={slice_id}"


def open_records(wanted: RecordFilter) -> None:
    """Go to the records of a filter from another page, such as after a click; ends the page's run."""
    st.switch_page("pages/5_Records.py", query_params={FILTER: to_address(wanted)})


def open_record(record_no: int) -> None:
    """Go to one record from another page; ends the page's run."""
    st.switch_page("pages/5_Records.py", query_params={RECORD: str(record_no)})
