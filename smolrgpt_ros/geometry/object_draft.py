# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""An object of a frame that is ready for the fit of its footprint."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.plane import Plane
from smolrgpt_ros.scene.statistics import median

from .footprint import Footprint
from .noise import load_sigma
from .observations import CentrePrior, FitProblem


@dataclass(frozen=True, eq=False)
class ObjectDraft:
    """An object before its footprint is fitted.

    Args:
        problem: of the fit.
        points: seen surface, shape ``(N, 3)``, metres, optical frame.
        valid_ratio: share of the region's pixels that have depth.
    """

    problem: FitProblem
    points: NDArray[np.float64]
    valid_ratio: float

    def middle(self, plane: Plane) -> NDArray[np.float64]:
        """Of what is seen, on the floor, shape ``(2,)``, metres."""
        return median(plane.to_floor(self.points)[:, :2])

    def with_load(self, load: Footprint) -> ObjectDraft:
        """A vehicle below its load, whose centre is near the load's."""
        prior = CentrePrior(load.centre, load_sigma(*load.sigma))
        return replace(self, problem=self.problem.with_centre_prior(prior))
