# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""One place from several sightings: a Kalman filter whose shared errors do not shrink."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.geometry.noise import SEEN_EXTENT_SIGMA

from .placed_box import PlacedBox

#: Standard deviation of an unseen object's own movement, metres per second: of classes that drive
#: or walk, and of all others, which are only pushed.
MOVING_DRIFT, RESTING_DRIFT = 0.5, 0.002
MOVING_LABELS = frozenset({"transporter", "forklift", "person"})
#: Cosine of the angle between two directions that are taken for the same side of a box.
_SAME_SIDE = 0.9
#: Metres by which one sighting has to show more of a cut extent than another: less is noise, and
#: the largest of many noisy lower bounds would be none.
_SHOWS_MORE = 3 * SEEN_EXTENT_SIGMA


def can_move(label: str) -> bool:
    """Whether objects of a class move by themselves."""
    return label in MOVING_LABELS


def predicted(box: PlacedBox, label: str, elapsed_s: float) -> PlacedBox:
    """A box some time after it was seen.

    Args:
        box: as it was seen last.
        label: its class.
        elapsed_s: seconds since then.
    """
    drift = MOVING_DRIFT if can_move(label) else RESTING_DRIFT
    return replace(box, independent=box.independent + np.eye(3) * (drift * elapsed_s) ** 2)


def fused(known: PlacedBox, seen: PlacedBox) -> PlacedBox:
    """A box by what was known of it and a new sighting.

    The independent part of the covariance shrinks with each sighting. What calibration, masks and
    depth have in common stays: it is weighted as the places are, and never counted as new evidence.
    Where the two differ by more than that says, as after a jump of the camera's pose, it grows so
    that it covers both (Birge's ratio).
    An extent is that of the sighting that shows more of it; one that the picture's border cuts in
    all of them stays a lower bound.

    Args:
        known: predicted to the time of the sighting.
        seen: the sighting alone.
    """
    gap = seen.centre - known.centre
    inverse = np.linalg.inv(known.covariance + seen.covariance)
    gain = known.covariance @ inverse
    rest = np.eye(3) - gain
    independent = rest @ known.independent @ rest.T + gain @ seen.independent @ gain.T
    # Errors in common add up with their signs, not with their squares.
    cross = rest @ _geometric_mean(known.shared, seen.shared) @ gain.T
    shared = rest @ known.shared @ rest.T + gain @ seen.shared @ gain.T + cross + cross.T
    independent += _excess(known, seen) * (independent + shared)
    better = known if np.trace(known.covariance) < np.trace(seen.covariance) else seen
    length, width = (_side(known, seen, better, which) for which in (0, 1))
    upright = _upright(known, seen, better)
    return PlacedBox(
        centre=known.centre + gain @ gap,
        independent=independent,
        shared=shared,
        axes=better.axes,
        size=(length.size, width.size, upright.size[2]),
        size_sigma=(length.sigma, width.sigma),
        heights=upright.heights,
        height_sigmas=upright.height_sigmas,
        seen=(length.seen, width.seen, upright.seen[2]),
        on_vehicle=better.on_vehicle,
        on_something=better.on_something,
        underside_hidden=upright.underside_hidden,
    )


def better_of(known: PlacedBox, seen: PlacedBox, *, seen_is_better: bool) -> PlacedBox:
    """One of two sightings of a place on the floor, as unsure as the other one shows it to be.

    The errors of a place's mask, which ends early or joins its neighbour's, do not average out: on
    drives of a robot, the sighting with the detector's best score is nearer to the truth than the
    mean of all, and more sightings are no reason to be surer.

    Args:
        known: predicted to the time of the sighting.
        seen: the sighting alone.
        seen_is_better: which of both is taken.
    """
    box = seen if seen_is_better else known
    return replace(box, independent=box.independent + _excess(known, seen) * box.covariance)


def _excess(known: PlacedBox, seen: PlacedBox) -> float:
    """By how much two sightings differ more than their deviations say: Birge's ratio, squared, less
    one."""
    return max(known.squared_distance(seen) / len(known.centre) - 1.0, 0.0)


def _geometric_mean(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Covariance of two fully correlated errors with the covariances a and b, about: exact where
    one is a multiple of the other."""
    ratio = np.sqrt(np.trace(b) / max(float(np.trace(a)), 1e-18))
    mean: NDArray[np.float64] = 0.5 * (a * ratio + b / max(float(ratio), 1e-9))
    return mean


class _Side(NamedTuple):
    """A side with its standard deviation, metres, and what is seen of it where it is cut."""

    size: float
    sigma: float
    seen: float | None


def _side(known: PlacedBox, seen: PlacedBox, better: PlacedBox, which: int) -> _Side:
    """Length (0) or width (1) of a fused box."""
    sides = []
    for box in (known, seen):
        along = np.abs(box.axes[:2] @ better.axes[which])
        side = int(np.argmax(along))
        if along[side] >= _SAME_SIDE:
            sides.append(_Side(box.size[side], box.size_sigma[side], box.seen[side]))
    if len(sides) < 2:
        return _Side(better.size[which], better.size_sigma[which], better.seen[which])
    one, other = sides
    if _shows_more(one.seen, other.seen):
        return one
    if _shows_more(other.seen, one.seen):
        return other
    weights = np.array([1.0 / max(side.sigma, 1e-4) ** 2 for side in sides])
    mean = float(np.average([one.size, other.size], weights=weights))
    # Sides share their errors (the edge of the mask, the class's typical size): the standard
    # deviation is that of the better one.
    return _Side(mean, min(one.sigma, other.sigma), other.seen)


def _upright(known: PlacedBox, seen: PlacedBox, better: PlacedBox) -> PlacedBox:
    """Of which box the heights are."""
    if _shows_more(known.seen[2], seen.seen[2]):
        return known
    return seen if _shows_more(seen.seen[2], known.seen[2]) else better


def _shows_more(one: float | None, other: float | None) -> bool:
    """Whether one sighting shows more of an extent than another; ``None``: all of it."""
    return other is not None and (one is None or one > other + _SHOWS_MORE)
