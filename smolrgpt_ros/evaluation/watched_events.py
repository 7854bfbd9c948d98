# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Events in the simulator, and what a watched question makes of them."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace

import numpy as np

from smolrgpt_ros.perception.seen_frame import SeenFrame
from smolrgpt_ros.query.frame_choice import CameraView
from smolrgpt_ros.query.frame_history import FrameHistory
from smolrgpt_ros.query.input_state import InputState
from smolrgpt_ros.query.service import QueryService
from smolrgpt_ros.query.watch.request import WatchRequest, WatchStep
from smolrgpt_ros.query.watch.service import WatchService
from smolrgpt_ros.query.watch.wording import condition_of
from smolrgpt_ros.reasoning.reasoner import SpatialReasoner
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.simulation.sensing.annotation import annotate_frame
from smolrgpt_ros.simulation.sensing.renderer import WarehouseRenderer, intrinsics_for
from smolrgpt_ros.simulation.sensing.sensor import SensorModel
from smolrgpt_ros.simulation.warehouse import SimulatedFrame, shared_renderer
from smolrgpt_ros.simulation.world.footprints import overlap
from smolrgpt_ros.simulation.world.site import SceneObject
from smolrgpt_ros.simulation.world.spec import SceneSpec

PERIOD_NS = 100_000_000
#: Events of each kind in a scene.
CYCLES = 5
BOUND_M = 2.0
#: Metres between two centres, frame by frame, for one event: to the bound, about it, and away.
_DISTANCES_M = (2.5, 2.38, 2.26, 2.14, 2.04, 1.97, 2.03, 1.96, 1.85, 1.73, 1.85, 2.05, 2.25, 2.45)
#: Metres of a centre inside a buffer's edge, likewise.
_DEPTHS_M = (-0.5, -0.38, -0.26, -0.14, -0.03, 0.03, -0.03, 0.09, 0.21, 0.33, 0.21, -0.2, -0.4)
#: The frame from which each stays beyond its bound.
_NEAR_FROM, _INSIDE_FROM = 7, 7
_WAIT_S = 60.0
#: Share of an object that a frame must show to be watched.
_LEAST_VISIBLE = 0.8


@dataclass(frozen=True)
class EventOutcome:
    """One event.

    Args:
        seed: of the scene.
        kind: "near" or "inside".
        counted: how often the watch counted it; 1 is right.
        latency: frames from the one from which it was so until it was counted; negative within the
            jitter at the bound; ``None`` where it was missed.
        seconds: of the slowest evaluation.
    """

    seed: int
    kind: str
    counted: int
    latency: int | None
    seconds: float

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        return asdict(self)


@dataclass(frozen=True)
class _Event:
    """What moves where, and the question about it."""

    kind: str
    question: str
    until: str
    moving: SceneObject
    path: tuple[tuple[float, float], ...]
    from_frame: int


def watch_events(shot: SimulatedFrame, cycles: int) -> Iterator[EventOutcome]:
    """Moves objects of a scene so that events happen, and watches for them.

    Args:
        shot: with its scene.
        cycles: how often each kind of event happens in a row.
    """
    scene = shot.scene
    if scene is None:
        raise ValueError("events need a scene; this frame was read from files")
    for event in (_near(scene, shot), _inside(scene, shot)):
        if event is not None:
            yield from _watched(event, scene, shot, cycles)


def _watched(
    event: _Event, scene: SceneSpec, shot: SimulatedFrame, cycles: int
) -> Iterator[EventOutcome]:
    node, sensor = _Node(), SensorModel()
    renderer = shared_renderer(shot.frame.width, shot.frame.height)
    request = WatchRequest(event.question, condition_of(event.until), continuous=True)
    with node.watching(request):
        number, events = 0, 0
        for _ in range(cycles):
            fired, slowest = [], 0.0
            for index, place in enumerate(event.path):
                number += 1
                moved = _moved(scene, event.moving, place)
                seen = _measured(moved, number, renderer, sensor)
                start = time.monotonic()
                step = node.see(seen)
                slowest = max(slowest, time.monotonic() - start)
                fired += [index] * (step.state.events - events)
                events = step.state.events
            latency = fired[0] - event.from_frame if fired else None
            yield EventOutcome(shot.truth.seed, event.kind, len(fired), latency, slowest)


class _Node:
    """A camera's history with the services of a node, without ROS, and one watched question."""

    def __init__(self) -> None:
        self._history = FrameHistory(3)
        self._now_ns = 0
        self._steps: list[WatchStep] = []
        reasoner = SpatialReasoner(None, policy="measured")
        cameras = {"": CameraView(self._history, InputState)}
        queries = QueryService(reasoner, cameras, clock_ns=lambda: self._now_ns)
        self._watches = WatchService(queries.check, lambda query, ask_model: queries.ask(query))

    @contextmanager
    def watching(self, request: WatchRequest) -> Iterator[None]:
        """Watches while the block runs."""
        self._watches.start()
        thread = threading.Thread(
            target=self._watches.watch, args=(request, self._steps.append), daemon=True
        )
        thread.start()
        try:
            self._wait_for(1)  # there is no frame yet
            yield
        finally:
            self._watches.close("the events are over")
            thread.join(_WAIT_S)

    def see(self, seen: SeenFrame) -> WatchStep:
        """Takes a frame; returns what it said about the watched question."""
        before, stamp_ns = len(self._steps), seen.frame.stamp_ns
        self._now_ns = stamp_ns
        self._history.add(seen)
        self._watches.offer("", stamp_ns)
        self._wait_for(before + 1)
        return self._steps[-1]

    def _wait_for(self, steps: int) -> None:
        end = time.monotonic() + _WAIT_S
        while len(self._steps) < steps:
            if time.monotonic() > end:
                raise RuntimeError(f"a frame was not evaluated within {_WAIT_S:.0f} s")
            time.sleep(0.001)


