# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Quantities that answers write in digits, of every region relative to every other one."""

from __future__ import annotations

import torch
from torch import Tensor

from .features import CENTROID, FLOOR, UP

QUANTITIES = (
    "distance",  # metres between centres
    "ground",  # metres between centres along the floor
    "rise",  # metres between centres along the floor's normal
    "column",  # position across the image, from 0 at its left border to 10
    "height",  # metres
    "width",  # metres, of the side that faces the camera
    "length",  # metres, of the longer side along the floor
    "span",  # metres, extent across the viewing direction
    "bearing",  # hours of the clock, 12 being the direction in which the camera looks
    "whether",  # 0: heads lists of words and of counts
)
"""Each is also the word that heads a list of its numbers in an answer."""
SIZES = ("height", "width", "length", "span")


def quantities(geometry: Tensor, centres: Tensor, sizes: Tensor) -> Tensor:
    """The quantities of the column's region, relative to the row's; on the diagonal, to the camera.

    Without a floor the camera counts as level.

    Args:
        geometry: ``(..., M, G)`` float32, columns as in ``features.FEATURE_NAMES``.
        centres: ``(..., M, 3)`` metres, optical frame.
        sizes: ``(..., M, len(SIZES))`` metres, as in :data:`SIZES`.

    Returns:
        ``(..., len(QUANTITIES), M, M)``.
    """
    count = geometry.shape[-2]
    own = torch.eye(count, dtype=torch.bool, device=geometry.device)[..., None]
    others = centres[..., None, :, :]
    step = torch.where(own, others, others - centres[..., None, :])
    level = geometry.new_tensor([0.0, -1.0, 0.0])
    up = torch.where(geometry[..., [FLOOR]] > 0, geometry[..., UP], level)[..., None, :, :]
    rise = (step * up).sum(-1, keepdim=True)
    ground = step - rise * up
    viewed = geometry.new_tensor([0.0, 0.0, 1.0])
    ahead = viewed - (viewed * up).sum(-1, keepdim=True) * up
    across = torch.linalg.cross(ahead, up.expand_as(ahead))
    hours = torch.atan2((ground * across).sum(-1), (ground * ahead).sum(-1)) * (6 / torch.pi)
    alone = torch.cat((10 * geometry[..., CENTROID][..., :1], sizes), -1)
    return torch.stack(
        (
            step.norm(dim=-1),
            ground.norm(dim=-1),
            rise.abs()[..., 0],
            *(of[..., None, :].expand_as(hours) for of in alone.unbind(-1)),
            hours % 12,
            torch.zeros_like(hours),
        ),
        -3,
    )
