# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Quaternions, matrices and poses, by quarter turns whose results are permutations."""

from __future__ import annotations

import math

import numpy as np
import pytest

from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.rotations import (
    Quaternion,
    pitch_quaternion,
    quaternion_from_z,
    quaternion_of,
    quaternion_product,
    rotation_matrix,
    yaw_quaternion,
)

HALF = math.sqrt(0.5)


@pytest.mark.parametrize(
    ("quaternion", "expected"),
    [
        ((1, 0, 0, 0), (1, 2, 3)),
        ((HALF, 0, 0, HALF), (-2, 1, 3)),  # a quarter turn about z
        ((HALF, HALF, 0, 0), (1, -3, 2)),  # about x
        ((-2, 0, 0, 0), (1, 2, 3)),  # neither sign nor length matter
    ],
)
def test_quaternions_turn_points(
    quaternion: Quaternion, expected: tuple[float, float, float]
) -> None:
    np.testing.assert_allclose(rotation_matrix(quaternion) @ [1, 2, 3], expected, atol=1e-12)


def test_many_quaternions_at_once() -> None:
    both = rotation_matrix([(HALF, HALF, 0, 0), (HALF, 0, 0, HALF)])
    assert both.shape == (2, 3, 3)
    np.testing.assert_allclose(both @ [1, 2, 3], [(1, -3, 2), (-2, 1, 3)], atol=1e-12)


@pytest.mark.parametrize("quaternion", [(0, 0, 0, 0), (1, np.nan, 0, 0)])
def test_no_rotation_is_an_error(quaternion: Quaternion) -> None:
    with pytest.raises(ValueError, match="no rotation"):
        rotation_matrix(quaternion)


@pytest.mark.parametrize(
    "quaternion", [(1, 0, 0, 0), (HALF, 0, 0, HALF), (0.5, 0.5, -0.5, 0.5), (0, 1, 0, 0)]
)
def test_a_rotation_and_its_quaternion_go_back_and_forth(quaternion: Quaternion) -> None:
    """(0, 1, 0, 0), half a turn about x, is what a camera looking straight down has."""
    found = quaternion_of(rotation_matrix(quaternion))
    assert found[0] >= 0.0
    np.testing.assert_allclose(rotation_matrix(found), rotation_matrix(quaternion), atol=1e-12)


def test_yaw_turns_left_and_pitch_turns_down() -> None:
    """Of a body with x forward, y left, z up (REP-103), by 90 degrees."""
    yaw, pitch = yaw_quaternion(math.pi / 2), pitch_quaternion(math.pi / 2)
    np.testing.assert_allclose(rotation_matrix(yaw) @ [1, 0, 0], [0, 1, 0], atol=1e-12)
    np.testing.assert_allclose(rotation_matrix(pitch) @ [1, 0, 0], [0, 0, -1], atol=1e-12)


def test_a_product_turns_by_the_second_first() -> None:
    """A camera that nods and then turns looks down; one that turns and then nods looks left."""
    yaw, pitch = yaw_quaternion(math.pi / 2), pitch_quaternion(math.pi / 2)
    nod_first = rotation_matrix(quaternion_product(yaw, pitch))
    turn_first = rotation_matrix(quaternion_product(pitch, yaw))
    np.testing.assert_allclose(nod_first @ [1, 0, 0], [0, 0, -1], atol=1e-12)
    np.testing.assert_allclose(turn_first @ [1, 0, 0], [0, 1, 0], atol=1e-12)


@pytest.mark.parametrize("direction", [(0.6, 0.0, 0.8), (0.48, -0.64, -0.6), (0.0, 0.0, -1.0)])
def test_the_shortest_turn_from_z(direction: tuple[float, float, float]) -> None:
    turn = rotation_matrix(quaternion_from_z(np.array(direction)))
    np.testing.assert_allclose(turn @ [0, 0, 1], direction, atol=1e-12)


def test_a_pose_turns_first_and_then_moves() -> None:
    pose = Pose("map", rotation_matrix((HALF, 0, 0, HALF)), np.array([10.0, 0, 0]))
    np.testing.assert_allclose(pose.apply(np.array([[1.0, 2, 3]])), [[8, 1, 3]], atol=1e-12)
    point = np.array([[1.0, -2.0, 3.0]])
    np.testing.assert_array_equal(Pose.identity("map").apply(point), point)
