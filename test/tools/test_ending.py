# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Programs that are asked to end take with them what they started."""

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from smolrgpt_ros.tools.ending import ENDING, ending_as_on_ctrl_c

PROGRAM = """
import subprocess, sys, time
from smolrgpt_ros.tools.ending import ending_as_on_ctrl_c

with ending_as_on_ctrl_c():
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        print(child.pid, flush=True)
        time.sleep(600)
    except KeyboardInterrupt:
        print("asked", flush=True)
    finally:
        child.kill()
        print("child ended with", child.wait(60), flush=True)
"""


@pytest.fixture
def _terminal() -> Iterator[None]:
    """As without ``nohup``, which the tests may run under."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("_terminal")
@pytest.mark.parametrize("number", ENDING, ids=lambda number: number.name)
def test_what_was_started_ends_too_in_the_background_as_well(number):
    program = subprocess.Popen(
        [sys.executable, "-P", "-c", PROGRAM],
        stdout=subprocess.PIPE,
        text=True,
        # As of a program that a shell started with "&".
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    try:
        assert program.stdout is not None
        assert int(program.stdout.readline()) > 0
        program.send_signal(number)
        said, _ = program.communicate(timeout=60)
    finally:
        program.kill()
    assert said == "asked\nchild ended with -9\n"
    assert program.returncode == 0


@pytest.mark.usefixtures("_terminal")
def test_behind_the_block_signals_do_what_they_did_before():
    before = [signal.getsignal(number) for number in ENDING]
    with ending_as_on_ctrl_c():
        assert all(signal.getsignal(number) not in before for number in ENDING)
    assert [signal.getsignal(number) for number in ENDING] == before


def test_a_program_under_nohup_outlives_its_terminal():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ending_as_on_ctrl_c():
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
            assert signal.getsignal(signal.SIGTERM) not in (signal.SIG_IGN, signal.SIG_DFL)
    finally:
        signal.signal(signal.SIGHUP, before)
