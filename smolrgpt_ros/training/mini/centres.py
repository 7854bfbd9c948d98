# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Training of the centre estimator: boxes of objects from the geometry of their visible surface."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from smolrgpt_ros.model.geometry_tokens.centre_estimator import CentreEstimator
from smolrgpt_ros.model.geometry_tokens.features import METRIC
from smolrgpt_ros.simulation.questions.relation_truth import viewed

from .frames import CachedFrames
from .geometry_augmentation import perturb_geometry
from .loop import Schedule, fit

_BETA_M = 0.1
"""Errors below this many metres are squared in the loss, larger ones enter linearly."""


def train_centres(
    estimator: CentreEstimator,
    frames: CachedFrames,
    schedule: Schedule,
    folder: Path,
    *,
    batch: int,
    seed: int,
    deadline: float | None = None,
) -> None:
    """Fits the estimator to all measured regions of the frames.

    Args:
        batch: frames a step, all their regions.
        seed: of the order.
        deadline: as in :func:`loop.fit`.
    """
    boxes = true_boxes(frames)
    measured = frames.geometry[:, METRIC] > 0

    def backward(step: int) -> dict[str, float]:
        rng = np.random.default_rng((seed, step))
        chosen = rng.choice(len(frames), size=batch, replace=False)
        parts = [frames.regions(int(frame)) for frame in chosen]
        rows = np.concatenate([np.arange(part.start, part.stop) for part in parts])
        rows = rows[measured[rows]]
        seen = torch.from_numpy(perturb_geometry(frames.geometry[rows], rng))
        error = estimator(seen) - torch.from_numpy(boxes[rows])
        loss = functional.smooth_l1_loss(error, torch.zeros_like(error), beta=_BETA_M)
        loss.backward()
        off = error.detach()[:, :3].norm(dim=1)
        return {"loss": float(loss.detach()), "metres": float(off.median())}

    fit("centres", {"centres": estimator}, backward, schedule, folder, deadline=deadline)


def true_boxes(frames: CachedFrames) -> NDArray[np.float32]:
    """``(N, 3 + len(SIZES))`` float32 metres: one row per row of ``frames.geometry``.

    The centre in the optical frame, then sizes as in ``quantities.SIZES``.
    """
    rows = []
    for frame, truth in enumerate(frames.truths):
        for item in frames.objects(frame):
            length, width, height = item.size
            seen = viewed(truth, item)
            rows.append((*item.centre, height, seen.side, max(length, width), seen.extent[0]))
    return np.array(rows, np.float32)
