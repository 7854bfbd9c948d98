# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A program of this package as a process of its own, and what it holds, from ``/proc``."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from smolrgpt_ros.nodes.process_memory import resident_bytes


class Watched:
    """A running process.

    Args:
        pid: of the process.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid

    def cpu_s(self) -> float:
        """CPU seconds of all threads so far."""
        fields = Path(f"/proc/{self._pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def mib(self) -> float:
        """Memory held, MiB."""
        return resident_bytes(str(self._pid)) / 2**20

    def own_mib(self) -> float:
        """Memory that the process wrote and shares with no other, MiB: what a file backs is left
        out."""
        lines = Path(f"/proc/{self._pid}/smaps_rollup").read_text().splitlines()
        return (
            sum(int(line.split()[1]) for line in lines if line.startswith("Private_Dirty:")) / 1024
        )

    def threads(self) -> int:
        """Threads now."""
        return len(os.listdir(f"/proc/{self._pid}/task"))

    def descriptors(self) -> int:
        """Open files and sockets now."""
        return len(os.listdir(f"/proc/{self._pid}/fd"))


@contextmanager
def process(module: str, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A module's ``main`` with arguments, ended when the block ends."""
    program = "smolrgpt_ros.nodes.program"
    started = subprocess.Popen([sys.executable, "-P", "-m", program, module, *words])
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(15)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait(15)


def wait_for(condition: Callable[[], object], what: str, timeout_s: float = 60.0) -> None:
    """Wait until a condition holds.

    Raises:
        TimeoutError: if it does not in time; the message has ``what``.
    """
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {timeout_s} s for {what}")
        time.sleep(0.05)
