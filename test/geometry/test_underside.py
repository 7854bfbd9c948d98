# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Whether pallets ride, from painted pictures: a level camera 1 m above the floor."""

from __future__ import annotations

import numpy as np
import pytest

from smolrgpt_ros.geometry.depth_sampling import rims_of, surfaces_of
from smolrgpt_ros.geometry.object_heights import Heights
from smolrgpt_ros.geometry.region_masks import RegionMasks
from smolrgpt_ros.geometry.underside import (
    Underside,
    UndersideEvidence,
    low_base_share,
    mask_heights,
)
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.depth_noise import DepthNoise
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.masks import BoxedMask
from smolrgpt_ros.scene.plane import Plane

# Right, ahead and height are x, z and 1 - y. At 4 m a pixel is 2 cm high: the floor is at row 110,
# the height of h metres at row 110 - 50 h.
CAMERA = CameraIntrinsics(200, 150, 200.0, 200.0, 100.0, 60.0)
PLANE = Plane(np.array([0.0, -1.0, 0.0]), 1.0)
DECK = 0.23
COLUMNS = slice(70, 130)  # 1.2 m at 4 m
ON_FLOOR, ON_DECK, HIDDEN = 110, 98, 89  # rows where pallets end: at 0, 0.24 and 0.42 m


def depth_of_the_floor() -> np.ndarray:
    """Of the floor up to 20 m ahead, and of a wall there."""
    rows = np.arange(150)[:, None] + np.zeros((1, 200))
    with np.errstate(divide="ignore"):
        floor = np.where(rows > 60, 200.0 / (rows - 60), np.inf)
    return np.minimum(floor, 20.0).astype(np.float32)


def found(
    end: int,
    below: tuple[slice, float] | None = None,
    vehicle: bool = False,
    goods: bool = False,
    height_noise: float = 0.0,
    low_share: float | None = None,
    columns: slice = COLUMNS,
    post: int = 0,
) -> Underside:
    """A pallet 4 m ahead, 1 m high.

    Args:
        end: the row where it ends.
        below: rows below it that show something, and its depth.
        vehicle, goods: whether that is a region, of a vehicle or of something else.
        height_noise: that is told for heights of the rim, metres.
        low_share: of its base, in place of what the picture shows.
        columns: that show something below.
        post: columns of a post from its end to 0.06 m above the floor.
    """
    depth = depth_of_the_floor()
    mask, shows = np.zeros((2, 150, 200), bool)
    mask[60:end, COLUMNS] = mask[60:107, 100 : 100 + post] = True
    depth[mask] = 4.0
    if below is not None:
        shows[below[0], columns] = True
        depth[shows] = below[1]
    frame = RgbdFrame(np.zeros((150, 200, 3), np.uint8), depth, CAMERA)
    masks = RegionMasks([BoxedMask.of(mask)])
    noise = DepthNoise()
    vehicles = shows & vehicle
    standing = mask | (shows & (vehicle or goods))
    rims = rims_of(frame, masks, PLANE, noise, np.zeros(1, bool), standing)
    heights = Heights(surfaces_of(frame, masks, noise), rims, PLANE)
    evidence = UndersideEvidence.of(frame, masks, rims, heights, noise, vehicles, standing)
    if low_share is None:
        low_share = low_base_share(mask_heights(frame, masks, [0], PLANE, noise)[0])
    return evidence.underside(rims.part(0), height_noise, low_share)


def test_a_pallet_that_shows_its_base_at_the_floor_stands_there() -> None:
    assert found(ON_FLOOR) == Underside(0.0, 0.0)
    # Whatever is right below it: 0.06 m above the floor, something lies before it.
    assert found(107, (slice(107, 112), 3.9)) == Underside(0.0, 0.0)


def test_an_underside_as_high_as_a_deck_rides_whatever_carries_it() -> None:
    assert found(ON_DECK) == Underside(DECK, 1.0)


@pytest.mark.parametrize("vehicle", [True, False])
def test_what_shows_right_below_carries_a_pallet(vehicle: bool) -> None:
    """A vehicle's side, 0.23 to 0.01 m high, 0.1 m nearer than the pallet; a region or not."""
    assert found(ON_DECK, (slice(98, 110), 3.9), vehicle) == Underside(DECK, 1.0)


def test_what_is_much_nearer_hides_a_foot_and_carries_nothing() -> None:
    """Goods or a vehicle 1.5 m before the pallet: nothing says what is below it."""
    for vehicle in (True, False):
        assert found(ON_DECK, (slice(98, 130), 2.5), vehicle) == Underside(0.0, 0.05)
        assert found(HIDDEN, (slice(89, 130), 2.5), vehicle) == Underside(0.0, 0.25)


