# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The process of one step: ``python -m ...gpu_check.step_process STEP OPTIONS RECORD_FILE``."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from smolrgpt_ros.runtime.process import end_with_parent

from .options import CheckOptions
from .record import MissingError, Record

PASSED, FAILED, SKIPPED = 0, 1, 3
"""Exit codes."""


def run_step(name: str, options: CheckOptions, record: Record) -> int:
    """Run a step in this process.

    Returns:
        The exit code. What was raised becomes a finding; its traceback goes to standard error.
    """
    try:
        import_module(f".steps.{name}", __package__).run(options, record)
    except MissingError as error:
        record.conclude(f"skipped: {error}")
        return SKIPPED
    except Exception as error:
        traceback.print_exc()
        record.check("ran to its end", False, f"{type(error).__name__}: {error}")
        record.conclude(f"{type(error).__name__}: {error}".splitlines()[0])
        return FAILED
    if record.failed:
        record.conclude(f"not as it should be: {', '.join(record.failed)}")
        return FAILED
    return PASSED


def main(arguments: Sequence[str]) -> int:
    """Run the step that the runner names."""
    name, options, file = arguments
    return run_step(name, CheckOptions.from_json(options), Record(Path(file)))


if __name__ == "__main__":
    end_with_parent(os.getppid())
    sys.exit(main(sys.argv[1:]))
