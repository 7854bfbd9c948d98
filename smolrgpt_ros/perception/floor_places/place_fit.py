# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The rectangle of marked lines that a mask is of.

The lines about a place run in two directions; their sums along each (a Radon transform) have a peak
at every line. Each two lines of both directions make a rectangle: taken is the one whose visible
sides are marked, that covers what the mask covers, and that has about the usual size of its class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.geometry.size_priors import SizePrior

from .floor_view import Points
from .marks import CELL, MarkMap
from .rectangle import FloorRectangle

Values = NDArray[np.float64]
Pairs = NDArray[np.intp]

#: Degrees between two directions that are tried.
_TURN_DEG = 1.5
#: Fewest marked cells that have a direction, and lines of one direction at most.
_FEWEST_MARKED, _MOST_LINES = 30, 9
#: Least sum of a line: so many cells that just stand out.
_LEAST_LINE = 110.0
#: Cells to both sides of a line that are no other line.
_APART = 4
#: Metres that a side has at least and at most.
_SHORTEST, _LONGEST = 0.8, 14.0
#: Metres of a side in sight from which on it counts, and of all sides at least.
_LEAST_SIDE, _LEAST_SEEN = 0.32, 1.2
#: Least overlap with the mask, of the floor in sight.
_LEAST_OVERLAP = 0.1
#: Weights of the marked share of all sides, of the least marked one, and of a usual size beside the
#: overlap with the mask.
_MARKED_WEIGHT, _LEAST_MARKED_WEIGHT, _USUAL_WEIGHT = 2.0, 1.0, 0.8
#: Weight of a fourth side in sight.
_CLOSED_WEIGHT = 0.12
#: What a rectangle's marks make at most.
_MOST_MARKS = _MARKED_WEIGHT + _LEAST_MARKED_WEIGHT + _CLOSED_WEIGHT
#: Standard deviation of the logarithm of a side: a place may be half or twice as long as usual.
_SIZE_SPREAD = 0.4


@dataclass(frozen=True, eq=False)
class PlaceFit:
    """A rectangle of marked lines.

    Args:
        rectangle: in the floor frame.
        marked: share of its sides' visible parts that lines mark. least_marked: of its worst side.
        overlap: with the mask, of the floor in sight, intersection over union.
        usual: how usual its size is for its class, up to 1.
        seen: metres of its sides in sight. sides: how many of the four are.
    """

    rectangle: FloorRectangle
    marked: float
    least_marked: float
    overlap: float
    usual: float
    seen: float
    sides: int

    @property
    def score(self) -> float:
        """Larger is better."""
        marks = _MARKED_WEIGHT * self.marked + _LEAST_MARKED_WEIGHT * self.least_marked
        closed = _CLOSED_WEIGHT * (self.sides == 4)
        return marks + closed + self.overlap + _USUAL_WEIGHT * self.usual


def fit_place(marks: MarkMap, mask: NDArray[np.bool_], size: SizePrior) -> PlaceFit | None:
    """The rectangle of lines that a mask is of; ``None`` where no lines make one.

    Args:
        marks: of the floor about the mask.
        mask: ``(H, W)`` bool.
        size: usual of the class.
    """
    axes = _directions(marks)
    if axes is None:
        return None
    columns, rows = marks.pixels.transpose(2, 0, 1)
    return _Search(marks, axes, mask[rows, columns] & marks.in_picture).best(size)


def _directions(marks: MarkMap) -> Points | None:
    """The two directions, at right angles, across which lines are sharpest; rows, ``(2, 2)``."""
    marked = np.nonzero(marks.strength)
    if len(marked[0]) < _FEWEST_MARKED:
        return None
    points, weights = marks.points[marked], marks.strength[marked]
    best, found = -1.0, None
    for turn in np.radians(np.arange(0, 90, _TURN_DEG)):
        axes = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        sharpness = sum(float((_sums(points @ axis, weights)[1] ** 2).sum()) for axis in axes)
        if sharpness > best:
            best, found = sharpness, axes
    return found


