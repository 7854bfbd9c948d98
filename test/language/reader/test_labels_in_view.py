# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Labels of other detectors are words of a question, and "the robot" is the camera's own."""

from __future__ import annotations

import pytest

from smolrgpt_ros.language.english import english
from smolrgpt_ros.language.reader.reader import GrammarReader, read_question
from smolrgpt_ros.language.reader.resolution import View
from smolrgpt_ros.scene.status import QueryError, Status

STREET = {1: "person", 2: "traffic light", 5: "dining_table", 6: "person"}
FLEET = {1: "pallet", 2: "forklift", 4: "pallet_jack", 7: "buffer-zone"}


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (
            "How far is person 6 from the traffic light?",
            "How far is person 6 from the traffic light?",
        ),
        ("How many people are in view?", "What is the number of persons?"),
        ("How many persons are in view?", "What is the number of persons?"),
        (
            "How far is the dining table from person 1?",
            "How far is the dining_table from person 1?",
        ),
        (
            "How far is the dining-table from person 1?",
            "How far is the dining_table from person 1?",
        ),
    ],
)
def test_labels_outside_the_warehouse(question: str, sentence: str) -> None:
    assert english(read_question(question, STREET)) == sentence


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("How far is the pallet from the forklift?", "How far is the pallet from the forklift?"),
        ("How tall is the pallet jack?", "What is the height of the pallet_jack?"),
        ("How tall is pallet_jack 4?", "What is the height of pallet_jack 4?"),
        ("Is the forklift in the buffer zone?", "Is the forklift in buffer-zones?"),
    ],
)
def test_label_forklift_of_own_regions(question: str, sentence: str) -> None:
    """What is a synonym of a class elsewhere is the label itself where a region has it."""
    assert english(read_question(question, FLEET)) == sentence


def test_robot_means_transporter() -> None:
    """Not where a distance or a side from it is asked; else it is asked back."""
    labels = {5: "transporter", 6: "pallet"}
    camera = "How far is pallet 6 from the camera?"
    for question in ("How far is pallet 6 from the robot?", "how far is pallet 6 from me"):
        assert english(read_question(question, labels)) == camera
    transporter = "How far is the transporter from the camera?"
    assert english(read_question("How far is the transporter from the robot?", labels)) == (
        transporter
    )
    with pytest.raises(QueryError, match="which robot is meant") as refused:
        read_question("how tall is the robot", labels)
    assert refused.value.status is Status.BAD_QUESTION


@pytest.mark.parametrize(
    "question",
    [
        "¿A qué distancia está el palé más a la izquierda del transportador?",
        "Quelle est la distance entre la palette de gauche et le transporteur ?",
        "Wie weit ist die linke Palette vom Transporter entfernt?",
        "一番左のパレットはどれですか?",
    ],
)
def test_other_languages(question: str) -> None:
    with pytest.raises(QueryError) as refused:
        read_question(question, {5: "transporter", 6: "pallet"})
    assert refused.value.message.startswith("questions are read in English; in view: ")


def test_a_class_of_the_detector_is_no_synonym_while_none_is_in_view() -> None:
    view = View({1: "transporter", 2: "pallet", 3: "pallet"})
    question = "How far is the forklift from p2?"
    knowing = GrammarReader(classes=lambda: ("person", "pallet", "transporter", "forklift"))
    with pytest.raises(QueryError, match="nothing called 'forklift' is in view") as error:
        knowing.read(question, view)
    assert error.value.status is Status.UNKNOWN_REGION
    assert english(knowing.read("How far is the AGV from p2?", view)) == (
        "How far is the transporter from pallet 2?"
    )
    assert "the transporter" in english(GrammarReader().read(question, view))
