# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The demo's own node: hears truth, regions and pictures, asks, and draws what came back."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import rclpy
from rclpy.context import Context
from rclpy.node import Node
from sensor_msgs.msg import Image
from std_msgs.msg import String
from std_srvs.srv import Trigger

from smolrgpt_ros.geometry.region_poses import RegionPose
from smolrgpt_ros.msg import RegionArray
from smolrgpt_ros.rendering.answer_view import text_with_ids
from smolrgpt_ros.rendering.drawing import draw_caption, draw_regions
from smolrgpt_ros.rendering.palette import GENERATED_COLOR, MEASURED_COLOR, Color
from smolrgpt_ros.ros.convert.answer_values import generated_value, measured_value
from smolrgpt_ros.ros.convert.images import decode_color
from smolrgpt_ros.ros.convert.messages import region_message, region_of
from smolrgpt_ros.ros.convert.time import nanoseconds, time_of
from smolrgpt_ros.ros.qos import profile
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.status import Status
from smolrgpt_ros.simulation.sensing.truth import FrameTruth
from smolrgpt_ros.simulation.warehouse import regions_of
from smolrgpt_ros.srv import SpatialQuery

from ..spinning import spinning
from .questions import Asked
from .report import Row, value_text


class DemoError(RuntimeError):
    """The demo cannot go on; the message says what did not happen."""


@dataclass(frozen=True, eq=False)
class Scene:
    """One scene as the demo sees it.

    Args:
        index: number of the scene, from 0.
        truth: all that is true about it.
        stamp_ns: of an image of it that the query node has looked at.
        rgb: that image's picture.
        found: the detector's regions in it.
    """

    index: int
    truth: FrameTruth
    stamp_ns: int
    rgb: Any
    found: tuple[Region, ...]


