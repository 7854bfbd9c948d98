# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A scene under construction: its objects and parts, and the floor that is still free."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from .footprints import Field, FloorRectangle, overlap
from .objects import Built
from .parts import Part, place

# An object counts as inside a buffer, or outside, only when its centre is this far from the tape.
CLEARLY_INSIDE, CLEARLY_OUTSIDE = 0.25, 0.3
LEAST_LOADED_HEIGHT = 0.25
"""Metres of a pallet with its load: no bare one is as high."""


@dataclass(frozen=True)
class SceneObject:
    """An object of the world that questions may be about.

    Args:
        centre, size: of its box (load included), metres; ``size`` is length, width, height.
        yaw: of its length axis about world z, radians.
        load: ``"empty"`` or ``"loaded"`` for pallets and transporters, else ``""``.
        carried_by: id of the transporter below a pallet, -1 for none.
    """

    id: int
    label: str
    centre: tuple[float, float, float]
    size: tuple[float, float, float]
    yaw: float
    load: str = ""
    carried_by: int = -1

    @property
    def footprint(self) -> FloorRectangle:
        return FloorRectangle(self.centre[0], self.centre[1], self.size[0], self.size[1], self.yaw)


@dataclass
class Site:
    """A scene under construction, in the layout frame (buffers run along y).

    Args:
        field: of the buffers.
        objects: in the order of their ids.
        parts: primitives of objects and scenery.
        taken: floor that nothing else may use.
        buffers: those of ``objects``.
        shaded: floor that gets a soft shadow.
        bystanders: first part of each person who is no object, and the one after the last.
    """

    field: Field
    objects: list[SceneObject] = dataclasses.field(default_factory=list)
    parts: list[Part] = dataclasses.field(default_factory=list)
    taken: list[FloorRectangle] = dataclasses.field(default_factory=list)
    buffers: list[SceneObject] = dataclasses.field(default_factory=list)
    shaded: list[FloorRectangle] = dataclasses.field(default_factory=list)
    bystanders: list[tuple[int, int]] = dataclasses.field(default_factory=list)

    def free(self, spot: FloorRectangle) -> bool:
        """Whether a rectangle overlaps nothing that was added."""
        return not any(overlap(spot, other) for other in self.taken)

    def clear_of_buffers(self, spot: FloorRectangle, margin: float = 0.0) -> bool:
        """Whether a rectangle with a margin, metres, overlaps no buffer."""
        grown = spot.grown(margin)
        return not any(overlap(grown, buffer.footprint) for buffer in self.buffers)

    def clear_of_tape(self, x: float, y: float) -> bool:
        """Whether a point is clearly inside or clearly outside of each buffer."""
        depths = [b.footprint.depth_of(x, y) for b in self.buffers]
        return all(d > CLEARLY_INSIDE or d < -CLEARLY_OUTSIDE for d in depths)

    def add(
        self,
        built: Built,
        label: str,
        spot: FloorRectangle,
        ground: float = 0.0,
        load: str = "",
        carried_by: int = -1,
    ) -> int:
        """Adds an object; returns its id.

        Args:
            spot: the floor it takes; its centre and yaw are those of the object.
            ground: height of its lower side, metres.
        """
        number = len(self.objects)
        self.objects.append(
            SceneObject(
                number,
                label,
                (spot.x, spot.y, ground + built.height / 2),
                (built.length, built.width, built.height),
                spot.yaw,
                load,
                carried_by,
            )
        )
        self.parts.extend(place(built.parts, (spot.x, spot.y, ground), spot.yaw, number))
        self.taken.append(spot)
        self.shaded.append(FloorRectangle(spot.x, spot.y, built.length, built.width, spot.yaw))
        return number

    def add_buffer(self, x: float, length: float, width: float, marks: Iterable[Part]) -> None:
        """Adds a buffer at ``x``, ``y`` = 0.

        Args:
            marks: on the floor around its middle, length along x.
        """
        number, turn = len(self.objects), float(np.pi / 2)
        buffer = SceneObject(number, "buffer", (x, 0.0, 0.0), (length, width, 0.0), turn)
        self.objects.append(buffer)
        self.buffers.append(buffer)
        self.parts.extend(place(marks, (x, 0.0, 0.0), turn, number))

    def add_pallet(self, built: Built, spot: FloorRectangle, ground: float = 0.0) -> None:
        """Adds a pallet that no vehicle carries."""
        load = "loaded" if built.height > LEAST_LOADED_HEIGHT else "empty"
        self.add(built, "pallet", spot, ground, load)

    def add_clutter(self, built: Built, spot: FloorRectangle, person: bool = False) -> None:
        """Adds what no question is about."""
        if person:
            self.bystanders.append((len(self.parts), len(self.parts) + len(built.parts)))
        self.parts.extend(place(built.parts, (spot.x, spot.y, 0.0), spot.yaw, -1))
        self.taken.append(spot)
        # A person shades less floor than they need to themselves.
        slim = built.height > 1.4 and built.length < 0.7
        size = (0.34, 0.3) if slim else (spot.length, spot.width)
        self.shaded.append(FloorRectangle(spot.x, spot.y, *size, spot.yaw))
