# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The regions of a frame as the model reads them: prepared once for all questions about it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.masks import Box, BoxedMask
from smolrgpt_ros.scene.plane import Plane

from ..geometry_tokens.features import (
    CLASS,
    METRIC,
    class_marks,
    geometry_above,
    picture_floor,
)
from ..preprocessing.processor import SmolRGPTProcessor

REGIONS_KEPT = 128
"""Of a frame; with more, all are forgotten."""


_Key = tuple[Box | None, bytes, str]


@dataclass(frozen=True, eq=False)
class RegionInputs:
    """One region, ready for the model. Compared by identity.

    Args:
        weights: ``(mask_grid, mask_grid)`` float32, to pool its tokens with.
        vanished: whether its mask was too small for the grid.
        geometry: ``(G,)`` float32, or ``None`` for a model without geometry.
    """

    weights: Tensor
    vanished: bool
    geometry: Tensor | None

    @property
    def estimated(self) -> bool:
        """Whether the model has to estimate its geometry: no depth measured it."""
        return self.geometry is not None and not self.geometry[METRIC]


class FrameRegions:
    """Prepares regions of one frame; thread-safe.

    Args:
        processor: of the model.
        frame: what its regions are part of.
        classes: that the model knows.
        with_geometry: whether the model gets the regions' geometry; zeros otherwise.
    """

    def __init__(
        self,
        processor: SmolRGPTProcessor,
        frame: RgbdFrame,
        classes: Sequence[str] = (),
        with_geometry: bool = True,
    ) -> None:
        self.processor, self.frame = processor, frame
        self._classes = tuple(classes)
        self._with_geometry = with_geometry
        self._lock = threading.Lock()
        # By what is in the mask: a region makes its whole mask anew whenever it is read.
        self._known: dict[_Key, RegionInputs] = {}

    def of(
        self, masks: Sequence[NDArray[np.bool_]], labels: Sequence[str] | None = None
    ) -> tuple[RegionInputs, ...]:
        """The regions of some masks.

        Args:
            masks: ``(H, W)`` bool each, of the frame's size.
            labels: the class of each, ``None`` where none is known.
        """
        boxed = [BoxedMask.of(np.asarray(mask, bool)) for mask in masks]
        known = [label if label in self._classes else "" for label in labels or [""] * len(masks)]
        keys = [
            (mask.box, mask.patch.tobytes(), label)
            for mask, label in zip(boxed, known, strict=True)
        ]
        with self._lock:
            if len(self._known) > REGIONS_KEPT:
                self._known.clear()
            missing = {key: m for key, m in zip(keys, masks, strict=True) if key not in self._known}
            prepared = self._prepare(list(missing.values()), [label for *_, label in missing])
            self._known.update(zip(missing, prepared, strict=True))
            return tuple(self._known[key] for key in keys)

    @cached_property
    def _floor(self) -> Plane | None:
        return picture_floor(self.frame.depth, self.frame.intrinsics)

    def _prepare(self, masks: list[NDArray[np.bool_]], labels: list[str]) -> list[RegionInputs]:
        if not masks:
            return []
        weights, vanished = self.processor.masks(masks)
        geometry: list[Tensor] | list[None] = [None] * len(masks)
        if self.processor.options.geometry:
            rows = geometry_above(self._floor, self.frame.depth, self.frame.intrinsics, masks)
            rows *= self._with_geometry
            rows[:, CLASS] = class_marks(labels, self._classes)
            geometry = list(torch.from_numpy(rows))
        found = zip(weights, vanished.tolist(), geometry, strict=True)
        return [RegionInputs(*region) for region in found]
