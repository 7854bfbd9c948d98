"""The launch files and the YAML against what the nodes really declare."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from smolrgpt_ros.nodes.warehouse_camera_node import SPECS as CAMERA_SPECS
from smolrgpt_ros.nodes.web_view_node import SPECS as WEB_SPECS
from smolrgpt_ros.ros.params.camera_presets import TOPICS, read_presets
from smolrgpt_ros.ros.params.launch_arguments import SHARED, profile_variables
from smolrgpt_ros.ros.params.parameters import ParameterSpec
from smolrgpt_ros.ros.params.settings import SPECS

ROOT = Path(__file__).parents[2]
LAUNCHES = sorted((ROOT / "launch").glob("*.launch.py"))
PROGRAMS = {
    "warehouse.launch.py": {"warehouse_camera_node", "spatial_query_node", "web_view_node"},
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
        assert not argument.topic or argument.topic in TOPICS, name
    assert set(SHARED) == set().union(*(shared(launch)[0] for launch in LAUNCHES))


def test_the_launch_files_are_there():
    assert {path.name for path in LAUNCHES} == set(PROGRAMS)


@each_launch
def test_every_launch_argument_is_described_and_used(launch):
    declared = calls(launch, "DeclareLaunchArgument")
    uses = [*calls(launch, "LaunchConfiguration"), *calls(launch, "text")]
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


NAMES = ("FASTDDS_DEFAULT_PROFILES_FILE", "FASTRTPS_DEFAULT_PROFILES_FILE")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, NAMES[0]),
        ({"RMW_IMPLEMENTATION": ""}, NAMES[0]),
        ({"RMW_IMPLEMENTATION": "rmw_fastrtps_cpp"}, NAMES[0]),
        ({"RMW_IMPLEMENTATION": "rmw_fastrtps_cpp", "ROS_DISTRO": "kilted"}, NAMES[0]),
        ({"ROS_DISTRO": "jazzy"}, NAMES[1]),
        ({"RMW_IMPLEMENTATION": "rmw_zenoh_cpp"}, ""),
        ({"RMW_IMPLEMENTATION": "rmw_cyclonedds_cpp"}, ""),
        ({NAMES[0]: "/my.xml"}, ""),
        ({NAMES[1]: "/my.xml"}, ""),
    ],
)
def test_the_fast_dds_profile_is_set_where_the_user_set_none(environment, expected):
    file = ROOT / "config" / "fastdds.xml"
    added = {expected: str(file)} if expected else {}
    assert profile_variables(environment, file) == added
    # The scripts do the same, with the programs that they start replaced by printing.
    block = re.compile(r"case .\$\{RMW_IMPLEMENTATION.*?fi\n *;;\n *esac", re.DOTALL)
    # scripts/env does nothing on a ROS host.
    for name in ("demo",) if "ROS_DISTRO" in environment else ("env", "demo"):
        (part,) = block.findall((ROOT / "scripts" / name).read_text())
        script = f"root={ROOT}\n_smolrgpt_root={ROOT}\n{part}\nenv"
        done = subprocess.run(
            ["/bin/bash", "-c", script], env=environment, capture_output=True, text=True, check=True
        )
        printed = dict(line.partition("=")[::2] for line in done.stdout.splitlines())
        assert {n: printed.get(n) for n in NAMES} == {
            n: (environment | added).get(n) for n in NAMES
        }


@each_launch
def test_the_launched_programs_exist(launch):
    executables = {keyword(call, "executable").value for call in calls(launch, "Node")}
    assert executables - {"rviz2"} == PROGRAMS[launch.name]
    for name in PROGRAMS[launch.name]:
        assert (ROOT / "scripts" / name).is_file()


@each_launch
def test_launched_parameters_are_real_and_have_allowed_values(launch):
    by_name = {spec.name: spec for spec in (*SPECS, *CAMERA_SPECS)}
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


@each_launch
def test_a_ros_host_reads_it_and_every_camera_has_its_topics(launch):
    """Where ROS's launch is installed."""
    pytest.importorskip("launch_ros", reason="ROS's launch is not installed here")
    from launch.launch_description_sources import PythonLaunchDescriptionSource

    from launch import LaunchContext

    description = PythonLaunchDescriptionSource(str(launch)).get_launch_description(LaunchContext())
    arguments = {a.name: a for a in description.get_launch_arguments()}
    presets = read_presets(ROOT / "config" / "cameras")
    assert set(arguments["camera"].choices) == set(presets)
    for name, preset in presets.items():
        context = LaunchContext()
        context.launch_configurations["camera"] = name
        for argument, key in (("rgb_topic", "rgb"), ("depth_topic", "depth")):
            default = arguments[argument].default_value
            topic = "".join(part.perform(context) for part in default)
            assert topic.lstrip("/") == preset.topics[key].lstrip("/")


@pytest.mark.parametrize(
    ("node", "specs"),
    [("spatial_query", SPECS), ("warehouse_camera", CAMERA_SPECS), ("web_view", WEB_SPECS)],
)
def test_the_yaml_names_real_parameters_with_allowed_values(node, specs: tuple[ParameterSpec]):
    data = yaml.safe_load((ROOT / "config" / "warehouse.yaml").read_text())
    by_name = {spec.name: spec for spec in specs}
    for name, value in data[f"/**/{node}"]["ros__parameters"].items():
        assert name in by_name, name
        value = tuple(value) if isinstance(value, list) else value
        assert type(value) is type(by_name[name].default), f"{name}: type"
        by_name[name].check(value)


@pytest.mark.parametrize("spec", [*SPECS, *CAMERA_SPECS, *WEB_SPECS], ids=lambda spec: spec.name)
def test_every_parameter_is_documented_as_it_is(spec):
    page = (ROOT / "docs" / "ros_interface.md").read_text()
    (row,) = [line for line in page.splitlines() if line.startswith(f"| `{spec.name}` |")]
    assert row.endswith(f"| {spec.description} |")
    assert f"| {'no' if spec.read_only else 'yes'} |" in row
