# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Memory of a process: heaps as the C library counts them, pages as the kernel counts them."""

import importlib.util
import mmap
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from smolrgpt_ros.nodes.process_memory import left_out, unmap_libraries, use_one_heap

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


#: 40 MB free below one block that is kept.
FRAGMENT = """
import ctypes, sys
from smolrgpt_ros.nodes.process_memory import resident_bytes, use_one_heap
from smolrgpt_ros.runtime.process import trim_heap
use_one_heap()
if not hasattr(ctypes.CDLL("libc.so.6"), "malloc_trim"):
    sys.exit(77)
blocks = [bytearray(100_000) for _ in range(400)]
del blocks[:-1]
before = resident_bytes()
assert trim_heap()
print((before - resident_bytes()) // 2**20)
"""


def run(program, *words):
    """What a program prints, in a process of its own."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MALLOC_")}
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    if done.returncode == 77 or "libc.so.6" in done.stderr:
        pytest.skip("another C library than glibc")
    assert done.returncode == 0, done.stderr
    return done.stdout


def heaps(how):
    return run(ALLOCATE, how).count("<heap nr=")


def test_threads_share_one_heap_that_had_their_own():
    assert heaps("default") > 1
    assert heaps("one") == 1


def test_the_users_own_number_stays(monkeypatch):
    monkeypatch.setenv("MALLOC_ARENA_MAX", "4")
    assert not use_one_heap()


def test_free_memory_below_what_is_kept_is_given_back():
    assert int(run(FRAGMENT)) > 30


def resident_kib(path):
    """Resident size of a file's mapping."""
    text = Path("/proc/self/smaps").read_text()
    found = re.search(re.escape(str(path)) + r"\n.*?^Rss:\s+(\d+)", text, re.S | re.M)
    assert found
    return int(found[1])


def test_pages_of_libraries_are_unmapped_and_come_back_from_their_file(tmp_path):
    library = tmp_path / "libcublas.so"
    library.write_bytes(bytes(range(256)) * 4096)  # 1 MiB
    with library.open("rb") as opened:
        mapped = mmap.mmap(opened.fileno(), 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ)
    assert len(bytes(mapped)) == 2**20
    assert resident_kib(library) == 1024
    assert unmap_libraries() >= 2**20
    assert resident_kib(library) == 0
    assert mapped[255] == 255


def test_pages_that_the_process_wrote_stay(tmp_path):
    library = tmp_path / "libtorch_cuda.so"
    library.write_bytes(bytes(8192))
    with library.open("rb") as opened:
        mapped = mmap.mmap(
            opened.fileno(), 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE
        )
    mapped[5000] = 7
    unmap_libraries()
    assert mapped[5000] == 7


def test_a_library_is_left_out_for_a_while(monkeypatch):
    """Also one of which something was imported before, as numba does of scipy."""
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    loaded = sys.modules["subprocess"]
    with left_out("colorsys", "subprocess"):
        assert importlib.util.find_spec("colorsys") is None
        assert importlib.util.find_spec("subprocess") is None
    assert importlib.util.find_spec("colorsys")
    assert sys.modules["subprocess"] is loaded
