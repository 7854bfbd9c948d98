# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What of an answer a watched condition may act on."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.reasoning.answer import SpatialAnswer

#: Kinds whose answer is a set or a row of regions.
_OF_REGIONS = (Kind.LIST, Kind.ORDER)
#: Kinds whose one number says that something is more than another.
_ORDERED = (Kind.COUNT, Kind.SIZE, Kind.NUMBER, Kind.PAIR)


class NotKnownError(Exception):
    """An answer that a condition must not act on; the message says why, one clause."""


@dataclass(frozen=True)
class KnownValue:
    """An answer that counts.

    Args:
        value: what two answers are compared by: a number, ``True`` or ``False``, a word, the id of
            a region, or the ids of several.
        text: the answer as a sentence.
        number: the value as a number; ``None`` of others.
        ordered: whether the number can be above or below another.
        exact: whether the number is a whole one.
        clock: whether it is an hour.
        lower_bound: whether it is the least it can be.
    """

    value: Hashable
    text: str
    number: float | None = None
    ordered: bool = False
    exact: bool = False
    clock: bool = False
    lower_bound: bool = False

    def difference(self, other: KnownValue) -> float:
        """By how much two numbers differ; hours the shorter way around."""
        assert self.number is not None and other.number is not None
        apart = abs(self.number - other.number)
        return min(apart, 12.0 - apart) if self.clock else apart


def known_value(answer: SpatialAnswer, *, by_policy: bool, accept_incomplete: bool) -> KnownValue:
    """The value of an answer.

    Args:
        answer: of the reasoner.
        by_policy: whether only what the answer's policy trusts counts; otherwise what is measured
            and may be acted on.
        accept_incomplete: whether an answer counts from which something may be missing.

    Raises:
        NotKnownError: where there is none that counts.
    """
    doubt = answer.doubt if by_policy else answer.doubt_of_measured
    if doubt:
        raise NotKnownError(doubt)
    if not answer.complete and not accept_incomplete:
        missing = " ".join(answer.missing) or "something may be missing from view"
        raise NotKnownError(f"the answer may be incomplete: {missing}")
    kind, measured = answer.kind, answer.measured
    text = answer.measured_text
    by_model = by_policy and answer.policy == "model"
    value = answer.value if by_model else measured.value
    if by_model:
        text = answer.text
    elif kind in _OF_REGIONS:
        ids = measured.region_ids
        return KnownValue(frozenset(ids) if kind is Kind.LIST else ids, text)
    if value is None:
        raise NotKnownError(f"the answer to this kind of question ({kind.value}) is no one value")
    if isinstance(value, bool | str) or kind is Kind.CHOICE:
        return KnownValue(value, text)
    return KnownValue(
        value,
        text,
        float(value),
        ordered=kind.is_length or kind in _ORDERED,
        exact=kind in (Kind.COUNT, Kind.DIRECTION),
        clock=kind is Kind.DIRECTION,
        lower_bound=measured.lower_bound and not by_model,
    )
