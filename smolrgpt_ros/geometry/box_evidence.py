"""Boxes that stand on the floor: what their surface and their silhouette say of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.frame import CameraIntrinsics, RgbdFrame
from smolrgpt_ros.scene.plane import Plane
from smolrgpt_ros.scene.statistics import median

from .depth_sampling import Masks, Rims, Surfaces, rims_of
from .object_heights import CARRIER, Heights
from .observations import Evidence, Prospect, Spots, starts_around
from .size_priors import SIZES, SizePrior

Floats = NDArray[np.float64]
_PIXEL = 0.6  # pixels by which a mask's edge may be off
_RECESS = 0.03  # metres by which the surface of an unknown object lies behind its sides
_POINT = 0.012  # metres by which an ideal surface point may be off the box
_UNKNOWN_LENGTH = 3.0  # metres
_NO_TANGENTS = np.zeros((0, 2)), np.zeros(0)


def prospects_of(
    frame: RgbdFrame,
    masks: Masks,
    labels: Sequence[str],
    surfaces: Surfaces,
    plane: Plane,
    noise: float,
    vehicles: NDArray[np.bool_] | None,
) -> list[Prospect | None]:
    """What is known of standing objects; ``None`` for one that does not stand out from the floor.

    Args:
        frame: with depth and intrinsics.
        masks, labels: the regions and their classes.
        surfaces: of the regions.
        plane: the floor.
        noise: spread of a pixel's depth over depth squared, 1/metres.
        vehicles: where vehicles show, shape ``(H, W)``; ``None`` where none is in view.
    """
    camera = frame.intrinsics
    assert camera is not None
    rims = rims_of(frame, masks, plane, noise, np.array([n == "transporter" for n in labels]))
    heights = Heights(surfaces, rims, plane)
    priors = [SIZES.get(label) for label in labels]
    under = None
    if vehicles is not None:
        under = vehicles[np.minimum(rims.rows + 4, frame.height - 1), rims.columns]
    stands = np.zeros(len(surfaces.owner), bool)
    ends = np.zeros((len(labels), 2))
    for i, (label, prior) in enumerate(zip(labels, priors, strict=True)):
        part, rim = surfaces.part(i), rims.part(i)
        if part.stop - part.start < 8:
            continue
        standing = heights.standing(part, prior.long if prior else _UNKNOWN_LENGTH)
        if standing is None:
            continue
        stands[part] = standing
        top = heights.top(part, standing, rim)
        if prior is not None and heights.top_is_cut(rims, part, standing, rim, top):
            top = max(top, prior.height)
        bottom = 0.0
        if label == "pallet":
            bottom = heights.bottom(rims, rim, None if under is None else under[rim], CARRIER)
        ends[i] = bottom, top
    return _gathered(surfaces, stands, rims, heights, camera, noise, priors, ends)


def _gathered(
    surfaces: Surfaces,
    stands: NDArray[np.bool_],
    rims: Rims,
    heights: Heights,
    camera: CameraIntrinsics,
    noise: float,
    priors: Sequence[SizePrior | None],
    ends: Floats,
) -> list[Prospect | None]:
    plane = heights.plane
    traits = _Traits(priors, ends)
    owner, local = surfaces.owner[stands], heights.local[stands]
    depth, sigma = surfaces.points[stands, 2], surfaces.sigma[stands]
    share, recess = _walls(local, sigma, owner, traits)
    spots = Spots.of(*_errors(local, depth, sigma, camera), share, recess)
    rim_rays = rims.directions @ plane.axes.T
    rim, rim_owner = _rim_spots(rims, heights, rim_rays, camera, traits)
    free, free_owner = free_spots(rims, rim_rays, plane, camera, traits)
    each = np.arange(len(priors) + 1)
    cuts = [np.searchsorted(o, each) for o in (owner, rim_owner, free_owner)]
    bearing = np.arctan2(rim_rays[:, 0], rim_rays[:, 1])
    free_beside = np.isfinite(rims.beyond)
    found: list[Prospect | None] = []
    for i, prior in enumerate(priors):
        of_surface, of_rim, of_free = (slice(int(c[i]), int(c[i + 1])) for c in cuts)
        if of_surface.stop == of_surface.start:
            found.append(None)
            continue
        part = rims.part(i)
        normals, bend = tangents(bearing[part], free_beside[part], camera)
        sides, spread = _sides(local[of_surface], prior)
        evidence = Evidence(
            surface=spots.part(of_surface),
            rim=rim.part(of_rim),
            covered=Spots.none(),
            free=free.part(of_free),
            tangents=normals,
            tangent_sigma=bend,
            sides=sides,
            spread=spread,
        )
        middle = median(local[of_surface, :2])
        far = float(median(depth[of_surface]))
        # What no fit can see: pixels, and errors that all points share.
        error = float(np.hypot(0.002 + 0.05 * far / camera.fx, 0.2 * noise * far**2))
        starts = starts_around(middle, sides, 0.2)
        found.append(Prospect(evidence, starts, (float(ends[i, 0]), float(ends[i, 1])), error))
    return found


class _Traits:
    """What is known of each class and each object, one entry for each region."""

    def __init__(self, priors: Sequence[SizePrior | None], ends: Floats) -> None:
        self.bottom, self.top = ends.T
        self.base = np.array([p.base if p else 0.0 for p in priors])
        self.recess = np.array([p.recess if p else _RECESS for p in priors])
        self.hidden_recess = np.array([0.5 * p.short if p else _RECESS for p in priors])


def _sides(local: Floats, prior: SizePrior | None) -> tuple[tuple[float, float], float]:
    if prior is not None:
        return (prior.long, prior.short), prior.spread
    extent = float(np.ptp(local[:, :2], axis=0).max())
    return (extent, 0.7 * extent), 0.4 * extent


def _errors(
    local: Floats, depth: Floats, sigma: Floats, camera: CameraIntrinsics
) -> tuple[Floats, Floats, Floats]:
    """Points on the floor, with errors along the line of sight, as depth errs, and across."""
    reach = np.hypot(local[:, 0], local[:, 1]) / np.maximum(depth, 1e-6)
    along = np.sqrt(np.square(sigma * reach) + _POINT**2)
    across = np.sqrt(np.square(0.5 * depth / camera.fx) + 0.5 * _POINT**2)
    return local[:, :2], along, across


def _rim_spots(
    rims: Rims, heights: Heights, rays: Floats, camera: CameraIntrinsics, traits: _Traits
) -> tuple[Spots, NDArray[np.int64]]:
    """Points at the silhouette where the object itself ends, and their owners."""
    plane = heights.plane
    good = heights.rim_known & np.isfinite(rims.beyond) & (heights.rim > 0.03)
    depth, sigma, owner = rims.points[good, 2], rims.sigma[good], rims.owner[good]
    inner, rays = heights.rim[good], rays[good]
    # The depth is that of a pixel inside; the edge itself is on the ray between the pixels.
    drop = plane.offset - inner
    level = rims.upper[good] & (drop > 0.5) & (rays[:, 2] < -0.05)
    level &= inner > traits.top[owner] - 0.08
    reach = np.where(level, drop / np.where(level, -rays[:, 2], 1.0), depth)
    errors = _errors(rays * reach[:, None], depth, sigma, camera)
    return Spots.of(*errors, 0.7, traits.recess[owner]), owner


def _walls(
    local: Floats, sigma: Floats, owner: NDArray[np.int64], traits: _Traits
) -> tuple[Floats, Floats]:
    """Says of each surface point how probably it is on a side, and how far behind it at most.

    The level top is on no side. The base fills the footprint; what stands on it may stand back, and
    where the base is hidden nobody knows how far.
    """
    height = local[:, 2]
    slope = np.abs(height) / np.maximum(np.hypot(local[:, 0], local[:, 1]), 0.1)
    roof = height > traits.top[owner] - 0.03 - np.minimum(1.5 * sigma * slope, 0.05)
    base = (traits.base[owner] > 0) & (height < (traits.bottom + traits.base + 0.02)[owner])
    regions = len(traits.base)
    of_base = np.bincount(owner[base], minlength=regions)
    of_all = np.bincount(owner, minlength=regions)
    hidden = (traits.base > 0) & (of_base < np.maximum(3, 0.03 * of_all))
    recess = np.where(hidden, traits.hidden_recess, traits.recess)[owner]
    recess[base] = 0.01
    return np.where(roof, 0.15, 0.7), recess


def free_spots(
    rims: Rims, rays: Floats, plane: Plane, camera: CameraIntrinsics, traits: _Traits
) -> tuple[Spots, NDArray[np.int64]]:
    """Where lines of sight that pass objects by run through the height of their bases."""
    base, bottom = traits.base[rims.owner], traits.bottom[rims.owner]
    drop = bottom + np.array([[0.1], [0.95]]) * base - plane.offset  # (2, M)
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = drop / rays[:, 2]
        good = (reach > 0) & (reach < 1.02 * rims.beyond + 0.1) & (base > 0)
    # Both levels of an object one after the other.
    which, level = np.nonzero(good.T)
    reach, drop = reach[level, which], drop[level, which]
    xy = rays[which, :2] * reach[:, None]
    pixel = _PIXEL / camera.fx
    square = np.square(xy).sum(axis=1) + np.square(drop)
    along = pixel * square / np.maximum(np.abs(drop), 0.05) + 0.01
    return Spots.of(xy, along, pixel * reach + 0.005), rims.owner[which]


def tangents(
    bearing: Floats, free: NDArray[np.bool_], camera: CameraIntrinsics
) -> tuple[Floats, Floats]:
    """Upright planes through the camera that touch the object left and right, where it ends there.

    Args:
        bearing: of its rim, radians, to the right of straight ahead, shape ``(M,)``.
        free: whether it surely ends there.
        camera: the intrinsics.

    Returns:
        Normals out of the object, shape ``(T, 2)``, and standard deviations, radians, ``(T,)``.
    """
    pixel = 1.0 / camera.fx
    if len(bearing) == 0 or bearing.max() - bearing.min() > 2.0:
        return _NO_TANGENTS
    normals, sigma = [], []
    for sign in (-1.0, 1.0):
        outward = sign * bearing
        last = float(outward.max())
        here = outward > last - 1.5 * pixel
        ends, all_here = np.count_nonzero(here & free), np.count_nonzero(here)
        if ends == 0 or ends < 0.4 * all_here:
            continue
        angle = sign * (last - 0.2 * pixel)
        normals.append((sign * np.cos(angle), -sign * np.sin(angle)))
        sigma.append(0.7 * pixel)
    return np.array(normals).reshape(-1, 2), np.array(sigma)
