# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Colour images kept until the regions found in them come."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.ros.convert.compressed import ImageMessage, decode_any_color
from smolrgpt_ros.ros.convert.time import nanoseconds
from smolrgpt_ros.scene.region import Region

#: Bytes of images that wait for their regions, and frames whose regions came, which a question may
#: be about.
_WAITING_BYTES, _FRAMES = 32 * 2**20, 4


@dataclass(frozen=True, eq=False)
class PageFrame:
    """An image with the objects found in it.

    Args:
        stamp_ns: of the image.
        image: the message.
        regions: found in it and remembered.
    """

    stamp_ns: int
    image: ImageMessage
    regions: tuple[Region, ...]

    def rgb(self) -> NDArray[np.uint8]:
        """Its picture, shape (H, W, 3).

        Raises:
            ImageError: if the message cannot be read.
        """
        return decode_any_color(self.image)


class PageFrames:
    """Joins images and regions by stamp; thread-safe, bounded."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: OrderedDict[int, ImageMessage] = OrderedDict()
        self._bytes = 0
        self._frames: deque[PageFrame] = deque(maxlen=_FRAMES)

    def add_image(self, message: ImageMessage) -> None:
        """Keep an image; the oldest ones are dropped."""
        with self._lock:
            self._forget(nanoseconds(message.header.stamp))
            self._waiting[nanoseconds(message.header.stamp)] = message
            self._bytes += len(message.data)
            while self._bytes > _WAITING_BYTES and len(self._waiting) > 1:
                self._forget(next(iter(self._waiting)))

    def add_regions(self, stamp_ns: int, regions: tuple[Region, ...]) -> PageFrame | None:
        """The frame of regions; ``None`` where their image was lost or dropped."""
        with self._lock:
            image = self._waiting.get(stamp_ns)
            if image is None:
                return None
            for older in [stamp for stamp in self._waiting if stamp <= stamp_ns]:
                self._forget(older)
            frame = PageFrame(stamp_ns, image, regions)
            self._frames.append(frame)
            return frame

    def of_stamp(self, stamp_ns: int) -> PageFrame | None:
        """The frame of a stamp among the last ones."""
        with self._lock:
            return next((f for f in self._frames if f.stamp_ns == stamp_ns), None)

    def clear(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._waiting.clear()
            self._frames.clear()
            self._bytes = 0

    def _forget(self, stamp_ns: int) -> None:
        dropped = self._waiting.pop(stamp_ns, None)
        if dropped is not None:
            self._bytes -= len(dropped.data)
