# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Regions or detections that another node finds in a camera's images, joined to these by stamp."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rclpy.callback_groups import CallbackGroup
from rclpy.event_handler import QoSRequestedIncompatibleQoSInfo, SubscriptionEventCallbacks
from rclpy.lifecycle import LifecycleNode
from rclpy.qos import qos_policy_name_from_kind
from rclpy.subscription import Subscription

from smolrgpt_ros.detection.detector import Detections
from smolrgpt_ros.msg import RegionArray
from smolrgpt_ros.perception.stamp_join import JoinCounters, StampJoin
from smolrgpt_ros.query.input_state import InputState
from smolrgpt_ros.ros.convert.time import nanoseconds
from smolrgpt_ros.ros.convert.vision import detections_of, vision_messages
from smolrgpt_ros.ros.inputs.class_names import ClassNames
from smolrgpt_ros.ros.inputs.frame_builder import FrameMessages
from smolrgpt_ros.ros.params.settings import Settings
from smolrgpt_ros.ros.qos import profile
from smolrgpt_ros.scene.frame import RgbdFrame


class ExternalResults:
    """Takes the messages of ``regions`` or ``detections`` and puts each to its image.

    Args:
        node: subscribes and logs.
        prefix: before the topic's name, e.g. ``"front/"``.
        settings: called for the parameters, which may change.
        on_joined: called with the messages of an image, those of what was found in it among them.
        group: callback group of the subscriptions.

    Raises:
        VisionMessagesMissing: for detections, where ``vision_msgs`` is not installed.
    """

    def __init__(
        self,
        node: LifecycleNode,
        prefix: str,
        settings: Callable[[], Settings],
        on_joined: Callable[[FrameMessages], None],
        group: CallbackGroup,
    ) -> None:
        self._node, self._settings, self._on_joined = node, settings, on_joined
        self._join: StampJoin[FrameMessages, Any] = StampJoin(
            self._put_together, slop_s=lambda: settings().detector_slop
        )
        self._mismatch = ""
        now = settings()
        boxes = now.detector_topic_type == "detections"
        self._subscription: Subscription = node.create_subscription(
            vision_messages().Detection2DArray if boxes else RegionArray,
            f"{prefix}{now.detector_topic_type}",
            self._take,
            # A reliable publisher serves either.
            profile("sensor_data" if boxes else "reliable"),
            callback_group=group,
            event_callbacks=SubscriptionEventCallbacks(incompatible_qos=self._note_mismatch),
        )
        self._topic = self._subscription.topic_name
        self._class_names: ClassNames | None = None
        if boxes:
            self._class_names = ClassNames(node, self._topic, now.detector_label_info_topic, group)

    def close(self) -> None:
        """Unsubscribe."""
        self._node.destroy_subscription(self._subscription)
        if self._class_names is not None:
            self._class_names.close()

    @property
    def subscriptions(self) -> tuple[Subscription, ...]:
        """The subscriptions, for the thread that takes their messages."""
        names = () if self._class_names is None else self._class_names.subscriptions
        return (self._subscription, *names)

    @property
    def counters(self) -> JoinCounters:
        """Of images and results that were joined."""
        return self._join.counters

    def add_image(self, messages: FrameMessages) -> None:
        """Keep the messages of an image until its results come."""
        self._join.add_first(nanoseconds(messages.rgb.header.stamp), messages)

    def described_in(self, state: InputState, late: bool) -> InputState:
        """The state of a camera's inputs, with that of the results.

        Args:
            state: of the camera's own topics.
            late: whether nothing was joined for a while.
        """
        mismatch = {"regions": self._mismatch} if self._mismatch else {}
        return replace(
            state,
            topics={**state.topics, "regions": self._topic},
            mismatches={**state.mismatches, **mismatch},
            waits_for_regions=late and state.paired > 0,
            regions_gap_s=self._join.counters.gap_s,
            regions_slop_s=self._settings().detector_slop,
        )

    def detections(self, messages: FrameMessages, frame: RgbdFrame) -> Detections | None:
        """What was detected in a frame; ``None`` where the other node sends regions."""
        if messages.detections is None:
            return None
        settings = self._settings()
        names = {} if self._class_names is None else self._class_names.names
        return detections_of(messages.detections, frame, settings.detector, settings.labels, names)

    def note(self, messages: FrameMessages) -> str:
        """What is not known of the classes that were detected, a sentence; mostly empty."""
        if messages.detections is None or self._class_names is None:
            return ""
        return self._class_names.note(messages.detections, self._settings().labels)

    def _take(self, found: Any) -> None:
        self._mismatch = ""
        self._join.add_second(nanoseconds(found.header.stamp), found)

    def _put_together(self, messages: FrameMessages, found: Any) -> None:
        if isinstance(found, RegionArray):
            self._on_joined(replace(messages, regions=found))
        else:
            self._on_joined(replace(messages, detections=found))

    def _note_mismatch(self, event: QoSRequestedIncompatibleQoSInfo) -> None:
        policy = qos_policy_name_from_kind(event.last_policy_kind)
        self._mismatch = (
            f"a publisher on {self._topic} offers less {policy} than this node asks for, so none "
            "of its messages arrive; let it publish reliably"
        )
        self._node.get_logger().warning(self._mismatch)
