# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Names of the classes that another detector numbers: its ``vision_msgs/LabelInfo``."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from rclpy.callback_groups import CallbackGroup
from rclpy.node import Node
from rclpy.subscription import Subscription

from ..convert.vision import class_names_of, unnamed_classes, vision_messages
from ..qos import profile

#: Seconds between two warnings.
_WARN_EVERY_S = 30.0


class ClassNames:
    """The newest ``LabelInfo`` beside a detections topic.

    Args:
        node: subscribes and logs.
        detections_topic: its full name.
        topic: of the ``LabelInfo``; empty: ``label_info`` beside the detections topic.
        group: callback group of the subscriptions.

    Raises:
        VisionMessagesMissing: where ``vision_msgs`` is not installed.
    """

    def __init__(self, node: Node, detections_topic: str, topic: str, group: CallbackGroup) -> None:
        self._node = node
        self._detections_topic = detections_topic
        self._lock = threading.Lock()
        self._names: Mapping[str, str] = {}
        kind = vision_messages().LabelInfo
        topic = topic or f"{detections_topic.rsplit('/', 1)[0]}/label_info"
        # Sent once and kept for those that come later, or sent again and again: a subscription that
        # asks for what was kept gets nothing of a publisher that keeps nothing.
        self.subscriptions: tuple[Subscription, ...] = tuple(
            node.create_subscription(
                kind, topic, self._take, profile(quality), callback_group=group
            )
            for quality in ("latched", "sensor_data")
        )

    def close(self) -> None:
        """Unsubscribe."""
        for subscription in self.subscriptions:
            self._node.destroy_subscription(subscription)
        self.subscriptions = ()

    @property
    def names(self) -> Mapping[str, str]:
        """By class number, in digits; empty until a ``LabelInfo`` came."""
        with self._lock:
            return self._names

    def note(self, detections: Any, labels: Mapping[str, str]) -> str:
        """What is not known of the classes of a ``Detection2DArray``, a sentence, which is logged
        too; empty where every class has a name.

        Args:
            detections: the message.
            labels: of the parameter ``detector.labels``, by class id.
        """
        unnamed = unnamed_classes(detections, {**self.names, **labels})
        if not unnamed or not self.subscriptions:
            return ""
        text = (
            f"Classes {', '.join(unnamed)} on {self._detections_topic} are numbers that nothing "
            f"names: expected a vision_msgs/LabelInfo on {self.subscriptions[0].topic_name} "
            "(detector.label_info_topic), or names in detector.labels, e.g. "
            f"'{unnamed[0]}=pallet'."
        )
        self._node.get_logger().warning(text, throttle_duration_sec=_WARN_EVERY_S)
        return text

    def _take(self, message: Any) -> None:
        names = class_names_of(message)
        with self._lock:
            self._names = names
