# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Answers of all kinds of questions, on a scene whose places are plain arithmetic."""

from __future__ import annotations

import math

import numpy as np
import pytest
from block_scene import Block, Scene

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.language.question import (
    Bearing,
    Beside,
    Camera,
    ClassOf,
    Column,
    Compared,
    Compares,
    Comparison,
    Conditional,
    Count,
    Difference,
    Dimension,
    Dimensions,
    Direction,
    Distance,
    DistanceTo,
    Each,
    Everything,
    Exactly,
    Exists,
    Extreme,
    Holding,
    Holds,
    HowMuch,
    Ids,
    Inside,
    Listing,
    LoadState,
    Mean,
    Mode,
    NextTo,
    OfClass,
    OnTop,
    Order,
    Pair,
    Proposition,
    Quantity,
    Question,
    Ranked,
    Ratio,
    Relation,
    RelationKind,
    Route,
    Same,
    SamePlace,
    Selection,
    Side,
    Size,
    SizeOf,
    State,
    Table,
    Total,
    Union,
    Where,
    WhereIs,
    Whether,
    Which,
)
from smolrgpt_ros.reasoning.measuring.evaluator import evaluate
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.status import QueryError, Status

PALLETS, VEHICLES, BUFFERS = OfClass("pallet"), OfClass("transporter"), OfClass("buffer")
P11, P12, P13, T21, T22, SHELF = (Ids((i,)) for i in (11, 12, 13, 21, 22, 31))
NEAREST, FARTHEST, LEAST, MOST = Extreme.LEAST, Extreme.MOST, Extreme.LEAST, Extreme.MOST
HEIGHT = SizeOf(Dimension.HEIGHT)
# Middles of the boxes: (right, ahead, height).
AT = {
    11: (-2.5, 7.0, 0.4), 12: (1.6, 9.2, 0.3), 13: (1.9, 6.7, 0.48), 22: (-0.3, 5.2, 0.115),
    31: (4.6, 10.5, 1.5),
}  # fmt: skip
CAMERA = (0.0, 0.0, 6.0)


def gap(a: int, b: int) -> float:
    return math.dist(AT[a], AT[b])


@pytest.mark.parametrize(
    ("quantity", "value", "ids"),
    [
        (Distance(P11, P12), gap(11, 12), (11, 12)),
        (Distance(P12, Ids((2,))), 0.0, (12, 2)),
        (Distance(Camera(), P12), math.dist(CAMERA, AT[12]), (12,)),
        (Distance(P12, Camera(), Mode.HORIZONTAL), math.hypot(1.6, 9.2), (12,)),
        (Distance(P12, Camera(), Mode.VERTICAL), 5.7, (12,)),
        (Distance(P12, P13, Mode.HORIZONTAL), math.hypot(0.3, 2.5), (12, 13)),
        (Distance(P13, P12, Mode.VERTICAL), 0.18, (13, 12)),
        (Distance(P13, T21, Mode.CLEARANCE), 0.0, (13, 21)),
        (Size(P11, Dimension.HEIGHT), 0.8, (11,)),
        (Size(P12, Dimension.SIZE), 1.2 * 1.1 * 0.6, (12,)),
        (Size(Ids((1,)), Dimension.SIZE), 2.1 * 5.0, (1,)),
        (Size(P13, Dimension.ELEVATION), 0.23, (13,)),
        (Size(P12, Dimension.ELEVATION), 0.0, (12,)),
        (Size(P13, Dimension.TOP), 0.23 + 0.5, (13,)),
        (Size(P12, Dimension.FOOTPRINT), 1.2 * 1.1, (12,)),
        (Ratio(Size(P11, Dimension.HEIGHT), Size(P12, Dimension.HEIGHT)), 0.8 / 0.6, (11, 12)),
        (Total(PALLETS, DistanceTo(T22)), gap(11, 22) + gap(12, 22) + gap(13, 22), (11, 12, 13)),
        (Mean(PALLETS, HEIGHT), (0.8 + 0.6 + 0.5) / 3, (11, 12, 13)),
        (Route((T22, P11, P12)), gap(22, 11) + gap(11, 12), (22, 11, 12)),
        (Route((Camera(), P12, SHELF)), math.dist(CAMERA, AT[12]) + gap(12, 31), (12, 31)),
        (Size(SHELF, Dimension.LENGTH), 2.8, (31,)),
        (Size(SHELF, Dimension.WIDTH), 1.0, (31,)),  # the side that faces the viewer
        (Difference(Size(P11, Dimension.HEIGHT), Size(P12, Dimension.HEIGHT)), 0.2, (11, 12)),
        (Difference(Size(P12, Dimension.HEIGHT), Size(P11, Dimension.HEIGHT)), -0.2, (12, 11)),
        (Difference(Size(P12, Dimension.HEIGHT), Size(P11, Dimension.HEIGHT), True), 0.2, (12, 11)),
        (Difference(Distance(P11, T22), Distance(P12, T22)), gap(11, 22) - gap(12, 22), None),
    ],
)
def test_lengths(
    yard_geometry: FrameGeometry, quantity: Quantity, value: float, ids: tuple[int, ...] | None
) -> None:
    found = evaluate(HowMuch(quantity), yard_geometry)
    assert found.value == pytest.approx(value, rel=0.1, abs=0.03)
    assert found.std is not None and abs(float(found.value or 0) - value) <= 3 * found.std + 0.01
    assert found.reason == "" and found.valid_ratio == 1.0 and found.probability is None
    assert ids is None or found.region_ids == ids
    assert not found.lower_bound and 0.0 <= (found.std_systematic or 0.0) <= found.std


