"""From how sure a model was of its words to how often such answers are right."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

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
class Calibration:
    """Curves by kind of question, fitted by ``smolrgpt evaluate --calibrate``.

    Args:
        curves: by ``Kind.value``, and :data:`POOLED`.
        fitted_on: what they were fitted on, in words.
    """

    curves: Mapping[str, Curve]
    fitted_on: str

    def __call__(self, kind: str, raw: float) -> float:
        """The share of right answers among those as sure as ``raw``; NaN stays NaN."""
        return self.curves.get(kind, self.curves[POOLED])(raw)

    def save(self, folder: Path) -> None:
        """Write it beside the model's weights."""
        curves = {kind: {"raw": c.raw, "right": c.right} for kind, c in self.curves.items()}
        values = {"fitted_on": self.fitted_on, "curves": curves}
        (folder / FILE).write_text(json.dumps(values, indent=1) + "\n")

    @classmethod
    def load(cls, folder: Path) -> Calibration | None:
        """That of a model's folder; ``None`` if it has none.

        Raises:
            ValueError: if the file does not hold curves as above.
        """
        path = folder / FILE
        if not path.is_file():
            return None
        try:
            values = json.loads(path.read_text())
            curves = {
                kind: _curve([float(v) for v in c["raw"]], [float(v) for v in c["right"]])
                for kind, c in values["curves"].items()
            }
            return cls({POOLED: curves[POOLED], **curves}, str(values["fitted_on"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ValueError(f"{path} is damaged: {error!r}") from error


def _curve(raw: list[float], right: list[float]) -> Curve:
    rising = all(np.all(np.diff(values) >= 0) for values in (raw, right))
    bounded = all(0 <= value <= 1 for value in (*raw, *right))
    if not raw or len(raw) != len(right) or not rising or not bounded:
        raise ValueError("a curve needs raw and right of one length, rising, in [0, 1]")
    return Curve(tuple(raw), tuple(right))
