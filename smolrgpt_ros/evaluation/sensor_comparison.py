# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``smolrgpt measured``: share of right measured answers with ideal depth and with sensor noise.

The same scenes, questions and true masks, with ideal depth and with that of sensor models; no
neural network takes part. Errors with ideal depth are those of the measurement, all others those
of the sensor.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.language.answers import normalized_answer
from smolrgpt_ros.language.grounding import RegionView, ground
from smolrgpt_ros.language.kinds import kind_of
from smolrgpt_ros.reasoning.measuring.evaluator import evaluate
from smolrgpt_ros.runtime.json_output import add_json_option, print_results
from smolrgpt_ros.scene.status import QueryError
from smolrgpt_ros.simulation.questions.questions import KINDS, Question, generate_questions
from smolrgpt_ros.simulation.questions.relation_questions import generate_relations
from smolrgpt_ros.simulation.questions.relation_truth import RELATION_KINDS
from smolrgpt_ros.simulation.sensing.sensor import SENSORS
from smolrgpt_ros.simulation.warehouse import SimulatedFrame, seen_through, simulate_frames
from smolrgpt_ros.simulation.world.scenes import FAMILIES, FAMILY_MIXES, families_of

from .cases import HELD_OUT_SEED
from .score import is_close
from .summary import percent_interval


@dataclass(frozen=True)
class JudgedAnswer:
    """A measured answer compared with the truth.

    Args:
        kind: of the question.
        right: within 10 % for metres (a true 0 needs 0), else equal.
        error: relative error of a distance or size that is not 0; ``None`` for other answers.
        answered: whether depth gave an answer at all.
    """

    kind: str
    right: bool
    error: float | None
    answered: bool


def measured_answers(shot: SimulatedFrame, questions: Iterable[Question]) -> list[JudgedAnswer]:
    """Grounds and measures questions about a frame, on its true masks."""
    geometry = FrameGeometry(shot.frame, shot.regions)
    found = []
    for question in questions:
        regions = [geometry.region(i) for i in question.object_ids]
        views = [RegionView.of(region) for region in regions]
        try:
            asked = ground(question.text, views).question
            answer = evaluate(asked, geometry)
        except QueryError:
            found.append(JudgedAnswer(question.category, False, None, False))
            continue
        normalized = normalized_answer(kind_of(asked), answer.value, question.object_ids)
        found.append(judged(question, answer.value, normalized))
    return found


def judged(question: Question, value: float | int | str | None, normalized: str) -> JudgedAnswer:
    """Compares an answer with a question's truth."""
    truth = question.normalized
    if isinstance(truth, float):
        if value is None or isinstance(value, str):
            return JudgedAnswer(question.category, False, None, False)
        off = abs(float(value) - truth)
        error = off / truth if truth > 0 else None
        return JudgedAnswer(question.category, is_close(truth, float(value)), error, True)
    return JudgedAnswer(question.category, normalized == str(truth), None, normalized != "")


def compare_sensors(
    seeds: Sequence[int],
    families: Sequence[str] = FAMILIES,
    width: int = 640,
    height: int = 360,
    per_kind: int = 4,
    relations: int = 0,
) -> dict[str, list[JudgedAnswer]]:
    """The answers by sensor, to the same questions about the same scenes.

    Args:
        families: in turn.
        per_kind: questions of each of the benchmark's kinds a frame, in held-out words.
        relations: of each kind of relation and size.
    """
    from tqdm import tqdm

    table: dict[str, list[JudgedAnswer]] = {name: [] for name in SENSORS}
    shots = simulate_frames(seeds, families, width, height)
    for shot in tqdm(shots, total=len(seeds), desc="measure", disable=None):
        assert shot.ideal is not None
        seed, family = shot.truth.seed, shot.truth.family
        rng = np.random.default_rng(seed)
        questions = generate_questions(shot.truth, rng, KINDS, per_kind, "heldout")
        questions += generate_relations(shot.truth, rng, RELATION_KINDS, relations, "heldout")
        for name, sensor in SENSORS.items():
            frame = seen_through(sensor, shot.ideal, seed, family)
            table[name] += measured_answers(replace(shot, frame=frame), questions)
    return table


def report(table: dict[str, list[JudgedAnswer]]) -> str:
    """A Markdown table: share right with its 95 % interval, and median errors, by sensor."""
    lines = ["| kind | questions | " + " | ".join(table) + " |", "|---" * (len(table) + 2) + "|"]
    kinds = [k for k in (*KINDS, *RELATION_KINDS) if any(f.kind == k for f in table["clean"])]
    for kind in kinds:
        chosen = {name: [f for f in found if f.kind == kind] for name, found in table.items()}
        cells = [_share(found) for found in chosen.values()]
        lines.append(f"| {kind} | {len(chosen['clean'])} | " + " | ".join(cells) + " |")
        errors = {n: [f.error for f in fs if f.error is not None] for n, fs in chosen.items()}
        if any(errors.values()):
            cells = [f"{100 * np.median(e):.2f} %" if e else "" for e in errors.values()]
            lines.append(f"| {kind}: median error | | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _share(found: list[JudgedAnswer]) -> str:
    right = sum(f.right for f in found)
    low, high = percent_interval(right, len(found))
    silent = sum(not f.answered for f in found)
    text = f"{100 * right / len(found):.1f} % ({low:.1f} to {high:.1f})"
    return f"{text}, {silent} unanswered" if silent else text


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command to the dispatcher."""
    parser = subparsers.add_parser(
        "measured", help="what measuring finds from ideal depth, and what sensors cost"
    )
    parser.add_argument("--frames", type=int, default=60, help="frames (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=HELD_OUT_SEED, help="first seed")
    parser.add_argument("--family", choices=FAMILY_MIXES, default="mix", help="camera")
    parser.add_argument("--questions", type=int, default=4, help="of each kind and frame")
    parser.add_argument("--relations", type=int, default=0, help="of each relation and size")
    add_json_option(parser, "every judged answer, by sensor, as one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints the table."""
    families = families_of(arguments.family)
    seeds = range(arguments.seed, arguments.seed + arguments.frames)
    table = compare_sensors(
        seeds, families, per_kind=arguments.questions, relations=arguments.relations
    )
    data = {name: [asdict(found) for found in answers] for name, answers in table.items()}
    print_results(data, report(table), arguments.json)
    return 0
