# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Answer sentences: read exactly, or not at all."""

from __future__ import annotations

import json
import re

import pytest
from external_data import benchmark_folder

from smolrgpt_ros.language.answers import normalized_answer, read_answer
from smolrgpt_ros.language.meaning import Kind

KINDS = {
    "distance": Kind.DISTANCE,
    "count": Kind.COUNT,
    "mcq": Kind.CHOICE,
    "left_right": Kind.LEFT_RIGHT,
}

GOOD = [
    (Kind.DISTANCE, "The pallet [Region 0] and the shelf [Region 1] are 5.23 meters apart.", 5.23),
    (
        Kind.DISTANCE,
        "The pallet [Region 3] is the leftmost. The pallet [Region 3] and the transporter "
        "[Region 0] are 7.10 meters apart.",
        7.10,
    ),
    (
        Kind.DISTANCE,
        "The pallet [Region 0] stands inside the buffer region [Region 1], so the distance is "
        "0.00 meters.",
        0.0,
    ),
    (Kind.DISTANCE, "It is about 240 cm from [Region 0] to [Region 1].", 2.4),
    (Kind.DISTANCE, "Roughly 10 ft lie between [Region 0] and [Region 1]", 3.048),
    (Kind.DISTANCE, "They are two and a half meters apart.", 2.5),
    (Kind.DISTANCE, "[Region 0] is 850mm away from [Region 1].", 0.85),
    (
        Kind.COUNT,
        "The buffer region [Region 2] is the leftmost. The pallets: [Region 5] in, [Region 9] in. "
        "That makes two pallets.",
        2,
    ),
    (Kind.COUNT, "Inside the buffer region [Region 0]: none. That makes zero pallets.", 0),
    (Kind.COUNT, "There are no pallets in the buffer region [Region 1].", 0),
    (Kind.COUNT, "That makes one pallet.", 1),
    (Kind.COUNT, "It holds 12 pallets.", 12),
    (Kind.LEFT_RIGHT, "The pallet [Region 0] is to the left of the pallet [Region 1].", "left"),
    (Kind.LEFT_RIGHT, "The rack [Region 1] is on the left of [Region 0].", "right"),
    (Kind.LEFT_RIGHT, "Right.", "right"),
    (Kind.FRONT_BEHIND, "The pallet [Region 0] is in front of the shelf [Region 1].", "front"),
    (Kind.FRONT_BEHIND, "The shelf [Region 1] is behind the pallet [Region 0].", "front"),
    (Kind.ABOVE_BELOW, "[Region 0] is lower than [Region 1].", "below"),
    (Kind.BIGGER_SMALLER, "The rack [Region 1] is larger than the pallet [Region 0].", "smaller"),
    (Kind.TALLER_SHORTER, "The pallet [Region 0] is taller than the pallet [Region 1].", "taller"),
    (Kind.WIDER_THINNER, "Narrower.", "thinner"),
    (Kind.DIRECTION, "Seen from the pallet [Region 0], the shelf [Region 1] is at 3 o'clock.", 3),
    (Kind.DIRECTION, "At twelve o'clock.", 12),
    (
        Kind.CHOICE,
        "The transporter [Region 1] is empty. Distances from it: [Region 3] 4.2, [Region 5] 2.3, "
        "[Region 6] 7.0. The pallet [Region 5] is the nearest.",
        5,
    ),
    (
        Kind.CHOICE,
        "Across the image: [Region 0] 34, [Region 1] 71, [Region 2] 12. The pallet [Region 2] is "
        "the leftmost.",
        2,
    ),
    (
        Kind.CHOICE,
        "Out of the pallet [Region 0] and the pallet [Region 1], the pallet [Region 1] is the "
        "rightmost.",
        1,
    ),
    (Kind.CHOICE, "The buffer region [Region 1] is the closest to the shelf [Region 3].", 1),
    # As a language model might say it.
    (Kind.DISTANCE, "The distance between [Region 0] and [Region 1] is approximately 4.5 m.", 4.5),
    (Kind.DISTANCE, "[Region 0] and [Region 1] are 3,20 meters apart.", 3.2),
    (Kind.DISTANCE, "Looking at the two objects, [Region 0] is 6.78m from [Region 1].", 6.78),
    (Kind.DISTANCE, "The pallet [Region 0] is located 12.4 metres away from [Region 1].", 12.4),
    (Kind.DISTANCE, "It measures 75 centimeters between them.", 0.75),
    (Kind.DISTANCE, "The shelf [Region 1] lies about 11 feet 6 inches from [Region 0].", 3.5052),
    (Kind.DISTANCE, "The distance is 0 meters because [Region 0] is inside [Region 1].", 0.0),
    (Kind.DISTANCE, "One meter separates [Region 0] from [Region 1].", 1.0),
    (Kind.DISTANCE, "half a meter", 0.5),
    (Kind.DISTANCE, "[Region 0] is 5.1 meters, [Region 0] is 5.1 meters from [Region 1].", 5.1),
    (Kind.COUNT, "I can see five pallets in the buffer region [Region 0].", 5),
    (Kind.COUNT, "There is a single pallet inside [Region 0].", 1),
    (Kind.COUNT, "3", 3),
    (Kind.COUNT, "The buffer region [Region 0] is empty.", 0),
    (Kind.COUNT, "The total number of pallets in [Region 2] is four.", 4),
    (Kind.LEFT_RIGHT, "[Region 0] is positioned to the right of [Region 1].", "right"),
    (
        Kind.LEFT_RIGHT,
        "Seen from here, [Region 1] appears on the right side of [Region 0].",
        "left",
    ),
    (Kind.LEFT_RIGHT, "Yes, the pallet [Region 0] is left of [Region 1].", "left"),
    (Kind.LEFT_RIGHT, "No, [Region 0] is to the right of [Region 1].", "right"),
    (Kind.CHOICE, "The answer is [Region 2].", 2),
    (Kind.CHOICE, "The nearest pallet to the transporter [Region 0] is [Region 3].", 3),
    (Kind.CHOICE, "[Region 1] should pick up the pallet [Region 2], because it is the closest.", 2),
    (Kind.FRONT_BEHIND, "The shelf [Region 1] stands in front of the pallet [Region 0].", "behind"),
    (Kind.DIRECTION, "Pallet [Region 0] is at roughly 10 o'clock from [Region 1].", 10),
    (Kind.WIDTH, "The pallet [Region 0] is 1.21 meters wide.", 1.21),
    (Kind.HEIGHT, "The rack [Region 0] has a height of 3 m.", 3.0),
]

