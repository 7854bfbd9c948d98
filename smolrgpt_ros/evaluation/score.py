# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The benchmark's official metric: four kinds of answers, each worth a quarter.

Counts are right when equal; distances within 10 % of the truth, a true zero only when exactly
zero; sides and choices when equal after normalising. The kinds' shares of right answers, averaged,
are the final score in percent (AI City Challenge 2025, track 3).
"""

from __future__ import annotations

import argparse
import json
import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from smolrgpt_ros.language.lexicon import LEXICON
from smolrgpt_ros.runtime.json_output import add_json_option, print_results

CATEGORIES = ("count", "distance", "left_right", "mcq")
_TOLERANCE = 0.10
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?|[a-z]+")


@dataclass(frozen=True)
class Score:
    """Scores in percent.

    Args:
        final: mean of the four kinds.
        accuracy: share of right answers per kind; kinds without questions are missing.
        questions: how many there were per kind.
        error_rate: mean of ``|prediction - truth| / truth`` (count, distance) per kind, over true
            values that are not zero, in percent.
        rmse: root mean square error per kind (count: objects, distance: metres).
        unreadable: predictions without a number or side in them, per kind.
    """

    final: float
    accuracy: dict[str, float]
    questions: dict[str, int]
    error_rate: dict[str, float]
    rmse: dict[str, float]
    unreadable: dict[str, int]


def is_close(true_metres: float, metres: float) -> bool:
    """Whether a distance is right: within 10 % of the truth, and 0 only for a true 0."""
    # The bound itself counts; its last bit must not depend on how it was rounded.
    return abs(metres - true_metres) <= _TOLERANCE * abs(true_metres) * (1 + 1e-12)


def score(truth: Sequence[dict[str, Any]], predictions: Sequence[dict[str, Any]]) -> Score:
    """Scores predictions against the truth.

    Args:
        truth: entries with ``id``, ``normalized_answer`` and ``category``. Without a category it
            follows from the answer: "left"/"right", another text (choice), an integer other than 0
            (count), any other number (distance).
        predictions: entries with ``id`` and ``normalized_answer``.

    Raises:
        ValueError: where an id is missing, unknown or there twice, as the official scorer refuses.
    """
    wanted, given = _by_id(truth, "truth"), _by_id(predictions, "predictions")
    if wanted.keys() != given.keys():
        missing, unknown = wanted.keys() - given.keys(), given.keys() - wanted.keys()
        raise ValueError(
            f"ids differ: {len(missing)} without a prediction (e.g. {sorted(missing)[:1]}), "
            f"{len(unknown)} not in the truth (e.g. {sorted(unknown)[:1]})"
        )
    right: dict[str, list[bool]] = {c: [] for c in CATEGORIES}
    errors: dict[str, list[tuple[float, float]]] = {"count": [], "distance": []}
    unreadable = dict.fromkeys(CATEGORIES, 0)
    for identity, entry in wanted.items():
        category = category_of(entry)
        answer = given[identity]["normalized_answer"]
        expected = entry["normalized_answer"]
        if category == "left_right":
            side = normalize_side(answer)
            right[category].append(side is not None and side == normalize_side(expected))
            unreadable[category] += side is None
            continue
        value, true_value = first_number(answer), first_number(expected)
        if true_value is None:
            raise ValueError(f"{identity}: the truth {expected!r} of a {category} has no number")
        unreadable[category] += value is None
        right[category].append(value is not None and _is_right(category, value, true_value))
        if category in errors and value is not None:
            errors[category].append((value, true_value))
    accuracy = {c: 100.0 * sum(r) / len(r) for c, r in right.items() if r}
    return Score(
        sum(accuracy.values()) / len(accuracy) if accuracy else 0.0,
        accuracy,
        {c: len(r) for c, r in right.items()},
        {c: _error_rate(pairs) for c, pairs in errors.items()},
        {c: _rmse(pairs) for c, pairs in errors.items()},
        unreadable,
    )


def category_of(entry: dict[str, Any]) -> str:
    """The kind of an entry, from its category or from its answer.

    Raises:
        ValueError: for an unknown category.
    """
    category = entry.get("category")
    if category is None:
        answer = entry["normalized_answer"]
        if isinstance(answer, str):
            return "left_right" if answer in ("left", "right") else "mcq"
        return "count" if isinstance(answer, int) and answer != 0 else "distance"
    if category not in CATEGORIES:
        raise ValueError(f"category must be one of {CATEGORIES}, found {category!r}")
    return str(category)


def normalize_side(answer: object) -> str | None:
    """``"left"`` or ``"right"`` from words such as "l", "left side", "Right."; else None."""
    words = re.findall(r"[a-z]+", str(answer).lower())
    for word in words:
        if word in ("l", "left", "leftmost"):
            return "left"
        if word in ("r", "right", "rightmost"):
            return "right"
    return None


def first_number(answer: object) -> float | None:
    """The first number of an answer, written in digits or as a word up to twenty; else None."""
    if isinstance(answer, bool):
        return None
    if isinstance(answer, int | float):
        return float(answer) if math.isfinite(answer) else None
    for token in _NUMBER.findall(str(answer).lower()):
        if token in LEXICON.numbers:
            return float(LEXICON.numbers[token])
        if not token.isalpha():
            return float(token)
    return None


def _is_right(category: str, value: float, true_value: float) -> bool:
    if category == "distance":
        return is_close(true_value, value)
    return value == true_value


def _by_id(entries: Sequence[dict[str, Any]], name: str) -> dict[str, dict[str, Any]]:
    found = {str(entry["id"]): entry for entry in entries}
    if len(found) != len(entries):
        raise ValueError(f"{name}: {len(entries) - len(found)} ids are there more than once")
    return found


def _error_rate(pairs: list[tuple[float, float]]) -> float:
    rates = [abs(value - true) / abs(true) for value, true in pairs if true]
    return 100.0 * sum(rates) / len(rates) if rates else 0.0


def _rmse(pairs: list[tuple[float, float]]) -> float:
    return math.sqrt(sum((v - t) ** 2 for v, t in pairs) / len(pairs)) if pairs else 0.0


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds ``smolrgpt score GT.json PREDICTIONS.json`` to the dispatcher."""
    parser = subparsers.add_parser("score", help="the benchmark's official metric")
    parser.add_argument("truth", type=Path, help="JSON list with id, normalized_answer, category")
    parser.add_argument("predictions", type=Path, help="JSON list with id, normalized_answer")
    add_json_option(parser, "the scores as one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints the scores.

    Raises:
        ValueError: where the files do not fit together.
    """
    try:
        truth = json.loads(arguments.truth.read_text())
        predictions = json.loads(arguments.predictions.read_text())
        result = score(truth, predictions)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"cannot score {arguments.predictions} against {arguments.truth}: {error}"
        ) from error
    lines = [f"{'kind':<12}{'questions':>10}{'right %':>10}{'error %':>10}{'RMSE':>8}"]
    for category in CATEGORIES:
        if not result.questions[category]:
            continue
        line = f"{category:<12}{result.questions[category]:>10}{result.accuracy[category]:>10.2f}"
        if category in result.rmse:
            line += f"{result.error_rate[category]:>10.2f}{result.rmse[category]:>8.2f}"
        lines.append(line)
    lines.append(f"final score {result.final:.2f}")
    print_results(asdict(result), "\n".join(lines), arguments.json)
    return 0
