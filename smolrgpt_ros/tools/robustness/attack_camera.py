# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Messages of a broken or hostile camera, each with one fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Header

from smolrgpt_ros.ros.convert.images import encode_image

from .stored_scene import StoredScene

#: Largest number of a message's uint32.
_MOST = 2**32 - 1
NAN, INF = float("nan"), float("inf")


@dataclass
class Pair:
    """One pair of a camera's images and its calibration."""

    rgb: Image
    depth: Image
    info: CameraInfo


#: Changes a good pair into a bad one.
Fault = Callable[[Pair], None]


def good_pair(scene: StoredScene, stamp: Time) -> Pair:
    """The pair of a scene at a stamp."""
    info, rgb, depth = scene.messages(Header(stamp=stamp, frame_id="attack_optical_frame"))
    return Pair(rgb, depth, info)


def camera_faults() -> dict[str, Fault]:
    """The faults by name."""
    faults: dict[str, Fault] = {}
    for index, name in ((0, "fx"), (4, "fy")):
        for value in (0.0, -1.0, 1e-300, 1e9, NAN, INF):
            faults[f"{name} {value}"] = partial(_set_k, index=index, value=value)
    for index, name in ((2, "cx"), (5, "cy")):
        for value in (1e6, -1e6, NAN, INF):
            faults[f"{name} {value}"] = partial(_set_k, index=index, value=value)
    for part, fields in _FIELDS.items():
        for field, values in fields.items():
            for value in values:
                text = f"{value!r:.20}"
                faults[f"{part} {field} {text}"] = partial(
                    _set, part=part, field=field, value=value
                )
    for part in ("rgb", "depth"):
        for name, change in _DATA.items():
            faults[f"{part} data {name}"] = partial(_set_data, part=part, change=change)
    for name, value in _DEPTHS.items():
        faults[f"depth {name}"] = partial(_fill_depth, value=value)
    for name, seconds in (("an hour ahead", 3600), ("an hour ago", -3600)):
        faults[f"stamps {name}"] = partial(_shift, seconds=seconds)
    faults["depth an hour ahead of colour"] = partial(_shift, seconds=3600, depth_only=True)
    return faults


#: Wrong values of fields: of the images and of the calibration.
_IMAGE: dict[str, tuple[Any, ...]] = {
    "width": (0, 1, _MOST),
    "height": (0, _MOST),
    "step": (0, _MOST),
    "encoding": ("", "no_such", "bayer_rggb8", "64FC1"),
}
_FIELDS: dict[str, dict[str, tuple[Any, ...]]] = {
    "rgb": _IMAGE,
    "depth": {**_IMAGE, "is_bigendian": (1,)},
    "info": {
        "width": (0, 33, _MOST),
        "height": (0, _MOST),
        "binning_x": (7, _MOST),
        "distortion_model": ("no_such",),
        "d": ([NAN] * 5, [1e300] * 5),
        "roi.x_offset": (_MOST,),
        "roi.width": (7, _MOST),
        "header.frame_id": ("", "x" * 10_000),
    },
}
_DATA: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "cut off": lambda data: data[: len(data) // 2],
    "too long": lambda data: data + data,
}
#: Depth everywhere, as 32FC1.
_DEPTHS = {"NaN": NAN, "infinite": INF, "negative": -1.0, "in millimetres": 3000.0, "1e38": 1e38}


def _set_k(pair: Pair, index: int, value: float) -> None:
    k = list(pair.info.k)
    k[index] = value
    pair.info.k = k


def _set(pair: Pair, part: str, field: str, value: Any) -> None:
    *path, last = field.split(".")
    message: Any = vars(pair)[part]
    for name in path:
        message = getattr(message, name)
    setattr(message, last, value)


def _set_data(pair: Pair, part: str, change: Callable[[bytes], bytes]) -> None:
    image: Image = vars(pair)[part]
    image.data = change(bytes(image.data))


def _fill_depth(pair: Pair, value: float) -> None:
    size = (pair.depth.height, pair.depth.width)
    pair.depth = encode_image(np.full(size, value, np.float32), "32FC1", pair.depth.header)


def _shift(pair: Pair, seconds: int, depth_only: bool = False) -> None:
    for message in (pair.depth,) if depth_only else (pair.rgb, pair.depth, pair.info):
        header = message.header
        stamp = type(header.stamp)(sec=header.stamp.sec + seconds, nanosec=header.stamp.nanosec)
        message.header = Header(stamp=stamp, frame_id=header.frame_id)