def test_a_size_that_the_border_cuts_is_a_lower_bound(yard_geometry: FrameGeometry) -> None:
    """The top of the shelf is cut a centimetre below its height."""
    found = evaluate(HowMuch(Size(SHELF, Dimension.HEIGHT)), yard_geometry)
    assert found.lower_bound and found.std is not None
    assert float(found.value or 0) < 3.0 + 2 * found.std
    taller = Compares(Size(SHELF, Dimension.HEIGHT), Comparison.MORE, 2.8)
    assert (evaluate(Whether(taller), yard_geometry).probability or 0) > 0.8
    length = evaluate(HowMuch(Size(SHELF, Dimension.LENGTH)), yard_geometry)
    assert not length.lower_bound and length.value == pytest.approx(2.8, abs=0.2)


def test_each_number_of_a_list_may_be_a_lower_bound(yard_geometry: FrameGeometry) -> None:
    """Of all heights, the shelf's alone is cut by the border."""
    key = SizeOf(Dimension.HEIGHT)
    standing = (11, 12, 22, 31)
    for question in (Each(Ids(standing), key), Order(Ids(standing), key)):
        found = evaluate(question, yard_geometry)
        bounds = dict(zip(found.region_ids, found.lower_bounds, strict=True))
        assert bounds == {11: False, 12: False, 22: False, 31: True}
    distances = evaluate(Each(Ids(standing), DistanceTo(Camera())), yard_geometry)
    assert distances.lower_bounds == (False,) * 4


def test_units(yard_geometry: FrameGeometry) -> None:
    def unit(quantity: Quantity) -> str:
        return evaluate(HowMuch(quantity), yard_geometry).unit

    assert unit(Distance(P11, P12)) == "m"
    assert unit(Size(P11, Dimension.SIZE)) == "m3"
    assert unit(Size(Ids((1,)), Dimension.SIZE)) == "m2"
    assert unit(Count(PALLETS)) == "count"
    assert unit(Total(BUFFERS, Holding(PALLETS))) == "count"
    with pytest.raises(QueryError, match="one unit"):
        unit(Difference(Count(PALLETS), Distance(P11, P12)))


@pytest.mark.parametrize(
    ("quantity", "value", "ids"),
    [
        (Count(PALLETS), 3, (11, 12, 13)),
        (Count(Everything()), 6, (11, 12, 21, 13, 22, 31)),  # floor regions are places
        (Count(Where(PALLETS, Inside(Ids((2,))))), 1, (12,)),
        (Count(Where(PALLETS, State(LoadState.EMPTY))), 0, ()),
        (Count(Union((PALLETS, VEHICLES))), 5, (11, 12, 13, 21, 22)),
        (Total(BUFFERS, Holding(PALLETS)), 2, (1, 2)),
        (Difference(Count(PALLETS), Count(VEHICLES)), 1, (11, 12, 13, 21, 22)),
    ],
)
def test_counts(
    yard_geometry: FrameGeometry, quantity: Quantity, value: int, ids: tuple[int, ...]
) -> None:
    found = evaluate(HowMuch(quantity), yard_geometry)
    assert (found.value, found.unit, found.std, found.region_ids) == (value, "count", None, ids)
    assert type(found.value) is int


