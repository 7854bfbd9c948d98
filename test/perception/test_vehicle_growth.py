# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A vehicle's mask gets the strips at its load's other sides that have its colours and height."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from smolrgpt_ros.detection.detector import Detection, Detections
from smolrgpt_ros.perception.candidates import seen_alone
from smolrgpt_ros.perception.vehicle_growth import grown
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.frame import RgbdFrame

HEIGHT, WIDTH = 120, 160
YELLOW, GREY, BROWN = (220, 180, 30), (90, 90, 95), (150, 105, 60)
FLOOR, DECK, LOAD = 3.0, 2.8, 2.4
"""Depths under a camera that looks straight down; the deck is 0.2 m high, a pixel 3 cm wide."""


def part(rows: tuple[int, int], columns: tuple[int, int]) -> np.ndarray:
    made = np.zeros((HEIGHT, WIDTH), bool)
    made[slice(*rows), slice(*columns)] = True
    return made


def frame(*things: tuple[np.ndarray, tuple[int, int, int], float]) -> RgbdFrame:
    """The floor with things on it, each with pixels, colour and depth."""
    rgb = np.full((HEIGHT, WIDTH, 3), GREY, np.uint8)
    depth = np.full((HEIGHT, WIDTH), FLOOR, np.float32)
    for shown, colour, there in things:
        rgb[shown], depth[shown] = colour, there
    camera = CameraIntrinsics(WIDTH, HEIGHT, 100.0, 100.0, 80.0, 60.0)
    return RgbdFrame(rgb, depth, camera, up=(0.0, 0.0, -1.0))


LEFT, BELOW, PALLET = part((40, 70), (57, 60)), part((70, 74), (60, 88)), part((40, 70), (60, 90))
RIGHT = part((42, 68), (90, 94))
SEEN = frame((LEFT, YELLOW, DECK), (BELOW, YELLOW, DECK), (PALLET, BROWN, LOAD))
LOADED = Detection("pallet", 0.9, PALLET)
VEHICLE = Detection("transporter", 0.5, LEFT)


def with_right(colour: tuple[int, int, int], depth: float) -> RgbdFrame:
    """What is seen, and something at the load's right side."""
    return frame((LEFT, YELLOW, DECK), (RIGHT, colour, depth), (PALLET, BROWN, LOAD))


def test_a_strip_at_another_side_of_the_load_is_added():
    pallet, vehicle = grown([LOADED, VEHICLE], SEEN)
    assert pallet is LOADED
    # Its corner's colour is mixed with the floor's.
    assert np.count_nonzero(vehicle.mask ^ (LEFT | BELOW)) <= 4
    assert (vehicle.label, vehicle.score, vehicle.weak) == ("transporter", 0.5, False)


@pytest.mark.parametrize(
    ("colour", "depth", "added"),
    [
        (YELLOW, DECK, True),
        (YELLOW, FLOOR, False),  # tape
        (YELLOW, 2.5, False),  # 0.5 m high, the deck 0.2
        (GREY, DECK, False),  # a box
    ],
)
def test_it_has_the_colours_and_the_height_of_the_mask(colour, depth, added):
    _, vehicle = grown([LOADED, VEHICLE], with_right(colour, depth))
    assert bool((vehicle.mask & RIGHT).any()) is added
    assert not (vehicle.mask & ~(LEFT | RIGHT)).any()


def test_what_others_have_is_theirs():
    other = Detection("transporter", 0.8, RIGHT)
    found = grown([LOADED, VEHICLE, other], with_right(YELLOW, DECK))
    assert np.array_equal(found[1].mask, LEFT)


def test_a_piece_is_of_one_vehicle():
    above = part((36, 40), (62, 88))
    scene = frame(
        (LEFT, YELLOW, DECK), (above, YELLOW, DECK), (BELOW, YELLOW, DECK), (PALLET, BROWN, LOAD)
    )
    better, other = replace(VEHICLE, score=0.8, mask=above), VEHICLE
    _, first, second = grown([LOADED, better, other], scene)
    assert (first.mask & BELOW).sum() > 100
    assert not (first.mask & second.mask).any()
    assert np.array_equal(second.mask & LEFT, LEFT)


def test_a_place_on_the_floor_has_nothing_to_itself():
    place = Detection("buffer", 0.8, part((20, 100), (30, 120)))
    found = grown([place, LOADED, VEHICLE], with_right(YELLOW, DECK))
    assert (found[2].mask & RIGHT).any()
    assert found[0] is place


def test_what_is_not_at_the_load_is_not_added():
    away = part((42, 68), (98, 102))
    scene = frame((LEFT, YELLOW, DECK), (away, YELLOW, DECK), (PALLET, BROWN, LOAD))
    assert np.array_equal(grown([LOADED, VEHICLE], scene)[1].mask, LEFT)


def test_what_is_farther_than_a_vehicle_is_long_is_not_added():
    load, far = part((40, 70), (60, 130)), part((42, 68), (130, 134))
    scene = frame((LEFT, YELLOW, DECK), (far, YELLOW, DECK), (load, BROWN, LOAD))
    found = grown([replace(LOADED, mask=load), VEHICLE], scene)
    assert np.array_equal(found[1].mask, LEFT)


@pytest.mark.parametrize(
    "found",
    [
        [VEHICLE],
        [replace(LOADED, weak=True), VEHICLE],
        [replace(LOADED, mask=part((80, 110), (60, 90))), VEHICLE],
        [LOADED, replace(VEHICLE, weak=True)],
        [LOADED, replace(VEHICLE, box_only=True)],
        [LOADED, replace(VEHICLE, label="shelf")],
    ],
)
def test_only_sure_masks_of_loaded_vehicles_grow(found):
    assert grown(found, SEEN) == tuple(found)


def test_nothing_grows_without_metres_or_a_floor():
    found = [LOADED, VEHICLE]
    for blind in (
        replace(SEEN, depth=None),
        replace(SEEN, intrinsics=None),
        replace(SEEN, metric=False),
        replace(SEEN, depth=np.full((HEIGHT, WIDTH), np.nan, np.float32)),
    ):
        assert grown(found, blind) == tuple(found)


def test_a_mask_without_depth_stays():
    depth = np.array(SEEN.depth)
    depth[LEFT] = np.nan
    assert np.array_equal(grown([LOADED, VEHICLE], replace(SEEN, depth=depth))[1].mask, LEFT)


def test_a_region_has_the_grown_mask():
    seen = seen_alone(Detections((LOADED, VEHICLE)), SEEN)
    (vehicle,) = (region for region in seen.regions if region.label == "transporter")
    assert np.count_nonzero(vehicle.mask ^ (LEFT | BELOW)) <= 4
