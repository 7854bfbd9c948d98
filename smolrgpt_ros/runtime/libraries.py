# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The libraries that the package was tested with, and what is installed instead."""

from __future__ import annotations

import importlib.metadata
import re

#: The first version that fits, and the first one that no longer does (empty: not known), by the
#: names of the Python Package Index; those of ``pyproject.toml``.
TESTED = {
    "huggingface_hub": ("1", ""),
    "mujoco": ("3.3", ""),
    "numpy": ("1.26", ""),
    "torch": ("2.4", ""),
    "transformers": ("5.20", "6"),
    "ultralytics": ("8.4.50", "8.5"),
}


class LibraryError(RuntimeError):
    """A library that is missing or was never tested; the message has the command that mends it."""


def check_libraries(*names: str) -> None:
    """Look at the installed versions of libraries, before they are imported.

    Args:
        names: keys of :data:`TESTED`.

    Raises:
        LibraryError: for the first one that is missing or outside its range.
    """
    for name in names:
        installed_version(name)


def installed_version(name: str) -> str:
    """The installed version of a library.

    Raises:
        LibraryError: if it is missing or outside its range.
    """
    first, below = TESTED[name]
    wanted = f"{name}>={first},<{below}" if below else f"{name}>={first}"
    mend = f"python3 -m pip install '{wanted}' (all of them: requirements.txt)"
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError as error:
        raise LibraryError(f"{name} is not installed; {mend}") from error
    if _numbers(version) < _numbers(first) or (below and _numbers(version) >= _numbers(below)):
        raise LibraryError(f"{name} {version} was never tested with this package; {mend}")
    return version


def _numbers(version: str) -> tuple[int, ...]:
    """``"2.14.1+cpu"`` -> (2, 14, 1)."""
    return tuple(int(part) for part in re.findall(r"\d+", version.split("+")[0])[:3])
