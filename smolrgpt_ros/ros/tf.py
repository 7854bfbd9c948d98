# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Transforms at an image's stamp; an error that names the package where TF is not installed."""

from __future__ import annotations

from typing import Any

from rclpy.node import Node

from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.status import QueryError, Status

from .convert.poses import array_of, rotation_of


class Transforms:
    """Looks poses up in TF.

    Args:
        node: subscribes to /tf and /tf_static.
    """

    def __init__(self, node: Node) -> None:
        self._buffer: Any = None
        self._listener: Any = None
        self._missing = ""
        try:
            import tf2_ros
        except ImportError as error:
            self._missing = str(error)
            return
        self._buffer = tf2_ros.Buffer()
        # Its own thread would spin the node a second time; the node's executor serves it.
        self._listener = tf2_ros.TransformListener(self._buffer, node, spin_thread=False)

    def close(self) -> None:
        """Unsubscribe."""
        if self._listener is not None:
            self._listener.unregister()
            self._listener = None

    def look_up(
        self,
        target: str,
        source: str,
        stamp_ns: int,
        timeout_s: float,
        parameter: str = "target_frame",
    ) -> Pose:
        """The pose of ``source`` in ``target`` at a stamp; 0: the newest.

        Args:
            target, source: frames.
            stamp_ns: of the image.
            timeout_s: longest wait for it.
            parameter: that names the target, for the error.

        Raises:
            QueryError: TF_FAILED naming both frames and what to do.
        """
        if target == source:
            return Pose.identity(source)
        when = " at the image's stamp" if stamp_ns else ""
        wanted = f"no transform from {source!r} to {target!r}"
        advice = f"set {parameter} to a frame of the TF tree, or leave it empty"
        if self._buffer is None:
            raise QueryError(
                Status.TF_FAILED,
                f"{wanted}: TF is not installed ({self._missing}); install the ROS package "
                f"tf2_ros, or leave {parameter} empty",
            )
        import tf2_ros
        from rclpy.duration import Duration
        from rclpy.time import Time

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
                f"{wanted}{when} within {timeout_s:.2f} s: {error}; {advice}",
            ) from error
