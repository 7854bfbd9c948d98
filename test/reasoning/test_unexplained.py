# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What stands in a place and belongs to no region: said where one more would change the answer."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.geometry.object_estimate import ObjectEstimate
from smolrgpt_ros.reasoning.reasoner import SpatialReasoner
from smolrgpt_ros.reasoning.unexplained import _frames_with
from smolrgpt_ros.scene.region import Region

REASONER = SpatialReasoner(None, policy="measured")


@pytest.mark.parametrize(
    ("question", "missed", "said"),
    [
        ("how many pallets are in buffer 1", 3, True),
        ("is buffer 1 empty", 3, False),  # pallet 2 stands in it
        ("is buffer 6 empty", 7, True),
        ("which buffers hold a pallet", 3, True),
        ("how many pallets are in buffer 1", 0, False),
        ("how many pallets are in buffer 1", 4, False),  # a low board
        ("how many pallets are in buffer 1", 5, False),  # right beside it
        ("is pallet 2 in buffer 1", 3, False),  # whatever else is there
        ("how many pallets are in view", 3, False),
    ],
)
def test_what_stands_in_a_place_and_is_no_region_may_be_more(
    make_scene: Any, make_block: Any, question: str, missed: int, said: bool
) -> None:
    scene = make_scene(
        [
            make_block(1, "buffer", (-1.0, 7.0), (2.4, 4.0, 0.0)),
            make_block(2, "pallet", (-1.0, 8.2), (1.2, 1.0, 0.6)),
            make_block(3, "pallet", (-1.2, 5.9), (0.8, 0.8, 0.5)),
            make_block(4, "crate", (-0.6, 7.0), (0.6, 0.4, 0.12)),
            make_block(5, "crate", (1.0, 7.0), (0.8, 0.8, 0.6)),
            make_block(6, "buffer", (2.8, 7.0), (2.0, 2.0, 0.0)),
            make_block(7, "pallet", (2.8, 7.0), (0.8, 0.8, 0.5)),
        ]
    )
    regions = [region for region in scene.regions if region.id != missed]
    answer = REASONER.answer(scene.frame, regions, question)
    assert answer.measured.answered
    something = [
        note for note in answer.notes if re.match(r"Something in buffer \d is no region", note)
    ]
    assert bool(something) is said and answer.changeable is said
    assert (answer.trusted is None) is said
    if said:  # its front and top, 0.8 x 0.5 and 0.8 x 0.8 m, as the camera sees them
        area = float(something[0].partition("(")[2].partition(" m")[0])
        assert 0.3 < area < 0.8 * (0.5 + 0.8)


def test_the_foot_of_what_was_missed_may_be_hidden(make_scene: Any, make_block: Any) -> None:
    # From 1.2 m, a load of 0.7 m at 4 m hides what is lower than 0.3 m at 7 m.
    scene = make_scene(
        [
            make_block(1, "buffer", (0.0, 6.0), (2.4, 6.0, 0.0)),
            make_block(2, "pallet", (0.1, 4.4), (1.4, 0.8, 0.7)),
            make_block(3, "pallet", (-0.1, 7.4), (1.2, 1.0, 1.0)),
        ],
        height=1.2,
        pitch_deg=8.0,
    )
    regions = [region for region in scene.regions if region.id != 3]
    answer = REASONER.answer(scene.frame, regions, "how many pallets are in buffer 1")
    assert answer.measured.value == 1 and answer.changeable and answer.trusted is None
    assert any(n.startswith("Something in buffer 1 is no region") for n in answer.notes)


def test_what_seems_to_hang_is_tried_on_the_floor_as_well(make_scene: Any, make_block: Any) -> None:
    scene = make_scene([make_block(3, "pallet", (-0.1, 7.0), (1.2, 1.0, 1.0))])
    mask = scene.regions[0].mask.copy()
    rows = np.flatnonzero(mask.any(axis=1))
    mask[rows[-len(rows) // 4] :] = False  # as where something in front hides its lower part
    geometry = FrameGeometry(scene.frame, ())
    frames = list(_frames_with(Region(-5, "pallet", mask), geometry))
    as_seen, on_floor = (frame.estimate(-5) for frame in frames)
    assert isinstance(as_seen, ObjectEstimate) and isinstance(on_floor, ObjectEstimate)
    assert as_seen.rides and as_seen.bottom > 0.3
    assert not on_floor.rides and on_floor.bottom == 0.0 and on_floor.top == as_seen.top
