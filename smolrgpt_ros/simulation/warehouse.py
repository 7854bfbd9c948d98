# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""From a seed to a frame with its regions and its truth: the entry to this package.

A scene is sampled (``world``), its labels and depth are rendered (``sensing.renderer``), the truth
is derived from them (``sensing.annotation``), and a sensor model makes a camera's frame of the
ideal picture (``sensing.sensor``). Questions and files (``questions``, ``datasets``) build on that.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.region import Region

from .sensing.annotation import annotate_frame
from .sensing.renderer import Rendering, WarehouseRenderer
from .sensing.sensor import SensorModel
from .sensing.truth import FrameTruth
from .world.scenes import FAMILIES, sample_scene
from .world.spec import SceneSpec

FRAME_PERIOD_NS = 100_000_000
OPTICAL_FRAME = "camera_color_optical_frame"
_MOST_ATTEMPTS = 60
_MOST_RENDERERS = 2
# Per thread, because an OpenGL context belongs to the thread that made it.
_RENDERERS = threading.local()


@dataclass(frozen=True, eq=False)
class SimulatedFrame:
    """A frame, its regions and the truth about it.

    Args:
        frame: with the sensor model's noise where one was asked for, else ideal.
        regions: true masks; ids are object ids of ``truth``.
        ideal: the noiseless rendering; ``None`` for a frame that was read from files.
        scene: what was rendered; ``None`` likewise.
    """

    frame: RgbdFrame
    regions: tuple[Region, ...]
    truth: FrameTruth
    ideal: Rendering | None = None
    scene: SceneSpec | None = None


def simulate_frame(
    seed: int,
    family: str = "ceiling",
    width: int = 640,
    height: int = 360,
    sensor: SensorModel | None = None,
    *,
    looks: str = "plain",
    distance: float | None = None,
    change: Callable[[SceneSpec], SceneSpec] | None = None,
) -> SimulatedFrame:
    """The frame of a seed: always the same scene and truth for the same arguments.

    Scenes that show too little are sampled again. The accepted one depends on the seed, the family
    and the picture's size.

    Args:
        looks: one of ``world.scenes.LOOKS``.
        distance: metres from below the camera to what it looks at; ``None``: as the family has it.
        change: applied to every scene before it is rendered, such as another pose of the camera.

    Raises:
        ValueError: for an unknown family or unknown looks.
        RuntimeError: if this host cannot render off-screen; the message says what to install.
    """
    renderer = shared_renderer(width, height)
    for attempt in range(_MOST_ATTEMPTS):
        scene = sample_scene(seed, family, attempt, looks, distance)
        if change is not None:
            scene = change(scene)
        owner, depth_map = renderer.labels(scene)
        truth, masks = annotate_frame(scene, owner, seed)
        if looks == "varied" or _worth_keeping(truth) or attempt == _MOST_ATTEMPTS - 1:
            break
    ideal = renderer.finish(scene, owner, depth_map)
    return _frame_of(scene, ideal, truth, masks, sensor)


def simulate_frames(
    seeds: Iterable[int],
    families: Sequence[str],
    width: int = 640,
    height: int = 360,
    sensor: SensorModel | None = None,
    *,
    looks: str = "plain",
) -> Iterator[SimulatedFrame]:
    """The frames of several seeds, their camera families in turn; see :func:`simulate_frame`."""
    for seed, family in zip(seeds, cycle(families), strict=False):
        yield simulate_frame(seed, family, width, height, sensor, looks=looks)


def simulate_scene(
    scene: SceneSpec, seed: int, width: int, height: int, sensor: SensorModel | None = None
) -> SimulatedFrame:
    """The frame of a scene, whatever it shows.

    Args:
        seed: of the sensor model's noise.
    """
    renderer = shared_renderer(width, height)
    owner, depth_map = renderer.labels(scene)
    truth, masks = annotate_frame(scene, owner, seed)
    ideal = renderer.finish(scene, owner, depth_map)
    return _frame_of(scene, ideal, truth, masks, sensor)


def _frame_of(
    scene: SceneSpec,
    ideal: Rendering,
    truth: FrameTruth,
    masks: Mapping[int, NDArray[np.bool_]],
    sensor: SensorModel | None,
) -> SimulatedFrame:
    frame = seen_through(sensor, ideal, truth.seed, truth.family)
    regions = tuple(Region(o.id, o.label, masks[o.id]) for o in truth.regions)
    return SimulatedFrame(frame, regions, truth, ideal, scene)


def seen_through(sensor: SensorModel | None, ideal: Rendering, seed: int, family: str) -> RgbdFrame:
    """An ideal picture through a sensor model: always the same for the same arguments."""
    rgb, depth = ideal.rgb.copy(), ideal.depth.copy()
    if sensor is not None:
        rng = np.random.default_rng([seed, FAMILIES.index(family), 7777])
        rgb = sensor.colour(ideal.rgb, rng)
        depth = sensor.depth(ideal.depth, ideal.rgb, rng)
    return RgbdFrame(rgb, depth, ideal.intrinsics, seed * FRAME_PERIOD_NS, OPTICAL_FRAME)


def regions_of(truth: FrameTruth) -> tuple[Region, ...]:
    """The visible objects as regions with their true masks."""
    return tuple(Region(o.id, o.label, o.mask()) for o in truth.regions)


def shared_renderer(width: int, height: int) -> WarehouseRenderer:
    """The thread's renderer of a size, made on first use: making one costs more than a frame."""
    kept: dict[tuple[int, int], WarehouseRenderer] = _RENDERERS.__dict__.setdefault("kept", {})
    if (width, height) not in kept:
        while len(kept) >= _MOST_RENDERERS:
            kept.pop(next(iter(kept))).close()
        kept[width, height] = WarehouseRenderer(width, height)
    return kept[width, height]


def _worth_keeping(truth: FrameTruth) -> bool:
    labels = [o.label for o in truth.regions]
    count = {label: labels.count(label) for label in ("pallet", "transporter", "buffer")}
    if truth.family == "ceiling":
        return count["pallet"] >= 3 and count["buffer"] >= 2 and count["transporter"] >= 1
    return count["pallet"] >= 2 and len(labels) >= 4
