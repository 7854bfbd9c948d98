# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Fifty questions about five stored frames, and what the mini that ships answers on a CPU.

They lie in ``questions/`` beside this file: a data set in the published layout with metric depth
and cameras, and ``answers.json``, which also has each question as the mini is asked it. After new
weights or questions make them again (a minute; needs MuJoCo), from the checkout::

    python3 -m smolrgpt_ros.tools.gpu_check.stored_questions
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.checkpoints.checksums import sha256_of
from smolrgpt_ros.language.templates.said_labels import said_labels
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.simulation.datasets.published_layout import (
    Entry,
    read_entries,
    read_metric,
    read_pictures,
    write_json,
)

from .options import CheckOptions

if TYPE_CHECKING:
    from smolrgpt_ros.language.trained_questions import TrainedOn
    from smolrgpt_ros.model.inference.engine import SmolRGPTEngine

TRAIN_FILE, ANSWERS_FILE = "train.json", "answers.json"
MAX_NEW_TOKENS = 160
_SEED, _FRAMES, _QUESTIONS, _SIZE = 960_000, 5, 50, (256, 144)
_FOLDERS = ("images", "depths", "metric", "cameras")


@dataclass(frozen=True, eq=False)
class StoredQuestion:
    """A question with one ``<mask>`` per mask ``(M, H, W)``, and the classes of these regions."""

    frame: RgbdFrame
    text: str
    masks: NDArray[np.bool_]
    labels: tuple[str, ...]


def read_questions(folder: Path, count: int | None = None) -> list[StoredQuestion]:
    """The stored questions; those about one frame share it.

    Args:
        count: the first so many; ``None``: all.

    Raises:
        FileNotFoundError: if they are not there.
    """
    frames: dict[str, RgbdFrame] = {}
    questions = []
    for entry in read_entries(folder / TRAIN_FILE)[:count]:
        if entry.image not in frames:
            frames[entry.image] = _frame(folder, entry)
        labels = tuple(said_labels(entry.question))
        frame = frames[entry.image]
        questions.append(StoredQuestion(frame, entry.question, entry.masks(), labels))
    return questions


def mini_questions(folder: Path, count: int | None = None) -> list[StoredQuestion]:
    """The stored questions in the words of the mini that ships, masks in the order of its prompts.

    Args:
        count: the first so many; ``None``: all.
    """
    asked = json.loads((folder / ANSWERS_FILE).read_text())["asked"][:count]
    return _in_its_words(read_questions(folder, count), asked)


def _in_its_words(
    questions: Sequence[StoredQuestion], asked: Sequence[dict[str, Any]]
) -> list[StoredQuestion]:
    """Questions with the prompts and the orders of masks that :func:`_as_asked` found."""
    return [
        StoredQuestion(
            question.frame,
            one["prompt"],
            question.masks[one["masks"]],
            tuple(question.labels[place] for place in one["masks"]),
        )
        for question, one in zip(questions, asked, strict=True)
    ]


def write_own_answers(folder: Path, model: Path, file: Path) -> None:
    """Writes the stored questions, as the mini is asked them, with what it answered on a CPU: data
    in the published layout that it can be trained on without a surprise."""
    from smolrgpt_ros.model.preprocessing.processor import SmolRGPTProcessor

    values = json.loads((folder / ANSWERS_FILE).read_text())
    decode = SmolRGPTProcessor.from_pretrained(model).decode
    write_json(
        file,
        [
            replace(
                entry,
                question=one["prompt"],
                rles=tuple(entry.rles[place] for place in one["masks"]),
                answer=decode(ids),
            )
            for entry, one, ids in zip(
                read_entries(folder / TRAIN_FILE),
                values["asked"],
                values["token_ids"],
                strict=True,
            )
        ],
    )


def _frame(folder: Path, entry: Entry) -> RgbdFrame:
    rgb, _ = read_pictures(folder, entry)
    depth, camera = read_metric(folder, entry) or (None, None)
    return RgbdFrame(rgb, depth, camera, frame_id=entry.image)


