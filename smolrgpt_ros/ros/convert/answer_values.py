"""The values of an answer message, for clients and pictures."""

from __future__ import annotations

import math

from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.msg import SpatialAnswer

#: Metres, a count, the hour of a clock, the word of a comparison, or the id of the chosen region.
Value = float | int | str

#: The ``KIND_...`` constant of each kind; the constant's name is the kind's.
KIND_CODES: dict[Kind, int] = {
    kind: int(getattr(SpatialAnswer, f"KIND_{kind.name}")) for kind in Kind
}
_KINDS = {code: kind for kind, code in KIND_CODES.items()}


def kind_of(answer: SpatialAnswer) -> Kind:
    """The kind of the question; ``UNKNOWN`` of an empty answer, and of a newer node's new kinds."""
    return _KINDS.get(answer.kind, Kind.UNKNOWN)


def generated_value(answer: SpatialAnswer) -> Value | None:
    """The model's answer; ``None`` where its sentence could not be read."""
    kind = kind_of(answer)
    if kind is Kind.CHOICE:
        return chosen_id(answer)
    if kind.is_comparison:
        return str(answer.normalized) or None
    return _number(kind, answer.value) if answer.has_value else None


def measured_value(answer: SpatialAnswer) -> Value | None:
    """The same from depth; ``None`` where it could not be measured."""
    kind, measured = kind_of(answer), answer.measured
    if not measured.has_value:
        return None
    if kind is Kind.CHOICE:
        return int(measured.region_ids[0])
    if kind.is_comparison:
        return str(measured.normalized)
    return _number(kind, measured.value)


def agreement_of(answer: SpatialAnswer) -> bool | None:
    """Whether the two values agree; ``None`` where one of them is missing."""
    return {
        SpatialAnswer.AGREEMENT_AGREE: True,
        SpatialAnswer.AGREEMENT_DISAGREE: False,
    }.get(answer.agreement)


def text_with_ids(answer: SpatialAnswer) -> str:
    """The model's sentence with region ids, which people see, for the prompt's indexes."""
    text = str(answer.text)
    for index, identity in reversed(list(enumerate(answer.prompt_region_ids))):
        # The mark keeps an id that was put in from being taken for an index.
        text = text.replace(f"[Region {index}]", f"[\0{identity}]")
    return text.replace("\0", "")


def measured_text(answer: SpatialAnswer) -> str:
    """The measured value for people, with unit and standard deviation; empty for none."""
    kind, measured, value = kind_of(answer), answer.measured, measured_value(answer)
    if value is None:
        return ""
    if kind is Kind.CHOICE:
        return f"region {value}"
    if kind is Kind.COUNT:
        named = ", ".join(str(i) for i in measured.region_ids)
        return f"{value} (regions {named})" if named else str(value)
    spread = f" \N{PLUS-MINUS SIGN} {measured.std:.2f}" if math.isfinite(measured.std) else ""
    return f"{measured.normalized}{spread} {measured.unit}".strip()


def chosen_id(answer: SpatialAnswer) -> int | None:
    """Id of the region the model chose, of a choice."""
    index = answer.normalized
    if not index.isdigit() or int(index) >= len(answer.prompt_region_ids):
        return None
    return int(answer.prompt_region_ids[int(index)])


def _number(kind: Kind, value: float) -> float | int:
    return round(value, 3) if kind.is_length else round(value)
