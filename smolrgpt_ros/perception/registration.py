# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Registration of depth to colour: reprojection of another camera's depth. Free of ROS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import CameraIntrinsics, project, ray_grid
from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.status import QueryError, Status

Reals = NDArray[np.float32]

#: Differences of calibrations up to these are ignored: drivers round.
_FOCAL_SHARE, _CENTRE_PIXELS = 0.01, 2.0

#: ``(target frame, source frame, stamp_ns) -> Pose`` of source in target; raises QueryError.
PoseOf = Callable[[str, str, int], Pose]


@dataclass(frozen=True, eq=False)
class DepthImage:
    """Depth in the pixels of its own camera.

    Args:
        values: shape ``(H, W)``, float32, metres along that camera's optical axis, NaN for none.
        frame_id: its optical frame.
        intrinsics: its calibration; ``None`` where none was received.
        stamp_ns: acquisition time, nanoseconds.
    """

    values: NDArray[np.float32]
    frame_id: str
    intrinsics: CameraIntrinsics | None
    stamp_ns: int


@dataclass(frozen=True)
class ColorView:
    """The colour image that depth is registered to: size in pixels, optical frame, calibration."""

    width: int
    height: int
    frame_id: str
    intrinsics: CameraIntrinsics | None


def register(
    depth: DepthImage, color: ColorView, *, assume: bool = False, pose_of: PoseOf | None = None
) -> NDArray[np.float32]:
    """Depth in the pixels of the colour image, shape ``(H, W)``, float32, metres, NaN for none.

    It is taken as it is where frame_id, size and (where both are known) K agree; otherwise it is
    reprojected, for which both calibrations and the pose are needed.

    Args:
        depth: of the depth camera.
        color: the colour image.
        assume: depth of the colour image's size is registered, whatever its frame and K.
        pose_of: looks poses up; ``None``: nothing is reprojected.

    Raises:
        QueryError: UNREGISTERED_DEPTH naming what differs, with both values.
    """
    found = differences(depth, color)
    height, width = depth.values.shape
    if not found or (assume and (width, height) == (color.width, color.height)):
        return depth.values
    advice = (
        "remap depth/image_raw to depth that is registered to colour, or set "
        "depth.assume_registered if it is"
    )
    what = "; ".join(found)
    if pose_of is None:
        raise QueryError(Status.UNREGISTERED_DEPTH, f"{what}; {advice}")
    source, target = depth.intrinsics, color.intrinsics
    if source is None or target is None:
        missing = "depth/camera_info" if source is None else "rgb/camera_info"
        raise QueryError(
            Status.UNREGISTERED_DEPTH,
            f"{what}; {advice}; it could be reprojected if {missing} came with a calibration",
        )
    try:
        pose = pose_of(color.frame_id, depth.frame_id, depth.stamp_ns)
    except QueryError as error:
        raise QueryError(
            Status.UNREGISTERED_DEPTH, f"{what}; {advice}; reprojecting it failed: {error.message}"
        ) from error
    return reproject(depth.values, source, target, pose)


def differences(depth: DepthImage, color: ColorView) -> list[str]:
    """The differences between depth and colour that registered depth does not have, with values."""
    found = []
    height, width = depth.values.shape
    if (width, height) != (color.width, color.height):
        found.append(f"depth is {width}x{height} pixels, colour is {color.width}x{color.height}")
    if depth.frame_id != color.frame_id:
        found.append(f"depth is in frame {depth.frame_id!r}, colour in {color.frame_id!r}")
    ours, theirs = color.intrinsics, depth.intrinsics
    if not found and ours is not None and theirs is not None and _differ(ours, theirs):
        found.append(f"K of depth is {_text(theirs)}, of colour {_text(ours)}")
    return found


def reproject(
    depth: NDArray[np.float32], source: CameraIntrinsics, target: CameraIntrinsics, pose: Pose
) -> NDArray[np.float32]:
    """A depth image as another camera sees it; of several surfaces the nearest one.

    Args:
        depth: shape ``(H, W)``, float32, metres, NaN for none.
        source: its camera.
        target: the other camera.
        pose: of source in target.

    Returns:
        shape ``(target.height, target.width)``, float32, NaN where no pixel of ``depth`` lands.
        Where the target's pixels are finer, each value fills as many of them as it covers.
    """
    # Rows and columns apart instead of points, in float32: half the time.
    ray_x, ray_y = ray_grid(source)
    turn, shift = pose.rotation.astype(np.float32), pose.translation.astype(np.float32)
    x, y, z = (
        depth * (turn[i, 0] * ray_x + (turn[i, 1] * ray_y + turn[i, 2])) + shift[i]
        for i in range(3)
    )
    near = z[ahead := (z > 1e-6) & (depth > 0)]
    with np.errstate(over="ignore", invalid="ignore"):
        left, top = _pixels(x[ahead], y[ahead], near, target)
        on_image = (np.abs(left) < 1e6) & (np.abs(top) < 1e6)
    left, top, near = left[on_image], top[on_image], near[on_image]
    wide = max(1, int(np.ceil(target.fx / source.fx - 0.05)))
    high = max(1, int(np.ceil(target.fy / source.fy - 0.05)))
    nearest = np.full(target.height * target.width, np.inf, np.float32)
    for dy in range(high):
        for dx in range(wide):
            # Centred on the value's pixel; +0.5 rounds, and floor keeps -0.6 out of column 0.
            u = np.floor(left + np.float32(dx - (wide - 1) / 2 + 0.5)).astype(np.int32)
            v = np.floor(top + np.float32(dy - (high - 1) / 2 + 0.5)).astype(np.int32)
            inside = (u >= 0) & (u < target.width) & (v >= 0) & (v < target.height)
            index = v[inside].astype(np.intp) * target.width + u[inside]
            np.minimum.at(nearest, index, near[inside])
    nearest[np.isinf(nearest)] = np.nan
    return nearest.reshape(target.height, target.width)


def _pixels(x: Reals, y: Reals, z: Reals, camera: CameraIntrinsics) -> tuple[Reals, Reals]:
    """Columns and rows of points in front of a camera, in float32 where it has no lens."""
    if camera.lens is not None:
        columns, rows = project(camera, np.stack([x, y, z], axis=1).astype(np.float64))
        return columns.astype(np.float32), rows.astype(np.float32)
    left = x / z * np.float32(camera.fx) + np.float32(camera.cx)
    return left, y / z * np.float32(camera.fy) + np.float32(camera.cy)


def _differ(a: CameraIntrinsics, b: CameraIntrinsics) -> bool:
    return (
        abs(a.fx - b.fx) > _FOCAL_SHARE * a.fx
        or abs(a.fy - b.fy) > _FOCAL_SHARE * a.fy
        or abs(a.cx - b.cx) > _CENTRE_PIXELS
        or abs(a.cy - b.cy) > _CENTRE_PIXELS
    )


def _text(k: CameraIntrinsics) -> str:
    return f"fx={k.fx:.1f} fy={k.fy:.1f} cx={k.cx:.1f} cy={k.cy:.1f}"
