# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Lets Python find the generated half of ``smolrgpt_ros`` where the source tree is the other half.

colcon generates ``smolrgpt_ros.msg``, ``.srv`` and ``.action`` into its install prefix. On a ROS
host the module is installed beside them and nothing is needed. On a pip host people edit and run
the source tree, which has no such folders; this finder adds exactly the generated ones, and only
where the ordinary search found nothing. ``scripts/setup`` loads it from a ``.pth`` file of its
virtual environment.
"""

from __future__ import annotations

import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType

PACKAGE = "smolrgpt_ros"
GENERATED = ("msg", "srv", "action")


class InterfaceFinder:
    """Finds generated modules in ``directory``, the installed ``smolrgpt_ros`` folder."""

    def __init__(self, directory: str) -> None:
        self.directory = directory

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The spec of a generated folder or of its C extension; ``None`` for every other name."""
        package, _, rest = name.partition(".")
        if package != PACKAGE or not (rest in GENERATED or rest.startswith(f"{PACKAGE}_s__")):
            return None
        return importlib.machinery.PathFinder.find_spec(name, [self.directory])


def install(directory: str) -> None:
    """Appends a finder for ``directory`` to ``sys.meta_path``, once."""
    for finder in sys.meta_path:
        if isinstance(finder, InterfaceFinder) and finder.directory == directory:
            return
    sys.meta_path.append(InterfaceFinder(directory))
