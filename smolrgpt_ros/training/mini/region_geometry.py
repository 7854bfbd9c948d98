# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Loss of the geometry estimated from region tokens, against the geometry measured by depth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from smolrgpt_ros.model.geometry_tokens.features import (
    BASIC_COUNT,
    CENTROID,
    FLAGS,
    FLOOR,
    IN_IMAGE,
    METRIC,
    UP,
)
from smolrgpt_ros.model.geometry_tokens.picture_geometry import PictureGeometry

from .batches import FrameTokens
from .frames import CachedFrames

_BETA = 0.1
"""In scaled units: errors below a decimetre, or a 160th of the image, are squared in the loss,
larger ones enter linearly."""
_WITHOUT_DEPTH = 0.15
"""Share of frames whose depth picture is withheld from the estimator."""


def geometry_loss(
    estimator: PictureGeometry,
    frames: CachedFrames,
    index: NDArray[np.intp],
    tokens: Sequence[FrameTokens],
    rng: np.random.Generator,
) -> tuple[Tensor, dict[str, float]]:
    """Loss of the estimates for the regions of a step's frames.

    Args:
        index: frames of the step, in the order of ``tokens``.

    Returns:
        The loss; and the median errors ``metres`` of positions and ``widths`` of centroids, in
        widths of the image.
    """
    estimates = [
        estimator(of.rgb, None if rng.random() < _WITHOUT_DEPTH else of.depth) for of in tokens
    ]
    rows = [frames.geometry[frames.regions(int(frame))] for frame in index]
    truth = torch.from_numpy(np.concatenate(rows))
    truth = truth[:, :BASIC_COUNT]
    error = torch.cat(estimates)[:, :BASIC_COUNT] - truth
    scaled = (error * estimator.scales)[_known(truth)]
    loss = functional.smooth_l1_loss(scaled, torch.zeros_like(scaled), beta=_BETA)
    off = error.detach()
    measured = truth[:, METRIC] > 0
    return loss, {
        "geometry": float(loss.detach()),
        "metres": float(off[measured, :3].norm(dim=1).median()),
        "widths": float(off[:, CENTROID.start].abs().median()),
    }


def _known(truth: Tensor) -> Tensor:
    """Mask of the measured values of ``(M, BASIC_COUNT)`` raw geometry, bool."""
    above_floor = torch.arange(truth.shape[1]) >= UP.start
    flag = torch.where(above_floor, truth[:, [FLOOR]], truth[:, [METRIC]]) > 0
    return (torch.tensor(IN_IMAGE[:BASIC_COUNT]) | flag) & ~torch.tensor(FLAGS[:BASIC_COUNT])
