# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""OpenGL without a screen: EGL where it is installed, else OSMesa."""

from __future__ import annotations

import contextlib
import ctypes.util
import importlib.util
import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

BACKENDS = {"egl": "EGL", "osmesa": "OSMesa"}
GL_HELP = (
    "cannot render off-screen ({error}). Install the Debian packages libegl1 and libgl1-mesa-dri "
    "(for MUJOCO_GL=egl) or libosmesa6 (for MUJOCO_GL=osmesa), or replay recorded frames instead."
)


def choose_backend(find: Callable[[str], str | None] = ctypes.util.find_library) -> str:
    """Name of the backend: that of ``MUJOCO_GL``, else the first installed, then noted there.

    Args:
        find: looks up a shared library by name.

    Raises:
        RuntimeError: if ``MUJOCO_GL`` names a backend that needs a screen, or none is installed;
            the message names the packages.
    """
    wanted = os.environ.get("MUJOCO_GL", "").strip().lower()
    if wanted:
        if wanted not in BACKENDS:
            raise RuntimeError(GL_HELP.format(error=f"MUJOCO_GL is {wanted!r}, not egl or osmesa"))
        return wanted
    for backend, library in BACKENDS.items():
        if find(library):
            # PyOpenGL decides once per process; MuJoCo reads this when it is imported.
            os.environ["MUJOCO_GL"] = backend
            return backend
    raise RuntimeError(GL_HELP.format(error="neither libEGL nor libOSMesa is installed"))


def open_context(width: int, height: int) -> Any:
    """A current OpenGL context for pictures of that size.

    Raises:
        Exception: whatever the backend raises; callers add ``GL_HELP``.
    """
    _load_triton_first()
    context = import_module(f"mujoco.{choose_backend()}").GLContext(width, height)
    context.make_current()
    return context


def _load_triton_first() -> None:
    """Loads Triton's library, where there is one, before Mesa's.

    Both bring an LLVM. With Mesa's there first, the process dies as soon as torch's compiler
    imports Triton, which transformers makes it do.
    """
    spec = importlib.util.find_spec("triton")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for library in Path(folder).glob("_C/libtriton*.so"):
            # A library that cannot be loaded cannot get in the way either.
            with contextlib.suppress(OSError):
                ctypes.CDLL(str(library))
