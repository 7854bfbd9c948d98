# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Compiles loops over numbers to machine code, once for each machine.

The first call compiles, which takes seconds, and stores the result beside the source file, or in
the user's cache folder where that may not be written. ``NUMBA_CACHE_DIR`` names another folder.
What a stored function took from other files stays in it when they change: so everything that it
calls is in its own file, and numbers of other files, but for the order of values, its arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from numba import njit

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

_OPTIONS: dict[str, object] = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}


def compiled(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """The same function in machine code, without Python's global lock, stored.

    Its arguments are arrays, numbers and tuples of them: what is stored must not name our classes.
    Division by zero gives what it gives in NumPy.
    """
    try:
        fast: Callable[Parameters, Result] = njit(cache=True, **_OPTIONS)(function)
    except RuntimeError:  # no folder may be written: every process compiles anew
        fast = njit(**_OPTIONS)(function)
    return fast


def part_of_compiled(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """A function for compiled ones to call."""
    fast: Callable[Parameters, Result] = njit(**_OPTIONS)(function)
    return fast


def part_of_sums(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """The same, whose sums and products may be taken in any order, and which becomes a part of what
    calls it: a loop over numbers without branches takes several of them at once."""
    options = {**_OPTIONS, "fastmath": {"reassoc", "contract"}, "forceinline": True}
    fast: Callable[Parameters, Result] = njit(**options)(function)
    return fast
