# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What a YOLO network's neck gives its head, averaged over a picture and over its parts."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from .feature_statistics import Features

#: Parts of a picture, from top to bottom and from left to right.
PART_ROWS, PART_COLUMNS = 3, 4


class NeckFeatures:
    """Features of the last picture that a network has seen, at no cost but their average.

    Args:
        head: the network's last layer; its input is a list of maps, ``(1, C, H, W)`` each.
    """

    def __init__(self, head: torch.nn.Module) -> None:
        self._pooled: torch.Tensor | None = None
        head.register_forward_pre_hook(self._keep)

    @staticmethod
    def of(model: Any) -> NeckFeatures | None:
        """Of an ``ultralytics.YOLO`` that has predicted once; ``None`` for an exported one."""
        network: Any = getattr(getattr(model, "predictor", None), "model", None)
        if network is None or network.format != "pt":
            return None
        return NeckFeatures(network.model.model[-1])

    def take(self) -> Features | None:
        """Mean of each channel of each map, of the picture and then of its parts, shape
        ``(1 + P, D)``; ``None`` where nothing was seen since the last call."""
        pooled, self._pooled = self._pooled, None
        return None if pooled is None else np.asarray(pooled.float().cpu().numpy(), np.float32)

    def _keep(self, head: torch.nn.Module, inputs: tuple[Any, ...]) -> None:
        maps = [one for one in inputs[0] if one.ndim == 4]  # YOLOE's has its prompts there too
        whole = torch.cat([one[0].mean(dim=(1, 2)) for one in maps])
        shape = PART_ROWS, PART_COLUMNS
        parts = [torch.nn.functional.adaptive_avg_pool2d(one[0], shape).flatten(1) for one in maps]
        self._pooled = torch.cat([whole[None], torch.cat(parts).T])
