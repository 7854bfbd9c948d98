# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Undersides above the floor, and hidden ones, on exact scenes."""

from __future__ import annotations

import pytest
from block_scene import Block, Scene

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.geometry.object_estimate import ObjectEstimate


def seen(scene: Scene, region_id: int) -> ObjectEstimate:
    found = FrameGeometry(scene.frame, scene.regions).estimate(region_id)
    assert isinstance(found, ObjectEstimate)
    return found


def test_a_sign_hangs_where_its_lower_edge_is() -> None:
    """From 1.9 to 2.7 m, seen from 2.5 m; behind it is floor."""
    sign = Block(1, "sign", (0.0, 5.0), (1.5, 0.1, 0.8), 0.0, 1.9)
    pallet = Block(2, "pallet", (-2.0, 6.0), (1.2, 1.2, 0.6))
    found = seen(Scene((sign, pallet), height=2.5, pitch_deg=15.0, focal=220.0), 1)
    assert found.bottom == pytest.approx(1.9, abs=0.05) and found.size[2] == pytest.approx(
        0.8, abs=0.1
    )
    assert abs(found.bottom - 1.9) < 2 * found.bottom_sigma
    assert found.on_something == 1.0 and not found.underside_hidden


def test_a_pallet_on_a_board_of_a_rack_is_as_high_as_it_is() -> None:
    """From 1.5 to 2.4 m; posts and boards are one region."""
    posts = [(-1.35, -0.45), (1.35, -0.45), (-1.35, 0.45), (1.35, 0.45)]
    rack = [
        *(Block(9, "shelf", (0.3 + x, 7.0 + y), (0.1, 0.1, 3.0)) for x, y in posts),
        *(Block(9, "shelf", (0.3, 7.0), (2.8, 1.0, 0.1), 0.0, up) for up in (1.4, 2.9)),
    ]
    pallet = Block(1, "pallet", (0.0, 7.0), (1.2, 1.0, 0.9), 0.0, 1.5)
    scene = Scene((*rack, pallet), height=1.6, pitch_deg=5.0, focal=260.0)
    geometry = FrameGeometry(scene.frame, [scene.regions[0], scene.regions[-1]])
    found = geometry.estimate(1)
    assert isinstance(found, ObjectEstimate)
    assert abs(found.bottom - 1.5) < 2 * found.bottom_sigma < 0.1
    assert abs(found.size[2] - 0.9) < 2 * found.height_sigma < 0.1
    assert found.on_something == 1.0 and found.on_vehicle == 0.0


def test_the_upper_of_two_pallets_rests_on_the_lower() -> None:
    lower = Block(1, "pallet", (-0.5, 6.0), (1.2, 1.2, 0.6))
    upper = Block(2, "pallet", (-0.5, 6.0), (1.2, 1.2, 0.5), 0.0, 0.6)
    scene = Scene((lower, upper), height=3.0, pitch_deg=25.0)
    found = seen(scene, 2)
    assert found.bottom == pytest.approx(0.6, abs=0.05) and found.size[2] == pytest.approx(
        0.5, abs=0.1
    )
    assert found.on_something == 1.0 and found.on_vehicle == 0.0
    assert seen(scene, 1).bottom == 0.0 and seen(scene, 1).on_something == 0.0


@pytest.mark.parametrize("label", ["pallet", "crate"])
@pytest.mark.parametrize("gap", [0.02, 1.2])
def test_what_ends_behind_something_may_stand_on_the_floor(label: str, gap: float) -> None:
    """1.5 m high, its lower part is hidden by one of 0.8 m right before it or farther off."""
    front = Block(1, label, (-0.3, 5.0), (1.6, 1.2, 0.8))
    back = Block(2, label, (-0.3, 6.2 + gap), (1.2, 1.2, 1.5))
    scene = Scene((front, back), height=2.2, pitch_deg=18.0)
    found = seen(scene, 2)
    assert found.bottom == 0.0 and found.underside_hidden
    assert abs(found.size[2] - 1.5) < 2 * found.height_sigma
    assert max(found.on_something, found.on_vehicle) == 0.25
    assert not seen(scene, 1).underside_hidden
