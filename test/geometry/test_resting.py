# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Boxes that rest on others; a level camera 2 m up sees right, ahead, height as x, z, 2 - y."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from smolrgpt_ros.geometry.calibration import CalibrationErrors
from smolrgpt_ros.geometry.footprint import Footprint
from smolrgpt_ros.geometry.object_estimate import ObjectEstimate
from smolrgpt_ros.geometry.observations import VerticalExtent
from smolrgpt_ros.geometry.relations import FloorObject
from smolrgpt_ros.geometry.resting import at_rest, lowest_part, on_vehicle
from smolrgpt_ros.scene.plane import Plane

PLANE = Plane(np.array([0.0, -1.0, 0.0]), 2.0)


def block(
    label: str,
    at: tuple[float, float],
    bottom: float,
    top: float,
    shows_from: float,
    size: tuple[float, float] = (1.2, 1.0),
    seen_top: float | None = None,
    carried: float = 0.0,
) -> ObjectEstimate:
    """A box of which eleven heights show, evenly from one height to its top."""
    footprint = Footprint(np.array(at), np.eye(2), size, 0.01 * np.eye(2), (0.1, 0.1))
    heights = np.linspace(shows_from, top, 101)
    points = np.column_stack([np.full(101, at[0]), 2.0 - heights, np.full(101, at[1])])
    vertical = VerticalExtent(bottom, top, 0.03, 0.04, 0.01, seen_top, carried)
    return ObjectEstimate.on_floor(label, PLANE, footprint, vertical, (None, None), points, 1.0)


VEHICLE = block("transporter", (1.0, 6.0), 0.0, 0.23, 0.1)


def test_a_pallet_over_a_vehicle_rests_on_its_deck() -> None:
    pallet = block("pallet", (1.3, 6.4), 0.0, 1.23, 0.3, seen_top=1.13)
    # 0.5 m apart: of 14 such pallets 11 were carried.
    found = at_rest(pallet, [VEHICLE], PLANE)
    assert found.on_vehicle == 0.8
    assert (found.bottom, found.top) == (0.23, 1.23)
    assert found.size == pytest.approx((1.2, 1.0, 1.0))
    assert found.seen == (None, None, pytest.approx(0.9))
    # The middle of 0.23 and 1.23 m is 0.73 m up: 1.27 m below a camera at 2 m.
    assert found.centre == pytest.approx(np.array([1.3, 1.27, 6.4]))
    # A deck of 0.23 m or none, with 0.8 and 0.2: a variance of 0.16 * 0.23 squared.
    variance = 0.16 * 0.23**2
    assert found.height_sigma**2 == pytest.approx(0.03**2 + variance + 0.04**2)
    assert found.covariance[1, 1] == pytest.approx((0.05**2 + variance) / 4 + 0.01**2)
    assert found.points is pallet.points


def test_sizes_and_heights_of_what_rests_on_a_deck() -> None:
    pallet = block("pallet", (1.3, 6.4), 0.0, 1.23, 0.3, seen_top=1.13)
    exact = CalibrationErrors(np.zeros((4, 3, 3)))
    item = FloorObject(at_rest(pallet, [VEHICLE], PLANE), PLANE, exact)
    assert item.height.value == pytest.approx(1.0)
    assert item.volume.value == pytest.approx(1.2)
    variance = 0.16 * 0.23**2
    assert item.elevation.value == 0.23
    assert item.elevation.std == pytest.approx(math.sqrt(0.03**2 + variance + 0.01**2))
    # Whether the pallet rides says nothing about its top.
    assert item.top.value == 1.23 and item.top.std == pytest.approx(math.hypot(0.04, 0.01))
    seen = FloorObject(item.found, PLANE, exact, as_seen=True)
    assert seen.top.value == pytest.approx(1.13) and seen.top.lower_bound


