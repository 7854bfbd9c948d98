# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Relations and sizes on the yard, whose boxes are known to the millimetre."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from smolrgpt_ros.geometry.footprint import Footprint
from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.geometry.object_estimate import ObjectEstimate
from smolrgpt_ros.geometry.relations import (
    FloorObject,
    Quantity,
    bearing_of,
    clearance,
    direction_of,
    higher_by,
    horizontal_distance,
    nearer_by,
    rectangle_gap,
    right_by,
    vertical_distance,
)
from smolrgpt_ros.scene.tolerances import Tolerances

# Middles (right, ahead, height): pallet 11 (-2.5, 7.0, 0.4), 12 (1.6, 9.2, 0.3),
# 13 (1.9, 6.7, 0.48), transporter 22 (-0.3, 5.2, 0.115), rack 31 (4.6, 10.5, 1.5).
PALLET_11, PALLET_12, PALLET_13, VEHICLE_21, VEHICLE_22, RACK, BUFFER_1, BUFFER_2 = (
    11, 12, 13, 21, 22, 31, 1, 2,
)  # fmt: skip
PairQuantity = Callable[[FloorObject, FloorObject], Quantity]


@pytest.fixture(scope="module")
def objects(yard: Any) -> dict[int, FloorObject]:
    geometry = FrameGeometry(yard.frame, yard.regions)
    plane = geometry.plane
    assert plane is not None
    found = {}
    for region in yard.regions:
        item = geometry.estimate(region.id)
        assert isinstance(item, ObjectEstimate)
        found[region.id] = FloorObject(item, plane, geometry.calibration)
    return found


def near(found: Quantity, value: float) -> None:
    assert found.value == pytest.approx(value, rel=0.05, abs=0.05)
    assert abs(found.value - value) < 3 * found.std < 1.0


@pytest.mark.parametrize(
    ("quantity", "a", "b", "metres"),
    [
        (nearer_by, PALLET_11, PALLET_12, 2.2),
        (nearer_by, PALLET_12, VEHICLE_22, -4.0),
        (higher_by, PALLET_13, VEHICLE_22, 0.365),
        (higher_by, PALLET_11, RACK, -1.1),
        (vertical_distance, PALLET_11, RACK, 1.1),
        (horizontal_distance, PALLET_11, PALLET_12, math.hypot(4.1, 2.2)),
        (horizontal_distance, PALLET_13, RACK, math.hypot(2.7, 3.8)),
        # From the right side of buffer 1 (x = -1.55) to the left side of buffer 2 (x = 0.75).
        (clearance, BUFFER_1, BUFFER_2, 2.3),
    ],
)
def test_lengths_between_two(
    objects: dict[int, FloorObject], quantity: PairQuantity, a: int, b: int, metres: float
) -> None:
    near(quantity(objects[a], objects[b]), metres)


def test_sizes(objects: dict[int, FloorObject]) -> None:
    for region_id, height in ((PALLET_11, 0.8), (RACK, 3.0), (PALLET_13, 0.5)):
        near(objects[region_id].height, height)
    for region_id, side in ((PALLET_11, 1.2), (PALLET_12, 1.2)):
        near(objects[region_id].side, side)
    # Pallet 11, turned by 20 degrees, is 1.2 (cos 20 + sin 20) across the view, the rack 1.00 m.
    near(objects[PALLET_11].extent, 1.538)
    assert objects[RACK].extent.value == pytest.approx(1.0, abs=0.1)
    # 1.2 x 1.2 x 0.8 against 1.44 x 0.85 x 0.23.
    assert objects[PALLET_11].volume.value == pytest.approx(1.152, rel=0.1)
    assert objects[VEHICLE_22].volume.value == pytest.approx(0.2815, rel=0.1)


def test_what_differs_less_than_its_deviation(objects: dict[int, FloorObject]) -> None:
    """Both vehicles are as tall, but neither height is known to the last millimetre."""
    one, other = objects[VEHICLE_21].height, objects[VEHICLE_22].height
    assert abs(one.value - other.value) < math.hypot(one.std, other.std)


