# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What meanings of the grammar call for differences: how much more, and more by how much."""

from __future__ import annotations

from dataclasses import replace

from .. import question as q
from .ends import ends
from .modifiers import before_its_noun
from .parser import Mismatch
from .propositions import compared
from .references import It, alike, other_than


def difference(first: q.Quantity, second: q.Quantity, unit: q.Unit | None = None) -> q.HowMuch:
    """How much more the first is than the second."""
    return q.HowMuch(q.Difference(first, second), unit or q.Unit.METRE)


def unsigned(question: q.HowMuch) -> q.HowMuch:
    """ "The height difference of pallets 7 and 4", whichever is the taller."""
    assert isinstance(question.quantity, q.Difference)
    return replace(question, quantity=replace(question.quantity, absolute=True))


def size_difference(
    dimension: q.Dimension, first: q.Selection, second: q.Selection, unit: q.Unit | None = None
) -> q.HowMuch:
    """How much taller, wider, longer the first is than the second.

    Raises:
        Mismatch: for sizes as a whole, which are no lengths.
    """
    if dimension is q.Dimension.SIZE:
        raise Mismatch("it is open which size is meant; ask for height, width or length")
    first = before_its_noun(other_than(first, second), second)
    second = alike(second, first)
    return difference(q.Size(first, dimension), q.Size(second, dimension), unit)


def ends_difference(dimension: q.Dimension, both: q.Selection) -> q.HowMuch:
    """ "height difference of pallets 7 and 4": the first less the second."""
    return size_difference(dimension, *ends(both))


def distance_difference(
    first: q.Selection, second: q.Selection, target: q.Selection, unit: q.Unit | None = None
) -> q.HowMuch:
    """How much closer the first is to the target than the second."""
    first = before_its_noun(other_than(first, second), second)
    second = alike(second, first)
    if isinstance(target, It) and isinstance(first, q.Ranked):
        if isinstance(first.key, q.DistanceTo):  # "the pallet nearest to me ... from it"
            target = first.key.target
    return difference(q.Distance(second, target), q.Distance(first, target), unit)


def count_difference(direction: q.Comparison, first: q.Selection, second: q.Selection) -> q.HowMuch:
    """How many more, or how many fewer, the first are than the second."""
    if direction is q.Comparison.LESS:
        first, second = second, first
    return difference(q.Count(first), q.Count(second))


def shortfall(
    dimension: q.Dimension, first: q.Selection, second: q.Selection, unit: q.Unit | None = None
) -> q.HowMuch:
    """How much shorter, narrower the first is than the second."""
    question = size_difference(dimension, first, second, unit)
    assert isinstance(question.quantity, q.Difference)
    longer, shorter = question.quantity.second, question.quantity.first
    return replace(question, quantity=replace(question.quantity, first=longer, second=shorter))


def differs(question: q.HowMuch, comparison: q.Comparison, metres: float) -> q.Whether:
    """ "Is pallet 9 more than 20 cm taller than pallet 4": the difference and a length."""
    return compared(question.quantity, comparison, metres)
