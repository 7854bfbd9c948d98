# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The arguments of a question, checked and made fields of a request.

Generated messages do not check what is in a list, and a wrong value there ends the process when the
message is sent: everything is checked here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from numbers import Integral, Real
from typing import TypeAlias, TypedDict

from builtin_interfaces.msg import Duration, Time

from smolrgpt_ros import msg as interfaces
from smolrgpt_ros.ros.convert.messages import request_region
from smolrgpt_ros.ros.convert.time import NS, duration_of, time_of
from smolrgpt_ros.scene.region import Region

#: A region of a client: with its mask as an array, or as a message.
OwnRegion: TypeAlias = Region | interfaces.Region

_LARGEST_ID, _LATEST_NS = 2**31 - 1, 2**31 * NS - 1


class RequestFields(TypedDict):
    """Fields that ``srv/SpatialQuery`` and the action's goal share."""

    question: str
    region_ids: list[int]
    regions: list[interfaces.Region]
    stamp: Time
    max_age: Duration
    target_frame: str
    camera: str


def request_fields(
    question: str,
    region_ids: Sequence[int],
    regions: Sequence[OwnRegion],
    stamp_ns: int,
    max_age_s: float,
    target_frame: str,
    camera: str,
) -> RequestFields:
    """The fields of a request; arguments are those of :meth:`.SpatialClient.ask`.

    Raises:
        TypeError: naming the argument, what it takes and what was found.
        ValueError: for a number that no message can hold.
    """
    return RequestFields(
        question=checked_text("question", question),
        region_ids=[
            _whole("region_ids", i, -_LARGEST_ID - 1, _LARGEST_ID)
            for i in _several("region_ids", region_ids)
        ],
        regions=[_region(region) for region in _several("regions", regions)],
        stamp=time_of(_whole("stamp_ns", stamp_ns, 0, _LATEST_NS)),
        max_age=duration_of(checked_seconds("max_age_s", max_age_s)),
        target_frame=checked_text("target_frame", target_frame),
        camera=checked_text("camera", camera),
    )


def checked_text(name: str, value: object) -> str:
    """An argument that is text.

    Raises:
        TypeError: if it is none.
    """
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, found {_found(value)}")
    return value


def _several(name: str, values: object) -> list[object]:
    if isinstance(values, (str, bytes, dict)) or not isinstance(values, Iterable):
        raise TypeError(f"{name} must be a sequence, found {_found(values)}")
    return list(values)


def _whole(name: str, value: object, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} takes whole numbers, found {_found(value)}")
    number = int(value)
    if not least <= number <= most:
        raise ValueError(f"{name} takes whole numbers of {least} to {most}, found {number}")
    return number


def checked_seconds(name: str, value: object, unit: str = "seconds") -> float:
    """An argument in seconds, or in another unit.

    Raises:
        TypeError: if it is no number.
        ValueError: if it is not finite.
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be {unit}, found {_found(value)}")
    if not math.isfinite(value):
        raise ValueError(f"{name} must be finite, found {value}")
    return float(value)


def checked_timeout(timeout_s: object) -> float:
    """A timeout in seconds.

    Raises:
        TypeError: if it is no number.
        ValueError: if it is not above 0.
    """
    seconds = checked_seconds("timeout_s", timeout_s)
    if not seconds > 0.0:
        raise ValueError(f"timeout_s must be above 0 seconds, found {seconds}")
    return seconds


def _region(value: object) -> interfaces.Region:
    if isinstance(value, Region):
        return request_region(value)
    if isinstance(value, interfaces.Region):
        return value
    raise TypeError(
        "regions takes smolrgpt_ros.scene.region.Region (Region.from_mask(array, label)) or "
        f"smolrgpt_ros.msg.Region, found {_found(value)}"
    )


def _found(value: object) -> str:
    return f"{type(value).__name__} {value!r:.60}"
