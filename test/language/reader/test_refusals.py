# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What a refusal says of questions that cannot be read: one sentence, in the asker's own words."""

from __future__ import annotations

import pytest

from smolrgpt_ros.language.reader.reader import read_question
from smolrgpt_ros.scene.status import QueryError, Status

LABELS = {1: "pallet", 2: "pallet", 4: "transporter", 6: "buffer", 7: "shelf"}
IN_VIEW = "; in view: pallet 1, 2; transporter 4; buffer 6; shelf 7"


@pytest.mark.parametrize(
    ("question", "message"),
    [
        # Other languages, also where all is one word.
        ("哪个托盘最近?", "questions are read in English"),
        ("كم يبعد البالت 1", "questions are read in English"),
        ("Сколько поддонов на складе?", "questions are read in English"),
        ("Wo ist die Palette 3?", "questions are read in English"),
        ("combien de palettes sont dans la zone 6 ?", "questions are read in English"),
        # A single word of another language is named.
        (
            "how far is pallet 1 from 货架",
            'the word "货架" of the question cannot be used, questions are read in English',
        ),
        # Words as they were written: not "close".
        (
            "is pallet 1 near pallet 2",
            'the question is not understood, "near" cannot be used where it stands',
        ),
        # "Between" is measured on the floor, not in the picture.
        (
            "As seen from here, is pallet 1 between pallet 2 and shelf 7?",
            'what is between two objects is measured on the floor, leave out "As seen from here"',
        ),
        (
            "is pallet 1 from the camera's view between pallet 2 and shelf 7",
            "what is between two objects is measured on the floor, leave out "
            '"from the camera\'s view"',
        ),
        (
            "area of pallet 1",
            "the area is measured of places on the floor only; ask for the footprint of an object",
        ),
        # Understood, and not measured.
        (
            "print xyz of region 2 in camera coordinates",
            "positions in coordinates are not given; ask where it is, or how far from what",
        ),
        (
            "lateral offset |dx| between pallet 1 and pallet 2?",
            "how far to the side something is cannot be told as a length; ask for a distance, or "
            "for its angle off straight ahead",
        ),
        (
            "z-depth of shelf 7 (optical frame)",
            "the depth along the optical axis is not given; ask how far it is from the camera",
        ),
        (
            "At what height above the floor is the camera mounted?",
            "the camera's own height is not given; ask for heights of objects above the floor",
        ),
        (
            "Standing at pallet 1 and facing shelf 7, is the transporter on my left?",
            "sides and hours are those of a viewer that looks where the camera looks; leave out "
            "what is faced",
        ),
        (
            "How many shelves, buffers and pallets are there, in that order?",
            "several counts are asked for; ask for each on its own",
        ),
        ("in feet, how many pallets", "a unit stands before a question that asks for no length"),
        ("hello!", "the question asks nothing"),
        ("?", "the question asks nothing"),
        ("how far", "the question names nothing that is in view"),
        ("how many unicorns", 'the word "unicorns" of the question cannot be used'),
        ("how far is pallet 1\x00 from shelf 7", r'the word "\x00" of the question cannot be used'),
        ("b" * 300, f'the word "{"b" * 40}..." of the question cannot be used'),
    ],
)
def test_one_sentence(question: str, message: str) -> None:
    with pytest.raises(QueryError) as error:
        read_question(question, LABELS)
    assert error.value.message == message + IN_VIEW


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Tell me when a pallet enters buffer 6", "tell me when"),
        ("please let me know, once pallet 1 is in buffer 6", "let me know once"),
        ("alert me if the transporter is closer than 2 m to pallet 1", "alert me"),
        ("wait for buffer 6 to be empty", "wait for"),
        ("keep an eye on buffer 6", "keep an eye on"),
    ],
)
def test_telling_later_is_watched(question: str, words: str) -> None:
    with pytest.raises(QueryError) as error:
        read_question(question, LABELS)
    assert error.value.message.startswith(f'"{words}" asks to be told later: ')
    assert "--until" in error.value.message
    assert "spatial_query/watch" in error.value.message


def test_when_without_later() -> None:
    with pytest.raises(QueryError, match='the word "glorious" of the question cannot be used'):
        read_question("tell me when seen from here which pallet is glorious", LABELS)
    assert read_question("tell me if pallet 1 is in buffer 6", LABELS)


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("how heavy is pallet 1", "weights, speeds, times and colours are not measured"),
        ("is pallet 1 moving", "weights, speeds, times and colours are not measured"),
        ("pallets within 3 of shelf 7", "a number of metres needs a unit"),
        ("is pallet 1 taller than 1,500 mm", "write it without the comma"),
        ("are the leftmost pallets loaded", "are several"),
        ("are the thinnest pallets loaded", "are several"),
        ("has pallet 1 been in buffer 6", "asks for what was before the picture"),
        ("is pallet 1 on the left side of buffer 6", "parts of a place are not told apart"),
        ("what does pallet 1 contain", "what is in a load cannot be told"),
    ],
)
def test_understood_and_not_known(question: str, reason: str) -> None:
    with pytest.raises(QueryError, match=reason) as error:
        read_question(question, LABELS)
    assert error.value.status is Status.BAD_QUESTION
