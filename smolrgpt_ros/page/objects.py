# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""An object in view, as the page lists it and draws it in space."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from smolrgpt_ros.scene.region import Region

#: x, y, z, metres, in the camera's optical frame (x right, y down, z ahead).
Vector = tuple[float, float, float]
#: Least side of a box that is drawn, metres: a surface seen edge-on has none.
LEAST_M = 0.02
#: Corners of fitted shapes.
_OF_RECTANGLE, _OF_BOX = 4, 8


@dataclass(frozen=True, eq=False)
class PageObject:
    """One region with what depth gives of its object.

    Args:
        region: its pixels, its label, and how long ago it was seen.
        position: of the object's middle; ``None`` where depth could not place it.
        size: extent of the visible surface along the frame's axes, metres; ``None`` likewise.
            Drawn where no shape is fitted.
        outline: corners of its fitted shape, that of its answers: four, in order, of a rectangle on
            the floor; eight of a box, number ``4 z + 2 x + y`` at its ends 0 and 1, z upwards.
            Empty where none is fitted.
    """

    region: Region
    position: Vector | None = None
    size: Vector | None = None
    outline: tuple[Vector, ...] = ()

    @property
    def name(self) -> str:
        """By which a question names it: ``"pallet 3"``."""
        return self.region.name

    @property
    def distance_m(self) -> float | None:
        """From the camera."""
        return None if self.position is None else math.hypot(*self.position)

    @property
    def source(self) -> str:
        """Where it is known from."""
        if self.region.seen_age_s > 0.0:
            return "remembered"
        score = self.region.score
        return "seen" if math.isnan(score) else f"seen, {score:.0%}"

    @property
    def is_flat(self) -> bool:
        """Whether it is known as a rectangle on the floor."""
        return len(self.outline) == _OF_RECTANGLE

    @property
    def is_box(self) -> bool:
        """Whether it is known as a box on the floor."""
        return len(self.outline) == _OF_BOX

    @property
    def drawn_size(self) -> Vector | None:
        """``size`` with no side too thin to be drawn."""
        if self.size is None:
            return None
        x, y, z = (max(side, LEAST_M) for side in self.size)
        return x, y, z


def table_row(item: PageObject) -> dict[str, object]:
    """A row of the table of objects."""
    region, distance, position = item.region, item.distance_m, item.position
    return {
        "id": region.id,
        "name": region.name,
        "distance": "no depth" if distance is None else f"{distance:.1f} m",
        "position": ""
        if position is None
        else ", ".join(f"{value + 0.0:.1f}" for value in position),
        "age": "now" if region.seen_age_s <= 0.0 else f"{region.seen_age_s:.0f} s",
        "source": item.source,
    }


def region_at(regions: Sequence[Region], column: float, row: float) -> Region | None:
    """The region at a pixel; of several, the smallest: what stands on a floor region is meant."""
    hit = [region for region in regions if region.boxed.holds(int(row), int(column))]
    return min(hit, key=lambda region: region.boxed.area, default=None)
