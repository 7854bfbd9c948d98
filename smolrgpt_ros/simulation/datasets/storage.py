# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""How frames are stored in files: encodings of depth, and files that appear when complete."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.model.preprocessing.images import FARTHEST, depth_picture


@contextmanager
def complete_file(path: Path) -> Iterator[Path]:
    """A temporary path beside ``path`` that takes its place at the end of the block.

    An interrupted run leaves no partial file under the final name.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    yield temporary
    temporary.replace(path)


def write_text(path: Path, text: str) -> None:
    """Writes a text file that appears when it is complete."""
    with complete_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_picture(path: Path, picture: NDArray[Any], noisy: bool = False) -> None:
    """Writes a PNG or JPEG, by the name's suffix.

    Args:
        picture: channels in BGR order.
        noisy: whether the picture holds sensor noise, which a PNG stores faster without a search
            for repetitions.

    Raises:
        OSError: if it cannot be written.
    """
    if path.suffix == ".jpg":
        options = [cv2.IMWRITE_JPEG_QUALITY, 92]
    else:
        options = _png_options(noisy)
    if not cv2.imwrite(str(path), picture, options):
        raise OSError(f"could not write {path}")


def millimetres(depth: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Metres as 16UC1 (REP-118): whole millimetres, 0 for NaN and infinite: nothing measured."""
    finite = np.nan_to_num(depth * 1000, nan=0.0, posinf=0.0, neginf=0.0)
    return np.round(finite.clip(0, 65535)).astype(np.uint16)


def relative_depth(depth: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Metric depth as the benchmark stores it: 8 bit, linear, stretched per image.

    The smallest valid depth becomes 0 and the largest 255. Invalid pixels are 255, like the
    farthest, also where no pixel is valid. Metres cannot be recovered.
    """
    picture = depth_picture(depth)
    return np.full(depth.shape, FARTHEST, np.uint8) if picture is None else picture


def _png_options(noisy: bool) -> list[int]:
    options = [cv2.IMWRITE_PNG_COMPRESSION, 1]
    # Trying every filter on every row costs more than it saves; older OpenCV has no such option.
    if hasattr(cv2, "IMWRITE_PNG_FILTER"):
        options += [cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_SUB]
    if noisy:
        options += [cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_HUFFMAN_ONLY]
    return options
