# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Typical sizes of the warehouse classes: what is known of an object before measuring it."""

from __future__ import annotations

from dataclasses import dataclass

_USUAL_HEIGHT = 0.3  # metres by which an object may be higher than its class, at least


@dataclass(frozen=True)
class SizePrior:
    """Typical size of a class. Measurement wins wherever both ends of an extent are seen.

    Args:
        long, short: sides of the footprint, metres.
        side_sigma: standard deviation of the sides, metres.
        height: metres; used only where the top is out of view, and of a vehicle's deck.
        height_sigma: standard deviation of the height, metres.
        flat: whether it lies on the floor (tape).
        base: height up to which it fills its footprint, metres; 0 for an open frame.
        recess: how far behind its sides most of its surface lies, metres.
    """

    long: float
    short: float
    side_sigma: float
    height: float
    height_sigma: float = 0.0
    flat: bool = False
    base: float = 0.0
    recess: float = 0.0

    @property
    def most(self) -> tuple[float, float, float]:
        """Length, width and height up to which the size of an object is usual, metres: of one that
        goes on beyond, its class does not say how far. What is not of
        the usual length mostly is of the usual width."""
        sides = self.long + self.side_sigma, self.short + 3 * self.side_sigma
        return (*sides, self.height + max(_USUAL_HEIGHT, 2 * self.height_sigma))

    @property
    def behind_surface(self) -> float:
        """Metres from the middle of the visible surface to the centre, about: a quarter of the mean
        side."""
        return 0.125 * (self.long + self.short)


SIZES: dict[str, SizePrior] = {
    "pallet": SizePrior(1.2, 1.2, 0.08, 0.7, 0.35, base=0.13, recess=0.07),
    "transporter": SizePrior(1.44, 0.85, 0.05, 0.23, 0.02, base=0.18, recess=0.01),
    "shelf": SizePrior(2.8, 1.0, 0.2, 3.0, 0.2, recess=0.08),
    "buffer": SizePrior(5.9, 2.1, 0.25, 0.0, flat=True),
}


def most_usual(label: str) -> tuple[float, float, float]:
    """Length, width and height up to which sizes of a class are usual, metres; 0 of a class of
    which nothing is known."""
    return SIZES[label].most if label in SIZES else (0.0, 0.0, 0.0)


def stands_on_floor(label: str) -> bool:
    """Whether objects of a class always stand on the floor: vehicles, shelves, floor regions."""
    return label in SIZES and label != "pallet"


def is_flat(label: str) -> bool:
    """Whether regions of this label lie on the floor."""
    return label in SIZES and SIZES[label].flat
