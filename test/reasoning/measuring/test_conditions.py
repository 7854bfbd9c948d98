# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Which objects conditions hold for, on scenes whose places are plain arithmetic."""

from __future__ import annotations

from typing import Any

import pytest
from block_scene import Block, Scene

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.language.question import (
    All,
    Among,
    AnyOf,
    Beside,
    Between,
    Camera,
    Compared,
    Comparison,
    Condition,
    Dimension,
    DistanceTo,
    Everything,
    Holding,
    Holds,
    Ids,
    Inside,
    Listing,
    LoadState,
    NextTo,
    Not,
    OfClass,
    OnTop,
    Selection,
    Side,
    SizeOf,
    State,
    Where,
    Whether,
)
from smolrgpt_ros.reasoning.measuring.evaluator import evaluate
from smolrgpt_ros.scene.status import QueryError, Status

PALLETS, VEHICLES, BUFFERS = OfClass("pallet"), OfClass("transporter"), OfClass("buffer")
AT_LEAST, MORE, LESS, AT_MOST, EQUAL = (
    Comparison.AT_LEAST,
    Comparison.MORE,
    Comparison.LESS,
    Comparison.AT_MOST,
    Comparison.EQUAL,
)
# From vehicle 22 at (-0.3, 5.2): pallet 13 is 2.69 m away, 11 is 2.86 m and 12 is 4.43 m.
FROM_22 = DistanceTo(Ids((22,)))
HEIGHT = SizeOf(Dimension.HEIGHT)


def listed(geometry: FrameGeometry, of: Selection, condition: Condition) -> set[int]:
    return set(evaluate(Listing(Where(of, condition)), geometry).region_ids)


