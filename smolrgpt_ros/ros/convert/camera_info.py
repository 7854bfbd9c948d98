"""``sensor_msgs/CameraInfo`` to pinhole intrinsics and back."""

from __future__ import annotations

from sensor_msgs.msg import CameraInfo
from std_msgs.msg import Header

from smolrgpt_ros.scene.frame import CameraIntrinsics

#: Focal lengths of cameras, pixels.
_LEAST_FOCAL, _MOST_FOCAL = 1.0, 1e5
#: Tangent of the largest angle between the optical axis and the middle of an image.
_MOST_SLOPE = 10.0


class CameraInfoError(ValueError):
    """A calibration that is not the image's, or no camera's; the text names what was found."""


def intrinsics_from(info: CameraInfo, width: int, height: int) -> CameraIntrinsics | None:
    """Intrinsics of an image of ``width`` x ``height`` pixels; ``None`` where uncalibrated.

    K belongs to the full sensor; region of interest and binning are applied as the message's
    definition says. Lens distortion is not corrected: use rectified images where it matters.

    Raises:
        CameraInfoError: if the calibration is for another image size, or has a focal length or a
            principal point that no camera has.
    """
    k = [float(value) for value in info.k]
    if k[0] == 0.0 and k[4] == 0.0:
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
    for name, focal in (("fx (k[0])", k[0]), ("fy (k[4])", k[4])):
        if not _LEAST_FOCAL <= focal <= _MOST_FOCAL:
            raise CameraInfoError(
                f"camera_info has a focal length {name} of {focal:g} pixels, expected "
                f"{_LEAST_FOCAL:g} to {_MOST_FOCAL:g}; calibrate the camera"
            )
    fx, fy = k[0] / bin_x, k[4] / bin_y
    cx = (k[2] - roi.x_offset + 0.5) / bin_x - 0.5
    cy = (k[5] - roi.y_offset + 0.5) / bin_y - 0.5
    for name, center, size, focal, offset in (
        ("cx (k[2])", cx, width, fx, roi.x_offset),
        ("cy (k[5])", cy, height, fy, roi.y_offset),
    ):
        if not abs(center - size / 2) <= _MOST_SLOPE * focal:  # of NaN, too
            raise CameraInfoError(
                f"camera_info puts the principal point's {name} at {center:g} pixels of an image "
                f"of {size} (roi offset {offset}), too far outside; calibrate the camera"
            )
    return CameraIntrinsics(width=width, height=height, fx=fx, fy=fy, cx=cx, cy=cy)


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
