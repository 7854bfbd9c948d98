# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Values of the query language taken apart and put together again."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import is_dataclass, replace
from enum import Enum
from typing import Any


def changed(value: Any, change: Callable[[Any], Any]) -> Any:
    """A value with its parts changed, from the inside out.

    Args:
        value: of the query language; tuples are gone through, enums and numbers stay.
        change: called with every part, the value itself last; gives what stands in its place.
    """
    if isinstance(value, tuple):
        items = tuple([changed(item, change) for item in value])
        return value if all(map(operator.is_, items, value)) else items
    if not is_dataclass(value) or isinstance(value, Enum | type):
        return value
    parts = {}
    for name in value.__dataclass_fields__:
        part = getattr(value, name)
        other = changed(part, change)
        if other is not part:
            parts[name] = other
    return change(replace(value, **parts) if parts else value)


def parts_of(value: Any) -> tuple[Any, ...]:
    """Every part of a value, itself last."""
    found: list[Any] = []

    def note(part: Any) -> Any:
        found.append(part)
        return part

    changed(value, note)
    return tuple(found)
