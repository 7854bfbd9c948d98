# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The camera's topics, paired by stamp.

message_filters calls back while it holds its lock and does not release it when the callback
raises, so a callback here only stores messages. Its queues drop the oldest stamps: after a jump
back in time (a bag played again, a simulation reset) full queues would drop every new image, so the
synchronizer is replaced.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from message_filters import ApproximateTimeSynchronizer, SimpleFilter
from rclpy.callback_groups import CallbackGroup
from rclpy.event_handler import QoSRequestedIncompatibleQoSInfo, SubscriptionEventCallbacks
from rclpy.node import Node
from rclpy.qos import QoSProfile, qos_policy_name_from_kind
from rclpy.subscription import Subscription
from sensor_msgs.msg import CameraInfo, CompressedImage, Image

from smolrgpt_ros.perception.image_loss import ImageLoss
from smolrgpt_ros.perception.rolling_window import Rate, RollingWindow
from smolrgpt_ros.query.input_state import InputState
from smolrgpt_ros.scene.status import QueryError

from ..convert.compressed import ImageMessage
from ..convert.time import nanoseconds
from .frame_builder import FrameMessages

#: A stamp this much older than the newest means that time was reset, nanoseconds.
_JUMP_NS = 1_000_000_000

#: Suffix of the topic and type of each transport; those of image_transport.
_TRANSPORTS: dict[str, tuple[str, type]] = {
    "raw": ("", Image),
    "compressed": ("/compressed", CompressedImage),
    "compressedDepth": ("/compressedDepth", CompressedImage),
}

Message: TypeAlias = ImageMessage | CameraInfo

COLOR_TRANSPORTS = ("raw", "compressed")
DEPTH_TRANSPORTS = ("raw", "compressedDepth", "compressed")


@dataclass(frozen=True)
class PairingCounters:
    """Messages received so far, and the last times (steady clock, nanoseconds; 0: never).

    Args:
        rgb, depth, info, paired: messages of each topic, and pairs.
        errors: exceptions while an image or a pair was handled.
        jumps: how often stamps jumped back, so that pairing began anew.
    """

    rgb: int = 0
    depth: int = 0
    info: int = 0
    paired: int = 0
    errors: int = 0
    jumps: int = 0
    last_rgb_ns: int = 0
    last_depth_ns: int = 0


@dataclass(frozen=True)
class PairingSettings:
    """Settings of the subscriptions and of the pairing.

    Args:
        use_depth: pair colour with depth; otherwise each colour image makes a frame.
        slop_s: largest difference of the stamps of a pair, seconds.
        queue_size: messages of each topic kept while looking for a partner.
        rgb_qos, depth_qos, info_qos: profile of each subscription.
        rgb_transport, depth_transport: ``raw``, ``compressed`` or ``compressedDepth``.
    """

    use_depth: bool
    slop_s: float
    queue_size: int
    rgb_qos: QoSProfile
    depth_qos: QoSProfile
    info_qos: QoSProfile
    rgb_transport: str = "raw"
    depth_transport: str = "raw"


