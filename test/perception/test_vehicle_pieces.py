# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Pieces of one vehicle around its load are one vehicle, and two vehicles stay two."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from smolrgpt_ros.detection.detector import Detection, Detections
from smolrgpt_ros.perception.candidates import seen_alone
from smolrgpt_ros.perception.vehicle_pieces import joined
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.frame import RgbdFrame

HEIGHT, WIDTH = 80, 120
INTRINSICS = CameraIntrinsics(WIDTH, HEIGHT, 100.0, 100.0, 60.0, 40.0)
# Everything 3 m away: a pixel is 3 cm wide.
DEPTH = np.full((HEIGHT, WIDTH), 3, np.float32)
FRAME = RgbdFrame(np.zeros((HEIGHT, WIDTH, 3), np.uint8), DEPTH, INTRINSICS)


def mask(rows: tuple[int, int], columns: tuple[int, int]) -> np.ndarray:
    made = np.zeros((HEIGHT, WIDTH), bool)
    made[slice(*rows), slice(*columns)] = True
    return made


LEFT, BELOW = mask((20, 50), (27, 30)), mask((50, 54), (30, 58))
PALLET = Detection("pallet", 0.9, mask((20, 50), (30, 60)))


def vehicle(shown: np.ndarray, score: float, weak: bool = False) -> Detection:
    return Detection("transporter", score, shown, weak)


def test_two_strips_at_one_pallet_are_one_vehicle():
    better, other = vehicle(LEFT, 0.45), vehicle(BELOW, 0.2, weak=True)
    found = joined([PALLET, better, other], FRAME)
    assert [(d.label, d.score, d.weak) for d in found] == [
        ("pallet", 0.9, False),
        ("transporter", 0.45, False),
    ]
    assert found[0] is PALLET
    assert np.array_equal(found[1].mask, LEFT | BELOW)


def test_a_third_piece_joins_both():
    right = mask((22, 50), (60, 63))
    pieces = [vehicle(LEFT, 0.45), vehicle(BELOW, 0.4), vehicle(right, 0.3)]
    _, whole = joined([PALLET, *pieces], FRAME)
    assert np.array_equal(whole.mask, LEFT | BELOW | right)


@pytest.mark.parametrize(
    ("load", "other", "why"),
    [
        (PALLET, mask((60, 64), (30, 58)), "30 cm below the pallet: another one's"),
        (replace(PALLET, weak=True), BELOW, "the load is not sure"),
        (replace(PALLET, label="shelf"), BELOW, "no load of a vehicle"),
        (
            replace(PALLET, mask=mask((20, 50), (30, 96))),
            mask((20, 50), (96, 99)),
            "2 m apart, more than a vehicle's diagonal",
        ),
    ],
)
def test_they_stay_two(load, other, why):
    found = [load, vehicle(LEFT, 0.8), vehicle(other, 0.7)]
    assert joined(found, FRAME) == tuple(found), why


def test_strips_at_two_depths_stay_two():
    depth = DEPTH.copy()
    depth[BELOW] = 5.0
    found = [PALLET, vehicle(LEFT, 0.8), vehicle(BELOW, 0.7)]
    assert joined(found, replace(FRAME, depth=depth)) == tuple(found)


def test_nothing_is_joined_without_metres():
    found = [PALLET, vehicle(LEFT, 0.8), vehicle(BELOW, 0.7)]
    for blind in (
        replace(FRAME, depth=None),
        replace(FRAME, intrinsics=None),
        replace(FRAME, metric=False),
    ):
        assert joined(found, blind) == tuple(found)


def test_boxes_stay_as_they_are():
    found = [PALLET, replace(vehicle(LEFT, 0.8), box_only=True), vehicle(BELOW, 0.7)]
    assert joined(found, FRAME) == tuple(found)


def test_a_region_has_all_pieces_of_its_vehicle():
    found = (PALLET, vehicle(LEFT, 0.45), vehicle(BELOW, 0.2, weak=True))
    seen = seen_alone(Detections(found), FRAME)
    (whole,) = (region for region in seen.regions if region.label == "transporter")
    assert np.array_equal(whole.mask, LEFT | BELOW)
    assert seen.candidates == ()
