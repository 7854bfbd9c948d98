"""Inputs that each sample of a batch may have or lack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor

PerSample = Sequence[Tensor | None]
"""One entry per sample of the batch; ``None`` where that sample has no such thing."""


def listed(values: Any, count: int, name: str) -> list[Any]:
    """One entry per sample, from a tensor, a sequence or ``None``."""
    if values is None:
        return [None] * count
    if len(values) != count:
        raise ValueError(f"{name} has {len(values)} entries for a batch of {count}")
    return list(values)
