# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
import math

import pytest

from smolrgpt_ros.simulation.world.footprints import FloorRectangle, overlap


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (FloorRectangle(0, 0, 4, 1), FloorRectangle(2.9, 0, 2, 1), True),
        (FloorRectangle(0, 0, 4, 1), FloorRectangle(3.1, 0, 2, 1), False),
        # Turned by 90 degrees its reach along x is half of its width.
        (FloorRectangle(0, 0, 4, 1), FloorRectangle(2.6, 0, 2, 1, math.pi / 2), False),
        (FloorRectangle(0, 0, 4, 1), FloorRectangle(2.4, 0, 2, 1, math.pi / 2), True),
        # A square on its corner reaches 0.707 m: along the diagonal boxes would say "overlap".
        (FloorRectangle(0, 0, 1, 1, math.pi / 4), FloorRectangle(0.9, 0.9, 1, 1), False),
        (FloorRectangle(0, 0, 1, 1, math.pi / 4), FloorRectangle(0.8, 0.8, 1, 1), True),
        (FloorRectangle(0, 0, 1, 1), FloorRectangle(9, 9, 1, 1), False),
    ],
)
def test_turned_rectangles_overlap_where_they_meet(
    a: FloorRectangle, b: FloorRectangle, expected: bool
) -> None:
    assert overlap(a, b) is expected
    assert overlap(b, a) is expected


def test_depth_is_measured_in_the_rectangles_own_axes() -> None:
    # 6 m along y, 2 m along x, middle at (10, 20).
    spot = FloorRectangle(10, 20, 6, 2, math.pi / 2)
    assert spot.depth_of(10.4, 22.0) == pytest.approx(0.6)
    assert spot.depth_of(10.0, 22.9) == pytest.approx(0.1)
    assert spot.depth_of(11.5, 20.0) == pytest.approx(-0.5)


def test_corners_of_a_turned_rectangle() -> None:
    corners = FloorRectangle(1, 2, 4, 2, math.pi / 2).corners()
    assert sorted(tuple(round(float(v), 6) for v in c) for c in corners) == [
        (0.0, 0.0),
        (0.0, 4.0),
        (2.0, 0.0),
        (2.0, 4.0),
    ]
