# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Makes the first fit of a process as fast as others.

Loops are compiled at their first call, which takes seconds on a new machine, less than one after
that.
"""

from __future__ import annotations

import math

import numpy as np

from smolrgpt_ros.scene.camera import CameraIntrinsics, ray_grid
from smolrgpt_ros.scene.depth_noise import DepthNoise
from smolrgpt_ros.scene.floor_fit import fit_ground_plane
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.region import Region

from .depth_sampling import rims_of, surfaces_of
from .fit_batch import FitBatch
from .mask_alignment import align_masks
from .observations import FloorPoints, Observations
from .rectangle_likelihood import linearised, minimised, stepped
from .region_masks import RegionMasks


def compile_loops() -> None:
    """Calls every compiled function once, with the types of arrays that frames have."""
    camera = CameraIntrinsics(8, 8, fx=8.0, fy=8.0, cx=3.5, cy=3.5)
    # An empty floor, seen from 1 m above it and 45 degrees down.
    depth = (math.sqrt(2) / (1 + ray_grid(camera)[1])).repeat(8, axis=1)
    frame = RgbdFrame(np.zeros((8, 8, 3), np.uint8), depth, camera)
    noise, region = DepthNoise(0.001), Region(1, "", np.ones((8, 8), bool))
    plane = fit_ground_plane(depth, camera, noise=noise.strength)
    assert plane is not None
    masks = RegionMasks([region.boxed])
    surfaces_of(frame, masks, noise)
    rims_of(frame, masks, plane, noise, np.zeros(1, bool), np.zeros((8, 8), bool))
    align_masks(frame, [region], plane, noise)
    none = FloorPoints.none()
    known = Observations(
        none, none, none, none, np.zeros((0, 2)), np.zeros(0), sides=(1.0, 1.0), side_sigma=1.0
    )
    values, batch = np.array([[[0.0, 4.0, 0.0, 1.0, 1.0]]]), FitBatch.of([known])
    minimised(stepped(values, linearised(values, batch)), batch)
