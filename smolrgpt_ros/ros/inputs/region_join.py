"""Images and the regions that another node found in them, brought together by their stamps."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.status import QueryError, Status

from ..convert.messages import client_region
from ..convert.time import nanoseconds
from .frame_builder import FrameMessages


class RegionJoin:
    """Holds images until their regions come, and regions until their images come.

    Neither method blocks or waits. What finds no partner is dropped, oldest arrival first.

    Args:
        on_joined: called with messages that have their regions.
        size: images, and region arrays, that wait at most.
    """

    def __init__(self, on_joined: Callable[[FrameMessages], None], size: int = 60) -> None:
        self._on_joined = on_joined
        self._size = size
        self._images: OrderedDict[int, FrameMessages] = OrderedDict()
        self._regions: OrderedDict[int, Any] = OrderedDict()
        self._lock = threading.Lock()

    def images(self, messages: FrameMessages) -> None:
        """Images came."""
        stamp = nanoseconds(messages.rgb.header.stamp)
        with self._lock:
            regions = self._regions.pop(stamp, None)
            if regions is None:
                self._keep(self._images, stamp, messages)
        if regions is not None:
            self._on_joined(replace(messages, regions=regions))

    def regions(self, array: Any) -> None:
        """A ``RegionArray`` came."""
        stamp = nanoseconds(array.header.stamp)
        with self._lock:
            messages = self._images.pop(stamp, None)
            if messages is None:
                self._keep(self._regions, stamp, array)
        if messages is not None:
            self._on_joined(replace(messages, regions=array))

    def _keep(self, waiting: OrderedDict[int, Any], stamp: int, value: Any) -> None:
        waiting.pop(stamp, None)
        waiting[stamp] = value
        while len(waiting) > self._size:
            waiting.popitem(last=False)


def given_regions(
    messages: FrameMessages, frame: RgbdFrame, most: int = 256
) -> tuple[Region, ...] | None:
    """The regions that came with an image; ``None`` where none did.

    Raises:
        QueryError: UNKNOWN_REGION if one of them does not fit the image, or there are too many.
    """
    array = messages.regions
    if array is None:
        return None
    if len(array.regions) > most:
        raise QueryError(
            Status.UNKNOWN_REGION,
            f"{len(array.regions)} regions came on the regions topic, allowed are {most}",
        )
    regions = []
    for message in array.regions:
        region = client_region(message).in_frame(frame)
        regions.append(replace(region, score=float(message.score)))
    if len({region.id for region in regions}) != len(regions):
        raise QueryError(Status.UNKNOWN_REGION, "two regions of the regions topic have the same id")
    return tuple(regions)
