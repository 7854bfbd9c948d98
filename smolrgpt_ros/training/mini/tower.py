# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Dense pretraining of the vision tower: classes and mean position of each patch.

A small tower has no public weights to start from, and one that starts from nothing learns slowly
through a decoder. The simulator knows, for every patch, which classes are present and the mean
position of its pixels; a linear head per modality learns that from the RGB and the depth picture
through the same tower. The heads are discarded afterwards.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration

from .frames import CachedFrames
from .loop import Schedule, fit
from .processes import ALONE, Processes

POSITION_SCALE = 10.0
"""Metres per unit of the position loss."""


class DenseHeads(nn.Module):
    """Per patch and modality: class logits ``(B, P, C)`` and position ``(B, P, 3)`` in 10 m."""

    def __init__(self, hidden_size: int, classes: int) -> None:
        super().__init__()
        self.rgb = nn.Linear(hidden_size, classes + 3)
        self.depth = nn.Linear(hidden_size, classes + 3)


def pretrain_tower(
    model: SmolRGPTForConditionalGeneration,
    frames: CachedFrames,
    schedule: Schedule,
    run_dir: Path,
    *,
    batch: int,
    seed: int,
    deadline: float | None = None,
    processes: Processes = ALONE,
) -> None:
    """Trains the model's vision tower in place on the frames' dense labels.

    Args:
        model: only its tower is trained.
        frames: cached pictures and labels.
        schedule: steps and rate.
        run_dir: logs and state, see :func:`fit`.
        batch: frames a step; each is seen as RGB and as depth.
        seed: of the order of the frames.
        deadline, processes: see :func:`fit`.
    """
    classes = frames.patch_classes.shape[-1]
    heads = DenseHeads(model.vision_tower.config.hidden_size, classes)
    modules = {"tower": model.vision_tower, "heads": heads}

    def backward(step: int) -> dict[str, float]:
        rng = np.random.default_rng((seed, step))
        index = np.sort(rng.choice(len(frames), size=batch, replace=False))
        index = processes.part(index)
        pixels = torch.cat([frames.pixel_values(index), frames.depth_values(index)])
        tokens = model.vision_encoder.encode(pixels)
        shares = torch.from_numpy(frames.patch_classes[index].astype(np.float32))
        points = torch.from_numpy(frames.patch_points[index].astype(np.float32)) / POSITION_SCALE
        valid = torch.isfinite(points).all(-1)
        loss = torch.zeros(())
        numbers: dict[str, float] = {}
        for name, head, part in (
            ("rgb", heads.rgb, tokens[: len(index)]),
            ("depth", heads.depth, tokens[len(index) :]),
        ):
            out = head(part)
            bce = functional.binary_cross_entropy_with_logits(out[..., :classes], shares)
            position = functional.smooth_l1_loss(out[..., classes:][valid], points[valid], beta=0.1)
            loss = loss + bce + position
            numbers |= {
                f"{name}_bce": float(bce.detach()),
                f"{name}_position": float(position.detach()),
            }
        loss.backward()
        return numbers

    fit("tower", modules, backward, schedule, run_dir, deadline=deadline, processes=processes)
