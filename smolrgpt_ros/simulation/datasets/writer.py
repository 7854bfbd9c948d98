# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Datasets in the published layout, made by the simulator, with metric depth and cameras beside.

As published: ``train.json`` (the benchmark's four kinds) and ``train.parquet`` (the same with the
columns of the training sets); ``images/%06d.png``; ``depths/%06d_depth.png``, the benchmark's
picture of depth. Ours: ``relations.json`` and ``.parquet`` (relations and sizes, the same layout),
``metric/%06d.png`` (the camera's depth, 16UC1, millimetres, 0 = invalid), ``clean/%06d.png`` (depth
without the sensor model), ``cameras/%06d.json``, ``truth/%06d.json``. A frame is finished when its
truth file exists, so an interrupted run continues where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np

from smolrgpt_ros.runtime.process import end_with_parent

from ..questions.questions import KINDS, Question, generate_questions
from ..questions.relation_questions import generate_relations
from ..questions.relation_truth import RELATION_KINDS
from ..sensing.sensor import SensorModel
from ..sensing.truth import FrameTruth
from ..warehouse import simulate_frame
from ..world.scenes import FAMILIES, FAMILY_MIXES, family_of
from . import frame_store
from .published_layout import Entry, write_json, write_parquet
from .storage import write_text

Progress = Callable[[int, int], None]
QUESTION_FILES = ("train", "relations")


@dataclass(frozen=True)
class DatasetSettings:
    """What decides the content of a frame's files, its seed aside.

    Args:
        family_mix: ``"ceiling"``, ``"robot"``, or ``"mix"``: half of each, by the seed's parity.
        width, height: of the pictures, pixels.
        sensor: ``None`` for ideal pictures.
        extension: of the colour pictures, ``"png"`` or ``"jpg"``.
        per_kind: questions of each of the benchmark's four kinds a frame, at most.
        phrasing: ``"train"`` or ``"heldout"``.
        relations: questions of each kind of relation and size a frame, at most.
        looks: of the scenes, see ``simulate_frame``.

    Raises:
        ValueError: for an unknown family mix or extension.
    """

    family_mix: str = "ceiling"
    width: int = 640
    height: int = 360
    sensor: SensorModel | None = None
    extension: str = "png"
    per_kind: int = 4
    phrasing: str = "train"
    relations: int = 1
    looks: str = "plain"

    def __post_init__(self) -> None:
        if self.family_mix not in FAMILY_MIXES:
            raise ValueError(f"family must be one of {FAMILY_MIXES}, found {self.family_mix!r}")
        if self.extension not in ("png", "jpg"):
            raise ValueError(f"extension must be png or jpg, found {self.extension!r}")


@dataclass(frozen=True)
class _FrameTask:
    """One frame to be made, for a worker process."""

    root: Path
    index: int
    seed: int
    settings: DatasetSettings


