# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
import importlib.util
import os
import subprocess
import sys

import pytest

from smolrgpt_ros.simulation.sensing.offscreen import choose_backend


def _having(*libraries: str):
    return lambda name: f"lib{name}.so" if name in libraries else None


@pytest.mark.parametrize(
    ("libraries", "backend"),
    [(("EGL", "OSMesa"), "egl"), (("OSMesa",), "osmesa"), (("EGL",), "egl")],
)
def test_first_installed_backend_is_taken(monkeypatch, libraries, backend) -> None:
    monkeypatch.setenv("MUJOCO_GL", "")
    assert choose_backend(_having(*libraries)) == backend
    assert os.environ["MUJOCO_GL"] == backend


def test_the_users_choice_wins(monkeypatch) -> None:
    monkeypatch.setenv("MUJOCO_GL", "OSMesa")
    assert choose_backend(_having("EGL")) == "osmesa"


def test_without_any_backend_the_packages_are_named(monkeypatch) -> None:
    monkeypatch.setenv("MUJOCO_GL", "")
    with pytest.raises(RuntimeError, match=r"libegl1.*libosmesa6"):
        choose_backend(_having())


def test_a_backend_that_needs_a_screen_is_refused(monkeypatch) -> None:
    monkeypatch.setenv("MUJOCO_GL", "glfw")
    with pytest.raises(RuntimeError, match="glfw"):
        choose_backend(_having("EGL"))


def test_torchs_compiler_can_be_imported_after_rendering(can_render) -> None:
    # In a process of its own: the fault would end this one.
    if importlib.util.find_spec("triton") is None:
        pytest.skip("triton is not installed")
    program = (
        "from smolrgpt_ros.simulation.warehouse import shared_renderer as make;"
        "make(64, 64); import triton; print('alive')"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=200
    )
    assert run.stdout.strip() == "alive", (run.returncode, run.stderr[-500:])
