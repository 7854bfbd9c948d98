"""The model and the measurement on questions about simulated frames that nobody trained on."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ..reasoning.reasoner import SpatialReasoner
from ..scene.status import QueryError
from ..simulation.questions import KINDS, Question, generate_questions
from ..simulation.scenes import FAMILIES
from ..simulation.sensor import SensorModel
from ..simulation.warehouse import SimulatedFrame, simulate_frame
from .intervals import wilson

HELD_OUT_SEED = 900_000
"""Training seeds lie far below."""


@dataclass(frozen=True)
class Outcome:
    """One question asked: truth beside what was answered.

    Args:
        category: left_right, distance, count or mcq.
        seed, family: of the frame.
        question, text: asked and generated; ``text`` holds the error where nothing was generated.
        truth: normalized answer.
        model, measured: normalized answers, ``None`` where there was none.
        confidence: of the model, NaN where it failed.
        latency_s: of the whole answer.
    """

    category: str
    seed: int
    family: str
    question: str
    text: str
    truth: float | int | str
    model: float | int | str | None
    measured: float | int | str | None
    confidence: float
    latency_s: float


def is_correct(category: str, truth: float | int | str, found: float | int | str | None) -> bool:
    """The benchmark's rule: distances within 10 % (a true 0 needs 0), everything else exact."""
    if found is None:
        return False
    if category == "distance":
        return abs(float(found) - float(truth)) <= 0.1 * float(truth)
    return found == truth


def held_out_frames(
    count: int, seed: int, families: Iterable[str], width: int, height: int, noisy: bool
) -> Iterator[tuple[SimulatedFrame, list[Question]]]:
    """Frames of unseen seeds with questions in unseen words, equal parts of the four kinds."""
    names = list(families)
    for index in range(count):
        sensor = SensorModel() if noisy else None
        family = names[index % len(names)]
        simulated = simulate_frame(seed + index, family, width, height, sensor)
        rng = np.random.default_rng(seed + index)
        questions = []
        for kind in KINDS:
            questions += generate_questions(simulated.truth, rng, [kind], 1, phrasing="heldout")
        yield simulated, questions


def ask_all(
    reasoner: SpatialReasoner, simulated: SimulatedFrame, questions: list[Question]
) -> list[Outcome]:
    """Every question about one frame, asked together as clients would."""

    def ask(question: Question) -> Outcome:
        start = time.monotonic()
        base = {
            "category": question.category,
            "seed": simulated.truth.seed,
            "family": simulated.truth.family,
            "question": question.text,
            "truth": question.normalized,
        }
        try:
            answer = reasoner.answer(
                simulated.frame, simulated.regions, question.text, question.object_ids
            )
        except QueryError as error:
            elapsed = time.monotonic() - start
            return Outcome(
                **base,  # type: ignore[arg-type]
                text=f"{error.status.name}: {error.message}",
                model=None,
                measured=None,
                confidence=float("nan"),
                latency_s=elapsed,
            )
        return Outcome(
            **base,  # type: ignore[arg-type]
            text=answer.text,
            model=answer.value,
            measured=answer.measured.value,
            confidence=answer.confidence,
            latency_s=answer.latency_s,
        )

    with ThreadPoolExecutor(max(1, len(questions))) as pool:
        return list(pool.map(ask, questions))


def summary(outcomes: list[Outcome]) -> dict[str, object]:
    """Shares right per kind with 95 % intervals, for the model, the measurement, and both agreeing.

    S1 is the mean of the kinds present, in percent, as the benchmark reports it.
    """
    table: dict[str, object] = {"questions": len(outcomes)}
    for source in ("model", "measured"):
        kinds: dict[str, object] = {}
        shares = []
        for kind in KINDS:
            chosen = [o for o in outcomes if o.category == kind]
            if not chosen:
                continue
            right = sum(is_correct(kind, o.truth, getattr(o, source)) for o in chosen)
            low, high = wilson(right, len(chosen))
            shares.append(right / len(chosen))
            kinds[kind] = {
                "right": round(100 * right / len(chosen), 1),
                "interval_95": [round(100 * low, 1), round(100 * high, 1)],
                "questions": len(chosen),
            }
        table[source] = {"S1": round(100 * float(np.mean(shares)), 2), **kinds} if shares else kinds
    return table


def evaluate(
    reasoner: SpatialReasoner,
    frames: int,
    *,
    seed: int = HELD_OUT_SEED,
    families: Iterable[str] = FAMILIES,
    width: int = 640,
    height: int = 360,
    noisy: bool = True,
    out: Path | None = None,
) -> dict[str, object]:
    """Ask about ``frames`` unseen frames, one question of each kind, and sum up.

    Args:
        out: a file for the outcomes, one JSON object a line.
    """
    from tqdm import tqdm

    outcomes: list[Outcome] = []
    source = held_out_frames(frames, seed, families, width, height, noisy)
    for simulated, questions in tqdm(source, total=frames, desc="evaluate"):
        outcomes += ask_all(reasoner, simulated, questions)
    if out is not None:
        out.write_text("".join(json.dumps(asdict(o)) + "\n" for o in outcomes))
    return summary(outcomes)
