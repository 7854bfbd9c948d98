# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Where a mask may not show the whole object: at the image's border, behind something nearer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Part = tuple[slice, slice]

SIDES = ("left", "right", "top", "bottom")
_ALL = slice(None)
_WIDTHS_PER_STEP = 200
"""Neighbours are so many parts of the image's width away: a detector's mask is a little off."""
_NEARER_M, _NEARER_SHARE = 0.1, 0.02
"""A neighbour hides the object where it is nearer by this much, and by this share of the depth."""


def outline_shares(
    depth: NDArray[np.floating], mask: NDArray[np.bool_], box: tuple[int, int, int, int]
) -> NDArray[np.float32]:
    """Shares of the outline that are not the object's own, by its four sides.

    Args:
        depth: ``(H, W)`` metres; NaN or not positive where invalid.
        mask: ``(H, W)`` bool, not empty.
        box: of the mask, ``(x0, y0, x1, y1)``, the last ones exclusive.

    Returns:
        ``(8,)`` float32: of each of ``SIDES`` the share on the image's border, then of each the
        share behind something nearer, the floor before a far object among it. A side without an
        outline has 0.
    """
    x0, y0, x1, y1 = box
    reach = max(1, round(mask.shape[1] / _WIDTHS_PER_STEP))
    rows = slice(max(0, y0 - reach), y1 + reach)
    columns = slice(max(0, x0 - reach), x1 + reach)
    covered, metres = mask[rows, columns], depth[rows, columns]
    area = int(np.count_nonzero(covered))
    cut, hidden = [], []
    for own, beside in _pairs(reach):
        on_outline = covered[own] & ~covered[beside]
        of_own, of_other = metres[own][on_outline], metres[beside][on_outline]
        with np.errstate(invalid="ignore"):
            nearer = of_other < of_own - np.maximum(_NEARER_M, _NEARER_SHARE * of_own)
        on_border = area - int(np.count_nonzero(covered[own]))
        length = max(1, len(of_own) + on_border)
        cut.append(on_border / length)
        hidden.append(int(np.count_nonzero(nearer & (of_other > 0))) / length)
    return np.array(cut + hidden, np.float32)


def _pairs(reach: int) -> tuple[tuple[Part, Part], ...]:
    """For each of ``SIDES`` the pixels that have a neighbour there, and these neighbours."""
    low, high = slice(None, -reach), slice(reach, None)
    return (
        ((_ALL, high), (_ALL, low)),
        ((_ALL, low), (_ALL, high)),
        ((high, _ALL), (low, _ALL)),
        ((low, _ALL), (high, _ALL)),
    )