def nearest(of: Selection, to: Selection, rank: int = 1, take: int = 1) -> Ranked:
    return Ranked(of, DistanceTo(to), Extreme.LEAST, rank, take)


@pytest.mark.parametrize(
    ("selection", "chosen"),
    [
        (nearest(PALLETS, T22), 13),
        (nearest(PALLETS, T22, rank=2), 11),
        (Ranked(PALLETS, DistanceTo(T22), MOST), 12),
        (nearest(PALLETS, P13), 12),  # not itself
        (nearest(PALLETS, Camera()), 13),
        (Ranked(PALLETS, Column(), LEAST), 11),
        (Ranked(Union((P11, T22, P12)), Column(), Extreme.MIDDLE), 22),
        (Ranked(PALLETS, HEIGHT, MOST), 11),
        (Ranked(PALLETS, HEIGHT, MOST, rank=2), 12),
        (Ranked(Everything(), SizeOf(Dimension.SIZE), MOST), 31),
        (Ranked(BUFFERS, Holding(Everything()), MOST), 2),
        (nearest(Where(PALLETS, Inside(BUFFERS)), T22), 11),
        (nearest(PALLETS, nearest(VEHICLES, SHELF)), 13),
        (Where(VEHICLES, State(LoadState.EMPTY)), 22),
        (Where(BUFFERS, Compared(Holding(VEHICLES), Comparison.AT_LEAST, 1)), 2),
        (Ids((12,)), 12),
    ],
)
def test_which(yard_geometry: FrameGeometry, selection: Selection, chosen: int) -> None:
    found = evaluate(Which(selection), yard_geometry)
    assert (found.value, found.unit, found.region_ids) == (chosen, "", (chosen,))
    assert found.probability is not None and found.probability > 0.8 and found.doubts == ()


def test_which_of_several_lists_them(yard_geometry: FrameGeometry) -> None:
    found = evaluate(Which(Where(PALLETS, Inside(BUFFERS))), yard_geometry)
    assert (found.value, found.region_ids, found.reason) == (None, (11, 12), "")


def test_objects_that_are_said_to_be_so_many(yard_geometry: FrameGeometry) -> None:
    inside = Where(PALLETS, Inside(BUFFERS))
    tallest = Ranked(Exactly(inside, 2), HEIGHT, MOST)
    assert evaluate(Which(tallest), yard_geometry).value == 11
    with pytest.raises(QueryError, match="speaks of 3 pallets in a buffer, found 2: 11 and 12"):
        evaluate(Which(Ranked(Exactly(inside, 3), HEIGHT, MOST)), yard_geometry)
    nearest = Ranked(VEHICLES, DistanceTo(Exactly(inside, 1)), NEAREST)
    with pytest.raises(QueryError, match="speaks of one pallet in a buffer, found 2: 11 and 12"):
        evaluate(Which(nearest), yard_geometry)


def test_left_of_all_of_several(yard_geometry: FrameGeometry) -> None:
    """Pallet 11 stands left of the others, transporter 22 right of it and left of pallet 12."""
    left = Compared(Column(), Comparison.LESS, PALLETS)
    assert evaluate(Whether(Holds(P11, left)), yard_geometry).value is True
    assert evaluate(Whether(Holds(T22, left)), yard_geometry).value is False


def test_two_nearest(yard_geometry: FrameGeometry) -> None:
    found = evaluate(Listing(nearest(PALLETS, T22, take=2)), yard_geometry)
    assert found.region_ids == (13, 11)
    assert found.values == pytest.approx((gap(13, 22), gap(11, 22)), rel=0.03)


def test_listing_by_a_number_has_the_numbers(yard_geometry: FrameGeometry) -> None:
    near = Where(PALLETS, Compared(DistanceTo(T22), Comparison.LESS, 3.5))
    found = evaluate(Listing(near), yard_geometry)
    assert (found.value, found.region_ids, found.unit) == (None, (11, 13), "m")
    assert found.values == pytest.approx((gap(11, 22), gap(13, 22)), rel=0.03)
    assert len(found.stds) == 2 and found.probability is not None
    nothing = evaluate(Listing(Where(PALLETS, NextTo(SHELF))), yard_geometry)
    assert (nothing.region_ids, nothing.values, nothing.reason) == ((), (), "")


