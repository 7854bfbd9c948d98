"""What each region is to an answer: for pictures and markers, which must tell the same story."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smolrgpt_ros.language.meaning import Kind


@dataclass(frozen=True)
class Roles:
    """Ids of the regions a question was asked with, each in one role.

    Args:
        answer: what was measured: the two ends, the pair, the counted ones, the chosen one.
        said: the model's choice, where it is another than the measured one.
        rivals: those that could have been counted or chosen and were not.
        asked: all others the question is about: the buffer, the transporter to be near to.
    """

    answer: tuple[int, ...] = ()
    said: tuple[int, ...] = ()
    rivals: tuple[int, ...] = ()
    asked: tuple[int, ...] = ()

    @property
    def strong(self) -> frozenset[int]:
        """All but the rivals."""
        return frozenset((*self.answer, *self.said, *self.asked))


def roles_of(
    kind: Kind, labels: Mapping[int, str], measured_ids: Sequence[int], said_id: int | None
) -> Roles:
    """The roles of an answer's regions.

    Args:
        kind: what was asked for.
        labels: class name of each region of the prompt, by id, in the prompt's order.
        measured_ids: regions of the measured value; empty where nothing was measured or counted.
        said_id: the region the model chose, of a choice; ``None`` for none.
    """
    if kind.is_length or kind.is_comparison or kind is Kind.DIRECTION:
        ends = tuple(measured_ids) or tuple(labels)[: 1 if kind.is_size else 2]
        return Roles(answer=ends, asked=tuple(i for i in labels if i not in ends))
    if kind is Kind.COUNT:
        return _with_rivals(labels, tuple(measured_ids), ())
    if kind is Kind.CHOICE:
        chosen = tuple(measured_ids)
        other = said_id is not None and said_id not in chosen
        return _with_rivals(labels, chosen, (said_id,) if other and said_id is not None else ())
    return Roles(asked=tuple(labels))


def _with_rivals(
    labels: Mapping[int, str], answer: tuple[int, ...], said: tuple[int, ...]
) -> Roles:
    picked = (*answer, *said)
    classes = {labels[i] for i in picked if i in labels}
    left = [i for i in labels if i not in picked]
    return Roles(
        answer,
        said,
        rivals=tuple(i for i in left if labels[i] in classes),
        asked=tuple(i for i in left if labels[i] not in classes),
    )
