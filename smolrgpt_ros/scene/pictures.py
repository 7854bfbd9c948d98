# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Colour pictures as files: read, and written as JPEG."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray


def read_rgb(path: Path) -> NDArray[np.uint8]:
    """The pixels of a picture that OpenCV reads, shape ``(H, W, 3)``, RGB.

    Raises:
        FileNotFoundError: if it is missing or not a picture.
    """
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise FileNotFoundError(f"{path} is missing or not a picture")
    return np.ascontiguousarray(picture[..., ::-1]).astype(np.uint8, copy=False)


def jpeg_of(rgb: NDArray[np.uint8], quality: int = 80) -> bytes:
    """A picture of shape ``(H, W, 3)``, uint8, as a JPEG file.

    Raises:
        ValueError: if OpenCV cannot write it.
    """
    bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
    done, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        height, width = rgb.shape[:2]
        raise ValueError(f"OpenCV cannot write a picture of {width}x{height} as JPEG")
    return data.tobytes()
