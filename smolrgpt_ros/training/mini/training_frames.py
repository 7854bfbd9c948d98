# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The mini's frames: simulated ones in a mixture of looks, some with masks as of a detector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import count
from typing import Any

import numpy as np

from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.simulation.sensing.sensor import SensorModel
from smolrgpt_ros.simulation.warehouse import SimulatedFrame

from ..data.simulated_frames import FramesPlan, check_looks, drawn_looks, simulated
from .rough_masks import rough_regions


@dataclass(frozen=True)
class MiniFrames:
    """Frames of a run.

    Args:
        data: how many, their seeds and size.
        looks: share of each of the simulator's looks; held-out ones are for tests.
        rough_masks: share of the frames whose masks are as of a detector.

    Raises:
        ValueError: on shares of looks that are unknown, held out, or do not add up to 1.
    """

    data: FramesPlan
    looks: Mapping[str, float]
    rough_masks: float

    def __post_init__(self) -> None:
        check_looks(self.looks)

    def to_json(self) -> dict[str, Any]:
        """Keys and values, to tell plans apart."""
        return asdict(self) | {"looks": dict(self.looks)}


_FEWEST_REGIONS = 2
"""A question relates two; some looks have pictures of a bare floor, for detectors."""


def training_frame(plan: MiniFrames, index: int) -> tuple[SimulatedFrame, tuple[Region, ...]]:
    """The ``index``-th frame of a run and its regions as the model is to see them.

    Camera families in turn, with the sensor's noise; always the same for the same arguments.
    A frame of too few regions gives way to one of the seeds after the run's.
    """
    for seed in count(index, plan.data.frames):
        rng = np.random.default_rng([plan.data.seed, seed, 505])
        shot = simulated(plan.data, seed, drawn_looks(plan.looks, rng), SensorModel())
        if len(shot.regions) >= _FEWEST_REGIONS:
            break
    rough = rng.random() < plan.rough_masks
    return shot, rough_regions(shot.regions, rng) if rough else shot.regions