def test_order(yard_geometry: FrameGeometry) -> None:
    found = evaluate(Order(PALLETS, DistanceTo(T22)), yard_geometry)
    assert found.region_ids == (13, 11, 12) and found.unit == "m"
    assert found.values == pytest.approx((gap(13, 22), gap(11, 22), gap(12, 22)), rel=0.03)
    assert found.probability is not None and found.probability > 0.8
    tallest_first = evaluate(Order(PALLETS, HEIGHT, descending=True), yard_geometry)
    assert tallest_first.region_ids == (11, 12, 13)
    across = evaluate(Order(PALLETS, Column()), yard_geometry)
    assert across.region_ids[0] == 11 and across.values == ()
    held = evaluate(Order(BUFFERS, Holding(Everything()), descending=True), yard_geometry)
    assert (held.region_ids, held.values, held.unit) == ((2, 1), (2.0, 1.0), "count")


def test_each(yard_geometry: FrameGeometry) -> None:
    found = evaluate(Each(PALLETS, DistanceTo(P12)), yard_geometry)
    assert found.region_ids == (11, 13)  # not from itself
    assert found.values == pytest.approx((gap(11, 12), gap(13, 12)), rel=0.03)
    held = evaluate(Each(BUFFERS, Holding(PALLETS)), yard_geometry)
    assert (held.values, held.unit) == ((1.0, 1.0), "count")


def test_straight_ahead(yard_geometry: FrameGeometry) -> None:
    """T22 stands at (-0.3, 5.2): 3.3 degrees to the left; pallet 11 at (-2.5, 7.0): 19.7."""
    ahead = Compared(Bearing(), Comparison.LESS, 10.0)
    chosen = Ranked(Where(VEHICLES, ahead), Bearing(), LEAST)
    assert evaluate(Which(chosen), yard_geometry).value == 22
    for pallet, expected in ((P11, False), (T22, True), (P13, False)):
        assert evaluate(Whether(Holds(pallet, ahead)), yard_geometry).value is expected
    found = evaluate(Order(Union((P11, T22)), Bearing()), yard_geometry)
    assert found.region_ids == (22, 11) and found.unit == "deg"
    angles = [math.degrees(math.atan(0.3 / 5.2)), math.degrees(math.atan(2.5 / 7.0))]
    assert found.values == pytest.approx(angles, abs=0.5)


def test_pair(yard_geometry: FrameGeometry) -> None:
    close = evaluate(Pair(PALLETS, Extreme.LEAST), yard_geometry)
    assert close.region_ids == (12, 13) and close.unit == "m"
    assert close.value == pytest.approx(gap(12, 13), rel=0.03)
    far = evaluate(Pair(PALLETS, Extreme.MOST), yard_geometry)
    assert far.region_ids == (11, 12) and far.probability == pytest.approx(1.0, abs=0.05)
    with pytest.raises(QueryError, match="for a pair, found 1"):
        evaluate(Pair(SHELF, Extreme.LEAST), yard_geometry)


EQUAL, LESS, MORE = Comparison.EQUAL, Comparison.LESS, Comparison.MORE


@pytest.mark.parametrize(
    ("proposition", "value", "ids"),
    [
        (Exists(Where(PALLETS, OnTop(VEHICLES))), True, (13,)),
        (Exists(Where(PALLETS, State(LoadState.EMPTY))), False, ()),
        (Holds(P12, Inside(Ids((2,)))), True, (12,)),
        (Holds(P13, Inside(Ids((2,)))), False, (13,)),
        (Holds(PALLETS, Inside(BUFFERS)), False, (11, 12, 13)),
        (Holds(Camera(), Beside(Side.LEFT, P12)), True, ()),
        (Compares(Distance(P11, T22), LESS, 3.0), True, (11, 22)),
        (Compares(Distance(P11, T22), EQUAL, gap(11, 22)), True, (11, 22)),
        (Compares(Distance(P11, T22), EQUAL, gap(11, 22) + 0.3), False, (11, 22)),
        (Compares(Distance(P11, T22), LESS, Distance(P12, T22)), True, (11, 22, 12)),
        (Compares(Count(PALLETS), Comparison.AT_LEAST, 3), True, (11, 12, 13)),
        (Compares(Count(PALLETS), MORE, 3), False, (11, 12, 13)),
        (Compares(Count(PALLETS), MORE, Count(VEHICLES)), True, (11, 12, 13, 21, 22)),
        (Same(P13, nearest(PALLETS, T22)), True, (13,)),
        (Same(P11, nearest(PALLETS, T22)), False, (11, 13)),
        (Same(Where(VEHICLES, Inside(BUFFERS)), nearest(VEHICLES, SHELF)), True, (21,)),
        (SamePlace(Union((P12, T21)), BUFFERS), True, (12, 21, 2)),
        (SamePlace(Union((P11, P12)), BUFFERS), False, (11, 12)),
    ],
)
def test_whether(
    yard_geometry: FrameGeometry, proposition: Proposition, value: bool, ids: tuple[int, ...]
) -> None:
    found = evaluate(Whether(proposition), yard_geometry)
    assert found.value is value and found.probability is not None
    assert (found.probability > 0.8) if value else (found.probability < 0.2)
    assert found.region_ids == ids and found.doubts == () and found.unit == ""


