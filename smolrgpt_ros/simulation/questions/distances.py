"""The distance that questions ask about."""

from __future__ import annotations

import math

from ..sensing.truth import ObjectTruth


def distance_between(a: ObjectTruth, b: ObjectTruth) -> float:
    """Metres from centre to centre in 3-D; 0 where one stands inside the other, a buffer."""
    if b.id in a.inside or a.id in b.inside:
        return 0.0
    return math.dist(a.centre, b.centre)