def answers_of(
    engine: SmolRGPTEngine, questions: Sequence[StoredQuestion]
) -> list[tuple[int, ...]]:
    """Token ids of an engine's answers, asked one after the other."""
    return [
        engine.answer(
            question.frame,
            list(question.masks),
            question.text,
            labels=question.labels,
            max_new_tokens=MAX_NEW_TOKENS,
        ).token_ids
        for question in questions
    ]


def stored_answers(folder: Path, model: Path) -> list[tuple[int, ...]] | None:
    """The CPU's answers to all stored questions; ``None`` where they are of other weights."""
    values = json.loads((folder / ANSWERS_FILE).read_text())
    if values["weights_sha256"] != sha256_of(model / "model.safetensors"):
        return None
    return [tuple(ids) for ids in values["token_ids"]]


def cpu_answers(model: Path, questions: Sequence[StoredQuestion]) -> list[tuple[int, ...]]:
    """What a model answers on this host's CPU in float32."""
    from smolrgpt_ros.model.inference.engine import SmolRGPTEngine

    with SmolRGPTEngine.load(model, "cpu", "float32") as engine:
        return answers_of(engine, questions)


def make(folder: Path, model: Path) -> None:
    """Simulate the frames, choose the questions and answer them."""
    from smolrgpt_ros.model.architecture.config import SmolRGPTConfig
    from smolrgpt_ros.model.inference.engine import trained_on
    from smolrgpt_ros.simulation.datasets.writer import DatasetSettings, write_dataset
    from smolrgpt_ros.simulation.sensing.sensor import SensorModel

    with tempfile.TemporaryDirectory() as scratch:
        seeds = range(_SEED, _SEED + _FRAMES)
        settings = DatasetSettings("mix", *_SIZE, SensorModel(), per_kind=3, relations=0)
        write_dataset(scratch, seeds, settings)
        shutil.rmtree(folder, ignore_errors=True)
        for name in _FOLDERS:
            shutil.copytree(Path(scratch, name), folder / name)
        # Kinds follow each other within a frame: every n-th keeps all kinds and frames.
        entries = read_entries(Path(scratch, TRAIN_FILE))
        chosen = np.linspace(0, len(entries) - 1, _QUESTIONS).round().astype(int)
        write_json(folder / TRAIN_FILE, [entries[index] for index in chosen])
    questions = read_questions(folder)
    trained = trained_on(SmolRGPTConfig.from_pretrained(str(model)))
    if trained is None:
        raise ValueError(f"{model} lists no forms of questions")
    asked = [_as_asked(question, trained) for question in questions]
    answers = cpu_answers(model, _in_its_words(questions, asked))
    values = {
        "weights_sha256": sha256_of(model / "model.safetensors"),
        "asked": asked,
        "token_ids": [list(ids) for ids in answers],
    }
    (folder / ANSWERS_FILE).write_text(json.dumps(values) + "\n")


def _as_asked(question: StoredQuestion, trained: TrainedOn) -> dict[str, Any]:
    """The prompt of a question for a model that lists its forms, and its masks' places in order.

    Raises:
        ValueError: for a question of another form.
    """
    from smolrgpt_ros.language.grounding import RegionView, ground
    from smolrgpt_ros.scene.region import Region

    labelled = zip(question.labels, question.masks, strict=True)
    regions = [Region(place, *of) for place, of in enumerate(labelled)]
    views = [RegionView.of(region) for region in regions]
    prompt = ground(question.text, views, trained=trained).model_prompt
    if prompt is None:
        raise ValueError(f"a model of these forms is not asked {question.text!r}")
    return {"prompt": prompt.text, "masks": list(prompt.region_ids)}


if __name__ == "__main__":
    defaults = CheckOptions(Path())
    make(defaults.questions, defaults.mini)
    print(f"wrote {defaults.questions}")
    sys.exit(0)