def write_dataset(
    out: str | Path,
    seeds: Sequence[int],
    settings: DatasetSettings,
    workers: int = 1,
    progress: Progress | None = None,
) -> int:
    """Writes one frame per seed; returns the number of questions.

    Args:
        seeds: frame ``i`` of the dataset is the scene of ``seeds[i]``.
        workers: processes. The files are the same for any number of them.
        progress: called with (frames done, frames in all).

    Raises:
        ValueError: for unknown looks or an unknown phrasing, or where ``out`` holds another run.
        RuntimeError: if this host cannot render.
    """
    root = Path(out)
    for folder in (*frame_store.FOLDERS, "questions"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    _claim(root, seeds, settings)
    tasks = [_FrameTask(root, index, seed, settings) for index, seed in enumerate(seeds)]
    open_tasks = [task for task in tasks if not frame_store.is_finished(root, task.index)]
    done = len(tasks) - len(open_tasks)
    if progress:
        progress(done, len(tasks))
    for _ in _run(open_tasks, workers):
        done += 1
        if progress:
            progress(done, len(tasks))
    return _merge_questions(root, len(tasks))


def entries_of(truth: FrameTruth, questions: Iterable[Question], image: str) -> list[Entry]:
    """Questions as entries of the published layouts."""
    entries = []
    for question in questions:
        identity = f"{truth.family}/{truth.seed}/{question.text}/{question.object_ids}"
        # As in the benchmark about half of the questions carry the image tag; by hash, not chance.
        digest = hashlib.md5(identity.encode(), usedforsecurity=False).hexdigest()
        normalized = question.normalized
        entries.append(
            Entry(
                digest,
                image,
                question.text,
                question.answer,
                tuple(truth.objects[i].rle or {} for i in question.object_ids),
                question.category,
                str(normalized) if question.category == "mcq" else normalized,
                tagged=int(digest[0], 16) < 8,
            )
        )
    return entries


def _run(tasks: list[_FrameTask], workers: int) -> Iterable[None]:
    """Makes the frames; yields after each."""
    if workers <= 1 or len(tasks) < 2:
        return map(_write_frame, tasks)
    # A forked OpenGL context is unusable; every process makes its own.
    context = multiprocessing.get_context("spawn")

    def spread() -> Iterable[None]:
        with context.Pool(workers, end_with_parent, (os.getpid(),)) as pool:
            yield from pool.imap_unordered(_write_frame, tasks, chunksize=4)

    return spread()


def _write_frame(task: _FrameTask) -> None:
    cv2.setNumThreads(1)
    settings = task.settings
    family = family_of(task.seed, settings.family_mix)
    shot = simulate_frame(
        task.seed, family, settings.width, settings.height, settings.sensor, looks=settings.looks
    )
    image = f"{task.index:06d}.{settings.extension}"
    noisy = settings.sensor is not None
    frame_store.write_pictures(task.root, task.index, shot, image, noisy)
    # A stream for each file: more questions of one do not change those of the other.
    streams = [np.random.default_rng([task.seed, FAMILIES.index(family), n]) for n in (4242, 4243)]
    asked = {
        "train": generate_questions(
            shot.truth, streams[0], KINDS, settings.per_kind, settings.phrasing
        ),
        "relations": generate_relations(
            shot.truth, streams[1], RELATION_KINDS, settings.relations, settings.phrasing
        ),
    }
    entries = {
        name: [entry.to_json() for entry in entries_of(shot.truth, questions, image)]
        for name, questions in asked.items()
    }
    write_text(_questions_file(task.root, task.index), json.dumps(entries))
    frame_store.write_truth(task.root, task.index, shot.truth)


def _merge_questions(root: Path, frames: int) -> int:
    """Joins the frames' questions in the files of the dataset; returns their number."""
    entries: dict[str, list[Entry]] = {name: [] for name in QUESTION_FILES}
    for index in range(frames):
        asked = json.loads(_questions_file(root, index).read_text())
        for name, items in asked.items():
            entries[name].extend(Entry.from_json(item) for item in items)
    for name, kept in entries.items():
        write_json(root / f"{name}.json", kept)
        write_parquet(root / f"{name}.parquet", kept, root.resolve().name)
    return sum(len(kept) for kept in entries.values())


def _questions_file(root: Path, index: int) -> Path:
    return root / f"questions/{index:06d}.json"


def _claim(root: Path, seeds: Sequence[int], settings: DatasetSettings) -> None:
    """Notes the settings in a new folder; refuses a folder that another run has written.

    The same run with more frames is accepted.
    """
    text = json.dumps(list(asdict(settings).values()))
    note, wanted = root / "simulated.json", list(seeds)
    if note.is_file():
        known = json.loads(note.read_text())
        before = known["seeds"]
        shared = min(len(before), len(wanted))
        if known["settings"] != text or before[:shared] != wanted[:shared]:
            raise ValueError(
                f"{root} holds a dataset made with other settings ({known['settings']}, seeds from "
                f"{before[:1]}); these are {text}, seeds from {wanted[:1]}: choose another folder"
            )
        wanted = max(before, wanted, key=len)
    write_text(note, json.dumps({"settings": text, "seeds": wanted}))