BROKEN = [
    (Kind.DISTANCE, ""),
    (Kind.DISTANCE, "I cannot determine the distance."),
    (Kind.DISTANCE, "The pallet [Region 0] and the shelf [Region 1] are"),
    (Kind.DISTANCE, "The pallet [Region 0] is 3.1 or 4.2 meters away from [Region 1]."),
    (Kind.DISTANCE, "They are not 3.10 meters apart."),
    (Kind.DISTANCE, "The pallet [Region 0] and the shelf [Region 9] are 5.23 meters apart."),
    (Kind.DISTANCE, "The distance is 5.23."),
    (Kind.COUNT, "The pallets: [Region 5] in, [Region 9] out."),
    (Kind.COUNT, "That makes two or three pallets."),
    (Kind.COUNT, "That makes 2.5 pallets."),
    (Kind.COUNT, "It is unclear."),
    (Kind.LEFT_RIGHT, "The pallet [Region 0] is not to the left of the pallet [Region 1]."),
    (Kind.LEFT_RIGHT, "It is to the left or to the right."),
    (Kind.LEFT_RIGHT, "Yes."),
    (Kind.FRONT_BEHIND, "It is in front of or behind it."),
    (Kind.ABOVE_BELOW, "[Region 0] is not above [Region 1]."),
    (Kind.TALLER_SHORTER, "Yes, it is."),
    (Kind.DIRECTION, "It is at 13 o'clock."),
    (Kind.DIRECTION, "It is at 3 or 4 o'clock."),
    (Kind.WIDTH, "It is wide."),
    (Kind.LEFT_RIGHT, "The pallet [Region 0] is to the left of the pallet [Region 0]."),
    (Kind.CHOICE, "The transporter [Region 1] is empty. Distances from it: [Region 3] 4.2,"),
    (Kind.CHOICE, "The transporter [Region 1] is empty."),
    (Kind.CHOICE, "The pallet [Region 11] is the nearest."),
    (Kind.CHOICE, "The pallet is the nearest."),
    (Kind.CHOICE, "[Region 1], [Region 2] nearest"),
    # As a language model might break it.
    (Kind.DISTANCE, "The distance is 5.. meters"),
    (Kind.DISTANCE, "[Region 0] is between 3 and 4 meters from [Region 1]."),
    (Kind.DISTANCE, "The pallet [Region 0] is 4.2 [Region 1] meters."),
    (Kind.DISTANCE, "-3.1 meters."),
    (Kind.DISTANCE, "The distance is NaN meters."),
    (Kind.COUNT, "There are pallets in the buffer region."),
    (Kind.COUNT, "There are -2 pallets."),
    (Kind.LEFT_RIGHT, "No, [Region 0] is not to the right of [Region 1]; it is to the left."),
    (Kind.LEFT_RIGHT, "[Region 0] left right left right"),
    (Kind.CHOICE, "Region 4"),
    (Kind.CHOICE, "It is either [Region 2] or [Region 3]."),
    (Kind.CHOICE, "[Region 2] [Region 2] [Region 2] is is is"),
    (Kind.CHOICE, "None of the pallets is the nearest."),
    (Kind.DIRECTION, "It is at 0 o'clock."),
]


