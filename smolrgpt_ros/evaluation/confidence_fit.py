# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Fitting a model's confidence to how often it was right."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.model.inference.confidence import POOLED, Curve, Curves

from .outcomes import Outcome

_MOST_BINS, _FEWEST_IN_BIN = 10, 20
_PRIOR = 2.0
"""Answers added to each bin, right as often as all answers of the kind."""
_FEWEST = 40
"""Answers that a curve needs at least."""
_KIND_OF = {"mcq": Kind.CHOICE.value}


def fit(outcomes: Sequence[Outcome], fitted_on: str) -> Curves:
    """Rising curves of the share right over the model's raw confidence, per kind and pooled.

    Args:
        outcomes: with raw confidences; those without truth or confidence are left out.

    Raises:
        ValueError: with too few answers.
    """
    known = [o for o in outcomes if o.truth is not None and not math.isnan(o.confidence)]
    if len(known) < _FEWEST:
        raise ValueError(f"calibration needs {_FEWEST} answers at least, found {len(known)}")
    groups = {POOLED: known}
    for outcome in known:
        kind = _KIND_OF.get(outcome.category, outcome.category)
        groups.setdefault(kind, []).append(outcome)
    curves = {kind: _curve(group) for kind, group in groups.items() if len(group) >= _FEWEST}
    return Curves(curves, fitted_on)


def _curve(outcomes: Sequence[Outcome]) -> Curve:
    ordered = sorted(outcomes, key=lambda o: o.confidence)
    count = min(_MOST_BINS, len(ordered) // _FEWEST_IN_BIN)
    bins = np.array_split(np.arange(len(ordered)), count)
    raw = [float(np.mean([ordered[i].confidence for i in b])) for b in bins]
    right = [sum(ordered[i].is_right("model") for i in b) for b in bins]
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
