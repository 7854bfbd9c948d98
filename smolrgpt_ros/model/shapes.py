"""Numbers of order one that small networks read: of a region's shape, and of pairs of regions."""

from __future__ import annotations

import torch
from torch import Tensor

PAIR_FEATURES = 21


def pair_features(geometry: Tensor, centres: Tensor) -> Tensor:
    """Differences between every two regions.

    Args:
        geometry: ``(M, G)`` float32, columns as in ``geometry_features.FEATURE_NAMES``.
        centres: ``(M, 3)`` metres.

    Returns:
        ``(M, M, 21)``, row minus column, metres or comparable: step of the centres (3), its length,
        its logarithm, gaps between the near and far edges (12), step in the image (2), whether both
        were measured, whether it is the region itself.
    """
    one, other = geometry[:, None], geometry[None]
    step = centres[:, None] - centres[None]
    length = step.norm(dim=-1, keepdim=True)
    low, high = slice(3, 6), slice(6, 9)
    own = torch.eye(len(geometry), device=geometry.device)[..., None]
    return torch.cat(
        (
            step,
            length,
            4 * (length + 0.1).log(),
            one[..., low] - other[..., high],
            one[..., high] - other[..., low],
            one[..., low] - other[..., low],
            one[..., high] - other[..., high],
            16 * (one[..., 13:15] - other[..., 13:15]),
            4 * one[..., 18:19] * other[..., 18:19],
            4 * own,
        ),
        -1,
    )


SHAPE_FEATURES = 18


def shape_features(geometry: Tensor) -> Tensor:
    """``(M, G)``, columns as in ``geometry_features.FEATURE_NAMES`` -> ``(M, 18)``, of order one:
    position, extent around it, spread, share of valid pixels, place and size in the image."""
    median = geometry[:, 0:3]
    return torch.cat(
        (
            median / 5,
            geometry[:, 3:6] - median,
            geometry[:, 6:9] - median,
            2 * geometry[:, 9:12],
            geometry[:, 12:13],
            4 * (geometry[:, 13:15] - 0.5),
            4 * geometry[:, 15:18],
        ),
        1,
    )
