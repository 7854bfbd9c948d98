# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Pictures as JPEG files."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def jpeg_of(rgb: NDArray[np.uint8], quality: int = 80) -> bytes:
    """A picture of shape (H, W, 3), uint8, RGB, as a JPEG file.

    Raises:
        ValueError: if OpenCV cannot write it.
    """
    bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
    done, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        height, width = rgb.shape[:2]
        raise ValueError(f"OpenCV cannot write a picture of {width}x{height} as JPEG")
    return data.tobytes()
