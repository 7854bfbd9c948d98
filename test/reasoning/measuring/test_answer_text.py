# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Sentences of measured answers."""

from __future__ import annotations

import re

import pytest

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.language.question import (
    AnyOf,
    Beside,
    Between,
    Camera,
    Column,
    Compared,
    Compares,
    Comparison,
    Count,
    Difference,
    Dimension,
    Dimensions,
    Direction,
    Distance,
    DistanceTo,
    Each,
    Everything,
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
    Not,
    OfClass,
    OnTop,
    Order,
    Pair,
    Question,
    Ranked,
    Relation,
    RelationKind,
    Route,
    Same,
    SamePlace,
    Side,
    Size,
    SizeOf,
    State,
    Total,
    Unit,
    Where,
    WhereIs,
    Whether,
    Which,
)
from smolrgpt_ros.reasoning.measuring.answer_text import answer_text
from smolrgpt_ros.reasoning.measuring.evaluator import evaluate

PALLETS, VEHICLES, BUFFERS = OfClass("pallet"), OfClass("transporter"), OfClass("buffer")
P11, P12, P13 = (Ids((i,), "pallet") for i in (11, 12, 13))
T22, B2, SHELF = Ids((22,), "transporter"), Ids((2,), "buffer"), Ids((31,), "shelf")
HEIGHT = SizeOf(Dimension.HEIGHT)
NEAREST = Ranked(PALLETS, DistanceTo(T22), Extreme.LEAST)
LESS, MORE, AT_LEAST = Comparison.LESS, Comparison.MORE, Comparison.AT_LEAST


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (HowMuch(Distance(P11, T22)), "Pallet 11 is 2.# m (± 0.#) from transporter 22."),
        (
            HowMuch(Distance(P11, T22), Unit.FOOT),
            "Pallet 11 is 9.# ft (± 0.#) from transporter 22.",
        ),
        (
            HowMuch(Distance(P11, T22), Unit.CENTIMETRE),
            "Pallet 11 is # cm (± #) from transporter 22.",
        ),
        (HowMuch(Distance(P12, B2)), "Pallet 12 is 0.00 m from buffer 2."),
        (
            HowMuch(Distance(P12, Camera(), Mode.HORIZONTAL)),
            "Pallet 12 is 9.# m (± 0.#) from the camera (horizontal distance).",
        ),
        (
            HowMuch(Distance(P11, P12, Mode.CLEARANCE)),
            "There is 3.# m (± 0.#) of room between pallet 11 and pallet 12.",
        ),
        (
            HowMuch(Size(P11, Dimension.HEIGHT), Unit.INCH),
            "Pallet 11 is 31.# in (± 0.#) high.",
        ),
        (HowMuch(Size(P13, Dimension.ELEVATION)), "Pallet 13 is 0.23 m (± 0.01) above the floor."),
        (HowMuch(Size(B2, Dimension.SIZE)), "Buffer 2 is 10.# m² (± 0.#) large."),
        (HowMuch(Count(PALLETS)), "3 pallets are in view: 11, 12 and 13."),
        (HowMuch(Count(Where(PALLETS, Inside(B2)))), "1 pallet is in buffer 2: 12."),
        (HowMuch(Count(Where(PALLETS, State(LoadState.EMPTY)))), "No pallets are empty."),
        (
            HowMuch(Count(Where(Everything(), Inside(B2)))),
            "2 objects are in buffer 2: pallet 12 and transporter 21.",
        ),
        (
            HowMuch(Total(PALLETS, HEIGHT)),
            "In total, the height of pallets 11, 12 and 13 is 1.# m (± 0.#).",
        ),
        (
            HowMuch(Mean(BUFFERS, Holding(PALLETS))),
            "On average, the number of pallets of buffers 1 and 2 is 1.",
        ),
        (
            HowMuch(Route((T22, P11, P12))),
            "The way along transporter 22, pallet 11 and pallet 12 is 7.# m (± 0.#) long.",
        ),
        (
            HowMuch(Difference(Size(P12, Dimension.HEIGHT), Size(P11, Dimension.HEIGHT))),
            "The height of pallet 12 is 0.# m (± 0.#) less than the height of pallet 11.",
        ),
        (
            HowMuch(Difference(Size(P12, Dimension.HEIGHT), Size(P11, Dimension.HEIGHT), True)),
            "The height of pallet 12 and the height of pallet 11 differ by 0.# m (± 0.#).",
        ),
        (
            Whether(Holds(P11, Compared(Column(), LESS, PALLETS))),
            "Yes, pallet 11 is left of the pallets.",
        ),
        (Which(NEAREST), "Pallet 13 is the nearest pallet to transporter 22."),
        (
            Which(Ranked(PALLETS, HEIGHT, Extreme.MOST, 2)),
            "Pallet 12 is the second tallest pallet.",
        ),
        (
            Which(Ranked(BUFFERS, Holding(VEHICLES), Extreme.MOST)),
            "Buffer 2 is the one with most transporters.",
        ),
        (Which(Where(VEHICLES, State(LoadState.EMPTY))), "Transporter 22 is empty."),
        (Which(Where(PALLETS, Inside(BUFFERS))), "Pallets 11 and 12 are in a buffer."),
        (
            Listing(Where(PALLETS, Beside(Side.RIGHT, T22))),
            "Pallets 12 and 13 are right of transporter 22.",
        ),
        (Listing(Where(PALLETS, NextTo(SHELF))), "No pallet is next to shelf 31."),
        (Listing(BUFFERS), "Buffers 1 and 2 are in view."),
        (
            Listing(Where(PALLETS, Compared(DistanceTo(T22), MORE, 4.0))),
            "1 pallet: pallet 12 (4.# m ± 0.#).",
        ),
        (
            Order(PALLETS, DistanceTo(T22)),
            "In order, nearest first: pallet 13 (2.# m ± 0.#), pallet 11 (2.# m ± 0.#), "
            "pallet 12 (4.# m ± 0.#).",
        ),
        (
            Order(Ids((11, 22, 31)), Column(), True),
            "In order, from right to left: shelf 31, transporter 22 and pallet 11.",
        ),
        (Each(BUFFERS, Holding(PALLETS)), "The number of pallets: buffer 1 (1), buffer 2 (1)."),
        (Pair(PALLETS, Extreme.LEAST), "Pallets 12 and 13 are closest together: 2.# m (± 0.#)."),
        (Whether(Holds(P12, Inside(B2))), "Yes, pallet 12 is in buffer 2."),
        (Whether(Holds(P13, Inside(B2))), "No, pallet 13 is not in buffer 2."),
        (Whether(Holds(P13, Not(Inside(B2)))), "Yes, pallet 13 is not in buffer 2."),
        (
            Whether(Holds(P13, AnyOf((Inside(B2), OnTop(T22))))),
            "No, pallet 13 is not in buffer 2 and is not on transporter 22.",
        ),
        (
            Whether(Holds(PALLETS, Inside(BUFFERS))),
            "No, not all of pallets 11, 12 and 13 are in a buffer.",
        ),
        (
            Whether(Holds(B2, Compared(Holding(PALLETS), AT_LEAST, 2))),
            "No, buffer 2 does not hold at least 2 pallets.",
        ),
        (
            Whether(Holds(P11, Compared(HEIGHT, MORE, P12))),
            "Yes, pallet 11 is taller than pallet 12.",
        ),
        (
            Whether(Holds(P11, Compared(DistanceTo(T22), LESS, P12))),
            "Yes, pallet 11 is closer to transporter 22 than pallet 12.",
        ),
        (
            Whether(Holds(P11, Compared(DistanceTo(T22), LESS, DistanceTo(SHELF)))),
            "Yes, pallet 11 is closer to transporter 22 than to shelf 31.",
        ),
        (
            Whether(Holds(P11, Compared(HEIGHT, MORE, SizeOf(Dimension.WIDTH)))),
            "No, pallet 11 is not taller than wide.",
        ),
        (
            Whether(Holds(P12, Between(P11, SHELF))),
            "Yes, pallet 12 is between pallet 11 and shelf 31.",
        ),
        (Whether(Exists(Where(PALLETS, OnTop(VEHICLES)))), "Yes, pallet 13 is on a transporter."),
        (Whether(Exists(Where(PALLETS, State(LoadState.EMPTY)))), "No, no pallet is empty."),
        (  # in one of them is enough
            Whether(Holds(P11, Inside(Ids((1, 2), "buffer")))),
            "Yes, pallet 11 is in buffers 1 or 2.",
        ),
        (  # another pallet rides on a transporter
            Listing(Where(VEHICLES, Compared(Holding(P12), AT_LEAST, 1))),
            "No transporter holds pallet 12.",
        ),
        (
            Whether(Same(P11, NEAREST)),
            "No, pallet 11 is not the nearest pallet to transporter 22.",
        ),
        (
            Whether(SamePlace(Ids((11, 12), "pallet"), BUFFERS)),
            "No, pallets 11 and 12 are not in one buffer.",
        ),
        (
            Whether(Compares(Count(PALLETS), MORE, 3)),
            "No, the number of pallets is not more than 3.",
        ),
        (
            Whether(Compares(Distance(P11, T22), LESS, 3.0)),
            "Yes, the distance from pallet 11 to transporter 22 is less than 3 m.",
        ),
        (Relation(RelationKind.FRONT_BEHIND, P11, P12), "Pallet 11 is in front of pallet 12."),
        (Relation(RelationKind.TALLER_SHORTER, P12, P11), "Pallet 12 is shorter than pallet 11."),
        (Relation(RelationKind.LEFT_RIGHT, P11, Camera()), "Pallet 11 is left of the camera."),
        (Direction(P11, Camera()), "Pallet 11 is at 11 o'clock from the camera."),
        (WhereIs(P12), "Pallet 12 is 10.# m (± 0.#) away at 12 o'clock, in buffer 2."),
        (
            Dimensions(SHELF, Unit.METRE),
            "Shelf 31 is 2.# m (± 0.#) long, 1.# m (± 0.#) wide and at least 3.# m (± 0.#) high.",
        ),
        (
            Dimensions(Ids((2,), "buffer"), Unit.METRE),
            "Buffer 2 is 5.# m (± 0.#) long and 2.# m (± 0.#) wide.",
        ),
        (
            Whether(Holds(SHELF, State(LoadState.EMPTY))),
            "Whether shelf 31 is empty or loaded cannot be measured.",
        ),
    ],
)
def test_answers_are_sentences_with_values_and_units(
    yard_geometry: FrameGeometry, question: Question, text: str
) -> None:
    found = evaluate(question, yard_geometry)
    labels = {region.id: region.label for region in yard_geometry.regions}
    sentence = answer_text(question, found, labels.__getitem__)
    assert re.fullmatch(re.escape(text).replace("\\#", "\\d+"), sentence), sentence


def test_a_lower_bound_is_told_as_at_least(yard_geometry: FrameGeometry) -> None:
    """The picture's border cuts the top of the shelf."""
    question = HowMuch(Size(Ids((31,), "shelf"), Dimension.HEIGHT))
    found = evaluate(question, yard_geometry)
    sentence = answer_text(question, found, lambda _: "shelf")
    assert re.fullmatch(r"Shelf 31 is at least [23]\.\d\d m \(± 0\.\d\d\) high\.", sentence)
    each = Each(Ids((22, 31)), SizeOf(Dimension.HEIGHT))
    sentence = answer_text(
        each, evaluate(each, yard_geometry), {22: "truck", 31: "shelf"}.__getitem__
    )
    rows = r"truck 22 \(0\.\d\d m ± 0\.\d\d\), shelf 31 \(at least [23]\.\d\d m ± 0\.\d\d\)"
    assert re.search(rows, sentence), sentence