def test_a_height_above_what_is_usual_is_what_is_seen() -> None:
    """Of a pallet 1.4 m at most is usual; of a crate nothing is."""
    exact = CalibrationErrors(np.zeros((4, 3, 3)))
    for label in ("pallet", "crate"):
        item = block(label, (1.3, 6.4), 0.0, 1.5, 0.1, seen_top=1.5)
        height = FloorObject(item, PLANE, exact).height
        assert height.value == 1.5 and height.lower_bound
    usual = FloorObject(block("pallet", (1.3, 6.4), 0, 1.23, 0.3, seen_top=1.1), PLANE, exact)
    assert usual.height.value == 1.23 and not usual.height.lower_bound


def test_a_hidden_underside_is_anywhere_below_what_is_seen() -> None:
    """From the floor to 0.608 m, evenly: a variance of a twelfth of its square."""
    pallet = replace(
        block("pallet", (1.0, 6.4), 0.0, 1.0, 0.6, carried=0.25), underside_hidden=True
    )
    found = at_rest(pallet, [], PLANE)
    assert lowest_part(pallet, PLANE) == pytest.approx(0.608)
    assert found.bottom == 0.0 and found.underside_hidden
    assert found.bottom_sigma**2 == pytest.approx(0.03**2 + 0.608**2 / 12)
    crate = replace(block("crate", (1.0, 6.4), 0.0, 1.0, 0.6), underside_hidden=True)
    assert at_rest(crate, [], PLANE).bottom_sigma == pytest.approx(found.bottom_sigma)
    table = block("table", (1.0, 6.0), 0.0, 0.6, 0.1, size=(1.2, 2.0))
    on_table = at_rest(crate, [table], PLANE)
    assert on_table.bottom == 0.6 and not on_table.underside_hidden
    assert on_table.bottom_sigma == 0.03


@pytest.mark.parametrize(
    ("bottom", "alone", "vehicle_at", "chance"),
    [
        (0.0, 0.0, (1.0, 7.1), 0.0),  # 0.7 m beside the vehicle
        (0.0, 0.0, (1.0, 6.9), 0.8),  # 0.5 m beside it: its mask takes in the vehicle
        (0.0, 0.1, None, 0.1),  # its foot is hidden
        (0.0, 0.6, None, 0.6),
        (0.23, 0.95, None, 0.95),
        (0.23, 0.95, (1.0, 6.9), 1.0),
    ],
)
def test_how_probably_a_vehicle_carries_a_pallet(
    bottom: float, alone: float, vehicle_at: tuple[float, float] | None, chance: float
) -> None:
    """Probabilities from what shows of the pallet alone, and with a vehicle or none."""
    pallet = block("pallet", (1.0, 6.4), bottom, 1.23, 0.3, carried=alone)
    vehicles = [block("transporter", vehicle_at, 0.0, 0.23, 0.1)] if vehicle_at else []
    assert on_vehicle(pallet, vehicles) == chance
    rests = at_rest(pallet, vehicles, PLANE)
    assert rests.on_vehicle == chance
    assert rests.bottom == (0.23 if chance > 0.5 else 0.0)


def test_a_box_rests_on_the_table_below_it() -> None:
    table = block("table", (1.0, 6.0), 0.0, 0.75, 0.1)
    stool = block("stool", (1.0, 6.3), 0.0, 0.45, 0.1)
    box = block("box", (1.1, 6.1), 0.0, 1.1, 0.8, size=(0.4, 0.3))
    assert lowest_part(box, PLANE) == pytest.approx(0.806)
    # A stool 0.45 m high does not reach it; the table does, 0.06 m below what shows of the box.
    found = at_rest(box, [stool, table], PLANE)
    assert found.bottom == 0.75 and found.size[2] == pytest.approx(0.35)
    assert found.on_vehicle == 0.0 and found.bottom_sigma == 0.03
    beside = block("box", (1.7, 6.1), 0.0, 1.1, 0.8, size=(0.4, 0.3))
    assert at_rest(beside, [stool, table], PLANE).bottom == 0.0
