# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Boxes that stand on the floor: what their surface and their silhouette show of the footprint."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.statistics import median

from .box_points import BoxSamples, Extents, floor_points
from .centre_errors import CentreErrors, box_errors, floor_sigma
from .depth_sampling import FEWEST_SAMPLES
from .lower_edge import lower_edge
from .noise import BOX_EFFECTIVE_POINTS
from .observations import (
    SIGMA_ALONG,
    FitProblem,
    FloorPoints,
    Observations,
    VerticalExtent,
    starts_around,
)
from .outline_evidence import tangents
from .region_masks import Flags
from .size_priors import SIZES, SizePrior, stands_on_floor
from .underside import Underside, UndersideEvidence, low_base_share, mask_heights

Floats = NDArray[np.float64]

_UNKNOWN_LENGTH = 3.0  # metres, of an object of no known class
# Of what is seen of it: its short side, and the standard deviation of both.
_UNKNOWN_SHORT, _UNKNOWN_SIDE_SIGMA = 0.7, 0.4
# Standard deviation of a height of which the top is not seen and the class says nothing, as a share
# of what is seen.
_UNKNOWN_HEIGHT_SIGMA = 0.7
_TOP_CUT = 0.6  # of the rim's highest part, from which the top is not the object's own edge
# Short sides from the middle of what is seen, and of the foot, to where a fit starts.
_CENTRE_BEHIND, _CENTRE_BEHIND_FOOT = 0.2, 0.5


def box_problems(
    frame: RgbdFrame,
    samples: BoxSamples,
    labels: Sequence[str],
    vehicles: Flags,
    standing: Flags,
) -> list[FitProblem | None]:
    """The footprints of standing objects; ``None`` for one that does not rise from the floor.

    Args:
        frame: with depth and intrinsics.
        samples: of the regions.
        labels: their classes.
        vehicles, standing: where vehicles, and where all standing objects show, ``(H, W)`` each.
    """
    masks, surfaces, rims = samples.masks, samples.surfaces, samples.rims
    heights, noise = samples.heights, samples.noise
    evidence = UndersideEvidence.of(frame, masks, rims, heights, noise, vehicles, standing)
    priors = [SIZES.get(label) for label in labels]
    of_object = np.zeros(len(surfaces.owner), bool)
    verticals = [VerticalExtent()] * len(labels)
    pallets = [i for i, label in enumerate(labels) if label == "pallet"]
    of_pallets = mask_heights(frame, masks, pallets, heights.plane, noise)
    shares = {i: low_base_share(own) for i, own in zip(pallets, of_pallets, strict=True)}
    for i, prior in enumerate(priors):
        part, rim = surfaces.part(i), rims.part(i)
        if part.stop - part.start < FEWEST_SAMPLES:
            continue
        chosen = heights.object_samples(part, _length(prior))
        if chosen is None:
            continue
        of_object[part] = chosen
        underside = Underside()
        if i in shares:
            underside = evidence.underside(rim, heights.rim_noise(rim), shares[i])
        if not stands_on_floor(labels[i]):
            underside = underside.with_edge(lower_edge(frame, samples, i), i in shares)
        verticals[i] = _vertical(samples, i, chosen, prior, underside)
    return _problems(samples, of_object, priors, verticals)


def _length(prior: SizePrior | None) -> float:
    """Of an object of a class, metres."""
    return prior.long if prior else _UNKNOWN_LENGTH


def _vertical(
    samples: BoxSamples,
    region: int,
    of_object: Flags,
    prior: SizePrior | None,
    underside: Underside,
) -> VerticalExtent:
    """Heights of an object.

    Args:
        samples: of all regions.
        region: index of its own.
        of_object: which surface samples of the region are the object's.
        prior: of its class.
        underside: what carries it.
    """
    heights, camera, noise = samples.heights, samples.camera, samples.noise
    part, rim = samples.surfaces.part(region), samples.rims.part(region)
    top = heights.top(part, of_object, rim, _length(prior))
    open_frame = prior is not None and prior.base == 0
    top_rim = heights.top_rim(part, of_object, rim, top, open_frame)
    z = float(median(samples.surfaces.points[part, 2]))
    top_sigma = heights.top_sigma(rim, samples.mask_edge * z / camera.fy)
    seen_top = top if _mostly(samples.border[top_rim]) else None
    if _mostly(samples.rims.cut[top_rim]):
        if prior is not None and top <= prior.most[2]:
            top, top_sigma = max(top, prior.height), math.hypot(top_sigma, prior.height_sigma)
        else:
            seen_top, top_sigma = top, math.hypot(top_sigma, _UNKNOWN_HEIGHT_SIGMA * top)
    return VerticalExtent(
        underside.height,
        top,
        underside.sigma,
        top_sigma,
        floor_sigma(z, heights.plane.offset, noise, camera),
        seen_top,
        underside.on_vehicle,
        underside.on_something,
        underside.hidden,
    )


