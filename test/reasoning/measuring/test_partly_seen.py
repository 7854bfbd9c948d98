# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Sizes that the border or another object cuts: bounds, and what they decide, on exact scenes."""

from __future__ import annotations

import math

import pytest
from block_scene import Block, Scene

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.language.question import (
    Compared,
    Compares,
    Comparison,
    Difference,
    Dimension,
    Dimensions,
    Each,
    Everything,
    Extreme,
    Holds,
    HowMuch,
    Ids,
    Mean,
    Order,
    Ranked,
    Ratio,
    Relation,
    RelationKind,
    Size,
    SizeOf,
    Total,
    Where,
    Whether,
    Which,
)
from smolrgpt_ros.reasoning.measuring.evaluation import Evaluation
from smolrgpt_ros.reasoning.measuring.evaluator import evaluate

FIRST, OTHER = Ids((1,)), Ids((2,))
LENGTH, HEIGHT = SizeOf(Dimension.LENGTH), SizeOf(Dimension.HEIGHT)
MORE, LESS = Comparison.MORE, Comparison.LESS
CRATE = Block(2, "crate", (1.9, 6.0), (1.3, 1.0, 0.6))


def geometry_of(*blocks: Block, height: float = 4.0, pitch_deg: float = 30.0) -> FrameGeometry:
    scene = Scene(blocks, height=height, pitch_deg=pitch_deg)
    return FrameGeometry(scene.frame, scene.regions)


def longer(geometry: FrameGeometry, metres: float) -> Evaluation:
    return evaluate(Whether(Compares(Size(FIRST, LENGTH.dimension), MORE, metres)), geometry)


CUT = {
    # 4 m long; the left border leaves 3.0 m of it, and no more at its rear than at its front.
    "left": (Block(1, "container", (-3.6, 7.0), (4.0, 2.4, 1.5)), CRATE),
    # 5.6 m long, of a class of 2.8 m, of which the border leaves 3.1.
    "shelf": (Block(1, "shelf", (-4.2, 7.5), (5.6, 1.0, 2.0)), CRATE),
    # 4 m long; a pillar hides 1.9 m at its left end.
    "pillar": (
        Block(1, "container", (-0.5, 9.0), (4.0, 2.0, 1.5)),
        Block(3, "pillar", (-0.9, 5.0), (1.2, 0.6, 3.0)),
        CRATE,
    ),
}
CUT_LEAVES = {"left": 3.0, "shelf": 3.1, "pillar": 2.1}


@pytest.fixture(scope="module", params=CUT)
def cut(request: pytest.FixtureRequest) -> tuple[FrameGeometry, float]:
    """An object of which an end is cut, and what is seen of its length."""
    return geometry_of(*CUT[request.param]), CUT_LEAVES[request.param]


def test_a_length_that_is_cut_is_at_least_what_is_seen(cut: tuple[FrameGeometry, float]) -> None:
    geometry, seen = cut
    found = evaluate(HowMuch(Size(FIRST, LENGTH.dimension)), geometry)
    assert found.lower_bound and found.value == pytest.approx(seen, abs=0.1)
    every = evaluate(Each(Ids((1, 2)), LENGTH), geometry)
    assert every.lower_bounds == (True, False)
    sides = evaluate(Dimensions(FIRST), geometry)
    assert sides.values[0] == pytest.approx(seen, abs=0.1)
    assert sides.lower_bounds[0]


def test_the_middle_of_what_is_cut_is_as_unsure_as_that() -> None:
    """The middles of the whole lie 0.5 to 1.3 m beside those of what is seen."""
    for blocks in CUT.values():
        found = geometry_of(*blocks).estimate(1)
        assert not isinstance(found, str) and found.footprint is not None
        off = abs(found.footprint.centre[0] - blocks[0].at[0])
        assert 0.4 < off < 2 * math.sqrt(found.footprint.covariance[0, 0])


def test_a_length_that_is_cut_decides_on_its_side(cut: tuple[FrameGeometry, float]) -> None:
    geometry, seen = cut
    for metres in (seen + 0.4, seen + 2.0):
        answer = longer(geometry, metres)
        assert not answer.answered and "not known" in answer.reason
    assert longer(geometry, seen - 0.8).value is True
    wider = Relation(RelationKind.WIDER_THINNER, FIRST, OTHER)
    assert evaluate(wider, geometry).value == "wider"


