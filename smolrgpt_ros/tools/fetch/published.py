# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The published model from the Hugging Face Hub: weights, tokenizer, conversion, one question."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from smolrgpt_ros.model.checkpoints.convert import convert
from smolrgpt_ros.model.checkpoints.download import download_locked
from smolrgpt_ros.model.checkpoints.download_lock import HubFile
from smolrgpt_ros.model.checkpoints.published_config import LANGUAGE_MODEL
from smolrgpt_ros.model.cli import PUBLISHED_FILE, PUBLISHED_REPOSITORY
from smolrgpt_ros.model.inference.engine import SmolRGPTEngine
from smolrgpt_ros.simulation.datasets.published_layout import read_entries

from ..gpu_check.options import STORED_QUESTIONS
from ..gpu_check.stored_questions import TRAIN_FILE, read_questions

WEIGHTS = HubFile(PUBLISHED_REPOSITORY, PUBLISHED_FILE, "", "dataset")
TOKENIZER = tuple(
    HubFile(LANGUAGE_MODEL, name, "", "model")
    for name in ("tokenizer.json", "tokenizer_config.json")
)
_MODEL, _TOKENIZER = "published", "tokenizer"
_MAX_NEW_TOKENS = 160


class SelfCheckError(RuntimeError):
    """Weights that load and do not answer."""


def fetch_published(folder: Path, on_progress: Callable[[str], None]) -> Path:
    """Fetch and convert the published model; each file is held to the lock beside it.

    Args:
        folder: of the files; the model is made in ``published`` there, and left as it is where it
            already is.
        on_progress: called with a line of progress.

    Returns:
        The model's folder.

    Raises:
        DownloadError, ChecksumError, LockError: as of ``download_locked``.
        PublishedCheckpointError: for weights that are no checkpoint in the published layout.
    """
    on_progress(str(download_locked(WEIGHTS, folder)))
    for file in TOKENIZER:
        on_progress(str(download_locked(file, folder / _TOKENIZER)))
    model = folder / _MODEL
    if (model / "config.json").is_file():
        on_progress(f"{model} is there; delete it to convert again")
        return model
    on_progress(f"converting into {model}")
    convert(folder / WEIGHTS.name, model, folder / _TOKENIZER)
    return model


def ask_stored_question(folder: Path) -> str:
    """Ask a model about a stored frame; returns question, answer and what is true.

    Raises:
        SelfCheckError: if it answers nothing.
    """
    question = read_questions(STORED_QUESTIONS, 1)[0]
    expected = read_entries(STORED_QUESTIONS / TRAIN_FILE)[0].answer
    with SmolRGPTEngine.load(folder) as engine:
        found = engine.answer(
            question.frame, list(question.masks), question.text, max_new_tokens=_MAX_NEW_TOKENS
        )
        computed = f"{engine.dtype} on {engine.device}"
    if not found.text.strip():
        raise SelfCheckError(
            f"{folder} loads and answers nothing to {question.text!r}; fetch into a new folder"
        )
    lines = [
        f"asked:    {question.text}",
        f"answered: {found.text} ({found.latency_s:.1f} s, {computed})",
        f"true:     {expected}",
    ]
    if found.truncated:
        lines.append(f"it did not end within {_MAX_NEW_TOKENS} tokens: are these trained weights?")
    return "\n".join(lines)
