# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""package.xml, setup.py, requirements and the tree: what builds and installs depend on."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "smolrgpt_ros"
MANIFEST = ElementTree.parse(ROOT / "package.xml").getroot()

#: Python modules that come with a ROS package of another name.
ROS_MODULES = {
    "ament_index_python", "builtin_interfaces", "diagnostic_msgs", "geometry_msgs",
    "launch", "launch_ros", "lifecycle_msgs", "message_filters", "nav_msgs", "rcl_interfaces",
    "rclpy", "sensor_msgs", "std_msgs", "std_srvs", "tf2_msgs", "tf2_ros",
    "visualization_msgs", "action_msgs", "bondpy", "rosidl_runtime_py", "tf2_py", "rosidl_parser",
}  # fmt: skip
WITHOUT_ROS = ("scene", "language", "detection", "model", "geometry", "rendering", "reasoning",
               "perception", "query", "simulation", "training", "evaluation")  # fmt: skip


def imported(path: Path) -> set[str]:
    """Top names of the modules a file imports absolutely."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
    return found


def declared(*tags: str) -> set[str]:
    return {element.text or "" for tag in tags for element in MANIFEST.findall(tag)}


@pytest.mark.parametrize("path", ["package.xml", "examples/smolrgpt_bt_nodes/package.xml"])
def test_manifests_keep_the_rules_of_format_3(path: str) -> None:
    package = pytest.importorskip("catkin_pkg.package").parse_package(str(ROOT / path))
    warnings: list[str] = []
    package.validate(warnings=warnings)
    assert warnings == []
    assert package.package_format == 3


def test_the_manifest_is_built_by_ament_cmake():
    package = pytest.importorskip("catkin_pkg.package").parse_package(str(ROOT / "package.xml"))
    assert (package.name, package.package_format) == ("smolrgpt_ros", 3)
    assert package.get_build_type() == "ament_cmake"
    assert [group.name for group in package.member_of_groups] == ["rosidl_interface_packages"]
    # The detector's weights have the licence of the library that trained them.
    assert [str(licence) for licence in package.licenses] == ["Apache-2.0", "AGPL-3.0-only"]
    files = [licence.file for licence in package.licenses]
    assert all((ROOT / file).is_file() for file in files)
    project = (ROOT / "pyproject.toml").read_text()
    assert f'license = "{" AND ".join(map(str, package.licenses))}"' in project
    assert all(file in project for file in files)


def test_buildtools_and_generators_are_declared():
    assert declared("buildtool_depend") == {
        "ament_cmake", "ament_cmake_python", "rosidl_default_generators",
    }  # fmt: skip
    assert "rosidl_default_runtime" in declared("exec_depend")


#: Packages whose Python module has another name.
ROS_PACKAGES = {"tf2_ros": "tf2_ros_py"}
#: rosdep keys of modules that PyPI or the system has; ``None``: no key, requirements.txt has them.
ROSDEP_KEYS = {
    "accelerate": None,
    "aiohttp": None,
    "anyio": None,
    "cv2": "python3-opencv",
    "fastapi": None,
    "huggingface_hub": "python3-huggingface-hub-pip",
    "mcp": None,
    "mcp_types": None,
    "mujoco": "python3-mujoco-pip",
    "networkx": "python3-networkx",
    "nicegui": None,
    "numba": None,
    "numpy": "python3-numpy",
    "PIL": "python3-pil",
    "pyarrow": None,
    "pycocotools": None,
    "rosbags": "python3-rosbags-pip",
    "safetensors": "python3-transformers-pip",
    "spellchecker": None,
    "tokenizers": "python3-transformers-pip",
    "torch": "python3-pytorch-pip",
    "tqdm": "python3-tqdm",
    "transformers": "python3-transformers-pip",
    "ultralytics": "python3-ultralytics-pip",
    "uvicorn": None,
    "yaml": "python3-yaml",
}
#: Where the name of the package on PyPI is another one than the module's.
DISTRIBUTIONS = {
    "aiohttp": "nicegui",  # comes with it
    "anyio": "mcp",  # comes with it
    "fastapi": "nicegui",  # comes with it
    "mcp_types": "mcp",  # likewise
    "spellchecker": "pyspellchecker",
    "uvicorn": "nicegui",  # likewise
}


def test_every_ros_package_that_is_used_is_declared():
    files = [*MODULE.rglob("*.py"), *ROOT.glob("launch/*.py")]
    used = set().union(*(imported(path) for path in files)) & ROS_MODULES
    # Messages that are imported by name, and programs that launch files start.
    texts = "\n".join(path.read_text() for path in files)
    used |= set(re.findall(r'"(\w+_msgs)"', texts)) | set(re.findall(r'package="(\w+)"', texts))
    packages = {ROS_PACKAGES.get(name, name) for name in used} - {"smolrgpt_ros"}
    declared_ones = declared("depend", "exec_depend")
    assert packages - declared_ones == set()
    cmake = set(re.findall(r"find_package\((\w+)", (ROOT / "CMakeLists.txt").read_text()))
    unused = declared_ones - packages - cmake - {"rosidl_default_runtime"}
    assert {name for name in unused if not name.startswith("python3-")} == set()


def test_every_other_library_is_installed_by_rosdep_or_by_the_requirements():
    used = set().union(*(imported(path) for path in MODULE.rglob("*.py")))
    own = {"smolrgpt_ros", "__future__", "_typeshed"}
    others = used - set(sys.stdlib_module_names) - ROS_MODULES - own
    assert others <= set(ROSDEP_KEYS), "name the rosdep key of a new library"
    keys = {key for name, key in ROSDEP_KEYS.items() if key and name in others}
    assert keys == {n for n in declared("exec_depend") if n.startswith("python3-")}
    pinned = (ROOT / "requirements.txt").read_text() + (ROOT / "pyproject.toml").read_text()
    for name in (name for name, key in ROSDEP_KEYS.items() if key is None):
        assert DISTRIBUTIONS.get(name, name) in pinned, name


def test_every_package_cmake_needs_is_declared():
    needed = re.findall(r"find_package\((\w+) REQUIRED\)", (ROOT / "CMakeLists.txt").read_text())
    tags = ("buildtool_depend", "depend", "test_depend")
    assert set(needed) <= declared(*tags)


@pytest.mark.parametrize("room", WITHOUT_ROS)
def test_rooms_outside_ros_import_no_ros(room):
    for path in (MODULE / room).rglob("*.py"):
        assert imported(path) & ROS_MODULES == set(), path


def test_the_init_file_holds_a_docstring_only():
    # rosidl's own, empty __init__.py may replace it in an installed package.
    body = ast.parse((MODULE / "__init__.py").read_text()).body
    assert len(body) == 1 and isinstance(body[0], ast.Expr)


def test_no_source_folder_has_the_name_of_a_generated_one():
    assert [name for name in ("msg", "srv", "action") if (MODULE / name).exists()] == []
    assert not (ROOT / "test" / "__init__.py").exists()


def test_every_room_is_a_package_that_pip_and_colcon_install():
    rooms = {path.parent for path in MODULE.rglob("*.py")}
    assert [str(room) for room in rooms if not (room / "__init__.py").is_file()] == []


@pytest.mark.parametrize("name", ["smolrgpt", "node", "run", "env", "setup", "demo", "test"])
def test_programs_can_be_executed(name):
    program = ROOT / "scripts" / name
    assert name == "env" or program.stat().st_mode & 0o111 == 0o111


def test_every_installed_node_is_a_module_with_a_main():
    (names,) = re.findall(r"foreach\(node (.*)\)", (ROOT / "CMakeLists.txt").read_text())
    assert set(names.split()) == {path.stem for path in (MODULE / "nodes").glob("*_node.py")}
    for name in names.split():
        tree = ast.parse((MODULE / "nodes" / f"{name}.py").read_text())
        assert "main" in [n.name for n in tree.body if isinstance(n, ast.FunctionDef)]


def test_the_command_is_on_the_path_of_a_sourced_workspace():
    """As rviz2 is: ament's own hook puts ``bin`` there."""
    text = (ROOT / "CMakeLists.txt").read_text()
    assert "install(PROGRAMS scripts/smolrgpt DESTINATION bin)" in text


