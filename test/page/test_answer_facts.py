# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What a card says of an answer."""

from __future__ import annotations

from dataclasses import replace

from smolrgpt_ros.client.answer_record import AnswerRecord, RegionPlace, ViewPlace
from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.page.answer_facts import Fact, facts, headline
from smolrgpt_ros.scene.status import Status

SIGMA = "\N{GREEK SMALL LETTER SIGMA}"
DISTANCE = AnswerRecord(
    "how far is pallet 3 from the shelf",
    Status.OK,
    understood="How far is pallet 3 from shelf 5?",
    kind=Kind.DISTANCE,
    value=3.104,
    unit="m",
    std=0.08,
    region_ids=(3, 5),
    answer="Pallet 3 is 3.10 m from shelf 5.",
    text="3.02 meters.",
    generated=3.02,
    confidence=0.93,
    agreement=True,
    complete=True,
)


def test_measured_and_generated_stand_side_by_side() -> None:
    assert headline(DISTANCE) == "Pallet 3 is 3.10 m from shelf 5."
    assert facts(DISTANCE) == (
        Fact("understood", "How far is pallet 3 from shelf 5?"),
        Fact("measured", f"3.10 ± 0.08 m (1{SIGMA})"),
        Fact("generated", "3.02 meters. (confidence 93%)"),
        Fact("agreement", "both say the same", "good"),
        Fact("complete", "nothing seems to be missing from view"),
    )


def test_what_a_careful_reader_should_know_is_marked() -> None:
    found = facts(replace(DISTANCE, agreement=False, complete=False, caveats=("Shelf 5 is cut.",)))
    assert Fact("agreement", "the model says something else", "bad") in found
    assert Fact("complete", "something may be missing", "care") in found
    assert found[-1] == Fact("caveat", "Shelf 5 is cut.", "care")


def test_whether_the_policy_trusts_the_answer_is_said() -> None:
    trusted = facts(replace(DISTANCE, policy="agree", trusted=3.104))
    assert Fact("trusted", "yes (policy: agree)", "good") in trusted
    unsure = facts(replace(DISTANCE, policy="measured"))
    assert Fact("trusted", "no (policy: measured)", "care") in unsure


def test_a_choice_is_measured_by_its_name() -> None:
    pallets = tuple(RegionPlace(i, "pallet") for i in (3, 9))
    choice = replace(
        DISTANCE, kind=Kind.CHOICE, value=9, unit="", std=None, regions=pallets, probability=0.9
    )
    said = {fact.key: fact.text for fact in facts(choice)}
    assert said["measured"] == "pallet 9 (probability of it: 90%)"


def test_a_list_is_measured_row_by_row() -> None:
    pallets = tuple(RegionPlace(i, "pallet") for i in (3, 9))
    each = replace(
        DISTANCE, kind=Kind.EACH, value=None, std=None, regions=pallets, region_ids=(3, 9),
        values=(1.5, 2.0), stds=(0.04, 0.05),
    )  # fmt: skip
    assert facts(each)[1:3] == (
        Fact("measured", "pallet 3     1.50 m ± 0.04"),
        Fact("", "pallet 9     2.00 m ± 0.05"),
    )


def test_what_is_hidden_and_from_where_it_would_show_are_said() -> None:
    hidden = "The left side of shelf 5 is hidden by pallet 7."
    view = ViewPlace((1.0, -2.5, 1.4), 90.0, "map")
    found = facts(replace(DISTANCE, hidden=(hidden,), suggested_view=view))
    assert found[-2:] == (
        Fact("hidden", hidden, "care"),
        Fact("look", "it would show from (1.00, -2.50, 1.40) m in map, heading 90\N{DEGREE SIGN}"),
    )


def test_a_bound_a_probability_and_an_unasked_model_are_said() -> None:
    bound = replace(DISTANCE, kind=Kind.WIDTH, lower_bound=True, text="", agreement=None)
    keys = {fact.key: fact.text for fact in facts(bound)}
    assert keys["measured"] == f"at least 3.10 ± 0.08 m (1{SIGMA})"
    assert keys["generated"] == "nothing: the model was not asked"
    assert "agreement" not in keys
    yes = replace(
        DISTANCE, kind=Kind.YES_NO, value=True, unit="", std=None, probability=0.97, answer="Yes."
    )
    assert {f.key: f.text for f in facts(yes)}["measured"] == "yes (probability of a yes: 97%)"


def test_what_was_not_measured_has_its_reason() -> None:
    none = AnswerRecord("q", Status.OK, understood="Q?", kind=Kind.DISTANCE, reason="no depth")
    assert headline(none) == "Not measured: no depth"
    assert Fact("measured", "nothing: no depth") in facts(none)


def test_a_refusal_is_its_code_and_its_sentence() -> None:
    refused = AnswerRecord("q", Status.UNKNOWN_REGION, "nothing called 'dog' is in view")
    assert headline(refused) == "nothing called 'dog' is in view"
    assert facts(refused) == (Fact("status", "UNKNOWN_REGION", "bad"),)
