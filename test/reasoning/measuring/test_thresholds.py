# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Objects on the threshold of what is asked: answers are as sure as the probabilities say."""

from __future__ import annotations

import pytest
from block_scene import Block, Scene

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.language.question import (
    Camera,
    Compared,
    Compares,
    Comparison,
    Count,
    Distance,
    DistanceTo,
    Each,
    Exists,
    Extreme,
    Holds,
    HowMuch,
    Ids,
    Inside,
    LoadState,
    OfClass,
    Proposition,
    Ranked,
    State,
    Where,
    Whether,
    Which,
)
from smolrgpt_ros.reasoning.measuring.answer_text import answer_text
from smolrgpt_ros.reasoning.measuring.evaluation import SURE
from smolrgpt_ros.reasoning.measuring.evaluator import evaluate

PALLETS, BUFFERS = OfClass("pallet"), OfClass("buffer")
SIZE = (1.2, 1.2, 0.8)


def geometry_of(*blocks: Block, noise: float = 0.0) -> FrameGeometry:
    scene = Scene(blocks, noise=noise)
    return FrameGeometry(scene.frame, scene.regions)


def chance(proposition: Proposition, geometry: FrameGeometry) -> float:
    found = evaluate(Whether(proposition), geometry).probability
    assert found is not None
    return found


@pytest.mark.parametrize("right", [-1.558, -1.55, -1.542])
def test_a_distance_to_a_place_is_as_sure_as_that_the_object_stands_beside_or_in_it(
    right: float,
) -> None:
    """The buffer ends at -1.55, the pallet's middle lies there, 1.5 m from the buffer's."""
    geometry = geometry_of(
        Block(1, "buffer", (-2.6, 8.0), (2.1, 5.0, 0.0)), Block(11, "pallet", (right, 7.0), SIZE)
    )
    pallet, buffer = Ids((11,), "pallet"), Ids((1,), "buffer")
    inside = chance(Holds(pallet, Inside(buffer)), geometry)
    found = evaluate(HowMuch(Distance(pallet, buffer)), geometry)
    assert 1.0 - SURE < inside < SURE
    assert found.probability == pytest.approx(max(inside, 1.0 - inside))
    assert found.value == (0.0 if inside >= 0.5 else pytest.approx(1.5, abs=0.1))
    other, share = ("1.5", 1.0 - inside) if inside >= 0.5 else ("0.00", inside)
    assert found.doubts[0].startswith(f"it could be {other}")
    assert found.doubts[0].endswith(f"as well ({share:.2f})")
    table = evaluate(Each(PALLETS, DistanceTo(buffer)), geometry)
    assert table.probability == pytest.approx(found.probability)
    farther = Compares(Distance(pallet, buffer), Comparison.MORE, 1.0)
    assert chance(farther, geometry) == pytest.approx(1.0 - inside, abs=1e-3)
    near = Holds(pallet, Compared(DistanceTo(buffer), Comparison.LESS, 1.0))
    assert chance(near, geometry) == pytest.approx(inside, abs=1e-3)


def test_a_pallet_between_two_buffers_that_meet_is_in_one_of_them() -> None:
    geometry = geometry_of(
        Block(1, "buffer", (-1.0, 8.0), (2.0, 5.0, 0.0)),
        Block(2, "buffer", (1.0, 8.0), (2.0, 5.0, 0.0)),
        Block(11, "pallet", (0.0, 8.3), SIZE),
    )
    parts = [chance(Holds(Ids((11,)), Inside(Ids((i,)))), geometry) for i in (1, 2)]
    assert all(0.2 < part < 0.8 for part in parts)
    either = chance(Holds(Ids((11,)), Inside(BUFFERS)), geometry)
    assert either == pytest.approx(min(1.0, sum(parts))) and either > max(parts)


def test_one_of_several_beside_a_buffer_may_stand_in_it() -> None:
    """Middles of three pallets a few centimetres outside: none of them probably stands in it."""
    geometry = geometry_of(
        Block(1, "buffer", (0.0, 8.0), (2.1, 5.0, 0.0)),
        Block(11, "pallet", (-1.08, 6.3), SIZE),
        Block(12, "pallet", (-1.08, 9.7), SIZE),
        Block(13, "pallet", (1.08, 8.0), SIZE),
        noise=0.004,
    )
    inside = Where(PALLETS, Inside(Ids((1,), "buffer")))
    each = [chance(Holds(Ids((i,)), Inside(Ids((1,)))), geometry) for i in (11, 12, 13)]
    some = 1.0
    for part in each:
        some *= 1.0 - part
    some = 1.0 - some
    assert max(each) < some < 1.0 and min(each) > 0.0
    expected = some if some < 0.5 else max(0.5, *each)
    question = Whether(Exists(inside))
    found = evaluate(question, geometry)
    assert found.probability == pytest.approx(expected)
    assert found.value is (some >= 0.5)  # as the count of the same frame says
    at_least = chance(Compares(Count(inside), Comparison.AT_LEAST, 1), geometry)
    assert max(each) < at_least < some + 1e-6
    assert chance(Holds(Ids((1,)), State(LoadState.LOADED)), geometry) == pytest.approx(expected)
    if found.value and not found.region_ids:
        text = answer_text(question, found, lambda i: geometry.region(i).label)
        assert text == "Yes, some pallet is in buffer 1, which one is not sure."


def test_the_nearest_of_two_exists_whichever_it_is() -> None:
    """Two pallets as far from the camera: each may be the nearest, one of them is."""
    geometry = geometry_of(
        Block(11, "pallet", (-2.0, 7.0), SIZE), Block(12, "pallet", (2.0, 7.0), SIZE), noise=0.004
    )
    nearest = Ranked(PALLETS, DistanceTo(Camera()), Extreme.LEAST)
    found = evaluate(Which(nearest), geometry)
    assert found.probability is not None and found.probability < 1.0
    assert chance(Exists(nearest), geometry) == pytest.approx(1.0)
