# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Calibrations in files: of ROS, Open3D, librealsense and this package."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import yaml

from smolrgpt_ros.scene.calibration import Calibration

#: What JSON or YAML holds, before it is checked.
Fields: TypeAlias = Mapping[str, object]

_SIMPLE = ("width", "height", "fx", "fy", "cx", "cy")


def read_camera(path: Path, rectified: bool = False) -> Calibration:
    """The calibration of a JSON or YAML file.

    Formats: ROS's camera_calibration (``camera_matrix``), a ``CameraInfo`` as ``ros2 topic echo``
    prints it, Open3D's (``intrinsic_matrix``, column by column), librealsense's (``ppx``), and
    ``width, height, fx, fy, cx, cy`` with ``distortion_model`` and ``d`` where there is a lens.
    Each may stand below ``"intrinsics"`` or ``"intrinsic"``. Other keys are ignored.

    Args:
        path: the file.
        rectified: whether the picture is rectified.

    Raises:
        FileNotFoundError: if it is missing.
        ValueError: if it is none of them; the message names it and what was found.
    """
    fields = _fields(path)
    for key in ("intrinsics", "intrinsic"):
        if isinstance(nested := fields.get(key), dict):
            fields = nested
    read = next((read for key, read in _FORMATS.items() if key in fields), _simple)
    try:
        return read(fields, rectified)
    except KeyError as error:
        raise ValueError(f"{path} lacks {error.args[0]}; found {_found(fields)}") from error
    except (TypeError, ValueError, IndexError) as error:
        raise ValueError(f"{path}: {error}") from error


def _fields(path: Path) -> Fields:
    if not path.is_file():
        raise FileNotFoundError(f"file not found: {path}")
    text = path.read_text(encoding="utf-8")
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        if path.suffix == ".json":
            raise ValueError(f"{path} is not JSON: {error}") from error
        try:
            data = next(yaml.safe_load_all(text), None)  # "ros2 topic echo" ends with ---
        except yaml.YAMLError as problem:
            raise ValueError(f"{path} is neither JSON nor YAML: {problem}") from problem
    if not isinstance(data, dict):
        raise ValueError(
            f"{path} holds a {type(data).__name__}, expected the keys of a calibration"
        )
    return data


def _found(fields: Fields) -> str:
    return f"{', '.join(map(str, list(fields)[:8])) or 'no keys'}; expected {', '.join(_SIMPLE)}"


def _calibration_file(fields: Fields, rectified: bool) -> Calibration:
    """Written by camera_calibration, read by camera_info_manager."""
    return Calibration(
        _whole(fields["image_width"]),
        _whole(fields["image_height"]),
        _numbers(fields["camera_matrix"], 9),
        str(fields.get("distortion_model", "plumb_bob")),
        _numbers(fields.get("distortion_coefficients", ())),
        _numbers(fields.get("projection_matrix", ())),
        rectified=rectified,
    )


def _camera_info(fields: Fields, rectified: bool) -> Calibration:
    """A message in YAML; ROS 1 wrote its matrices with capitals."""
    lower = {str(key).lower(): value for key, value in fields.items()}
    roi = lower.get("roi")
    region = roi if isinstance(roi, dict) else {}
    x, y, width, height = (
        _whole(region.get(key, 0)) for key in ("x_offset", "y_offset", "width", "height")
    )
    return Calibration(
        _whole(lower["width"]),
        _whole(lower["height"]),
        _numbers(lower["k"], 9),
        str(lower.get("distortion_model", "")),
        _numbers(lower.get("d", ())),
        _numbers(lower.get("p", ())),
        (_whole(lower.get("binning_x", 1)) or 1, _whole(lower.get("binning_y", 1)) or 1),
        (x, y, width, height),
        rectified,
    )


def _open3d(fields: Fields, rectified: bool) -> Calibration:
    """``PinholeCameraIntrinsic``: columns one after the other, as Eigen stores them."""
    m = _numbers(fields["intrinsic_matrix"], 9)
    k = tuple(m[3 * column + row] for row in range(3) for column in range(3))
    if k[2] == 0.0 and m[2] != 0.0:  # written row by row by hand
        k = m
    return Calibration(_whole(fields["width"]), _whole(fields["height"]), k, rectified=rectified)


def _librealsense(fields: Fields, rectified: bool) -> Calibration:
    """``rs2_intrinsics``; enumerations may carry the name of their type."""
    fx, fy, cx, cy = (_number(fields[key]) for key in ("fx", "fy", "ppx", "ppy"))
    return Calibration(
        _whole(fields["width"]),
        _whole(fields["height"]),
        (fx, 0.0, cx, 0.0, fy, cy, 0.0, 0.0, 1.0),
        str(fields.get("model", "")).rpartition(".")[2],
        _numbers(fields.get("coeffs", ())),
        rectified=rectified,
    )


def _simple(fields: Fields, rectified: bool) -> Calibration:
    missing = [key for key in _SIMPLE if key not in fields]
    if missing:
        raise KeyError(", ".join(missing))
    fx, fy, cx, cy = (_number(fields[key]) for key in _SIMPLE[2:])
    return Calibration(
        _whole(fields["width"]),
        _whole(fields["height"]),
        (fx, 0.0, cx, 0.0, fy, cy, 0.0, 0.0, 1.0),
        str(fields.get("distortion_model", "")),
        _numbers(fields.get("d", ())),
        rectified=rectified,
    )


_FORMATS: Mapping[str, Callable[[Fields, bool], Calibration]] = {
    "camera_matrix": _calibration_file,
    "intrinsic_matrix": _open3d,
    "ppx": _librealsense,
    "k": _camera_info,
    "K": _camera_info,
}


def _numbers(value: object, count: int | None = None) -> tuple[float, ...]:
    """A list of numbers, also as ROS's ``{rows, cols, data}`` or as rows."""
    if isinstance(value, dict):
        value = value["data"]
    if not isinstance(value, list | tuple):
        raise TypeError(f"expected a list of numbers, found {value!r:.60}")
    flat = [number for row in value for number in (row if isinstance(row, list) else [row])]
    if count is not None and len(flat) != count:
        raise ValueError(f"expected {count} numbers, found {len(flat)}")
    return tuple(_number(number) for number in flat)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"expected a number, found {value!r:.60}")
    return float(value)


def _whole(value: object) -> int:
    return int(_number(value))
