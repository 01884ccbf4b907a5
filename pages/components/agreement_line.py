"""How far people agree, on the Tune page: the dotted line of the chart in words, or why there is none."""

from __future__ import annotations

import streamlit as st

from al_core.evaluation.agreement import Agreement
from pages.components.numbers import count, decimals

UNKNOWN = (
    "How far people agree is unknown: no record has blind answers of two people. "
    "“People who answer each record” on the Project page lets several answer the same records."
)


def agreement_line(found: Agreement | None, target: float) -> None:
    """Draw what people's agreement says about the precision that can be measured."""
    if found is None:
        st.caption(UNKNOWN)
        return
    evidence = f"{decimals(found.low)} to {decimals(found.high)}, n = {count(found.n, 'record')}"
    beyond = " Your target is above that." if target > found.perfect else ""
    st.caption(
        f"People agree on {decimals(found.share)} of the labels ({evidence}). Measured by one person's labels, a "
        f"heuristic as good as a second person reaches about {decimals(found.share)}, one without any error "
        f"{decimals(found.perfect)} at most.{beyond}",
        help=_by_chance(found),
    )


def _by_chance(found: Agreement) -> str:
    how = (
        "Blind answers of two people or more on the same record. “At most” takes people to err independently, and "
        "speaks of all records: those that are kept may be easier, and people agree on them more."
    )
    if found.alpha is None:
        return how
    return f"{how} Krippendorff's alpha, which counts off agreement by chance: {decimals(found.alpha)}."