def test_what_is_no_deck_carries_nothing() -> None:
    """As near as a deck, but a region of goods, or higher, or below what is no underside."""
    assert found(ON_DECK, (slice(98, 110), 3.9), goods=True) == Underside(0.0, 0.05)
    assert found(HIDDEN, (slice(89, 110), 3.9)) == Underside(0.0, 0.25)
    # Between goods, 0.74 m above the floor; at the floor, where 0.06 m of something shows.
    assert found(74, (slice(74, 110), 3.9), vehicle=True) == Underside(0.0, 0.25)
    assert found(107, (slice(107, 112), 3.9), low_share=0.0) == Underside(0.0, 0.05)


@pytest.mark.parametrize(
    ("columns", "carried", "in_noise"),
    [
        (2, Underside(0.0, 0.4), False),
        (10, Underside(DECK, 0.9), False),
        (12, Underside(DECK, 1.0), True),
    ],
)
def test_how_much_of_a_vehicle_shows(columns: int, carried: Underside, in_noise: bool) -> None:
    """Every second column is a place: one makes it doubtful, two to five probable, more certain."""
    below, shown = (slice(89, 110), 3.9), slice(100, 100 + columns)
    assert found(HIDDEN, below, True, columns=shown) == carried
    lifted = found(HIDDEN, below, True, height_noise=0.2, columns=shown)
    assert lifted == (Underside(DECK, 1.0) if in_noise else Underside(0.0, 0.03))


def test_two_places_at_the_floor_are_no_foot() -> None:
    assert found(HIDDEN, post=4) == Underside(0.0, 0.25)


def test_where_heights_are_unsure_only_a_vehicle_below_lifts_a_pallet() -> None:
    assert found(ON_DECK, height_noise=0.2) == Underside(0.0, 0.03)
    below = slice(98, 110), 3.9
    assert found(ON_DECK, below, True, height_noise=0.2) == Underside(DECK, 1.0)
    assert found(ON_DECK, below, False, height_noise=0.2) == Underside(0.0, 0.03)


@pytest.mark.parametrize(
    ("low_share", "carried"),
    [
        (0.04, Underside(DECK, 1.0)),
        (0.05, Underside(DECK, 0.9)),
        (0.1, Underside(0.0, 0.5)),
        (0.2, Underside(0.0, 0.0)),
    ],
)
def test_a_base_that_shows_in_part_makes_an_edge_at_a_deck_doubtful(
    low_share: float, carried: Underside
) -> None:
    assert found(ON_DECK, low_share=low_share) == carried
    # With one place that shows a deck any share from 0.05 on is a base on the floor.
    below, shown = (slice(89, 110), 3.9), slice(100, 102)
    few = found(HIDDEN, below, True, columns=shown, low_share=low_share)
    assert few == (Underside(0.0, 0.4) if low_share < 0.05 else Underside())


def test_share_of_a_base_that_is_low() -> None:
    """Between 5 and 17 cm, of these and those between 20 and 40 cm."""
    high = np.array([0.2, 0.3, 0.39, 0.25])
    assert low_base_share(np.concatenate([np.tile(high, 4), [0.1, 0.16, 0.05, 0.17]])) is None
    assert low_base_share(np.concatenate([np.tile(high, 4), [0.1, 0.16, 0.05, 0.06]])) == 0.2


def test_an_empty_pallet_on_a_deck_shows_no_base_and_no_goods() -> None:
    """From 0.23 to 0.37 m: without a low base, or goods above, it may stand on either."""
    empty = np.linspace(0.23, 0.37, 40)
    assert low_base_share(empty) is None
    assert low_base_share(np.append(empty, [1.0] * 3)) is None  # of a wall behind it
    assert low_base_share(np.append(empty, np.linspace(0.4, 0.9, 40))) == 0.0
    assert low_base_share(np.append(empty, [0.1])) == 1 / 41


def test_posts_of_a_pallet_count_though_they_are_few_pixels_wide() -> None:
    mask = np.zeros((150, 200), bool)
    mask[60:102, COLUMNS] = True  # up to 0.16 m above the floor
    mask[102:110, [70, 71, 99, 100, 128, 129]] = True
    depth = depth_of_the_floor()
    depth[mask] = 4.0
    frame = RgbdFrame(np.zeros((150, 200, 3), np.uint8), depth, CAMERA)
    masks = RegionMasks([BoxedMask.of(mask)])
    (heights,) = mask_heights(frame, masks, [0], PLANE, DepthNoise())
    share = low_base_share(heights)
    # Of every second row and column, rows 103 to 107 in 3 columns are low, 91 to 99 in 30 high.
    assert share == 9 / 159
