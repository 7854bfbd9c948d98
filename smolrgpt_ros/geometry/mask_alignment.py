# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Masks brought to where depth says that their objects end.

A detector's masks end inside or beyond their objects, or lie beside them; and depth that is not
registered exactly lies beside the colours. Where an object stands before something farther, depth
jumps at its edge. So the distance from the mask's edge outwards to the jump is measured along the
edge's normal n, at many places. A mask that is grown by g and shifted by s ends ``g + n . s``
beyond the object: where most places of a frame show that masks are off, the growth of all and the
shift of each are estimated, robustly, and undone; ``thin_parts`` brings back what masks too tight
have lost.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import ray_grid
from smolrgpt_ros.scene.depth_noise import DepthNoise
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.masks import BoxedMask, box_of
from smolrgpt_ros.scene.plane import Plane
from smolrgpt_ros.scene.region import Region

from .depth_edges import at_depth_edges
from .pixel_heights import floor_limits, step_limits
from .region_masks import Flags, RegionMasks, Whole, at_border, rim_pixels
from .size_priors import is_flat
from .thin_parts import with_thin_parts

Floats = NDArray[np.float64]

_START, _REACH = 5, 6  # pixels inside and outside of a mask between which its edge is looked for
_EVERY = 2  # of the rim's pixels, looked at
_FEWEST_ENDS = 20  # places of a frame that say whether its masks are off
_OFF = 1.0  # pixels by which half of the places are off, at least, before masks are changed
# Pixels: the scale of a place's errors, the standard deviation of a shift; what is tried at most.
_EDGE_SIGMA, _SHIFT_SIGMA, _FARTHEST = 0.7, 2.0, 4
_ROUNDS = 3  # of least squares
_BESIDE = 2  # pixels that aligned masks may end beside a jump of depth
_ALIGNED_SIGMA = 1.0  # pixels by which the edges of aligned masks are off


@dataclass(frozen=True, eq=False)
class MaskAlignment:
    """The masks of a frame's regions, aligned with its depth.

    Args:
        masks: of all regions whose masks are not empty, by id.
        edge_sigma: standard deviation of the edges of standing objects' masks, pixels.
        tape_sigma: that of masks of tape, whose shift no depth edge shows.
    """

    masks: Mapping[int, BoxedMask]
    edge_sigma: float
    tape_sigma: float


def align_masks(
    frame: RgbdFrame, regions: Sequence[Region], plane: Plane | None, noise: DepthNoise
) -> MaskAlignment:
    """Masks with growth and shift undone, where depth shows any.

    Args:
        frame: with depth and intrinsics.
        regions: whose masks are not empty.
        plane: the floor; without one, masks are as they are.
        noise: of the depth.
    """
    as_detected = {region.id: region.boxed for region in regions}
    expected = math.hypot(frame.tolerances.mask_edge, frame.tolerances.registration) / math.sqrt(3)
    as_they_are = MaskAlignment(as_detected, expected, expected)
    standing = [region for region in regions if not is_flat(region.label)]
    if plane is None or not standing:
        return as_they_are
    masks_of = RegionMasks([region.boxed for region in standing])
    places = _edge_places(frame, masks_of, plane, noise)
    if len(places.owner) < _FEWEST_ENDS or float(np.median(np.abs(places.beyond))) < _OFF:
        return as_they_are
    growth, shifts = _growth_and_shifts(places, len(standing))
    growth = growth if abs(growth) >= _OFF else 0.0
    shift_of = {region.id: shift for region, shift in zip(standing, shifts, strict=True)}
    masks = dict(as_detected)
    for region in regions:
        shift = shift_of.get(region.id, np.zeros(2))
        mask = _undone(region.boxed, growth, shift)
        if region.id in shift_of and (box := box_of(mask)) is not None:
            mask = at_depth_edges(frame, mask, box, noise, _BESIDE)
        if mask.any():
            masks[region.id] = BoxedMask.of(mask)
    if growth < 0:
        whole = {region.id: masks[region.id].whole() for region in standing}
        wider = with_thin_parts(frame, whole, plane, noise, round(-growth))
        masks |= {i: BoxedMask.of(mask) for i, mask in wider.items()}
    tape = math.hypot(_ALIGNED_SIGMA, float(np.sqrt(np.square(shifts).mean())))
    return MaskAlignment(masks, max(expected, _ALIGNED_SIGMA), max(expected, tape))


class _EdgePlaces(NamedTuple):
    """Places of masks' edges where a jump of depth shows the object's own edge.

    Args:
        beyond: pixels by which the mask ends beyond the object, shape ``(N,)``.
        normals: of the mask's edge, outwards: right and down, shape ``(N, 2)``.
        owner: index of the region, shape ``(N,)``.
    """

    beyond: Floats
    normals: Floats
    owner: Whole


