# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Colour pictures in files."""

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