class FramePairing:
    """Subscriptions to ``rgb/image_raw``, ``depth/image_raw`` and both ``camera_info``.

    The calibration is the one nearest in stamp to the colour image. It is not part of the
    synchronizer: a driver that sends it rarely would otherwise starve everything.

    Args:
        node: subscribes.
        settings: of subscriptions and pairing.
        on_pair: called with the messages of each pair; must return at once.
        callback_group: of the subscriptions. One thread at a time calls their callbacks.
        prefix: before the topics' names, e.g. ``"front/"``.
    """

    def __init__(
        self,
        node: Node,
        settings: PairingSettings,
        on_pair: Callable[[FrameMessages], None],
        callback_group: CallbackGroup,
        prefix: str = "",
    ) -> None:
        self._node = node
        self._settings = settings
        self._on_pair = on_pair
        self._group = callback_group
        self._counters = PairingCounters()
        self._lock = threading.Lock()
        self._infos: deque[CameraInfo] = deque(maxlen=max(settings.queue_size, 1))
        self._depth_info: CameraInfo | None = None
        self._mismatches: dict[str, str] = {}
        self._newest_ns = {"rgb": 0, "depth": 0}
        self.rates = {"rgb": Rate(), "depth": Rate(), "pairs": Rate()}
        self.abs_dt_s = RollingWindow()
        self._loss = ImageLoss(settings.slop_s)
        self._subscriptions: dict[str, Subscription] = {}
        self._synchronize()

        rgb_suffix, rgb_type = _TRANSPORTS[settings.rgb_transport]
        depth_suffix, depth_type = _TRANSPORTS[settings.depth_transport]
        info_qos = settings.info_qos
        self._subscribe("info", CameraInfo, f"{prefix}rgb/camera_info", info_qos, self._keep_info)
        self._subscribe(
            "rgb", rgb_type, f"{prefix}rgb/image_raw", settings.rgb_qos, self._take_rgb, rgb_suffix
        )
        if settings.use_depth:
            self._subscribe(
                "depth",
                depth_type,
                f"{prefix}depth/image_raw",
                settings.depth_qos,
                self._take_depth,
                depth_suffix,
            )
            self._subscribe(
                "depth_info",
                CameraInfo,
                f"{prefix}depth/camera_info",
                info_qos,
                self._keep_depth_info,
            )

    def close(self) -> None:
        """Unsubscribe."""
        for subscription in self._subscriptions.values():
            self._node.destroy_subscription(subscription)
        self._subscriptions = {}

    @property
    def subscriptions(self) -> tuple[Subscription, ...]:
        """The subscriptions, for the thread that takes their messages."""
        return tuple(self._subscriptions.values())

    @property
    def topics(self) -> dict[str, str]:
        """The resolved names of the inputs: ``rgb``, ``info`` and, where it is used, ``depth``."""
        return {name: s.topic_name for name, s in self._subscriptions.items()}

    @property
    def counters(self) -> PairingCounters:
        with self._lock:
            return self._counters

    def state(self, failure: QueryError | None) -> InputState:
        """The state of the inputs.

        Args:
            failure: why the newest pair gave no frame, if it did not.
        """
        counters, now = self.counters, time.monotonic_ns()

        def age(last_ns: int) -> float:
            return (now - last_ns) / 1e9 if last_ns else float("inf")

        with self._lock:
            mismatches = dict(self._mismatches)
        return InputState(
            rgb=counters.rgb,
            depth=counters.depth,
            info=counters.info,
            paired=counters.paired,
            rgb_age_s=age(counters.last_rgb_ns),
            depth_age_s=age(counters.last_depth_ns),
            slop_s=self._settings.slop_s,
            use_depth=self._settings.use_depth,
            topics=self.topics,
            mismatches=mismatches,
            publishers={n: self._node.count_publishers(t) for n, t in self.topics.items()},
            errors=counters.errors,
            jumps=counters.jumps,
            lost=self._loss.share(),
            failure=failure,
        )

    # -- subscribing ------------------------------------------------------------------------

    def _subscribe(
        self,
        name: str,
        kind: type,
        topic: str,
        qos: QoSProfile,
        callback: Callable[[Message], None],
        suffix: str = "",
    ) -> None:
        def mismatch(event: QoSRequestedIncompatibleQoSInfo) -> None:
            self._note_mismatch(name, qos_policy_name_from_kind(event.last_policy_kind))

        if suffix:
            # As in image_transport: remapping the base name moves its transports with it.
            topic = self._node.resolve_topic_name(topic) + suffix
        self._subscriptions[name] = self._node.create_subscription(
            kind,
            topic,
            callback,
            qos,
            callback_group=self._group,
            event_callbacks=SubscriptionEventCallbacks(incompatible_qos=mismatch),
        )

    def _note_mismatch(self, name: str, policy: str) -> None:
        topic = self.topics.get(name, name)
        parameter = "qos.camera_info" if name.endswith("info") else f"qos.{name}"
        text = (
            f"a publisher on {topic} offers less {policy} than the parameter {parameter} asks for, "
            "so none of its messages arrive; set it to sensor_data, or change the publisher"
        )
        with self._lock:
            self._mismatches[name] = text
        self._node.get_logger().warning(text)

    def _synchronize(self) -> None:
        """Make a new, empty synchronizer."""
        self._rgb_filter, self._depth_filter = SimpleFilter(), SimpleFilter()
        if self._settings.use_depth:
            synchronizer = ApproximateTimeSynchronizer(
                [self._rgb_filter, self._depth_filter],
                self._settings.queue_size,
                self._settings.slop_s,
            )
            synchronizer.registerCallback(self._pair)
            self._synchronizer: ApproximateTimeSynchronizer = synchronizer
        else:
            self._rgb_filter.registerCallback(self._pair)

    # -- messages ---------------------------------------------------------------------------

    def _keep_info(self, message: CameraInfo) -> None:
        with self._lock:
            self._infos.append(message)
            self._mismatches.pop("info", None)
            self._counters = replace(self._counters, info=self._counters.info + 1)

    def _keep_depth_info(self, message: CameraInfo) -> None:
        with self._lock:
            self._depth_info = message
            self._mismatches.pop("depth_info", None)

    def _take_rgb(self, message: ImageMessage) -> None:
        now = time.monotonic_ns()
        with self._lock:
            self._mismatches.pop("rgb", None)
            self._counters = replace(self._counters, rgb=self._counters.rgb + 1, last_rgb_ns=now)
        self._take("rgb", message)

    def _take_depth(self, message: ImageMessage) -> None:
        now = time.monotonic_ns()
        with self._lock:
            self._mismatches.pop("depth", None)
            self._counters = replace(
                self._counters, depth=self._counters.depth + 1, last_depth_ns=now
            )
        self._take("depth", message)

    def _take(self, name: str, message: ImageMessage) -> None:
        self.rates[name].count()
        try:
            stamp = nanoseconds(message.header.stamp)
            if stamp < self._newest_ns[name] - _JUMP_NS:
                self._restart()
            self._newest_ns[name] = max(self._newest_ns[name], stamp)
            self._loss.add(name, stamp)
            taken_by = self._rgb_filter if name == "rgb" else self._depth_filter
            taken_by.signalMessage(message)
        except Exception as error:  # a malformed message must not end the subscription
            self._note_error(error)

    def _restart(self) -> None:
        self._newest_ns = dict.fromkeys(self._newest_ns, 0)
        self._loss.clear()
        with self._lock:
            while len(self._infos) > 1:  # the newest one stays: a latched one comes only once
                self._infos.popleft()
            self._counters = replace(self._counters, jumps=self._counters.jumps + 1)
        self._synchronize()
        self._node.get_logger().warning(
            "the stamps of the images jumped back: pairing starts again",
            throttle_duration_sec=5.0,
        )

    def _pair(self, rgb: ImageMessage, depth: ImageMessage | None = None) -> None:
        try:
            stamp = nanoseconds(rgb.header.stamp)
            if depth is not None:
                self.abs_dt_s.add(abs(nanoseconds(depth.header.stamp) - stamp) / 1e9)
            self.rates["pairs"].count()
            with self._lock:
                info = min(
                    self._infos,
                    key=lambda i: abs(nanoseconds(i.header.stamp) - stamp),
                    default=None,
                )
                depth_info = self._depth_info
                self._counters = replace(self._counters, paired=self._counters.paired + 1)
            self._on_pair(FrameMessages(rgb, depth, info, depth_info))
        except Exception as error:  # see the module's docstring
            self._note_error(error)

    def _note_error(self, error: Exception) -> None:
        with self._lock:
            self._counters = replace(self._counters, errors=self._counters.errors + 1)
        self._node.get_logger().error(
            f"pairing failed: {type(error).__name__}: {error}", throttle_duration_sec=5.0
        )
