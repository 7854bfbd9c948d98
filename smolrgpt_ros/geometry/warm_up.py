# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Makes the first fit of a process as fast as others.

Loops are compiled at their first call, which takes seconds on a new machine, less than one after
that.
"""

from __future__ import annotations

import numpy as np

from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.depth_noise import DepthNoise
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.plane import Plane
from smolrgpt_ros.scene.region import Region

from .depth_sampling import rims_of, surfaces_of
from .fit_batch import FitBatch
from .mask_alignment import align_masks
from .observations import FloorPoints, Observations
from .rectangle_likelihood import linearised, minimised, stepped
from .region_masks import RegionMasks


def compile_loops() -> None:
    """Calls every compiled function once, with the types of arrays that frames have."""
    frame = RgbdFrame(
        np.zeros((4, 4, 3), np.uint8),
        np.ones((4, 4), np.float32),
        CameraIntrinsics(4, 4, fx=4.0, fy=4.0, cx=1.5, cy=1.5),
    )
    region, plane = Region(1, "", np.ones((4, 4), bool)), Plane(np.array([0.0, -1.0, 0.0]), 1.0)
    masks, noise = RegionMasks([region.boxed]), DepthNoise()
    surfaces_of(frame, masks, noise)
    rims_of(frame, masks, plane, noise, np.zeros(1, bool), np.zeros((4, 4), bool))
    align_masks(frame, [region], plane, noise)
    none = FloorPoints.none()
    known = Observations(
        none, none, none, none, np.zeros((0, 2)), np.zeros(0), sides=(1.0, 1.0), side_sigma=1.0
    )
    values, batch = np.array([[[0.0, 4.0, 0.0, 1.0, 1.0]]]), FitBatch.of([known], 1)
    minimised(stepped(values, linearised(values, batch)), batch)
