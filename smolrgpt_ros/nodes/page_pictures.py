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

#: Bytes of images that wait for their regions.
_WAITING_BYTES = 32 * 2**20
#: Frames whose regions came: the newest ones, and those that questions without an answer yet may be
#: about, which are the newest when they were asked and as many after these.
_NEWEST, _ASKED = 4, 12


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
        self._newest: deque[PageFrame] = deque(maxlen=_NEWEST)
        self._asked: deque[PageFrame] = deque(maxlen=_ASKED)
        self._to_come = 0

    def add_image(self, message: ImageMessage) -> None:
        """Keep an image; where there are too many, of each time some are dropped: a slow detector
        still finds the images of some of its regions here."""
        with self._lock:
            self._forget(nanoseconds(message.header.stamp))
            self._waiting[nanoseconds(message.header.stamp)] = message
            self._bytes += len(message.data)
            while self._bytes > _WAITING_BYTES and len(self._waiting) > 1:
                self._forget(self._least_missed())

    def add_regions(self, stamp_ns: int, regions: tuple[Region, ...]) -> PageFrame | None:
        """The frame of regions; ``None`` where their image was lost or dropped."""
        with self._lock:
            image = self._waiting.get(stamp_ns)
            if image is None:
                return None
            for older in [stamp for stamp in self._waiting if stamp <= stamp_ns]:
                self._forget(older)
            frame = PageFrame(stamp_ns, image, regions)
            self._newest.append(frame)
            if self._to_come:
                self._to_come -= 1
                self._asked.append(frame)
            return frame

    def keep_for_answer(self) -> None:
        """A question is asked now: its answer may come when many frames have followed."""
        with self._lock:
            self._asked.extend(f for f in self._newest if f not in self._asked)
            self._to_come = _NEWEST

    def of_stamp(self, stamp_ns: int) -> PageFrame | None:
        """The frame of a stamp, if it is kept."""
        with self._lock:
            kept = (*self._newest, *self._asked)
            return next((f for f in kept if f.stamp_ns == stamp_ns), None)

    def clear(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._waiting.clear()
            self._newest.clear()
            self._asked.clear()
            self._bytes = 0

    def _least_missed(self) -> int:
        """The stamp whose image leaves the smallest gap; neither the first nor the last one."""
        stamps = sorted(self._waiting)
        gaps = zip(stamps, stamps[1:], stamps[2:], strict=False)
        return min(((after - before, at) for before, at, after in gaps), default=(0, stamps[0]))[1]

    def _forget(self, stamp_ns: int) -> None:
        dropped = self._waiting.pop(stamp_ns, None)
        if dropped is not None:
            self._bytes -= len(dropped.data)
