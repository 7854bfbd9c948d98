# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The other processes of the soak test: the query node with a known detector and model, the camera.

Run by ``nodes.program`` with the arguments ``node SCENE.npz DETECTOR_SECONDS MODEL_SECONDS`` or
``camera SCENE.npz RATE``.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Header

from smolrgpt_ros.detection.detector import Detection, Detections
from smolrgpt_ros.nodes.running import run
from smolrgpt_ros.nodes.spatial_query_node import SpatialQueryNode, make_executor
from smolrgpt_ros.ros.params.parameters import ParameterError
from smolrgpt_ros.ros.qos import profile
from smolrgpt_ros.scene.frame import RgbdFrame

from .stored_scene import StoredScene

FRAME_ID = "soak_optical_frame"


class KnownDetector:
    """Finds the scene's regions after a fixed time, whatever it is shown."""

    name, device, sha256 = "known", "cpu", ""

    def __init__(self, scene: StoredScene, seconds: float) -> None:
        self.labels: Sequence[str] = tuple(sorted(set(scene.labels)))
        self._seconds = seconds
        self._found = tuple(
            Detection(label, 0.9, mask)
            for label, mask in zip(scene.labels, scene.masks, strict=True)
        )

    def detect(self, frame: RgbdFrame) -> Detections:
        """The regions, best first; the frame is not looked at."""
        time.sleep(self._seconds)
        # Masks of its own for each frame, as a real detector gives.
        return Detections(tuple(Detection(d.label, d.score, d.mask.copy()) for d in self._found))


class KnownEngine:
    """Answers after a fixed time, and says at the end how long it really took, seconds."""

    name, device, dtype = "known", "cpu", "float32"
    calibration, trained_on, busy_s = None, None, 0.0

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def close(self) -> None:
        """Nothing is loaded."""

    def answer(self, frame: Any, masks: Any, prompt: str, **options: Any) -> Any:
        """An answer like the engine's."""
        start = time.monotonic()
        time.sleep(self._seconds)
        took = time.monotonic() - start
        return SimpleNamespace(
            text=f"left {took:.6f}",
            confidence=0.9,
            vanished_masks=(),
            latency_s=took,
            truncated=False,
            estimated=False,
        )


class SoakCamera(Node):
    """Publishes the scene with fresh stamps.

    Args:
        scene: shown.
        rate_hz: of the pairs.
    """

    def __init__(self, scene: StoredScene, rate_hz: float) -> None:
        super().__init__("soak_camera")
        self._messages = scene.messages(Header(frame_id=FRAME_ID))
        qos = profile("sensor_data")
        self._outputs = (
            self.create_publisher(CameraInfo, "rgb/camera_info", qos),
            self.create_publisher(Image, "rgb/image_raw", qos),
            self.create_publisher(Image, "depth/image_raw", qos),
        )
        self.create_timer(1.0 / rate_hz, self._show)

    def _show(self) -> None:
        stamp = self.get_clock().now().to_msg()
        for publisher, message in zip(self._outputs, self._messages, strict=True):
            message.header.stamp = stamp
            publisher.publish(message)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the two processes until it is told to stop."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    role, scene = words[0], StoredScene.read(Path(words[1]))
    if role == "node":
        detector_s, model_s = float(words[2]), float(words[3])

        def make_node() -> Any:
            return SpatialQueryNode(
                detector_loader=lambda settings: KnownDetector(scene, detector_s),
                engine_loader=lambda settings: KnownEngine(model_s),
            )

        executor: Callable[[Any], Any] = make_executor
    else:
        rate_hz = float(words[2])

        def make_node() -> Any:
            return SoakCamera(scene, rate_hz)

        def executor(node: Any) -> Any:
            return SingleThreadedExecutor()

    return run(role, make_node, executor, words[3:], refusals=(ParameterError,))
