"""A scene while it is being furnished: what stands where, and what is still free."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from . import objects
from .footprints import FloorRectangle, overlap
from .objects import Built
from .parts import Part, place

# An object counts as inside a buffer, or outside, only when its centre is this far from the tape.
CLEARLY_INSIDE, CLEARLY_OUTSIDE = 0.25, 0.3


@dataclass(frozen=True)
class SceneObject:
    """Something a question may name, in the world.

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
    """The scene while it is being furnished, in the layout frame (buffers run along y)."""

    objects: list[SceneObject] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    taken: list[FloorRectangle] = field(default_factory=list)
    buffers: list[SceneObject] = field(default_factory=list)
    shaded: list[FloorRectangle] = field(default_factory=list)

    def free(self, spot: FloorRectangle) -> bool:
        return not any(overlap(spot, other) for other in self.taken)

    def clear_of_tape(self, x: float, y: float) -> bool:
        """Whether nobody could argue about which buffer this point is in."""
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

    def add_clutter(self, built: Built, spot: FloorRectangle) -> None:
        self.parts.extend(place(built.parts, (spot.x, spot.y, 0.0), spot.yaw, -1))
        self.taken.append(spot)
        # Someone on two feet shades less floor than they need to themselves.
        slim = built.height > 1.4 and built.length < 0.7
        size = (0.34, 0.3) if slim else (spot.length, spot.width)
        self.shaded.append(FloorRectangle(spot.x, spot.y, *size, spot.yaw))


def place_pallets(
    rng: np.random.Generator,
    site: Site,
    half_x: float,
    half_y: float,
    count: int,
    inside_share: float,
) -> None:
    """Up to ``count`` pallets on the floor, about ``inside_share`` of them in buffers."""
    for _ in range(count):
        inside = rng.random() < inside_share
        for _ in range(30):
            if inside:
                home = site.buffers[int(rng.integers(len(site.buffers)))]
                x = home.centre[0] + float(rng.normal(0, 0.25))
                y = float(rng.uniform(-half_y + 0.4, half_y - 0.4))
            else:
                x = float(rng.uniform(-half_x - 1.6, half_x + 1.6))
                y = float(rng.uniform(-half_y - 1.8, half_y + 1.6))
            if not site.clear_of_tape(x, y):
                continue
            yaw = float(rng.normal(0, 0.08)) + float(rng.integers(2)) * np.pi / 2
            if rng.random() < 0.1:
                yaw = float(rng.uniform(0, np.pi))
            if not site.free(FloorRectangle(x, y, 1.27, 1.27, yaw)):
                continue
            built = objects.pallet(rng)
            spot = FloorRectangle(x, y, built.length + 0.04, built.width + 0.04, yaw)
            empty = built.height <= objects.PALLET_HEIGHT + 0.01
            site.add(built, "pallet", spot, load="empty" if empty else "loaded")
            break
