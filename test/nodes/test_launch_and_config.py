# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The launch files and the YAML against what the nodes really declare."""

import ast
import re
from pathlib import Path

import pytest
import yaml

from smolrgpt_ros.ros.params.camera_presets import TOPICS, read_presets
from smolrgpt_ros.ros.params.launch_arguments import _TOPICS, SHARED
from smolrgpt_ros.ros.params.page_parameters import PAGE_SPECS
from smolrgpt_ros.ros.params.parameters import ParameterSpec
from smolrgpt_ros.ros.params.query_parameters import QUERY_SPECS
from smolrgpt_ros.ros.params.warehouse_camera_parameters import WAREHOUSE_CAMERA_SPECS

ROOT = Path(__file__).parents[2]
LAUNCHES = sorted((ROOT / "launch").glob("*.launch.py"))
PROGRAMS = {
    "warehouse.launch.py": {"warehouse_camera_node", "spatial_query_node", "page_node"},
    "regions.launch.py": {"spatial_query_node"},
    "query.launch.py": {"spatial_query_node"},
}
pytestmark = pytest.mark.skipif(not LAUNCHES, reason="not run from the source tree")
each_launch = pytest.mark.parametrize("launch", LAUNCHES, ids=lambda path: path.name)


def calls(launch, name):
    tree = ast.parse(launch.read_text())
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name
    ]


def keyword(call, name):
    return next((k.value for k in call.keywords if k.arg == name), None)


def constant(call):
    """The first argument of a call, where it is written out."""
    return call.args[0].value if isinstance(call.args[0], ast.Constant) else None


def shared(launch):
    """Names and defaults of the shared arguments of a launch file."""
    (call,) = calls(launch, "shared_arguments")
    names, defaults = (ast.literal_eval(argument) for argument in call.args)
    assert len(set(names)) == len(names) and set(defaults) <= set(names)
    return set(names), defaults


def test_shared_arguments_are_described_and_have_an_allowed_default():
    for name, argument in SHARED.items():
        assert argument.description.endswith((".", "…")), name
        assert not argument.choices or argument.default in argument.choices, name
    assert set(_TOPICS) <= set(SHARED) and set(_TOPICS.values()) == set(TOPICS)
    assert set(SHARED) == set().union(*(shared(launch)[0] for launch in LAUNCHES))


def test_the_launch_files_are_there():
    assert {path.name for path in LAUNCHES} == set(PROGRAMS)


@each_launch
def test_every_launch_argument_is_described_and_used(launch):
    declared = calls(launch, "DeclareLaunchArgument")
    kinds = ["LaunchConfiguration", "text", "topic", "flag", "depth_unit", "fixed_frame"]
    kinds.append("is_simulated")
    uses = [call for kind in kinds for call in calls(launch, kind)]
    used = {constant(call) for call in uses} - {None}
    # The argument camera is used by the shared ones: it selects their topics.
    assert {constant(call) for call in declared} | shared(launch)[0] == used | {"camera"}
    for call in declared:
        description = keyword(call, "description")
        assert description is not None, constant(call)
        assert description.value.endswith((".", "…")), constant(call)
        if keyword(call, "default_value").__class__ is ast.Constant:
            choices = keyword(call, "choices")
            if keyword(call, "default_value").value in ("true", "false"):
                assert [c.value for c in choices.elts] == ["true", "false"], constant(call)


@each_launch
def test_launch_files_declare_and_do_nothing_else(launch):
    """No subprocess, no network, no file but the presets that ship."""
    tree = ast.parse(launch.read_text())
    imported = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert imported <= {
        "launch",
        "launch.actions",
        "launch.conditions",
        "launch.substitutions",
        "launch_ros.actions",
        "smolrgpt_ros.ros.params.launch_arguments",
    }
    assert not [n for n in ast.walk(tree) if isinstance(n, ast.Import)]
    assert not calls(launch, "OpaqueFunction") and not calls(launch, "ExecuteProcess")


