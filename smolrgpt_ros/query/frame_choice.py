# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Which camera and which frame a query is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from smolrgpt_ros.perception.seen_frame import SeenFrame
from smolrgpt_ros.scene.status import QueryError, Status

from .frame_history import FrameHistory
from .input_state import InputState, why_refused
from .request import QueryLimits, QueryRequest

#: Names all cameras in a request.
ALL_CAMERAS = "*"


@dataclass(frozen=True, eq=False)
class CameraView:
    """One camera, as queries see it.

    Args:
        history: frames to choose from.
        inputs: called for the state of the inputs when there is no usable frame.
    """

    history: FrameHistory
    inputs: Callable[[], InputState]


def choose_camera(query: QueryRequest, cameras: Mapping[str, CameraView]) -> tuple[str, CameraView]:
    """Name and camera of a query; of one about all cameras, the one with the newest image.

    Raises:
        QueryError: NO_FRAME where there is no such camera, or it has to be named.
    """
    name = query.camera
    if name == ALL_CAMERAS:
        if query.stamp_ns:
            raise QueryError(
                Status.NO_FRAME,
                "a question about all cameras is about their newest image: leave the stamp "
                "empty, or name one camera",
            )
        return max(cameras.items(), key=lambda item: _newest_ns(item[1]))
    if name in cameras:
        return name, cameras[name]
    if not name and len(cameras) == 1:
        return next(iter(cameras.items()))
    names = ", ".join(n for n in cameras if n)
    if not name:
        raise QueryError(
            Status.NO_FRAME,
            f"this node has several cameras, name one in camera, or * for all: {names}",
        )
    has = f"has {names}" if names else "has one, leave the field empty"
    raise QueryError(Status.NO_FRAME, f"there is no camera {name!r:.60}: this node {has}")


def choose_frame(
    query: QueryRequest,
    camera: CameraView,
    limits: QueryLimits,
    now_ns: int,
    wait_s: float,
    stopped: Callable[[], bool],
) -> tuple[SeenFrame, float]:
    """The frame of a query, and its age in seconds.

    Args:
        query: with a stamp, or about the newest frame.
        camera: whose frames.
        limits: bounds and defaults.
        now_ns: the clock that image stamps are compared with.
        wait_s: longest wait for a frame that is named by its stamp, seconds.
        stopped: polled while waiting.

    Raises:
        QueryError: NO_FRAME or STALE_FRAME with the reason.
    """
    if query.stamp_ns:
        _check_future(query.stamp_ns, now_ns, limits.max_future_s, camera)
        seen = camera.history.at(query.stamp_ns, max(wait_s, 0.0), stopped)
        return seen, (now_ns - seen.frame.stamp_ns) / 1e9
    newest, age_s = camera.history.newest_at(now_ns)
    max_age_s = limits.max_age_s if query.max_age_s is None else query.max_age_s
    if error := why_refused(camera.inputs, age_s, max_age_s):
        raise error
    assert newest is not None
    return newest, age_s


def _check_future(stamp_ns: int, now_ns: int, max_future_s: float, camera: CameraView) -> None:
    newest = camera.history.newest()
    # A camera whose clock is ahead: frames that are kept may be asked about.
    latest_ns = now_ns if newest is None else max(now_ns, newest.frame.stamp_ns)
    ahead_s = (stamp_ns - latest_ns) / 1e9
    if ahead_s > max_future_s:
        raise QueryError(
            Status.STALE_FRAME,
            f"the stamp asked for is {ahead_s:.2f} s in the future of this node's clock and of "
            f"its frames, allowed are {max_future_s:.2f} s (query.max_future); take the stamp "
            "of a message on ~/regions, or check use_sim_time",
        )


def _newest_ns(camera: CameraView) -> int:
    newest = camera.history.newest()
    return -1 if newest is None else newest.frame.stamp_ns
