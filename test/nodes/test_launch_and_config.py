"""The launch file and the YAML against what the nodes really declare."""

import ast
from pathlib import Path

import pytest
import yaml

from smolrgpt_ros.nodes.warehouse_camera_node import SPECS as CAMERA_SPECS
from smolrgpt_ros.nodes.web_view_node import SPECS as WEB_SPECS
from smolrgpt_ros.ros.parameters import ParameterSpec
from smolrgpt_ros.ros.settings import SPECS

ROOT = Path(__file__).parents[2]
LAUNCH = ROOT / "launch" / "warehouse.launch.py"
pytestmark = pytest.mark.skipif(not LAUNCH.is_file(), reason="not run from the source tree")


def calls(name):
    tree = ast.parse(LAUNCH.read_text())
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name
    ]


def keyword(call, name):
    return next((k.value for k in call.keywords if k.arg == name), None)


def test_every_launch_argument_is_described_and_used():
    text = LAUNCH.read_text()
    declared = calls("DeclareLaunchArgument")
    assert len(declared) >= 10
    for call in declared:
        name = call.args[0].value
        description = keyword(call, "description")
        assert description is not None and description.value.endswith((".", "…")), name
        used = (f'LaunchConfiguration("{name}")', f'text("{name}")')
        assert any(use in text for use in used), f"{name} is declared and never used"


def test_every_launch_configuration_is_declared():
    declared = {call.args[0].value for call in calls("DeclareLaunchArgument")}
    uses = [*calls("LaunchConfiguration"), *calls("text")]
    used = {call.args[0].value for call in uses if isinstance(call.args[0], ast.Constant)}
    assert used == declared


def test_launch_files_declare_and_do_nothing_else():
    """No subprocess, no network, no file but the presets that ship."""
    tree = ast.parse(LAUNCH.read_text())
    imported = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert imported == {
        "pathlib",
        "ament_index_python.packages",
        "launch",
        "launch.actions",
        "launch.conditions",
        "launch.substitutions",
        "launch_ros.actions",
        "launch_ros.parameter_descriptions",
        "smolrgpt_ros.ros.camera_presets",
    }
    assert not calls("OpaqueFunction") and not calls("ExecuteProcess")


def test_the_launched_programs_exist():
    executables = {keyword(call, "executable").value for call in calls("Node")} - {"rviz2"}
    assert executables == {"warehouse_camera_node", "spatial_query_node", "web_view_node"}
    for name in executables:
        assert (ROOT / "scripts" / name).is_file()


@pytest.mark.parametrize(
    ("node", "specs"),
    [("spatial_query", SPECS), ("warehouse_camera", CAMERA_SPECS), ("web_view", WEB_SPECS)],
)
def test_the_yaml_names_real_parameters_with_allowed_values(node, specs: tuple[ParameterSpec]):
    data = yaml.safe_load((ROOT / "config" / "warehouse.yaml").read_text())
    by_name = {spec.name: spec for spec in specs}
    for name, value in data[f"/**/{node}"]["ros__parameters"].items():
        assert name in by_name, name
        assert type(value) is type(by_name[name].default), f"{name}: type"
        by_name[name].check(value)


@pytest.mark.parametrize("spec", [*SPECS, *CAMERA_SPECS, *WEB_SPECS], ids=lambda spec: spec.name)
def test_every_parameter_is_documented_as_it_is(spec):
    page = (ROOT / "docs" / "ros_interface.md").read_text()
    (row,) = [line for line in page.splitlines() if line.startswith(f"| `{spec.name}` |")]
    assert row.endswith(f"| {spec.description} |")
    assert f"| {'no' if spec.read_only else 'yes'} |" in row
