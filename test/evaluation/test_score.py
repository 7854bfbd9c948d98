# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest
from external_data import benchmark_folder

from smolrgpt_ros.evaluation.score import (
    add_parser,
    category_of,
    first_number,
    normalize_side,
    score,
)
from smolrgpt_ros.simulation.datasets.writer import DatasetSettings, write_dataset


@pytest.mark.parametrize(
    ("name", "expected"), [("perfect", 100.0), ("partial", 48.99), ("random", 20.94)]
)
def test_official_examples_score_as_published(name: str, expected: float) -> None:
    folder = benchmark_folder()
    truth = json.loads((folder / "perfect_predictions_val.json").read_text())
    predictions = json.loads((folder / f"{name}_predictions_val.json").read_text())
    result = score(truth, predictions)
    assert round(result.final, 2) == expected
    counts = {"left_right": 500, "mcq": 456, "distance": 486, "count": 500}
    assert result.questions == counts
    if name == "random":
        rounded = {c: round(a, 2) for c, a in result.accuracy.items()}
        assert rounded == {"count": 12.0, "distance": 9.47, "left_right": 54.2, "mcq": 8.11}


def _entry(identity: str, answer: object, category: str | None = None) -> dict[str, object]:
    entry = {"id": identity, "normalized_answer": answer}
    return entry if category is None else {**entry, "category": category}


@pytest.mark.parametrize(
    ("category", "truth", "answer", "right"),
    [
        ("distance", 5.0, 5.5, True),
        ("distance", 0.7, 0.77, True),
        ("distance", 5.0, 4.5, True),
        ("distance", 5.0, 5.51, False),
        ("distance", 5.0, "4.9 meters", True),
        ("distance", 0.0, 0.0, True),
        ("distance", 0.0, 0.01, False),
        ("distance", 5.0, "far", False),
        ("count", 3, 3, True),
        ("count", 3, "three", True),
        ("count", 3, 3.2, False),
        ("left_right", "left", "Left side", True),
        ("left_right", "left", "R", False),
        ("left_right", "left", "no idea", False),
        ("mcq", "5", "Region 5", True),
        ("mcq", "5", "five", True),
        ("mcq", "5", 4, False),
    ],
)
def test_what_counts_as_right(category: str, truth: object, answer: object, right: bool) -> None:
    result = score([_entry("a", truth, category)], [_entry("a", answer)])
    assert result.accuracy == {category: 100.0 if right else 0.0}


def test_final_score_weighs_kinds_not_questions() -> None:
    truth = [_entry("a", 2, "count"), _entry("b", 4.0, "distance"), _entry("c", 8.0, "distance")]
    result = score(truth, [_entry("a", 2), _entry("b", 5.0), _entry("c", 11.0)])
    assert result.accuracy == {"count": 100.0, "distance": 0.0}
    assert result.final == 50.0
    # |5 - 4| / 4 = 25 %, |11 - 8| / 8 = 37.5 %; errors 1 and 3 m.
    assert result.error_rate["distance"] == pytest.approx(31.25)
    assert result.rmse["distance"] == pytest.approx(5**0.5)


def test_unreadable_answers_are_wrong_and_counted() -> None:
    truth = [_entry("a", "left", "left_right"), _entry("b", 2, "count")]
    result = score(truth, [_entry("a", "above"), _entry("b", "many")])
    assert result.final == 0.0
    assert result.unreadable == {"count": 1, "distance": 0, "left_right": 1, "mcq": 0}


@pytest.mark.parametrize(
    ("predictions", "message"),
    [
        ([], "1 without a prediction"),
        ([_entry("a", 1), _entry("b", 1)], "1 not in the truth"),
        ([_entry("a", 1), _entry("a", 1)], "more than once"),
    ],
)
def test_ids_must_agree(predictions: list[dict[str, object]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        score([_entry("a", 1, "count")], predictions)


@pytest.mark.parametrize(
    ("answer", "category"),
    [("left", "left_right"), ("5", "mcq"), (0, "distance"), (0.0, "distance"), (3, "count")],
)
def test_category_follows_from_the_answer(answer: object, category: str) -> None:
    assert category_of(_entry("a", answer)) == category


def test_unknown_category_is_refused() -> None:
    with pytest.raises(ValueError, match="colour"):
        category_of(_entry("a", 1, "colour"))


@pytest.mark.parametrize(
    ("answer", "number"),
    [("-1.5 m", -1.5), ("Region 12", 12.0), ("zero", 0.0), (True, None), ("", None), (None, None)],
)
def test_the_first_number_of_an_answer_is_read(answer: object, number: float | None) -> None:
    assert first_number(answer) == number


def test_words_for_a_side_are_normalized_and_others_are_none() -> None:
    assert normalize_side("on the right-hand side") == "right"
    assert normalize_side("l") == "left"
    assert normalize_side("bright") is None


def test_the_command_prints_the_score_and_refuses_missing_predictions(
    tmp_path: Path, capsys
) -> None:
    truth, predictions = tmp_path / "gt.json", tmp_path / "pred.json"
    truth.write_text(json.dumps([_entry("a", 2, "count"), _entry("b", "left", "left_right")]))
    predictions.write_text(json.dumps([_entry("a", 2), _entry("b", "right")]))
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    arguments = parser.parse_args(["score", str(truth), str(predictions)])
    assert arguments.run(arguments) == 0
    assert "final score 50.00" in capsys.readouterr().out
    predictions.write_text("[]")
    with pytest.raises(ValueError, match=r"cannot score .*2 without a prediction"):
        arguments.run(arguments)


@pytest.mark.usefixtures("can_render")
def test_simulated_questions_are_scored_like_the_benchmarks(tmp_path: Path, capsys) -> None:
    write_dataset(tmp_path, range(3, 5), DatasetSettings("ceiling", 320, 180))
    entries = json.loads((tmp_path / "train.json").read_text())
    answers = [{"id": e["id"], "normalized_answer": e["normalized_answer"]} for e in entries]
    result = score(entries, answers)
    assert result.final == 100.0 and set(result.accuracy) == {
        "count",
        "distance",
        "left_right",
        "mcq",
    }
    # A side is understood from the sentence as well.
    sides = [e for e in entries if e["category"] == "left_right"]
    said = [{"id": e["id"], "normalized_answer": e["freeform_answer"]} for e in sides]
    assert score(sides, said).final == 100.0
