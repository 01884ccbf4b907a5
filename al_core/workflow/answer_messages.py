"""Reading answers as browsers and scripts send them: plain values that may hold anything."""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from al_core.errors import InvalidInput
from al_core.types import Answer, LabelSpan, Person, Verdict

VERDICTS: tuple[Verdict, ...] = ("accept", "ignore", "reject", "retract")
# ways to come to a record without a draw; a draw's own ways are looked up in the draw, never taken from a message
WITHOUT_DRAW = ("manual", "search", "bulk", "correction")
MOST_SECONDS = 3600.0
_INT32, _INT64 = 2**31 - 1, 2**63 - 1


def read_answer(person: Person, one: Mapping[str, Any]) -> Answer:
    """Return the answer that a mapping of plain values stands for; raises InvalidInput where it is none.

    Whether its task, record and labels exist is not looked at.
    """
    try:
        verdict = next((known for known in VERDICTS if known == one.get("verdict")), None)
        if verdict is None:
            raise InvalidInput(f"{one.get('verdict')!r} is no verdict.", f"Use one of: {', '.join(VERDICTS)}.")
        labels = tuple(_label(label) for label in one.get("labels") or ())
        shown = _integer(one.get("shown_label_id"), _INT32)
        drawn_by = one.get("drawn_by")
        return Answer(
            answer_id=str(uuid.UUID(str(one["answer_id"]))),
            task_id=_required(one["task_id"], _INT64),
            record_no=_required(one["record_no"], _INT32),
            person_id=person.person_id,
            verdict=verdict,
            labels=labels if verdict == "accept" else (),
            draw_id=_integer(one.get("draw_id"), _INT64),
            drawn_by=drawn_by if drawn_by in WITHOUT_DRAW else "manual",
            blind=shown is None and bool(one.get("blind", True)),
            shown_run_id=_integer(one.get("shown_run_id"), _INT64),
            shown_label_id=shown,
            seconds=_seconds(one.get("seconds")),
            client_ts=_time(one.get("client_ts")),
        )
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise InvalidInput(f"This answer is not readable: {type(error).__name__}: {error}.") from error


def _label(label: Mapping[str, Any]) -> LabelSpan:
    start, end = _integer(label.get("start"), _INT32), _integer(label.get("end"), _INT32)
    return LabelSpan(_required(label["label_id"], _INT32), start, end)


def _required(value: Any, most: int) -> int:  # noqa: ANN401
    number = int(value)
    if not 0 <= number <= most:
        raise ValueError(f"{number} is out of range")
    return number


def _integer(value: Any, most: int) -> int | None:  # noqa: ANN401
    return None if value is None else _required(value, most)


def _seconds(value: Any) -> float | None:  # noqa: ANN401
    seconds = None if value is None else float(value)
    return None if seconds is None or not math.isfinite(seconds) else min(MOST_SECONDS, max(0.0, seconds))


def _time(value: Any) -> datetime | None:  # noqa: ANN401
    if not value:
        return None
    try:
        return datetime.fromisoformat(str(value).replace("Z", "+00:00")).astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None  # a browser with a broken clock still labels; the server keeps its own time
