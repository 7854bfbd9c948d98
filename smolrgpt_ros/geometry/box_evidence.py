# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Boxes that stand on the floor: what their surface and their silhouette show of the footprint."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.depth_noise import DepthNoise
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.plane import Plane
from smolrgpt_ros.scene.statistics import median

from .centre_errors import box_errors, floor_sigma
from .depth_sampling import FEWEST_SAMPLES, RimSamples, SurfaceSamples, rims_of
from .noise import (
    BOTTOM_SIGMA,
    BOX_EFFECTIVE_POINTS,
    RIM_ON_SIDE,
    TOP_ON_SIDE,
    UPRIGHT_ON_SIDE,
    surface_sigmas,
)
from .object_heights import LEVEL_TOP, Heights
from .observations import (
    SIGMA_ALONG,
    FitProblem,
    FloorPoints,
    Observations,
    VerticalExtent,
    starts_around,
)
from .outline_evidence import foot_points, free_points, tangents
from .region_masks import Flags, RegionMasks, Whole, at_border
from .size_priors import SIZES, SizePrior
from .underside import Underside, UndersideEvidence, low_base_share, mask_heights

Floats = NDArray[np.float64]

_UNKNOWN_LENGTH = 3.0  # metres, of an object of no known class
# Of what is seen of it: its short side, and the standard deviation of both.
_UNKNOWN_SHORT, _UNKNOWN_SIDE_SIGMA = 0.7, 0.4
_UNKNOWN_RECESS = 0.03  # metres by which its surface lies behind the sides of its box
_BASE_RECESS = 0.01  # metres by which the base of a known class does
_TOP_CUT = 0.6  # of the rim's highest part, from which the top is not the object's own edge
# Short sides from the middle of what is seen, and of the foot, to where a fit starts.
_CENTRE_BEHIND, _CENTRE_BEHIND_FOOT = 0.2, 0.5
_ABOVE_FLOOR = 0.03  # metres: a rim that is lower may be the floor's
# Metres from a level top up to the camera, and by which a ray of depth 1 falls: with less of either
# the ray meets the top's height too far from its edge.
_LEAST_DROP, _LEAST_FALL = 0.5, 0.05
# Metres below the top that are its level face: in ideal depth, per standard deviation of a height,
# and for noise at most.
_TOP_BAND, _TOP_BAND_SIGMAS, _TOP_BAND_NOISE = 0.03, 1.5, 0.05
_ABOVE_BASE = 0.02  # metres above a base up to which samples are its own
_FEWEST_BASE, _LEAST_BASE = 3, 0.03  # samples, and their share of all, without which it is hidden


def box_problems(
    frame: RgbdFrame,
    masks: RegionMasks,
    labels: Sequence[str],
    surfaces: SurfaceSamples,
    plane: Plane,
    noise: DepthNoise,
    mask_edge: float,
    vehicles: Flags,
    standing: Flags,
) -> list[FitProblem | None]:
    """The footprints of standing objects; ``None`` for one that does not rise from the floor.

    Args:
        frame: with depth and intrinsics.
        masks, labels: the regions and their classes.
        surfaces: of the regions.
        plane: the floor.
        noise: of the depth.
        mask_edge: standard deviation of the masks' edges, pixels.
        vehicles, standing: where vehicles, and where all standing objects show, ``(H, W)`` each.
    """
    camera = frame.intrinsics
    assert camera is not None
    below_load = np.array([label == "transporter" for label in labels])
    rims = rims_of(frame, masks, plane, noise, below_load, standing, mask_edge)
    heights = Heights(surfaces, rims, plane)
    priors = [SIZES.get(label) for label in labels]
    evidence = UndersideEvidence.of(frame, masks, rims, heights, noise, vehicles, standing)
    of_object = np.zeros(len(surfaces.owner), bool)
    border = at_border(masks, rims.columns, rims.rows)
    verticals = [VerticalExtent()] * len(labels)
    for i, (label, prior) in enumerate(zip(labels, priors, strict=True)):
        part, rim = surfaces.part(i), rims.part(i)
        if part.stop - part.start < FEWEST_SAMPLES:
            continue
        length = prior.long if prior else _UNKNOWN_LENGTH
        chosen = heights.object_samples(part, length)
        if chosen is None:
            continue
        of_object[part] = chosen
        top = heights.top(part, chosen, rim, length)
        open_frame = prior is not None and prior.base == 0
        top_rim = heights.top_rim(part, chosen, rim, top, open_frame)
        at_picture_end = _mostly(border[top_rim])
        z = float(median(surfaces.points[part, 2]))
        edge, below = mask_edge * z / camera.fy, floor_sigma(z, plane.offset, noise, camera)
        top_sigma, seen_top = heights.top_sigma(rim, edge), top if at_picture_end else None
        if prior is not None and _mostly(rims.cut[top_rim]):
            top, top_sigma = max(top, prior.height), math.hypot(top_sigma, prior.height_sigma)
        underside = Underside()
        if label == "pallet":
            share = low_base_share(mask_heights(frame, masks, i, plane, noise))
            underside = evidence.underside(rim, heights.rim_noise(rim), share)
        verticals[i] = VerticalExtent(
            underside.height,
            top,
            BOTTOM_SIGMA,
            top_sigma,
            below,
            seen_top,
            underside.on_vehicle,
        )
    areas = [mask.area for mask in masks.masks]
    return _problems(
        surfaces,
        of_object,
        rims,
        heights,
        camera,
        noise,
        mask_edge,
        areas,
        priors,
        verticals,
        border,
    )


