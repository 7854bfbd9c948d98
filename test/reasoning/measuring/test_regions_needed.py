# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What is estimated before a question is evaluated: all that it needs, and little more."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from block_scene import Scene

from smolrgpt_ros.evaluation.typed.question_sampler import QuestionSampler
from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.language.question import (
    All,
    Among,
    Beside,
    Camera,
    Column,
    Compared,
    Comparison,
    Count,
    Dimension,
    Distance,
    DistanceTo,
    Extreme,
    Holds,
    HowMuch,
    Ids,
    Inside,
    Listing,
    LoadState,
    Not,
    OfClass,
    Order,
    Question,
    Ranked,
    Relation,
    RelationKind,
    Side,
    SizeOf,
    State,
    Where,
    Whether,
    Which,
)
from smolrgpt_ros.reasoning.measuring.evaluator import evaluate
from smolrgpt_ros.scene.status import QueryError
from smolrgpt_ros.simulation.warehouse import simulate_frame

PALLETS, BUFFERS = OfClass("pallet"), OfClass("buffer")
P11, P12, P13, T22, B2 = (Ids((i,)) for i in (11, 12, 13, 22, 2))
LEFTMOST = Ranked(PALLETS, Column(), Extreme.LEAST)


class RecordingGeometry(FrameGeometry):
    """Keeps which regions were asked to be prepared, call by call."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self.calls: list[set[int]] = []

    def prepare(self, region_ids: Iterable[int]) -> None:
        ids = tuple(region_ids)
        self.calls.append(set(ids))
        super().prepare(ids)


@pytest.mark.parametrize(
    ("question", "ids"),
    [
        (HowMuch(Distance(P11, T22)), {11, 22}),
        (HowMuch(Distance(LEFTMOST, T22)), {11, 22}),
        (HowMuch(Distance(P11, Camera())), {11}),
        (Which(LEFTMOST), set()),
        (HowMuch(Count(PALLETS)), set()),
        (Relation(RelationKind.LEFT_RIGHT, P11, T22), set()),
        (Relation(RelationKind.LEFT_RIGHT, P11, Camera()), {11}),
        (Listing(Where(PALLETS, Beside(Side.LEFT, T22))), set()),
        (Listing(Where(PALLETS, Not(Among(P12)))), set()),
        (HowMuch(Count(Where(PALLETS, Inside(B2)))), {11, 12, 13, 2, 21, 22}),
        (Order(Where(PALLETS, Not(Among(P12))), SizeOf(Dimension.HEIGHT)), {11, 13, 21, 22}),
        (Order(Where(PALLETS, Not(Among(P12))), SizeOf(Dimension.WIDTH)), {11, 13}),
        (Which(Ranked(PALLETS, DistanceTo(T22), Extreme.LEAST)), {11, 12, 13, 22}),
        (Whether(Holds(P13, Beside(Side.BEHIND, P12))), {12, 13}),
        (Whether(Holds(B2, State(LoadState.EMPTY))), {2, 11, 12, 13, 21, 22, 31}),
        (Whether(Holds(P13, State(LoadState.CARRIED))), {13, 21, 22}),
        (
            Listing(
                Where(
                    PALLETS,
                    All((Inside(B2), Compared(DistanceTo(T22), Comparison.LESS, LEFTMOST))),
                )
            ),
            {11, 12, 13, 2, 21, 22},
        ),
    ],
)
def test_the_regions_fitted_are_those_that_the_answer_needs(
    yard: Scene, question: Question, ids: set[int]
) -> None:
    geometry = RecordingGeometry(yard.frame, yard.regions)
    evaluate(question, geometry)
    assert geometry.calls[0] == ids


@pytest.mark.usefixtures("can_render")
def test_nothing_is_estimated_later() -> None:
    simulated = simulate_frame(93000, "robot", 640, 480)
    geometry = RecordingGeometry(simulated.frame, simulated.regions)
    sampler = QuestionSampler(simulated.truth, np.random.default_rng(1))
    evaluated = 0
    for _ in range(500):
        question = sampler.draw()
        geometry.calls.clear()
        try:
            evaluate(question, geometry)
        except QueryError:
            continue
        first, *later = geometry.calls
        loads = {load for i in first for load in geometry.possible_loads(i)}
        assert set().union(*later) <= first | loads, question
        evaluated += 1
    assert evaluated > 200
