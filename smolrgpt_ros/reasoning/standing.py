"""Boxes that stand on the floor, from their surface, their silhouette and what shows beside it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..scene.frame import CameraIntrinsics
from ..scene.geometry import Plane
from .boxes import Footprint
from .evidence import Evidence, Spots
from .rectangles import fit_rectangle
from .seeing import Rim, Surface
from .sizes import SizePrior

Seat = tuple[NDArray[np.float64], tuple[float, float]]
_PIXEL = 0.6  # pixels by which a mask's edge may be off
_RECESS = 0.03  # metres by which the surface of an unknown object lies behind its sides
_POINT = 0.012  # metres by which an ideal surface point may be off the box


def fit_standing(
    surface: Surface,
    seen: NDArray[np.bool_],
    rim: Rim,
    plane: Plane,
    camera: CameraIntrinsics,
    prior: SizePrior | None,
    noise: float,
    heights: tuple[float, float] = (0.0, np.inf),
    seat: Seat | None = None,
) -> Footprint:
    """The footprint of a standing object.

    Args:
        surface: of its region.
        seen: which surface points stand on the floor, shape ``(N,)``.
        rim: of its region.
        plane: the floor.
        camera: the intrinsics.
        prior: of its class, ``None`` where unknown.
        noise: spread of a pixel's depth over depth squared, 1/metres.
        heights: of its underside and its top, metres.
        seat: where its centre must be, see :class:`Evidence`.
    """
    points, sigma = surface.points[seen], surface.sigma[seen]
    local = plane.to_floor(points)
    spots = _walls(_spots(local, points[:, 2], sigma, camera), local, sigma, prior, heights)
    normals, bend = tangents(rim, plane, camera)
    sides, spread = _sides(local, prior)
    evidence = Evidence(
        surface=spots,
        rim=_rim_spots(rim, plane, camera, prior, heights[1]),
        covered=Spots.none(),
        free=free_spots(rim, plane, camera, heights[0], prior.base if prior is not None else 0.0),
        tangents=normals,
        tangent_sigma=bend,
        sides=sides,
        spread=spread,
        seat=seat,
    )
    fit = fit_rectangle(_starts(spots.xy, sides, seat), evidence)
    # What no fit can see: pixels, and errors that all points share.
    shared = 0.3 * noise * float(np.median(points[:, 2])) ** 2
    return Footprint.of(fit, float(np.hypot(0.01 + 0.3 * surface.grain, shared)))


def _sides(
    local: NDArray[np.float64], prior: SizePrior | None
) -> tuple[tuple[float, float], float]:
    if prior is not None:
        return (prior.long, prior.short), prior.spread
    extent = float(np.ptp(local[:, :2], axis=0).max())
    return (extent, 0.7 * extent), 0.4 * extent


def _starts(
    xy: NDArray[np.float64], sides: tuple[float, float], seat: Seat | None
) -> NDArray[np.float64]:
    middle = np.median(xy, axis=0) if seat is None else seat[0]
    away = middle / max(float(np.linalg.norm(middle)), 1e-6)
    if seat is None:
        middle = middle + 0.2 * sides[1] * away
    square = abs(sides[0] - sides[1]) < 0.05 * sides[0]
    count, turn = (5, np.pi / 2) if square else (8, np.pi)
    yaws = np.arange(count) * turn / count + np.arctan2(away[1], away[0])
    return np.column_stack([np.tile([*middle], (count, 1)), yaws, np.tile(sides, (count, 1))])


def _spots(
    local: NDArray[np.float64],
    depth: NDArray[np.float64],
    sigma: NDArray[np.float64],
    camera: CameraIntrinsics,
) -> Spots:
    """Surface points on the floor; noise of the depth moves them along the line of sight."""
    reach = np.linalg.norm(local[:, :2], axis=1) / np.maximum(depth, 1e-6)
    along = np.sqrt(np.square(sigma * reach) + _POINT**2)
    across = np.sqrt(np.square(0.5 * depth / camera.fx) + 0.5 * _POINT**2)
    return Spots(local[:, :2], along, across)


def _rim_spots(
    rim: Rim, plane: Plane, camera: CameraIntrinsics, prior: SizePrior | None, top: float
) -> Spots:
    """Points at the silhouette where the object itself ends."""
    depth = rim.points[:, 2]
    with np.errstate(invalid="ignore"):
        good = np.isfinite(depth) & np.isfinite(rim.beyond)
    inner = plane.to_floor(rim.points[good])
    depth, sigma = depth[good], rim.sigma[good]
    rays = rim.directions[good] @ plane.axes.T
    # The depth is that of a pixel inside; the edge itself is on the ray between the pixels.
    local = rays * depth[:, None] + np.array([0.0, 0.0, plane.offset])
    drop = plane.offset - inner[:, 2]
    level = rim.upper[good] & (drop > 0.5) & (rays[:, 2] < -0.05) & (inner[:, 2] > top - 0.08)
    reach = np.where(level, drop / np.where(level, -rays[:, 2], 1.0), depth)
    local = np.where(level[:, None], rays * reach[:, None], local)
    high = inner[:, 2] > 0.03
    spots = _spots(local[high], depth[high], sigma[high], camera)
    return replace(spots, share=0.7, recess=prior.recess if prior is not None else _RECESS)


def _walls(
    spots: Spots,
    local: NDArray[np.float64],
    sigma: NDArray[np.float64],
    prior: SizePrior | None,
    heights: tuple[float, float],
) -> Spots:
    """Says of each surface point how probably it is on a side, and how far behind it at most.

    The level top is on no side. The base fills the footprint; what stands on it may stand back, and
    where the base is hidden nobody knows how far.
    """
    bottom, top = heights
    slope = np.abs(local[:, 2]) / np.maximum(np.linalg.norm(local[:, :2], axis=1), 0.1)
    roof = local[:, 2] > top - 0.03 - np.minimum(1.5 * sigma * slope, 0.05)
    share = np.where(roof, 0.15, 0.7)
    if prior is None:
        return replace(spots, share=share, recess=_RECESS)
    recess = np.full(len(local), prior.recess)
    if prior.base > 0:
        base = local[:, 2] < bottom + prior.base + 0.02
        if base.sum() < max(3, 0.03 * len(base)):
            recess[:] = 0.5 * prior.short
        recess[base] = 0.01
    return replace(spots, share=share, recess=recess)


def free_spots(
    rim: Rim, plane: Plane, camera: CameraIntrinsics, bottom: float, base: float
) -> Spots:
    """Where lines of sight that pass the object by run through the height of its base."""
    if base <= 0:
        return Spots.none()
    rays = rim.directions @ plane.axes.T
    found = []
    for level in (bottom + 0.1 * base, bottom + 0.95 * base):
        drop = level - plane.offset
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = drop / rays[:, 2]
            good = (reach > 0) & (reach < 1.02 * rim.beyond + 0.1)
        xy = rays[good, :2] * reach[good, None]
        distance = np.linalg.norm(xy, axis=1)
        pixel = _PIXEL / camera.fx
        along = pixel * (distance**2 + drop**2) / max(abs(drop), 0.05) + 0.01
        found.append((xy, along, pixel * reach[good] + 0.005))
    xy, along, across = (np.concatenate(part) for part in zip(*found, strict=True))
    return Spots(xy, along, across)


def tangents(
    rim: Rim, plane: Plane, camera: CameraIntrinsics
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Upright planes through the camera that touch the object left and right, where it ends there.

    Returns:
        Normals out of the object, shape ``(T, 2)``, and standard deviations, radians, ``(T,)``.
    """
    rays = rim.directions @ plane.axes.T
    bearing = np.arctan2(rays[:, 0], rays[:, 1])
    pixel = 1.0 / camera.fx
    normals, sigma = [], []
    if len(bearing) == 0 or np.ptp(bearing) > 2.0:
        return np.zeros((0, 2)), np.zeros(0)
    for sign in (-1.0, 1.0):
        outward = sign * bearing
        last = float(outward.max())
        here = outward > last - 1.5 * pixel
        free = here & np.isfinite(rim.beyond)
        if not free.any() or free.sum() < 0.4 * here.sum():
            continue
        angle = sign * (last - 0.2 * pixel)
        normals.append(sign * np.array([np.cos(angle), -np.sin(angle)]))
        sigma.append(0.7 * pixel)
    return np.array(normals).reshape(-1, 2), np.array(sigma)
