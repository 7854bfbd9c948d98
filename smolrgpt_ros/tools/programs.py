# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Programs of this package as processes of their own: started, ended, and what they hold."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from smolrgpt_ros.nodes.process_memory import resident_bytes


class WatchedProcess:
    """What a running process holds, from ``/proc``.

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


def program_command(module: str, *words: str) -> list[str]:
    """The command that runs a module's ``main`` with arguments until this process ends; see
    ``nodes.program``."""
    own_folder = ["-P"] if getattr(sys.flags, "safe_path", False) else []  # as this process, 3.11
    start = [sys.executable, *own_folder, "-m", "smolrgpt_ros.nodes.program"]
    return [*start, "--parent", str(os.getpid()), module, *words]


def start_program(module: str, *words: str, log: Path | None = None) -> subprocess.Popen[bytes]:
    """Start a module's ``main`` with arguments.

    Args:
        module: full name.
        words: arguments.
        log: gets what it prints; ``None``: printed as of this process.
    """
    command = program_command(module, *words)
    if log is None:
        return subprocess.Popen(command)
    with log.open("wb") as stream:
        return subprocess.Popen(command, stdout=stream, stderr=subprocess.STDOUT)


def end_programs(processes: Iterable[subprocess.Popen[bytes]], timeout_s: float = 15.0) -> None:
    """Ask processes to end, and kill those that do not."""
    running = [process for process in processes if process.poll() is None]
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout_s)


@contextmanager
def running_program(module: str, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A module's ``main`` with arguments, ended when the block ends."""
    started = start_program(module, *words)
    try:
        yield started
    finally:
        end_programs([started])


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
