# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What surface and silhouette of standing boxes show, on exact scenes and by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from smolrgpt_ros.geometry.box_evidence import box_problems, free_points, tangents
from smolrgpt_ros.geometry.depth_sampling import RimSamples, surfaces_of
from smolrgpt_ros.geometry.observations import (
    ON_SIDE,
    RECESS,
    FitProblem,
    FloorPoints,
)
from smolrgpt_ros.geometry.region_masks import RegionMasks
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.depth_noise import DepthNoise
from smolrgpt_ros.scene.floor_fit import fit_ground_plane
from smolrgpt_ros.scene.plane import Plane

CAMERA = CameraIntrinsics(640, 480, 500.0, 500.0, 320.0, 240.0)


def problems(scene: Any) -> list[FitProblem | None]:
    frame, regions = scene.frame, scene.regions
    masks = RegionMasks([r.mask for r in regions], [r.box for r in regions])
    plane = fit_ground_plane(frame.depth, frame.intrinsics, [r.mask for r in regions])
    assert plane is not None
    surfaces = surfaces_of(frame, masks, DepthNoise())
    labels = [r.label for r in regions]
    nowhere = np.zeros((frame.height, frame.width), bool)
    return box_problems(frame, masks, labels, surfaces, plane, DepthNoise(), 0.05, nowhere)


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


def test_tangents_touch_left_and_right() -> None:
    """A rim from -0.1 to 0.2 radians of bearing, to the right of straight ahead."""
    bearing = np.linspace(-0.1, 0.2, 31)
    normals, sigma = tangents(bearing, np.ones(31, bool), CAMERA, 2.4)
    pixel = 1 / 500
    left, right = -0.1 + 0.2 * pixel, 0.2 - 0.2 * pixel
    assert normals == pytest.approx(
        np.array([[-math.cos(left), math.sin(left)], [math.cos(right), -math.sin(right)]])
    )
    assert sigma == pytest.approx([2.5 * pixel] * 2)  # 0.7 and 2.4 pixels
    # What lies in the plane's direction is on it.
    assert normals[1] @ [math.sin(right), math.cos(right)] == pytest.approx(0.0, abs=1e-12)


def test_no_tangent_where_the_object_goes_on() -> None:
    bearing = np.linspace(-0.1, 0.2, 31)
    ends = bearing < 0.15  # at the right it is hidden
    normals, sigma = tangents(bearing, ends, CAMERA, 0.0)
    assert len(normals) == len(sigma) == 1 and normals[0, 0] < 0
    assert len(tangents(np.linspace(-1.2, 1.2, 9), np.ones(9, bool), CAMERA, 0.0)[0]) == 0
    assert len(tangents(np.zeros(0), np.zeros(0, bool), CAMERA, 0.0)[0]) == 0


def rims(directions: np.ndarray, beyond: np.ndarray, owner: np.ndarray) -> RimSamples:
    count, flags = len(owner), np.zeros(len(owner), bool)
    return RimSamples(
        columns=np.zeros(count, np.int64),
        rows=np.zeros(count, np.int64),
        directions=directions,
        points=np.zeros((count, 3)),
        sigma=np.zeros(count),
        upper=flags,
        lower=flags,
        cut=flags,
        beyond=beyond,
        hangs=flags,
        owner=owner,
        bounds=np.array([0, count]),
    )


def test_free_points_lie_where_rays_pass_the_base() -> None:
    """A level camera 2 m up; a ray that falls 0.4 m and goes 0.1 m right per metre of depth.

    At a tenth and 95 hundredths of a base of 0.2 m it is 1.98 and 1.81 m below the camera.
    """
    plane = Plane(np.array([0.0, -1.0, 0.0]), 2.0)
    directions = np.array([[0.1, 0.4, 1.0], [0.1, 0.4, 1.0], [0.1, 0.4, 1.0]])
    # The second ends on something 3 m away before it is so low; the third's object has no base.
    given = rims(directions, np.array([5.0, 3.0, 5.0]), np.array([0, 0, 1]))
    free, owner = free_points(
        given,
        directions @ plane.axes.T,
        plane,
        CAMERA,
        bottom=np.array([0.0, 0.0]),
        base=np.array([0.2, 0.0]),
    )
    assert owner.tolist() == [0, 0]
    z = np.array([1.98, 1.81]) / 0.4
    assert free.table[:2] == pytest.approx(np.stack([0.1 * z, z]))
    assert (free.table[ON_SIDE] == 0).all()
