import os

import pytest

from smolrgpt_ros.simulation.offscreen import choose_backend


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
