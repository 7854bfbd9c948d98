# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Distortion of lenses: pixels to directions and back, by OpenCV's models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Names of ROS, Kalibr and librealsense, lower case without spaces and underscores.
_POLYNOMIAL = ("plumbbob", "radtan", "brownconrady", "rationalpolynomial")
_FISHEYE = ("equidistant", "fisheye", "kannalabrandt", "kannalabrandt4")
#: Numbers of coefficients that OpenCV knows: k1 k2 p1 p2, k3, k4 to k6, s1 to s4, tilt.
_POLYNOMIAL_SIZES, _FISHEYE_SIZES = (4, 5, 8, 12, 14), (4,)
_ROUND_TRIP = 1e-5  # by which a direction may miss itself when it is bent again
_STEEPEST = 10.0  # slope of a ray: depth along the optical axis says nothing of steeper ones
_CRITERIA = (cv2.TERM_CRITERIA_COUNT + cv2.TERM_CRITERIA_EPS, 60, 1e-9)


@dataclass(frozen=True)
class Lens:
    """How a lens bends directions.

    Args:
        fisheye: Kannala and Brandt's equidistant model (OpenCV's ``fisheye``); else OpenCV's
            polynomial (ROS: ``plumb_bob``, ``rational_polynomial``).
        coefficients: in OpenCV's order; 4 of a fisheye.
    """

    fisheye: bool
    coefficients: tuple[float, ...]

    @classmethod
    def named(cls, model: str, coefficients: Sequence[float]) -> Lens | None:
        """The lens of a distortion model by its name; ``None`` without distortion.

        Raises:
            ValueError: for a model that cannot be undone, or coefficients that are none of it.
        """
        values = [float(value) for value in coefficients]
        while values and values[-1] == 0.0:
            values.pop()
        key = model.lower().replace("_", "").replace(" ", "")
        fisheye = key in _FISHEYE
        if not values and not fisheye:
            return None
        if not fisheye and key not in _POLYNOMIAL:
            raise ValueError(
                f"lens distortion of model {model!r:.40} cannot be undone, expected plumb_bob, "
                "rational_polynomial or equidistant; use rectified images"
            )
        sizes = _FISHEYE_SIZES if fisheye else _POLYNOMIAL_SIZES
        size = next((size for size in sizes if size >= len(values)), 0)
        if not size or not np.all(np.isfinite(values)):
            raise ValueError(
                f"lens distortion {model!r:.40} has {len(values)} coefficients {values[:14]}, "
                f"expected {' or '.join(map(str, sizes))} finite ones"
            )
        return cls(fisheye, tuple(values + [0.0] * (size - len(values))))

    def undistorted(self, bent: Array) -> Array:
        """Slopes of rays by bent slopes, both shape ``(N, 2)``; NaN where the model has none."""
        points = np.ascontiguousarray(bent, np.float64)[:, None]
        if not len(points):
            return np.zeros((0, 2))
        one, d = np.eye(3), np.array(self.coefficients)
        if self.fisheye:
            found = cv2.fisheye.undistortPoints(points, one, d)[:, 0]
        else:
            found = cv2.undistortPointsIter(points, one, d, one, one, _CRITERIA)[:, 0]
        straight: Array = np.array(found, np.float64)
        with np.errstate(invalid="ignore", over="ignore"):
            wrong = ~(np.abs(self.distorted(straight) - bent).max(axis=1) < _ROUND_TRIP)
            wrong |= ~(np.abs(straight).max(axis=1) < _STEEPEST)
        straight[wrong] = np.nan
        return straight

    def distorted(self, straight: Array) -> Array:
        """What the lens makes of slopes of rays, both shape ``(N, 2)``."""
        if not len(straight):
            return np.zeros((0, 2))
        one, d, none = np.eye(3), np.array(self.coefficients), np.zeros(3)
        if self.fisheye:
            points = np.ascontiguousarray(straight, np.float64)[:, None]
            return np.asarray(cv2.fisheye.distortPoints(points, one, d)[:, 0], np.float64)
        rays = np.column_stack([straight, np.ones(len(straight))])
        bent, _ = cv2.projectPoints(rays, none, none, one, d)
        return np.asarray(bent[:, 0], np.float64)