@pytest.mark.parametrize(
    ("of", "condition", "ids"),
    [
        (PALLETS, Inside(Ids((1,))), {11}),
        (PALLETS, Inside(Ids((2,))), {12}),  # 13 rides over it
        (VEHICLES, Inside(Ids((2,))), {21}),
        (PALLETS, Inside(BUFFERS), {11, 12}),
        (PALLETS, Not(Inside(BUFFERS)), {13}),
        (BUFFERS, Inside(Ids((1,))), set()),
        (PALLETS, OnTop(VEHICLES), {13}),
        (PALLETS, OnTop(Ids((22,))), set()),
        (PALLETS, OnTop(Ids((1,))), {11}),  # on a floor region means in it
        (PALLETS, State(LoadState.CARRIED), {13}),
        (PALLETS, State(LoadState.ON_FLOOR), {11, 12}),
        (PALLETS, State(LoadState.LOADED), {11, 12, 13}),
        (VEHICLES, State(LoadState.EMPTY), {22}),
        (VEHICLES, State(LoadState.LOADED), {21}),
        (BUFFERS, State(LoadState.EMPTY), set()),
        (BUFFERS, State(LoadState.LOADED), {1, 2}),
        (PALLETS, Beside(Side.LEFT, Ids((22,))), {11}),
        (PALLETS, Beside(Side.RIGHT, Ids((22,))), {12, 13}),
        (PALLETS, Beside(Side.BEHIND, Ids((13,))), {11, 12}),
        (PALLETS, Beside(Side.FRONT, Ids((12,))), {11, 13}),
        (PALLETS, Beside(Side.ABOVE, Ids((12,))), {11, 13}),  # middles at 0.4, 0.3 and 0.48 m
        (PALLETS, Beside(Side.BELOW, Ids((13,))), {11, 12}),
        (PALLETS, Beside(Side.LEFT, Camera()), {11}),
        (PALLETS, Beside(Side.FRONT, Camera()), {11, 12, 13}),
        (PALLETS, Beside(Side.BEHIND, Camera()), set()),
        (PALLETS, Beside(Side.ABOVE, Camera()), set()),  # it hangs at 6 m
        # 12 lies 0.16 m beside the line from 11 to the shelf, 13 and 21 2.2 m, 22 2.6 m.
        (Everything(), Between(Ids((11,)), Ids((31,))), {12}),
        (PALLETS, Compared(FROM_22, LESS, 2.8), {13}),
        (PALLETS, Compared(FROM_22, AT_LEAST, 4.0), {12}),
        (Everything(), Compared(FROM_22, AT_MOST, 2.8), {13, 21}),  # never 22 itself
        (PALLETS, Compared(FROM_22, EQUAL, 4.43), {12}),
        (PALLETS, Compared(FROM_22, LESS, Ids((11,))), {13}),
        # To shelf 31: 12 3.27 m, 13 4.66 m, 11 7.92 m.
        (PALLETS, Compared(DistanceTo(Ids((31,))), LESS, FROM_22), {12}),
        (PALLETS, Compared(DistanceTo(Ids((31,))), AT_LEAST, FROM_22), {11, 13}),
        (PALLETS, Compared(HEIGHT, LESS, SizeOf(Dimension.WIDTH)), {11, 12, 13}),
        (OfClass("shelf"), Compared(HEIGHT, MORE, SizeOf(Dimension.LENGTH)), {31}),
        (PALLETS, Compared(DistanceTo(VEHICLES), LESS, 2.6), {12, 13}),  # the nearest of them
        (PALLETS, Compared(DistanceTo(PALLETS), MORE, 3.0), {11}),  # from the other pallets
        (PALLETS, Compared(DistanceTo(Ids((2,))), LESS, 0.01), {12}),
        (PALLETS, Compared(DistanceTo(Camera()), MORE, 10.5), {12}),
        (PALLETS, Compared(HEIGHT, MORE, 0.7), {11}),
        (PALLETS, Compared(HEIGHT, MORE, Ids((12,))), {11}),
        (PALLETS, Compared(SizeOf(Dimension.ELEVATION), MORE, 0.1), {13}),
        (BUFFERS, Compared(Holding(PALLETS), AT_LEAST, 1), {1, 2}),
        (BUFFERS, Compared(Holding(PALLETS), MORE, 1), set()),
        (BUFFERS, Compared(Holding(Everything()), MORE, 1), {2}),
        (BUFFERS, Compared(Holding(Everything()), MORE, Ids((1,))), {2}),
        (VEHICLES, Compared(Holding(PALLETS), EQUAL, 1), {21}),
        (PALLETS, Not(Among(Ids((12,)))), {11, 13}),
        (PALLETS, All((Inside(BUFFERS), Compared(HEIGHT, LESS, 0.7))), {12}),
        (PALLETS, AnyOf((Inside(Ids((1,))), OnTop(VEHICLES))), {11, 13}),
        (PALLETS, Not(AnyOf((Inside(Ids((1,))), OnTop(VEHICLES)))), {12}),
    ],
)
def test_a_condition_selects_the_regions_it_holds_for(
    yard_geometry: FrameGeometry, of: Selection, condition: Condition, ids: set[int]
) -> None:
    assert listed(yard_geometry, of, condition) == ids


def test_next_to_is_less_than_a_metre_of_room(make_scene: Any, make_block: Any) -> None:
    """Between pallets 1 and 2 there is 0.6 m of room, between 1 and 3 1.6 m."""
    size = (1.2, 1.2, 0.6)
    blocks = (
        make_block(1, "pallet", (0.0, 7.0), size),
        make_block(2, "pallet", (1.8, 7.0), size),
        make_block(3, "pallet", (-2.8, 7.0), size),
        make_block(4, "buffer", (0.1, 7.0), (2.5, 4.0, 0.0)),
    )
    scene = make_scene(blocks)
    geometry = FrameGeometry(scene.frame, scene.regions)
    assert listed(geometry, Everything(), NextTo(Ids((1,)))) == {2}
    assert listed(geometry, PALLETS, NextTo(PALLETS)) == {1, 2}
    assert listed(geometry, PALLETS, NextTo(Ids((4,)))) == {2}  # 1 stands in it


