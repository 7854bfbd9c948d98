"""Thousands of random questions on simulated frames, against an evaluator of the truth.

As a program it does the same at any size: python test/reasoning/measuring/test_generated.py --help
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pytest
from query_questions import QuestionSampler
from query_truth import Ambiguous, Answer, Itself, Refused, TruthEvaluator

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.language import question as q
from smolrgpt_ros.reasoning.measuring.answer_text import answer_text
from smolrgpt_ros.reasoning.measuring.evaluation import Evaluation
from smolrgpt_ros.reasoning.measuring.evaluator import evaluate
from smolrgpt_ros.scene.status import QueryError
from smolrgpt_ros.simulation.sensing.sensor import SensorModel
from smolrgpt_ros.simulation.warehouse import SimulatedFrame, simulate_frame


def is_close(found: float, true: float) -> bool:
    """Within 10 %, or 10 cm."""
    return abs(found - true) <= max(0.1, 0.1 * abs(true))


def agrees(question: q.Question, found: Evaluation, true: Answer) -> bool:
    """Whether a measured answer is the true one."""
    if found.reason:
        return False
    match question:
        case q.HowMuch():
            assert isinstance(found.value, (int, float)) and isinstance(true, (int, float))
            if found.unit == "count":
                return found.value == true
            scale = 2.0 if isinstance(question.quantity, q.Size) else 1.0  # products of sizes
            return abs(found.value - true) <= scale * max(0.1, 0.1 * abs(true))
        case q.Which() | q.Listing() | q.Pair():
            return frozenset(found.region_ids) == true
        case q.Order():
            return found.region_ids == true
        case q.Each():
            assert isinstance(true, dict)
            values = dict(zip(found.region_ids, found.values, strict=True))
            wide = found.unit in ("m2", "m3")
            return values.keys() == true.keys() and all(
                is_close(values[i], true[i]) or (wide and is_close(values[i] / true[i], 1.0))
                for i in true
            )
        case q.WhereIs():
            assert isinstance(true, tuple) and isinstance(true[0], float)
            return is_close(found.values[0], true[0]) and found.region_ids[1:] == true[1:]
        case q.Dimensions():
            assert isinstance(true, tuple)
            sizes = [size for size in true if isinstance(size, float)]
            return all(is_close(a, b) for a, b in zip(found.values, sizes, strict=True))
        case _:
            return found.value == true


@dataclass
class Score:
    """Answers by form of question."""

    right: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    ambiguous: int = 0
    sure_and_wrong: int = 0
    wrong: list[str] = field(default_factory=list)
    times_ms: list[float] = field(default_factory=list)

    def add(
        self, name: str, question: q.Question, found: Evaluation | str, true: Answer | str
    ) -> None:
        form = type(question).__name__
        self.asked[form] += 1
        if isinstance(found, str) or (isinstance(true, str) and true == "refused"):
            good = isinstance(found, str) and true == "refused"
        else:
            good = agrees(question, found, true)
        self.right[form] += good
        if not good:
            if isinstance(found, Evaluation) and not found.reason and found.doubts == ():
                self.sure_and_wrong += 1
            self.wrong.append(f"{name}: {question}\n    found {found}\n    true  {true}")

    @property
    def share(self) -> float:
        return self.right.total() / max(self.asked.total(), 1)

    def __str__(self) -> str:
        lines = [f"{form}: {self.right[form]} of {n}" for form, n in sorted(self.asked.items())]
        lines.append(f"right {self.share:.4f} of {self.asked.total()}, {self.ambiguous} ambiguous")
        lines.append(f"wrong without a doubt: {self.sure_and_wrong}")
        times = np.array(self.times_ms)
        lines.append(f"{np.median(times):.2f} ms a question, longest {times.max():.2f} ms")
        return "\n".join(lines)


def assess(frames: Iterable[SimulatedFrame], per_frame: int) -> Score:
    """Asks questions until ``per_frame`` of each frame have an undisputed answer."""
    score = Score()
    for simulated in frames:
        geometry = FrameGeometry(simulated.frame, simulated.regions)
        geometry.prepare(region.id for region in simulated.regions)
        name = f"{simulated.truth.family} {simulated.truth.seed}"
        sampler = QuestionSampler(simulated.truth, np.random.default_rng(simulated.truth.seed))
        labels = {region.id: region.label for region in simulated.regions}
        truth = TruthEvaluator(simulated.truth)
        asked = 0
        while asked < per_frame:
            question = sampler.draw()
            true: Answer | str
            try:
                true = truth.answer(question)
            except Refused:
                true = "refused"
            except (Ambiguous, Itself):
                score.ambiguous += 1
                continue
            asked += 1
            start = time.process_time()
            try:
                found: Evaluation | str = evaluate(question, geometry)
            except QueryError as error:
                found = str(error)
            score.times_ms.append(1e3 * (time.process_time() - start))
            if isinstance(found, Evaluation):
                text = answer_text(question, found, labels.__getitem__)
                assert not text[0].islower() and text.endswith(".") and "None" not in text, text
            score.add(name, question, found, true)
    return score


def test_random_questions() -> None:
    try:
        frames = [
            simulate_frame(93000 + i, "ceiling" if i % 2 else "robot", 640, 480) for i in range(10)
        ]
    except RuntimeError as error:
        pytest.skip(f"this host cannot render: {error}")
    score = assess(frames, 200)
    assert score.asked.total() == 2000 and min(score.asked.values()) >= 50, str(score)
    assert score.share >= 0.99, f"{score}\n" + "\n".join(score.wrong)
    assert np.median(score.times_ms) < 5 and max(score.times_ms) < 100


def main() -> None:
    """The program; see the top of the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=10)
    parser.add_argument("--per-frame", type=int, default=200)
    parser.add_argument("--seed", type=int, default=94000)
    parser.add_argument("--noisy", action="store_true", help="depth of the sensor model")
    arguments = parser.parse_args()
    sensor = SensorModel() if arguments.noisy else None
    frames = (
        simulate_frame(arguments.seed + i, ("robot", "ceiling")[i % 2], 640, 480, sensor)
        for i in range(arguments.frames)
    )
    score = assess(frames, arguments.per_frame)
    print("\n".join(score.wrong))
    print(score)


if __name__ == "__main__":
    main()
