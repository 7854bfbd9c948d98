# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""How a module becomes a process of its own: ``python -m smolrgpt_ros.nodes.program MODULE …``."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import NoReturn

from .process_memory import use_one_heap


def run_program(module: str) -> NoReturn:
    """Run a module's ``main`` and end the process with its exit code.

    Args:
        module: full name; imported here, so that nothing large is imported before the heap is set.
    """
    use_one_heap()
    end_process(import_module(module).main())


def end_process(code: int) -> NoReturn:
    """End the process now: Python would wait for threads that hang in a model."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)


if __name__ == "__main__":
    run_program(sys.argv.pop(1))