def _mostly(cut: Flags) -> bool:
    """Whether an object goes on at most places."""
    return bool(np.count_nonzero(cut) > _TOP_CUT * len(cut))


@dataclass(frozen=True, eq=False)
class _Extents:
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
    def of(priors: Sequence[SizePrior | None], vertical: Sequence[VerticalExtent]) -> _Extents:
        return _Extents(
            np.array([v.bottom for v in vertical]),
            np.array([v.top for v in vertical]),
            np.array([p.base if p else 0.0 for p in priors]),
            np.array([p.recess if p else _UNKNOWN_RECESS for p in priors]),
            np.array([0.5 * p.short if p else _UNKNOWN_RECESS for p in priors]),
        )


def _problems(
    surfaces: SurfaceSamples,
    of_object: Flags,
    rims: RimSamples,
    heights: Heights,
    camera: CameraIntrinsics,
    noise: DepthNoise,
    mask_edge: float,
    areas: Sequence[int],
    priors: Sequence[SizePrior | None],
    verticals: Sequence[VerticalExtent],
    border: Flags,
) -> list[FitProblem | None]:
    """All regions' points at once, then one problem for each region."""
    plane, extents = heights.plane, _Extents.of(priors, verticals)
    owner, local = surfaces.owner[of_object], heights.surface_local[of_object]
    z, sigma_z = surfaces.points[of_object, 2], surfaces.sigma[of_object]
    on_side, recess = _side_shares(local, sigma_z, owner, extents)
    sigmas = surface_sigmas(local[:, :2], z, sigma_z, camera)
    surface = FloorPoints.of(local[:, :2], *sigmas, on_side, recess)
    rim_rays = rims.directions @ plane.axes.T
    rim, rim_owner = _rim_points(rims, heights, rim_rays, camera, extents)
    foot, foot_owner = foot_points(
        rims, rim_rays, heights, camera, noise, extents.bottom, extents.base, mask_edge
    )
    free, free_owner = free_points(
        rims, rim_rays, plane, camera, noise, extents.bottom, extents.base
    )
    each = np.arange(len(priors) + 1)
    bounds = [np.searchsorted(o, each) for o in (owner, rim_owner, foot_owner, free_owner)]
    bearing = np.arctan2(rim_rays[:, 0], rim_rays[:, 1])
    ends = np.isfinite(rims.beyond)
    problems: list[FitProblem | None] = []
    for i, prior in enumerate(priors):
        of_surface, of_rim, of_foot, of_free = (slice(int(b[i]), int(b[i + 1])) for b in bounds)
        if of_surface.stop == of_surface.start:
            problems.append(None)
            continue
        part = rims.part(i)
        normals, angle_sigma = tangents(bearing[part], ends[part], camera, mask_edge)
        sides, side_sigma = _size(local[of_surface], prior)
        observations = Observations(
            surface=surface.part(of_surface),
            rim=rim.part(of_rim),
            foot=foot.part(of_foot),
            covered=FloorPoints.none(),
            free=free.part(of_free),
            tangents=normals,
            tangent_sigma=angle_sigma,
            sides=sides,
            side_sigma=side_sigma,
            effective_depths=min(BOX_EFFECTIVE_POINTS, noise.independent(areas[i])),
        )
        starts = _starts(observations)
        errors = box_errors(
            float(median(z[of_surface])),
            noise,
            camera,
            mask_edge,
            prior.short if prior else sides[1],
            float(rims.cut[part].mean()) if part.stop > part.start else 1.0,
        )
        ends_at, known, cut = heights.rim_local[part, :2], heights.rim_known[part], border[part]
        problems.append(
            FitProblem(
                observations,
                starts,
                verticals[i],
                errors,
                ends_at[known & ~cut],
                ends_at[known & cut],
            )
        )
    return problems


def _size(local: Floats, prior: SizePrior | None) -> tuple[tuple[float, float], float]:
    """Sides before measuring with their standard deviation, metres: the class's, or what is seen
    of an object of no known class."""
    if prior is not None:
        return (prior.long, prior.short), prior.side_sigma
    extent = float(np.ptp(local[:, :2], axis=0).max())
    return (extent, _UNKNOWN_SHORT * extent), _UNKNOWN_SIDE_SIGMA * extent


def _starts(observations: Observations) -> Floats:
    """Rectangles to start from: around what is seen, or behind the foot where that is surer."""
    surface, foot = observations.surface.table, observations.foot.table
    middle, behind = surface[:2], _CENTRE_BEHIND
    if foot.shape[1] and median(foot[SIGMA_ALONG]) < median(surface[SIGMA_ALONG]):
        middle, behind = foot[:2], _CENTRE_BEHIND_FOOT
    return starts_around(median(middle.T), observations.sides, behind)


def _rim_points(
    rims: RimSamples, heights: Heights, rays: Floats, camera: CameraIntrinsics, extents: _Extents
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
    local: Floats, sigma_z: Floats, owner: Whole, extents: _Extents
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
