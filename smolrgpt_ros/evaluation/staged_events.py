# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Objects of a scene that are moved so that an event happens: a transporter comes near a pallet, a
pallet enters a buffer."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, product

import numpy as np

from smolrgpt_ros.simulation.sensing.annotation import annotate_frame
from smolrgpt_ros.simulation.warehouse import SimulatedFrame, shared_renderer
from smolrgpt_ros.simulation.world.footprints import overlap
from smolrgpt_ros.simulation.world.site import SceneObject
from smolrgpt_ros.simulation.world.spec import SceneSpec

_BOUND_M = 2.0
#: Metres between two centres, frame by frame, for one event: to the bound, about it, and away.
_DISTANCES_M = (2.5, 2.38, 2.26, 2.14, 2.04, 1.97, 2.03, 1.96, 1.85, 1.73, 1.85, 2.05, 2.25, 2.45)
#: Metres of a centre inside a buffer's edge, likewise.
_DEPTHS_M = (-0.5, -0.38, -0.26, -0.14, -0.03, 0.03, -0.03, 0.09, 0.21, 0.33, 0.21, -0.2, -0.4)
#: The frame from which each stays beyond its bound.
_NEAR_FROM, _INSIDE_FROM = 7, 7
#: The frame in which each is farthest beyond its bound.
_DEEPEST = 9
#: Share of an object that a frame must show to be watched.
_LEAST_VISIBLE = 0.8


@dataclass(frozen=True)
class StagedEvent:
    """What moves where, and the question about it.

    Args:
        kind: "near" or "inside".
        until: the watch's condition, in words.
        scene: before anything moves.
        moving: the object that moves,
        goal: and the one that it comes near, or into.
        path: places of its centre on the floor, frame by frame.
        from_frame: from which it stays beyond the bound.
    """

    kind: str
    question: str
    until: str
    scene: SceneSpec
    moving: SceneObject
    goal: SceneObject
    path: tuple[tuple[float, float], ...]
    from_frame: int

    @property
    def scenes(self) -> Iterator[SceneSpec]:
        """One for each frame."""
        return (_moved(self.scene, self.moving, place) for place in self.path)


def staged_events(shot: SimulatedFrame) -> Iterator[StagedEvent]:
    """The first event of each kind that a scene has room for, in full view.

    Raises:
        ValueError: if the frame has no scene.
    """
    if shot.scene is None:
        raise ValueError("events need a scene; this frame was read from files")
    for candidates in (_approaches(shot.scene, shot), _entries(shot.scene, shot)):
        yield from islice((e for e in candidates if _is_free(e) and _is_seen(e, shot)), 1)


def _approaches(scene: SceneSpec, shot: SimulatedFrame) -> Iterator[StagedEvent]:
    """A transporter comes near a pallet and leaves."""
    for vehicle, pallet in product(_seen(scene, shot, "transporter"), _seen(scene, shot, "pallet")):
        if vehicle.load != "empty" or pallet.carried_by >= 0:
            continue
        question = f"How far is transporter {vehicle.id} from pallet {pallet.id}?"
        until = f"below {_BOUND_M} m, hysteresis 0.2 m"
        drop = pallet.centre[2] - vehicle.centre[2]
        radii = [math.sqrt(d * d - drop * drop) for d in _DISTANCES_M]
        for turn in np.linspace(0.0, 2 * math.pi, 16, endpoint=False):
            x, y = float(np.cos(turn)), float(np.sin(turn))
            path = tuple((pallet.centre[0] + r * x, pallet.centre[1] + r * y) for r in radii)
            yield StagedEvent("near", question, until, scene, vehicle, pallet, path, _NEAR_FROM)


def _entries(scene: SceneSpec, shot: SimulatedFrame) -> Iterator[StagedEvent]:
    """A pallet enters a buffer, over one of its long sides, and leaves it."""
    for buffer, pallet in product(_seen(scene, shot, "buffer"), _seen(scene, shot, "pallet")):
        if pallet.carried_by >= 0:
            continue
        question, until = f"Is pallet {pallet.id} inside buffer {buffer.id}?", "yes for 0.1 s"
        cos, sin = math.cos(buffer.yaw), math.sin(buffer.yaw)
        for along, side in product(np.linspace(-0.3, 0.3, 7) * buffer.size[0], (1.0, -1.0)):
            across = [side * (buffer.size[1] / 2 - depth) for depth in _DEPTHS_M]
            path = tuple(
                (
                    buffer.centre[0] + float(along) * cos - v * sin,
                    buffer.centre[1] + float(along) * sin + v * cos,
                )
                for v in across
            )
            yield StagedEvent("inside", question, until, scene, pallet, buffer, path, _INSIDE_FROM)


def _seen(scene: SceneSpec, shot: SimulatedFrame, label: str) -> list[SceneObject]:
    ids = {o.id for o in shot.truth.regions if o.visible_share >= _LEAST_VISIBLE}
    return [o for o in scene.objects if o.label == label and o.id in ids]


def _is_free(event: StagedEvent) -> bool:
    """Whether the moving object overlaps no other on its path."""
    moving = event.moving
    others = [
        o.footprint.grown(0.1) for o in event.scene.objects if o.label != "buffer" and o != moving
    ]
    return not any(
        overlap(replace(moving, centre=(x, y, 0.0)).footprint, other)
        for x, y in event.path
        for other in others
    )


def _is_seen(event: StagedEvent, shot: SimulatedFrame) -> bool:
    """Whether both objects are in full view before the event and at its height."""
    renderer = shared_renderer(shot.frame.width, shot.frame.height)
    for place in (event.path[0], event.path[_DEEPEST]):
        scene = _moved(event.scene, event.moving, place)
        there, _ = annotate_frame(scene, renderer.labels(scene)[0], 0)
        shares = {o.id: o.visible_share for o in there.regions}
        if min(shares.get(o.id, 0.0) for o in (event.moving, event.goal)) < _LEAST_VISIBLE:
            return False
    return True


def _moved(scene: SceneSpec, moving: SceneObject, place: tuple[float, float]) -> SceneSpec:
    """A scene with an object at another place on the floor."""
    dx, dy = place[0] - moving.centre[0], place[1] - moving.centre[1]

    def shifted(centre: tuple[float, float, float]) -> tuple[float, float, float]:
        return centre[0] + dx, centre[1] + dy, centre[2]

    return replace(
        scene,
        objects=tuple(
            replace(o, centre=shifted(o.centre)) if o.id == moving.id else o for o in scene.objects
        ),
        parts=tuple(
            replace(p, centre=shifted(p.centre)) if p.owner == moving.id else p for p in scene.parts
        ),
    )