def _mostly(cut: Flags) -> bool:
    """Whether an object goes on at most places."""
    return bool(np.count_nonzero(cut) > _TOP_CUT * len(cut))


def _problems(
    samples: BoxSamples,
    of_object: Flags,
    priors: Sequence[SizePrior | None],
    verticals: Sequence[VerticalExtent],
) -> list[FitProblem | None]:
    """Points of all regions at once, then one problem for each region.

    Args:
        samples: of the regions.
        of_object: which surface samples are the objects', shape ``(N,)``.
        priors, verticals: of the regions.
    """
    rims, heights = samples.rims, samples.heights
    groups = floor_points(samples, of_object, Extents.of(priors, verticals))
    each = np.arange(len(priors) + 1)
    bounds = [np.searchsorted(owner, each) for _, owner in groups]
    bearing = np.arctan2(samples.rays[:, 0], samples.rays[:, 1])
    ends = np.isfinite(rims.beyond)
    problems: list[FitProblem | None] = []
    for i, prior in enumerate(priors):
        points = [
            of_all.part(slice(int(b[i]), int(b[i + 1])))
            for (of_all, _), b in zip(groups, bounds, strict=True)
        ]
        if not len(points[0]):
            problems.append(None)
            continue
        part = rims.part(i)
        outline = tangents(bearing[part], ends[part], samples.camera, samples.mask_edge)
        observations = _observations(samples, i, points, outline, prior)
        ends_at, known = heights.rim_local[part, :2], heights.rim_known[part]
        cut, border = rims.cut[part], samples.border[part]
        problems.append(
            FitProblem(
                observations,
                _starts(observations),
                verticals[i],
                _errors(samples, i, of_object, observations.sides[1]),
                ends_at[known & ~cut],
                ends_at[known & border],
                behind=ends_at[known & cut & ~border],
                most=prior.most[:2] if prior is not None else (0.0, 0.0),
            )
        )
    return problems


def _observations(
    samples: BoxSamples,
    region: int,
    points: Sequence[FloorPoints],
    outline: tuple[Floats, Floats],
    prior: SizePrior | None,
) -> Observations:
    """What shows of a region's object.

    Args:
        samples: of all regions.
        region: index of its own.
        points: its own of ``floor_points``.
        outline: its tangents and their standard deviations.
        prior: of its class.
    """
    surface, rim, foot, free = points
    normals, angle_sigma = outline
    sides, side_sigma = _size(surface, prior)
    return Observations(
        surface=surface,
        rim=rim,
        foot=foot,
        covered=FloorPoints.none(),
        free=free,
        tangents=normals,
        tangent_sigma=angle_sigma,
        sides=sides,
        side_sigma=side_sigma,
        effective_depths=min(
            BOX_EFFECTIVE_POINTS, samples.noise.independent(samples.masks.masks[region].area)
        ),
    )


def _errors(samples: BoxSamples, region: int, of_object: Flags, short: float) -> CentreErrors:
    """Errors of a region's centre, of an object with this short side before measuring, metres."""
    own, part = samples.surfaces.part(region), samples.rims.part(region)
    return box_errors(
        float(median(samples.surfaces.points[own, 2][of_object[own]])),
        samples.noise,
        samples.camera,
        samples.mask_edge,
        short,
        float(samples.rims.cut[part].mean()) if part.stop > part.start else 1.0,
    )


def _size(surface: FloorPoints, prior: SizePrior | None) -> tuple[tuple[float, float], float]:
    """Sides before measuring with their standard deviation, metres: the class's, or what is seen
    of an object of no known class."""
    if prior is not None:
        return (prior.long, prior.short), prior.side_sigma
    extent = float(np.ptp(surface.table[:2], axis=1).max())
    return (extent, _UNKNOWN_SHORT * extent), _UNKNOWN_SIDE_SIGMA * extent


def _starts(observations: Observations) -> Floats:
    """Rectangles to start from: around what is seen, or behind the foot where that is surer."""
    surface, foot = observations.surface.table, observations.foot.table
    middle, behind = surface[:2], _CENTRE_BEHIND
    if foot.shape[1] and median(foot[SIGMA_ALONG]) < median(surface[SIGMA_ALONG]):
        middle, behind = foot[:2], _CENTRE_BEHIND_FOOT
    return starts_around(median(middle.T), observations.sides, behind)
