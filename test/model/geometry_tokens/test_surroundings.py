# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What stands on a block and under it: painted before a level camera, cast before a tilted one."""

import numpy as np
import pytest

from smolrgpt_ros.model.geometry_tokens.surroundings import Body, surroundings
from smolrgpt_ros.scene.camera import CameraIntrinsics, rays
from smolrgpt_ros.scene.masks import box_of
from smolrgpt_ros.scene.plane import Plane

CAMERA = CameraIntrinsics(width=200, height=150, fx=100.0, fy=100.0, cx=80.0, cy=40.0)
FLOOR = Plane(np.array([0.0, -1.0, 0.0]), 1.52)
"""Of a level camera. At 5 m a pixel is 5 cm: column u is at 0.05 * (u - 80) m, row v is
1.52 - 0.05 * (v - 40) m high."""
RIGHT_AND_AHEAD = np.eye(2)


def rectangle(rows, columns):
    mask = np.zeros((150, 200), bool)
    mask[slice(*rows), slice(*columns)] = True
    return mask


# 400 pixels, 1.02 to 0.07 m high, from 0 to 0.95 m; and 80 pixels, 1.42 to 1.07 m high, from 0.1
# to 0.55 m.
LOWER, UPPER = rectangle((50, 70), (80, 100)), rectangle((42, 50), (82, 92))
OF_LOWER = Body(RIGHT_AND_AHEAD, np.array([0.0, 4.9]), np.array([0.95, 5.1]), 0.07, 1.02, 5.0)
OF_UPPER = Body(RIGHT_AND_AHEAD, np.array([0.1, 4.9]), np.array([0.54, 5.1]), 1.07, 1.42, 5.0)


def empty_hall():
    """The floor up to a wall at 9 m."""
    rows = np.maximum(np.arange(150) - 40, 1)[:, None]
    return np.repeat(np.minimum(152 / rows, 9.0), 200, 1).astype(np.float32)


def stacked():
    depth = empty_hall()
    depth[LOWER | UPPER] = 5.0
    return depth


def around(depth, mask, body, floor=FLOOR):
    box = box_of(mask)
    assert box is not None
    found = surroundings(depth, CAMERA, mask, box, floor, body)
    assert found.shape == (6,) and found.dtype == np.float32
    return found.tolist()


def test_what_stands_on_a_block():
    # Eight rows of ten pixels are 0.05 to 0.40 m above its top.
    assert around(stacked(), LOWER, OF_LOWER) == pytest.approx([0.2, 0.225, 0.4, 0, 0, 0])


def test_what_is_under_a_block():
    # Up to 0.69 m, column 93, and from the lower one's first column on: 14 columns of 20 rows that
    # are 0.05 to 1.00 m below. The floor itself does not count.
    found = around(stacked(), UPPER, OF_UPPER)
    assert found == pytest.approx([0, 0, 0, 280 / 80, 0.525, 1.0])


def test_where_nothing_stands_there_are_zeros():
    depth = empty_hall()
    depth[LOWER] = 5.0
    assert around(depth, LOWER, OF_LOWER) == [0] * 6
    only = np.full((150, 200), np.nan, np.float32)
    only[LOWER] = 5.0
    assert around(only, LOWER, OF_LOWER) == [0] * 6
    assert around(only, np.ones((150, 200), bool), OF_LOWER) == [0] * 6


@pytest.mark.parametrize(
    ("rows", "columns", "metres"),
    [
        ((20, 69), (103, 112), 5.0),  # from 1.15 m on: 0.2 m to the right
        ((20, 69), (60, 77), 5.0),  # up to -0.2 m
        ((10, 48), (82, 92), 5.3),  # 0.2 m behind what is seen of it
        ((10, 48), (82, 92), 4.7),  # 0.2 m before it
    ],
)
def test_what_is_beside_before_or_behind_does_not_count(rows, columns, metres):
    depth = empty_hall()
    depth[LOWER] = 5.0
    depth[rectangle(rows, columns)] = metres
    assert around(depth, LOWER, OF_LOWER) == [0] * 6


def test_a_load_may_be_a_little_wider_than_what_carries_it():
    depth = empty_hall()
    depth[LOWER] = 5.0
    # Columns 96 to 105, of which those up to 102, at 1.10 m, are 0.15 m beside at most; that one is
    # on the border of what counts.
    depth[rectangle((42, 50), (96, 106))] = 5.0
    share, middle, end, *_ = around(depth, LOWER, OF_LOWER)
    assert 6 * 8 / 400 - 1e-6 <= share <= 7 * 8 / 400 + 1e-6
    assert (middle, end) == pytest.approx((0.225, 0.4))


def test_what_is_part_of_the_region_is_not_on_it():
    assert around(stacked(), LOWER | UPPER, OF_LOWER) == [0] * 6
    half = LOWER | (UPPER & rectangle((42, 46), (0, 200)))
    # Rows 46 to 49 are left: 0.05 to 0.20 m, of a mask of 440 pixels.
    assert around(stacked(), half, OF_LOWER) == pytest.approx([40 / 440, 0.125, 0.2, 0, 0, 0])


