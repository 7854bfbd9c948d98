# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The direction of up from an accelerometer. Free of ROS."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

#: Standard gravity, m/s^2, and how far a measurement may be off it: beyond, the camera accelerates.
_GRAVITY, _TOLERANCE = 9.80665, 2.0
#: Seconds over which measurements are averaged: longer than steps and bumps, shorter than a turn.
_TIME_CONSTANT_S = 0.5
#: Seconds after which an average says nothing any more.
_OUTDATED_S = 2.0


class AccelerometerUp:
    """Low-passed acceleration: at rest it points up, with the strength of gravity.

    Measurements of an accelerating camera, whose strength is another, are left out.
    """

    def __init__(self) -> None:
        self._mean: Vector | None = None
        self._last_ns = 0

    def add(self, acceleration: Vector, stamp_ns: int) -> None:
        """Takes a measurement.

        Args:
            acceleration: specific force in the sensor's axes, m/s^2, shape ``(3,)``.
            stamp_ns: of the measurement; earlier than the last one starts anew.
        """
        strength = float(np.linalg.norm(acceleration))
        if not abs(strength - _GRAVITY) <= _TOLERANCE:  # of NaN, too
            return
        elapsed_s = (stamp_ns - self._last_ns) / 1e9
        self._last_ns = stamp_ns
        if self._mean is None or not 0.0 <= elapsed_s <= _OUTDATED_S:
            self._mean = np.array(acceleration, np.float64)
            return
        share = -math.expm1(-elapsed_s / _TIME_CONSTANT_S)
        self._mean = self._mean + share * (acceleration - self._mean)

    def up(self, stamp_ns: int) -> Vector | None:
        """Unit vector in the sensor's axes; ``None`` without a measurement of the last seconds.

        Args:
            stamp_ns: time that it is wanted for.
        """
        age_s = self.age_s(stamp_ns)
        if self._mean is None or age_s is None or abs(age_s) > _OUTDATED_S:
            return None
        return self._mean / float(np.linalg.norm(self._mean))

    def age_s(self, stamp_ns: int) -> float | None:
        """Seconds from the last measurement to a time, negative where it is before; ``None``
        without a measurement."""
        return None if self._mean is None else (stamp_ns - self._last_ns) / 1e9
