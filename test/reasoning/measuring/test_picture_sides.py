# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Cameras that are rolled: the same numbers, and a caveat where left and right are asked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from block_scene import YARD, Scene

from smolrgpt_ros.reasoning.answer import SpatialAnswer
from smolrgpt_ros.reasoning.reasoner import SpatialReasoner

REASONER = SpatialReasoner(None, policy="measured")
UPRIGHT = Scene(YARD)


def rolled(degrees: float) -> Scene:
    """The yard, in a picture that is as wide as it was high for a camera on its side."""
    width, rows = (320, 240) if abs(degrees) < 60 or abs(degrees) > 120 else (240, 320)
    return Scene(YARD, roll_deg=degrees, width=width, rows=rows)


def ask(scene: Scene, question: str) -> SpatialAnswer:
    return REASONER.answer(scene.frame, scene.regions, question)


@pytest.mark.parametrize("degrees", [15.0, -40.0, 90.0, -90.0, 180.0])
def test_turned_camera(degrees: float) -> None:
    scene = rolled(degrees)
    for question, tolerance in (
        ("how far is pallet 11 from pallet 12", 0.02),
        ("how tall is shelf 31", 0.02),
        ("how wide is pallet 11", 0.02),
        ("how many pallets are in buffer 1", 0.0),
        ("which pallet is the nearest to transporter 22", 0.0),
    ):
        upright, found = ask(UPRIGHT, question).measured, ask(scene, question).measured
        assert isinstance(upright.value, float | int)
        if found.lower_bound:  # the picture's border cuts the shelf
            assert float(found.value or 0) <= upright.value + tolerance
            continue
        assert found.value == pytest.approx(upright.value, abs=tolerance), question
        if upright.std is not None:
            assert found.std == pytest.approx(upright.std, rel=0.4)
    for question in ("is pallet 13 carried", "is pallet 12 behind pallet 11"):
        assert ask(scene, question).measured.value is True


@pytest.mark.parametrize(
    ("degrees", "words"),
    [(20.0, ""), (-40.0, "40 degrees anticlockwise"), (90.0, "90 degrees clockwise")],
)
def test_the_caveat_is_said_where_left_and_right_are_asked(degrees: float, words: str) -> None:
    scene = rolled(degrees)
    for question in (
        "is pallet 11 left of pallet 12",
        "is pallet 11 left or right of pallet 12",
        "which pallet is the leftmost",
    ):
        caveats = [note for note in ask(scene, question).notes if "rolled" in note]
        assert len(caveats) == (1 if words else 0)
        assert words in "".join(caveats)
    assert not any("rolled" in note for note in ask(scene, "how tall is shelf 31").notes)


def test_left_of_the_camera_is_left_in_the_picture_as_it_is_for_two_objects() -> None:
    # Pallet 11 is 2.5 m to the left of the camera.
    assert ask(UPRIGHT, "is pallet 11 left of the camera").measured.value is True
    assert ask(rolled(180.0), "is pallet 11 left of the camera").measured.value is False


def test_a_known_up_is_believed_where_the_floor_is_not_seen() -> None:
    frame = replace(UPRIGHT.without_depth(), up=(1.0, 0.0, 0.0))
    answer = REASONER.answer(frame, UPRIGHT.regions, "which pallet is the leftmost")
    assert any("rolled 90 degrees anticlockwise" in note for note in answer.notes)
