"""The camera's topics, paired by stamp.

message_filters runs its callback while it holds its lock and does not release it when the
callback raises, so a callback here only stores and hands on. Its default QoS is reliable, which
hears nothing of a best-effort camera, so a profile is always given.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from message_filters import ApproximateTimeSynchronizer, Subscriber
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CameraInfo, Image

from ..scene.status import QueryError
from .frame_builder import FrameMessages
from .inputs import InputState
from .stamps import nanoseconds


@dataclass(frozen=True)
class PairingCounters:
    """What came in so far, and when (steady clock, nanoseconds; 0 = never).

    ``last_dt_s`` is the stamp of the paired depth minus that of colour, seconds.
    """

    rgb: int = 0
    depth: int = 0
    info: int = 0
    paired: int = 0
    errors: int = 0
    last_rgb_ns: int = 0
    last_depth_ns: int = 0
    last_dt_s: float = float("nan")


@dataclass(frozen=True)
class PairingSettings:
    """How to subscribe and pair.

    Args:
        use_depth: pair colour with depth; otherwise every colour image counts.
        slop_s: largest difference of the stamps of a pair, seconds.
        queue_size: messages of each topic kept while looking for a partner.
        rgb_qos, depth_qos, info_qos: profile of each subscription.
    """

    use_depth: bool
    slop_s: float
    queue_size: int
    rgb_qos: QoSProfile
    depth_qos: QoSProfile
    info_qos: QoSProfile


class FramePairing:
    """Subscriptions to ``rgb/image_raw``, ``depth/image_raw`` and ``rgb/camera_info``.

    The calibration is the one nearest in stamp to the colour image. It is not part of the
    synchronizer: a driver that sends it rarely would otherwise starve everything.

    Args:
        node: subscribes.
        settings: how.
        on_pair: called with each pair; must return at once and may not raise.
        callback_group: of all subscriptions.
    """

    def __init__(
        self,
        node: Any,
        settings: PairingSettings,
        on_pair: Callable[[FrameMessages], None],
        callback_group: Any,
    ) -> None:
        self._node = node
        self._settings = settings
        self._on_pair = on_pair
        self._counters = PairingCounters()
        self._lock = threading.Lock()
        self._infos: deque[CameraInfo] = deque(maxlen=max(settings.queue_size, 1))

        def subscribe(kind: type, topic: str, qos: QoSProfile) -> Subscriber:
            return Subscriber(node, kind, topic, qos_profile=qos, callback_group=callback_group)

        self._info = subscribe(CameraInfo, "rgb/camera_info", settings.info_qos)
        self._rgb = subscribe(Image, "rgb/image_raw", settings.rgb_qos)
        self._info.registerCallback(self._keep_info)
        self._rgb.registerCallback(self._count_rgb)
        self._filters = [self._info, self._rgb]
        if settings.use_depth:
            self._depth = subscribe(Image, "depth/image_raw", settings.depth_qos)
            self._depth.registerCallback(self._count_depth)
            self._filters.append(self._depth)
            self._synchronizer = ApproximateTimeSynchronizer(
                [self._rgb, self._depth], settings.queue_size, settings.slop_s
            )
            self._synchronizer.registerCallback(self._pair)
        else:
            self._rgb.registerCallback(self._pair)

    def close(self) -> None:
        """Unsubscribe."""
        for subscriber in self._filters:
            self._node.destroy_subscription(subscriber.sub)
        self._filters = []

    @property
    def topics(self) -> dict[str, str]:
        """The resolved names of the inputs: ``rgb``, ``info`` and, where it is used, ``depth``."""
        names = ("info", "rgb", "depth")
        return {n: f.sub.topic_name for n, f in zip(names, self._filters, strict=False)}

    @property
    def counters(self) -> PairingCounters:
        with self._lock:
            return self._counters

    def state(self, failure: QueryError | None) -> InputState:
        """What the inputs do now.

        Args:
            failure: why the newest pair gave no frame, if it did not.
        """
        counters, now = self.counters, time.monotonic_ns()

        def age(last_ns: int) -> float:
            return (now - last_ns) / 1e9 if last_ns else float("inf")

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
            failure=failure,
        )

    def _keep_info(self, message: CameraInfo) -> None:
        with self._lock:
            self._infos.append(message)
            self._counters = replace(self._counters, info=self._counters.info + 1)

    def _count_rgb(self, message: Image) -> None:
        now = time.monotonic_ns()
        with self._lock:
            self._counters = replace(self._counters, rgb=self._counters.rgb + 1, last_rgb_ns=now)

    def _count_depth(self, message: Image) -> None:
        now = time.monotonic_ns()
        with self._lock:
            self._counters = replace(
                self._counters, depth=self._counters.depth + 1, last_depth_ns=now
            )

    def _pair(self, rgb: Image, depth: Image | None = None) -> None:
        try:
            stamp = nanoseconds(rgb.header.stamp)
            with self._lock:
                info = min(
                    self._infos,
                    key=lambda i: abs(nanoseconds(i.header.stamp) - stamp),
                    default=None,
                )
                dt = float("nan")
                if depth is not None:
                    dt = (nanoseconds(depth.header.stamp) - stamp) / 1e9
                self._counters = replace(
                    self._counters, paired=self._counters.paired + 1, last_dt_s=dt
                )
            self._on_pair(FrameMessages(rgb, depth, info))
        except Exception as error:  # see the module's text
            with self._lock:
                self._counters = replace(self._counters, errors=self._counters.errors + 1)
            self._node.get_logger().error(
                f"pairing failed: {type(error).__name__}: {error}", throttle_duration_sec=5.0
            )
