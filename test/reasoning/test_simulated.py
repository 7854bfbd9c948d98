# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Measuring on simulated frames it has not seen. As a program it does the same at any size:

python test/reasoning/test_simulated.py --frames 60 --seed 70000 --family ceiling [--noisy]
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pytest

from smolrgpt_ros.evaluation.score import is_close
from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.language.answers import normalized_answer, read_answer
from smolrgpt_ros.language.grounding import RegionView, ground
from smolrgpt_ros.language.kinds import kind_of
from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.reasoning.measuring.evaluation import Evaluation
from smolrgpt_ros.reasoning.measuring.evaluator import evaluate
from smolrgpt_ros.simulation.questions.questions import Question, generate_questions
from smolrgpt_ros.simulation.sensing.sensor import SensorModel
from smolrgpt_ros.simulation.warehouse import SimulatedFrame, simulate_frame


@dataclass
class Score:
    """Right and asked per kind; relative errors and errors in standard deviations of distances."""

    right: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    asked: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    errors: list[float] = field(default_factory=list)
    deviations: list[float] = field(default_factory=list)
    wrong: list[tuple[int, str, str, str]] = field(default_factory=list)
    estimating_s: list[float] = field(default_factory=list)
    asking_s: list[float] = field(default_factory=list)

    def add(self, question: Question, kind: Kind, found: Evaluation, seed: int) -> None:
        """Counts one answer: distances within 10 %, an exact 0 for 0, all else exactly."""
        self.asked[question.category] += 1
        normalized = normalized_answer(kind, found.value, question.object_ids)
        if question.category == "distance" and found.value is not None:
            truth, value = float(question.normalized), float(found.value)
            good = is_close(truth, value)
            if truth > 0:
                self.errors.append(abs(value - truth) / truth)
                if found.std:
                    self.deviations.append(abs(value - truth) / found.std)
        else:
            good = normalized == str(question.normalized)
        self.right[question.category] += good
        if not good:
            said = normalized or found.reason
            self.wrong.append((seed, question.text, str(question.normalized), said))

    def share(self, kind: str) -> float:
        return self.right[kind] / max(self.asked[kind], 1)

    def __str__(self) -> str:
        lines = [f"{k}: {self.share(k):.4f} of {n}" for k, n in sorted(self.asked.items())]
        if self.errors:
            lines.append(f"median relative error of distances: {np.median(self.errors):.4f}")
            within = np.mean(np.array(self.deviations) < 2)
            lines.append(f"truth within 2 standard deviations: {within:.3f}")
        if self.asking_s:
            frame, question = np.median(self.estimating_s), np.median(self.asking_s)
            lines.append(
                f"processor time: {1e3 * frame:.1f} ms for the boxes of a frame's regions, once, "
                f"then {1e3 * question:.2f} ms a question, median"
            )
        return "\n".join(lines)


def assess(frames: Iterable[SimulatedFrame], per_kind: int = 6) -> Score:
    """Grounds and measures simulated questions on true masks."""
    score = Score()
    for simulated in frames:
        truth = simulated.truth
        start = time.process_time()
        geometry = FrameGeometry(simulated.frame, simulated.regions)
        geometry.prepare(region.id for region in simulated.regions)
        score.estimating_s.append(time.process_time() - start)
        rng = np.random.default_rng(truth.seed)
        for question in generate_questions(truth, rng, per_kind=per_kind, phrasing="heldout"):
            regions = [geometry.region(i) for i in question.object_ids]
            views = [RegionView(r.id, r.label, r.centroid) for r in regions]
            start = time.process_time()
            asked = ground(question.text, views).question
            found = evaluate(asked, geometry)
            read_answer(question.answer, kind_of(asked), question.object_ids)
            score.asking_s.append(time.process_time() - start)
            score.add(question, kind_of(asked), found, truth.seed)
    return score


@pytest.mark.usefixtures("can_render")
def test_unseen_frames_are_measured_right_on_true_masks() -> None:
    frames = [simulate_frame(91000 + i, "ceiling", 480, 360) for i in range(3)]
    score = assess(frames)
    for kind in ("left_right", "distance", "count", "mcq"):
        assert score.asked[kind] >= 9
        assert score.share(kind) >= 0.95, score.wrong
    assert np.median(score.errors) < 0.01


@pytest.mark.usefixtures("can_render")
def test_unseen_noisy_frames_of_a_robot() -> None:
    frames = [simulate_frame(92000 + i, "robot", 480, 360, SensorModel()) for i in range(4)]
    score = assess(frames)
    assert score.share("distance") >= 0.9, score.wrong
    assert score.share("count") >= 0.9, score.wrong
    assert np.median(score.errors) < 0.02
    assert 0.8 <= np.mean(np.array(score.deviations) < 2) <= 1.0


def main() -> None:
    """The program; see the top of the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--seed", type=int, default=70000)
    parser.add_argument("--family", choices=("ceiling", "robot"), default="ceiling")
    parser.add_argument("--noisy", action="store_true", help="depth of the sensor model")
    arguments = parser.parse_args()
    sensor = SensorModel() if arguments.noisy else None
    score = assess(
        simulate_frame(arguments.seed + i, arguments.family, 640, 480, sensor)
        for i in range(arguments.frames)
    )
    print(score)
    for entry in score.wrong:
        print(*entry, sep=" | ")


if __name__ == "__main__":
    main()
