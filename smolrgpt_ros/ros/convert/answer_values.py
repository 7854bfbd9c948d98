# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The values of an answer message, for clients and pictures."""

from __future__ import annotations

import math
from collections.abc import Sequence

from smolrgpt_ros.language.answers import Value
from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.msg import Region, SpatialAnswer
from smolrgpt_ros.rendering.answer_view import AnswerView, text_with_ids
from smolrgpt_ros.rendering.highlight_roles import roles_of

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
    """The same from depth; ``None`` where it could not be measured, and for lists."""
    kind, measured = kind_of(answer), answer.measured
    if not measured.has_value:
        return None
    if kind is Kind.CHOICE:
        return int(measured.region_ids[0]) if len(measured.region_ids) == 1 else None
    if kind is Kind.YES_NO:
        return bool(measured.yes)
    if kind.is_comparison or kind is Kind.TEXT:
        return str(measured.normalized)
    return _number(kind, measured.value) if math.isfinite(measured.value) else None


def agreement_of(answer: SpatialAnswer) -> bool | None:
    """Whether the two values agree; ``None`` where one of them is missing."""
    return {
        SpatialAnswer.AGREEMENT_AGREE: True,
        SpatialAnswer.AGREEMENT_DISAGREE: False,
    }.get(answer.agreement)


def view_of_message(answer: SpatialAnswer, regions: Sequence[Region]) -> AnswerView:
    """An answer message as pictures and people see it.

    Args:
        answer: the message.
        regions: ``msg/Region`` the question was asked about, for their labels.
    """
    kind, measured = kind_of(answer), answer.measured
    known = {region.id: region.label for region in regions}
    labels = {int(i): known.get(i, "") for i in answer.prompt_region_ids}
    chosen = chosen_id(answer) if kind is Kind.CHOICE else None
    return AnswerView(
        question=answer.question,
        kind=kind,
        text=text_with_ids(answer.text, answer.prompt_region_ids),
        model=answer.model,
        value=measured_value(answer),
        sentence=measured.text,
        values=tuple(measured.values),
        std=measured.std if math.isfinite(measured.std) else None,
        unit=measured.unit,
        reason=measured.reason,
        agreement=agreement_of(answer),
        roles=roles_of(kind, labels, [int(i) for i in measured.region_ids], chosen),
    )


def chosen_id(answer: SpatialAnswer) -> int | None:
    """Id of the region the model chose, of a choice."""
    index = answer.normalized
    if not index.isdigit() or int(index) >= len(answer.prompt_region_ids):
        return None
    return int(answer.prompt_region_ids[int(index)])


def _number(kind: Kind, value: float) -> float | int:
    counts = kind in (Kind.COUNT, Kind.DIRECTION)
    return round(value) if counts else round(value, 3)