class DemoClient:
    """Talks to the camera and the query node from a thread of its own.

    Args:
        alive: called while waiting; raises DemoError when a process has ended.
    """

    def __init__(self, alive: Callable[[], None]) -> None:
        self._alive = alive
        self._context = Context()
        rclpy.init(context=self._context)
        node = Node("demo", context=self._context)
        self._node = node
        self._truths: list[dict[str, Any]] = []
        self._regions: deque[Any] = deque(maxlen=4)
        self._images: deque[Any] = deque(maxlen=30)
        node.create_subscription(
            String, "warehouse_camera/truth", self._keep_truth, profile("latched")
        )
        node.create_subscription(
            RegionArray, "spatial_query/regions", self._keep_regions, profile("reliable")
        )
        node.create_subscription(Image, "rgb/image_raw", self._keep_image, profile("sensor_data"))
        self._query = node.create_client(SpatialQuery, "spatial_query")
        self._next = node.create_client(Trigger, "warehouse_camera/next")
        self._spinning = ExitStack()
        self._spinning.enter_context(spinning(node))

    @property
    def context(self) -> Context:
        """The context of its node, for others that work beside it."""
        return self._context

    def close(self) -> None:
        """Leave the graph."""
        self._spinning.close()
        self._node.destroy_node()
        rclpy.shutdown(context=self._context)

    def wait_ready(self, timeout_s: float) -> None:
        """Wait until the query node is active; an empty question tells, for it is never answered.

        Raises:
            DemoError: if it takes longer, or the node says that it cannot start.
        """
        end = time.monotonic() + timeout_s
        message = "its service is not there yet"
        while True:
            if self._query.wait_for_service(timeout_sec=0.5):
                ready, message = self._readiness()
                if ready:
                    return
                if "cannot be" in message:
                    raise DemoError(f"the query node is not ready: {message}")
            self._alive()
            if time.monotonic() > end:
                raise DemoError(f"the query node is not ready after {timeout_s:.0f} s: {message}")
            time.sleep(0.2)

    def _readiness(self) -> tuple[bool, str]:
        """Whether the query node answers, and what it says where it does not."""
        try:
            response = self._call(self._query, SpatialQuery.Request(), 10.0)
        except DemoError as error:  # a busy machine: the node imports, or loads its weights
            return False, str(error)
        return response.status != int(Status.NOT_READY), str(response.message)

    def scene(self, index: int, timeout_s: float) -> Scene:
        """The scene of a number, seen by the query node; asks the camera to show it if needed."""
        if index > 0 and not self._truth_of(index):
            self._call(self._next, Trigger.Request(), 10.0)
        self._wait(lambda: self._truth_of(index) is not None, f"scene {index}", timeout_s)
        announced = self._truth_of(index)
        assert announced is not None
        first_ns = announced["first_stamp_ns"]
        self._wait(lambda: self._pair(first_ns) is not None, f"regions of scene {index}", timeout_s)
        pair = self._pair(first_ns)
        assert pair is not None
        array, image = pair
        return Scene(
            index,
            FrameTruth.from_json(announced["truth"]),
            nanoseconds(array.header.stamp),
            decode_color(image),
            tuple(map(region_of, array.regions)),
        )

    def ask(self, scene: Scene, asked: Asked, timeout_s: float, pictures: Path, number: int) -> Row:
        """Ask one question about a scene and draw the outcome into a folder, as this number."""
        request = SpatialQuery.Request(
            question=asked.text,
            region_ids=list(asked.region_ids),
            stamp=time_of(scene.stamp_ns),
        )
        regions = scene.found
        if asked.masks == "simulator":
            regions = regions_of(scene.truth)
            request.regions = [region_message(region, RegionPose()) for region in regions]
        start = time.monotonic()
        response = self._call(self._query, request, timeout_s)
        latency_s = time.monotonic() - start
        answer, status = response.answer, Status(response.status)
        ok = status is Status.OK
        row = Row(
            frame=scene.index,
            seed=scene.truth.seed,
            masks=asked.masks,
            kind=asked.kind,
            question=asked.readable_text,
            status=status.name,
            message=response.message,
            asked=not ok or bool(answer.prompt),
            text=text_with_ids(answer.text, answer.prompt_region_ids),
            value=generated_value(answer) if ok else None,
            measured=measured_value(answer) if ok else None,
            truth=asked.truth,
            latency_s=round(latency_s, 4),
            picture=f"{number:02d}_scene{scene.index}_{asked.masks}_{asked.kind}.png",
        )
        named = set(answer.prompt_region_ids) or None
        picture = draw_caption(draw_regions(scene.rgb, regions, named), _caption(row))
        cv2.imwrite(str(pictures / row.picture), picture[..., ::-1])
        return row

    def _keep_truth(self, message: String) -> None:
        self._truths.append(json.loads(message.data))

    def _keep_regions(self, message: RegionArray) -> None:
        self._regions.append(message)

    def _keep_image(self, message: Image) -> None:
        self._images.append(message)

    def _truth_of(self, index: int) -> dict[str, Any] | None:
        return next((t for t in list(self._truths) if t["index"] == index), None)

    def _pair(self, first_ns: int) -> tuple[Any, Any] | None:
        """Regions and image of one stamp not before ``first_ns``."""
        images = {nanoseconds(m.header.stamp): m for m in list(self._images)}
        for array in reversed(list(self._regions)):
            stamp = nanoseconds(array.header.stamp)
            if stamp >= first_ns and stamp in images:
                return array, images[stamp]
        return None

    def _call(self, client: Any, request: Any, timeout_s: float) -> Any:
        if not client.wait_for_service(timeout_sec=timeout_s):
            raise DemoError(f"the service {client.srv_name} is not there")
        future = client.call_async(request)
        self._wait(future.done, f"a response of {client.srv_name}", timeout_s)
        return future.result()

    def _wait(self, condition: Callable[[], bool], what: str, timeout_s: float) -> None:
        end = time.monotonic() + timeout_s
        while not condition():
            self._alive()
            if time.monotonic() > end:
                raise DemoError(f"waited {timeout_s:.0f} s for {what}")
            time.sleep(0.005)


def _caption(row: Row) -> list[tuple[str, Color]]:
    lines = [(f"Q: {row.question}", GENERATED_COLOR)]
    if row.ok:
        lines.append((f"model: {row.said}", GENERATED_COLOR))
        lines.append((f"measured: {value_text(row.kind, row.measured)}", MEASURED_COLOR))
    else:
        lines.append((f"{row.status}: {row.message}", GENERATED_COLOR))
    lines.append((f"truth: {value_text(row.kind, row.truth)}", GENERATED_COLOR))
    return lines
