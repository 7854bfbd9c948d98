# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Quantities that answers write in digits, and signs that they read, between every two regions."""

from __future__ import annotations

import torch
from torch import Tensor

from .estimates import SIZES, Estimates
from .features import ALONG_DEGREES, CENTROID
from .floor_axes import floor_axes

NUMBERS = (
    "distance",  # metres between centres; 0 between a place and what stands in it
    "ground",  # metres between centres along the floor
    "rise",  # metres between centres along the floor's normal
    "column",  # position across the image, from 0 at its left border to 10
    *SIZES,
    "bearing",  # hours of the clock, 12 being the direction in which the camera looks
)
"""Each is also the word that heads a list of its numbers in an answer."""
SIGNS = (
    "whether",  # 0: heads lists of words and of counts
    "inside",  # whether the region stands in the other one
    "gap",  # whether less than a metre is between their outlines, and neither holds the other
    "resting",  # whether the other one carries it, or is a place that it stands in
    "cargo",  # whether it is loaded
    "lift",  # whether it is carried
)
"""Each heads a list of words and counts: less than 0 where it holds, the less the surer."""
QUANTITIES = (*NUMBERS, *SIGNS)

_SURE = 2.5
"""Bound of a sign; the waves of digits tell such numbers apart."""
_SURE_M, _SURE_ODDS = 0.25, 2.0
"""Margin and log-odds that make a sign three quarters as sure as it can be."""
_NEXT_TO_M = 1.0
_FLAT_M = 0.08
"""What is lower is a place on the floor."""
_OVERHANG_M = 0.3
"""A load's centre may be this far off its carrier's footprint."""


def quantities(geometry: Tensor, found: Estimates) -> Tensor:
    """The quantities of the column's region, relative to the row's; on the diagonal, to the camera.

    Without a floor the camera counts as level.

    Args:
        geometry: ``(..., M, G)`` float32, columns as in ``features.FEATURE_NAMES``.
        found: of these regions.

    Returns:
        ``(..., len(QUANTITIES), M, M)``.
    """
    centres = found.centres
    count = geometry.shape[-2]
    own = torch.eye(count, dtype=torch.bool, device=geometry.device)
    others = centres[..., None, :, :]
    step = torch.where(own[..., None], others, others - centres[..., None, :])
    axes = floor_axes(geometry)[..., None, :, :, :]
    across, ahead, rise = (step[..., None, :] * axes).sum(-1).unbind(-1)
    hours = torch.atan2(across, ahead) * (6 / torch.pi)
    place = (found.sizes[..., SIZES.index("height")] < _FLAT_M)[..., :, None]
    signs = _signs(across, ahead, rise, found, place, own)
    holds = (signs[SIGNS.index("inside")] < 0) & place
    holds = holds | holds.transpose(-1, -2)
    alone = torch.cat((10 * geometry[..., CENTROID][..., :1], found.sizes), -1)
    return torch.stack(
        (
            step.norm(dim=-1).masked_fill(holds, 0.0),
            _length(across, ahead),
            rise.abs(),
            *(of[..., None, :].expand_as(hours) for of in alone.unbind(-1)),
            hours % 12,
            *signs,
        ),
        -3,
    )


def _signs(
    across: Tensor, ahead: Tensor, rise: Tensor, found: Estimates, place: Tensor, own: Tensor
) -> tuple[Tensor, ...]:
    """:data:`SIGNS`, each ``(..., M, M)``.

    Args:
        across, ahead, rise: ``(..., M, M)`` metres along the floor's axes from the row's centre to
            the column's.
        place: ``(..., M, 1)`` bool, whether the row is a place on the floor.
        own: ``(M, M)`` bool, the diagonal.
    """
    angles = across.new_tensor(ALONG_DEGREES).deg2rad()
    apart = (across[..., None] * angles.cos() + ahead[..., None] * angles.sin()).abs()
    of_row, of_column = found.reaches[..., :, None, :], found.reaches[..., None, :, :]
    # Within the row's outline, in the direction in which the centre is the least so.
    within = (of_row - apart).amin(-1)
    half = found.sizes[..., SIZES.index("height")] / 2
    levels = half[..., :, None] + half[..., None, :]
    between = _length(
        (apart - of_row - of_column).amax(-1).clamp_min(0), (rise.abs() - levels).clamp_min(0)
    )
    loaded, carried = (_SURE * torch.tanh(of / _SURE_ODDS) for of in found.states.unbind(-1))
    carries = torch.minimum(_sure(within + _OVERHANG_M), _sure(2 * rise))
    inside = torch.minimum(_sure(within), -carried[..., None, :]).masked_fill(own, -_SURE)
    resting = torch.minimum(carries, carried[..., None, :]).masked_fill(own, -_SURE)
    resting = torch.where(place, inside, resting)
    held = torch.maximum(resting, resting.transpose(-1, -2)).masked_fill(own, _SURE)
    near = torch.minimum(_sure(_NEXT_TO_M - between), -held)
    return (
        torch.zeros_like(rise),
        -inside,
        -near,
        -resting,
        -loaded[..., None, :].expand_as(rise),
        -carried[..., None, :].expand_as(rise),
    )


def _sure(margin: Tensor) -> Tensor:
    """Metres of a margin -> a sign's size, positive where the margin is."""
    return _SURE * torch.tanh(margin / _SURE_M)


def _length(one: Tensor, other: Tensor) -> Tensor:
    """Of two orthogonal parts; with a gradient where both are 0, unlike ``torch.hypot``."""
    return torch.stack((one, other), -1).norm(dim=-1)