def test_a_length_that_is_cut_in_sums_and_rankings(cut: tuple[FrameGeometry, float]) -> None:
    geometry, seen = cut
    both, one, two = Ids((1, 2)), *(Size(ids, LENGTH.dimension) for ids in (FIRST, OTHER))
    for quantity, value in (
        (Total(both, LENGTH), seen + 1.3),
        (Mean(both, LENGTH), (seen + 1.3) / 2),
        (Difference(one, two), seen - 1.3),
        (Ratio(one, two), seen / 1.3),
    ):
        found = evaluate(HowMuch(quantity), geometry)
        assert found.lower_bound and found.value == pytest.approx(value, rel=0.1)
    for quantity in (Difference(two, one), Ratio(two, one)):
        assert not evaluate(HowMuch(quantity), geometry).answered
    longest = evaluate(Which(Ranked(both, LENGTH, Extreme.MOST)), geometry)
    assert longest.value == 1 and longest.probability == 1.0


def test_what_may_be_longer_than_another_is_not_surely_shorter() -> None:
    """3.0 m are seen of one, another has 3.6: which is the longest is open, the shortest not."""
    whole = Block(2, "crate", (0.6, 10.5), (3.6, 1.2, 0.6))
    geometry = geometry_of(CUT["left"][0], whole, Block(3, "crate", (1.9, 6.0), (1.3, 1.0, 0.6)))
    order = evaluate(Order(Everything(), LENGTH, descending=True), geometry)
    assert order.region_ids == (2, 1, 3)
    assert order.probability == pytest.approx(0.5, abs=0.05)
    assert any("could change places" in doubt for doubt in order.doubts)
    longest = evaluate(Which(Ranked(Everything(), LENGTH, Extreme.MOST)), geometry)
    assert longest.probability == pytest.approx(0.5, abs=0.05)
    shortest = evaluate(Which(Ranked(Everything(), LENGTH, Extreme.LEAST)), geometry)
    assert shortest.value == 3 and shortest.probability == 1.0
    some = evaluate(Which(Where(Everything(), Compared(LENGTH, MORE, 3.3))), geometry)
    assert not some.answered or 1 not in some.region_ids


@pytest.fixture(scope="module")
def too_high() -> FrameGeometry:
    """5 m high, cut by the upper border at about 2.9 m; beside it a pallet of 0.6 m."""
    blocks = (
        Block(1, "container", (0.0, 7.0), (2.4, 2.4, 5.0)),
        Block(2, "pallet", (-2.5, 6.0), (1.2, 1.2, 0.6)),
    )
    return geometry_of(*blocks, height=2.0, pitch_deg=15.0)


@pytest.mark.parametrize(
    ("condition", "value"),
    [
        (Compared(HEIGHT, MORE, 2.0), True),
        (Compared(HEIGHT, LESS, 2.0), False),
        (Compared(HEIGHT, MORE, 4.0), None),
        (Compared(HEIGHT, LESS, 4.0), None),
        (Compared(HEIGHT, MORE, OTHER), True),
    ],
)
def test_a_height_that_is_cut_decides_on_its_side(
    too_high: FrameGeometry, condition: Compared, value: bool | None
) -> None:
    found = evaluate(Whether(Holds(FIRST, condition)), too_high)
    assert found.value is value and (found.reason == "") is (value is not None)


def test_a_height_that_is_cut_in_relations_and_differences(too_high: FrameGeometry) -> None:
    taller = Relation(RelationKind.TALLER_SHORTER, FIRST, OTHER)
    assert evaluate(taller, too_high).value == "taller"
    heights = [Size(ids, HEIGHT.dimension) for ids in (FIRST, OTHER)]
    found = evaluate(HowMuch(Difference(heights[0], heights[1])), too_high)
    assert found.lower_bound and found.value == pytest.approx(2.3, abs=0.1)
    assert not evaluate(HowMuch(Difference(heights[1], heights[0])), too_high).answered


def test_a_top_of_no_known_class_that_something_hides_is_a_bound() -> None:
    """2.5 m high; a beam before it hides what is higher than about 1.8 m."""
    blocks = (
        Block(1, "container", (0.0, 9.0), (2.4, 2.4, 2.5)),
        Block(2, "beam", (0.0, 4.0), (4.5, 0.3, 0.8), 0.0, 1.9),
    )
    scene = Scene(blocks, height=2.0, pitch_deg=8.0, focal=220.0)
    geometry = FrameGeometry(scene.frame, scene.regions)
    found = evaluate(HowMuch(Size(FIRST, HEIGHT.dimension)), geometry)
    assert found.lower_bound and found.value == pytest.approx(1.8, abs=0.1)
    taller = Compares(Size(FIRST, HEIGHT.dimension), MORE, 2.3)
    assert not evaluate(Whether(taller), geometry).answered
