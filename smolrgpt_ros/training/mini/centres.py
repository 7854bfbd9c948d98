# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Training of the centre estimator: boxes and states of objects from what is seen of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from smolrgpt_ros.language.question import LoadState
from smolrgpt_ros.model.geometry_tokens.centre_estimator import CentreEstimator
from smolrgpt_ros.model.geometry_tokens.estimates import Estimates
from smolrgpt_ros.model.geometry_tokens.features import (
    ALONG_DEGREES,
    CLASS,
    METRIC,
    class_marks,
)
from smolrgpt_ros.simulation.sensing.truth import FrameTruth
from smolrgpt_ros.simulation.true_answers.true_objects import Ambiguous, TrueObjects

from .frames import CachedFrames
from .geometry_augmentation import perturb_geometry
from .loop import Schedule, fit

_BETA_M = 0.1
"""Errors below this many metres are squared in the loss, larger ones enter linearly."""
_STATES_WEIGHT = 0.1
"""Of the states' surprise, in nats, against metres."""
_UNNAMED = 0.3
"""Share of the regions whose class is not told."""


def train_centres(
    estimator: CentreEstimator,
    frames: CachedFrames,
    schedule: Schedule,
    folder: Path,
    *,
    named: tuple[str, ...],
    batch: int,
    seed: int,
    deadline: float | None = None,
) -> None:
    """Fits the estimator to all measured regions of the frames.

    Args:
        named: the classes that are told.
        batch: frames a step, all their regions.
        seed: of the order.
        deadline: as in :func:`loop.fit`.
    """
    true = true_estimates(frames)
    measured = frames.geometry[:, METRIC] > 0
    labels = [item.label for frame in range(len(frames)) for item in frames.objects(frame)]
    marks = class_marks(labels, named)

    def backward(step: int) -> dict[str, float]:
        rng = np.random.default_rng((seed, step))
        chosen = rng.choice(len(frames), size=batch, replace=False)
        parts = [frames.regions(int(frame)) for frame in chosen]
        rows = np.concatenate([np.arange(part.start, part.stop) for part in parts])
        rows = rows[measured[rows]]
        seen = perturb_geometry(frames.geometry[rows], rng)
        seen[:, CLASS] = marks[rows] * (rng.random((len(rows), 1)) >= _UNNAMED)
        found = Estimates.of(estimator(torch.from_numpy(seen)))
        truth = Estimates.of(torch.from_numpy(true[rows]))
        error = torch.cat(found[:3], -1) - torch.cat(truth[:3], -1)
        loss = functional.smooth_l1_loss(error, torch.zeros_like(error), beta=_BETA_M)
        loss = loss + _STATES_WEIGHT * _surprise(found.states, truth.states)
        loss.backward()
        off = error.detach()[:, :3].norm(dim=1)
        return {"loss": float(loss.detach()), "metres": float(off.median())}

    fit("centres", {"centres": estimator}, backward, schedule, folder, deadline=deadline)


def _surprise(odds: Tensor, truth: Tensor) -> Tensor:
    """Mean surprise, nats, at the states that are known."""
    known = ~truth.isnan()
    surprise = functional.binary_cross_entropy_with_logits(
        odds[known], truth[known], reduction="sum"
    )
    return surprise / known.sum().clamp_min(1)


def true_estimates(frames: CachedFrames) -> NDArray[np.float32]:
    """``(N, ESTIMATED)`` float32, as of ``Estimates``: one row per row of ``frames.geometry``.

    States are 1 where they hold, 0 where they do not and NaN where nobody says.
    """
    rows = []
    for frame, truth in enumerate(frames.truths):
        rows += _true_rows(truth, frames.object_ids[frames.regions(frame)])
    return np.array(rows, np.float32)


def _true_rows(truth: FrameTruth, ids: NDArray[np.int32]) -> list[tuple[float, ...]]:
    objects, rows = TrueObjects(truth), []
    directions = np.radians(ALONG_DEGREES)
    along = np.stack((np.cos(directions), np.sin(directions)), 1)
    for number in map(int, ids):
        seen = objects.seen[number]
        length, width, height = seen.item.size
        half = np.array([length, width]) / 2
        reaches = np.abs(along @ objects.axes(seen).T) @ half
        sizes = (height, seen.side, max(length, width), seen.extent[0])
        states = (_state(objects, state, number) for state in (LoadState.LOADED, LoadState.CARRIED))
        rows.append((*seen.item.centre, *sizes, *reaches, *states))
    return rows


def _state(objects: TrueObjects, state: LoadState, number: int) -> float:
    try:
        return float(objects.state(state, number))
    except Ambiguous:
        return float("nan")
