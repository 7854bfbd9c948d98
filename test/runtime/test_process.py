# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Processes whose parent is killed: nothing of Python runs in it any more."""

import ast
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import smolrgpt_ros

PACKAGE = Path(smolrgpt_ros.__file__).parent

#: A worker that waits for work and one that has some, as of a training that simulates.
WORKERS = """
import multiprocessing, os, sys, time
from concurrent.futures import ProcessPoolExecutor
from smolrgpt_ros.runtime.process import end_with_parent

context = multiprocessing.get_context("spawn")
pool = ProcessPoolExecutor(2, context, end_with_parent, (os.getpid(),))
pool.submit(time.sleep, 600)
for done in [pool.submit(os.getpid) for _ in range(2)]:
    done.result(60)
print(*(process.pid for process in multiprocessing.active_children()), flush=True)
time.sleep(600)
"""

#: A node of the demo or of the soak test.
PROGRAM = """
import subprocess, time
from smolrgpt_ros.tools.programs import start_program

print(start_program("timeit", "-n", "1", "import time; time.sleep(600)").pid, flush=True)
time.sleep(600)
"""


def runs(pid):
    """Whether a process runs: a killed parent's children are nobody's to collect."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize("program", [WORKERS, PROGRAM], ids=["workers", "program"])
def test_what_a_killed_program_started_ends_too(program):
    parent = subprocess.Popen([sys.executable, "-P", "-c", program], stdout=subprocess.PIPE)
    started = []
    try:
        assert parent.stdout is not None
        started = [int(pid) for pid in parent.stdout.readline().split()]
        assert started and all(map(runs, started))
        parent.kill()
        parent.wait(30)
        end = time.monotonic() + 60
        while any(map(runs, started)):
            assert time.monotonic() < end, "it runs on"
            time.sleep(0.05)
    finally:
        parent.kill()
        parent.communicate(timeout=30)
        for pid in filter(runs, started):
            os.kill(pid, signal.SIGKILL)


def test_all_pools_of_processes_end_with_their_program():
    pools = [
        (
            path.name,
            {ast.unparse(value) for value in (*node.args, *(k.value for k in node.keywords))},
        )
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rsplit(".")[-1] in ("Pool", "ProcessPoolExecutor")
    ]
    assert {name for name, _ in pools} >= {"simulated_frames.py", "writer.py"}
    assert [name for name, given in pools if "end_with_parent" not in given] == []
