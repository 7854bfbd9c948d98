# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The pose of a camera in memory's fixed frame, as far as TF knows it."""

from __future__ import annotations

import time
from collections.abc import Callable

from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.status import QueryError

#: After a wait in vain, TF is waited for again after this long, seconds.
_WAIT_AGAIN_S = 1.0


class CameraPlacement:
    """Looks up where a camera was at each of its frames, and waits for TF where that may help.

    TF mostly comes some tens of milliseconds after the image. A frame that it does not know at all
    is not waited for, and one that it knows no longer only once a second: pictures go on.

    Args:
        look_up: ``(target, source, stamp_ns, wait_s) -> pose``, of stamp 0: the newest; raises
            QueryError.
        clock_s: steady, seconds.
    """

    def __init__(
        self,
        look_up: Callable[[str, str, int, float], Pose],
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._look_up, self._clock_s = look_up, clock_s
        self._wait_again_s = 0.0
        #: Why the pose of the last frame is not known; empty where it is, or is not asked for.
        self.unplaced = ""

    def pose(self, frame: RgbdFrame, fixed: str, timeout_s: float) -> Pose | None:
        """Of the camera at a frame's stamp; ``None`` where TF does not know it in time.

        Args:
            frame: of the camera.
            fixed: the frame that the pose is in; empty: none is asked for.
            timeout_s: longest wait.
        """
        if not fixed:
            self.unplaced = ""
            return None
        waits = not self.unplaced or self._may_come(fixed, frame.frame_id)
        wait_s = timeout_s if waits else 0.0
        try:
            pose = self._look_up(fixed, frame.frame_id, frame.stamp_ns, wait_s)
        except QueryError as error:
            self.unplaced = error.message
            if waits:
                self._wait_again_s = self._clock_s() + _WAIT_AGAIN_S
            return None
        self.unplaced = ""
        return pose

    def _may_come(self, fixed: str, source: str) -> bool:
        """Whether TF relates the frames at some time, and was not waited for just now."""
        if self._clock_s() < self._wait_again_s:
            return False
        try:
            self._look_up(fixed, source, 0, 0.0)
        except QueryError:
            return False
        return True
