# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Checkpoints in the published layout, read and written; only safetensors, never pickles."""

from __future__ import annotations

import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

from ..architecture.config import SmolRGPTConfig
from ..architecture.smolrgpt import SmolRGPTForConditionalGeneration
from .download_lock import check_lock
from .published_config import config_from_published, published_config
from .published_tensors import (
    EMBEDDING,
    HEAD,
    INVERSE_FREQUENCIES,
    from_published,
    inverse_frequencies,
    published_names,
    published_shapes,
    to_published,
)

CONFIG_FILE, WEIGHTS_FILE = "config.json", "model.safetensors"


class PublishedCheckpointError(ValueError):
    """Not a complete checkpoint in the published layout; the message lists every fault."""


@contextmanager
def opened(source: str | Path, stage: str | None = None) -> Iterator[Path]:
    """The folder of a published checkpoint; of a tar, its chosen stage in a temporary folder.

    Args:
        source: a folder with ``config.json`` and ``model.safetensors``, or a tar of one or more.
        stage: which one of a tar: its config's ``stage``, or (part of) its folder's name; by
            default ``sft``.

    Raises:
        PublishedCheckpointError: if there is no such checkpoint.
        ChecksumError: if a tar that was downloaded is not the one of its lock.
    """
    path = Path(source)
    if path.is_dir():
        _require_files(path)
        yield path
    elif path.is_file() and tarfile.is_tarfile(path):
        check_lock(path)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".stage-") as folder:
            _extract(path, stage, Path(folder))
            yield Path(folder)
    else:
        raise PublishedCheckpointError(f"{path} is neither a folder nor a tar")


def _require_files(folder: Path) -> None:
    missing = [name for name in (CONFIG_FILE, WEIGHTS_FILE) if not (folder / name).is_file()]
    if not missing:
        return
    pickles = sorted(p.name for p in folder.iterdir() if p.suffix in (".bin", ".pt", ".pth"))
    hint = f"; {', '.join(pickles)}: pickles are never loaded" if pickles else ""
    raise PublishedCheckpointError(f"{folder} lacks {' and '.join(missing)}{hint}")


def _extract(path: Path, stage: str | None, folder: Path) -> None:
    """Write the chosen stage's two files into a folder; paths inside the tar are not used."""
    try:
        with tarfile.open(path) as archive:
            members = {PurePosixPath(m.name): m for m in archive.getmembers() if m.isfile()}
            stages: dict[PurePosixPath, str] = {}
            for name in members:
                if name.name == CONFIG_FILE and name.parent / WEIGHTS_FILE in members:
                    file = archive.extractfile(members[name])
                    assert file is not None
                    stages[name.parent] = str(json.load(file).get("stage"))
            wanted = stage or "sft"
            chosen = [p for p, s in stages.items() if wanted in (s, p.name)]
            if not chosen:
                chosen = [p for p in stages if wanted in p.name]
            if stage is None and len(stages) == 1:
                chosen = list(stages)
            if len(chosen) != 1:
                found = ", ".join(f"{p} (stage {s})" for p, s in stages.items()) or "none"
                raise PublishedCheckpointError(
                    f"{path} must hold one checkpoint of stage {wanted!r}; found: {found}"
                )
            for name_ in (CONFIG_FILE, WEIGHTS_FILE):
                file = archive.extractfile(members[chosen[0] / name_])
                assert file is not None
                with open(folder / name_, "wb") as target:
                    shutil.copyfileobj(file, target, 2**22)
    except (tarfile.TarError, EOFError, json.JSONDecodeError) as error:
        raise PublishedCheckpointError(f"{path} is damaged: {error}") from error


def load_published(
    source: str | Path, stage: str | None = None, dtype: torch.dtype | None = torch.float32
) -> SmolRGPTForConditionalGeneration:
    """The model of a published checkpoint.

    The file is opened again for each tensor, so that its pages are freed: the peak of memory is the
    model and one tensor.

    Args:
        source, stage: as of :func:`opened`.
        dtype: of the model; ``None``: as stored.

    Raises:
        PublishedCheckpointError: with every missing, unknown or mis-shaped tensor; for a damaged
            file; for a config that lacks sizes.
    """
    with opened(source, stage) as folder:
        try:
            config = config_from_published(json.loads((folder / CONFIG_FILE).read_text()))
        except (ValueError, TypeError, KeyError) as error:
            raise PublishedCheckpointError(f"{folder / CONFIG_FILE}: {error}") from error
        weights = folder / WEIGHTS_FILE
        _check_tensors(weights, config)
        state: dict[str, Tensor] = {}
        with torch.device("meta"):
            model = SmolRGPTForConditionalGeneration(config)
        for name, parts in published_names(model.state_dict()).items():
            with safe_open(weights, framework="pt") as file:
                state |= from_published(name, parts, file.get_tensor(name), dtype)
    _assign(model, state)
    model.config.architectures = [type(model).__name__]
    return model


def _check_tensors(weights: Path, config: SmolRGPTConfig) -> None:
    expected = published_shapes(config)
    try:
        with safe_open(weights, framework="pt") as file:
            found = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}
    except (SafetensorError, OSError) as error:
        raise PublishedCheckpointError(f"{weights} is damaged or cut off: {error}") from error
    problems = [f"missing: {name} {expected[name]}" for name in sorted(expected.keys() - found)]
    problems += [f"unknown: {name} {found[name]}" for name in sorted(found.keys() - expected)]
    problems += [
        f"shape: {name} is {found[name]}, the config makes it {expected[name]}"
        for name in sorted(expected.keys() & found)
        if expected[name] != found[name]
    ]
    if not problems:
        problems = _wrong_frequencies(weights, config)
    if problems:
        raise PublishedCheckpointError(
            f"{weights} does not fit its config; {len(problems)} tensors:\n  "
            + "\n  ".join(problems)
        )


def _wrong_frequencies(weights: Path, config: SmolRGPTConfig) -> list[str]:
    """A fault if the stored rotary frequencies have another base than the config."""
    with safe_open(weights, framework="pt") as file:
        found = file.get_tensor(INVERSE_FREQUENCIES).float()
    if torch.allclose(found, inverse_frequencies(config), rtol=1e-3):
        return []
    return [f"value: {INVERSE_FREQUENCIES} does not belong to the config's lm_re_base"]


def _assign(model: SmolRGPTForConditionalGeneration, state: dict[str, Tensor]) -> None:
    """Give a model on the meta device its tensors without copying them."""
    state[HEAD] = state[EMBEDDING]
    model.load_state_dict(state, strict=True, assign=True)
    model.tie_weights()
    model.language_model.model.rotary_emb = LlamaRotaryEmbedding(model.config.text)
    embeddings = model.vision_tower.embeddings
    position_ids = torch.arange(embeddings.num_positions)[None]
    embeddings.register_buffer("position_ids", position_ids, persistent=False)
    model.eval()


def save_published(model: SmolRGPTForConditionalGeneration, folder: str | Path) -> None:
    """Write a model in the published layout.

    Raises:
        ValueError: for a model that the layout cannot hold.
    """
    target = Path(folder)
    values = published_config(model.config)
    tensors = to_published(model.state_dict(), model.config)
    target.mkdir(parents=True, exist_ok=True)
    tied = {"decoder.token_embedding.weight": "decoder.head.weight"}
    save_file(tensors, target / WEIGHTS_FILE, metadata=tied)
    (target / CONFIG_FILE).write_text(json.dumps(values, indent=4) + "\n")
