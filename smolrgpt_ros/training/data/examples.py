# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Training examples: an entry of a data set, read and encoded for the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from smolrgpt_ros.model.geometry_tokens.features import FEATURE_COUNT, frame_geometry
from smolrgpt_ros.model.preprocessing.processor import SmolRGPTProcessor
from smolrgpt_ros.simulation.datasets.published_layout import Entry, read_metric, read_pictures

IGNORED = -100
"""Label of tokens without a loss."""


class BadSampleError(ValueError):
    """A sample that cannot be trained on.

    Args:
        reason: category, for counting.
        detail: the value found, and where.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, eq=False)
class Example:
    """One question with its answer, as tensors.

    Args:
        input_ids, labels: of the whole text; labels are ``IGNORED`` outside the answer.
        pixel_values: ``(3, S, S)`` float32 in [-1, 1].
        depth_values: ``(3, S, S)`` float32 in [0, 1], or ``None``.
        region_masks: weights ``(M, mask_grid, mask_grid)``, or ``None`` without regions.
        region_geometry: ``(M, G)`` float32 raw values for a model with geometry, else ``None``.
    """

    input_ids: list[int]
    labels: list[int]
    pixel_values: Tensor
    depth_values: Tensor | None
    region_masks: Tensor | None
    region_geometry: Tensor | None


def make_example(entry: Entry, folder: Path, processor: SmolRGPTProcessor, longest: int) -> Example:
    """Reads the pictures of an entry and encodes it.

    Args:
        entry: question, answer and masks.
        folder: holds ``images/`` and ``depths/``; for a model with geometry also the simulator's
            ``metric/`` and ``cameras/``: without them its regions get zeros.
        processor: of the model that is trained.
        longest: tokens a text may have.

    Raises:
        BadSampleError: ``no answer``, ``picture``, ``masks`` or ``too long``.
    """
    if not entry.answer:
        raise BadSampleError("no answer", f"entry {entry.id}")
    try:
        rgb, picture = read_pictures(folder, entry)
    except (FileNotFoundError, ValueError) as error:
        raise BadSampleError("picture", str(error)) from error
    try:
        masks = entry.masks() if entry.rles else None
    except ValueError as error:
        raise BadSampleError("masks", f"entry {entry.id}: {error}") from error
    if masks is not None and not masks.any((1, 2)).all():
        raise BadSampleError("masks", f"entry {entry.id}: a mask is empty")
    ids, labels = processor.encode_example(entry.question, entry.answer)
    if len(ids) > longest:
        raise BadSampleError("too long", f"entry {entry.id}: {len(ids)} tokens, at most {longest}")
    geometry = None
    if processor.options.geometry and masks is not None:
        geometry = torch.from_numpy(_geometry(folder, entry, masks))
    return Example(
        ids,
        labels,
        processor.rgb(rgb),
        None if picture is None else processor.depth_picture(picture),
        None if masks is None else processor.masks(masks)[0],
        geometry,
    )


def _geometry(folder: Path, entry: Entry, masks: NDArray[np.bool_]) -> NDArray[np.float32]:
    try:
        measured = read_metric(folder, entry)
        if measured is None:
            return np.zeros((len(masks), FEATURE_COUNT), np.float32)
        return frame_geometry(*measured, masks)
    except ValueError as error:
        raise BadSampleError("picture", str(error)) from error


def collate(examples: Sequence[Example], processor: SmolRGPTProcessor) -> dict[str, Any]:
    """A batch for ``forward``: padded on the right, regions and depth per sample."""
    ids, attention = processor.pad([e.input_ids for e in examples], side="right")
    labels, _ = processor.pad([e.labels for e in examples], side="right", fill=IGNORED)
    batch: dict[str, Any] = {
        "input_ids": ids,
        "attention_mask": attention,
        "labels": labels,
        "pixel_values": torch.stack([e.pixel_values for e in examples]),
        "depth_values": [e.depth_values for e in examples],
        "region_masks": [e.region_masks for e in examples],
    }
    if processor.options.geometry:
        batch["region_geometry"] = [e.region_geometry for e in examples]
    return batch
