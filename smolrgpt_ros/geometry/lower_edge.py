# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Objects of which nothing is seen near the floor: they hang or rest above it, or something hides
their underside.

Where the lower edge of an object is its own, at a height that no error explains, and what shows
right below it goes straight on down or lies farther away, the edge is the underside, whatever it
rests on. Where something nearer hides the edge, or what shows right below comes nearer, as the
level top of something in front does, the object may end on the floor behind that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from smolrgpt_ros.scene.camera import rays
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.height_picture import pixel_heights
from smolrgpt_ros.scene.statistics import median, quantile

from .box_points import BoxSamples
from .depth_sampling import FEWEST_SAMPLES
from .noise import BOTTOM_SIGMA
from .region_masks import BELOW, Whole, pixels_below

_NEAR_FLOOR = 0.15  # metres: what is seen so low stands on the floor
_SURELY_ABOVE = 0.4  # metres: no mask of what stands on the floor ends so high by mistake
_SIGMAS = 3.0  # by which heights may be off
_LOWEST, _LOWEST_OF_SURFACE = 0.1, 0.02  # quantiles of the lower edge, and of all that is seen
_OWN = 0.6  # share of the lower edge that is the object's own end, at least
# Metres by which what is right below may come nearer per metre down: a side goes straight on down,
# a level top comes nearer by at least as much as the picture goes down.
_NEARER = 0.4


@dataclass(frozen=True)
class LowerEdge:
    """Where an object of which nothing is seen near the floor ends below.

    Args:
        height: of its lowest seen part above the floor, metres.
        sigma: standard deviation of that, metres.
        own: whether it ends there; else something may hide what is lower.
    """

    height: float
    sigma: float
    own: bool


def lower_edge(frame: RgbdFrame, samples: BoxSamples, region: int) -> LowerEdge | None:
    """Where an object ends below; ``None`` where it is seen near the floor, or too little shows.

    Args:
        frame: with depth and intrinsics.
        samples: of its standing objects.
        region: index of the object's region.
    """
    heights, rims, camera = samples.heights, samples.rims, samples.camera
    part = rims.part(region)
    lower: Whole = part.start + np.flatnonzero(rims.lower[part] & heights.rim_known[part])
    surface = heights.surface[samples.surfaces.part(region)]
    if len(lower) < FEWEST_SAMPLES or len(surface) < FEWEST_SAMPLES:
        return None
    z = float(median(rims.points[lower, 2]))
    pixels = math.hypot(0.5, samples.mask_edge)
    sigma = math.hypot(BOTTOM_SIGMA, heights.rim_noise(part), pixels * z / camera.fy)
    edge = heights.rim[lower]
    lowest = min(quantile(edge, _LOWEST), quantile(surface, _LOWEST_OF_SURFACE))
    least = max(_NEAR_FLOOR, _SIGMAS * sigma)
    if lowest < least:
        return None
    ends = ~rims.cut[lower]
    own = bool(ends.mean() > _OWN) and lowest > max(_SURELY_ABOVE, least)
    return LowerEdge(lowest, sigma, own and not _comes_nearer(frame, samples, lower[ends]))


def _comes_nearer(frame: RgbdFrame, samples: BoxSamples, places: Whole) -> bool:
    """Whether what shows right below some places of a rim is nearer to the viewer along the floor,
    or has no depth."""
    rims, plane = samples.rims, samples.heights.plane
    columns, rows = pixels_below(
        samples.masks, rims.columns[places], rims.rows[places], plane, BELOW
    )
    z, _ = pixel_heights(frame, plane, columns, rows)
    known = np.isfinite(z) & (z > 0)
    if 2 * np.count_nonzero(known) < len(places):
        return True
    below = plane.to_floor(rays(samples.camera, columns, rows)[known] * z[known, None])
    own, down = samples.heights.rim_local[places[known]], rims.points[places[known], 2]
    nearer = np.hypot(own[:, 0], own[:, 1]) - np.hypot(below[:, 0], below[:, 1])
    return bool(median(nearer) > _NEARER * BELOW * median(down) / samples.camera.fy)
