# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A small exact ray caster: boxes on a floor, seen by one camera, with true masks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from smolrgpt_ros.scene.camera import CameraIntrinsics, ray_grid
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.lens import Lens
from smolrgpt_ros.scene.region import Region


@dataclass(frozen=True)
class Block:
    """An upright box: middle of its footprint ``(right, ahead)``, size, yaw, and what lifts it."""

    id: int
    label: str
    at: tuple[float, float]
    size: tuple[float, float, float]
    yaw_deg: float = 0.0
    bottom: float = 0.0


@dataclass
class Scene:
    """What a camera ``height`` metres above the floor, looking down by ``pitch_deg``, sees.

    Rolled clockwise by ``roll_deg``, the image's right side points down at 90."""

    blocks: Sequence[Block]
    height: float = 6.0
    pitch_deg: float = 40.0
    width: int = 320
    rows: int = 240
    focal: float = 280.0
    noise: float = 0.0
    roll_deg: float = 0.0
    lens: Lens | None = None
    frame: RgbdFrame = field(init=False)
    regions: list[Region] = field(init=False)

    def __post_init__(self) -> None:
        camera = CameraIntrinsics(
            self.width, self.rows, self.focal, self.focal, self.width / 2 - 3, self.rows / 2 + 5
        )
        v, u = np.mgrid[0 : self.rows, 0 : self.width]
        x, y = (u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy
        if self.lens is not None:
            camera = replace(camera, lens=self.lens)
            x, y = (slope.astype(np.float64) for slope in ray_grid(camera))
        x, y = self._upright(x, y)
        pitch = np.radians(self.pitch_deg)
        # Directions in the floor frame (right, ahead, up), of depth 1 along the optical axis.
        d = np.stack(
            [x, np.cos(pitch) - y * np.sin(pitch), -np.sin(pitch) - y * np.cos(pitch)], axis=-1
        )
        depth = np.where(d[..., 2] < -1e-6, -self.height / np.minimum(d[..., 2], -1e-6), np.nan)
        depth[depth > 40] = np.nan
        owner = np.full(depth.shape, -1)
        for block in self.blocks:
            hit = self._hit(block, d)
            nearer = hit < np.where(np.isnan(depth), np.inf, depth)
            depth[nearer], owner[nearer] = hit[nearer], block.id
        if self.noise:
            rng = np.random.default_rng(4)
            depth = depth + rng.normal(0, 1, depth.shape) * self.noise * depth**2
        rgb = np.zeros((self.rows, self.width, 3), np.uint8)
        self.frame = RgbdFrame(rgb, depth.astype(np.float32), camera)
        self.regions = [Region(b.id, b.label, self._mask(b, owner, d)) for b in self.blocks]

    def _upright(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Slopes of a camera that is rolled clockwise, in the axes of the upright one."""
        roll = np.radians(self.roll_deg)
        return np.cos(roll) * x - np.sin(roll) * y, np.sin(roll) * x + np.cos(roll) * y

    def _local(self, block: Block, d: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Camera position and directions in the block's own axes, from its middle."""
        yaw = np.radians(block.yaw_deg)
        turn = np.array([[np.cos(yaw), np.sin(yaw), 0], [-np.sin(yaw), np.cos(yaw), 0], [0, 0, 1]])
        middle = np.array([*block.at, block.bottom + block.size[2] / 2])
        return turn @ (np.array([0.0, 0.0, self.height]) - middle), d @ turn.T

    def _hit(self, block: Block, d: np.ndarray) -> np.ndarray:
        if block.size[2] == 0:
            return np.full(d.shape[:2], np.inf)  # tape: the floor itself
        origin, local = self._local(block, d)
        half = np.array(block.size) / 2
        with np.errstate(divide="ignore", invalid="ignore"):
            a, b = (-half - origin) / local, (half - origin) / local
        enter, leave = np.minimum(a, b).max(axis=-1), np.maximum(a, b).min(axis=-1)
        return np.where((enter < leave) & (enter > 0), enter, np.inf)

    def _mask(self, block: Block, owner: np.ndarray, d: np.ndarray) -> np.ndarray:
        if block.size[2] > 0:
            return owner == block.id
        origin, local = self._local(block, d)
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = -origin[2] / local[..., 2]
        spot = origin + reach[..., None] * local
        flat = (np.abs(spot[..., 0]) < block.size[0] / 2) & (
            np.abs(spot[..., 1]) < block.size[1] / 2
        )
        inside = [
            b.id for b in self.blocks if b.size[2] > 0 and b.bottom == 0 and self._covers(block, b)
        ]
        return (flat & (reach > 0)) | np.isin(owner, inside)

    @staticmethod
    def _covers(flat: Block, other: Block) -> bool:
        return all(
            abs(o - f) < s / 2 for o, f, s in zip(other.at, flat.at, flat.size[:2], strict=True)
        )

    def without_depth(self) -> RgbdFrame:
        return RgbdFrame(self.frame.rgb, None, self.frame.intrinsics)


@pytest.fixture(scope="session")
def yard() -> Scene:
    """Two buffers, three pallets (one rides), two transporters, a rack; nothing symmetric."""
    return Scene(YARD)


YARD = (
    Block(1, "buffer", (-2.6, 8.0), (2.1, 5.0, 0.0)),
    Block(2, "buffer", (1.8, 8.0), (2.1, 5.0, 0.0)),
    Block(11, "pallet", (-2.5, 7.0), (1.2, 1.2, 0.8), 20.0),
    Block(12, "pallet", (1.6, 9.2), (1.2, 1.1, 0.6), -15.0),
    Block(21, "transporter", (1.9, 6.7), (0.85, 1.44, 0.23)),
    Block(13, "pallet", (1.9, 6.7), (1.2, 1.2, 0.5), 0.0, 0.23),
    Block(22, "transporter", (-0.3, 5.2), (1.44, 0.85, 0.23), 35.0),
    Block(31, "shelf", (4.6, 10.5), (1.0, 2.8, 3.0)),
)


@pytest.fixture
def make_scene() -> type[Scene]:
    return Scene


@pytest.fixture
def make_block() -> type[Block]:
    return Block
