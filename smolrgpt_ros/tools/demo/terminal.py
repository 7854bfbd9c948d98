# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Colours of a terminal."""

from __future__ import annotations

import os
from enum import Enum
from typing import TextIO


class Paint(Enum):
    """A way to write a text: codes of ECMA-48."""

    NONE = ""
    DIM = "2"
    RED = "31"
    GREEN = "32"


def has_colors(stream: TextIO) -> bool:
    """Whether a stream is a terminal that shows colours; ``NO_COLOR`` (no-color.org) says no."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def painted(text: str, paint: Paint, colored: bool = True) -> str:
    """A text in a colour, where colours are wanted.

    Args:
        text: may be padded; the codes take no columns.
    """
    if not colored or paint is Paint.NONE:
        return text
    return f"\x1b[{paint.value}m{text}\x1b[0m"
