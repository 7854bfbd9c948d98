"""``sensor_msgs/CameraInfo`` to pinhole intrinsics and back."""

from __future__ import annotations

import numpy as np
from sensor_msgs.msg import CameraInfo
from std_msgs.msg import Header

from smolrgpt_ros.scene.frame import CameraIntrinsics


class CameraInfoError(ValueError):
    """A calibration that is not the image's; the text names both sizes."""


def intrinsics_from(info: CameraInfo, width: int, height: int) -> CameraIntrinsics | None:
    """Intrinsics of an image of ``width`` x ``height`` pixels; ``None`` where uncalibrated.

    K belongs to the full sensor; region of interest and binning are applied as the message's
    definition says. Lens distortion is not corrected: use rectified images where it matters.

    Raises:
        CameraInfoError: if the calibration is for another image size.
    """
    k = [float(value) for value in info.k]
    if not np.all(np.isfinite(k)) or k[0] <= 0 or k[4] <= 0:
        return None  # drivers publish K of zeros until the camera is calibrated
    bin_x, bin_y = max(int(info.binning_x), 1), max(int(info.binning_y), 1)
    roi = info.roi
    # All zeros means the whole sensor.
    roi_width, roi_height = int(roi.width) or int(info.width), int(roi.height) or int(info.height)
    if (roi_width // bin_x, roi_height // bin_y) != (width, height):
        raise CameraInfoError(
            f"camera_info is for {roi_width // bin_x}x{roi_height // bin_y} pixels "
            f"(binning {bin_x}x{bin_y}), the image is {width}x{height}"
        )
    return CameraIntrinsics(
        width=width,
        height=height,
        fx=k[0] / bin_x,
        fy=k[4] / bin_y,
        cx=(k[2] - roi.x_offset + 0.5) / bin_x - 0.5,
        cy=(k[5] - roi.y_offset + 0.5) / bin_y - 0.5,
    )


def camera_info_of(intrinsics: CameraIntrinsics, header: Header) -> CameraInfo:
    """The message of a rectified camera without distortion."""
    fx, fy, cx, cy = intrinsics.fx, intrinsics.fy, intrinsics.cx, intrinsics.cy
    return CameraInfo(
        header=header,
        width=intrinsics.width,
        height=intrinsics.height,
        distortion_model="plumb_bob",
        d=[0.0] * 5,
        k=[fx, 0.0, cx, 0.0, fy, cy, 0.0, 0.0, 1.0],
        r=[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        p=[fx, 0.0, cx, 0.0, 0.0, fy, cy, 0.0, 0.0, 0.0, 1.0, 0.0],
    )
