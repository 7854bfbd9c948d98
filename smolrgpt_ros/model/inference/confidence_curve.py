# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Fitting curves of the share right over a model's raw confidence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .confidence import POOLED, Curve, Curves

FEWEST = 40
"""Answers that a curve needs at least."""
_MOST_BINS, _FEWEST_IN_BIN = 10, 20
_PRIOR = 2.0
"""Answers added to each bin, right as often as all answers."""


def fit_curves(answers: Sequence[tuple[str, float, bool]], fitted_on: str) -> Curves:
    """The rising curves of each group of answers that has enough of them, and of all together.

    Args:
        answers: group, raw confidence, and whether the answer was right.
        fitted_on: what they are of, for people.

    Raises:
        ValueError: with too few answers.
    """
    if len(answers) < FEWEST:
        raise ValueError(f"calibration needs {FEWEST} answers at least, found {len(answers)}")
    groups: dict[str, list[tuple[float, bool]]] = {POOLED: []}
    for group, confidence, right in answers:
        for name in (POOLED, group):
            groups.setdefault(name, []).append((confidence, right))
    fitted = {name: fit_curve(group) for name, group in groups.items() if len(group) >= FEWEST}
    return Curves(fitted, fitted_on)


def fit_curve(answers: Sequence[tuple[float, bool]]) -> Curve:
    """The rising curve of some answers.

    Args:
        answers: raw confidence, and whether the answer was right; :data:`FEWEST` at least.
    """
    ordered = sorted(answers, key=lambda answer: answer[0])
    count = min(_MOST_BINS, len(ordered) // _FEWEST_IN_BIN)
    bins = np.array_split(np.arange(len(ordered)), count)
    raw = [float(np.mean([ordered[i][0] for i in b])) for b in bins]
    right = [sum(ordered[i][1] for i in b) for b in bins]
    # Of n answers that were all right, the next one is right with (n + 1) / (n + 2): no curve
    # is sure beyond what it has seen.
    usual = (sum(right) + 1) / (len(ordered) + 2)
    share = [(r + _PRIOR * usual) / (len(b) + _PRIOR) for r, b in zip(right, bins, strict=True)]
    level = rising(share, [float(len(b)) for b in bins])
    return Curve(tuple(round(v, 4) for v in raw), tuple(round(v, 4) for v in level))


def rising(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The nearest rising sequence in the weighted least-squares sense (pool adjacent violators)."""
    pools: list[tuple[float, float, int]] = []  # mean, weight, length
    for value, weight in zip(values, weights, strict=True):
        mean, total, length = value, weight, 1
        while pools and pools[-1][0] > mean:
            before, heavy, count = pools.pop()
            mean = (before * heavy + mean * total) / (heavy + total)
            total, length = total + heavy, length + count
        pools.append((mean, total, length))
    return [mean for mean, _, length in pools for _ in range(length)]
