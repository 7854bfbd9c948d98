# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""How a module becomes a process of its own: ``python -m smolrgpt_ros.nodes.program MODULE …``.

``--parent PID`` before the module: the process ends when the one that started it has ended.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import NoReturn

from smolrgpt_ros.runtime.process import end_with_parent

from .process_memory import use_one_heap


def run_program(module: str, parent: int | None = None) -> NoReturn:
    """Run a module's ``main`` and end the process with its exit code.

    Args:
        module: full name; imported here, so that nothing large is imported before the heap is set.
            Libraries draw no progress bars: the log of a launch would have each step as a line.
        parent: see ``end_with_parent``; ``None``: the process stays where that one ends.
    """
    use_one_heap()
    os.environ.setdefault("TQDM_DISABLE", "1")  # read when tqdm is imported
    if parent is not None:
        end_with_parent(parent)
    end_process(import_module(module).main())


def end_process(code: int) -> NoReturn:
    """End the process now: Python would wait for threads that hang in a model."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)


if __name__ == "__main__":
    parent = None
    if sys.argv[1] == "--parent":
        parent = int(sys.argv[2])
        del sys.argv[1:3]
    run_program(sys.argv.pop(1), parent)
