# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What is asked in an evaluation: frames with their regions and questions with the truth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import numpy as np

from smolrgpt_ros.detection.detector import RegionDetector
from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.language.answers import Value
from smolrgpt_ros.language.templates.said_labels import said_labels
from smolrgpt_ros.perception.candidates import seen_alone
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
from smolrgpt_ros.simulation.sensing.sensor import SensorModel
from smolrgpt_ros.simulation.warehouse import simulate_frame

from .driving import seen_while_driving

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


def simulated_cases(
    count: int,
    seed: int,
    families: Iterable[str],
    width: int = 640,
    height: int = 360,
    *,
    noisy: bool = True,
    phrasing: str = "heldout",
    detector: RegionDetector | None = None,
    looks: str = "plain",
    drive: int = 1,
) -> Iterator[Case]:
    """Frames of unseen seeds with one question of each kind, by default in unseen words.

    Args:
        families: of the camera, in turn.
        noisy: through the sensor model.
        phrasing: of the questions, ``"heldout"`` or ``"train"``.
        detector: finds the regions; ``None`` takes the simulator's masks.
        looks: of the scenes, one of ``world.scenes.LOOKS``.
        drive: frames of a drive that ends at each view, remembered; with a detector.
    """
    names = list(families)
    for index in range(count):
        sensor = SensorModel() if noisy else None
        family = names[index % len(names)]
        shot = simulate_frame(seed + index, family, width, height, sensor, looks=looks)
        rng = np.random.default_rng(seed + index)
        questions = []
        for kind in KINDS:
            for asked in generate_questions(shot.truth, rng, [kind], 1, phrasing=phrasing):
                name = f"{seed + index}/{kind}"
                ids = tuple(asked.object_ids)
                questions.append(
                    ScoredQuestion(name, asked.category, asked.text, ids, asked.normalized)
                )
        image = f"{seed + index} {family}"
        if detector is None:
            yield Case(image, shot.frame, shot.regions, tuple(questions))
            continue
        if drive > 1:
            seen = seen_while_driving(shot, drive, detector, sensor)
        else:
            seen = seen_alone(detector.detect(shot.frame.rgb), shot.frame)
        same = {o.id: r for r, o in match_objects(shot.truth, seen.regions).items()}
        asked_ids = (_translated(q.region_ids, same) for q in questions)
        yield Case(
            image,
            seen.frame,
            seen.regions,
            tuple(replace(q, region_ids=i) for q, i in zip(questions, asked_ids, strict=True)),
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
