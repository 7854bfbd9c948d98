# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The role of each region in an answer, by which pictures and markers highlight it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smolrgpt_ros.language.meaning import Kind

#: The answer is about the subject; the region it is compared with is context.
SIZE_COMPARISONS = (Kind.BIGGER_SMALLER, Kind.TALLER_SHORTER, Kind.WIDER_THINNER)
#: The answer is about all measured regions, however many.
SEVERAL = (
    Kind.COUNT, Kind.LIST, Kind.ORDER, Kind.EACH, Kind.PAIR, Kind.ROUTE, Kind.NUMBER, Kind.YES_NO,
    Kind.WHERE, Kind.DIMENSIONS, Kind.SIZE,
)  # fmt: skip


@dataclass(frozen=True)
class Roles:
    """Ids of the regions a question was asked with, each in one role.

    Args:
        answer: the regions of the measured value: both ends of a length, subject and reference of
            a relation, the counted ones, the chosen one.
        model_choice: the region the model chose, where it is another than the measured one.
        rivals: candidates that were neither counted nor chosen.
        context: all others the question is about: the buffer of a count, the transporter to be
            near to.
    """

    answer: tuple[int, ...] = ()
    model_choice: tuple[int, ...] = ()
    rivals: tuple[int, ...] = ()
    context: tuple[int, ...] = ()

    @property
    def strong(self) -> frozenset[int]:
        """Regions to highlight: all but the rivals."""
        return frozenset((*self.answer, *self.model_choice, *self.context))


def roles_of(
    kind: Kind, labels: Mapping[int, str], measured_ids: Sequence[int], chosen_id: int | None
) -> Roles:
    """The roles of an answer's regions.

    Args:
        kind: of the question.
        labels: class name of each region of the prompt, by id, in the prompt's order.
        measured_ids: regions of the measured value; empty where nothing was measured or counted.
        chosen_id: the region the model chose, of a choice; ``None`` for none.
    """
    if kind in SEVERAL:
        return _with_rivals(labels, tuple(measured_ids), ())
    if kind.is_length or kind.is_comparison or kind is Kind.DIRECTION:
        number = 1 if kind.is_size or kind in SIZE_COMPARISONS else 2
        answer = (tuple(measured_ids) or tuple(labels))[:number]
        return Roles(answer, context=tuple(i for i in labels if i not in answer))
    if kind is Kind.CHOICE:
        measured = tuple(measured_ids)
        other = () if chosen_id is None or chosen_id in measured else (chosen_id,)
        return _with_rivals(labels, measured, other)
    return Roles(context=tuple(labels))


def _with_rivals(
    labels: Mapping[int, str], answer: tuple[int, ...], model_choice: tuple[int, ...]
) -> Roles:
    """All others are rivals where they have a class of the selected ones, else context."""
    selected = (*answer, *model_choice)
    classes = {labels[i] for i in selected if i in labels}
    rest = [i for i in labels if i not in selected]
    return Roles(
        answer,
        model_choice,
        rivals=tuple(i for i in rest if labels[i] in classes),
        context=tuple(i for i in rest if labels[i] not in classes),
    )