def test_pixels_without_depth_say_nothing():
    depth = stacked()
    depth[42:50, 82:85], depth[42:50, 85:87] = np.nan, 0.0
    depth[42], depth[43] = -1.0, np.inf
    # Five of ten columns, six of eight rows: 0.05 to 0.30 m.
    assert around(depth, LOWER, OF_LOWER) == pytest.approx([30 / 400, 0.175, 0.3, 0, 0, 0])


def test_a_tower_counts_to_two_metres_and_no_more_than_four_times_the_region():
    depth = empty_hall()
    low = rectangle((66, 70), (80, 100))  # 0.22 to 0.07 m high, 80 pixels
    depth[rectangle((10, 70), (80, 100))] = 5.0
    body = Body(RIGHT_AND_AHEAD, np.array([0.0, 4.9]), np.array([0.95, 5.1]), 0.07, 0.22, 5.0)
    share, middle, end, *below = around(depth, low, body)
    assert share == 4.0  # 39 rows of 20 are 9.75 times as many
    # From 0.05 to 1.95 m; every row, or every second one.
    assert middle == pytest.approx(1.0, abs=0.05) and end == pytest.approx(1.95, abs=0.05)
    assert below == [0, 0, 0]


def test_a_large_region_is_sampled():
    """Pixels are left out as soon as there are thousands of them: shares stay."""
    camera = CameraIntrinsics(width=800, height=600, fx=400.0, fy=400.0, cx=321.5, cy=161.5)
    large = [np.kron(part, np.ones((4, 4), part.dtype)) for part in (stacked(), LOWER)]
    box = box_of(large[1])
    assert box is not None
    found = surroundings(large[0], camera, large[1], box, FLOOR, OF_LOWER)
    assert found[:3] == pytest.approx([0.2, 0.225, 0.4], abs=0.03)
    assert not found[3:].any()


def cast(plane, boxes):
    """Depth and the box that each pixel shows, -1 for the floor.

    Args:
        plane: the floor.
        boxes: ``(least, most)`` corners, right, ahead and height.
    """
    v, u = (part.ravel() for part in np.mgrid[:150, :200])
    slopes = rays(CAMERA, u, v) @ plane.axes.T
    origin = np.array([0.0, 0.0, plane.offset])
    shown, depth = np.full(v.size, -1), -plane.offset / np.minimum(slopes[:, 2], -1e-3)
    for number, (least, most) in enumerate(boxes):
        with np.errstate(divide="ignore", invalid="ignore"):
            ends = np.stack([(np.array(end) - origin) / slopes for end in (least, most)])
        enters, leaves = ends.min(0).max(1), ends.max(0).min(1)
        nearer = (enters < leaves) & (enters < depth)
        shown[nearer], depth[nearer] = number, enters[nearer]
    return depth.reshape(150, 200).astype(np.float32), shown.reshape(150, 200)


def test_a_camera_that_looks_down_sees_the_same_heights():
    plane = Plane(np.array([0.0, -0.8, -0.6]), 3.0)
    # A block of 0.5 m on one of 0.8 m, a tall one 0.4 m beside them, and one far behind.
    lower, upper = ((0.2, 3.0, 0.0), (1.0, 3.6, 0.8)), ((0.3, 3.1, 0.8), (0.7, 3.5, 1.3))
    others = ((-0.9, 3.0, 0.0), (-0.2, 3.5, 1.6)), ((0.0, 6.0, 0.0), (1.5, 6.5, 2.0))
    depth, shown = cast(plane, (lower, upper, *others))
    assert [int((shown == number).sum()) > 100 for number in range(4)] == [True] * 4
    body = Body(RIGHT_AND_AHEAD, np.array([0.2, 3.0]), np.array([1.0, 3.6]), 0.0, 0.8, 4.0)
    share, middle, end, *below = around(depth, shown == 0, body, plane)
    v, u = np.nonzero(shown == 1)
    heights = plane.to_floor(rays(CAMERA, u, v) * depth[v, u][:, None])[:, 2]
    # All of the upper one but its lowest 4 cm, and nothing else.
    counted = heights[heights > 0.84] - 0.8
    assert share == pytest.approx(counted.size / (shown == 0).sum())
    assert middle == pytest.approx(float(np.median(counted)), abs=1e-4)
    assert end == pytest.approx(0.5, abs=1e-3)  # its upper side is in view
    assert below == [0, 0, 0]
    # And from the upper one down: to the foot of the lower one, less what counts as floor.
    body = Body(RIGHT_AND_AHEAD, np.array([0.3, 3.1]), np.array([0.7, 3.5]), 0.8, 1.3, 4.0)
    *above, share, middle, end = around(depth, shown == 1, body, plane)
    assert above == [0, 0, 0]
    assert 0.65 < end < 0.75 and 0.04 < middle < end and share > 0
