"""Walks through values of the query language: all parts of one, and one with parts changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any


def swapped(value: Any, change: Callable[[Any], Any]) -> Any:
    """A value of the query language with parts changed, from the inside out."""
    if isinstance(value, tuple):
        return tuple(swapped(item, change) for item in value)
    if not is_dataclass(value) or isinstance(value, Enum | type):
        return value
    changes = {f.name: swapped(getattr(value, f.name), change) for f in fields(value)}
    same = all(getattr(value, name) is part for name, part in changes.items())
    return change(value if same else replace(value, **changes))


def parts(value: Any) -> tuple[Any, ...]:
    """Every value inside a value, itself included."""
    found: list[Any] = []

    def note(part: Any) -> Any:
        found.append(part)
        return part

    swapped(value, note)
    return tuple(found)
