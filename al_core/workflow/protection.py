"""What heuristic code may use, and how this computer is protected from it."""

from __future__ import annotations

from dataclasses import asdict, fields

from al_core.errors import InvalidInput
from al_core.execution import Layer, Limits
from al_core.store import Store
from al_core.types import Person
from al_core.workflow.workspace import Workspace

# the least and the most that a project may set, per limit of a run
RANGES: dict[str, tuple[float, float]] = {
    "seconds": (1, 3600),
    "memory_mib": (256, 65_536),
    "scratch_mib": (1, 4096),
    "log_kib": (1, 16_384),
}
UNPROTECTED = "rlimits"  # the tier that limits time and memory and protects no file
CONSENT = "runs without protection"  # the setting that says who agreed


def limits_of(store: Store, project_id: int) -> Limits:
    """Return what each run of a project may use: the defaults until somebody sets others."""
    stored = store.projects.setting(f"project:{project_id}", "limits") or {}
    known = {field.name for field in fields(Limits)}
    return Limits(**{name: value for name, value in stored.items() if name in known})


def set_limits(store: Store, project_id: int, limits: Limits) -> None:
    """Store the limits of a project's runs; raises InvalidInput for one outside its range."""
    for name, value in asdict(limits).items():
        least, most = RANGES[name]
        if not least <= value <= most:
            what = name.replace("_", " ")
            raise InvalidInput(f"The limit {what} is {value:g}.", f"Choose one from {least:g} to {most:g}.")
    store.projects.set_setting(f"project:{project_id}", "limits", asdict(limits))


def tier_and_layers(workspace: Workspace) -> tuple[str, tuple[Layer, ...]]:
    """Return the name of the protection in force, and each layer with whether it holds here."""
    return workspace.executor.tier, workspace.executor.describe()


def needs_consent(workspace: Workspace) -> bool:
    """Return whether runs wait for somebody to agree that heuristic code can read this computer's files."""
    if workspace.executor.tier != UNPROTECTED:
        return False
    return workspace.store.projects.setting("workspace", CONSENT) is None


def give_consent(workspace: Workspace, person: Person) -> None:
    """Store who agreed to run heuristic code without protection."""
    workspace.store.projects.set_setting("workspace", CONSENT, person.name)


def check_allowed(workspace: Workspace) -> None:
    """Raise InvalidInput where nobody has agreed yet to run code that nothing holds back."""
    if needs_consent(workspace):
        raise InvalidInput(
            "Nothing but limits of time and memory holds heuristic code back on this computer.",
            "Agree to that on the Heuristics page first, or run the app on Linux.",
        )
