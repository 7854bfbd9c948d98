# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A question about regions of a frame -> the model's inputs behind the frame's prefix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.plane import Plane
from smolrgpt_ros.scene.status import QueryError, Status

from ..geometry_tokens.features import METRIC, geometry_above, picture_floor
from ..preprocessing.processor import MASK, SmolRGPTProcessor


@dataclass(frozen=True)
class QuestionInputs:
    """One question, ready for the model.

    Args:
        token_ids: the prompt behind the frame's prefix.
        weights: ``(M, mask_grid, mask_grid)`` float32.
        geometry: ``(M, G)`` float32, or ``None`` for a model without geometry.
        vanished: indexes of masks too small for the mask grid.
    """

    token_ids: list[int]
    weights: Tensor
    geometry: Tensor | None
    vanished: tuple[int, ...]

    @property
    def estimated(self) -> bool:
        """Whether the model has to estimate some region's geometry: no depth measured it."""
        return self.geometry is not None and bool((self.geometry[:, METRIC] == 0).any())


def floor_of(frame: RgbdFrame) -> Plane | None:
    """The floor that a frame's picture shows."""
    return picture_floor(frame.depth, frame.intrinsics)


def question_inputs(
    processor: SmolRGPTProcessor,
    frame: RgbdFrame,
    masks: Sequence[NDArray[np.bool_]],
    prompt: str,
    *,
    region_names: int = 0,
    with_geometry: bool = True,
    floor: Callable[[RgbdFrame], Plane | None] = floor_of,
) -> QuestionInputs:
    """Inputs of a question.

    Args:
        processor: of the model.
        frame: of the question.
        masks: ``(H, W)`` bool, one per ``<mask>`` of the prompt, in order.
        prompt: with ``<mask>`` placeholders.
        region_names: names of regions that the model has, 0 where names need no token.
        with_geometry: whether the model gets the regions' geometry; zeros otherwise.
        floor: :func:`floor_of`, or one that remembers what it found.

    Raises:
        QueryError: ``BAD_QUESTION`` where prompt, masks and frame do not fit.
    """
    count = prompt.count(MASK)
    if count != len(masks):
        raise QueryError(
            Status.BAD_QUESTION,
            f"the prompt has {count} {MASK} placeholders, {len(masks)} masks were given",
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
    weights, vanished = processor.masks(masks)
    geometry = None
    if processor.options.geometry:
        plane = floor(frame) if masks else None
        rows = geometry_above(plane, frame.depth, frame.intrinsics, list(masks))
        geometry = torch.from_numpy(rows) * with_geometry
    return QuestionInputs(
        processor.encode(processor.build_question(prompt)),
        weights,
        geometry,
        tuple(vanished.nonzero().flatten().tolist()),
    )
