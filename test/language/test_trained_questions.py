# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Prompts of trained forms: listed regions, neutral words, one name for each region."""

import pytest

from smolrgpt_ros.language import question as q
from smolrgpt_ros.language.trained_questions import (
    TrainedOn,
    asked_prompt,
    form_of,
    listed,
    number_of,
    prompt_of,
    with_names,
)

LABELS = {4: "pallet", 7: "pallet", 2: "jack", 9: "buffer"}
PALLETS, JACK = q.OfClass("pallet"), q.Ids((2,), "jack")
ASKED = TrainedOn(frozenset({"which by distance"}), frozenset({"pallet"}), 32)
OTHER = TrainedOn(frozenset({"distance"}), frozenset(), 32)
NEAREST = q.Which(q.Ranked(PALLETS, q.DistanceTo(JACK), q.Extreme.LEAST))


def test_a_class_becomes_its_regions_and_an_unknown_one_an_object():
    prompt = asked_prompt(NEAREST, LABELS, ASKED)
    assert prompt is not None
    assert prompt.text == "Which is the closest of pallets <mask> and <mask> to object <mask>?"
    assert prompt.region_ids == (4, 7, 2)


def test_how_many_there_have_to_be_is_not_asked_of_a_model():
    loaded = q.Where(q.OfClass("pallet"), q.State(q.LoadState.LOADED))
    asked = listed(q.Listing(q.Exactly(loaded, 2)), LABELS)
    assert asked == listed(q.Listing(loaded), LABELS)


def test_a_region_that_is_named_again_keeps_its_name():
    asked = q.Whether(q.Same(q.Ids((7,), "pallet"), NEAREST.selection))
    prompt = prompt_of(listed(asked, LABELS), {"pallet"})
    assert prompt.region_ids == (7, 4, 2)
    assert prompt.text == (
        "Is pallet <mask> the same as "
        "(the closest of pallets <mask> and [Region 0] to object <mask>)?"
    )


def test_forms_and_sizes_that_were_not_trained_are_not_asked():
    assert asked_prompt(NEAREST, LABELS, OTHER) is None
    few = TrainedOn(frozenset({"which by distance"}), frozenset(), 2)
    assert asked_prompt(NEAREST, LABELS, few) is None


def test_lengths_are_asked_for_in_metres():
    asked = q.HowMuch(q.Distance(JACK, q.Camera()), q.Unit.FOOT)
    assert prompt_of(listed(asked, LABELS), ()).text == "How far is object <mask> from the camera?"


def test_a_distance_from_the_camera_is_asked_as_one_to_it():
    asked = q.HowMuch(q.Distance(q.Camera(), NEAREST.selection))
    prompt = asked_prompt(asked, LABELS, OTHER)
    assert prompt is not None and prompt.region_ids == (4, 7, 2)
    assert prompt.text == (
        "How far is (the closest of objects <mask> and <mask> to object <mask>) from the camera?"
    )


@pytest.mark.parametrize(
    ("question", "form"),
    [
        (q.HowMuch(q.Count(q.Where(PALLETS, q.Inside(q.Ids((9,), "buffer"))))), "count inside"),
        (q.HowMuch(q.Size(JACK, q.Dimension.LENGTH)), "length"),
        (q.Whether(q.Holds(JACK, q.State(q.LoadState.ON_FLOOR))), "is on the floor"),
        (q.Whether(q.Exists(q.Where(PALLETS, q.NextTo(JACK)))), "any next to"),
        (q.Relation(q.RelationKind.LEFT_RIGHT, JACK, q.Ids((9,), "buffer")), "left or right"),
        (q.HowMuch(q.Distance(PALLETS, JACK)), ""),  # to the nearest of several
        (q.Listing(PALLETS), ""),
        (q.HowMuch(q.Distance(JACK, q.Camera(), q.Mode.CLEARANCE)), ""),
        (q.Which(q.Ranked(PALLETS, q.Column(), q.Extreme.LEAST, take=2)), ""),
        (q.Whether(q.Holds(JACK, q.Not(q.NextTo(q.Ids((9,), "buffer"))))), ""),
    ],
)
def test_the_form_of_a_question(question, form):
    assert form_of(listed(question, LABELS)) == form


def test_numbers_of_a_sentence_become_names():
    text = f"Pallet {number_of(7)} is 4 m from pallets {number_of(4)} and {number_of(7)}."
    assert with_names(text, (4, 7)) == (
        "Pallet [Region 1] is 4 m from pallets [Region 0] and [Region 1]."
    )
