# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What the rim of tape on the floor shows, on exact scenes and by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from smolrgpt_ros.geometry.ground_rectangles import ground_problems, starts_from_rim
from smolrgpt_ros.geometry.observations import FitProblem, FloorPoints, VerticalExtent
from smolrgpt_ros.geometry.region_masks import RegionMasks
from smolrgpt_ros.geometry.size_priors import SIZES, SizePrior
from smolrgpt_ros.scene.depth_noise import DepthNoise
from smolrgpt_ros.scene.floor_fit import fit_ground_plane
from smolrgpt_ros.scene.masks import BoxedMask
from smolrgpt_ros.scene.region import Region

PRIOR = SizePrior(4.0, 2.0, 0.2, 0.0, flat=True)


def problem(
    scene: Any, mask_edge: float = 0.05, upwards: int = 0, standing: np.ndarray | None = None
) -> FitProblem | None:
    """Of the first region, that is tape; its mask lies some pixels too high."""
    frame, regions = scene.frame, scene.regions
    objects = [r.boxed for r in regions if r.label != "buffer"]
    plane = fit_ground_plane(frame.depth, frame.intrinsics, objects)
    assert plane is not None
    mask = np.roll(regions[0].mask, -upwards, axis=0)
    masks = RegionMasks([BoxedMask.of(mask)])
    if standing is None:
        standing = np.zeros_like(mask)
    (found,) = ground_problems(
        frame, masks, plane, [SIZES["buffer"]], DepthNoise(), mask_edge, standing
    )
    return found


def edge_distance(points: FloorPoints) -> np.ndarray:
    """How far inside the tape of the tests points are, metres; negative outside."""
    local = np.abs(points.table[:2].T - np.array([0.5, 8.0]))
    distance: np.ndarray = (np.array([1.05, 2.0]) - local).min(axis=1)
    return distance


def test_tape_that_is_seen_whole(make_scene: Any, make_block: Any) -> None:
    """2.1 m by 4 m about (0.5, 8)."""
    tape = make_block(1, "buffer", (0.5, 8.0), (2.1, 4.0, 0.0))
    found = problem(make_scene((tape,)))
    assert found is not None
    seen = found.observations
    assert edge_distance(seen.rim) == pytest.approx(0.0, abs=0.04) and len(seen.rim) > 50
    assert (edge_distance(seen.covered) > 0).all() and len(seen.covered) > 10
    assert (edge_distance(seen.free) < 0).all() and len(seen.free) > 10
    assert len(seen.surface) == 0 and found.vertical == VerticalExtent()
    assert seen.sides == (5.9, 2.1)


def test_a_pallet_that_stands_over_the_tapes_edge_hides_it(
    make_scene: Any, make_block: Any
) -> None:
    """Its mask is part of the buffer's: where it reaches over the far edge nothing is tape."""
    tape = make_block(1, "buffer", (0.5, 8.0), (2.1, 4.0, 0.0))
    pallet = make_block(2, "pallet", (0.3, 9.5), (1.2, 1.2, 1.5))
    found = problem(make_scene((tape, pallet)))
    assert found is not None
    seen = found.observations
    assert edge_distance(seen.rim) == pytest.approx(0.0, abs=0.04)
    # Rays over its top meet the floor beyond the tape, which is not covered.
    assert edge_distance(seen.free).min() < -1.0


def test_the_outline_of_a_pallet_on_tape_is_no_edge_of_it(make_scene: Any, make_block: Any) -> None:
    """The mask lies two pixels too high, so that its rim runs over the floor behind the pallet."""
    tape = make_block(1, "buffer", (0.5, 8.0), (2.1, 4.0, 0.0))
    pallet = make_block(2, "pallet", (0.3, 9.5), (1.2, 1.2, 1.5))
    scene = make_scene((tape, pallet))
    trusted, unsure = (problem(scene, edge, upwards=2) for edge in (0.05, 1.0))
    assert trusted is not None and unsure is not None
    assert np.count_nonzero(edge_distance(trusted.observations.rim) < -1.0) > 10
    # Others are off by as much as the mask is, 0.16 m there; corners have no goods inwards.
    assert np.count_nonzero(edge_distance(unsure.observations.rim) < -0.2) <= 2
    assert len(unsure.observations.rim) > 50


def test_floor_behind_goods_is_not_covered_by_tape(make_scene: Any, make_block: Any) -> None:
    """The mask of tape with a pallet on it lies twelve pixels too high: of the floor 5 m behind the
    pallet, a point of the grid is in the mask."""
    tape = make_block(1, "buffer", (0.5, 8.0), (2.1, 4.0, 0.0))
    pallet = make_block(2, "pallet", (0.3, 9.5), (1.2, 1.2, 1.5))
    scene = make_scene((tape, pallet))
    trusted, unsure = (problem(scene, edge, upwards=12) for edge in (0.05, 8.0))
    assert trusted is not None and unsure is not None
    assert edge_distance(trusted.observations.covered).min() < -3.0
    assert edge_distance(unsure.observations.covered).min() > -0.5
    assert len(unsure.observations.covered) > 3


