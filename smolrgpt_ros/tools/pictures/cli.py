# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``scripts/pictures``: a picture of each kind of answer, drawn from a real graph's messages."""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.status import QueryError

from ..demo.processes import Processes, use_own_domain
from ..demo.questions import KINDS, Asked, live_questions

#: Longest waits, seconds: loading and first renderings; one answer and what it shows.
READY_S, ANSWER_S = 300.0, 120.0
#: Where the scene is looked at from: turned about its middle, in degrees; share of the camera's
#: focal length, so that what stands at the picture's borders is seen whole.
YAW_DEG, PITCH_DEG, ZOOM = 6.0, 5.0, 0.9


class Collector:
    """Keeps the newest messages of camera and query node.

    Args:
        node: subscribes; its executor must spin.
    """

    def __init__(self, node: Any) -> None:
        from sensor_msgs.msg import CameraInfo, Image
        from visualization_msgs.msg import MarkerArray

        from smolrgpt_ros.ros.qos import profile

        self.newest: dict[str, Any] = {}
        self._lock = threading.Lock()
        sensor, reliable = profile("sensor_data"), profile("reliable")
        for key, kind, topic, qos in (
            ("rgb", Image, "rgb/image_raw", sensor),
            ("depth", Image, "depth/image_raw", sensor),
            ("info", CameraInfo, "rgb/camera_info", sensor),
            ("markers", MarkerArray, "spatial_query/markers", reliable),
            ("annotated", Image, "spatial_query/annotated", sensor),
        ):
            node.create_subscription(kind, topic, lambda m, k=key: self._keep(k, m), qos)

    def clear(self) -> None:
        """Forget everything: what comes next is new."""
        with self._lock:
            self.newest = {}

    def showing(self, question: str) -> dict[str, Any] | None:
        """All five messages, if the markers and the picture show this question's answer."""
        with self._lock:
            newest = dict(self.newest)
        if len(newest) < 5:
            return None
        markers = newest["markers"].markers
        words = [m.text for m in markers if m.ns == "answer_text"]
        asked = any(" ".join(text.split()) == question for text in words)
        # The node draws a frame's markers and its picture with the same answer.
        same = bool(markers) and markers[0].header.stamp == newest["annotated"].header.stamp
        return newest if asked and same else None

    def _keep(self, key: str, message: Any) -> None:
        with self._lock:
            self.newest[key] = message


def picture_of(messages: dict[str, Any]) -> NDArray[np.uint8]:
    """The annotated image and beside it the markers over the depth cloud.

    Args:
        messages: of :meth:`Collector.showing`.

    Returns:
        Shape ``(H, W, 3)``, RGB, uint8.
    """
    from smolrgpt_ros.ros.convert.images import decode_color

    from .marker_view import BACKGROUND, View, cloud_of, draw_view

    annotated = decode_color(messages["annotated"])
    points, colors = cloud_of(messages["rgb"], messages["depth"], messages["info"])
    height, width = annotated.shape[:2]
    focal = ZOOM * float(messages["info"].k[0])
    view = View.beside(points, (width, height), yaw_deg=YAW_DEG, pitch_deg=PITCH_DEG, focal=focal)
    scene = draw_view(view, points, colors, messages["markers"].markers)
    gap = np.full((height, 4, 3), BACKGROUND, np.uint8)
    return np.concatenate([annotated, gap, scene], axis=1)


def draw_all(
    kinds: Sequence[str], out: Path, seed: int, alive: Callable[[], None]
) -> dict[str, Path]:
    """Ask a question of each kind about the camera's scenes and write what it looks like.

    Args:
        kinds: of ``demo.questions.KINDS``.
        out: folder; each picture is ``answer_<kind>.jpg``.
        seed: draws which regions are asked about.
        alive: raises when the graph has ended.

    Raises:
        RuntimeError: if a kind could not be drawn.
        QueryError: if a question was not answered.
    """
    # rclpy reads ROS_DOMAIN_ID when it is first initialised: import after it is set.
    from rclpy.node import Node

    from smolrgpt_ros.client.spatial_client import SpatialClient

    from ..demo.client import DemoClient
    from ..spinning import spinning

    client = DemoClient(alive)
    node = Node("pictures", context=client.context)
    collector = Collector(node)
    rng, written = np.random.default_rng(seed), {}
    try:
        with spinning(node), SpatialClient(node=node) as asking:
            client.wait_ready(READY_S)
            for index in range(3 * len(kinds)):
                scene = client.scene(index, READY_S)
                for asked in live_questions(scene.truth, scene.found, rng):
                    if asked.kind not in kinds or asked.kind in written:
                        continue
                    messages = _shown(asking, collector, asked, scene.stamp_ns, alive)
                    written[asked.kind] = out / f"answer_{asked.kind}.jpg"
                    write(picture_of(messages), written[asked.kind])
                    print(f"pictures: {asked.text}  ->  {written[asked.kind]}", flush=True)
                if len(written) == len(kinds):
                    return written
    finally:
        node.destroy_node()
        client.close()
    missing = sorted(set(kinds) - set(written))
    raise RuntimeError(f"no scene had a question of the kinds {missing}; try another --seed")


def write(picture: NDArray[np.uint8], path: Path) -> None:
    """Write an RGB picture of shape (H, W, 3) as a file.

    Raises:
        RuntimeError: if it cannot be written.
    """
    if not cv2.imwrite(str(path), picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85]):
        raise RuntimeError(f"cannot write {path}")


def _shown(
    asking: Any, collector: Collector, asked: Asked, stamp_ns: int, alive: Callable[[], None]
) -> dict[str, Any]:
    """The messages that show the answer to a question about the frame of a stamp."""
    reply = asking.ask(asked.text, stamp_ns=stamp_ns, timeout_s=ANSWER_S).raise_for_status()
    collector.clear()
    end = time.monotonic() + ANSWER_S
    while True:
        messages = collector.showing(reply.answer.question)
        if messages is not None:
            return messages
        alive()
        if time.monotonic() > end:
            raise RuntimeError(f"waited {ANSWER_S:.0f} s for markers of: {asked.text}")
        time.sleep(0.02)


def main(arguments: Sequence[str] | None = None) -> int:
    """The process's exit code: 0 when every picture was written."""
    parser = argparse.ArgumentParser(
        prog="scripts/pictures",
        description="Plays a simulated warehouse to the spatial_query node, asks a question of "
        "each kind, and draws the annotated image and the markers of its answer.",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("docs/images"), help="folder (docs/images)"
    )
    parser.add_argument("--seed", type=int, default=7, help="of the first scene (7)")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS), help="all")
    parser.add_argument("--logs", type=Path, default=Path("demo_output"), help="folder of the logs")
    options = parser.parse_args(arguments)
    for folder in (options.out, options.logs):
        folder.mkdir(parents=True, exist_ok=True)
    use_own_domain()
    processes = Processes(options.logs)
    # Larger than the demo's: letters of pictures grow with them.
    size: dict[str, object] = {"width": 960, "height": 720}
    camera = {"seed": options.seed, "rate": 3.0, "hold_time": 0.0, **size}
    query: dict[str, object] = {
        "history.size": 60,
        "detector.max_rate": 1.0,
        "markers.answer_lifetime": 60.0,
        "query.max_age": 60.0,
    }
    try:
        processes.start("camera", "smolrgpt_ros.nodes.warehouse_camera_node", camera)
        processes.start("query", "smolrgpt_ros.nodes.spatial_query_node", query)
        draw_all(options.kinds, options.out, options.seed, processes.check)
    except (RuntimeError, QueryError) as error:
        print(f"pictures: FAILED: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        processes.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
