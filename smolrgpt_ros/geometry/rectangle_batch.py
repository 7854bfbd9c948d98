# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Several rectangles for each of several objects: their axes, and points in their coordinates."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .fit_batch import Floats, PointBatch
from .observations import Array

CX, CY, YAW, LONG, SHORT = range(5)

_ONE = np.float32(1)


class LocalPoints(NamedTuple):
    """Points in the coordinates of rectangles, shape ``(R, S, N)`` each.

    Args:
        u, v: metres from the centre along the long and the short axis, towards the camera.
        precision_u, precision_v: inverse standard deviations of them, 1/metres.
    """

    u: Floats
    v: Floats
    precision_u: Floats
    precision_v: Floats


class RectangleBatch:
    """S rectangles for each of R objects.

    Args:
        values: centre x, y, angle of the long side (radians), long and short side; metres, shape
            ``(R, S, 5)``.

    Attributes:
        values: as given.
        centre, sides, half: shape ``(R, S, 2)``.
        a, b: unit vectors along the long and the short side, shape ``(R, S, 2)``.
        toward: -1 or 1, shape ``(R, 2, S)``: ``toward * a`` points to the camera's side.
        half_u, half_v: half sides, shape ``(R, S, 1)``.
        seen_u, seen_v: whether the nearer of the two sides that end an axis faces the camera, shape
            ``(R, S, 1)``. From before the other axis neither does.
    """

    def __init__(self, values: Array) -> None:
        yaw = values[..., YAW]
        self.values = values
        self.centre = values[..., :2]
        self.sides = values[..., LONG:]
        self.half = 0.5 * self.sides
        rows, count = yaw.shape
        axes = np.empty((rows, 2, count, 2))
        axes[:, 0, :, 0] = axes[:, 1, :, 1] = np.cos(yaw)
        axes[:, 0, :, 1] = np.sin(yaw)
        axes[:, 1, :, 0] = -axes[:, 0, :, 1]
        self.a, self.b = axes[:, 0], axes[:, 1]
        along = (axes * self.centre[:, None]).sum(axis=-1)  # (R, 2, S)
        self.toward = np.where(along > 0, -1.0, 1.0)
        half = self.half.swapaxes(-1, -2)
        seen = np.abs(along) > half
        # Lines whose product with (x, y, 1) are coordinates that grow towards the camera.
        lines = np.empty((rows, 2, count, 3), np.float32)
        np.multiply(axes, self.toward[..., None], out=lines[..., :2], casting="same_kind")
        np.multiply(along, -self.toward, out=lines[..., 2], casting="same_kind")
        self._lines: Floats = lines.reshape(rows, 2 * count, 3)
        narrow = half.astype(np.float32)[..., None]
        self.half_u, self.half_v = narrow[:, 0], narrow[:, 1]
        self.seen_u, self.seen_v = seen[:, 0, :, None], seen[:, 1, :, None]

    def local(self, points: PointBatch, blur: float) -> LocalPoints:
        """Points in the coordinates of the rectangles.

        The variance of a coordinate is ``(a . sight)^2 along + (b . sight)^2 across``; the two axes
        share out ``along + across`` between them.

        Args:
            points: of the same R objects.
            blur: metres by which every point is less sure.
        """
        count = self.centre.shape[1]
        coordinates = self._lines @ points.homogeneous
        blur_variance = np.float32(blur * blur)
        variance_u = self._lines[:, :count, :2] @ points.sight
        np.square(variance_u, out=variance_u)
        variance_u *= points.stretch
        variance_u += points.across + blur_variance
        variance_v: Floats = points.both + 2 * blur_variance - variance_u
        np.sqrt(variance_u, out=variance_u)
        np.sqrt(variance_v, out=variance_v)
        u, v = coordinates[:, :count], coordinates[:, count:]
        return LocalPoints(u, v, _ONE / variance_u, _ONE / variance_v)

    def changed(self, change: Array) -> Array:
        """Changes ``(R, S, 5)`` in the rectangles' own axes as changes of their values."""
        moved = change[..., :1] * self.a + change[..., 1:2] * self.b
        return np.concatenate([moved, change[..., 2:]], axis=-1)

    def in_values(self, covariance: Array) -> Array:
        """Covariances ``(R, S, 5, 5)`` in the rectangles' own axes as those of their values."""
        turn = np.zeros((*covariance.shape[:2], 5, 5))
        turn[..., :2, 0], turn[..., :2, 1] = self.a, self.b
        turn[..., YAW:, YAW:] = np.eye(3)
        turned: Array = turn @ covariance @ turn.swapaxes(-1, -2)
        return turned
