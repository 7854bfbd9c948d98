# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Candidates of questions: margins below which nothing is asked, and pairs without a distance."""

from __future__ import annotations

import numpy as np
from hand_made_truth import WIDTH, counting_trap, make_object

from smolrgpt_ros.simulation.questions.candidates import (
    draw,
    draw_list,
    draw_superlative,
    has_distance,
    nearest,
)


def test_a_carried_pallet_has_no_distance_to_its_carrier_or_a_buffer() -> None:
    of = counting_trap().objects
    # Pallet 3 rides on transporter 4 over buffer 0.
    refused = [(a.id, b.id) for a in of for b in of if a.id < b.id and not has_distance(a, b)]
    assert refused == [(0, 3), (1, 3), (3, 4)]


def test_the_nearest_needs_a_quarter_of_a_metre_and_eight_percent() -> None:
    start = make_object(9, "shelf", 10.0, (0.0, 0.0, 0.0))

    def chosen(*depths: float) -> int | None:
        row = [make_object(i, "pallet", 50.0, (0.0, 0.0, z)) for i, z in enumerate(depths)]
        found = nearest(start, row)
        return None if found is None else found.id

    assert chosen(5.0, 2.0, 2.26) == 1
    assert chosen(5.0, 2.0, 2.24) is None
    # 8 % of 10 m are 0.8 m.
    assert chosen(10.79, 10.0) is None
    assert chosen(10.81, 10.0) == 1
    assert chosen(3.0) is None


def test_a_superlative_needs_a_fortieth_of_the_width() -> None:
    def words(*columns: float, middle: bool = False) -> set[tuple[str, int | None]]:
        row = [make_object(i, "buffer", u, (0.0, 0.0, 5.0)) for i, u in enumerate(columns)]
        rng = np.random.default_rng(1)
        drawn = [draw_superlative(rng, row, WIDTH, middle) for _ in range(60)]
        return {(word, None if item is None else item.id) for word, item in drawn}

    # 2.5 % of 400 pixels are 10.
    assert words(200.0, 100.0, 300.0) == {("leftmost", 1), ("rightmost", 2)}
    assert words(109.0, 100.0, 300.0) == {("leftmost", None), ("rightmost", 2)}
    expected = {("leftmost", 1), ("middle", 0), ("rightmost", 2)}
    assert words(200.0, 100.0, 300.0, middle=True) == expected
    assert words(200.0) == {("", None)}


def test_draws_are_distinct_and_a_pair_needs_two() -> None:
    pool = [make_object(i, "pallet", 50.0, (0.0, 0.0, 5.0)) for i in range(5)]
    rng = np.random.default_rng(3)
    for _ in range(20):
        found = draw(rng, pool, 3)
        assert found is not None and len({o.id for o in found}) == 3
    assert draw(rng, pool[:1], 2) is None
    assert draw(rng, pool[:1], 1) == pool[:1]
    sizes = {len(draw_list(rng, pool, 4)) for _ in range(200)}
    assert sizes == {2, 3, 4}
    assert draw_list(rng, pool[:1], 4) == pool[:1]
