# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``sensor_msgs/CameraInfo`` to the calibration that it holds and back."""

from __future__ import annotations

import re

from sensor_msgs.msg import CameraInfo
from std_msgs.msg import Header

from smolrgpt_ros.scene.calibration import Calibration
from smolrgpt_ros.scene.camera import CameraIntrinsics

#: ``image_rect``, ``image_rect_color``, ``rect/image``, ``image_rectified``.
_RECTIFIED = re.compile(r"(^|[/_])rect(ified)?([/_]|$)")


def calibration_of(info: CameraInfo, rectified: bool = False) -> Calibration:
    """The values of a message.

    Args:
        info: of the image.
        rectified: whether the image is rectified; see :func:`names_rectified`.
    """
    roi = info.roi
    return Calibration(
        width=int(info.width),
        height=int(info.height),
        k=tuple(float(value) for value in info.k),
        model=info.distortion_model,
        d=tuple(float(value) for value in info.d),
        p=tuple(float(value) for value in info.p),
        binning=(max(int(info.binning_x), 1), max(int(info.binning_y), 1)),
        roi=(int(roi.x_offset), int(roi.y_offset), int(roi.width), int(roi.height)),
        rectified=rectified,
    )


def names_rectified(topic: str) -> bool:
    """Whether a topic's name says that its images are rectified, as image_proc names them."""
    return _RECTIFIED.search(topic) is not None


def camera_info_of(intrinsics: CameraIntrinsics, header: Header) -> CameraInfo:
    """The message of a camera."""
    fx, fy, cx, cy = intrinsics.fx, intrinsics.fy, intrinsics.cx, intrinsics.cy
    lens, model, d = intrinsics.lens, "plumb_bob", [0.0] * 5
    if lens is not None:
        d = list(lens.coefficients)
        model = (
            "equidistant" if lens.fisheye else "plumb_bob" if len(d) <= 5 else "rational_polynomial"
        )
    return CameraInfo(
        header=header,
        width=intrinsics.width,
        height=intrinsics.height,
        distortion_model=model,
        d=d,
        k=[fx, 0.0, cx, 0.0, fy, cy, 0.0, 0.0, 1.0],
        r=[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        p=[fx, 0.0, cx, 0.0, 0.0, fy, cy, 0.0, 0.0, 0.0, 1.0, 0.0],
    )
