"""What holds heuristic code back: shown where it is written, agreed to where it is little, limited per project."""

from __future__ import annotations

import streamlit as st

from al_core.workflow.protection import RANGES, give_consent, limits_of, needs_consent, set_limits, tier_and_layers
from pages.components.frame import Current
from pages.components.messages import mistakes_shown

WORDS = {
    "full": "sandbox full: no network, no files",
    "no-bwrap": "sandbox no-bwrap: no network, no files",
    "rlimits": "no sandbox: only time and memory are limited",
}
LABELS = {"seconds": "Seconds", "memory_mib": "Memory, MiB", "scratch_mib": "Scratch files, MiB", "log_kib": "Log, KiB"}


def protection_line(here: Current) -> None:
    """Draw how runs are protected and what each may use, with the layers as a tooltip."""
    tier, layers = tier_and_layers(here.workspace)
    limits = limits_of(here.workspace.store, here.project.project_id)
    st.caption(
        f"{WORDS.get(tier, tier)}. A run may take {limits.seconds:g} s and {limits.memory_mib:,} MiB.",
        help="  \n".join(f"{layer.name}: {'holds' if layer.holds else 'does not hold'}" for layer in layers),
    )


def consent_banner(here: Current) -> None:
    """Draw, where nothing protects this computer's files, a red banner with a button to agree to that."""
    if not needs_consent(here.workspace):
        return
    st.error(
        "**Heuristic code can read and change the files of whoever runs this app.** On this computer only time and "
        "memory are limited. Run it only with code that you trust, or run the app on Linux.",
        icon=":material/gpp_maybe:",
    )
    if st.button("Run heuristics without protection"):
        give_consent(here.workspace, here.person)
        st.rerun()


def limits_section(here: Current) -> None:
    """Draw the limits of a project's runs."""
    protection_line(here)
    limits = limits_of(here.workspace.store, here.project.project_id)
    with st.form("limits", border=False):
        columns = st.columns(len(RANGES))
        typed = {
            name: column.number_input(
                LABELS[name], int(least), int(most), int(getattr(limits, name)), key=f"limit_{name}"
            )
            for column, (name, (least, most)) in zip(columns, RANGES.items(), strict=True)
        }
        if st.form_submit_button("Save limits"):
            with mistakes_shown():
                set_limits(here.workspace.store, here.project.project_id, type(limits)(**typed))
                st.toast("Saved. Runs that start from now on keep to them.")
