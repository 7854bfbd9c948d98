# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""One heap for all threads: counted by the C library itself, in processes of their own."""

import os
import subprocess
import sys

import pytest

from smolrgpt_ros.nodes.process_memory import use_one_heap

#: Twelve threads that allocate at the same time, then the C library's own account.
ALLOCATE = """
import ctypes, sys, threading
libc = ctypes.CDLL("libc.so.6")
if not hasattr(libc, "malloc_info"):
    sys.exit(77)
if sys.argv[1] == "one":
    from smolrgpt_ros.nodes.process_memory import use_one_heap
    assert use_one_heap()
barrier = threading.Barrier(12)
def work():
    barrier.wait()
    kept = [bytearray(5000) for _ in range(50)]
    barrier.wait()
threads = [threading.Thread(target=work) for _ in range(12)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""


def heaps(how):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MALLOC_")}
    done = subprocess.run(
        [sys.executable, "-c", ALLOCATE, how],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    if done.returncode == 77 or "libc.so.6" in done.stderr:
        pytest.skip("another C library than glibc")
    assert done.returncode == 0, done.stderr
    return done.stdout.count("<heap nr=")


def test_threads_share_one_heap_that_had_their_own():
    assert heaps("default") > 1
    assert heaps("one") == 1


def test_the_users_own_number_stays(monkeypatch):
    monkeypatch.setenv("MALLOC_ARENA_MAX", "4")
    assert not use_one_heap()
