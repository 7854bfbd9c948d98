# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Words of canonical English: units, superlatives, sides, comparisons, lists, ordinals."""

from __future__ import annotations

from collections.abc import Sequence

from . import question as q
from .vocabulary import plural_of

ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
UNITS = {
    q.Unit.METRE: "",
    q.Unit.CENTIMETRE: " in centimetres",
    q.Unit.MILLIMETRE: " in millimetres",
    q.Unit.FOOT: " in feet",
    q.Unit.YARD: " in yards",
    q.Unit.INCH: " in inches",
    q.Unit.LITRE: " in litres",
    q.Unit.PERCENT: " in per cent",
}
SUPERLATIVES = {
    (q.Dimension.HEIGHT, q.Extreme.MOST): "tallest",
    (q.Dimension.HEIGHT, q.Extreme.LEAST): "shortest",
    (q.Dimension.WIDTH, q.Extreme.MOST): "widest",
    (q.Dimension.WIDTH, q.Extreme.LEAST): "narrowest",
    (q.Dimension.LENGTH, q.Extreme.MOST): "longest",
    (q.Dimension.LENGTH, q.Extreme.LEAST): "least long",
    (q.Dimension.SIZE, q.Extreme.MOST): "biggest",
    (q.Dimension.SIZE, q.Extreme.LEAST): "smallest",
    (q.Dimension.ELEVATION, q.Extreme.MOST): "most elevated",
    (q.Dimension.ELEVATION, q.Extreme.LEAST): "least elevated",
    (q.Dimension.TOP, q.Extreme.MOST): "highest reaching",
    (q.Dimension.TOP, q.Extreme.LEAST): "lowest reaching",
    (q.Dimension.FOOTPRINT, q.Extreme.MOST): "most extensive",
    (q.Dimension.FOOTPRINT, q.Extreme.LEAST): "least extensive",
}
COLUMNS = {
    q.Extreme.LEAST: "leftmost",
    q.Extreme.MOST: "rightmost",
    q.Extreme.MIDDLE: "middle",
}
SIDES = {q.Comparison.LESS: q.Side.LEFT, q.Comparison.MORE: q.Side.RIGHT}
AS_FAR = {
    # "Closer to shelf 3 than shelf 4" could be closer than to shelf 4.
    q.Comparison.LESS: "closer to {target} than {other} is",
    q.Comparison.MORE: "farther from {target} than {other} is",
    q.Comparison.AT_MOST: "at most as far from {target} as {other}",
    q.Comparison.AT_LEAST: "at least as far from {target} as {other}",
    q.Comparison.EQUAL: "equally far from {target} as {other}",
}
AS_FAR_AS_FROM = {
    q.Comparison.LESS: "closer to {target} than to {other}",
    q.Comparison.MORE: "farther from {target} than from {other}",
    q.Comparison.AT_MOST: "at most as far from {target} as from {other}",
    q.Comparison.AT_LEAST: "at least as far from {target} as from {other}",
    q.Comparison.EQUAL: "equally far from {target} as from {other}",
}
AS_MANY = {
    q.Comparison.LESS: "holding fewer {content} than {other}",
    q.Comparison.MORE: "holding more {content} than {other}",
    q.Comparison.AT_MOST: "holding at most as many {content} as {other}",
    q.Comparison.AT_LEAST: "holding at least as many {content} as {other}",
    q.Comparison.EQUAL: "holding as many {content} as {other}",
}


def ordinal(rank: int) -> str:
    """As in "second"."""
    return ORDINALS[rank - 1] if rank <= len(ORDINALS) else f"{rank}th"


def listed(items: Sequence[str], link: str = "and") -> str:
    """As in "3, 7 and 9"; empty of nothing."""
    return f"{', '.join(items[:-1])} {link} {items[-1]}" if len(items) > 1 else "".join(items)


def numbered(label: str, ids: Sequence[int], link: str = "and") -> str:
    """As in "pallet 3", "pallets 3, 7 and 9"."""
    name = label if len(ids) == 1 else plural_of(label)
    return f"{name} {listed([str(i) for i in ids], link)}"


def is_several(selection: q.Selection) -> bool:
    """Whether a selection may be several objects; a class alone is its only one."""
    if isinstance(selection, q.Ids):
        return is_list(selection)
    if isinstance(selection, q.Ranked):
        return selection.take > 1
    if isinstance(selection, q.Exactly):
        return selection.number > 1
    return not isinstance(selection, q.OfClass | q.Camera)


def is_list(selection: q.Selection) -> bool:
    """Several objects by name: "from pallets 3 and 7" asks for two distances."""
    if isinstance(selection, q.Ids):
        return len(selection.ids) > 1
    return isinstance(selection, q.Union | q.Exactly)


def number(value: float) -> str:
    """A number as it is read back: "3", "1.5"."""
    return repr(int(value)) if float(value).is_integer() else repr(float(value))
