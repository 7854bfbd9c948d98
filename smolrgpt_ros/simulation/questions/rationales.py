# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Rationales: the intermediate results that an answer states before its verdict.

Finding the least of ten numbers at once is hard for a small decoder; comparing each with the least
so far is not. Each new extreme of a list is therefore marked, and the last mark is the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..sensing.truth import ObjectTruth
from .candidates import distance_between
from .wording import NOUNS

_ENDS = {"leftmost": 1, "rightmost": -1}


def places(
    row: Sequence[ObjectTruth], order: list[int], which: str, chosen: ObjectTruth, width: int
) -> str:
    """Position of each across the image, in percent of its width, and the one asked for.

    The middle one is no extreme of the list: it follows from the two that are outermost.

    Args:
        order: ids behind the question's masks.
        which: leftmost, rightmost or middle.
        width: of the image, pixels.
    """
    known = sorted((order.index(o.id), o.centroid[0], str(_percent(o, width))) for o in row)
    ends = [which] if which in _ENDS else list(_ENDS)
    listing = _marked_list(known, {end: _ENDS[end] for end in ends})
    outermost = ""
    if which not in _ENDS:
        extremes = (min(known, key=lambda one: sign * one[1])[0] for sign in _ENDS.values())
        outermost = f"Outermost: {', '.join(f'[Region {i}]' for i in extremes)}. "
    return f"Across the image: {listing}. {outermost}{_verdict(chosen, order, which)}"


def distances(
    start: ObjectTruth, row: Sequence[ObjectTruth], order: list[int], chosen: ObjectTruth
) -> str:
    """Distance of each from ``start``, and which is nearest."""
    index = order.index(start.id)
    listing = distance_list(start, row, order)
    verdict = _verdict(chosen, order, "nearest")
    return f"Distances from the {NOUNS[start.label]} [Region {index}]: {listing}. {verdict}"


def distance_list(start: ObjectTruth, row: Sequence[ObjectTruth], order: list[int]) -> str:
    """Regions with their metres from ``start``, in the question's order."""
    known = sorted((order.index(o.id), distance_between(start, o)) for o in row)
    return _marked_list([(i, d, f"{d:.1f}") for i, d in known], {"nearest": 1})


def _verdict(chosen: ObjectTruth, order: list[int], which: str) -> str:
    return f"The {NOUNS[chosen.label]} [Region {order.index(chosen.id)}] is the {which}."


def _percent(item: ObjectTruth, width: int) -> int:
    return int(100 * (item.centroid[0] + 0.5) / width + 0.5)


def _marked_list(items: Sequence[tuple[int, float, str]], marks: Mapping[str, int]) -> str:
    """Regions with their numbers, each new extreme marked with its word.

    Args:
        items: index, value, and the value as text.
        marks: words with 1 for the least value, -1 for the largest.
    """
    written, best = [], dict.fromkeys(marks, float("inf"))
    for index, value, text in items:
        words = [f"[Region {index}]", text]
        for word, sign in marks.items():
            if sign * value < best[word]:
                best[word] = sign * value
                words.append(word)
        written.append(" ".join(words))
    return ", ".join(written)
