"""Moments as people read them, in the time of their own browser."""

from __future__ import annotations

from datetime import datetime, timedelta

import streamlit as st


def moment(at: datetime) -> str:
    """Return a moment in UTC as day and time where the person is.

    >>> moment(datetime(2026, 11, 3, 14, 5))
    '3 Nov 2026, 14:05'
    """
    here = at - timedelta(minutes=st.context.timezone_offset or 0)  # what UTC is ahead of the person
    return f"{here.day} {here:%b %Y, %H:%M}"
