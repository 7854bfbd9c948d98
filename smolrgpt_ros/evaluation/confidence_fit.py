# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Fitting a model's confidence to how often it was right."""

from __future__ import annotations

import math
from collections.abc import Sequence

from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.model.inference.confidence import POOLED, Curves
from smolrgpt_ros.model.inference.confidence_curve import FEWEST, fit_curve

from .outcomes import Outcome

_KIND_OF = {"mcq": Kind.CHOICE.value}


def fit(outcomes: Sequence[Outcome], fitted_on: str) -> Curves:
    """Rising curves of the share right over the model's raw confidence, per kind and pooled.

    Args:
        outcomes: with raw confidences; those without truth or confidence are left out.

    Raises:
        ValueError: with too few answers.
    """
    known = [o for o in outcomes if o.truth is not None and not math.isnan(o.confidence)]
    if len(known) < FEWEST:
        raise ValueError(f"calibration needs {FEWEST} answers at least, found {len(known)}")
    groups = {POOLED: known}
    for outcome in known:
        kind = _KIND_OF.get(outcome.category, outcome.category)
        groups.setdefault(kind, []).append(outcome)
    curves = {
        kind: fit_curve([(o.confidence, o.is_right("model")) for o in group])
        for kind, group in groups.items()
        if len(group) >= FEWEST
    }
    return Curves(curves, fitted_on)
