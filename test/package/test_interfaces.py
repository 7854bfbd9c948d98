# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The interface files: complete, commented, and telling the same as the Python side."""

from __future__ import annotations

import hashlib
import re
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from smolrgpt_ros.scene.status import Status

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted([*ROOT.glob("msg/*.msg"), *ROOT.glob("srv/*.srv"), *ROOT.glob("action/*.action")])
CONSTANT = re.compile(r"^\w+ ([A-Z][A-Z0-9_]*)=(\d+)")


def parts(path: Path) -> list[str]:
    """The file's parts between the ``---`` lines."""
    return re.split(r"^---$", path.read_text(), flags=re.MULTILINE)


def constants(text: str, prefix: str) -> dict[str, int]:
    found = (CONSTANT.match(line) for line in text.splitlines())
    return {m[1].removeprefix(prefix): int(m[2]) for m in found if m and m[1].startswith(prefix)}


def fields(text: str) -> list[str]:
    """``type name`` of every field; no comments, constants or defaults."""
    lines = (line.split("#")[0].split() for line in text.splitlines() if not CONSTANT.match(line))
    return [" ".join(words[:2]) for words in lines if words]


def test_all_interfaces_are_here_and_built():
    names = [f"{path.parent.name}/{path.name}" for path in FILES]
    assert names == [
        "action/SpatialQuery.action",
        "action/WatchQuestion.action",
        "msg/MeasuredValue.msg",
        "msg/Region.msg",
        "msg/RegionArray.msg",
        "msg/SpatialAnswer.msg",
        "srv/SpatialQuery.srv",
    ]
    cmake = (ROOT / "CMakeLists.txt").read_text()
    listed = re.findall(r"^  ((?:msg|srv|action)/\S+)$", cmake, flags=re.MULTILINE)
    assert sorted(listed) == names


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_field_has_a_comment(path):
    # A comment belongs to the lines below it up to the next empty line.
    for block in re.split(r"\n\s*\n", path.read_text()):
        lines = [line for line in block.splitlines() if line.strip() and line != "---"]
        declared = [line for line in lines if not line.startswith("#")]
        if declared:
            bare = [line for line in declared if "#" not in line]
            assert lines[0].startswith("#") or not bare, f"{path.name}: {bare} without a comment"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_number_has_its_unit(path):
    words = ("metres", "pixels", "no unit", "unit below", "same unit", "Unit:")
    for block in re.split(r"\n\s*\n", path.read_text()):
        if re.search(r"^(float|geometry_msgs/|uint32)", block, flags=re.MULTILINE):
            assert any(word in block for word in words), f"{path.name}: no unit in\n{block}"


def test_status_codes_are_those_of_the_scene():
    _, response = parts(ROOT / "srv/SpatialQuery.srv")
    assert constants(response, "STATUS_") == {status.name: status.value for status in Status}


def test_a_watch_has_the_codes_of_a_query_and_its_own_ends():
    query = parts(ROOT / "action/SpatialQuery.action")[1]
    watch = parts(ROOT / "action/WatchQuestion.action")[1]
    beside = constants(watch, "STATUS_").items() - constants(query, "STATUS_").items()
    assert beside == {("CLIENT_LOST", len(Status) + 1)}


def test_the_action_is_the_twin_of_the_service_and_can_be_canceled():
    service = parts(ROOT / "srv/SpatialQuery.srv")
    action = parts(ROOT / "action/SpatialQuery.action")
    assert [fields(part) for part in action[:2]] == [fields(part) for part in service]
    beside = constants(action[1], "STATUS_").items() - constants(service[1], "STATUS_").items()
    assert beside == {("CANCELED", len(Status))}
    assert "string partial_text" in fields(action[2])


def digest(path: Path) -> str:
    """Of what generated code is made of: no comments, no empty lines."""
    lines = (line.split("#")[0].split() for line in path.read_text().splitlines())
    text = "\n".join(" ".join(words) for words in lines if words)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def test_a_changed_interface_has_a_version_and_says_how_clients_move():
    """Peers with other definitions of a message do not understand each other."""
    version = re.findall(r"<version>(.+)</version>", (ROOT / "package.xml").read_text())[0]
    now = {f"{path.parent.name}/{path.name}": digest(path) for path in FILES}
    table = yaml.safe_load((ROOT / "test" / "package" / "interfaces.yaml").read_text())
    lines = "\n".join([f'"{version}":', *(f"  {name}: {value}" for name, value in now.items())])
    assert table.get(version) == now, (
        "the interfaces are not those of this version. Where a released version has them, raise "
        "it in package.xml; say in CHANGELOG.rst what changed and how clients move; and put this "
        f"into test/package/interfaces.yaml:\n{lines}"
    )
    changelog = (ROOT / "CHANGELOG.rst").read_text()
    section = r"^(\d+\.\d+\.\d+)\n-+\n(.*?)(?=^\d+\.|\Z)"
    sections = dict(re.findall(section, changelog, re.MULTILINE | re.DOTALL))
    versions = list(table)
    for before, after in pairwise(versions):
        for name in {n for n, v in table[after].items() if table[before].get(n) != v}:
            assert name.split(".")[0] in sections[after], f"CHANGELOG.rst, {after}: {name}"


@pytest.mark.ros
def test_generated_code_has_the_same_codes_and_safe_defaults():
    pytest.importorskip("rclpy", reason="needs the built interfaces: scripts/setup or colcon")
    from smolrgpt_ros.action import SpatialQuery as SpatialQueryAction
    from smolrgpt_ros.msg import SpatialAnswer
    from smolrgpt_ros.srv import SpatialQuery

    for status in Status:
        assert getattr(SpatialQuery.Response, f"STATUS_{status.name}") == status.value
        assert getattr(SpatialQueryAction.Result, f"STATUS_{status.name}") == status.value
    # A message nobody filled in must not look like an answer.
    assert SpatialQuery.Response().status == Status.NOT_READY
    assert SpatialQueryAction.Result().status == Status.NOT_READY
    answer = SpatialAnswer()
    assert not answer.has_value and not answer.measured.has_value
    assert answer.agreement == SpatialAnswer.AGREEMENT_NOT_COMPARABLE
    assert answer.kind == SpatialAnswer.KIND_UNKNOWN
