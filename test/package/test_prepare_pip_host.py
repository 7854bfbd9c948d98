# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What scripts/setup does to the ROS wheels and to Python's path."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


prepare = load(ROOT / "scripts" / "prepare_pip_host.py")
finder = load(ROOT / "pip_host" / "smolrgpt_ros_interface_finder.py")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/opt/python/cp311-cp311/include/python3.11", "/ours"),
        ("/opt/python/cp313-cp313/include/python3.13;next", "/ours;next"),
        ("/opt/python/cp311-cp311/lib/python3.11/site-packages/numpy/_core/include", "/numpy"),
        ("/opt/python/cp310-cp310/lib/python3.10/site-packages/numpy/core/include", "/numpy"),
        ("/usr/include/python3.11", "/usr/include/python3.11"),
        ("/opt/python/cp311-cp311/lib/other", "/opt/python/cp311-cp311/lib/other"),
    ],
)
def test_include_folders_of_the_wheel_builder_are_replaced(text, expected):
    assert prepare.mend_text(f'"{text}"', "/ours", "/numpy") == f'"{expected}"'


def test_mending_counts_and_is_done_once(tmp_path):
    cmake = tmp_path / "share" / "std_msgs" / "cmake" / "export.cmake"
    cmake.parent.mkdir(parents=True)
    cmake.write_text('set(DIRS "/opt/python/cp311-cp311/include/python3.11;${_PREFIX}/include")')
    assert prepare.mend(tmp_path) == 1
    assert "/opt/python" not in cmake.read_text() and ";${_PREFIX}/include" in cmake.read_text()
    assert prepare.mend(tmp_path) == 0


def test_staging_links_what_colcon_builds_and_not_the_environment(tmp_path):
    for name in ("package.xml", "CMakeLists.txt"):
        (tmp_path / name).write_text(name)
    for name in ("msg", "smolrgpt_ros", ".venv", "build"):
        (tmp_path / name).mkdir()
    staged = prepare.stage(tmp_path)
    assert sorted(path.name for path in staged.iterdir()) == [
        "CMakeLists.txt", "msg", "package.xml", "smolrgpt_ros",
    ]  # fmt: skip
    assert prepare.stage(tmp_path) == staged  # and again


def test_the_finder_finds_generated_names_only(tmp_path):
    for name in ("srv", "scene"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("")
    (tmp_path / "smolrgpt_ros_s__rosidl_typesupport_c.py").write_text("")
    found = finder.InterfaceFinder(str(tmp_path))
    assert found.find_spec("smolrgpt_ros.srv").origin == str(tmp_path / "srv" / "__init__.py")
    assert found.find_spec("smolrgpt_ros.smolrgpt_ros_s__rosidl_typesupport_c") is not None
    for name in ("smolrgpt_ros.scene", "smolrgpt_ros.action", "smolrgpt_ros", "other.srv"):
        assert found.find_spec(name) is None, name


def run(code: str, **environment: str) -> str:
    """Output of a fresh interpreter, started outside the source tree."""
    environment = {**os.environ, **environment}
    answer = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd="/", env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


@pytest.mark.ros
def test_source_and_generated_interfaces_meet_in_one_interpreter():
    pytest.importorskip("rclpy", reason="needs the built interfaces: scripts/setup or colcon")
    code = (
        "import smolrgpt_ros.scene as s, smolrgpt_ros.srv as v; v.SpatialQuery; print(s.__file__)"
    )
    assert run(code).endswith("smolrgpt_ros/scene/__init__.py")


@pytest.mark.ros
def test_what_colcon_installed_stands_on_its_own():
    installed = ROOT / "build" / "install" / "smolrgpt_ros"
    if not installed.is_dir():
        pytest.skip("scripts/setup did not build here; a ROS host's workspace is colcon's matter")
    (site,) = installed.glob("lib/python3*/site-packages")
    code = "import smolrgpt_ros.scene as s, smolrgpt_ros.srv as v; print(s.__file__, v.__file__)"
    for path in run(code, PYTHONPATH=str(site)).split():
        assert path.startswith(str(site))
    for name in ("smolrgpt", "spatial_query_node", "warehouse_camera_node"):
        assert os.access(installed / "lib" / "smolrgpt_ros" / name, os.X_OK)
    for name in ("launch", "config", "package.xml", "srv/SpatialQuery.srv"):
        assert (installed / "share" / "smolrgpt_ros" / name).exists()
