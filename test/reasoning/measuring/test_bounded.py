# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What the picture's border cuts, of a class whose size nobody knows, decides on one side alone."""

from __future__ import annotations

import pytest
from block_scene import Block, Scene

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.language.question import (
    Compared,
    Compares,
    Comparison,
    Dimension,
    Holds,
    Ids,
    Size,
    SizeOf,
    Whether,
)
from smolrgpt_ros.reasoning.measuring.evaluator import evaluate

CONTAINER, PALLET = Ids((1,), "container"), Ids((2,), "pallet")
HEIGHT = SizeOf(Dimension.HEIGHT)
MORE, LESS = Comparison.MORE, Comparison.LESS


@pytest.fixture(scope="module")
def geometry() -> FrameGeometry:
    """A container of 5 m, cut at about 2.9 m by the upper border, and a pallet of 0.6 m."""
    scene = Scene(
        (
            Block(1, "container", (0.0, 7.0), (2.4, 2.4, 5.0)),
            Block(2, "pallet", (-2.5, 6.0), (1.2, 1.2, 0.6)),
        ),
        height=2.0,
        pitch_deg=15.0,
        width=320,
        rows=240,
        focal=280,
    )
    return FrameGeometry(scene.frame, scene.regions)


@pytest.mark.parametrize(
    ("condition", "value"),
    [
        (Compared(HEIGHT, MORE, 2.0), True),
        (Compared(HEIGHT, LESS, 2.0), False),
        (Compared(HEIGHT, MORE, 4.0), None),
        (Compared(HEIGHT, LESS, 4.0), None),
        (Compared(HEIGHT, MORE, PALLET), True),
    ],
)
def test_a_bound_decides_on_its_side(geometry, condition, value):
    found = evaluate(Whether(Holds(CONTAINER, condition)), geometry)
    assert found.value is value and (found.reason == "") is (value is not None)


def test_two_numbers_are_compared_likewise(geometry):
    height = Size(CONTAINER, Dimension.HEIGHT)
    found = evaluate(Whether(Compares(height, Comparison.AT_LEAST, 2.0)), geometry)
    assert found.value is True
    found = evaluate(Whether(Compares(height, Comparison.AT_MOST, 4.0)), geometry)
    assert found.value is None and "not known" in found.reason
