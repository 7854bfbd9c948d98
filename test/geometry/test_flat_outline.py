# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The rectangle of an object on the floor, from points of it and of what stands on it."""

import numpy as np
import pytest

from smolrgpt_ros.geometry.flat_outline import flat_outline

RNG = np.random.default_rng(2)
#: The floor of a camera that looks 40 degrees down from 3 m: two level directions and up.
ACROSS = np.array([1.0, 0.0, 0.0])
UP = np.array([0.0, -np.cos(np.radians(40)), -np.sin(np.radians(40))])
AWAY = np.cross(ACROSS, UP)
FOOT = -3.0 * UP + 4.0 * AWAY


def on_floor(across, away, height=0.0):
    return FOOT + np.outer(across, ACROSS) + np.outer(away, AWAY) + height * UP


def tape(count=200, noise=0.01):
    """A rectangle of 4 by 2 m, turned by 30 degrees."""
    a, b = RNG.uniform(-2, 2, count), RNG.uniform(-1, 1, count)
    turn = np.radians(30)
    points = on_floor(a * np.cos(turn) - b * np.sin(turn), a * np.sin(turn) + b * np.cos(turn))
    return points + noise * RNG.standard_normal((count, 3))


def test_its_sides_and_its_height_are_those_of_the_tape():
    corners = flat_outline(tape())
    assert corners is not None
    sides = np.linalg.norm(np.diff([*corners, corners[0]], axis=0), axis=1)
    assert sorted(sides) == pytest.approx([2.0, 2.0, 4.0, 4.0], abs=0.15)
    heights = (corners - FOOT) @ UP
    assert np.abs(heights).max() < 0.05, "a box along the camera's axes would be a metre high"


def test_what_stands_on_it_does_not_lift_it():
    pallets = on_floor(RNG.uniform(-0.6, 0.6, 60), RNG.uniform(-0.6, 0.6, 60), 0.7)
    corners = flat_outline(np.concatenate([tape(), pallets]))
    assert corners is not None
    assert np.abs((corners - FOOT) @ UP).max() < 0.05


@pytest.mark.parametrize("points", [np.zeros((0, 3)), tape(5), RNG.uniform(-5, 5, (9, 3))])
def test_too_few_points_on_a_plane_have_none(points):
    assert flat_outline(points) is None
