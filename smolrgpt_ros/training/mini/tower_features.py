# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Features of the frozen tower for every frame, computed once and read by four stages."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration

from .frames import CachedFrames

_BATCH = 16
_SAVED = 10
"""Batches between two notes of how far it is."""


class TowerFeatures:
    """Patch tokens of a data set's frames, memory-mapped.

    Args:
        array: ``(N, 2, P, C)`` float16: of the RGB and the depth picture.
    """

    def __init__(self, array: NDArray[np.float16]) -> None:
        self._array = array

    def rgb(self, index: NDArray[np.intp]) -> torch.Tensor:
        """``(B, P, C)`` float32 of the chosen frames' RGB pictures."""
        return torch.from_numpy(self._array[index, 0].astype(np.float32))

    def depth(self, index: NDArray[np.intp]) -> torch.Tensor:
        """``(B, P, C)`` float32 of the chosen frames' depth pictures."""
        return torch.from_numpy(self._array[index, 1].astype(np.float32))


def tower_features(
    model: SmolRGPTForConditionalGeneration, frames: CachedFrames, tower: Path, out: Path
) -> TowerFeatures:
    """Runs the tower over all frames, or opens the features of an earlier call.

    Args:
        model: with the tower that ``tower`` holds.
        tower: file of the tower's weights; features of other weights are computed again.
        out: ``.npy`` file of the features; the checksum of the weights and how many frames are
            done are written beside it, so that an interrupted call goes on.
    """
    made_by = hashlib.sha256(tower.read_bytes()).hexdigest()
    note = out.with_suffix(".json")
    known = json.loads(note.read_text()) if note.exists() and out.exists() else {}
    done = int(known["frames"]) if known.get("tower") == made_by else 0
    if done < len(frames):
        cells, width = model.config.patch_grid**2, model.config.vision.hidden_size
        array = np.lib.format.open_memmap(
            out,
            mode="r+" if done else "w+",
            dtype=np.float16,
            shape=(len(frames), 2, cells, width),
        )
        batches = range(done, len(frames), _BATCH)
        with torch.inference_mode():
            for number, first in enumerate(tqdm(batches, desc="tower features"), 1):
                index = np.arange(first, min(first + _BATCH, len(frames)))
                array[index, 0] = model.vision_encoder.encode(frames.pixel_values(index)).numpy()
                array[index, 1] = model.vision_encoder.encode(frames.depth_values(index)).numpy()
                if number % _SAVED == 0 or first == batches[-1]:
                    array.flush()
                    note.write_text(json.dumps({"tower": made_by, "frames": int(index[-1]) + 1}))
    return TowerFeatures(np.load(out, mmap_mode="r"))
