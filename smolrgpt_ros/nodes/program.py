"""How a module becomes a process of its own: ``python -m smolrgpt_ros.nodes.program MODULE …``."""

from __future__ import annotations

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
    code = import_module(module).main()
    from .running import end_process

    end_process(code)


if __name__ == "__main__":
    run_program(sys.argv.pop(1))
