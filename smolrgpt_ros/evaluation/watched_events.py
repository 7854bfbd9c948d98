# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What a watched question makes of events in the simulator."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

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
from smolrgpt_ros.simulation.world.spec import SceneSpec

from .staged_events import StagedEvent, staged_events

PERIOD_NS = 100_000_000
#: Events of each kind in a scene.
CYCLES = 5
_WAIT_S = 60.0


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


def watch_events(shot: SimulatedFrame, cycles: int) -> Iterator[EventOutcome]:
    """Moves objects of a scene so that events happen, and watches for them.

    Args:
        shot: with its scene.
        cycles: how often each kind of event happens in a row.
    """
    for event in staged_events(shot):
        yield from _watched(event, shot, cycles)


def _watched(event: StagedEvent, shot: SimulatedFrame, cycles: int) -> Iterator[EventOutcome]:
    node, sensor = _Node(), SensorModel()
    renderer = shared_renderer(shot.frame.width, shot.frame.height)
    request = WatchRequest(event.question, condition_of(event.until), continuous=True)
    with node.watching(request):
        number, events = 0, 0
        for _ in range(cycles):
            fired, slowest = [], 0.0
            for index, scene in enumerate(event.scenes):
                number += 1
                seen = _measured(scene, number, renderer, sensor)
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
