# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``smolrgpt stress``: whether measured numbers and their standard deviations hold outside the
laboratory.

Distances and counts are asked about simulated frames under each condition of ``stress_conditions``;
no neural network takes part.
"""

from __future__ import annotations

import argparse
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations

import numpy as np

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.language.question import (
    Camera,
    Count,
    Dimension,
    Distance,
    HowMuch,
    Ids,
    Inside,
    LoadState,
    OfClass,
    Quantity,
    Size,
    State,
    Where,
)
from smolrgpt_ros.reasoning.measuring.evaluation import SURE
from smolrgpt_ros.reasoning.measuring.evaluator import evaluate
from smolrgpt_ros.runtime.json_output import add_json_option, print_results
from smolrgpt_ros.scene.status import QueryError
from smolrgpt_ros.simulation.questions.candidates import distance_between, has_distance
from smolrgpt_ros.simulation.sensing.truth import FrameTruth, ObjectTruth
from smolrgpt_ros.simulation.warehouse import SimulatedFrame
from smolrgpt_ros.simulation.world.scenes import FAMILIES, FAMILY_MIXES, families_of

from .cases import HELD_OUT_SEED
from .score import is_close
from .stress_conditions import CONDITIONS, Condition

_PAIRS, _CAMERA_DISTANCES = 8, 3  # asked about each frame, at most


@dataclass(frozen=True)
class Asked:
    """A quantity with its truth, metres or a count."""

    quantity: Quantity
    truth: float

    @property
    def is_count(self) -> bool:
        return isinstance(self.quantity, Count)


@dataclass(frozen=True)
class Judged:
    """A measured number compared with the truth.

    Args:
        right: a length within 10 %, a count when equal; a lower bound when it is none above.
        error: relative error of a length; NaN without an answer and of a lower bound.
        std: relative standard deviation, NaN likewise.
        within: whether the truth is within two standard deviations; of a lower bound, whether it
            is no more than two below.
        answered: whether there is a number.
        sure: whether the answer does not say that it is doubtful: it is trusted, right or wrong.
    """

    is_count: bool
    right: bool
    error: float = math.nan
    std: float = math.nan
    within: bool = False
    answered: bool = True
    sure: bool = False


@dataclass(frozen=True)
class Row:
    """The result of one condition for one family of cameras; shares are from 0 to 1.

    Args:
        condition, family: names.
        questions: about lengths.
        right: share of them within 10 % of the truth; what was not answered is wrong.
        within_2_sigma: share of the answered ones within two standard deviations of the truth.
        median_error, p95_error: of the answered ones, as shares of the truth; NaN without any.
        median_sigma: of the answered ones, likewise.
        counts_right: share of right counts; NaN where none was asked.
        counts_wrong_trusted: share of counts that are wrong and not said to be doubtful, likewise.
    """

    condition: str
    family: str
    questions: int
    right: float
    within_2_sigma: float
    median_error: float
    p95_error: float
    median_sigma: float
    counts_right: float
    counts_wrong_trusted: float


def stress(
    seeds: Sequence[int],
    families: Iterable[str] = FAMILIES,
    conditions: Iterable[str] = tuple(CONDITIONS),
    progress: Callable[[Sequence[int]], Iterable[int]] = iter,
) -> list[Row]:
    """Asks about the frames of all seeds under all conditions.

    Args:
        seeds: of the frames, for each family.
        families: of cameras.
        conditions: names of :data:`CONDITIONS`.
        progress: wraps the seeds, as a progress bar does.

    Raises:
        ValueError: for an unknown condition.
    """
    conditions, families = tuple(conditions), tuple(families)
    if unknown := [name for name in conditions if name not in CONDITIONS]:
        raise ValueError(f"unknown conditions {unknown}; known: {', '.join(CONDITIONS)}")
    found: dict[tuple[str, str], list[Judged]] = defaultdict(list)
    for seed in progress(seeds):
        for family in families:
            shots: dict[Callable[[int, str], SimulatedFrame], SimulatedFrame] = {}
            for name in conditions:
                condition = CONDITIONS[name]
                if family not in condition.families:
                    continue
                if condition.shoot not in shots:
                    shots[condition.shoot] = condition.shoot(seed, family)
                found[name, family] += judged(condition, shots[condition.shoot], seed)
    order = [(name, family) for name in conditions for family in families]
    return [row(*key, found[key]) for key in order if key in found]


def judged(condition: Condition, shot: SimulatedFrame, seed: int) -> list[Judged]:
    """Measures what is asked about one frame under a condition."""
    rng = np.random.default_rng([seed, 4242])
    frame, regions = condition.disturb(shot, rng)
    geometry = FrameGeometry(replace(frame, tolerances=condition.tolerances), regions)
    return [judge(asked, geometry) for asked in questions(condition, shot, rng)]


def judge(asked: Asked, geometry: FrameGeometry) -> Judged:
    """Measures a quantity and compares it with the truth."""
    try:
        answer = evaluate(HowMuch(asked.quantity), geometry)
    except QueryError:
        return Judged(asked.is_count, False, answered=False)
    value = answer.value
    if isinstance(value, str) or value is None:
        return Judged(asked.is_count, False, answered=False)
    if asked.is_count:
        sure = answer.certainty is None or answer.certainty >= SURE
        return Judged(True, value == asked.truth, sure=sure)
    off, std = float(value) - asked.truth, answer.std or 0.0
    if answer.lower_bound:
        return Judged(False, off <= max(2 * std, 0.1 * asked.truth), within=off <= 2 * std)
    within = abs(off) <= 2 * std
    right = is_close(asked.truth, float(value))
    return Judged(False, right, abs(off) / asked.truth, std / asked.truth, within)


# -- questions ------------------------------------------------------------------------------------


def questions(
    condition: Condition, shot: SimulatedFrame, rng: np.random.Generator
) -> Iterator[Asked]:
    """Distances between objects and from the camera, heights, and counts, with their truth."""
    subjects = condition.subjects(shot)
    others = [o for o in shot.truth.regions if o not in subjects]
    pairs = [*combinations(subjects, 2), *((a, b) for a in subjects for b in others)]
    pairs = [p for p in pairs if has_distance(*p) and distance_between(*p) > 0]
    for i in rng.permutation(len(pairs))[:_PAIRS]:
        a, b = pairs[i]
        yield Asked(Distance(_ids(a), _ids(b)), math.dist(a.centre, b.centre))
    for i in rng.permutation(len(subjects))[:_CAMERA_DISTANCES]:
        yield Asked(Distance(Camera(), _ids(subjects[i])), math.hypot(*subjects[i].centre))
    if condition.heights:
        for item in subjects:
            if item.size[2] > 0:
                yield Asked(Size(_ids(item), Dimension.HEIGHT), item.size[2])
    yield from _counts(shot.truth, {region.id for region in shot.regions})


def _ids(item: ObjectTruth) -> Ids:
    return Ids((item.id,), item.label)


def _counts(truth: FrameTruth, in_view: set[int]) -> Iterator[Asked]:
    """Pallets in each buffer, and those on the floor."""
    pallets = [o for o in truth.objects if o.label == "pallet" and o.id in in_view]
    if not pallets:
        return
    for item in truth.regions:
        if item.label == "buffer":
            inside = sum(item.id in o.inside for o in pallets)
            yield Asked(Count(Where(OfClass("pallet"), Inside(_ids(item)))), inside)
    on_floor = sum(o.carried_by < 0 for o in pallets)
    yield Asked(Count(Where(OfClass("pallet"), State(LoadState.ON_FLOOR))), on_floor)


# -- report ---------------------------------------------------------------------------------------


def row(condition: str, family: str, found: Sequence[Judged]) -> Row:
    """The summary of what was asked under a condition."""
    lengths = [j for j in found if not j.is_count]
    answered = [j for j in lengths if j.answered]
    exact = [j for j in answered if math.isfinite(j.error)]
    errors = np.array([j.error for j in exact])
    counts = [j for j in found if j.is_count]
    return Row(
        condition,
        family,
        len(lengths),
        _share([j.right for j in lengths]),
        _share([j.within for j in answered]),
        float(np.median(errors)) if len(errors) else math.nan,
        float(np.quantile(errors, 0.95)) if len(errors) else math.nan,
        float(np.median([j.std for j in exact])) if exact else math.nan,
        _share([j.right for j in counts]),
        _share([j.sure and not j.right for j in counts]),
    )


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags) if flags else math.nan


def table(rows: Sequence[Row]) -> str:
    """A Markdown table of results, in percent."""
    lines = [
        "| condition | camera | distances | right % | within 2 sigma % | median error % "
        "| 95th percentile % | median sigma % | counts right % | counts wrong, trusted % |",
        "|---" * 10 + "|",
    ]
    for r in rows:
        shares = (r.right, r.within_2_sigma)
        fine = (r.median_error, r.p95_error, r.median_sigma)
        cells = [r.condition, r.family, str(r.questions), *(_percent(s, 1) for s in shares)]
        counts = (r.counts_right, r.counts_wrong_trusted)
        cells += [*(_percent(s, 2) for s in fine), *(_percent(s, 1) for s in counts)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _percent(share: float, digits: int) -> str:
    return f"{100 * share:.{digits}f}" if math.isfinite(share) else ""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command to the dispatcher."""
    parser = subparsers.add_parser(
        "stress", help="whether measured numbers and their deviations hold outside the laboratory"
    )
    parser.add_argument(
        "--frames", type=int, default=60, help="of each family (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=HELD_OUT_SEED, help="first seed")
    parser.add_argument("--family", choices=FAMILY_MIXES, default="mix", help="camera")
    parser.add_argument(
        "--conditions",
        nargs="+",
        metavar="NAME",
        default=list(CONDITIONS),
        help=f"some of: {', '.join(CONDITIONS)}".replace("%", "%%"),
    )
    add_json_option(parser, "the results as a JSON list, shares 0 to 1")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints the table."""
    from tqdm import tqdm

    families = families_of(arguments.family)
    seeds = range(arguments.seed, arguments.seed + arguments.frames)
    rows = stress(
        seeds,
        families,
        arguments.conditions,
        lambda items: tqdm(items, desc="stress", unit="seed", disable=None),
    )
    values = [{k: _or_none(v) for k, v in asdict(r).items()} for r in rows]
    print_results(values, table(rows), arguments.json)
    return 0


def _or_none(value: object) -> object:
    """JSON has no NaN."""
    return None if isinstance(value, float) and math.isnan(value) else value