def _sums(offsets: Values, weights: NDArray[np.float32]) -> tuple[float, Values]:
    """The least offset, and the sum of weights at each cell from it on, smoothed."""
    first = float(offsets.min())
    sums = np.bincount(np.rint((offsets - first) / CELL).astype(np.intp), weights)
    return first, np.convolve(sums, [0.5, 1.0, 0.5], "same")


@dataclass(frozen=True, eq=False)
class _Line:
    """A line across an axis, marked or the border of what the picture shows.

    Args:
        offset: along the axis, metres.
        first: where the sums begin along the line, metres.
        marked, seen: cells up to each, ``(N + 1,)``.
    """

    offset: float
    first: float
    marked: Values
    seen: Values

    def between(self, start: float, end: float) -> tuple[float, float]:
        """Marked cells and those in sight of a part of the line."""
        places = np.rint((np.array([start, end]) - self.first) / CELL).astype(int)
        a, b = places.clip(0, len(self.seen) - 1)
        return float(self.marked[b] - self.marked[a]), float(self.seen[b] - self.seen[a])


class _Search:
    """All rectangles of the lines of two directions.

    Args:
        marks: of the floor about the mask.
        axes: of the lines.
        covered: ``(R, C)`` bool, cells of the map that the mask covers.
    """

    def __init__(self, marks: MarkMap, axes: Points, covered: NDArray[np.bool_]) -> None:
        self._marks, self._axes = marks, axes
        points = marks.points[marks.in_sight]
        # A cell has more pixels the nearer it is, and in a flat view by the third power.
        weights = np.maximum(np.linalg.norm(points, axis=-1), 0.5) ** -3.0
        self._local, self._weights = points @ axes.T, weights
        self._masked = weights * covered[marks.in_sight]

    def best(self, size: SizePrior) -> PlaceFit | None:
        """The rectangle with the best score, of those that cover about what the mask covers.

        Args:
            size: usual of the class.
        """
        if not len(self._local):
            return None
        lines = [self._lines(axis) for axis in (0, 1)]
        pairs = [_pairs(of) for of in lines]
        overlaps = self._overlaps(lines, pairs)
        across, along = (_apart(*both) for both in zip(lines, pairs, strict=True))
        usual = _usual(across, along, size)
        without_marks = np.where(
            overlaps < _LEAST_OVERLAP, -np.inf, overlaps + _USUAL_WEIGHT * usual
        )
        found: PlaceFit | None = None
        for place in np.argsort(-without_marks, axis=None):
            at = np.unravel_index(place, overlaps.shape)
            least = 0.0 if found is None else found.score - _MOST_MARKS
            if without_marks[at] <= least:
                break
            left, right = (lines[0][i] for i in pairs[0][at[0]])
            near, far = (lines[1][i] for i in pairs[1][at[1]])
            fit = self._fit((left, right), (near, far), float(overlaps[at]), float(usual[at]))
            if fit and (found is None or fit.score > found.score):
                found = fit
        return found

    def _overlaps(self, lines: Sequence[Sequence[_Line]], pairs: Sequence[Pairs]) -> Values:
        """Of the mask with the rectangle of each two pairs of lines, of the floor in sight."""
        across, along = pairs
        inside, masked = (
            _within(self._up_to(lines, values), across, along)
            for values in (self._weights, self._masked)
        )
        union = float(self._masked.sum()) + inside - masked
        return np.asarray(np.divide(masked, union, out=np.zeros_like(union), where=union > 0))

    def _lines(self, axis: int) -> list[_Line]:
        marks, direction = self._marks, self._axes[axis]
        marked = np.nonzero(marks.strength)
        first, sums = _sums(marks.points[marked] @ direction, marks.strength[marked])
        offsets: list[float] = []
        while len(offsets) < _MOST_LINES and sums.max() >= _LEAST_LINE:
            place = int(sums.argmax())
            offsets.append(first + CELL * place)
            sums[max(0, place - _APART) : place + _APART + 1] = 0
        # A place may go on beyond what is looked at: it ends at the border then, out of sight.
        ends = marks.points[marks.in_picture] @ direction
        if len(ends):
            offsets += [float(ends.min()) - CELL, float(ends.max()) + CELL]
        return [self._line(axis, offset) for offset in sorted(offsets)]

    def _line(self, axis: int, offset: float) -> _Line:
        ends = self._marks.points[(0, 0, -1, -1), (0, -1, 0, -1)] @ self._axes[1 - axis]
        steps = np.arange(ends.min(), ends.max(), CELL)
        local = np.empty((len(steps), 2))
        local[:, axis], local[:, 1 - axis] = offset, steps
        rows, columns, inside = self._marks.cells(local @ self._axes)
        seen = inside & self._marks.in_sight[rows, columns]
        marked = seen & self._marks.near_line[rows, columns]
        return _Line(
            offset,
            float(steps[0]),
            np.concatenate([[0.0], np.cumsum(marked)]),
            np.concatenate([[0.0], np.cumsum(seen)]),
        )

    def _up_to(self, lines: Sequence[Sequence[_Line]], values: Values) -> Values:
        """Sums of cells' values up to each two lines, ``(lines, lines)``."""
        across, along = (
            np.searchsorted([line.offset for line in of], self._local[:, axis], "right")
            for axis, of in enumerate(lines)
        )
        shape = len(lines[0]) + 1, len(lines[1]) + 1
        sums = np.bincount(across * shape[1] + along, values, shape[0] * shape[1]).reshape(shape)
        up_to: Values = sums.cumsum(axis=0).cumsum(axis=1)
        return up_to

    def _fit(
        self,
        across: tuple[_Line, _Line],
        along: tuple[_Line, _Line],
        overlap: float,
        usual: float,
    ) -> PlaceFit | None:
        """The rectangle between two pairs of lines; ``None`` with too little of it in sight."""
        x, y = ((low.offset, high.offset) for low, high in (across, along))
        sides = [line.between(*y) for line in across] + [line.between(*x) for line in along]
        marked, seen = np.array(sides).T
        total = float(seen.sum()) * CELL
        if total < _LEAST_SEEN:
            return None
        counts = seen * CELL >= _LEAST_SIDE
        shares = marked[counts] / seen[counts]
        centre = np.array([sum(x) / 2, sum(y) / 2]) @ self._axes
        return PlaceFit(
            FloorRectangle(centre, self._axes, (x[1] - x[0], y[1] - y[0])),
            float(marked.sum() / seen.sum()),
            float(shares.min()) if len(shares) else 1.0,
            overlap,
            usual,
            total,
            int(counts.sum()),
        )


