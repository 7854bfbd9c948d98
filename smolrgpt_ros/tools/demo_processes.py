# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Nodes as processes of a demo, in a ROS domain of its own."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path


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
        environment: of the processes.
    """

    def __init__(self, logs: Path, environment: dict[str, str]) -> None:
        self._logs, self._environment = logs, environment
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, module: str, parameters: dict[str, object]) -> None:
        """Start ``python -m module`` with ROS parameters."""
        command = [sys.executable, "-m", "smolrgpt_ros.nodes.program", module, "--ros-args"]
        for key, value in parameters.items():
            command += ["-p", f"{key}:={value}"]
        with (self._logs / f"{name}.log").open("wb") as log:
            self._running[name] = subprocess.Popen(
                command, stdout=log, stderr=subprocess.STDOUT, env=self._environment
            )

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
        for process in self._running.values():
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
        for process in self._running.values():
            try:
                process.wait(10.0)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
