# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Cameras that are rolled: the same numbers, and what is said of them."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from block_scene import YARD, Block, Scene

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
    assert not any("left and right" in n for n in ask(scene, "how tall is shelf 31").notes)


def test_left_of_the_camera_is_left_in_the_picture_as_it_is_for_two_objects() -> None:
    # Pallet 11 is 2.5 m to the left of the camera.
    assert ask(UPRIGHT, "is pallet 11 left of the camera").measured.value is True
    assert ask(rolled(180.0), "is pallet 11 left of the camera").measured.value is False


def test_a_known_up_is_believed_where_the_floor_is_not_seen() -> None:
    frame = replace(UPRIGHT.without_depth(), up=(1.0, 0.0, 0.0))
    answer = REASONER.answer(frame, UPRIGHT.regions, "which pallet is the leftmost")
    assert any("rolled 90 degrees anticlockwise" in note for note in answer.notes)


def test_a_wall_seen_obliquely_may_be_the_floor_of_a_camera_on_its_side() -> None:
    """A level camera 1.5 m high before a wall that is turned by 35 degrees; no floor shows.

    The wall is the floor of a camera rolled by 90 degrees. The cabinets are 1.5 and
    1.65 m high, the first also hangs 0.05 m farther from the wall.
    """
    yaw = math.radians(35.0)

    def beside_wall(along: float, off: float) -> tuple[float, float]:
        x, y = math.cos(yaw) * along + math.sin(yaw) * off, math.sin(yaw) * along
        return x, 2.2 + y - math.cos(yaw) * off

    blocks = (
        Block(9, "wall", beside_wall(0.0, -0.05), (12.0, 0.1, 4.0), 35.0),
        Block(1, "cabinet", beside_wall(-0.3, 0.15), (0.6, 0.3, 0.4), 35.0, 1.3),
        Block(2, "cabinet", beside_wall(0.7, 0.1), (0.4, 0.2, 0.3), 35.0, 1.5),
    )
    scene = Scene(blocks, height=1.5, pitch_deg=0.0, focal=330.0)
    scene.regions = scene.regions[1:]
    answer = ask(scene, "is cabinet 1 above cabinet 2")
    assert answer.trusted is None
    assert "rolled 90 degrees" in answer.doubt and "gravity_up" in answer.doubt
    assert any("rolled 90 degrees" in note for note in answer.notes)


@pytest.mark.parametrize(("degrees", "trusted"), [(40.0, True), (90.0, False), (180.0, False)])
def test_a_rolled_camera_is_trusted_where_up_is_known(degrees: float, trusted: bool) -> None:
    scene = rolled(degrees)
    question = "how far is pallet 11 from pallet 12"
    assert (ask(scene, question).trusted is not None) == trusted
    # Of a camera that looks 40 degrees down and is rolled clockwise, the right side points down.
    roll, pitch = math.radians(degrees), math.radians(40.0)
    level = math.cos(pitch)
    up = (-level * math.sin(roll), -level * math.cos(roll), -math.sin(pitch))
    scene.frame = replace(scene.frame, up=up)
    answer = ask(scene, question)
    assert answer.trusted is not None and answer.doubt == ""
