# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What agents get of a node's topics: a table of objects, and a picture."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import Image

from smolrgpt_ros.msg import Region, RegionArray
from smolrgpt_ros.ros.convert.time import nanoseconds, seconds
from smolrgpt_ros.scene.pictures import jpeg_of
from smolrgpt_ros.scene.status import Status

from .spatial_client import SpatialClient

#: Widths of pictures, pixels.
NARROWEST, WIDEST = 64, 1280
_JPEG_QUALITY = 85


def objects_of(client: SpatialClient, topic: str, timeout_s: float) -> dict[str, Any]:
    """The objects of the next message of a topic of regions.

    Args:
        client: of the node.
        topic: its ``~/regions``.
        timeout_s: longest wait, seconds.

    Returns:
        ``status``, ``message``, and with OK ``frame``, ``stamp_ns`` and ``objects``: a row each,
        numbers that are not known are ``None``.
    """
    try:
        array = client.next_message(RegionArray, topic, timeout_s)
        why = f"no regions on {topic} in {timeout_s:.0f} s: start the node and its camera"
    except ValueError as error:
        array, why = None, str(error)
    if array is None:
        message = f"{why}, or name one of its cameras"
        return {"status": Status.NO_FRAME.name, "message": message}
    return {
        "status": Status.OK.name,
        "message": "",
        "frame": str(array.header.frame_id),
        "stamp_ns": nanoseconds(array.header.stamp),
        "objects": [_row(region) for region in array.regions],
    }


def _row(region: Region) -> dict[str, Any]:
    p, size = region.position, region.size
    return {
        "id": int(region.id),
        "label": str(region.label),
        "score": _known(region.score),
        "position_m": _all_known(p.x, p.y, p.z),
        "size_m": _all_known(size.x, size.y, size.z),
        "seen_age_s": round(seconds(region.seen_age), 2),
    }


def _known(value: float) -> float | None:
    return round(float(value), 3) if math.isfinite(value) else None


def _all_known(*values: float) -> list[float] | None:
    return [round(float(v), 3) for v in values] if all(map(math.isfinite, values)) else None


def picture_of(client: SpatialClient, topic: str, width: int, timeout_s: float) -> bytes:
    """The next annotated picture as a JPEG file.

    Args:
        client: of the node.
        topic: its ``~/annotated``.
        width: of the picture, pixels.
        timeout_s: longest wait, seconds.

    Raises:
        ValueError: for a width outside its range, for what is no name of a topic, or where no
            picture came in time.
    """
    if not NARROWEST <= width <= WIDEST:
        raise ValueError(f"width must be in [{NARROWEST}, {WIDEST}] pixels, found {width}")
    image = client.next_message(Image, topic, timeout_s, "sensor_data")
    if image is None:
        raise ValueError(
            f"no picture on {topic} in {timeout_s:.0f} s: start the node and its camera"
        )
    rgb = _pixels(image)
    height = max(round(rgb.shape[0] * width / rgb.shape[1]), 1)
    small = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA)
    return jpeg_of(np.asarray(small, np.uint8), _JPEG_QUALITY)


def _pixels(image: Image) -> NDArray[np.uint8]:
    """Pixels of an annotated image, ``(H, W, 3)`` RGB: this package writes it as rgb8."""
    rows = np.frombuffer(image.data, np.uint8).reshape(image.height, image.step)
    return rows[:, : 3 * image.width].reshape(image.height, image.width, 3)
