# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Verdicts of a model that lists its forms, read to values."""

import pytest

from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.language.verdicts import read_verdict

IDS = (7, 3, 9)


@pytest.mark.parametrize(
    ("kind", "text", "value", "unit"),
    [
        (Kind.YES_NO, "By height: [Region 0] 1.20. Yes, it is.", True, ""),
        (Kind.YES_NO, "No, object [Region 0] is at most 2.5 m from object [Region 1].", False, ""),
        (
            Kind.COUNT,
            "Count: [Region 0] 1. 1 pallet is empty: [Region 0].",
            1,
            "count",
        ),
        (Kind.COUNT, "3 pallets are at most 2 m from buffer [Region 1].", 3, "count"),
        (Kind.COUNT, "Count whether empty: none. No pallet is empty.", 0, "count"),
        (
            Kind.CHOICE,
            "By column: [Region 0] 3. Object [Region 2] is the leftmost object.",
            9,
            "",
        ),
        (Kind.CHOICE, "Pallet [Region 1] is closer to the camera than shelf [Region 0].", 3, ""),
        (
            Kind.NUMBER,
            "The height of [Region 0] is 0.41 m less than the height.",
            -0.41,
            "m",
        ),
        (
            Kind.NUMBER,
            "The distance from [Region 0] and that from it differ by 2.10 m.",
            2.1,
            "m",
        ),
        (
            Kind.DISTANCE,
            "By distance: [Region 0] 4. Pallet [Region 0] is 4.70 m from it.",
            4.7,
            "m",
        ),
    ],
)
def test_a_verdict_is_read(kind, text, value, unit):
    found = read_verdict(text, kind, IDS)
    assert (found.value, found.unit) == (value, unit)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.YES_NO, "Maybe, pallet [Region 0] is empty."),
        (Kind.YES_NO, "Yes, pallet [Region 0] is"),
        (Kind.COUNT, "Pallets are empty."),
        (Kind.CHOICE, "Object [Region 5] is the leftmost object."),
        (Kind.NUMBER, "The height of pallet [Region 0] is 0.41 m."),
    ],
)
def test_no_value_rather_than_a_wrong_one(kind, text):
    assert read_verdict(text, kind, IDS).value is None
    assert read_verdict(text, kind, IDS, truncated=True).value is None


def test_a_comparison_is_about_the_region_asked_about_however_the_prompt_numbers_it():
    text = (
        "Asked whether left or right of [Region 0]: [Region 1] right. "
        "Pallet [Region 1] is right of shelf [Region 0]."
    )
    # Whoever is asked about, the verdict says that 3 is right of 7.
    assert read_verdict(text, Kind.LEFT_RIGHT, IDS, subject=3).value == "right"
    assert read_verdict(text, Kind.LEFT_RIGHT, IDS, subject=7).value == "left"
    # Where the question leaves it to the model which region that is, the verdict's first is meant.
    assert read_verdict(text, Kind.LEFT_RIGHT, IDS).value == "right"
    beyond = "Pallet [Region 5] is right of shelf [Region 0]."
    assert read_verdict(beyond, Kind.LEFT_RIGHT, IDS).value is None


def test_regions_are_named_in_order_of_mention():
    text = "Count whether empty: [Region 2] 1, [Region 0] no, [Region 2] 1. 1 object is empty."
    assert read_verdict(text, Kind.COUNT, IDS).region_ids == (9, 7)
