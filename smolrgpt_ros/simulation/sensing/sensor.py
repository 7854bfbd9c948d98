# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Sensor model: noise and faults of a real RGB-D camera. A strength of 0 disables an effect."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class SensorModel:
    """Strengths of the effects; the defaults are a decent stereo camera.

    Args:
        rgb_noise: standard deviation of pixel noise, grey levels.
        blur: standard deviation of the lens blur, pixels.
        exposure: largest relative change of brightness, drawn uniformly.
        depth_noise: standard deviation of depth at 1 m, metres; grows with distance squared.
        depth_step: quantisation, metres.
        edge_holes: share of depth-edge pixels that get no depth.
        random_holes: share of all other pixels that get no depth.
        dark_holes: share of pixels darker than 25 levels that get no depth.
        min_range, max_range: metres; nothing outside.
        shiny_holes: share of pixels where every channel is above 240 (glare) that get no depth.
        misregistration: largest shift of the depth picture against the colour picture, pixels; each
            frame draws its own, evenly over a disc, and rounds it to whole pixels.
        jpeg_quality: 1 to 100 as cameras that compress have it; 0 for none.

    Raises:
        ValueError: for a strength below zero, a share above one, or another quality.
    """

    rgb_noise: float = 2.5
    blur: float = 0.45
    exposure: float = 0.15
    depth_noise: float = 0.0012
    depth_step: float = 0.001
    edge_holes: float = 0.7
    random_holes: float = 0.003
    dark_holes: float = 0.25
    min_range: float = 0.3
    max_range: float = 25.0
    shiny_holes: float = 0.0
    misregistration: float = 0.0
    jpeg_quality: int = 0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            most = 1.0 if name.endswith("_holes") or name == "exposure" else np.inf
            most = {"jpeg_quality": 100.0, "misregistration": 20.0}.get(name, most)
            if not 0 <= value <= most:
                raise ValueError(f"{name} must be from 0 to {most:g}, found {value!r}")

    @classmethod
    def rough(cls) -> SensorModel:
        """A cheap camera that shakes a little, compresses, and whose calibration is off."""
        return cls(
            rgb_noise=5.0,
            blur=0.9,
            exposure=0.3,
            depth_noise=0.003,
            edge_holes=0.9,
            random_holes=0.02,
            dark_holes=0.5,
            max_range=18.0,
            shiny_holes=0.3,
            misregistration=2.0,
            jpeg_quality=75,
        )

    def colour(self, rgb: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
        """The camera's colour picture, ``(H, W, 3)`` uint8."""
        picture = rgb
        if self.blur > 0:
            picture = cv2.GaussianBlur(picture, (0, 0), self.blur).astype(np.uint8, copy=False)
        gain = 1 + (rng.uniform(-self.exposure, self.exposure) if self.exposure > 0 else 0.0)
        if gain != 1 or self.rgb_noise > 0:
            values = picture.astype(np.float32) * np.float32(gain)
            if self.rgb_noise > 0:
                noise = rng.standard_normal(values.shape[:2], np.float32)[..., None]
                values += noise * np.float32(self.rgb_noise)
            picture = np.clip(values, 0, 255).astype(np.uint8)
        if self.jpeg_quality > 0:
            picture = _compressed(picture, self.jpeg_quality)
        return np.array(picture, np.uint8)

    def depth(
        self, depth: NDArray[np.float32], rgb: NDArray[np.uint8], rng: np.random.Generator
    ) -> NDArray[np.float32]:
        """The camera's depth, ``(H, W)`` float32 metres, NaN where it measures nothing."""
        measured = depth.copy()
        if self.depth_noise > 0:
            noise = rng.standard_normal(depth.shape, np.float32)
            measured += noise * np.float32(self.depth_noise) * depth * depth
        chance = np.full(depth.shape, self.random_holes, np.float32)
        if self.dark_holes > 0:
            chance[rgb.max(axis=2) < 25] = self.dark_holes
        if self.shiny_holes > 0:
            chance[rgb.min(axis=2) > 240] = self.shiny_holes
        if self.edge_holes > 0:
            filled = np.nan_to_num(depth, nan=1e3)
            spread = cv2.dilate(filled, np.ones((3, 3))) - cv2.erode(filled, np.ones((3, 3)))
            chance[spread > 0.05 * filled] = self.edge_holes
        if chance.max() > 0:
            measured[rng.random(depth.shape, np.float32) < chance] = np.nan
        with np.errstate(invalid="ignore"):
            measured[(measured < self.min_range) | (measured > self.max_range)] = np.nan
        if self.depth_step > 0:
            measured = np.round(measured / self.depth_step) * np.float32(self.depth_step)
        if self.misregistration > 0:
            # Drawn last: the noise of a camera is the same with and without this fault.
            reach = self.misregistration * float(np.sqrt(rng.random()))
            angle = 2 * np.pi * float(rng.random())
            measured = _shifted(
                measured, round(reach * np.cos(angle)), round(reach * np.sin(angle))
            )
        return measured.astype(np.float32)


SENSORS: dict[str, SensorModel | None] = {
    "clean": None,
    "usual": SensorModel(),
    "rough": SensorModel.rough(),
}
"""Sensor models by name; ``None`` leaves the ideal picture as it is."""


def _compressed(rgb: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    done, data = cv2.imencode(
        ".jpg", np.ascontiguousarray(rgb[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    if not done:
        raise RuntimeError(f"could not compress a picture of shape {rgb.shape}")
    decoded = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return np.ascontiguousarray(decoded[..., ::-1])


def _shifted(depth: NDArray[np.float32], right: int, down: int) -> NDArray[np.float32]:
    """The picture shifted by whole pixels, NaN at the borders it leaves."""
    height, width = depth.shape
    moved = np.full_like(depth, np.nan)
    moved[max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)] = depth[
        max(-down, 0) : height + min(-down, 0), max(-right, 0) : width + min(-right, 0)
    ]
    return moved
