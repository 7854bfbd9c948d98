"""The interface files: complete, commented, and telling the same as the Python side."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

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
