# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Axes of the floor in the camera's optical frame."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from .features import FLOOR, UP


def floor_axes(geometry: Tensor) -> Tensor:
    """Right, ahead and up of each region's floor, level without one: ``(..., M, 3, 3)``, rows.

    Differences of positions along them say what is beside, behind and above, whatever the camera's
    tilt.

    Args:
        geometry: ``(..., M, G)``, columns as in ``features.FEATURE_NAMES``.
    """
    level = geometry.new_tensor([0.0, -1.0, 0.0])
    # Normals that are told from pictures are not of length one.
    up = F.normalize(torch.where(geometry[..., [FLOOR]] > 0, geometry[..., UP], level), dim=-1)
    forward = geometry.new_tensor([0.0, 0.0, 1.0]) - up[..., [2]] * up
    upward = up[..., [1]] * up - geometry.new_tensor([0.0, 1.0, 0.0])
    # As ``Plane.axes``: a camera that looks straight down has the top of its picture ahead.
    straight_down = forward.norm(dim=-1, keepdim=True) < 1e-3
    ahead = F.normalize(torch.where(straight_down, upward, forward), dim=-1)
    return torch.stack((torch.linalg.cross(ahead, up), ahead, up), -2)
