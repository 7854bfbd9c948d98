# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Calibration: from a model's token probabilities to the share of right answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

FILE = "confidence.json"
POOLED = "any"
"""Key of the curve for kinds of questions that have none of their own."""


@dataclass(frozen=True)
class Curve:
    """Piecewise linear, rising. ``raw`` and ``right`` are as long as each other, in [0, 1]."""

    raw: tuple[float, ...]
    right: tuple[float, ...]

    def __call__(self, raw: float) -> float:
        return float(np.interp(raw, self.raw, self.right))


@dataclass(frozen=True)
class Curves:
    """Curves by kind of question, fitted by ``smolrgpt evaluate --calibrate``.

    Args:
        by_kind: by ``Kind.value``, and :data:`POOLED`.
        fitted_on: description of the answers they were fitted on.
    """

    by_kind: Mapping[str, Curve]
    fitted_on: str

    def __call__(self, kind: str, raw: float) -> float:
        """The share of right answers at raw confidence ``raw``; NaN stays NaN."""
        return self.by_kind.get(kind, self.by_kind[POOLED])(raw)

    def to_json(self) -> dict[str, Any]:
        """The JSON value."""
        curves = {kind: {"raw": c.raw, "right": c.right} for kind, c in self.by_kind.items()}
        return {"fitted_on": self.fitted_on, "curves": curves}

    @classmethod
    def from_json(cls, values: Any) -> Curves:
        """The value of :meth:`to_json` read again.

        Raises:
            KeyError, TypeError, ValueError, AttributeError: if it is another.
        """
        curves = {
            kind: _curve([float(v) for v in c["raw"]], [float(v) for v in c["right"]])
            for kind, c in values["curves"].items()
        }
        return cls({POOLED: curves[POOLED], **curves}, str(values["fitted_on"]))


@dataclass(frozen=True)
class Calibration:
    """Calibration of a model's confidence.

    Args:
        measured: of answers about regions with measured geometry, or of any answer of a model
            without geometry.
        estimated: of answers about regions whose geometry the model estimated from the pictures;
            ``None`` where it was not fitted.
    """

    measured: Curves
    estimated: Curves | None = None

    def __call__(self, kind: str, raw: float, estimated: bool = False) -> float:
        """The share of right answers at raw confidence ``raw``.

        NaN where ``raw`` is, and for estimated geometry without curves of its own: those of
        measured geometry are too high.
        """
        curves = self.estimated if estimated else self.measured
        return float("nan") if curves is None else curves(kind, raw)

    def save(self, folder: Path) -> None:
        """Write it beside the model's weights."""
        values = {"measured": self.measured.to_json()}
        if self.estimated is not None:
            values["estimated"] = self.estimated.to_json()
        (folder / FILE).write_text(json.dumps(values, indent=1) + "\n")

    @classmethod
    def load(cls, folder: Path) -> Calibration | None:
        """The calibration in a model's folder; ``None`` if it has none.

        Raises:
            ValueError: if the file does not hold curves as above.
        """
        path = folder / FILE
        if not path.is_file():
            return None
        try:
            values = json.loads(path.read_text())
            estimated = values.get("estimated")
            return cls(
                Curves.from_json(values["measured"]),
                None if estimated is None else Curves.from_json(estimated),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ValueError(f"{path} is damaged: {error!r}") from error


def _curve(raw: list[float], right: list[float]) -> Curve:
    rising = all(np.all(np.diff(values) >= 0) for values in (raw, right))
    bounded = all(0 <= value <= 1 for value in (*raw, *right))
    if not raw or len(raw) != len(right) or not rising or not bounded:
        raise ValueError("a curve needs raw and right of one length, rising, in [0, 1]")
    return Curve(tuple(raw), tuple(right))
