# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Frames from files, for questions without a robot."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import within_lens
from smolrgpt_ros.scene.depth import metres, unit_problem
from smolrgpt_ros.scene.frame import RgbdFrame

from .camera_file import read_camera


def read_frame(
    rgb: Path,
    depth: Path | None = None,
    camera: Path | None = None,
    *,
    depth_unit: float = 0.0,
    rectified: bool = False,
) -> RgbdFrame:
    """A frame from a picture, a depth file and a camera file.

    Args:
        rgb: any picture OpenCV reads.
        depth: 16-bit PNG or ``.npy``; whole numbers are millimetres, floats metres. A grey picture
            of 8 bits has no scale: :func:`read_grey` reads it.
        camera: see :func:`.camera_file.read_camera`; scaled to the size of a picture of the same
            shape, with a note.
        depth_unit: metres of a step of the depth file, where it is another.
        rectified: whether the picture is rectified.

    Raises:
        FileNotFoundError: if a file is missing.
        ValueError: if one cannot be used; the message names it.
    """
    colour = np.ascontiguousarray(_picture(rgb, cv2.IMREAD_COLOR)[:, :, ::-1], np.uint8)
    height, width = colour.shape[:2]
    intrinsics, note = None, ""
    if camera is not None:
        calibration = read_camera(camera, rectified)
        try:
            intrinsics = calibration.intrinsics(width, height)
            note = calibration.note(width, height)
        except ValueError as error:
            raise ValueError(f"{camera}: {error}") from error
        if intrinsics is None:
            raise ValueError(f"{camera} has focal lengths of zero: calibrate the camera")
    values = read_depth(depth, depth_unit) if depth is not None else None
    if values is not None and values.shape != colour.shape[:2]:
        raise ValueError(
            f"{depth} has {values.shape[1]}x{values.shape[0]} pixels, {rgb} has "
            f"{colour.shape[1]}x{colour.shape[0]}: depth must be registered to the colour picture"
        )
    if values is not None and intrinsics is not None:
        values = within_lens(values, intrinsics)
    notes = (note,) if note else ()
    return RgbdFrame(colour, values, intrinsics, frame_id=rgb.stem, notes=notes)


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
