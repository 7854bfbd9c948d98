# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What surface and silhouette of standing boxes show, on exact scenes and by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from smolrgpt_ros.geometry.box_evidence import box_problems
from smolrgpt_ros.geometry.box_points import BoxSamples
from smolrgpt_ros.geometry.depth_sampling import surfaces_of
from smolrgpt_ros.geometry.observations import (
    ON_SIDE,
    RECESS,
    FitProblem,
    FloorPoints,
)
from smolrgpt_ros.geometry.region_masks import RegionMasks
from smolrgpt_ros.scene.depth_noise import DepthNoise
from smolrgpt_ros.scene.floor_fit import fit_ground_plane


def problems(scene: Any) -> list[FitProblem | None]:
    frame, regions = scene.frame, scene.regions
    masks = RegionMasks([r.boxed for r in regions])
    plane = fit_ground_plane(frame.depth, frame.intrinsics, [r.boxed for r in regions])
    assert plane is not None
    surfaces = surfaces_of(frame, masks, DepthNoise())
    labels = [r.label for r in regions]
    nowhere = np.zeros((frame.height, frame.width), bool)
    noise = DepthNoise()
    samples = BoxSamples.of(frame, masks, labels, surfaces, plane, noise, 0.05, nowhere)
    return box_problems(frame, samples, labels, nowhere, nowhere)


def within(points: FloorPoints, low: tuple[float, float], high: tuple[float, float]) -> np.ndarray:
    xy = points.table[:2].T
    return np.all((xy > np.array(low)) & (xy < np.array(high)), axis=1)


def test_observations_of_a_pallet(make_scene: Any, make_block: Any) -> None:
    """1.2 m square, 0.8 m high, 1 m left and 7 m ahead: from -1.6 to -0.4 and from 6.4 to 7.6."""
    pallet = make_block(1, "pallet", (-1.0, 7.0), (1.2, 1.2, 0.8))
    other = make_block(2, "box", (2.0, 6.0), (0.5, 0.7, 0.4))
    found, unknown = problems(make_scene((pallet, other)))
    assert found is not None and unknown is not None
    seen = found.observations
    assert found.vertical.bottom == 0.0 and found.vertical.seen_top is None
    assert found.vertical.top == pytest.approx(0.8, abs=0.03)
    assert within(seen.surface, (-1.63, 6.37), (-0.37, 7.63)).all() and len(seen.surface) > 30
    assert within(seen.rim, (-1.65, 6.35), (-0.35, 7.65)).all() and len(seen.rim) > 30
    # Rays that pass above the base (up to 0.13 m) meet that height beside or before the pallet.
    assert not within(seen.free, (-1.55, 6.45), (-0.45, 7.55)).any() and len(seen.free) > 30
    assert len(seen.covered) == 0
    # It stands on the floor along its front, at 6.4 m; its sides are seen from between them.
    foot = seen.foot.table[:2]
    assert np.median(foot[1]) == pytest.approx(6.4, abs=0.03) and len(seen.foot) > 8
    assert len(unknown.observations.foot) == 0
    assert (seen.sides, seen.side_sigma) == ((1.2, 1.2), 0.08)
    # The level top is on no side, the base directly on it, what stands on the base behind it.
    assert set(np.round(seen.surface.table[ON_SIDE], 2)) == {0.15, 0.7}
    assert set(np.round(seen.surface.table[RECESS], 2)) == {0.01, 0.07}
    # Left and right of it the camera's planes touch corners of the footprint.
    corners = np.array([[x, y] for x in (-1.6, -0.4) for y in (6.4, 7.6)])
    reach = seen.tangents @ corners.T
    assert len(seen.tangents) == 2 and reach.max(axis=1) == pytest.approx([0, 0], abs=0.03)
    # All starts lie behind the middle of what is seen.
    assert found.starts[:, 3:].tolist() == [[1.2, 1.2]] * 8
    # Nothing is known of the other's class: its own extent, and no base to look past.
    assert unknown.observations.side_sigma == pytest.approx(
        0.4 * unknown.observations.sides[0], rel=1e-6
    )
    assert unknown.observations.sides[0] == pytest.approx(0.7, abs=0.1)
    assert len(unknown.observations.free) == 0


def test_a_top_beyond_the_picture_is_that_of_the_class(make_scene: Any, make_block: Any) -> None:
    """A shelf 2.7 m high, whose front is 4 m ahead: 14 degrees above the horizon the picture ends,
    2.5 m above the floor there. Shelves are 3 m high, within 0.2 m."""
    shelf = make_block(1, "shelf", (0.0, 4.5), (2.8, 1.0, 2.7))
    (found,) = problems(make_scene((shelf,), height=1.5, pitch_deg=10.0))
    assert found is not None and found.vertical.seen_top is not None
    assert found.vertical.top == 3.0
    assert found.vertical.top_sigma == pytest.approx(0.2, abs=0.01)
    assert found.vertical.seen_top == pytest.approx(2.5, abs=0.06)


def test_a_region_below_the_floor_is_no_box(make_scene: Any, make_block: Any) -> None:
    """A hole, as glossy floors show it: all of its samples are lower than the floor."""
    hole = make_block(1, "pallet", (-1.0, 7.0), (1.2, 1.2, 0.0))
    beside = make_block(2, "pallet", (1.5, 7.5), (1.2, 1.2, 0.6))
    scene = make_scene((hole, beside))
    depth = scene.frame.depth.copy()
    depth[scene.regions[0].mask] *= 1.05
    scene.frame = replace(scene.frame, depth=depth)
    found = problems(scene)
    assert found[0] is None and found[1] is not None
