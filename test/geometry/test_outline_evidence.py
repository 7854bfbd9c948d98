# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What outlines show of footprints, by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from smolrgpt_ros.geometry.depth_sampling import RimSamples, SurfaceSamples
from smolrgpt_ros.geometry.object_heights import Heights
from smolrgpt_ros.geometry.observations import ON_SIDE, SIGMA_ACROSS, SIGMA_ALONG
from smolrgpt_ros.geometry.outline_evidence import foot_points, free_points, tangents
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.depth_noise import DepthNoise
from smolrgpt_ros.scene.plane import Plane

CAMERA = CameraIntrinsics(640, 480, 500.0, 500.0, 320.0, 240.0)


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
        beyond_height=np.where(np.isfinite(beyond), 0.0, np.nan),
        hangs=flags,
        owner=owner,
        bounds=np.array([0, count]),
    )


def test_free_points_lie_where_rays_pass_the_base() -> None:
    """A level camera 2 m up; a ray that falls 0.4 m and goes 0.1 m right per metre of depth.

    At 95 hundredths of a base of 0.2 m it is 1.81 m below the camera.
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
        DepthNoise(),
        bottom=np.array([0.0, 0.0]),
        base=np.array([0.2, 0.0]),
    )
    assert owner.tolist() == [0]
    z = np.array([1.81]) / 0.4
    assert free.table[:2] == pytest.approx(np.stack([0.1 * z, z]))
    assert (free.table[ON_SIDE] == 0).all()


def test_what_noise_shows_nearer_than_the_floor_does_not_end_a_ray() -> None:
    """A ray meets the base's top at 4.5 m; depth there is 4 m, with noise of 0.02 z² = 0.32 m."""
    plane = Plane(np.array([0.0, -1.0, 0.0]), 2.0)
    directions = np.array([[0.1, 0.4, 1.0]])
    given = rims(directions, np.array([4.0]), np.array([0]))
    for noise, passing in ((0.0, 0), (0.02, 1)):
        free, _ = free_points(
            given,
            directions @ plane.axes.T,
            plane,
            CAMERA,
            DepthNoise(noise),
            bottom=np.zeros(1),
            base=np.array([0.2]),
        )
        assert len(free) == passing


def test_a_foot_is_where_the_lowest_edge_meets_the_floor_whatever_its_depth() -> None:
    """A camera 2 m up, rays that fall by 0.4 per metre: the floor is 5 m ahead, a deck 0.2 m high
    4.5 m. Depth, 4 m, is 1 m off, by two deviations.

    A pixel of 0.6 is 0.0012 radians: at 5.41 m along the ray, which falls by 2 m on the way,
    0.0012 * 5.41^2 / 2 = 0.018 m and a centimetre along, 0.0012 * 5 = 0.006 m and half of one
    across. With masks that are off by 0.8 pixels it is 1 pixel.
    """
    plane = Plane(np.array([0.0, -1.0, 0.0]), 2.0)
    directions = np.array([[0.1, 0.4, 1.0]] * 5)
    known = rims(directions, np.full(5, 6.0), np.array([0, 0, 0, 1, 2]))
    known = replace(
        known,
        points=directions * 4.0,
        sigma=np.full(5, 0.5),
        lower=np.array([True, False, True, True, True]),
        beyond_height=np.array([0.0, 0.0, np.nan, 0.0, 0.0]),  # the third is hidden
        bounds=np.array([0, 3, 4, 5]),
    )
    none = np.zeros(0)
    nothing = SurfaceSamples(np.zeros((0, 3)), none, none.astype(int), np.zeros(4, int), none)
    rays = directions @ plane.axes.T
    bottom, base = np.array([0.0, 0.2, 0.0]), np.array([0.13, 0.13, 0.0])
    heights, noisy = Heights(nothing, known, plane), DepthNoise(0.03)
    foot, owner = foot_points(known, rays, heights, CAMERA, noisy, bottom, base, 0.0)
    assert owner.tolist() == [0, 1]  # the last has no base
    assert foot.table[:2] == pytest.approx(np.array([[0.5, 0.45], [5.0, 4.5]]))
    assert foot.table[SIGMA_ALONG][0] == pytest.approx(0.0012 * 29.25 / 2 + 0.01, rel=1e-6)
    assert foot.table[SIGMA_ACROSS][0] == pytest.approx(0.0012 * 5 + 0.005, rel=1e-6)
    unsure, _ = foot_points(known, rays, heights, CAMERA, noisy, bottom, base, 0.8)
    assert unsure.table[SIGMA_ACROSS][0] == pytest.approx(0.002 * 5 + 0.005, rel=1e-6)
    # Exact depth shows the edge 0.4 m above the floor: it is no foot.
    sure = Heights(nothing, replace(known, sigma=np.zeros(5)), plane)
    assert len(foot_points(known, rays, sure, CAMERA, noisy, bottom, base, 0.0)[0]) == 0


def test_no_foot_above_what_is_higher_than_the_floor() -> None:
    """The same camera. What shows below an edge is 4 cm high, floor, or 20 cm: it may hide
    the foot, unless noise is 0.01 z² = 0.25 m, which moves what is seen there by 0.1 m."""
    plane = Plane(np.array([0.0, -1.0, 0.0]), 2.0)
    directions = np.array([[0.1, 0.4, 1.0]] * 2)
    known = rims(directions, np.array([4.9, 4.5]), np.array([0, 0]))
    known = replace(
        known,
        points=directions * 5.0,
        lower=np.array([True, True]),
        beyond_height=np.array([0.04, 0.2]),
    )
    none = np.zeros(0)
    nothing = SurfaceSamples(np.zeros((0, 3)), none, none.astype(int), np.zeros(2, int), none)
    heights, rays = Heights(nothing, known, plane), directions @ plane.axes.T
    for noise, feet in ((0.0, 1), (0.01, 2)):
        given = DepthNoise(noise), np.zeros(1), np.array([0.13]), 0.0
        assert len(foot_points(known, rays, heights, CAMERA, *given)[0]) == feet


@pytest.mark.parametrize(("ending", "touches"), [(3, False), (4, True)])
def test_a_corner_of_an_edge_of_its_own_and_a_hidden_one_is_no_end(
    ending: int, touches: bool
) -> None:
    """Of five places at the right end, within a pixel, the object ends at so many."""
    bearing = np.concatenate([np.linspace(-0.1, 0.19, 30), np.full(5, 0.2)])
    ends = np.arange(35) < 30 + ending
    ends[:10] = False  # nothing is known of the left
    normals, _ = tangents(bearing, ends, CAMERA, 0.0)
    assert len(normals) == int(touches)
