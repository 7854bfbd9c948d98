# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The level space of the page, by hand: a camera 3 m over the floor that looks down by 90 - a."""

from __future__ import annotations

import math

import numpy as np
import pytest

from smolrgpt_ros.page.objects import PageObject, Vector
from smolrgpt_ros.page.upright import upright_of
from smolrgpt_ros.scene.region import Region

NOTHING = np.zeros((2, 2), bool)
PITCH = math.radians(40.0)


def seen(x: float, ahead: float, up: float, height: float = 3.0) -> Vector:
    """A point of the floor's space in the optical frame of a camera that is pitched down."""
    down = height - up
    return (
        x,
        down * math.cos(PITCH) - ahead * math.sin(PITCH),
        down * math.sin(PITCH) + ahead * math.cos(PITCH),
    )


def flat(*corners: Vector) -> PageObject:
    return PageObject(Region(1, "buffer", NOTHING), outline=corners)


def test_the_floor_of_an_outline_is_level_and_the_camera_above_it() -> None:
    space = upright_of([flat(seen(0, 2, 0), seen(2, 2, 0), seen(2, 5, 0), seen(0, 5, 0))])
    assert space.height == pytest.approx(3.0)
    assert space.apply((0.0, 0.0, 0.0)) == pytest.approx((0.0, 0.0, 3.0))
    assert space.apply(seen(1.5, 4.0, 0.7)) == pytest.approx((1.5, 4.0, 0.7))


def test_without_an_outline_up_is_the_pictures() -> None:
    space = upright_of([PageObject(Region(1, "pallet", NOTHING), position=(1.0, 2.0, 3.0))])
    assert space.height == 0.0
    assert space.apply((1.0, 2.0, 3.0)) == pytest.approx((1.0, 3.0, -2.0))


def test_a_camera_that_looks_straight_down_has_a_direction_ahead() -> None:
    corners = ((0.0, 0.0, 4.0), (1.0, 0.0, 4.0), (1.0, 2.0, 4.0), (0.0, 2.0, 4.0))
    space = upright_of([flat(*corners)])
    assert space.height == pytest.approx(4.0)
    assert space.apply((0.5, -1.0, 4.0)) == pytest.approx((0.5, 1.0, 0.0))


def box(x: float, ahead: float, bottom: float) -> PageObject:
    """1 m wide, 2 m deep, 3 m high, a corner at x, ahead, bottom."""
    corners = tuple(
        seen(x + (i >> 1 & 1), ahead + 2 * (i & 1), bottom + 3 * (i >> 2)) for i in range(8)
    )
    return PageObject(
        Region(3, "pallet", NOTHING), position=seen(x, ahead, bottom), outline=corners
    )


def test_without_a_flat_one_boxes_show_the_floor_the_lowest_of_them() -> None:
    space = upright_of([box(0.0, 4.0, 0.8), box(2.0, 5.0, 0.0)])
    assert space.height == pytest.approx(3.0)
    assert space.apply(seen(1.5, 4.0, 0.7)) == pytest.approx((1.5, 4.0, 0.7))