@each_launch
def test_launch_files_set_the_fast_dds_profile_before_the_nodes(launch):
    (description,) = calls(launch, "LaunchDescription")
    parts = [ast.unparse(part) for part in description.args[0].elts]
    assert parts[1] == "*fast_dds_profile()"


@each_launch
def test_a_file_of_parameters_wins_over_the_tolerances_of_a_preset(launch):
    (node,) = (
        call
        for call in calls(launch, "Node")
        if keyword(call, "name") is not None and keyword(call, "name").value == "spatial_query"
    )
    first, second = (ast.unparse(part) for part in keyword(node, "parameters").elts[:2])
    assert first == "tolerances()" and second in (
        "parameters",
        "LaunchConfiguration('params_file')",
    )


@each_launch
def test_the_launched_programs_exist(launch):
    executables = {keyword(call, "executable").value for call in calls(launch, "Node")}
    assert executables - {"rviz2"} == PROGRAMS[launch.name]
    (installed,) = re.findall(r"foreach\(node (.*)\)", (ROOT / "CMakeLists.txt").read_text())
    assert executables - {"rviz2"} <= set(installed.split())


@each_launch
def test_what_may_be_missing_on_a_host_is_started_first(launch):
    """Launch ends where a package is missing, and leaves what it has started running."""
    nodes = sorted(calls(launch, "Node"), key=lambda call: call.lineno)
    foreign = [keyword(call, "executable").value == "rviz2" for call in nodes]
    assert foreign == sorted(foreign, reverse=True)


@each_launch
def test_launched_parameters_are_real_and_have_allowed_values(launch):
    by_name = {spec.name: spec for spec in (*QUERY_SPECS, *WAREHOUSE_CAMERA_SPECS)}
    found = {
        ast.literal_eval(key): value
        for call in calls(launch, "Node")
        for part in getattr(keyword(call, "parameters"), "elts", [])
        if isinstance(part, ast.Dict)
        for key, value in zip(part.keys, part.values, strict=True)
        if key is not None
    }
    found.pop("use_sim_time", None)  # every node has it
    assert found, "every launch file sets some"
    for name, value in found.items():
        assert name in by_name, name
        if isinstance(value, ast.Constant):
            by_name[name].check(value.value)


def test_two_hosts_meet_on_the_regions_topic():
    """By default one host subscribes to what the other one publishes."""
    defaults = {
        path.name: {
            constant(call): getattr(keyword(call, "default_value"), "value", None)
            for call in calls(path, "DeclareLaunchArgument")
        }
        | shared(path)[1]
        for path in LAUNCHES
    }
    namespace = defaults["regions.launch.py"]["namespace"]
    subscribed = defaults["query.launch.py"]["regions_topic"]
    assert subscribed == f"/{namespace}/spatial_query/regions"
    # In different namespaces: both nodes offer the same service.
    assert namespace != defaults["query.launch.py"]["namespace"] == ""


def launched(launch, **given):
    """Where ROS's launch is installed: the nodes of a launch file with their remappings, parameters
    and arguments as they would be started with some arguments."""
    pytest.importorskip("launch_ros", reason="ROS's launch is not installed here")
    from launch.launch_description_sources import PythonLaunchDescriptionSource

    from launch import LaunchContext

    def performed(parts):
        """Text of an argument, which may be one substitution, or several and plain words."""
        parts = parts if isinstance(parts, (list, tuple)) else [parts]
        return "".join(p if isinstance(p, str) else p.perform(context) for p in parts)

    context = LaunchContext()
    description = PythonLaunchDescriptionSource(str(launch)).get_launch_description(context)
    for argument in description.get_launch_arguments():
        default = performed(argument.default_value)
        context.launch_configurations[argument.name] = given.get(argument.name, default)
    found = {}
    for node in description.entities:
        if type(node).__name__ != "Node" or not (
            node.condition is None or node.condition.evaluate(context)
        ):
            continue
        found[performed(node.__dict__["_Node__node_executable"])] = (
            {performed(a): performed(b) for a, b in node.__dict__["_Node__remappings"]},
            [performed(word) for word in node.__dict__["_Node__arguments"] or []],
        )
    return found, description.get_launch_arguments()


