# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The box of an object, estimated from the part of its surface that is in view."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..initialization import set_initial_std
from .features import (
    ALONG_DEGREES,
    CENTROID,
    FLOOR,
    HEIGHTS,
    HIGH,
    HIGH_ALONG,
    LEAST_ALONG,
    LOW,
    LOW_ALONG,
    MEDIAN,
    METRIC,
    MOST_ALONG,
    OUTLINE,
    SHAPE,
    SIZE,
    SPAN,
    STD,
    UP,
    VALID,
)
from .quantities import SIZES

DESCRIBED, ESTIMATED = 61, 3 + len(SIZES)
"""Numbers that the estimator reads of a region, and that it finds."""


class CentreEstimator(nn.Module):
    """The centre of an object, and its size, from the visible part of its surface.

    Trained by itself on true boxes and then frozen: relations are made of differences of centres,
    and the gradient through waves of a metre cannot correct a centre. Input and output are along
    the floor's axes, so that nothing about the camera's tilt is to be learned.
    """

    _HIDDEN = 192

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(DESCRIBED, self._HIDDEN)
        self.second = nn.Linear(self._HIDDEN, self._HIDDEN)
        self.third = nn.Linear(self._HIDDEN, self._HIDDEN)
        self.out = nn.Linear(self._HIDDEN, ESTIMATED)
        for layer in (self.first, self.second, self.third, self.out):
            set_initial_std(layer, layer.in_features**-0.5)

    def forward(self, geometry: Tensor) -> Tensor:
        """``(..., M, G)`` raw values -> ``(..., M, ESTIMATED)`` metres, float32.

        The centre in the optical frame, then sizes as in ``quantities.SIZES``. Zeros where nothing
        was measured.
        """
        return self.described(geometry)[1]

    def described(self, geometry: Tensor) -> tuple[Tensor, Tensor]:
        """What the estimator reads, :func:`shape_features`, and what it finds, as ``forward``."""
        raw = geometry.float()
        axes = floor_axes(raw)
        shape = shape_features(raw, axes)
        hidden = shape.to(self.first.weight.dtype)
        for layer in (self.first, self.second, self.third):
            hidden = F.gelu(layer(hidden))
        found = self.out(hidden).float() * raw[..., [METRIC]]
        step = (found[..., :3, None] * axes).sum(-2)
        return shape, torch.cat((raw[..., MEDIAN] + step, found[..., 3:]), -1)


def floor_axes(geometry: Tensor) -> Tensor:
    """Right, ahead and up of each region's floor, level without one: ``(..., M, 3, 3)``, rows.

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


def shape_features(geometry: Tensor, axes: Tensor) -> Tensor:
    """Input of the centre estimator, scaled to the order of one.

    Args:
        geometry: ``(..., M, G)``, columns as in ``features.FEATURE_NAMES``.
        axes: :func:`floor_axes` of it.

    Returns:
        ``(..., M, DESCRIBED)``: position along the axes and distance along the floor; extents
        around the position, along the floor and in the optical frame; spread, heights, share of
        valid pixels, place and size in the image, what hides the outline, the floor's normal, and
        which of all these were measured.
    """
    median = geometry[..., MEDIAN]
    position = (axes * median[..., None, :]).sum(-1)
    angles = geometry.new_tensor([math.radians(degrees) for degrees in ALONG_DEGREES])
    along = position[..., [0]] * angles.cos() + position[..., [1]] * angles.sin()
    floor, shape = geometry[..., [FLOOR]], geometry[..., [SHAPE]]
    return torch.cat(
        (
            position * geometry.new_tensor([0.2, 0.2, 0.5]),
            position[..., :2].norm(dim=-1, keepdim=True) / 5,
            (geometry[..., LOW_ALONG] - along[..., :4]) * floor,
            (geometry[..., HIGH_ALONG] - along[..., :4]) * floor,
            (geometry[..., LEAST_ALONG] - along) * shape,
            (geometry[..., MOST_ALONG] - along) * shape,
            geometry[..., LOW] - median,
            geometry[..., HIGH] - median,
            2 * geometry[..., STD],
            geometry[..., HEIGHTS],
            geometry[..., SPAN],
            geometry[..., VALID],
            4 * (geometry[..., CENTROID] - 0.5),
            4 * geometry[..., SIZE],
            2 * geometry[..., OUTLINE],
            axes[..., 2, :],
            floor,
            shape,
        ),
        -1,
    )