@pytest.mark.parametrize(
    ("kind", "first", "second", "word"),
    [
        (RelationKind.LEFT_RIGHT, P11, P12, "left"),
        (RelationKind.LEFT_RIGHT, P12, Camera(), "right"),
        (RelationKind.FRONT_BEHIND, P12, P11, "behind"),
        (RelationKind.FRONT_BEHIND, P12, Camera(), "front"),
        (RelationKind.ABOVE_BELOW, P13, P12, "above"),
        (RelationKind.BIGGER_SMALLER, SHELF, P11, "bigger"),
        (RelationKind.TALLER_SHORTER, P12, P11, "shorter"),
        (RelationKind.WIDER_THINNER, T22, T21, "wider"),
    ],
)
def test_relation(
    yard_geometry: FrameGeometry,
    kind: RelationKind,
    first: Selection,
    second: Selection,
    word: str,
) -> None:
    found = evaluate(Relation(kind, first, second), yard_geometry)
    assert found.value == word and found.probability is not None and found.probability > 0.84


def test_direction(yard_geometry: FrameGeometry) -> None:
    # 11 lies 19.6 degrees to the left of straight ahead; from 11, 12 lies 61.8 to the right.
    assert evaluate(Direction(P11, Camera()), yard_geometry).value == 11
    found = evaluate(Direction(P12, P11), yard_geometry)
    assert (found.value, found.unit, found.region_ids) == (2, "hour", (12, 11))
    assert found.std is not None and found.std < 0.2


def test_where_is(yard_geometry: FrameGeometry) -> None:
    found = evaluate(WhereIs(P12), yard_geometry)
    assert found.value is None and found.region_ids == (12, 2)
    assert found.values == pytest.approx((math.dist(CAMERA, AT[12]), 12), rel=0.02)
    assert evaluate(WhereIs(P13), yard_geometry).region_ids == (13, 21)
    assert evaluate(WhereIs(SHELF), yard_geometry).region_ids == (31,)


def test_dimensions(yard_geometry: FrameGeometry) -> None:
    found = evaluate(Dimensions(SHELF), yard_geometry)
    assert found.region_ids == (31,) and found.unit == "m" and len(found.stds) == 3
    assert found.values[2] == pytest.approx(3.0, abs=0.05)
    assert found.lower_bounds == (False, False, True)
    (doubt,) = found.doubts
    assert doubt == "not all of shelf 31 is seen: its height may be more"
    flat = evaluate(Dimensions(Ids((2,), "buffer")), yard_geometry)
    assert flat.values == pytest.approx((5.0, 2.1), abs=0.1) and len(flat.stds) == 2