@each_launch
def test_a_ros_host_reads_it_and_every_camera_has_its_topics(launch):
    presets = read_presets(ROOT / "config" / "cameras")
    for name, preset in presets.items():
        nodes, arguments = launched(launch, camera=name)
        (camera,) = [argument for argument in arguments if argument.name == "camera"]
        assert set(camera.choices) == set(presets)
        topics, _ = nodes["spatial_query_node"]
        for topic, key in (("rgb/image_raw", "rgb"), ("depth/image_raw", "depth")):
            assert topics[topic].lstrip("/") == preset.topics[key].lstrip("/")
    topics, _ = launched(launch, rgb_topic="/mine")[0]["spatial_query_node"]
    assert topics["rgb/image_raw"] == "/mine"


@each_launch
def test_defaults_are_shown_as_values(launch):
    """Not as expressions that ``--show-args`` would print raw."""
    _, arguments = launched(launch)
    shown = ["".join(part.describe() for part in a.default_value) for a in arguments]
    assert not [text for text in shown if "(" in text]


def test_the_simulated_camera_and_its_frame_follow_preset_and_namespace():
    launch = ROOT / "launch" / "warehouse.launch.py"

    def frame(**given):
        nodes, _ = launched(launch, rviz="true", **given)
        return nodes["rviz2"][1][-1], "warehouse_camera_node" in nodes

    assert frame() == ("camera_color_optical_frame", True)
    assert frame(namespace="left") == ("left/camera_color_optical_frame", True)
    assert frame(camera="realsense", namespace="left") == ("camera_color_optical_frame", False)
    assert frame(camera="realsense", sim="true") == ("camera_color_optical_frame", True)
    assert frame(sim="false", fixed_frame="map") == ("map", False)


@pytest.mark.parametrize(
    ("node", "specs"),
    [
        ("spatial_query", QUERY_SPECS),
        ("warehouse_camera", WAREHOUSE_CAMERA_SPECS),
        ("page", PAGE_SPECS),
    ],
)
def test_the_yaml_names_real_parameters_with_allowed_values(node, specs: tuple[ParameterSpec]):
    data = yaml.safe_load((ROOT / "config" / "warehouse.yaml").read_text())
    by_name = {spec.name: spec for spec in specs}
    for name, value in data[f"/**/{node}"]["ros__parameters"].items():
        assert name in by_name, name
        value = tuple(value) if isinstance(value, list) else value
        assert type(value) is type(by_name[name].default), f"{name}: type"
        by_name[name].check(value)


def documented(spec: ParameterSpec) -> str:
    """The row of a parameter in a table of docs/ros_interface.md."""
    default = ", ".join(spec.default) if isinstance(spec.default, tuple) else str(spec.default)
    default = default.lower() if isinstance(spec.default, bool) else default or "empty"
    allowed = ", ".join(spec.choices)
    if spec.minimum is not None:
        allowed = f"{spec.minimum} to {spec.maximum}"
    elif not spec.choices:
        kind = type(spec.default).__name__
        allowed = "list of str" if kind == "tuple" else kind
    live = "no" if spec.read_only else "yes"
    description = spec.description.replace("|", "\\|")
    return f"| `{spec.name}` | {default} | {allowed} | {live} | {description} |"


@pytest.mark.parametrize(
    "spec", [*QUERY_SPECS, *WAREHOUSE_CAMERA_SPECS, *PAGE_SPECS], ids=lambda spec: spec.name
)
def test_every_parameter_is_documented_as_it_is(spec: ParameterSpec) -> None:
    row = documented(spec)
    rows = (ROOT / "docs" / "ros_interface.md").read_text().splitlines()
    assert row in rows, f"docs/ros_interface.md should have this row:\n{row}"
