# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Rationales by hand: lists with marks at each new extreme, and their verdicts."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hand_made_truth import WIDTH, counting_trap, make_object

from smolrgpt_ros.language.answers import read_answer
from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.simulation.questions import rationales
from smolrgpt_ros.simulation.questions.questions import generate_questions


def test_the_middle_one_is_neither_of_the_outermost() -> None:
    row = [make_object(i, "buffer", u, (0.0, 0.0, 5.0)) for i, u in enumerate((300.0, 40.0, 180.0))]
    answer = rationales.places(row, [9, 2, 1, 0], "middle", row[2], WIDTH)
    assert answer == (
        "Across the image: [Region 1] 45 leftmost rightmost, [Region 2] 10 leftmost, "
        "[Region 3] 75 rightmost. Outermost: [Region 2], [Region 3]. "
        "The buffer region [Region 1] is the middle."
    )
    assert read_answer(answer, Kind.CHOICE, range(4)).value == 1


def test_distances_mark_each_new_least() -> None:
    shelf = make_object(5, "shelf", 20.0, (0.0, 0.0, 1.0))
    row = [
        make_object(0, "buffer", 90.0, (3.0, 4.0, 1.0)),
        make_object(1, "buffer", 80.0, (0.0, 0.0, 8.06)),
        make_object(2, "buffer", 70.0, (0.0, 1.5, 1.0)),
    ]
    # 5, 7.06 and 1.5 m from the shelf, in the order of the question: 1, 0, 2.
    assert rationales.distances(shelf, row, [5, 1, 0, 2], row[2]) == (
        "Distances from the shelf [Region 0]: [Region 1] 7.1 nearest, [Region 2] 5.0 nearest, "
        "[Region 3] 1.5 nearest. The buffer region [Region 3] is the nearest."
    )


def test_the_last_mark_of_a_list_is_the_answer() -> None:
    # Transporter 6 stands at (-0.5, 1, 3); pallet 2 at (-3.5, 1, 9), pallet 5 at (-0.5, 1, 6).
    rng = np.random.default_rng(0)
    checked = 0
    for question in generate_questions(counting_trap(), rng, ("mcq",), 60):
        if "Distances from it" not in question.answer:
            continue
        numbers = re.findall(r"\[Region (\d+)\] (\d+\.\d)( nearest)?", question.answer)
        metres = {2: 45**0.5, 3: 68.16**0.5, 5: 3.0}
        least = float("inf")
        for index, written, leads in numbers:
            true = metres[question.object_ids[int(index)]]
            assert float(written) == pytest.approx(true, abs=0.051)
            assert bool(leads) == (true < least)
            least = min(least, true)
        last = [int(index) for index, _, leads in numbers if leads][-1]
        assert last == question.normalized
        listed = [question.object_ids[int(index)] for index, _, _ in numbers]
        assert question.object_ids[last] == min(listed, key=metres.__getitem__)
        checked += 1
    assert checked > 0
