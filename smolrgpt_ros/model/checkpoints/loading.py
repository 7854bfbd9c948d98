# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The model of any checkpoint: a folder of ``save_pretrained``, or the published layout."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from transformers.utils import logging as transformers_logging

from ..architecture.config import SmolRGPTConfig
from ..architecture.smolrgpt import SmolRGPTForConditionalGeneration
from .published import CONFIG_FILE, load_published

_FAULTS = ("missing_keys", "unexpected_keys", "mismatched_keys")


def load_model(
    path: str | Path, dtype: torch.dtype | None = torch.float32
) -> SmolRGPTForConditionalGeneration:
    """The model of a checkpoint, on the CPU; nothing is fetched from a network.

    Args:
        path: a folder that ``save_pretrained`` wrote, or a published folder or tar; of a tar
            its stage ``sft``, or its only one.
        dtype: of the model; ``None``: as stored.

    Raises:
        FileNotFoundError: if there is no such path.
        ValueError: if the weights do not fit the config; all tensors concerned are named.
            ``PublishedCheckpointError`` for a published checkpoint.
    """
    source = Path(path)
    if not source.exists():
        raise FileNotFoundError(f"{source} does not exist; expected a checkpoint's folder or tar")
    if _was_saved_here(source):
        return _load_saved(source, dtype)
    return load_published(source, dtype=dtype)


def _was_saved_here(source: Path) -> bool:
    """Whether ``save_pretrained`` wrote the folder: published configs name no model type."""
    config = source / CONFIG_FILE
    if not config.is_file():
        return False
    model_type = json.loads(config.read_text()).get("model_type")
    return bool(model_type == SmolRGPTConfig.model_type)


def _load_saved(folder: Path, dtype: torch.dtype | None) -> SmolRGPTForConditionalGeneration:
    # A bar of milliseconds, which a node would print into the log of a launch.
    transformers_logging.disable_progress_bar()
    loaded = SmolRGPTForConditionalGeneration.from_pretrained(
        str(folder),
        dtype="auto" if dtype is None else dtype,
        local_files_only=True,
        use_safetensors=True,
        output_loading_info=True,
    )
    model: SmolRGPTForConditionalGeneration = loaded[0]
    faults = {key: sorted(map(str, loaded[1][key])) for key in _FAULTS if loaded[1][key]}
    if faults:
        listed = "; ".join(
            f"{key.replace('_', ' ')}: {', '.join(names)}" for key, names in faults.items()
        )
        raise ValueError(f"{folder}: weights and config.json do not fit, {listed}")
    return model
