# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Textures painted in memory, and the MuJoCo model whose pool of geoms all scenes use."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

# Geoms of each shape in the model. The renderer refuses a scene that needs more.
POOL = {"box": 2400, "cylinder": 400, "capsule": 400, "ball": 300}

MATERIALS = (
    "cardboard0",
    "cardboard1",
    "cardboard2",
    "cardboard3",
    "crate",
    "plank",
    "corrugated",
    "panel",
    "deck",
    "grid",
    "upright",
    "number1",
    "number2",
    "number3",
    "number4",
)
FLOORS = ("floor0", "floor1", "floor2")
PAINTED = ("ground", "wall", "wood", "carton", "metal", "weave", "print")
"""Materials whose pictures come with a scene. The first two are laid out in metres, for the floor
and for walls; the others cover each face of a shape."""
GROUND_SIZE, SURFACE_SIZE = 512, 128
"""Pixels of their square pictures: of the first two, of the others."""
LAID_OUT = ("ground", "wall")
SIDE_LIGHTS = (0.24, 0.3, 0.34, 0.2)
"""Strengths of the light from the four sides."""
_FONT = cv2.FONT_HERSHEY_SIMPLEX


def _noise(rng: np.random.Generator, size: int, scales: tuple[int, ...]) -> NDArray[np.float32]:
    """Smooth noise of zero mean and about unit range, shape ``(size, size)``, that tiles."""
    total = np.zeros((size, size), np.float32)
    for scale in scales:
        coarse = rng.standard_normal((size // scale, size // scale)).astype(np.float32)
        coarse = np.pad(coarse, 2, mode="wrap")
        grown = cv2.resize(coarse, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        total += grown[2 * scale : 2 * scale + size, 2 * scale : 2 * scale + size]
    return total / (2.0 * len(scales))


def _shade(base: tuple[int, int, int], noise: NDArray[np.float32], strength: float) -> Picture:
    picture = np.array(base, np.float32)[None, None] + strength * noise[..., None]
    return picture.clip(0, 255).astype(np.uint8)


def _concrete(rng: np.random.Generator, level: int) -> Picture:
    # One tile is a slab of 5 m: fine grain, soft stains, a dark joint at two edges.
    tint = (level, level + 1, level + 3)
    fine, soft = _noise(rng, 1024, (1, 2)), _noise(rng, 1024, (128, 64))
    picture = _shade(tint, 14 * fine + 10 * soft, 1.0)
    picture[:3] = (picture[:3] * 0.6).astype(np.uint8)
    picture[:, :3] = (picture[:, :3] * 0.6).astype(np.uint8)
    for _ in range(30):
        spot = tuple(int(v) for v in rng.integers(0, 1024, 2))
        cv2.circle(picture, spot, int(rng.integers(1, 4)), (level - 40,) * 3, -1, cv2.LINE_AA)
    return picture


def _cardboard(rng: np.random.Generator, kind: int) -> Picture:
    size = 128
    picture = _shade((204, 170, 128), _noise(rng, size, (1, 8, 32)), 12)
    tape = (190, 158, 118) if kind % 2 else (222, 196, 158)
    picture[:, 55:73] = tape
    picture[[55, 72]] = (picture[[55, 72]] * 0.9).astype(np.uint8)
    dark = (90, 68, 48)
    if kind == 0:
        cv2.putText(picture, "FRAGILE", (6, 104), _FONT, 0.45, dark, 1, cv2.LINE_AA)
        picture[22:36, 82:108] = (235, 232, 226)
    elif kind == 1:
        cv2.putText(picture, "LOT 7", (76, 40), _FONT, 0.5, dark, 1, cv2.LINE_AA)
        for offset in range(0, 20, 4):
            picture[96:110, 14 + offset : 16 + offset] = dark
    elif kind == 2:
        picture[16:34, 14:42] = (238, 236, 230)
        cv2.arrowedLine(picture, (100, 112), (100, 88), dark, 2, cv2.LINE_AA, 0, 0.4)
    cv2.rectangle(picture, (0, 0), (size - 1, size - 1), (150, 120, 88), 1)
    return picture


def _crate(rng: np.random.Generator) -> Picture:
    picture = _shade((205, 165, 112), _noise(rng, 128, (1, 4)), 14)
    frame = (176, 136, 88)
    for low, high in ((0, 12), (116, 128)):
        picture[low:high] = frame
        picture[:, low:high] = frame
    for row in range(12, 116, 17):
        picture[row] = (140, 104, 66)
    return picture


def _corrugated(rng: np.random.Generator) -> Picture:
    wave = 14 * np.sign(np.sin(np.arange(1024) * 2 * np.pi * 44 / 1024)).astype(np.float32)
    return _shade((226, 228, 230), wave[None, :] + 3 * _noise(rng, 1024, (64,)), 1.0)


def _panel(rng: np.random.Generator) -> Picture:
    picture = _shade((232, 234, 238), _noise(rng, 512, (32, 64)), 8)
    picture[:, :: 512 // 12] = 120
    return picture


def _deck() -> Picture:
    picture = np.full((256, 256, 3), (206, 208, 210), np.uint8)
    for centre in (60, 128, 196):
        cv2.circle(picture, (centre, 128), 24, (250, 250, 250), -1, cv2.LINE_AA)
        cv2.circle(picture, (centre, 128), 24, (210, 40, 34), 6, cv2.LINE_AA)
        cv2.line(picture, (centre - 16, 112), (centre + 16, 144), (210, 40, 34), 5, cv2.LINE_AA)
        cv2.line(picture, (centre, 114), (centre, 142), (30, 30, 30), 6, cv2.LINE_AA)
    return picture


def _grid() -> Picture:
    picture = np.full((128, 128, 3), 236, np.uint8)
    picture[::10] = picture[:, ::10] = 130
    picture[1::10] = picture[:, 1::10] = 160
    return picture


def _upright() -> Picture:
    picture = np.full((512, 512, 3), 235, np.uint8)
    for row in range(8, 512, 16):
        picture[row : row + 6, 200:312] = 40
    return picture


def _number(digit: int) -> Picture:
    picture = np.full((128, 128, 3), 30, np.uint8)
    cv2.putText(picture, str(digit), (36, 98), _FONT, 2.6, (245, 245, 245), 7, cv2.LINE_AA)
    return picture


def paint_textures() -> dict[str, Picture]:
    """Every texture as RGB uint8, always the same pixels."""
    rng = np.random.default_rng(20250915)
    textures = {f"floor{i}": _concrete(rng, level) for i, level in enumerate((128, 106, 150))}
    textures |= {f"cardboard{i}": _cardboard(rng, i) for i in range(4)}
    textures |= {
        "crate": _crate(rng),
        "plank": _shade((208, 184, 152), _noise(rng, 128, (2, 16)), 20.0),
    }
    textures |= {"corrugated": _corrugated(rng), "panel": _panel(rng)}
    textures |= {"deck": _deck(), "grid": _grid(), "upright": _upright()}
    textures |= {f"number{i}": _number(i) for i in range(1, 5)}
    return textures


def model_source(width: int, height: int) -> tuple[str, dict[str, bytes]]:
    """MJCF text and its in-memory files: a floor, lights, a camera and the pool of geoms.

    Args:
        width, height: of the off-screen buffer, pixels.
    """
    files = {}
    for name, picture in paint_textures().items():
        done, data = cv2.imencode(".png", picture[..., ::-1])
        if not done:
            raise RuntimeError(f"could not encode texture {name}")
        files[f"{name}.png"] = data.tobytes()
    lines = [
        '<mujoco model="warehouse"><visual>',
        f'<global offwidth="{width}" offheight="{height}"/>',
        # Several samples a pixel double the time.
        '<quality offsamples="0" numslices="12" numstacks="6" numquads="1"/>',
        '<map znear="0.01" zfar="12"/>',
        '<headlight ambient="0.30 0.30 0.30" diffuse="0.12 0.12 0.12" specular="0 0 0"/>',
        '</visual><statistic center="0 0 0" extent="10"/><asset>',
        *_material_elements(),
        "</asset><worldbody>",
        *_light_elements(),
        '<camera name="camera" pos="0 0 5"/>',
        '<geom name="floor" type="plane" size="60 60 1" material="floor0"/>',
        *_pool_elements(),
        "</worldbody></mujoco>",
    ]
    return "".join(lines), files


def _material_elements() -> list[str]:
    lines = ['<texture type="skybox" builtin="flat" rgb1=".32 .33 .34" width="8" height="8"/>']
    for name in FLOORS:
        lines.append(f'<texture name="{name}" type="2d" file="{name}.png"/>')
        lines.append(
            f'<material name="{name}" texture="{name}" texuniform="true" texrepeat=".2 .2" '
            'reflectance="0" specular=".1" shininess=".1"/>'
        )
    for name in MATERIALS:
        lines.append(f'<texture name="{name}" type="cube" file="{name}.png"/>')
        lines.append(f'<material name="{name}" texture="{name}" specular=".05"/>')
    for name in PAINTED:
        flat, size = name in LAID_OUT, GROUND_SIZE if name in LAID_OUT else SURFACE_SIZE
        lines.append(
            f'<texture name="{name}" type="{"2d" if flat else "cube"}" builtin="flat" '
            f'rgb1="1 1 1" width="{size}" height="{size}"/>'
        )
        laid = 'texuniform="true" texrepeat=".3 .3"' if flat else ""
        lines.append(f'<material name="{name}" texture="{name}" specular=".05" {laid}/>')
    return lines


def _light_elements() -> list[str]:
    # Cast shadows triple the cost and are too hard for a hall with many lamps: see soft_shadows.
    directions = ("0.2 0.3 -1", "1 0.3 -0.2", "-1 0.4 -0.2", "0.1 1 -0.2", "0.1 -1 -0.2")
    lines = []
    for direction, strength in zip(directions, (0.5, *SIDE_LIGHTS), strict=True):
        grey = f"{strength} {strength} {strength}"
        lines.append(
            f'<light type="directional" dir="{direction}" diffuse="{grey}" '
            'specular="0 0 0" castshadow="false"/>'
        )
    return lines


def _pool_elements() -> list[str]:
    kinds = {"box": "box", "cylinder": "cylinder", "capsule": "capsule", "ball": "ellipsoid"}
    return [
        f'<geom name="{shape}{number}" type="{kinds[shape]}" size=".1 .1 .1" pos="0 0 -9" '
        'group="5" contype="0" conaffinity="0"/>'
        for shape, count in POOL.items()
        for number in range(count)
    ]