@pytest.mark.parametrize(("kind", "text", "value"), GOOD)
def test_reads_value(kind: Kind, text: str, value: float | int | str) -> None:
    read = read_answer(text, kind, range(10))
    assert read.value == pytest.approx(value) if kind.is_length else read.value == value
    assert read.unit == ("m" if kind.is_length else "count" if kind is Kind.COUNT else "")
    written = normalized_answer(kind, read.value, range(10))
    assert written == (f"{value:.2f}" if kind.is_length else str(value))


@pytest.mark.parametrize(("kind", "text"), BROKEN)
def test_refuses_rather_than_guesses(kind: Kind, text: str) -> None:
    read = read_answer(text, kind, range(7))
    assert (read.value, read.unit) == (None, "")


@pytest.mark.parametrize(("kind", "text", "value"), GOOD)
def test_believes_nothing_that_was_cut_off(kind: Kind, text: str, value: float | int | str) -> None:
    assert read_answer(text, kind, range(10), truncated=True).value is None


def test_regions_come_in_order_of_mention() -> None:
    text = "The pallet [Region 5] is nearest to [Region 2]; [Region 5] is the nearest."
    assert read_answer(text, Kind.CHOICE, range(6)).region_ids == (5, 2)


def test_a_choice_is_the_id_behind_the_placeholder_and_for_the_benchmark_its_index() -> None:
    text = "Distances from [Region 0]: [Region 1] 4.2, [Region 2] 2.3. [Region 2] is the nearest."
    read = read_answer(text, Kind.CHOICE, (21, 14, 9))
    assert (read.value, read.region_ids) == (9, (21, 14, 9))
    assert normalized_answer(Kind.CHOICE, read.value, (21, 14, 9)) == "2"
    assert normalized_answer(Kind.CHOICE, None, (21, 14, 9)) == ""


def test_reads_all_real_answers() -> None:
    entries = json.loads((benchmark_folder() / "train_entries.json").read_text())
    for entry in entries:
        count = entry["conversations"][0]["value"].count("<mask>")
        kind = KINDS[entry["category"]]
        read = read_answer(entry["freeform_answer"], kind, range(count))
        truth = entry["normalized_answer"]
        expected = f"{truth:.2f}" if isinstance(truth, float) else str(truth)
        written = normalized_answer(kind, read.value, range(count))
        assert written == expected, entry["freeform_answer"]
    assert len(entries) == 110


def test_verdict_templates_of_the_benchmark() -> None:
    templates = json.loads((benchmark_folder() / "answer_templates.json").read_text())
    read = 0
    for template, _ in templates["distance"]:
        if " D " in template:
            answer = _numbered(template).replace(" D ", " 6.25 ")
            assert read_answer(answer, Kind.DISTANCE, range(9)).value == 6.25, template
            read += 1
    for template, _ in templates["count"]:
        if re.search(r"\bN\b", template):
            answer = re.sub(r"\bN\b", "three", _numbered(template))
            assert read_answer(answer, Kind.COUNT, range(9)).value == 3, template
            read += 1
    for template, _ in templates["left_right"]:
        side = "left" if "left" in template else "right"
        assert read_answer(_numbered(template), Kind.LEFT_RIGHT, range(9)).value == side, template
        read += 1
    assert read > 60


def _numbered(template: str) -> str:
    """Each "[R]" as a region of its own, counted up."""
    for number in range(template.count("[R]")):
        template = template.replace("[R]", f"[Region {number}]", 1)
    return template


@pytest.mark.parametrize(
    ("text", "subject", "side"),
    [
        ("The pallet [Region 1] is to the right of the shelf [Region 0].", 1, "right"),
        ("The shelf [Region 0] is to the right of the pallet [Region 1].", 1, "left"),
        ("The pallet [Region 1] is to the right of the shelf [Region 0].", 0, "left"),
        ("The pallet [Region 1] is to the right of the shelf [Region 0].", None, "left"),
        ("It is on the right.", 1, "right"),
        ("The pallet [Region 2] is to the right of the shelf [Region 0].", 1, None),
    ],
)
def test_a_side_is_that_of_the_region_asked_about(text, subject, side) -> None:
    assert read_answer(text, Kind.LEFT_RIGHT, range(3), subject=subject).value == side
