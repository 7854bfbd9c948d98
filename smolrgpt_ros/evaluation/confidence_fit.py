# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Fitting a model's confidence to how often it was right."""

from __future__ import annotations

import math
from collections.abc import Sequence

from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.model.inference.confidence import Curves
from smolrgpt_ros.model.inference.confidence_curve import fit_curves

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
    rows = [
        (_KIND_OF.get(o.category, o.category), o.confidence, o.is_right("model")) for o in known
    ]
    return fit_curves(rows, fitted_on)