def test_a_mask_cut_by_the_border_is_cut_where_it_may_be_off(
    make_scene: Any, make_block: Any
) -> None:
    """The mask ends four pixels from the picture's border: there, or a pixel or two before it."""
    tape = make_block(1, "buffer", (0.5, 8.0), (20.0, 4.0, 0.0))
    scene = make_scene((tape,))
    mask = scene.regions[0].mask.copy()
    mask[:, :4] = mask[:, -4:] = False
    apart = SimpleNamespace(frame=scene.frame, regions=(Region(1, "buffer", mask),))
    trusted, unsure = (problem(apart, edge) for edge in (0.05, 1.0))
    assert trusted is not None and unsure is not None
    assert len(trusted.border) == 0 and len(unsure.border) > 10
    assert len(unsure.rim) < len(trusted.rim)


def test_a_region_as_low_as_the_floors_noise_hides_tape(make_scene: Any, make_block: Any) -> None:
    """Two centimetres high: depth takes it for floor, whose rays end beyond the far edge."""
    tape = make_block(1, "buffer", (0.5, 8.0), (2.1, 4.0, 0.0))
    sheet = make_block(2, "pallet", (0.3, 9.95), (1.2, 1.2, 0.02))
    scene = make_scene((tape, sheet))
    unknown, known = (problem(scene, standing=s) for s in (None, scene.regions[1].mask))
    assert unknown is not None and known is not None
    assert edge_distance(unknown.observations.rim).min() < -0.4
    assert edge_distance(known.observations.rim).min() > -0.05
    assert len(known.observations.rim) > 50


def test_tape_of_which_nothing_shows(make_scene: Any, make_block: Any) -> None:
    tape = make_block(1, "buffer", (0.5, 8.0), (2.1, 4.0, 0.0))
    scene = make_scene((tape,))
    depth = scene.frame.depth.copy()
    depth[scene.regions[0].mask] = 3.0  # something stands all over it
    plane = fit_ground_plane(scene.frame.depth, scene.frame.intrinsics)
    assert plane is not None
    hidden = replace(scene.frame, depth=depth)
    masks = RegionMasks([scene.regions[0].boxed])
    nothing = np.zeros_like(scene.regions[0].mask)
    found = ground_problems(hidden, masks, plane, [SIZES["buffer"]], DepthNoise(), 0.05, nothing)
    assert found == [None]


def outline(long: float, short: float, yaw: float) -> np.ndarray:
    """200 points around a rectangle about (1, 6)."""
    even = np.linspace(-1, 1, 50)
    one = np.ones(50)
    local = np.concatenate(
        [np.stack(pair, axis=1) for pair in ((even, one), (even, -one), (one, even), (-one, even))]
    ) * [long / 2, short / 2]
    a = np.array([math.cos(yaw), math.sin(yaw)])
    b = np.array([-math.sin(yaw), math.cos(yaw)])
    return np.array([1.0, 6.0]) + local @ np.stack([a, b])


def best_start(starts: np.ndarray, yaw: float) -> np.ndarray:
    rows: np.ndarray = starts[np.abs(starts[:, 2] - yaw) < 1e-9]
    return rows


def test_starts_of_a_whole_outline() -> None:
    yaw = 5 * math.pi / 24
    starts = starts_from_rim(outline(4.0, 2.0, yaw), np.zeros((0, 2)), np.zeros((0, 2)), PRIOR)
    assert starts.shape == (72, 5)
    for start in best_start(starts, yaw):
        assert start[:2] == pytest.approx([1.0, 6.0], abs=0.02)
        assert start[3:] == pytest.approx([4.0, 2.0], abs=0.02)


def test_what_is_missing_of_the_long_side_is_added_at_either_end() -> None:
    """3 m of 4 m are seen along x: the missing metre is nowhere, to the left, or to the right."""
    starts = starts_from_rim(outline(3.0, 2.0, 0.0), np.zeros((0, 2)), np.zeros((0, 2)), PRIOR)
    found = best_start(starts, 0.0)
    assert found[:, 0] == pytest.approx([1.0, 0.5, 1.5], abs=0.02)
    assert found[:, 3] == pytest.approx([3.0, 4.0, 4.0], abs=0.02)


def test_what_is_missing_lies_where_the_image_cuts() -> None:
    """The image ends at the right of what is seen."""
    cut = np.array([[2.5, 5.5], [2.5, 6.5]])
    starts = starts_from_rim(outline(3.0, 2.0, 0.0), np.zeros((0, 2)), cut, PRIOR)
    first = best_start(starts, 0.0)[0]
    assert first[:2] == pytest.approx([1.5, 6.0], abs=0.02)
    assert first[3:] == pytest.approx([4.0, 2.0], abs=0.02)


def test_inner_points_stretch_the_starts() -> None:
    inner = np.array([[1.0, 7.8]])  # 0.8 m beyond the side of what is seen as rim
    starts = starts_from_rim(outline(4.0, 2.0, 0.0), inner, np.zeros((0, 2)), PRIOR)
    first = best_start(starts, 0.0)[0]
    assert first[1] == pytest.approx(6.4, abs=0.02) and first[4] == pytest.approx(2.8, abs=0.02)
