# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Transforms at an image's stamp; an error that names the package where TF is not installed."""

from __future__ import annotations

import threading
from typing import Any

from rclpy.clock import JumpHandle, JumpThreshold, TimeJump
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.time import Time

from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.status import QueryError, Status

from .convert.poses import array_of, rotation_of

#: Instead of a stamp: the newest transform.
NEWEST = 0
#: Jumps of the node's clock after which TF begins anew: tf2's buffer keeps what is newer than the
#: new time, and refuses what is more than its length of ten seconds older than that.
_RESET = JumpThreshold(min_forward=None, min_backward=Duration(seconds=-1), on_clock_change=True)


class Transforms:
    """Looks poses up in TF; what TF said before a reset of the node's time is forgotten.

    Args:
        node: subscribes to /tf and /tf_static.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._buffer: Any = None
        self._listener: Any = None
        self._jumps: JumpHandle | None = None
        self._lock = threading.Lock()
        self._missing = ""
        try:
            self._listen()
        except ImportError as error:
            self._missing = str(error)
            return
        self._jumps = node.get_clock().create_jump_callback(_RESET, post_callback=self._on_reset)

    def close(self) -> None:
        """Unsubscribe."""
        with self._lock:
            if self._jumps is not None:
                self._jumps.unregister()
                self._jumps = None
                self._listener.unregister()

    def _on_reset(self, jump: TimeJump) -> None:
        with self._lock:
            if self._jumps is not None:
                self._listener.unregister()
                self._listen()

    def _listen(self) -> None:
        import tf2_ros

        # Not cleared, but new: static transforms come once, to each new subscription.
        self._buffer = tf2_ros.Buffer()
        # Its own thread would spin the node a second time; the node's executor serves it.
        self._listener = tf2_ros.TransformListener(self._buffer, self._node, spin_thread=False)

    def look_up(
        self, target: str, source: str, stamp_ns: int, timeout_s: float, otherwise: str
    ) -> Pose:
        """The pose of ``source`` in ``target`` at a stamp.

        Args:
            target, source: frames.
            stamp_ns: of the image, or ``NEWEST``.
            timeout_s: longest wait for it.
            otherwise: what to do where it cannot be published, for the error.

        Raises:
            QueryError: TF_FAILED naming both frames and what to do.
        """
        if target == source:
            return Pose.identity(source)
        when = " at the image's stamp" if stamp_ns != NEWEST else ""
        wanted = f"no transform from {source!r} to {target!r}"
        if self._buffer is None:
            raise QueryError(
                Status.TF_FAILED,
                f"{wanted}: TF is not installed ({self._missing}); install the ROS package "
                f"tf2_ros, or {otherwise}",
            )
        import tf2_ros

        try:
            found = self._buffer.lookup_transform(
                target,
                source,
                Time(nanoseconds=stamp_ns),
                Duration(nanoseconds=int(max(timeout_s, 0.0) * 1e9)),
            ).transform
            return Pose(target, rotation_of(found.rotation), array_of(found.translation))
        except (tf2_ros.TransformException, ValueError) as error:
            raise QueryError(
                Status.TF_FAILED,
                f"{wanted}{when} within {timeout_s:.2f} s: {error}; publish it, or {otherwise}",
            ) from error
