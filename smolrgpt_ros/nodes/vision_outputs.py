# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A camera's detections as ``vision_msgs``, for tools that know these, where it is installed."""

from __future__ import annotations

from collections.abc import Sequence

from rclpy.lifecycle import LifecycleNode
from std_msgs.msg import Header

from smolrgpt_ros.perception.seen_frame import SeenFrame
from smolrgpt_ros.ros.convert.vision import (
    VisionMessagesMissing,
    detection_3d_array,
    detection_array,
    label_info,
    vision_messages,
)
from smolrgpt_ros.ros.qos import profile


class VisionOutputs:
    """Publishes one camera's ``~/detections`` and ``~/detections_3d``, for subscribers only.

    Args:
        node: a lifecycle node; its publishers are silent while it is not active.
        base: before the topics' names, e.g. ``"~/front/"``.

    Raises:
        VisionMessagesMissing: where ``vision_msgs`` is not installed.
    """

    def __init__(self, node: LifecycleNode, base: str) -> None:
        vision, reliable = vision_messages(), profile("reliable")
        self._flat = node.create_lifecycle_publisher(
            vision.Detection2DArray, f"{base}detections", reliable
        )
        self._in_space = node.create_lifecycle_publisher(
            vision.Detection3DArray, f"{base}detections_3d", reliable
        )

    def frame(self, seen: SeenFrame) -> None:
        """Publish the regions of a frame."""
        if self._flat.get_subscription_count() > 0:
            self._flat.publish(detection_array(seen.frame, seen.regions))
        if self._in_space.get_subscription_count() > 0:
            self._in_space.publish(detection_3d_array(seen.geometry))


class LabelOutput:
    """Publishes ``~/label_info``: the labels of the detector, for those that come later too.

    Where ``vision_msgs`` is not installed, nothing is published, and the log says so once.

    Args:
        node: publishes.
    """

    def __init__(self, node: LifecycleNode) -> None:
        self._node = node
        self._last: tuple[tuple[str, ...], float] | None = None
        try:
            kind = vision_messages().LabelInfo
        except VisionMessagesMissing as error:
            self._publisher = None
            node.get_logger().info(
                f"~/detections, ~/detections_3d and ~/label_info are not published: {error}"
            )
        else:
            self._publisher = node.create_publisher(kind, "~/label_info", profile("latched"))

    def publish(self, labels: Sequence[str], threshold: float) -> None:
        """The labels that detections may have from now on, and their lowest score."""
        if self._publisher is None or self._last == (tuple(labels), threshold):
            return
        self._last = tuple(labels), threshold
        header = Header(stamp=self._node.get_clock().now().to_msg())
        self._publisher.publish(label_info(labels, threshold, header))


def vision_outputs(node: LifecycleNode, base: str) -> VisionOutputs | None:
    """The outputs of a camera; ``None`` where ``vision_msgs`` is not installed."""
    try:
        return VisionOutputs(node, base)
    except VisionMessagesMissing:
        return None
