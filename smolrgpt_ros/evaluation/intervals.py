"""Confidence intervals of shares."""

from __future__ import annotations

import math


def wilson(correct: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson score interval of a share, 95 % by default.

    Args:
        correct: successes, between 0 and ``total``.
        total: trials, at least 1.
        z: standard normal quantile.

    Returns:
        Lower and upper bound in [0, 1].

    Raises:
        ValueError: on counts that are no share.
    """
    if total < 1 or not 0 <= correct <= total:
        raise ValueError(f"need 0 <= correct <= total and total >= 1, found {correct}/{total}")
    share = correct / total
    centre = share + z * z / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)
