"""A stage of the geometry encoder: who stands in which buffer region, from the truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from ...model.geometry_encoder import CentreEstimator
from ...model.geometry_features import METRIC
from ...model.inside_estimator import InsideEstimator
from .frames import CachedFrames
from .frayed import frayed
from .loop import Schedule, fit


def train_insides(
    estimator: InsideEstimator,
    centres: CentreEstimator,
    frames: CachedFrames,
    schedule: Schedule,
    folder: Path,
    *,
    batch: int,
    seed: int,
    deadline: float | None = None,
) -> None:
    """Fit the estimator to all pairs of measured regions.

    Args:
        centres: trained; stays as it is.
        batch: frames a step.
        seed: of the order.
        deadline: as in :func:`loop.fit`.
    """
    truth = [true_insides(frames, frame) for frame in range(len(frames))]

    def backward(step: int) -> dict[str, float]:
        rng = np.random.default_rng((seed, step))
        losses, wrong = [], []
        for frame in rng.choice(len(frames), size=batch, replace=False):
            geometry = frames.geometry[frames.regions(int(frame))]
            known = geometry[:, METRIC] > 0
            seen = torch.from_numpy(frayed(geometry[known], rng))
            inside = torch.from_numpy(truth[int(frame)][np.ix_(known, known)])
            with torch.no_grad():
                middle = centres(seen)
            odds = estimator(seen, middle)
            pairs = functional.binary_cross_entropy_with_logits(odds, inside, reduction="none")
            losses.append(pairs.flatten())
            wrong.append(((odds > 0) != (inside > 0)).sum() / inside.sum().clamp(min=1))
        loss = torch.cat(losses).mean()
        loss.backward()
        return {"loss": float(loss.detach()), "wrong_per_inside": float(torch.stack(wrong).mean())}

    fit("insides", {"insides": estimator}, backward, schedule, folder, deadline=deadline)


def true_insides(frames: CachedFrames, frame: int) -> NDArray[np.float32]:
    """``(M, M)``: 1 where the column's region stands in the row's."""
    holders = {item.id: item.inside for item in frames.truths[frame].regions}
    ids = [int(number) for number in frames.object_ids[frames.regions(frame)]]
    return np.array([[float(row in holders[column]) for column in ids] for row in ids], np.float32)
