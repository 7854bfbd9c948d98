# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Samples of standing objects, and their points on the floor plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.depth_noise import DepthNoise
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.plane import Plane

from .depth_sampling import RimSamples, SurfaceSamples, rims_of
from .noise import RIM_ON_SIDE, TOP_ON_SIDE, UPRIGHT_ON_SIDE, surface_sigmas
from .object_heights import LEVEL_TOP, Heights
from .observations import FloorPoints, VerticalExtent
from .outline_evidence import foot_points, free_points
from .region_masks import Flags, RegionMasks, Whole, at_border
from .size_priors import SizePrior

Floats = NDArray[np.float64]

_UNKNOWN_RECESS = 0.03  # metres by which the surface of no known class lies behind its box's sides
_BASE_RECESS = 0.01  # metres by which the base of a known class does
_ABOVE_FLOOR = 0.03  # metres: a rim that is lower may be the floor's
# Metres from a level top up to the camera, and by which a ray of depth 1 falls: with less of either
# the ray meets the top's height too far from its edge.
_LEAST_DROP, _LEAST_FALL = 0.5, 0.05
# Metres below the top that are its level face: in ideal depth, per standard deviation of a height,
# and for noise at most.
_TOP_BAND, _TOP_BAND_SIGMAS, _TOP_BAND_NOISE = 0.03, 1.5, 0.05
_ABOVE_BASE = 0.02  # metres above a base up to which samples are its own
_FEWEST_BASE, _LEAST_BASE = 3, 0.03  # samples, and their share of all, without which it is hidden


@dataclass(frozen=True, eq=False)
class BoxSamples:
    """Samples of the standing objects of a frame, and what they were taken from.

    Args:
        masks, surfaces, rims: of R regions; M places of rims.
        heights: of surfaces and rims above the floor.
        rays: through the rims, of depth 1, in the floor's axes, shape ``(M, 3)``.
        border: which rims are at the picture's border, shape ``(M,)``.
        camera: the intrinsics.
        noise: of the depth.
        mask_edge: standard deviation of the masks' edges, pixels.
    """

    masks: RegionMasks
    surfaces: SurfaceSamples
    rims: RimSamples
    heights: Heights
    rays: Floats
    border: Flags
    camera: CameraIntrinsics
    noise: DepthNoise
    mask_edge: float

    @staticmethod
    def of(
        frame: RgbdFrame,
        masks: RegionMasks,
        labels: Sequence[str],
        surfaces: SurfaceSamples,
        plane: Plane,
        noise: DepthNoise,
        mask_edge: float,
        standing: Flags,
    ) -> BoxSamples:
        """Of the regions of a frame.

        Args:
            frame: with depth and intrinsics.
            masks, labels: the regions and their classes.
            surfaces: of the regions.
            plane: the floor.
            noise: of the depth.
            mask_edge: standard deviation of the masks' edges, pixels.
            standing: where standing objects show, shape ``(H, W)``.
        """
        camera = frame.intrinsics
        assert camera is not None
        below_load = np.array([label == "transporter" for label in labels])
        rims = rims_of(frame, masks, plane, noise, below_load, standing, mask_edge)
        heights, rays = Heights(surfaces, rims, plane), rims.directions @ plane.axes.T
        border = at_border(masks, rims.columns, rims.rows)
        return BoxSamples(masks, surfaces, rims, heights, rays, border, camera, noise, mask_edge)


@dataclass(frozen=True, eq=False)
class Extents:
    """Heights of R objects and what their classes say of their shape, metres, ``(R,)`` each.

    Args:
        bottom, top: of the object, above the floor.
        base: height up to which the class fills its footprint; 0 where it does not.
        recess: how far behind its sides most of its surface lies.
        hidden_recess: the same where the base is hidden, so that nothing says it.
    """

    bottom: Floats
    top: Floats
    base: Floats
    recess: Floats
    hidden_recess: Floats

    @staticmethod
    def of(priors: Sequence[SizePrior | None], vertical: Sequence[VerticalExtent]) -> Extents:
        return Extents(
            np.array([v.bottom for v in vertical]),
            np.array([v.top for v in vertical]),
            np.array([p.base if p else 0.0 for p in priors]),
            np.array([p.recess if p else _UNKNOWN_RECESS for p in priors]),
            np.array([0.5 * p.short if p else _UNKNOWN_RECESS for p in priors]),
        )