def _edge_places(
    frame: RgbdFrame, masks: RegionMasks, plane: Plane, noise: DepthNoise
) -> _EdgePlaces:
    from .depth_loops import depth_edges

    depth, camera = frame.depth, frame.intrinsics
    assert depth is not None and camera is not None
    rim = rim_pixels(masks)
    inner = ~at_border(masks, rim.columns, rim.rows)
    # A pixel at a corner ends its mask in two directions.
    inner[1:] &= (np.diff(rim.columns) != 0) | (np.diff(rim.rows) != 0)
    chosen = np.flatnonzero(inner)[::_EVERY]
    columns, rows, owner = rim.columns[chosen], rim.rows[chosen], rim.owner[chosen]
    normals, edge = np.empty((len(owner), 2)), np.empty(len(owner))
    depth_edges(
        depth,
        ray_grid(camera),
        masks.table,
        (rows, columns, owner),
        (*plane.up.tolist(), plane.offset),
        floor_limits(noise, plane),
        step_limits(noise),
        (_START, _REACH),
        (normals, edge),
    )
    found = np.isfinite(edge)
    return _EdgePlaces(-edge[found], normals[found], owner[found])


def _growth_and_shifts(places: _EdgePlaces, regions: int) -> tuple[float, Floats]:
    """Pixels by which all masks are grown, and by which each is shifted right and down, ``(R, 2)``.

    Places count less the farther they are off, as errors of a Cauchy distribution do: first the
    best of whole pixels, then the least squares of places with such weights.
    """
    beyond, normals, owner = places
    growth, shifts = _of_whole_pixels(places, regions)
    for _ in range(_ROUNDS):
        off = beyond - growth - (normals * shifts[owner]).sum(axis=1)
        weight = 1 / (1 + np.square(off / _EDGE_SIGMA))
        growth += float(weight @ off / weight.sum())
        off = beyond - growth
        outer = normals[:, :, None] * normals[:, None]
        matrix = np.tile(np.eye(2) / _SHIFT_SIGMA**2, (regions, 1, 1))
        np.add.at(matrix, owner, weight[:, None, None] * outer)
        vector = np.zeros((regions, 2))
        np.add.at(vector, owner, (weight * off)[:, None] * normals)
        shifts = np.asarray(np.linalg.solve(matrix, vector[..., None])[..., 0], np.float64)
    return growth, shifts


def _of_whole_pixels(places: _EdgePlaces, regions: int) -> tuple[float, Floats]:
    """The most probable growth of all masks and shift of each, of whole pixels."""
    beyond, normals, owner = places
    growths = np.arange(-_FARTHEST, _FARTHEST + 1.0)
    shifts = np.array(
        [(x, y) for x in growths for y in growths if x * x + y * y < _FARTHEST**2 + 1]
    )
    off = beyond - growths[:, None, None] - shifts @ normals.T  # (growths, shifts, places)
    cost = np.log1p(np.square(off / _EDGE_SIGMA))
    prior = np.square(shifts).sum(axis=1)[None, :, None] / (2 * _SHIFT_SIGMA**2)
    of_region = np.zeros((len(growths), len(shifts), regions))
    for region in np.unique(owner):
        of_region[..., region] = cost[..., owner == region].sum(axis=-1)
    of_region += prior
    best = int(of_region.min(axis=1).sum(axis=-1).argmin())
    return float(growths[best]), shifts[of_region[best].argmin(axis=0)]


def _undone(mask: BoxedMask, growth: float, shift: Floats) -> Flags:
    """A mask without its growth and shift, to whole pixels."""
    pixels, (right, down) = round(growth), np.rint(shift).astype(int)
    assert mask.box is not None
    x0, y0, x1, y1 = mask.box
    margin = abs(pixels) + max(abs(right), abs(down)) + 1
    height, width = mask.shape
    # The patch reaches beyond the image: what the border cuts goes on there.
    patch = cv2.copyMakeBorder(
        mask.patch.view(np.uint8), *(margin,) * 4,
        cv2.BORDER_CONSTANT, value=(0,),
    )  # fmt: skip
    if x0 == 0:
        patch[:, :margin] = patch[:, margin : margin + 1]
    if y0 == 0:
        patch[:margin] = patch[margin : margin + 1]
    if x1 == width:
        patch[:, -margin:] = patch[:, -margin - 1 : -margin]
    if y1 == height:
        patch[-margin:] = patch[-margin - 1 : -margin]
    if pixels:
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * abs(pixels) + 1,) * 2)
        patch = np.asarray((cv2.erode if pixels > 0 else cv2.dilate)(patch, disc), np.uint8)
    left, top = x0 - margin - int(right), y0 - margin - int(down)
    found = np.zeros(mask.shape, bool)
    a, b = max(left, 0), min(left + patch.shape[1], width)
    c, d = max(top, 0), min(top + patch.shape[0], height)
    found[c:d, a:b] = patch[c - top : d - top, a - left : b - left]
    return found
