# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The behavior-tree example: the plugin compiled and run against stand-ins for Nav2's headers, and
the tree against the plugin's ports."""

import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "examples" / "smolrgpt_bt_nodes"
HERE = Path(__file__).parent
pytestmark = pytest.mark.skipif(not PACKAGE.is_dir(), reason="not run from the source tree")


def includes():
    """Folders with the C++ interfaces of this package and of those it is made of."""
    from ament_index_python.packages import get_package_prefix

    found = []
    for package in (
        *("smolrgpt_ros", "rosidl_runtime_cpp", "rosidl_runtime_c", "rosidl_typesupport_interface"),
        *("geometry_msgs", "builtin_interfaces", "std_msgs", "sensor_msgs", "service_msgs"),
        *("rcutils", "unique_identifier_msgs", "action_msgs"),
    ):
        try:
            folder = Path(get_package_prefix(package)) / "include" / package
        except (LookupError, OSError) as error:
            pytest.skip(f"{package} is not to be found ({error}): source scripts/env")
        if folder.is_dir():
            found += ["-I", str(folder)]
    return found


def lines_of(check, folder):
    """What a check prints, line by line, once compiled."""
    pytest.importorskip("ament_index_python", reason="needs the built interfaces: scripts/setup")
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("g++ is not installed")
    program = folder / "check"
    folders = ["-I", str(PACKAGE / "src"), "-I", str(HERE / "stand_ins"), *includes()]
    built = subprocess.run(
        [
            *(compiler, "-std=c++17", "-O0", "-Wall", "-Wextra", "-Werror", *folders),
            *(str(HERE / check), "-o", str(program)),
        ],
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert built.returncode == 0, built.stderr
    run = subprocess.run([str(program)], capture_output=True, text=True, timeout=60, check=True)
    return run.stdout.splitlines()


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What the check of the service node prints, as ``{case: outcome}``."""
    return lines_of("ask_spatial_query_check.cpp", tmp_path_factory.mktemp("bt"))


@pytest.mark.ros
def test_the_condition_follows_the_evaluations_and_fails_without_one(tmp_path):
    said = lines_of("question_holds_check.cpp", tmp_path)
    assert "goal: How far? 3 2.0 1" in said
    outcomes = dict(line.split(": ", 1) for line in said if ": " in line)
    failing = ("before", "first", "ended", "unknown", "old", "over", "again", "wrong")
    assert outcomes["holds"] == outcomes["anew"] == "SUCCESS"
    assert {outcomes[case] for case in failing} == {"FAILURE"}
    assert outcomes["Near"] == "the time to watch is over" and outcomes["cancelled"] == "1"
    assert "port question" in said and "port hysteresis" in said


@pytest.mark.ros
def test_a_measured_choice_is_a_pose(said):
    assert "request: Which pallet? in map within 13.500 s, send 1" in said
    assert "chosen: SUCCESS" in said
    assert "pose: map x 5.25 at 7, region 5" in said


@pytest.mark.ros
@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("refused: FAILURE", "Ask: status 1: the model is being loaded"),
        ("unmeasured: FAILURE", "Ask: no region was measured to be the one: "),
        ("nowhere: FAILURE", "Ask: depth does not tell where region 5 is"),
        ("disagreed: FAILURE", "Ask: the model does not agree: "),
        ("without a question: send 0", "Ask: the port question is empty"),
    ],
)
def test_everything_else_fails_with_its_reason(said, case, reason):
    assert said[said.index(case) - 1] == reason


@pytest.mark.ros
def test_the_tree_uses_ports_that_exist_and_gives_the_answer_time(said):
    ports = {line.split()[1] for line in said if line.startswith("port ")}
    tree = ElementTree.parse(PACKAGE / "behavior_trees" / "pick_pallet.xml").getroot()
    assert tree.get("BTCPP_format") == "4"
    behavior = tree.find("BehaviorTree")
    assert behavior is not None and behavior.get("ID") == tree.get("main_tree_to_execute")
    (node,) = tree.iter("AskSpatialQuery")
    assert set(node.attrib) <= ports
    # Nav2's own default of 20 ms would end every question.
    assert int(node.attrib["server_timeout"]) >= 10_000
    written = {v for k, v in node.attrib.items() if k in ("pose", "region_id", "label")}
    (plan,) = tree.iter("ComputePathToPose")
    assert plan.get("goal") in written


def test_the_library_in_cmake_is_the_one_that_the_tree_tells_to_load():
    library = "smolrgpt_ask_spatial_query_bt_node"
    cmake = (PACKAGE / "CMakeLists.txt").read_text()
    assert "foreach(node ask_spatial_query question_holds)" in cmake
    assert "set(library smolrgpt_${node}_bt_node)" in cmake
    tree = (PACKAGE / "behavior_trees" / "pick_pallet.xml").read_text()
    assert f"plugin_lib_names: [{library}]" in tree


def test_every_package_cmake_needs_is_declared():
    manifest = ElementTree.parse(PACKAGE / "package.xml").getroot()
    declared = {e.text for tag in ("depend", "buildtool_depend") for e in manifest.findall(tag)}
    needed = {
        line.split("(")[1].split()[0]
        for line in (PACKAGE / "CMakeLists.txt").read_text().splitlines()
        if line.startswith("find_package(")
    }
    assert needed <= declared
