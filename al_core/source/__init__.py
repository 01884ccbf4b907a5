"""What heuristic code says about itself, read with `ast`: never executed, never by patterns over the text."""

from al_core.source.applying import same_but_threshold, with_min_confidence
from al_core.source.checks import check_source
from al_core.source.functions import check_function, function_name
from al_core.source.needs import needs_per_class
from al_core.source.parsing import SourceProblem, imported_packages
from al_core.source.renaming import texts_in, with_texts_replaced
from al_core.source.settings import Settings, read_settings
from al_core.source.words import CONTRACT_WORDS

__all__ = [
    "CONTRACT_WORDS",
    "Settings",
    "SourceProblem",
    "check_function",
    "check_source",
    "function_name",
    "imported_packages",
    "needs_per_class",
    "read_settings",
    "same_but_threshold",
    "texts_in",
    "with_min_confidence",
    "with_texts_replaced",
]
