"""Frames and regions from files, for questions without a robot."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.depth import metres, unit_problem
from smolrgpt_ros.scene.frame import CameraIntrinsics, RgbdFrame
from smolrgpt_ros.scene.masks import decode_rle
from smolrgpt_ros.scene.region import Region


def read_frame(
    rgb: Path, depth: Path | None = None, camera: Path | None = None, depth_unit: float = 0.0
) -> RgbdFrame:
    """A frame from a picture, a depth file and a camera file.

    Args:
        rgb: any picture OpenCV reads.
        depth: 16-bit PNG or ``.npy``; whole numbers are millimetres, floats metres. A grey picture
            of 8 bits has no scale: :func:`read_grey` reads it.
        camera: JSON with ``width, height, fx, fy, cx, cy``; scaled to the picture's size.
        depth_unit: metres of a step of the depth file, where it is another.

    Raises:
        FileNotFoundError: if a file is missing.
        ValueError: if one cannot be used; the message names it.
    """
    colour = np.ascontiguousarray(_picture(rgb, cv2.IMREAD_COLOR)[:, :, ::-1], np.uint8)
    intrinsics = None
    if camera is not None:
        intrinsics = read_camera(camera).scaled(colour.shape[1], colour.shape[0])
    values = read_depth(depth, depth_unit) if depth is not None else None
    if values is not None and values.shape != colour.shape[:2]:
        raise ValueError(
            f"{depth} has {values.shape[1]}x{values.shape[0]} pixels, {rgb} has "
            f"{colour.shape[1]}x{colour.shape[0]}: depth must be registered to the colour picture"
        )
    return RgbdFrame(colour, values, intrinsics, frame_id=rgb.stem)


def read_depth(path: Path, unit: float = 0.0) -> NDArray[np.float32]:
    """Depth ``(H, W)`` in metres, NaN where nothing was measured; see :func:`read_frame`."""
    if path.suffix == ".npy":
        if not path.is_file():
            raise FileNotFoundError(f"depth file not found: {path}")
        stored = _array(path)
    else:
        stored = _picture(path, cv2.IMREAD_UNCHANGED)
        if stored.dtype != np.uint16:
            raise ValueError(
                f"{path} holds {stored.dtype}, expected 16-bit millimetres: a grey depth picture "
                "of 8 bits has no scale and needs a camera file and regions"
            )
    if stored.ndim != 2:
        raise ValueError(f"{path} has shape {stored.shape}, expected (H, W)")
    depth = metres(stored, unit)
    if problem := unit_problem(depth):
        raise ValueError(f"{path}: {problem}".replace("depth.unit", "--depth-unit"))
    return depth


def read_grey(path: Path) -> NDArray[np.uint8] | None:
    """A grey depth picture of 8 bits, shape ``(H, W)``, near is dark; ``None`` for other files.

    Raises:
        FileNotFoundError, ValueError: as for :func:`read_frame`.
    """
    if path.suffix == ".npy":
        return None
    raw = _picture(path, cv2.IMREAD_UNCHANGED)
    if raw.dtype != np.uint8:
        return None
    return np.ascontiguousarray(raw if raw.ndim == 2 else raw[:, :, 0], np.uint8)


def read_camera(path: Path) -> CameraIntrinsics:
    """Pinhole intrinsics from JSON, at the top or, as ``smolrgpt simulate`` writes them, below
    ``"intrinsics"``; other keys are ignored."""
    data = _json(path)
    if isinstance(data, dict) and isinstance(data.get("intrinsics"), dict):
        data = data["intrinsics"]
    names = ("width", "height", "fx", "fy", "cx", "cy")
    missing = [n for n in names if not isinstance(data, dict) or n not in data]
    if missing or not isinstance(data, dict):
        raise ValueError(f"{path} lacks {', '.join(missing)}; expected {', '.join(names)}")
    return CameraIntrinsics(
        int(data["width"]), int(data["height"]), *(float(data[n]) for n in names[2:])
    )


def read_regions(path: Path, shape: Sequence[int]) -> list[Region]:
    """Regions from JSON: a list of ``{"id", "label", "rle": {"size", "counts"}}``.

    Args:
        path: the file.
        shape: ``(H, W)`` that the masks must have.

    Raises:
        FileNotFoundError, ValueError: as for :func:`read_frame`.
    """
    entries = _json(path)
    if not isinstance(entries, list):
        raise ValueError(f"{path} must hold a list of regions")
    regions = []
    for number, entry in enumerate(entries):
        try:
            region = Region(
                int(entry["id"]), str(entry["label"]).strip().lower(), decode_rle(entry["rle"])
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path}, region {number}: {error!r}") from error
        if region.mask.shape != tuple(shape):
            raise ValueError(
                f"{path}, region {region.id}: mask is {region.mask.shape}, picture {tuple(shape)}"
            )
        regions.append(region)
    ids = [region.id for region in regions]
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise ValueError(f"{path}: region ids must differ, found twice: {twice}")
    return regions


def _array(path: Path) -> NDArray[np.generic]:
    """A NumPy file of numbers; what is none is refused by name."""
    try:
        array = np.load(path, allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise ValueError(f"{path} is no NumPy file of numbers: {error}") from error
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "uif":
        raise ValueError(f"{path} holds no array of numbers")
    return array


def _picture(path: Path, mode: int) -> NDArray[np.generic]:
    if not path.is_file():
        raise FileNotFoundError(f"picture not found: {path}")
    picture = cv2.imread(str(path), mode)
    if picture is None:
        raise ValueError(f"{path} is no picture that can be read")
    return picture


def _json(path: Path) -> object:
    if not path.is_file():
        raise FileNotFoundError(f"file not found: {path}")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} is not JSON: {error}") from error
