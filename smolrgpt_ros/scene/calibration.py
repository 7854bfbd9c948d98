# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What a driver or a file says of a camera, and the intrinsics of an image of any size by it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .camera import CameraIntrinsics
from .lens import Lens

#: Focal lengths of cameras, pixels.
_LEAST_FOCAL, _MOST_FOCAL = 1.0, 1e5
#: Tangent of the largest angle between the optical axis and the middle of an image.
_MOST_SLOPE = 10.0
#: Share of an image's pixels that must have a direction by the lens's calibration.
_LEAST_SEEN = 0.5
_GRID = 16  # pixels a side that are looked at for it


class CalibrationError(ValueError):
    """A calibration that is not the image's, or no camera's; the text names what was found."""


@dataclass(frozen=True)
class Calibration:
    """The fields of ``sensor_msgs/CameraInfo``; files with fewer leave the others out.

    Args:
        width, height: of the full image, pixels.
        k: camera matrix, row by row: ``fx 0 cx 0 fy cy 0 0 1``, of the image as it is.
        model, d: lens distortion by ROS's names, and its coefficients.
        p: projection matrix of the rectified image, 12 numbers; empty where there is none.
        binning: pixels that are one pixel of the image, horizontally and vertically.
        roi: region of interest ``(x, y, width, height)`` in full pixels; zeros: all.
        rectified: whether the image is rectified: then P counts, and the lens is undone already.
    """

    width: int
    height: int
    k: tuple[float, ...]
    model: str = ""
    d: tuple[float, ...] = ()
    p: tuple[float, ...] = ()
    binning: tuple[int, int] = (1, 1)
    roi: tuple[int, int, int, int] = (0, 0, 0, 0)
    rectified: bool = False

    def intrinsics(self, width: int, height: int) -> CameraIntrinsics | None:
        """Intrinsics of an image of ``width`` x ``height`` pixels; ``None`` where uncalibrated.

        An image of another size with the same shape is the same view, smaller or larger: see
        :meth:`note`.

        Raises:
            CalibrationError: if the calibration is for an image of another shape, has a focal
                length or a principal point that no camera has, or a lens that cannot be undone.
        """
        matrix = self._matrix()
        if matrix is None:
            return None  # drivers publish zeros until the camera is calibrated
        name, (fx, cx, fy, cy) = matrix
        own = self._size_for(width, height)
        bin_x, bin_y = self.binning
        for axis, focal in (("fx", fx), ("fy", fy)):
            if not _LEAST_FOCAL <= focal <= _MOST_FOCAL:
                raise CalibrationError(
                    f"camera_info has a focal length {axis} ({name[axis]}) of {focal:g} pixels, "
                    f"expected {_LEAST_FOCAL:g} to {_MOST_FOCAL:g}; calibrate the camera"
                )
        fx, fy = fx / bin_x, fy / bin_y
        cx = (cx - self.roi[0] + 0.5) / bin_x - 0.5
        cy = (cy - self.roi[1] + 0.5) / bin_y - 0.5
        for axis, center, size, focal, offset in (
            ("cx", cx, own[0], fx, self.roi[0]),
            ("cy", cy, own[1], fy, self.roi[1]),
        ):
            if not abs(center - size / 2) <= _MOST_SLOPE * focal:  # of NaN, too
                raise CalibrationError(
                    f"camera_info puts the principal point's {axis} ({name[axis]}) at {center:g} "
                    f"pixels of an image of {size} (roi offset {offset}), too far outside; "
                    "calibrate the camera"
                )
        camera = CameraIntrinsics(*own, fx, fy, cx, cy, self._lens(name["fx"].startswith("k")))
        camera = camera if own == (width, height) else camera.scaled(width, height)
        _check_lens(camera, self.model, self.d)
        return camera

    def note(self, width: int, height: int) -> str:
        """One sentence where the calibration is for an image of another size; else empty.

        Raises:
            CalibrationError: as for :meth:`intrinsics`.
        """
        own = self._size_for(width, height)
        if own == (width, height):
            return ""
        return (
            f"The calibration is for {own[0]}x{own[1]} pixels and was scaled to the image's "
            f"{width}x{height}."
        )

    def _size_for(self, width: int, height: int) -> tuple[int, int]:
        """Size of the image that the calibration is for: the given one, if only rounding parts
        them, else one of the same shape."""
        (bin_x, bin_y), roi = self.binning, self.roi
        full = roi[2] or self.width, roi[3] or self.height
        # Drivers round binned sizes down or up.
        if all(
            size in (whole // factor, -(-whole // factor))
            for size, whole, factor in zip((width, height), full, self.binning, strict=True)
        ):
            return width, height
        own = full[0] // bin_x, full[1] // bin_y
        if min(own) > 0 and abs(own[1] * width / own[0] - height) < 1.0:  # rounded
            return own
        raise CalibrationError(
            f"camera_info is for {own[0]}x{own[1]} pixels (binning {bin_x}x{bin_y}), the image is "
            f"{width}x{height}, which is another shape"
        )

    def _matrix(self) -> tuple[dict[str, str], tuple[float, float, float, float]] | None:
        """Where ``fx, cx, fy, cy`` stand, and their values; ``None`` where all are zero."""
        from_k = ({"fx": "k[0]", "cx": "k[2]", "fy": "k[4]", "cy": "k[5]"}, _at(self.k, 0, 2, 4, 5))
        from_p = ({"fx": "p[0]", "cx": "p[2]", "fy": "p[5]", "cy": "p[6]"}, _at(self.p, 0, 2, 5, 6))
        for found in (from_p, from_k) if self.rectified else (from_k, from_p):
            if found[1][0] != 0.0 or found[1][2] != 0.0:
                return found
        return None

    def _lens(self, of_k: bool) -> Lens | None:
        """P is of a rectified image, which the lens no longer bends."""
        if self.rectified or not of_k:
            return None
        try:
            return Lens.named(self.model, self.d)
        except ValueError as error:
            raise CalibrationError(str(error)) from error


def _at(values: tuple[float, ...], *places: int) -> tuple[float, float, float, float]:
    """Four of a matrix's numbers; zeros where it is empty."""
    if not values:
        return (0.0, 0.0, 0.0, 0.0)
    a, b, c, d = (float(values[place]) for place in places)
    return a, b, c, d


def _check_lens(camera: CameraIntrinsics, model: str, d: tuple[float, ...]) -> None:
    if camera.lens is None:
        return
    rows, columns = np.mgrid[: camera.height - 1 : _GRID * 1j, : camera.width - 1 : _GRID * 1j]
    bent = np.stack([(columns - camera.cx) / camera.fx, (rows - camera.cy) / camera.fy], axis=-1)
    seen = np.isfinite(camera.lens.undistorted(bent.reshape(-1, 2))).all(axis=1).mean()
    if seen < _LEAST_SEEN:
        raise CalibrationError(
            f"lens distortion {model!r:.40} with the coefficients {[round(v, 6) for v in d[:14]]} "
            f"gives only {seen:.0%} of the pixels a direction, expected {_LEAST_SEEN:.0%}; "
            "calibrate the camera, or use rectified images"
        )