def test_setup_py_takes_name_and_version_from_the_manifest():
    answer = subprocess.run(
        [sys.executable, "setup.py", "--name", "--version"],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert answer.stdout.split() == ["smolrgpt_ros", MANIFEST.findtext("version")]


def test_the_citation_is_of_this_version_and_names_the_paper() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == MANIFEST.findtext("version")
    assert citation["license"] == [element.text for element in MANIFEST.findall("license")]
    paper = citation["preferred-citation"]
    assert paper["url"] == "https://arxiv.org/abs/2509.15490"
    assert [author["family-names"] for author in paper["authors"]] == [
        "Traore",
        "Hervet",
        "Couturier",
    ]


@pytest.mark.parametrize(
    "name",
    ["requirements.txt", "requirements-tools.txt", "requirements-pip-host.txt", "constraints.txt"],
)
def test_every_requirement_is_pinned_exactly_and_once(name):
    lines = [line.split("#")[0].strip() for line in (ROOT / name).read_text().splitlines()]
    pins = [line for line in lines if line and not line.startswith("-")]
    assert pins and all(re.fullmatch(r"[\w.-]+==[\w.]+", pin) for pin in pins), pins
    names = [re.sub(r"[-_.]+", "-", pin.split("==")[0]).lower() for pin in pins]
    assert len(set(names)) == len(names)


def test_every_pin_installs_on_the_oldest_python_that_setup_takes() -> None:
    """Debian 12 has Python 3.11.2; a package may ask for 3.11.5."""
    named = re.search(r"^pythons=\(([\d.]+) ", (ROOT / "scripts" / "setup").read_text(), re.M)
    assert named
    oldest = f"{named[1]}.0"
    refused = []
    for package in distributions():
        wanted = package.metadata["Requires-Python"]
        if wanted and not SpecifierSet(wanted).contains(oldest):
            refused.append(f"{package.name} {package.version}: Python {wanted}")
    assert refused == []


def test_pixi_brings_what_the_manifest_and_the_requirements_name() -> None:
    pixi = (ROOT / "pixi.toml").read_text()
    pins = re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / "requirements.txt").read_text(), re.M)
    training = {"accelerate", "pyarrow", "tensorboard"}
    missing = [name for name, pin in pins if f'{name} = "=={pin}"' not in pixi]
    assert set(missing) == training
    common = {"diagnostic_msgs", "geometry_msgs", "sensor_msgs", "std_msgs", "std_srvs"}
    bases = {"builtin_interfaces", "launch", "visualization_msgs"}  # come with the others
    packages = {
        name for name in declared("depend", "exec_depend") if not name.startswith("python3")
    }
    keys = {f"ros-kilted-{name.replace('_', '-')}" for name in packages - common - bases}
    assert [key for key in sorted(keys) if f"{key} = " not in pixi] == []


def test_a_ros_host_gets_no_ros_from_pip():
    assert not re.search(r"^(ros-|colcon|catkin)", (ROOT / "requirements.txt").read_text(), re.M)


def test_what_tests_import_is_declared() -> None:
    """As rosdep names it, where ROS packages do not bring it."""
    used = set().union(*(imported(path) for path in (ROOT / "test").rglob("*.py")))
    assert {"hypothesis", "pytest"} <= used
    assert {"python3-hypothesis", "python3-pytest"} <= declared("test_depend")


def test_tests_are_collected_where_the_plugins_of_a_ros_host_are_installed(tmp_path: Path) -> None:
    """They are replaced by ones that fail when they are loaded."""
    folder = tmp_path / "launch_plugins-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: launch_plugins\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text(
        "[pytest11]\nlaunch_testing = no_such_module\nlaunch_ros = no_such_module\n"
    )
    path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pytest", "--collect-only", "-q", "test/scene/test_plane.py"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
