# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Nodes as processes of a demo, in a ROS domain of its own."""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

from ..programs import end_programs, start_program


def use_own_domain() -> str:
    """Set a ROS domain of its own on this machine only: other graphs neither hear nor disturb it.

    Returns:
        its number; that of ``ROS_DOMAIN_ID`` where it is set.
    """
    os.environ.setdefault("ROS_DOMAIN_ID", str(random.SystemRandom().randint(1, 100)))
    os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
    return os.environ["ROS_DOMAIN_ID"]


class Processes:
    """The nodes of the demo; all of them end with it.

    Args:
        logs: folder for what they print.
    """

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, module: str, parameters: dict[str, object]) -> None:
        """Start a node's module with ROS parameters."""
        words = [word for key, value in parameters.items() for word in ("-p", f"{key}:={value}")]
        log = self._logs / f"{name}.log"
        self._running[name] = start_program(module, "--ros-args", *words, log=log)

    def check(self) -> None:
        """Raise RuntimeError if one has ended, with the end of what it printed."""
        for name, process in self._running.items():
            if process.poll() is not None:
                said = (self._logs / f"{name}.log").read_text(errors="replace").splitlines()
                raise RuntimeError(
                    f"the {name} process ended with code {process.returncode}:\n"
                    + "\n".join(f"    {line}" for line in said[-15:])
                )

    def stop(self) -> None:
        """Ask all to end, and make those that do not."""
        end_programs(self._running.values())
