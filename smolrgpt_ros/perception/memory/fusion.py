# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""One place from several sightings: a Kalman filter whose shared errors do not shrink."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .placed_box import PlacedBox

#: Standard deviation of an unseen object's own movement, metres per second: of classes that drive
#: or walk, and of all others, which are only pushed.
MOVING_DRIFT, RESTING_DRIFT = 0.5, 0.002
MOVING_LABELS = frozenset({"transporter", "forklift", "person"})
#: Cosine of the angle between two directions that are taken for the same side of a box.
_SAME_SIDE = 0.9


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

    Args:
        known: predicted to the time of the sighting.
        seen: the sighting alone.
    """
    gain = known.covariance @ np.linalg.inv(known.covariance + seen.covariance)
    rest = np.eye(3) - gain
    independent = rest @ known.independent @ rest.T + gain @ seen.independent @ gain.T
    shared = rest @ known.shared @ rest.T + gain @ seen.shared @ gain.T
    # Errors in common add up with their signs, not with their squares.
    cross = rest @ _geometric_mean(known.shared, seen.shared) @ gain.T
    better = known if np.trace(known.covariance) < np.trace(seen.covariance) else seen
    length, length_sigma = _side(known, seen, better, 0)
    width, width_sigma = _side(known, seen, better, 1)
    return PlacedBox(
        centre=known.centre + gain @ (seen.centre - known.centre),
        independent=independent,
        shared=shared + cross + cross.T,
        axes=better.axes,
        size=(length, width, better.size[2]),
        size_sigma=(length_sigma, width_sigma),
        heights=better.heights,
        on_vehicle=better.on_vehicle,
    )


def _geometric_mean(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Covariance of two fully correlated errors with the covariances a and b, about: exact where
    one is a multiple of the other."""
    ratio = np.sqrt(np.trace(b) / max(float(np.trace(a)), 1e-18))
    mean: NDArray[np.float64] = 0.5 * (a * ratio + b / max(float(ratio), 1e-9))
    return mean


def _side(known: PlacedBox, seen: PlacedBox, better: PlacedBox, which: int) -> tuple[float, float]:
    """Length (0) or width (1) of a fused box with its standard deviation."""
    sides = []
    for box in (known, seen):
        along = np.abs(box.axes[:2] @ better.axes[which])
        side = int(np.argmax(along))
        if along[side] >= _SAME_SIDE:
            sides.append((box.size[side], box.size_sigma[side]))
    if len(sides) < 2:
        return better.size[which], better.size_sigma[which]
    weights = np.array([1.0 / max(sigma, 1e-4) ** 2 for _, sigma in sides])
    mean = float(np.average([size for size, _ in sides], weights=weights))
    # Sides share their errors (the edge of the mask, the class's typical size): the standard
    # deviation is that of the better one.
    return mean, min(sigma for _, sigma in sides)
