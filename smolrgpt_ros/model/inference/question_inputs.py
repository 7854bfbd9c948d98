# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A question about regions of a frame -> the model's inputs behind the frame's prefix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from smolrgpt_ros.scene.status import QueryError, Status

from ..preprocessing.processor import MASK
from .frame_regions import FrameRegions, RegionInputs


@dataclass(frozen=True)
class QuestionInputs:
    """One question, ready for the model.

    Args:
        token_ids: the prompt behind the frame's prefix.
        regions: behind its placeholders, in order; one may occur twice.
    """

    token_ids: list[int]
    regions: tuple[RegionInputs, ...]

    @property
    def geometry(self) -> Tensor | None:
        """``(M, G)`` float32; ``None`` without regions, or for a model without geometry."""
        rows = [region.geometry for region in self.regions if region.geometry is not None]
        return torch.stack(rows) if rows else None

    @property
    def vanished(self) -> tuple[int, ...]:
        """Indexes of masks too small for the mask grid."""
        return tuple(i for i, region in enumerate(self.regions) if region.vanished)

    @property
    def estimated(self) -> bool:
        """Whether the model has to estimate some region's geometry."""
        return any(region.estimated for region in self.regions)


def question_inputs(
    frame_regions: FrameRegions,
    masks: Sequence[NDArray[np.bool_]],
    prompt: str,
    region_names: int = 0,
    labels: Sequence[str] | None = None,
) -> QuestionInputs:
    """Inputs of a question.

    Args:
        frame_regions: of the frame that it is about.
        masks: ``(H, W)`` bool, one per ``<mask>`` of the prompt, in order.
        prompt: with ``<mask>`` placeholders.
        region_names: names of regions that the model has, 0 where names need no token.
        labels: the class of each mask's region, ``None`` where none is known.

    Raises:
        QueryError: ``BAD_QUESTION`` where prompt, masks and frame do not fit.
    """
    processor, frame = frame_regions.processor, frame_regions.frame
    count = prompt.count(MASK)
    if count != len(masks):
        raise QueryError(
            Status.BAD_QUESTION,
            f"the prompt has {count} {MASK} placeholders, {len(masks)} masks were given",
        )
    if labels is not None and len(labels) != len(masks):
        raise QueryError(
            Status.BAD_QUESTION, f"{len(labels)} labels were given, {len(masks)} masks"
        )
    if 0 < region_names < count:
        raise QueryError(
            Status.BAD_QUESTION,
            f"the model has names for {region_names} regions, the question has {count}; "
            "ask about fewer",
        )
    for index, mask in enumerate(masks):
        if mask.shape != (frame.height, frame.width):
            raise QueryError(
                Status.BAD_QUESTION,
                f"mask {index} is {mask.shape}, the frame {(frame.height, frame.width)}",
            )
    token_ids = processor.encode(processor.build_question(prompt))
    return QuestionInputs(token_ids, frame_regions.of(masks, labels))