@pytest.mark.parametrize(
    ("question", "status", "message"),
    [
        (HowMuch(Distance(PALLETS, T22)), Status.UNKNOWN_REGION, "several pallets fit: 11, 12, 13"),
        (HowMuch(Distance(Ids((99,), "pallet"), T22)), Status.UNKNOWN_REGION, "pallet 99 is not"),
        (
            HowMuch(Distance(Where(PALLETS, OnTop(T22)), T21)),
            Status.UNKNOWN_REGION,
            "no pallet is on region 22",
        ),
        (Which(Where(PALLETS, Inside(Ids((31,), "x")))), None, "inside shelf 31"),
        (Which(OfClass("forklift")), Status.UNKNOWN_REGION, "no forklift is in view"),
        (
            Which(nearest(PALLETS, T22, rank=4)),
            Status.UNKNOWN_REGION,
            "no number 4 among 3 pallets",
        ),
        (HowMuch(Distance(Camera(), Camera())), Status.BAD_QUESTION, "both ends"),
        (
            HowMuch(Distance(P11, P11)),
            Status.BAD_QUESTION,
            "both ends of the distance are pallet 11",
        ),
        (Relation(RelationKind.LEFT_RIGHT, P11, P11), Status.BAD_QUESTION, "with itself"),
        (Which(Ranked(BUFFERS, Holding(PALLETS), MOST)), None, "are equal in this"),
        (Dimensions(Camera()), None, "the camera has no size"),
    ],
)
def test_refusals(
    yard_geometry: FrameGeometry, question: Question, status: Status | None, message: str
) -> None:
    if status is None:
        found = evaluate(question, yard_geometry)
        assert found.value is None and message in found.reason
        return
    with pytest.raises(QueryError, match=message) as error:
        evaluate(question, yard_geometry)
    assert error.value.status is status


def test_without_depth_the_image_decides_sides(yard: Scene) -> None:
    geometry = FrameGeometry(yard.without_depth(), yard.regions)
    side = evaluate(Relation(RelationKind.LEFT_RIGHT, P11, P12), geometry)
    assert side.value == "left" and side.valid_ratio is None
    assert evaluate(Which(Ranked(PALLETS, Column(), MOST)), geometry).value == 13
    assert evaluate(HowMuch(Count(PALLETS)), geometry).value == 3
    found = evaluate(HowMuch(Distance(P11, P12)), geometry)
    assert (found.value, found.reason) == (None, "the frame has no depth")
    assert evaluate(Whether(Holds(P11, Inside(BUFFERS))), geometry).reason == (
        "the frame has no depth"
    )


def test_without_scale_only_what_needs_none(yard: Scene) -> None:
    depth, camera = yard.frame.depth, yard.frame.intrinsics
    frame = RgbdFrame(yard.frame.rgb, depth, camera, metric=False)
    geometry = FrameGeometry(frame, yard.regions)
    assert "no scale" in evaluate(HowMuch(Distance(P11, P12)), geometry).reason
    assert "no scale" in evaluate(Dimensions(P11), geometry).reason
    near = Where(PALLETS, Compared(DistanceTo(T22), LESS, 2.0))
    assert "no scale" in evaluate(Listing(near), geometry).reason
    assert evaluate(Which(nearest(PALLETS, T22)), geometry).value == 13
    order = evaluate(Order(PALLETS, DistanceTo(T22)), geometry)
    assert (order.region_ids, order.values) == ((13, 11, 12), ())


def test_a_close_ranking_names_the_runner_up() -> None:
    """Pallets 1 and 2 are both 2.5 m from the vehicle, but for a centimetre."""
    size = (1.2, 1.2, 0.6)
    scene = Scene(
        (
            Block(1, "pallet", (-2.5, 7.0), size, 30.0),
            Block(2, "pallet", (2.51, 7.0), size, 10.0),
            Block(3, "pallet", (0.0, 11.5), size),
            Block(5, "transporter", (0.0, 7.0), (0.85, 1.44, 0.23)),
        ),
        noise=0.002,
    )
    geometry = FrameGeometry(scene.frame, scene.regions)
    vehicle = Ids((5,))
    found = evaluate(Which(nearest(PALLETS, vehicle)), geometry)
    assert found.value in (1, 2) and found.probability is not None
    assert 0.5 <= found.probability < 0.8
    other = 3 - int(found.value)
    assert found.doubts == (
        f"pallet {other} could be the nearest as well ({1 - found.probability:.2f})",
    )
    # A number that stands on the choice says so, too; and a yes is no surer than it.
    far = evaluate(HowMuch(Distance(nearest(PALLETS, vehicle), Ids((3,)))), geometry)
    assert far.probability == found.probability and far.doubts == found.doubts
    near = Whether(Holds(nearest(PALLETS, vehicle), Compared(DistanceTo(vehicle), LESS, 4.0)))
    yes = evaluate(near, geometry)
    assert yes.value is True and yes.probability == pytest.approx((1 + found.probability) / 2)
    is_nearest = evaluate(Whether(Same(Ids((other,)), nearest(PALLETS, vehicle))), geometry)
    assert is_nearest.value is False
    assert is_nearest.probability == pytest.approx(1 - found.probability)
    assert len(is_nearest.doubts) == 1


