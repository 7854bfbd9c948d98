# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Values of the query language taken apart and put together again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any


def changed(value: Any, change: Callable[[Any], Any]) -> Any:
    """A value with its parts changed, from the inside out.

    Args:
        value: of the query language; tuples are gone through, enums and numbers stay.
        change: called with every part, the value itself last; gives what stands in its place.
    """
    if isinstance(value, tuple):
        return tuple(changed(item, change) for item in value)
    if not is_dataclass(value) or isinstance(value, Enum | type):
        return value
    parts = {f.name: changed(getattr(value, f.name), change) for f in fields(value)}
    same = all(getattr(value, name) is part for name, part in parts.items())
    return change(value if same else replace(value, **parts))


def parts_of(value: Any) -> tuple[Any, ...]:
    """Every part of a value, itself last."""
    found: list[Any] = []

    def note(part: Any) -> Any:
        found.append(part)
        return part

    changed(value, note)
    return tuple(found)