def _measured(
    scene: SceneSpec, number: int, renderer: WarehouseRenderer, sensor: SensorModel
) -> SeenFrame:
    """What a camera measures of a scene, without its colours, which measuring does not use."""
    owner, depth = renderer.labels(scene)
    truth, masks = annotate_frame(scene, owner, number)
    grey = np.full((*depth.shape, 3), 128, np.uint8)
    noisy = sensor.depth(depth, grey, np.random.default_rng(number))
    camera = intrinsics_for(scene.camera, renderer.width, renderer.height)
    regions = tuple(Region(o.id, o.label, masks[o.id]) for o in truth.regions)
    return SeenFrame(RgbdFrame(grey, noisy, camera, number * PERIOD_NS), regions)


def _near(scene: SceneSpec, shot: SimulatedFrame) -> _Event | None:
    """A transporter that comes near a pallet and leaves."""
    for vehicle in _seen(scene, shot, "transporter"):
        for goal in _seen(scene, shot, "pallet"):
            if vehicle.load != "empty" or goal.carried_by >= 0:
                continue
            drop = goal.centre[2] - vehicle.centre[2]
            radii = [math.sqrt(d * d - drop * drop) for d in _DISTANCES_M]
            for turn in np.linspace(0.0, 2 * math.pi, 16, endpoint=False):
                x, y = float(np.cos(turn)), float(np.sin(turn))
                path = tuple((goal.centre[0] + r * x, goal.centre[1] + r * y) for r in radii)
                if _is_free(vehicle, path, scene) and _is_seen(vehicle, path, scene, shot, goal):
                    question = f"How far is transporter {vehicle.id} from pallet {goal.id}?"
                    until = f"below {BOUND_M} m, hysteresis 0.2 m"
                    return _Event("near", question, until, vehicle, path, _NEAR_FROM)
    return None


def _inside(scene: SceneSpec, shot: SimulatedFrame) -> _Event | None:
    """A pallet that enters a buffer and leaves it."""
    for place in _seen(scene, shot, "buffer"):
        for pallet in _seen(scene, shot, "pallet"):
            if pallet.carried_by >= 0:
                continue
            cos, sin = math.cos(place.yaw), math.sin(place.yaw)
            for along in np.linspace(-0.3, 0.3, 7) * place.size[0]:
                for side in (1.0, -1.0):
                    across = [side * (place.size[1] / 2 - depth) for depth in _DEPTHS_M]
                    path = tuple(
                        (
                            place.centre[0] + float(along) * cos - v * sin,
                            place.centre[1] + float(along) * sin + v * cos,
                        )
                        for v in across
                    )
                    if _is_free(pallet, path, scene) and _is_seen(pallet, path, scene, shot, place):
                        question = f"Is pallet {pallet.id} inside buffer {place.id}?"
                        return _Event(
                            "inside", question, "yes for 0.1 s", pallet, path, _INSIDE_FROM
                        )
    return None


def _seen(scene: SceneSpec, shot: SimulatedFrame, label: str) -> list[SceneObject]:
    ids = {o.id for o in shot.truth.regions if o.visible_share >= _LEAST_VISIBLE}
    return [o for o in scene.objects if o.label == label and o.id in ids]


def _is_free(moving: SceneObject, path: Sequence[tuple[float, float]], scene: SceneSpec) -> bool:
    """Whether an object overlaps no other on its path."""
    others = [o.footprint.grown(0.1) for o in scene.objects if o.label != "buffer" and o != moving]
    return not any(
        overlap(replace(moving, centre=(x, y, 0.0)).footprint, other)
        for x, y in path
        for other in others
    )


def _is_seen(
    moving: SceneObject,
    path: Sequence[tuple[float, float]],
    scene: SceneSpec,
    shot: SimulatedFrame,
    goal: SceneObject,
) -> bool:
    """Whether both objects are wholly seen at the bound and at the ends of the path."""
    renderer = shared_renderer(shot.frame.width, shot.frame.height)
    for place in (path[0], path[9]):
        moved = _moved(scene, moving, place)
        there, _ = annotate_frame(moved, renderer.labels(moved)[0], 0)
        shares = {o.id: o.visible_share for o in there.regions}
        if min(shares.get(moving.id, 0.0), shares.get(goal.id, 0.0)) < _LEAST_VISIBLE:
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


def events_summary(outcomes: Sequence[EventOutcome]) -> dict[str, object]:
    """Numbers of events that were missed, counted twice or late."""
    latencies = [o.latency for o in outcomes if o.latency is not None]
    return {
        "events": len(outcomes),
        "near": sum(o.kind == "near" for o in outcomes),
        "inside": sum(o.kind == "inside" for o in outcomes),
        "missed": sum(o.counted == 0 for o in outcomes),
        "counted_twice": sum(o.counted > 1 for o in outcomes),
        "late_by_more_than_2_frames": sum(latency > 2 for latency in latencies),
        "earliest_frame": min(latencies, default=None),
        "latest_frame": max(latencies, default=None),
        "median_slowest_evaluation_s": round(float(np.median([o.seconds for o in outcomes])), 3)
        if outcomes
        else None,
    }