@pytest.mark.parametrize(
    ("a", "viewer", "hour"),
    [
        (RACK, VEHICLE_22, 1),  # from (-0.3, 5.2) to (4.6, 10.5): 42.8 degrees to the right
        (VEHICLE_22, RACK, 7),  # the way back: 222.8 degrees
        (PALLET_11, PALLET_12, 8),  # from (1.6, 9.2) to (-2.5, 7.0): 241.8 degrees
    ],
)
def test_clock(objects: dict[int, FloorObject], a: int, viewer: int, hour: int) -> None:
    angle = bearing_of(objects[a], objects[viewer])
    assert round(angle.value / 30) % 12 == hour and 0 < angle.std < 6.0


def test_directions_share_the_error_of_the_principal_point(yard: Any) -> None:
    """10 pixels of tolerance move all by 10 / sqrt(3) / 280 = 0.02062 of its depth to the side."""
    frame = replace(yard.frame, tolerances=Tolerances(0.0, 10.0, 0.0))
    geometry = FrameGeometry(frame, yard.regions)
    item, plane = geometry.estimate(PALLET_11), geometry.plane
    assert isinstance(item, ObjectEstimate) and plane is not None
    pallet = FloorObject(item, plane, geometry.calibration)
    spot = np.zeros(3)
    on_floor = Footprint(spot[:2], np.eye(2), (0.0, 0.0), np.zeros((2, 2)), (0.0, 0.0))
    none = replace(item, centre=spot, covariance=np.zeros((3, 3)), footprint=on_floor)
    camera = FloorObject(none, plane, geometry.calibration)
    # It is 7.0 m ahead and 5.6 m below a camera that looks 40 degrees down.
    depth = 7.0 * math.cos(math.radians(40.0)) + 5.6 * math.sin(math.radians(40.0))
    moved = 0.02062 * depth
    across = right_by(pallet, camera)
    assert across.value == pytest.approx(-2.5, abs=0.05)
    assert abs(across.systematic) == pytest.approx([0.0, moved, 0.0, 0.0], abs=0.003)
    # It is 2.5 m to the left: 7.0 / 7.433 of the way across turns the line of sight.
    turn = math.degrees(moved * (7.0 / 7.433) / 7.433)
    assert abs(bearing_of(pallet, camera).systematic[1]) == pytest.approx(turn, rel=0.02)


@pytest.mark.parametrize(
    ("gap", "std"),
    [
        ((0.0, 0.0), 0.2),  # no direction: the largest error, 0.2 m ahead
        ((0.1, 0.0), 0.2),  # shorter than its own error
        ((0.5, 0.0), 0.1),
        ((0.0, -0.5), 0.2),
        ((0.3, 0.4), math.sqrt(0.36 * 0.01 + 0.64 * 0.04)),
    ],
)
def test_the_error_of_a_length_is_that_along_it(gap: tuple[float, float], std: float) -> None:
    covariance = np.diag([0.01, 0.04])
    along = direction_of(np.array(gap), covariance)
    assert math.hypot(*along) == pytest.approx(1.0)
    assert math.sqrt(along @ covariance @ along) == pytest.approx(std)


def footprint(x: float, y: float, size: tuple[float, float], yaw_deg: float = 0.0) -> Footprint:
    yaw = math.radians(yaw_deg)
    axes = np.array([[math.cos(yaw), math.sin(yaw)], [-math.sin(yaw), math.cos(yaw)]])
    return Footprint(np.array([x, y]), axes, size, np.eye(2) * 1e-4, (0.01, 0.01))


@pytest.mark.parametrize(
    ("other", "gap"),
    [
        (footprint(5.0, 0.0, (2.0, 2.0)), 2.0),  # beside: 5 - 2 - 1
        (footprint(0.0, 4.0, (2.0, 2.0)), 2.5),  # ahead: 4 - 0.5 - 1
        (footprint(6.0, 4.5, (2.0, 2.0)), math.hypot(3.0, 3.0)),  # corner to corner
        (footprint(4.0, 0.0, (2.0, 2.0), 45.0), 2.0 - math.sqrt(2.0)),  # a corner towards it
        (footprint(0.0, 0.0, (0.2, 8.0)), 0.0),  # a cross: no corner inside the other
        (footprint(1.0, 0.2, (0.5, 0.5)), 0.0),  # inside
    ],
)
def test_gap_between_rectangles(other: Footprint, gap: float) -> None:
    one = footprint(0.0, 0.0, (4.0, 1.0))
    assert rectangle_gap(one, other) == pytest.approx(gap, abs=1e-9)
    assert rectangle_gap(other, one) == pytest.approx(gap, abs=1e-9)
