# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The detector's frames: simulated ones in a mixture of looks, and ones of real pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.height_picture import height_picture
from smolrgpt_ros.simulation.sensing.annotation import visible_masks
from smolrgpt_ros.simulation.sensing.sensor import SensorModel

from ..data.simulated_frames import drawn_looks, simulated
from .plan import DetectorPlan
from .real_pictures import LabelledMask, RealPicture, compose_frame

LEAST_PIXELS = 80
"""Smaller objects are not learned."""


@dataclass(frozen=True, eq=False)
class LabelledFrame:
    """A picture and the objects in it.

    Args:
        rgb: shape ``(H, W, 3)``.
        heights: of :func:`.height_picture`, shape ``(H, W)``; none is known in a real picture.
        objects: their masks may overlap.
    """

    rgb: NDArray[np.uint8]
    heights: NDArray[np.uint8]
    objects: tuple[LabelledMask, ...]


def detector_frame(
    plan: DetectorPlan, index: int, pictures: Sequence[RealPicture] = ()
) -> LabelledFrame:
    """The ``index``-th frame of a plan, always the same for the same arguments.

    Args:
        pictures: real ones to train on; where there are none, ``index`` is below
            ``plan.data.frames``.
    """
    data = plan.data
    rng = np.random.default_rng([data.seed, index, 404])
    if index >= data.frames:
        rgb, objects = compose_frame(pictures, data.width, data.height, rng)
        return LabelledFrame(rgb, np.zeros(rgb.shape[:2], np.uint8), tuple(objects))
    shot = simulated(data, index, drawn_looks(plan.looks, rng), _sensor(rng))
    assert shot.scene is not None and shot.ideal is not None
    seen = visible_masks(shot.scene, shot.ideal.owner, LEAST_PIXELS)
    labelled = tuple((item.label, mask) for item, mask in seen)
    return LabelledFrame(shot.frame.rgb, height_picture(shot.frame), labelled)


def _sensor(rng: np.random.Generator) -> SensorModel:
    """A camera between a good and a poor one."""
    return SensorModel(
        rgb_noise=float(rng.uniform(0.0, 8.0)),
        blur=float(rng.uniform(0.0, 1.3)),
        exposure=float(rng.uniform(0.05, 0.35)),
        jpeg_quality=int(rng.choice([0, 40, 70, 90])),
    )
