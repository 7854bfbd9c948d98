# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""English for numbers, and for what they are numbers of."""

from __future__ import annotations

from smolrgpt_ros.language.english_words import listed
from smolrgpt_ros.language.question import (
    METRES,
    Bearing,
    Column,
    Count,
    Difference,
    Distance,
    DistanceTo,
    Holding,
    Key,
    Mean,
    Quantity,
    Ratio,
    Route,
    Size,
    SizeOf,
    Total,
    Unit,
)

from .wording import noun, one_phrase, phrase

#: Decimals of lengths, and of their squares and cubes.
_DIGITS = {
    Unit.METRE: 2,
    Unit.CENTIMETRE: 0,
    Unit.MILLIMETRE: 0,
    Unit.FOOT: 2,
    Unit.YARD: 2,
    Unit.INCH: 1,
}


def length(metres: float, unit: Unit, std: float | None = None) -> str:
    """As in "1.65 m (± 0.02)"."""
    if unit not in METRES:  # litres of what turned out to be no volume
        unit = Unit.METRE
    metre, digits = METRES[unit], _DIGITS[unit]
    deviation = f" (± {std / metre:.{digits}f})" if std else ""
    return f"{metres / metre:.{digits}f} {unit.value}{deviation}"


def written(value: float, std: float | None, of: str, unit: Unit) -> str:
    """A number of a unit of evaluations, in the unit asked for, its square or its cube."""
    if of == "count":
        return f"{value:g}"
    if of == "deg":
        return f"{value:.0f}\N{DEGREE SIGN}" + (f" (± {std:.0f})" if std else "")
    if of == "m":
        return length(value, unit, std)
    if of == "ratio":
        return _ratio(value, std, unit)
    if unit is Unit.LITRE and of == "m3":
        return f"{1000 * value:.0f} L" + (f" (± {1000 * std:.0f})" if std else "")
    power, sign = (2, "\N{SUPERSCRIPT TWO}") if of == "m2" else (3, "\N{SUPERSCRIPT THREE}")
    if unit not in METRES:
        unit = Unit.METRE
    metre, digits = METRES[unit], _DIGITS[unit]
    deviation = f" (± {std / metre**power:.{digits}f})" if std else ""
    return f"{value / metre**power:.{digits}f} {unit.value}{sign}{deviation}"


def _ratio(value: float, std: float | None, unit: Unit) -> str:
    if unit is Unit.PERCENT:
        return f"{100 * value:.0f} %" + (f" (± {100 * std:.0f})" if std else "")
    return f"{value:.2f}" + (f" (± {std:.2f})" if std else "")


def key_noun(key: Key) -> str:
    """As in "the height"."""
    match key:
        case DistanceTo():
            return "the distance"
        case SizeOf(dimension):
            return f"the {dimension.value}"
        case Holding(content):
            return f"the number of {noun(content, 2)}"
        case Column():
            return "the column"
        case Bearing():
            return "the angle off straight ahead"


def quantity_noun(quantity: Quantity) -> str:
    """As in "the height of pallet 9"."""
    match quantity:
        case Distance(first, second, mode):
            return f"the {mode.value} from {one_phrase(first)} to {one_phrase(second)}"
        case Size(of, dimension):
            return f"the {dimension.value} of {one_phrase(of)}"
        case Count(of):
            return f"the number of {phrase(of).removeprefix('the ')}"
        case Total(of, key):
            return f"the sum of {key_noun(key)} of {phrase(of)}"
        case Mean(of, key):
            return f"the mean of {key_noun(key)} of {phrase(of)}"
        case Route(stops):
            return f"the way along {listed([phrase(stop) for stop in stops])}"
        case Difference(first, second):
            return f"the difference of {quantity_noun(first)} and {quantity_noun(second)}"
        case Ratio(first, second):
            return f"the ratio of {quantity_noun(first)} to {quantity_noun(second)}"


def is_count(quantity: Quantity) -> bool:
    """Whether a quantity counts objects."""
    if isinstance(quantity, Difference):
        return is_count(quantity.first)
    return isinstance(quantity, Count) or (
        isinstance(quantity, (Total, Mean)) and isinstance(quantity.key, Holding)
    )


def number_word(count: object) -> str:
    """As in "no pallets", "2 pallets"."""
    return "no" if count == 0 else str(count)
