# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Means over neighbouring pixels of a depth image, compiled."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .compiled import compiled
from .region_masks import Flags, Whole

Floats = NDArray[np.float64]

# Depth differences of neighbours, metres and shares of the depth: a jump, and the same surface.
_JUMP, _JUMP_SHARE = 0.08, 0.05
_SAME_SURFACE = 0.03


@compiled
def smooth(
    depth: NDArray[np.float32],
    bits: NDArray[np.uint32],
    pixels: tuple[Whole, Whole, Whole],
    steps: Whole,
    noise: tuple[float, float, float],
    found: tuple[Floats, Floats, Flags],
) -> None:
    """Writes the depth of pixels, its standard deviation, and whether a neighbour is much nearer or
    farther.

    In a noisy image the depth is the mean over those neighbours of the same region that differ by
    no more than noise. NaN stays NaN.

    Args:
        depth: shape ``(H, W)``, metres.
        bits: see ``RegionMasks``.
        pixels: rows, columns and regions, shape ``(N,)`` each.
        steps: rows and columns from a pixel to its neighbours, shape ``(K, 2)``.
        noise: of a pixel and between neighbours, 1/metres, see ``DepthNoise``; how many
            independent values the neighbours are worth at most.
        found: what is written, shape ``(N,)`` each.
    """
    rows, columns, owners = pixels
    strength, between, worth = noise
    means, sigmas, at_jump = found
    height, width = depth.shape
    for k in range(len(rows)):
        own = depth[rows[k], columns[k]]
        z, owner = np.float64(own), np.uint32(owners[k])
        differs = 4 * between * z * z
        jump = np.float32(max(_JUMP, _JUMP_SHARE * z) + differs)
        same = np.float32(_SAME_SURFACE + differs)
        total, count, at_jump[k] = z, 1, False
        for i in range(len(steps)):
            row = min(max(rows[k] + steps[i, 0], 0), height - 1)
            column = min(max(columns[k] + steps[i, 1], 0), width - 1)
            difference = abs(depth[row, column] - own)
            if difference > jump:
                at_jump[k] = True
            of_region = (bits[row, column] >> owner) & np.uint32(1)
            if strength > 0 and difference < same and of_region:
                total += depth[row, column]
                count += 1
        means[k] = total / count
        sigmas[k] = strength * z * z / math.sqrt(min(float(count), worth))
