# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Conditions on answers: when they begin, hold, flicker and end over a row of frames."""

import math

import pytest

from smolrgpt_ros.query.watch.condition import Condition, Relation, Trigger
from smolrgpt_ros.query.watch.known_value import KnownValue
from smolrgpt_ros.scene.status import QueryError, Status

ABOVE, BELOW, CHANGES = Relation.ABOVE, Relation.BELOW, Relation.CHANGES


def metres(number):
    return KnownValue(number, f"{number} m", number, ordered=True)


def count(number):
    return KnownValue(number, f"{number}", float(number), ordered=True, exact=True)


def yes(value):
    return KnownValue(value, "yes" if value else "no")


def followed(condition, values):
    """Holds, seconds held and events after each value, of images 0.5 s apart from 10 s on."""
    trigger = Trigger(condition)
    states = [trigger.step(v, 10_000_000_000 + 500_000_000 * n) for n, v in enumerate(values)]
    return [(s.holds, s.held_s, s.events) for s in states]


def test_a_number_that_varies_about_the_threshold_is_one_event():
    condition = Condition(BELOW, threshold=2.0, hysteresis=0.3)
    values = [metres(v) for v in (2.1, 1.9, 2.2, 1.8, 2.25, 2.31, 1.95)]
    # 2.2 and 2.25 are above 2.0 but not above 2.3; 2.31 ends it, 1.95 is the next one.
    assert followed(condition, values) == [
        (False, 0.0, 0), (True, 0.0, 1), (True, 0.5, 1), (True, 1.0, 1), (True, 1.5, 1),
        (False, 0.0, 1), (True, 0.0, 2),
    ]  # fmt: skip


def test_in_the_band_nothing_begins():
    condition = Condition(ABOVE, threshold=2.0, hysteresis=0.5)
    assert followed(condition, [metres(v) for v in (1.8, 1.6, 2.0)]) == [(False, 0.0, 0)] * 3
    assert followed(condition, [metres(2.01)]) == [(True, 0.0, 1)]


def test_it_must_hold_for_the_time_asked_for():
    condition = Condition(Relation.TRUE, hold_s=1.0)
    values = [yes(v) for v in (True, True, False, True, True, True, True)]
    assert followed(condition, values) == [
        (True, 0.0, 0), (True, 0.5, 0), (False, 0.0, 0),
        (True, 0.0, 0), (True, 0.5, 0), (True, 1.0, 1), (True, 1.5, 1),
    ]  # fmt: skip


def test_an_answer_that_flickers_is_one_event():
    condition = Condition(Relation.TRUE, hold_s=1.0)
    flicker = [True, True, True, False, True, True, True, False, False, False, True, True, True]
    # Counted at 1.0 s; one "no" does not let it count again, "no" for 1.0 s does.
    events = [0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2]
    assert [s[2] for s in followed(condition, [yes(v) for v in flicker])] == events


def test_what_is_not_known_neither_holds_nor_ends_an_event():
    condition = Condition(Relation.TRUE)
    values = [yes(True), None, yes(True), yes(False), None, yes(True)]
    assert followed(condition, values) == [
        (True, 0.0, 1), (False, 0.0, 1), (True, 0.0, 1),
        (False, 0.0, 1), (False, 0.0, 1), (True, 0.0, 2),
    ]  # fmt: skip
    held = Condition(Relation.TRUE, hold_s=1.0)
    assert [s[2] for s in followed(held, [yes(True), None, yes(True), yes(True)])] == [0, 0, 0, 0]


def test_an_edge_must_be_seen():
    condition = Condition(Relation.FALSE, edge=True)
    values = [yes(v) for v in (False, False, True, False)]
    assert [s[2] for s in followed(condition, values)] == [0, 0, 0, 1]
    # Without it, what holds at first counts.
    assert followed(Condition(Relation.FALSE), values[:1]) == [(True, 0.0, 1)]


def test_changes_are_from_the_last_change():
    condition = Condition(CHANGES, threshold=0.5, hysteresis=0.1)
    values = [metres(v) for v in (3.0, 3.4, 3.6, 3.5, 3.0, 4.2)]
    # 3.6 is 0.6 from 3.0; 3.0 is 0.6 from 3.6; 4.2 is 1.2 from 3.0.
    assert [s[2] for s in followed(condition, values)] == [0, 0, 1, 1, 2, 3]
    assert [s[2] for s in followed(Condition(CHANGES), [count(v) for v in (2, 2, 3, 3)])] == [
        0, 0, 1, 1,
    ]  # fmt: skip
    sets = [KnownValue(frozenset(ids), "") for ids in ((1, 2), (2, 1), (1,))]
    assert [s[2] for s in followed(Condition(CHANGES), sets)] == [0, 0, 1]


def test_hours_differ_the_shorter_way_around():
    hours = [KnownValue(h, "", float(h), exact=True, clock=True) for h in (12, 1, 11, 3)]
    # From 12: 1 is 1 hour away; 11 is 1; 3 is 3.
    assert [s[2] for s in followed(Condition(CHANGES, threshold=1.0), hours)] == [0, 0, 0, 1]


def test_a_recording_that_begins_again_holds_from_its_new_time():
    trigger = Trigger(Condition(Relation.TRUE))
    trigger.step(yes(True), 9_000_000_000)
    assert trigger.step(yes(True), 2_000_000_000).held_s == 0.0


def test_a_least_value_decides_only_what_is_above_already():
    cut = KnownValue(2.5, "at least 2.5 m", 2.5, ordered=True, lower_bound=True)
    assert Condition(ABOVE, threshold=2.0).undecided(cut) == ""
    for condition in (Condition(ABOVE, threshold=3.0), Condition(BELOW, threshold=3.0)):
        assert "edge cuts the object" in condition.undecided(cut)


@pytest.mark.parametrize(
    ("condition", "value", "words"),
    [
        (Condition(Relation.TRUE), metres(2.0), "TRUE needs a yes/no question.*2.0 m"),
        (Condition(ABOVE, 1.0), yes(True), "ABOVE needs a question that asks for one number"),
        (Condition(BELOW, 1.0), KnownValue(7, "pallet 7"), "one number; found.*pallet 7"),
        (Condition(CHANGES), metres(2.0), "a threshold above 0"),
    ],
)
def test_a_condition_that_the_answer_cannot_meet_is_refused(condition, value, words):
    with pytest.raises(QueryError, match=words) as refused:
        Trigger(condition).step(value, 1)
    assert refused.value.status is Status.BAD_QUESTION


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"threshold": math.nan}, "threshold must be a finite number, found nan"),
        ({"hysteresis": -0.1}, "hysteresis must be a finite number from 0 on, found -0.1"),
        ({"hold_s": -1.0}, "hold must be"),
        ({"relation": CHANGES, "threshold": -1.0}, "threshold must be a finite number from 0 on"),
        ({"relation": CHANGES, "hysteresis": 0.2}, "must not exceed threshold"),
    ],
)
def test_numbers_that_no_condition_can_have_are_named(values, words):
    with pytest.raises(QueryError, match=words):
        Condition(**({"relation": BELOW} | values))
