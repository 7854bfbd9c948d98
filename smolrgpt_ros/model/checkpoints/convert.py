# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``smolrgpt convert``: published checkpoint to model folder, and back."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from transformers import PreTrainedTokenizerFast

from ..architecture.config import SmolRGPTConfig
from ..preprocessing.processor import (
    IMAGE_TOKEN,
    MASK_DEPTH_TOKEN,
    MASK_RGB_TOKEN,
    SmolRGPTProcessor,
)
from .loading import load_model
from .published import load_published, save_published


def published_processor(config: SmolRGPTConfig, folder: str | Path) -> SmolRGPTProcessor | None:
    """A published model's processor from the tokenizer files in a folder, if they are there."""
    if not (Path(folder) / "tokenizer.json").is_file():
        return None
    tokenizer: Any = PreTrainedTokenizerFast.from_pretrained(str(folder), local_files_only=True)
    tokens = [IMAGE_TOKEN, MASK_RGB_TOKEN, MASK_DEPTH_TOKEN]
    tokenizer.add_special_tokens({"additional_special_tokens": tokens})
    return SmolRGPTProcessor.for_config(config, tokenizer)


def convert(
    source: str | Path,
    target: str | Path,
    tokenizer: str | Path | None = None,
    stage: str | None = None,
) -> bool:
    """Published checkpoint -> model folder, which appears only once it is complete.

    Args:
        source: a folder or tar.
        target: must not exist, or be empty.
        tokenizer: folder with the tokenizer's files; by default looked for in ``source``.
        stage: of a tar.

    Returns:
        Whether tokenizer files were found and written as well.
    """
    out = _empty_target(target)
    model = load_published(source, stage)
    folder = source if tokenizer is None else tokenizer
    processor = published_processor(model.config, folder) if Path(folder).is_dir() else None
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as temporary:
        model.save_pretrained(temporary, max_shard_size="100GB")
        if processor is not None:
            processor.save_pretrained(temporary)
        _move_complete(temporary, out)
    return processor is not None


def convert_back(source: str | Path, target: str | Path) -> None:
    """Model folder -> published layout, which appears only once it is complete."""
    out = _empty_target(target)
    model = load_model(source, dtype=None)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as temporary:
        save_published(model, temporary)
        _move_complete(temporary, out)


def _empty_target(target: str | Path) -> Path:
    out = Path(target).resolve()
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FileExistsError(f"{out} exists and is not empty; give a new folder")
    out.parent.mkdir(parents=True, exist_ok=True)
    return out


def _move_complete(temporary: str, out: Path) -> None:
    if out.exists():
        out.rmdir()
    complete = Path(temporary) / "complete"
    complete.mkdir()
    for file in list(Path(temporary).iterdir()):
        if file != complete:
            file.rename(complete / file.name)
    complete.rename(out)
