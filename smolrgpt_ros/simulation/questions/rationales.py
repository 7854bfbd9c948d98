"""What an answer rests on, spelled out before its verdict.

Finding the least of ten numbers at once is hard for a small decoder; comparing each with the leader
so far is not. So whoever beats all before it is marked, and the last mark wins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..sensing.truth import ObjectTruth
from .distances import distance_between
from .wording import WORD

_ENDS = {"leftmost": 1, "rightmost": -1}


def places(
    row: Sequence[ObjectTruth], order: list[int], which: str, chosen: ObjectTruth, width: int
) -> str:
    """Where each lies across the image, in percent of its width, and who is the one asked for.

    The middle one has no leader on the way: it is neither of the two that are outermost.

    Args:
        order: ids behind the question's masks.
        which: leftmost, rightmost or middle.
        width: of the image, pixels.
    """
    known = sorted((order.index(o.id), o.centroid[0], str(_percent(o, width))) for o in row)
    sought = [which] if which in _ENDS else list(_ENDS)
    listing = _list_with_leaders(known, {end: _ENDS[end] for end in sought})
    outermost = ""
    if which not in _ENDS:
        ends = (min(known, key=lambda one: sign * one[1])[0] for sign in _ENDS.values())
        outermost = f"Outermost: {', '.join(f'[Region {i}]' for i in ends)}. "
    return f"Across the image: {listing}. {outermost}{_verdict(chosen, order, which)}"


def distances(
    start: ObjectTruth, row: Sequence[ObjectTruth], order: list[int], chosen: ObjectTruth
) -> str:
    """How far each is from ``start``, and who is nearest."""
    index = order.index(start.id)
    listing = distance_list(start, row, order)
    verdict = _verdict(chosen, order, "nearest")
    return f"Distances from the {WORD[start.label]} [Region {index}]: {listing}. {verdict}"


def distance_list(start: ObjectTruth, row: Sequence[ObjectTruth], order: list[int]) -> str:
    """Regions with their metres from ``start``, in the question's order."""
    known = sorted((order.index(o.id), distance_between(start, o)) for o in row)
    return _list_with_leaders([(i, d, f"{d:.1f}") for i, d in known], {"nearest": 1})


def _verdict(chosen: ObjectTruth, order: list[int], which: str) -> str:
    return f"The {WORD[chosen.label]} [Region {order.index(chosen.id)}] is the {which}."


def _percent(item: ObjectTruth, width: int) -> int:
    return int(100 * (item.centroid[0] + 0.5) / width + 0.5)


def _list_with_leaders(items: Sequence[tuple[int, float, str]], leaders: Mapping[str, int]) -> str:
    """Regions with their numbers; whoever beats all before it gets the word.

    Args:
        items: index, value, and how it is written.
        leaders: words with 1 for the least value, -1 for the largest.
    """
    written, best = [], dict.fromkeys(leaders, float("inf"))
    for index, value, text in items:
        said = [f"[Region {index}]", text]
        for word, sign in leaders.items():
            if sign * value < best[word]:
                best[word] = sign * value
                said.append(word)
        written.append(" ".join(said))
    return ", ".join(written)
