# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Whether vehicles carry loads, on exact scenes."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.geometry.payload import _stacked, load_of

SIZE = (1.44, 0.85, 0.23)


def test_a_pallet_on_a_vehicle_is_its_load(yard: Any) -> None:
    geometry = FrameGeometry(yard.frame, yard.regions)
    assert load_of(geometry, 21) == 1.0
    assert load_of(geometry, 22) == 0.0


def test_a_pallet_beside_a_vehicle_is_not_its_load(make_scene: Any, make_block: Any) -> None:
    vehicle = make_block(1, "transporter", (-0.5, 6.0), SIZE, 20.0)
    pallet = make_block(2, "pallet", (0.9, 6.6), (1.2, 1.2, 0.8))
    geometry_of = make_scene((vehicle, pallet))
    geometry = FrameGeometry(geometry_of.frame, geometry_of.regions)
    assert geometry.possible_loads(1) == (2,)
    assert load_of(geometry, 1) == pytest.approx(0.0, abs=0.1)


def test_a_load_that_is_no_region_is_seen_in_the_depth(make_scene: Any, make_block: Any) -> None:
    """A box that the detector did not find stands on the deck."""
    vehicle = make_block(1, "transporter", (-0.5, 6.0), SIZE, 20.0)
    unknown = make_block(2, "box", (-0.5, 6.0), (1.1, 0.7, 0.5), 20.0, 0.23)
    scene = make_scene((vehicle, unknown))
    geometry = FrameGeometry(scene.frame, scene.regions[:1])
    load = load_of(geometry, 1)
    assert isinstance(load, float) and load > 0.7


@pytest.mark.parametrize(("height", "carries"), [(0.15, 0.0), (0.9, 1.0)])
def test_a_pallet_carries_boxes_where_it_is_high(
    make_scene: Any, make_block: Any, height: float, carries: float
) -> None:
    pallet = make_block(1, "pallet", (-0.5, 6.0), (1.2, 1.2, height))
    scene = make_scene((pallet,))
    load = load_of(FrameGeometry(scene.frame, scene.regions), 1)
    assert load == pytest.approx(carries, abs=1e-3)


@pytest.mark.parametrize(
    ("bottom", "top", "on_vehicle", "load"),
    [
        (0.0, 0.314, 0.0, 0.769),  # 14 mm above 0.3 m, with a deviation of 19 mm
        (0.0, 0.286, 0.0, 0.231),
        (0.0, 0.314, 0.25, 0.577),  # on a deck it is 0.084 m high: 0.75 of the first
        (0.0, 0.37, 0.25, 0.75),  # an empty one on a deck, or goods on the floor
        (0.23, 0.37, 1.0, 0.0),
        (0.23, 0.37, 0.9, 0.1),
        (0.23, 0.9, 0.9, 1.0),
    ],
)
def test_a_pallet_is_as_surely_loaded_as_it_is_high(
    make_scene: Any, make_block: Any, bottom: float, top: float, on_vehicle: float, load: float
) -> None:
    scene = make_scene((make_block(1, "pallet", (-0.5, 6.0), (1.2, 1.2, 0.8)),))
    found = FrameGeometry(scene.frame, scene.regions).estimate(1)
    assert not isinstance(found, str)
    doubt = 0.23**2 * on_vehicle * (1 - on_vehicle)  # as ``resting.at_rest`` counts it
    pallet = replace(
        found,
        bottom=bottom,
        top=top,
        bottom_sigma=math.sqrt(0.0114**2 + doubt),
        top_sigma=0.0152,
        on_vehicle=on_vehicle,
    )
    assert _stacked(pallet) == pytest.approx(load, abs=2e-3)


def test_it_says_why_it_does_not_know(yard: Any) -> None:
    assert load_of(FrameGeometry(yard.without_depth(), yard.regions), 21) == (
        "the frame has no depth"
    )
    wall = yard.frame.depth.copy()
    wall[:] = 3.0
    no_floor = FrameGeometry(replace(yard.frame, depth=wall), yard.regions)
    assert load_of(no_floor, 22) == "no floor is in view, a load cannot be told"


def test_a_deck_behind_a_rack_is_hidden(make_scene: Any, make_block: Any) -> None:
    vehicle = make_block(2, "transporter", (1.5, 6.0), (0.85, 1.44, 0.23))
    rack = make_block(3, "shelf", (1.6, 4.6), (1.3, 0.4, 2.0))
    scene = make_scene((vehicle, rack), height=1.6, pitch_deg=12.0)
    geometry = FrameGeometry(scene.frame, scene.regions)
    assert load_of(geometry, 2) == "what is on the deck is hidden"
