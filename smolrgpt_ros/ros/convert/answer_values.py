"""What an answer message says, as plain values: for clients and pictures."""

from __future__ import annotations

import math
from typing import Any

from smolrgpt_ros.msg import SpatialAnswer

#: Metres, a count, ``"left"``/``"right"``, or the id of the chosen region.
Value = float | int | str

KINDS: dict[int, str] = {
    SpatialAnswer.KIND_UNKNOWN: "unknown",
    SpatialAnswer.KIND_DISTANCE: "distance",
    SpatialAnswer.KIND_LEFT_RIGHT: "left_right",
    SpatialAnswer.KIND_COUNT: "count",
    SpatialAnswer.KIND_CHOICE: "choice",
    SpatialAnswer.KIND_TEXT: "text",
}


def generated_value(answer: Any) -> Value | None:
    """What the model said; ``None`` where its sentence could not be read."""
    if answer.kind == SpatialAnswer.KIND_CHOICE:
        return chosen_id(answer)
    if answer.kind == SpatialAnswer.KIND_LEFT_RIGHT:
        return str(answer.normalized) or None
    return _number(answer.value, answer.unit) if answer.has_value else None


def measured_value(answer: Any) -> Value | None:
    """The same from depth; ``None`` where it could not be measured."""
    measured = answer.measured
    if not measured.has_value:
        return None
    if measured.unit:
        return _number(measured.value, measured.unit)
    if measured.normalized.isdigit():
        return int(measured.region_ids[0])
    return str(measured.normalized)


def kind_of(answer: Any) -> str:
    """What was asked for; from the measurement where the sentence could not be read.

    One of ``KINDS``.
    """
    if answer.kind != SpatialAnswer.KIND_UNKNOWN:
        return KINDS[answer.kind]
    measured = answer.measured
    if not measured.has_value:
        return "unknown"
    by_unit = {"m": "distance", "count": "count"}
    if measured.unit in by_unit:
        return by_unit[measured.unit]
    return "choice" if measured.normalized.isdigit() else "left_right"


def agreement_of(answer: Any) -> bool | None:
    """Whether the two values agree; ``None`` where one of them is missing."""
    return {
        SpatialAnswer.AGREEMENT_AGREE: True,
        SpatialAnswer.AGREEMENT_DISAGREE: False,
    }.get(answer.agreement)


def text_with_ids(answer: Any) -> str:
    """The model's sentence with region ids, which people see, for the prompt's indexes."""
    text = str(answer.text)
    for index, identity in reversed(list(enumerate(answer.prompt_region_ids))):
        # The mark keeps an id that was put in from being taken for an index.
        text = text.replace(f"[Region {index}]", f"[\0{identity}]")
    return text.replace("\0", "")


def measured_text(answer: Any) -> str:
    """The measured value for people, with unit and standard deviation; empty for none."""
    measured, value = answer.measured, measured_value(answer)
    if value is None:
        return ""
    if measured.unit == "m":
        spread = f" \N{PLUS-MINUS SIGN} {measured.std:.2f}" if math.isfinite(measured.std) else ""
        return f"{measured.normalized}{spread} m"
    if measured.unit == "count":
        named = ", ".join(str(i) for i in measured.region_ids)
        return f"{value} (regions {named})" if named else str(value)
    return f"region {value}" if isinstance(value, int) else str(value)


def chosen_id(answer: Any) -> int | None:
    """Id of the region the model chose, of a choice."""
    index = answer.normalized
    if not index.isdigit() or int(index) >= len(answer.prompt_region_ids):
        return None
    return int(answer.prompt_region_ids[int(index)])


def _number(value: float, unit: str) -> float | int:
    return round(value) if unit == "count" else round(value, 3)