def test_a_pallet_on_the_edge_makes_a_count_doubtful() -> None:
    """The middle of pallet 2 lies 2 cm outside the buffer, those of 1 and 3 far from it."""
    size = (1.2, 1.2, 0.6)
    scene = Scene(
        (
            Block(1, "pallet", (0.0, 7.5), size),
            Block(2, "pallet", (-2.02, 8.2), size),
            Block(3, "pallet", (3.5, 8.0), size),
            Block(9, "buffer", (0.0, 8.0), (4.0, 3.0, 0.0)),
        ),
        noise=0.002,
    )
    geometry = FrameGeometry(scene.frame, scene.regions)
    found = evaluate(HowMuch(Count(Where(PALLETS, Inside(Ids((9,)))))), geometry)
    assert found.value in (1, 2) and found.probability is not None and found.probability < 0.8
    assert len(found.doubts) == 1 and found.doubts[0].startswith("pallet 2 ")
    at_least = Compares(Count(Where(PALLETS, Inside(Ids((9,))))), Comparison.AT_LEAST, 2)
    chance = evaluate(Whether(at_least), geometry).probability
    assert chance is not None and 0.2 < chance < 0.8


def test_an_empty_mask_is_named(yard: Scene) -> None:
    empty = Region(5, "pallet", np.zeros((240, 320), bool))
    geometry = FrameGeometry(yard.frame, [*yard.regions, empty])
    found = evaluate(Which(nearest(PALLETS, T22)), geometry)
    assert found.value is None and found.reason == "the mask of region 5 is empty"


def test_a_table_has_all_numbers_of_one_object_then_those_of_the_next(
    yard_geometry: FrameGeometry,
) -> None:
    found = evaluate(Table(PALLETS, (HEIGHT, DistanceTo(P12))), yard_geometry)
    assert found.region_ids == (11, 12, 13) and found.unit == "m"
    assert found.values == pytest.approx((0.8, gap(11, 12), 0.6, 0.0, 0.5, gap(13, 12)), rel=0.1)


def test_a_table_of_several_units_is_refused(yard_geometry: FrameGeometry) -> None:
    with pytest.raises(QueryError, match="found count, m"):
        evaluate(Table(VEHICLES, (HEIGHT, Holding(PALLETS))), yard_geometry)


def test_the_class_of_an_object_is_its_label(yard_geometry: FrameGeometry) -> None:
    assert evaluate(ClassOf(T22), yard_geometry).value == "transporter"


def test_a_share_of_objects_is_a_ratio_of_counts(yard_geometry: FrameGeometry) -> None:
    """Pallets 11 and 12 stand in buffers, 13 rides."""
    stored = Count(Where(PALLETS, Inside(BUFFERS)))
    found = evaluate(HowMuch(Ratio(stored, Count(PALLETS))), yard_geometry)
    assert found.unit == "ratio" and found.value == pytest.approx(2 / 3)
    assert found.probability is not None and found.probability > 0.8


def test_pallets_that_are_taller_than_average(yard_geometry: FrameGeometry) -> None:
    """0.8, 0.6 and 0.5 m high, 0.63 m on average."""
    taller = Compared(HEIGHT, Comparison.MORE, Mean(PALLETS, HEIGHT))
    assert evaluate(Listing(Where(PALLETS, taller)), yard_geometry).region_ids == (11,)


@pytest.mark.parametrize(("first", "value"), [(P11, 0.8), (P12, 0.6)])
def test_a_condition_chooses_the_question_that_is_answered(
    yard_geometry: FrameGeometry, first: Selection, value: float
) -> None:
    """Whichever is the taller one: pallet 11, by 0.2 m."""
    taller = Holds(first, Compared(HEIGHT, Comparison.MORE, P12 if first == P11 else P11))
    heights = [HowMuch(Size(end, Dimension.HEIGHT)) for end in (P11, P12)]
    found = evaluate(Conditional(taller, *heights), yard_geometry)
    assert found.value == pytest.approx(value, abs=0.05) and found.holds is (first == P11)
    assert found.probability is not None and found.probability > 0.9


def test_a_ratio_to_nothing_is_not_measured(yard_geometry: FrameGeometry) -> None:
    none = Count(Where(P13, Inside(BUFFERS)))
    assert "0" in evaluate(HowMuch(Ratio(Count(PALLETS), none)), yard_geometry).reason
