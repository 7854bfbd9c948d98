# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What errors of a camera's calibration do to lengths that are measured with it.

A wrong focal length, principal point or scale of depth deforms everything that is seen linearly:
a point p appears at ``p + D p``, with one matrix D for each parameter::

    focal length       D = -e diag(1, 1, 0)               e: relative error
    principal point    D = -e / f at (0, 2), or (1, 2)    e: pixels, f: focal length
    depth scale        D =  e diag(1, 1, 1)               e: relative error

The floor and the boxes on it are fitted to what is seen, so they are deformed with it. A vector v
between two points grows by ``v . D v / |v|``. All lengths of a frame share these errors, so their
sums and differences add the changes, not the variances.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.tolerances import Tolerances

Floats = NDArray[np.float64]

PARAMETERS = 4
"""Focal length, principal point across and down, depth scale."""
_SIGMA = 1 / math.sqrt(3.0)  # standard deviation of an even distribution from -1 to 1


def unaffected() -> Floats:
    """Changes of a number that calibration does not touch, shape ``(PARAMETERS,)``."""
    return np.zeros(PARAMETERS)


@dataclass(frozen=True, eq=False)
class CalibrationErrors:
    """Deformations of the scene by one standard deviation of each parameter.

    Args:
        deformations: the matrices D, shape ``(PARAMETERS, 3, 3)``, optical frame.
    """

    deformations: Floats

    @staticmethod
    def of(camera: CameraIntrinsics, tolerances: Tolerances) -> CalibrationErrors:
        """Of a camera."""
        matrices = np.zeros((PARAMETERS, 3, 3))
        matrices[0, 0, 0] = matrices[0, 1, 1] = -tolerances.focal_length
        matrices[1, 0, 2] = -tolerances.principal_point / camera.fx
        matrices[2, 1, 2] = -tolerances.principal_point / camera.fy
        matrices[3] = tolerances.depth_scale * np.eye(3)
        return CalibrationErrors(_SIGMA * matrices)

    def along(self, direction: Floats, vector: Floats) -> Floats:
        """Changes of a vector's extent along a unit direction, metres, ``(PARAMETERS,)``."""
        changes: Floats = (self.deformations @ vector) @ direction
        return changes

    def of_length(self, vector: Floats) -> Floats:
        """Changes of a vector's length, metres, ``(PARAMETERS,)``."""
        return self.along(vector / max(math.hypot(*vector), 1e-9), vector)
