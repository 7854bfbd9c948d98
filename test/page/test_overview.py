# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The first look in 3-D: everything in the picture, no name over another."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest

from smolrgpt_ros.page.objects import Vector
from smolrgpt_ros.page.overview import FOV_DEG, LETTERS, Overview
from smolrgpt_ros.rendering.lettering import text_size

#: A desktop's panel and a phone's.
SIZES = [(640.0, 380.0), (374.0, 300.0)]
SPOTS = [(-3.2, 11.0, 0.5), (3.5, 11.5, 0.5), (0.1, 13.0, 0.0), (9.9, 15.0, 1.5), (0.0, 13.1, 0.8)]


def seen(overview: Overview, spot: Vector) -> tuple[float, float]:
    """Column and row of a spot, by a camera made of its position and target alone."""
    eye, target = np.array(overview.position), np.array(overview.target)
    ahead = (target - eye) / np.linalg.norm(target - eye)
    right = np.cross(ahead, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    way = np.array(spot) - eye
    width, height = overview.size
    focal = height / 2 / math.tan(math.radians(FOV_DEG) / 2)
    up = np.cross(right, ahead)
    return (
        width / 2 + focal * float(way @ right) / float(way @ ahead),
        height / 2 - focal * float(way @ up) / float(way @ ahead),
    )


@pytest.mark.parametrize("size", SIZES)
def test_every_object_is_in_the_picture_and_one_near_its_border(size: tuple[float, float]) -> None:
    overview = Overview.of(SPOTS, size)
    shares = [
        max(abs(2 * x / size[0] - 1), abs(2 * y / size[1] - 1))
        for x, y in (seen(overview, spot) for spot in SPOTS)
    ]
    left, right = (f(seen(overview, spot)[0] for spot in SPOTS) for f in (min, max))
    assert left + right == pytest.approx(size[0], abs=0.02 * size[0]), "in the middle"
    assert max(shares) == pytest.approx(0.86, abs=1e-6)


def test_a_single_object_is_looked_at_from_two_metres() -> None:
    overview = Overview.of([(1.0, 5.0, 0.5)], (640.0, 420.0))
    assert math.dist(overview.position, (1.0, 5.0, 0.5)) == pytest.approx(2.0)
    assert seen(overview, (1.0, 5.0, 0.5)) == pytest.approx((320.0, 210.0))


@pytest.mark.parametrize("size", SIZES)
def test_no_name_covers_another(size: tuple[float, float]) -> None:
    """Six objects in a row, closer than their names are wide."""
    overview = Overview.of(SPOTS, size)
    names = [(f"transporter {i}", (0.2 * i, 13.0, 0.6)) for i in range(6)]
    placed = overview.place_names(names)
    assert list(placed) == [name for name, _ in names]
    assert placed["transporter 0"] == pytest.approx(names[0][1]), "the first one as it is wanted"
    width, height = text_size("transporter 0", LETTERS)
    for a, b in combinations([seen(overview, spot) for spot in placed.values()], 2):
        assert abs(a[0] - b[0]) >= width or abs(a[1] - b[1]) >= height
    for name, spot in names:
        assert math.dist(seen(overview, spot), seen(overview, placed[name])) < 62.0


def test_a_name_that_finds_no_place_near_by_is_left_out() -> None:
    overview = Overview.of(SPOTS, (374.0, 300.0))
    placed = overview.place_names([(f"transporter {i}", (0.0, 13.0, 0.6)) for i in range(60)])
    assert 6 <= len(placed) < 60
    assert overview.place_names([("behind", (0.0, -1000.0, 0.0))]) == {}
