# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Known errors of nodes of this kind that no other test covers, and the list of them."""

import ast
import re
from pathlib import Path

import pytest
import yaml
from rosidl_parser.definition import NamespacedType, UnboundedSequence

from smolrgpt_ros.action import SpatialQuery as SpatialQueryAction
from smolrgpt_ros.nodes.loading import load_engine
from smolrgpt_ros.srv import SpatialQuery

pytestmark = [pytest.mark.ros]

ROOT = Path(__file__).parents[2]
HOSTS, FAULTS = ROOT / "docs" / "hosts.md", ROOT / "docs" / "faults.md"


def types_in(message):
    """Names of the message types in a message, and in those, and so on."""
    names = set()
    for slot in message.SLOT_TYPES:
        slot = slot.value_type if isinstance(slot, UnboundedSequence) else slot
        if isinstance(slot, NamespacedType):
            names.add(slot.name)
            module = __import__(".".join(slot.namespaces), fromlist=[slot.name])
            names |= types_in(getattr(module, slot.name))
    return names


@pytest.mark.parametrize(
    "message", [SpatialQuery.Request, SpatialQuery.Response, SpatialQueryAction.Goal]
)
def test_no_image_travels_through_the_service(message):
    names = types_in(message)
    assert "Region" in names, "the request's own types are found"
    assert not names & {"Image", "CompressedImage", "PointCloud2"}


def test_no_node_waits_for_its_own_executor():
    """A call that spins, or waits for another node's reply, inside a callback never returns."""
    forbidden = {"spin_until_future_complete", "spin_once", "wait_for_service", "wait_for_message"}
    files = [
        path for room in ("ros", "nodes") for path in (ROOT / "smolrgpt_ros" / room).rglob("*.py")
    ]
    if not files:
        pytest.skip("not run from the source tree")
    found = [
        f"{path.name}:{node.lineno}"
        for path in files
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in forbidden
    ]
    assert not found


def test_what_fails_in_a_transition_is_logged_with_its_traceback(start_graph, tmp_path, capfd):
    """rclpy swallows it."""
    missing = {"model.path": str(tmp_path / "nowhere")}
    with start_graph(missing, engine_loader=load_engine) as graph:
        graph.wait_until(lambda: "cannot be" in graph.node._not_ready, "the refusal")
    output = capfd.readouterr().err
    assert "Traceback" in output and "LoadingError" in output and "nowhere" in output


def test_the_lifecycle_managers_example_makes_no_bond_and_names_the_node(start_graph):
    if not HOSTS.is_file():
        pytest.skip("not run from the source tree")
    (text,) = re.findall(r"```\n(lifecycle_manager_\w+:.*?)```", HOSTS.read_text(), re.DOTALL)
    (manager,) = yaml.safe_load(text).values()
    assert manager["ros__parameters"]["bond_timeout"] == 0.0
    with start_graph({"autostart": False}) as graph:
        assert manager["ros__parameters"]["node_names"] == [graph.node.get_name()]


def test_every_trap_of_the_page_names_tests_that_exist():
    if not FAULTS.is_file():
        pytest.skip("not run from the source tree")
    section = FAULTS.read_text().split("## Traps")[1]
    rows = re.findall(r"^\| (?!trap|fault |-)(.+?) \| (.+?) \|$", section, re.MULTILINE)
    assert len(rows) >= 12
    tests = {
        name
        for file in (ROOT / "test").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", file.read_text(), re.MULTILINE)
    }
    for trap, named in rows:
        names = re.findall(r"`(test_\w+)`", named)
        assert names, trap
        assert set(names) <= tests, (trap, set(names) - tests)
