"""A person's mistakes in words, where they were made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from al_core.errors import ActiveLearnersError
from pages.components.literal import literal


@contextmanager
def mistakes_shown() -> Iterator[None]:
    """Show a person's mistake as a message and go on with what comes after the block; a bug stays loud."""
    try:
        yield
    except ActiveLearnersError as error:
        st.error(f"**{literal(error.message)}** {literal(error.hint)}", icon=":material/error:")