@pytest.mark.parametrize(
    ("condition", "ids"),
    [
        (OnTop(Ids((1,))), {2}),
        (State(LoadState.CARRIED), {2}),
        (State(LoadState.ON_FLOOR), {1, 3, 4, 5}),
        (NextTo(Ids((1,))), {4}),
        (Compared(HEIGHT, MORE, 1.2), {4, 5}),
        (Compared(DistanceTo(Ids((3,))), LESS, 2.0), {4}),
        (Beside(Side.RIGHT, Ids((4,))), {3, 5}),
        (Beside(Side.BEHIND, Ids((1,))), {5}),
        (Compared(SizeOf(Dimension.ELEVATION), MORE, 0.5), {2}),
    ],
)
def test_labels_of_other_detectors(
    shop: FrameGeometry, condition: Condition, ids: set[int]
) -> None:
    found = listed(shop, Everything(), condition)
    if condition == Beside(Side.BEHIND, Ids((1,))):
        found.discard(4)  # 0.2 m farther than the table: not asked
        found.discard(2)  # on the table
    assert found == ids


def test_what_cannot_be_told(yard_geometry: FrameGeometry, shop: FrameGeometry) -> None:
    shelf = Whether(Holds(OfClass("shelf"), State(LoadState.EMPTY)))
    assert evaluate(shelf, yard_geometry).reason == (
        "whether shelf 31 is empty or loaded cannot be measured"
    )
    inside = evaluate(Whether(Holds(Ids((11,)), Inside(Ids((31,), "shelf")))), yard_geometry)
    assert inside.value is None and "inside shelf 31 cannot be measured" in inside.reason
    table = Whether(Holds(Ids((1,)), State(LoadState.LOADED)))
    assert evaluate(table, shop).value is True
    cone = evaluate(Whether(Holds(Ids((3,)), State(LoadState.EMPTY))), shop)
    assert cone.value is None and "cone 3" in cone.reason


def test_a_pallet_on_a_vehicle_that_is_no_region(yard: Scene) -> None:
    """Vehicle 21 is missed; the underside of pallet 13 shows that something carries it."""
    geometry = FrameGeometry(yard.frame, [r for r in yard.regions if r.id != 21])
    assert listed(geometry, PALLETS, OnTop(VEHICLES)) == {13}
    assert listed(geometry, PALLETS, OnTop(Ids((22,)))) == set()


def test_another_condition_decides_what_cannot_be_measured(yard_geometry: FrameGeometry) -> None:
    hidden = State(LoadState.EMPTY)  # cannot be told of a shelf
    not_inside = Inside(BUFFERS)
    assert listed(yard_geometry, OfClass("shelf"), All((hidden, not_inside))) == set()
    either = AnyOf((hidden, Not(not_inside)))
    assert listed(yard_geometry, OfClass("shelf"), either) == {31}


def test_an_object_is_not_compared_with_itself(yard_geometry: FrameGeometry) -> None:
    with pytest.raises(QueryError, match="compared with itself") as error:
        evaluate(Whether(Holds(Ids((11,)), Beside(Side.LEFT, Ids((11,))))), yard_geometry)
    assert error.value.status is Status.BAD_QUESTION
    assert listed(yard_geometry, PALLETS, Not(Beside(Side.LEFT, Ids((12,))))) == {13}


def test_a_hidden_foot_makes_doubtful_what_carries_a_pallet() -> None:
    """A low wall hides the lower half of pallet 1 from a low camera; pallet 2 is in the open."""
    scene = Scene(
        (
            Block(1, "pallet", (0.0, 6.0), (1.2, 1.2, 1.1)),
            Block(2, "pallet", (2.0, 6.5), (1.2, 1.2, 1.1)),
            Block(3, "wall", (0.0, 4.6), (1.6, 0.3, 0.6)),
        ),
        height=1.2,
        pitch_deg=8.0,
    )
    geometry = FrameGeometry(scene.frame, scene.regions)
    question = Listing(Where(PALLETS, State(LoadState.ON_FLOOR)))
    found = evaluate(question, geometry)
    assert found.region_ids == (1, 2) and found.probability == pytest.approx(0.75)
    assert found.doubts == ("pallet 1 may not belong (0.25)",)