def floor_points(
    samples: BoxSamples, of_object: Flags, extents: Extents
) -> list[tuple[FloorPoints, Whole]]:
    """Points of the surface, the rim and the foot, and free ones, each with their owners."""
    surfaces, rims, heights, camera = (
        samples.surfaces,
        samples.rims,
        samples.heights,
        samples.camera,
    )
    owner, local = surfaces.owner[of_object], heights.surface_local[of_object]
    z, sigma_z = surfaces.points[of_object, 2], surfaces.sigma[of_object]
    on_side, recess = _side_shares(local, sigma_z, owner, extents)
    sigmas = surface_sigmas(local[:, :2], z, sigma_z, camera)
    standing = samples.noise, extents.bottom, extents.base
    return [
        (FloorPoints.of(local[:, :2], *sigmas, on_side, recess), owner),
        _rim_points(rims, heights, samples.rays, camera, extents),
        foot_points(rims, samples.rays, heights, camera, *standing, samples.mask_edge),
        free_points(rims, samples.rays, heights.plane, camera, *standing),
    ]


def _rim_points(
    rims: RimSamples, heights: Heights, rays: Floats, camera: CameraIntrinsics, extents: Extents
) -> tuple[FloorPoints, Whole]:
    """Points at the silhouette where the object itself ends, and their owners."""
    good = heights.rim_known & np.isfinite(rims.beyond) & (heights.rim > _ABOVE_FLOOR)
    z, sigma_z, owner = rims.points[good, 2], rims.sigma[good], rims.owner[good]
    inner, rays = heights.rim[good], rays[good]
    # The depth is that of a pixel inside; the edge itself is on the ray between the pixels. On the
    # far edge of a level top, that ray meets the top's height.
    drop = heights.plane.offset - inner
    level = rims.upper[good] & (drop > _LEAST_DROP) & (rays[:, 2] < -_LEAST_FALL)
    level &= inner > extents.top[owner] - LEVEL_TOP
    z_edge = np.where(level, drop / np.where(level, -rays[:, 2], 1.0), z)
    xy = (rays * z_edge[:, None])[:, :2]
    sigmas = surface_sigmas(xy, z, sigma_z, camera)
    return FloorPoints.of(xy, *sigmas, RIM_ON_SIDE, extents.recess[owner]), owner


def _side_shares(
    local: Floats, sigma_z: Floats, owner: Whole, extents: Extents
) -> tuple[Floats, Floats]:
    """Of each surface point how probably it is on a side, and how far behind it at most, metres.

    The level top is on no side. The base fills the footprint; what stands on it may stand back, and
    where the base is hidden nothing says how far.
    """
    height = local[:, 2]
    slope = np.abs(height) / np.maximum(np.hypot(local[:, 0], local[:, 1]), 0.1)
    top_band = _TOP_BAND + np.minimum(_TOP_BAND_SIGMAS * sigma_z * slope, _TOP_BAND_NOISE)
    is_top = height > extents.top[owner] - top_band
    base_top = extents.bottom + extents.base + _ABOVE_BASE
    is_base = (extents.base[owner] > 0) & (height < base_top[owner])
    regions = len(extents.base)
    of_base = np.bincount(owner[is_base], minlength=regions)
    of_all = np.bincount(owner, minlength=regions)
    hidden = (extents.base > 0) & (of_base < np.maximum(_FEWEST_BASE, _LEAST_BASE * of_all))
    recess = np.where(hidden, extents.hidden_recess, extents.recess)[owner]
    recess[is_base] = _BASE_RECESS
    return np.where(is_top, TOP_ON_SIDE, UPRIGHT_ON_SIDE), recess