def _pairs(lines: Sequence[_Line]) -> Pairs:
    """Two lines each, the nearer first, as far apart as sides may be: their places, ``(P, 2)``."""
    found = [
        (i, j)
        for i, j in combinations(range(len(lines)), 2)
        if _SHORTEST < lines[j].offset - lines[i].offset < _LONGEST
    ]
    return np.array(found, np.intp).reshape(-1, 2)


def _apart(lines: Sequence[_Line], pairs: Pairs) -> Values:
    """Metres between the two lines of each pair, ``(P,)``."""
    offsets = np.array([line.offset for line in lines])
    apart: Values = offsets[pairs[:, 1]] - offsets[pairs[:, 0]]
    return apart


def _usual(across: Values, along: Values, size: SizePrior) -> Values:
    """How usual each two sides are, ``(P, Q)``: 1 for a class's own."""
    one, other = across[:, None], along[None]
    off = np.log(np.maximum(one, other) / size.long), np.log(np.minimum(one, other) / size.short)
    usual: Values = np.exp(-0.5 * (off[0] ** 2 + off[1] ** 2) / _SIZE_SPREAD**2)
    return usual


def _within(up_to: Values, across: Pairs, along: Pairs) -> Values:
    """The sums between two lines of each direction, ``(P, Q)``."""
    columns = up_to[across[:, 1]] - up_to[across[:, 0]]
    return np.asarray(columns[:, along[:, 1]] - columns[:, along[:, 0]])
