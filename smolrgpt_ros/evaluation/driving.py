# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What a detector and object memory make of several frames of a camera that drives up to a view."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from smolrgpt_ros.detection.detector import RegionDetector
from smolrgpt_ros.perception.candidates import SeenBefore, tracked
from smolrgpt_ros.perception.memory.object_memory import ObjectMemory
from smolrgpt_ros.perception.memory.remembered_object import MemorySettings
from smolrgpt_ros.perception.seen_frame import SeenFrame
from smolrgpt_ros.simulation.sensing.sensor import SensorModel
from smolrgpt_ros.simulation.warehouse import SimulatedFrame, simulate_scene
from smolrgpt_ros.simulation.world.spec import CameraPose

#: Metres, degrees and seconds between two frames of a robot that drives at 0.75 m/s.
STEP_M, SWAY_DEG, PERIOD_S = 0.15, 3.0, 0.2


def seen_while_driving(
    shot: SimulatedFrame, frames: int, detector: RegionDetector, sensor: SensorModel | None
) -> SeenFrame:
    """The last frame of a drive, as a node with object memory sees it.

    Args:
        shot: what the drive ends at, with its scene.
        frames: of the drive, the last one included.
        detector: finds the regions of each.
        sensor: what the camera makes of the other frames.

    Raises:
        ValueError: if the shot has no scene: it was read from files.
    """
    memory, before, seen = ObjectMemory(MemorySettings), SeenBefore(), None
    for number, frame in enumerate(_frames(shot, frames, sensor)):
        stamped = replace(frame.frame, stamp_ns=int((number + 1) * PERIOD_S * 1e9))
        pose, found = frame.truth.camera_pose, detector.detect(stamped)
        before, seen = tracked(before, found, stamped, pose=pose)
        seen = memory.observe(seen, pose)
    assert seen is not None  # a drive has a frame
    return seen


def _frames(
    shot: SimulatedFrame, frames: int, sensor: SensorModel | None
) -> Iterator[SimulatedFrame]:
    scene = shot.scene
    if scene is None:
        raise ValueError("a drive needs the scene of its last frame; this one was read from files")
    for before in range(frames - 1, 0, -1):
        there = replace(scene, camera=_earlier(scene.camera, before))
        seed = shot.truth.seed + 7919 * before
        yield simulate_scene(there, seed, shot.frame.width, shot.frame.height, sensor)
    yield shot


def _earlier(camera: CameraPose, before: int) -> CameraPose:
    """The pose some frames before the end of a drive straight ahead, with a sway of the heading."""
    ahead = np.radians(camera.heading_deg)
    x, y, z = camera.position
    back = STEP_M * before
    return replace(
        camera,
        position=(float(x - back * np.cos(ahead)), float(y - back * np.sin(ahead)), z),
        heading_deg=camera.heading_deg + SWAY_DEG * float(np.sin(before)),
    )
