# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What is asked in an evaluation: frames with their regions and questions with the truth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import numpy as np

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.language.answers import Value
from smolrgpt_ros.language.templates.said_labels import said_labels
from smolrgpt_ros.perception.seen_frame import SeenFrame
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.simulation.datasets.published_layout import (
    Entry,
    read_entries,
    read_metric,
    read_pictures,
)
from smolrgpt_ros.simulation.questions.questions import KINDS, generate_questions
from smolrgpt_ros.simulation.sensing.matching import match_objects
from smolrgpt_ros.simulation.sensing.truth import FrameTruth
from smolrgpt_ros.simulation.warehouse import SimulatedFrame

HELD_OUT_SEED = 900_000
"""First seed of evaluations; those of training are far below."""


@dataclass(frozen=True)
class ScoredQuestion:
    """A question with placeholders and its truth.

    Args:
        id: in its data set.
        category: left_right, distance, count or mcq; empty in a split without answers.
        text: with a ``<mask>`` per region.
        region_ids: behind the placeholders, in order; ``None`` where a region it needs was not
            found, so that it cannot be asked.
        truth: normalized answer, or ``None``.
    """

    id: str
    category: str
    text: str
    region_ids: tuple[int, ...] | None
    truth: Value | None


@dataclass(frozen=True, eq=False)
class Case:
    """A frame, its regions, and what is asked about it.

    ``image`` names the frame; ``candidates`` may be objects as well, by a detector's weak scores;
    ``geometry`` holds the places where several frames gave them; ``novelty`` says how unlike the
    detector's training pictures the frame is.
    """

    image: str
    frame: RgbdFrame
    regions: tuple[Region, ...]
    questions: tuple[ScoredQuestion, ...]
    candidates: tuple[Region, ...] = ()
    geometry: FrameGeometry | None = None
    novelty: float | None = None


def true_case(shot: SimulatedFrame, phrasing: str = "heldout") -> Case:
    """A simulated frame with the simulator's masks and one question of each kind.

    Args:
        phrasing: of the questions, ``"heldout"`` or ``"train"``.
    """
    seed = shot.truth.seed
    questions = generate_questions(shot.truth, np.random.default_rng(seed), KINDS, 1, phrasing)
    scored = (
        ScoredQuestion(f"{seed}/{q.category}", q.category, q.text, q.object_ids, q.normalized)
        for q in questions
    )
    return Case(f"{seed} {shot.truth.family}", shot.frame, shot.regions, tuple(scored))


def detected_case(case: Case, truth: FrameTruth, seen: SeenFrame) -> Case:
    """The same questions about the regions that a detector found.

    Args:
        case: with the simulator's masks.
        truth: about its frame.
        seen: that frame through the detector.
    """
    same = {o.id: r for r, o in match_objects(truth, seen.regions).items()}
    questions = (replace(q, region_ids=_translated(q.region_ids, same)) for q in case.questions)
    return Case(
        case.image,
        seen.frame,
        seen.regions,
        tuple(questions),
        seen.candidates,
        seen.geometry,
        seen.novelty,
    )


def _translated(ids: Sequence[int] | None, to: dict[int, int]) -> tuple[int, ...] | None:
    if ids is None or any(i not in to for i in ids):
        return None
    return tuple(to[i] for i in ids)


def published_cases(file: Path) -> Iterator[Case]:
    """Every question of a file in the published layouts, frame by frame.

    Regions are of the classes that their question says. Pictures lie beside it in ``images/`` and
    ``depths/``. Metres are known only where the simulator's ``metric/`` and ``cameras/`` are there
    too; otherwise the depth picture's levels stand for depth, without intrinsics: the model sees
    them as it was trained, nothing is measured.

    Raises:
        FileNotFoundError: if the file or a picture is missing.
        ValueError: if an entry is damaged.
    """
    entries = sorted(read_entries(file), key=lambda entry: entry.image)
    for image, group in groupby(entries, key=lambda entry: entry.image):
        of_image = list(group)
        frame = _frame(file.parent, of_image[0])
        regions: list[Region] = []
        questions: list[ScoredQuestion] = []
        for entry in of_image:
            ids = tuple(range(len(regions), len(regions) + len(entry.rles)))
            masks = entry.masks() if entry.rles else ()
            labels = said_labels(entry.question)
            regions += [Region(*parts) for parts in zip(ids, labels, masks, strict=True)]
            questions.append(
                ScoredQuestion(entry.id, entry.category, entry.question, ids, _truth(entry))
            )
        yield Case(image, frame, tuple(regions), tuple(questions))


def _truth(entry: Entry) -> Value | None:
    # The benchmark writes the index of a choice as a string.
    if entry.category == "mcq" and entry.normalized is not None:
        return int(entry.normalized)
    return entry.normalized


def _frame(folder: Path, entry: Entry) -> RgbdFrame:
    rgb, picture = read_pictures(folder, entry)
    stem = Path(entry.image).stem
    if (measured := read_metric(folder, entry)) is not None:
        return RgbdFrame(rgb, *measured, 0, stem)
    # One level more than the picture's: its darkest pixel is the nearest, not an invalid one.
    levels = None if picture is None else picture.astype(np.float32) + 1
    return RgbdFrame(rgb, levels, None, 0, stem)
