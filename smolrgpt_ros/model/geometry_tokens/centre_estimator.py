# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The box and state of an object, estimated from the part of its surface that is in view."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..initialization import set_initial_std
from .estimates import ESTIMATED
from .features import (
    ALONG_DEGREES,
    AROUND,
    CENTROID,
    CLASS,
    FEATURE_COUNT,
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
    VALID,
)
from .floor_axes import floor_axes

DESCRIBED = FEATURE_COUNT
"""Numbers that the estimator reads of a region: as many as were measured, in other terms."""


class CentreEstimator(nn.Module):
    """The box of an object and its state, from the visible part of its surface and what is around.

    Trained by itself on the truth and then frozen: relations are made of differences of centres,
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
        """``(..., M, G)`` raw values -> ``(..., M, ESTIMATED)`` float32, see ``Estimates.of``.

        Zeros where nothing was measured.
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


def shape_features(geometry: Tensor, axes: Tensor) -> Tensor:
    """Input of the centre estimator, scaled to the order of one.

    Args:
        geometry: ``(..., M, G)``, columns as in ``features.FEATURE_NAMES``.
        axes: :func:`floor_axes` of it.

    Returns:
        ``(..., M, DESCRIBED)``: position along the axes and distance along the floor; extents
        around the position, along the floor and in the optical frame; spread, heights, share of
        valid pixels, place and size in the image, what hides the outline, the floor's normal, which
        of all these were measured, what is above and below, and the class.
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
            geometry[..., AROUND],
            geometry[..., CLASS],
        ),
        -1,
    )
