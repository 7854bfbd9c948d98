# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What is changed at random in a picture with heights beside what ultralytics changes in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ultralytics.engine.trainer import BaseTrainer

HUE, SATURATION, VALUE = 0.015, 0.7, 0.4
"""Most that these are changed by, as shares; ultralytics' own, for pictures of three channels."""
WITHOUT_HEIGHTS = 0.15
"""Share of the pictures whose heights are taken away: there are cameras without depth."""


def watch_pictures(trainer: BaseTrainer) -> None:
    """Changes the pictures of a training, as a callback of it, ``on_pretrain_routine_end``."""
    # After the affine one. Ultralytics' own change of colours passes over four channels.
    trainer.train_loader.dataset.transforms.insert(1, change_picture)
    trainer.train_loader.reset()  # its processes have the transforms of before


def change_picture(labels: dict[str, Any]) -> dict[str, Any]:
    """One of ultralytics' transforms: of ``labels["img"]``, shape ``(H, W, 4)`` uint8, blue, green,
    red and heights, colours are changed, and heights taken away from some."""
    # Numpy's global generator, which ultralytics seeds.
    picture = labels["img"]
    gains = 1 + np.random.uniform(-1, 1, 3) * (HUE, SATURATION, VALUE)
    picture[..., :3] = recoloured(np.ascontiguousarray(picture[..., :3]), gains)
    if np.random.random() < WITHOUT_HEIGHTS:
        picture[..., 3] = 0
    return labels


def recoloured(bgr: NDArray[np.uint8], gains: NDArray[np.float64]) -> NDArray[np.uint8]:
    """A picture with other colours.

    Args:
        bgr: shape ``(H, W, 3)``.
        gains: of hue, as a share of the circle beyond 1, of saturation and of value.
    """
    levels = np.arange(256)
    hue = (levels + round(180 * (gains[0] - 1))) % 180
    saturation, value = (np.minimum(levels * gain, 255) for gain in gains[1:])
    table = np.stack([hue, saturation, value], axis=1).astype(np.uint8)[None]
    changed = cv2.LUT(cv2.cvtColor(bgr, cv2.COLOR_BGR2HSV), table)
    return np.asarray(cv2.cvtColor(changed, cv2.COLOR_HSV2BGR), np.uint8)
