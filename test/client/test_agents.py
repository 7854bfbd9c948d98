# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A running node as tools of agents, asked by the SDK's own client."""

import asyncio
import base64
import json

import cv2
import numpy as np
import pytest

from smolrgpt_ros.client.spatial_client import SpatialClient

mcp = pytest.importorskip("mcp")
from smolrgpt_ros.client.agent_server import MOST_CHARACTERS, server_of  # noqa: E402

pytestmark = [pytest.mark.ros]

LEFT = "Is the leftmost pallet to the left or to the right of the rightmost pallet?"


@pytest.fixture
def call(graph):
    """``call(tool, see=False, **arguments)`` -> the result of a tool, as an agent gets it."""
    client = SpatialClient(node=graph.node)
    server = server_of(client, timeout_s=10.0)

    async def asked(tool, see, arguments):
        async with mcp.Client(server) as agent:
            waiting = asyncio.create_task(agent.call_tool(tool, arguments))
            while see and not waiting.done():
                await asyncio.to_thread(graph.see)
            return await waiting

    def run(tool, see=False, **arguments):
        return asyncio.run(asked(tool, see, arguments))

    yield run
    client.close()


def test_all_tools_only_read_and_are_described(graph):
    with SpatialClient(node=graph.node) as client:
        server = server_of(client)

        async def listed():
            async with mcp.Client(server) as agent:
                return (await agent.list_tools()).tools

        tools = asyncio.run(listed())
    assert [tool.name for tool in tools] == ["objects_in_view", "ask", "picture"]
    for tool in tools:
        assert tool.annotations.read_only_hint and not tool.annotations.destructive_hint
        assert tool.description and "camera" in tool.input_schema["properties"]


def test_objects_in_view_have_ids_classes_and_places(graph, call):
    result = call("objects_in_view", see=True)
    found = result.structured_content
    assert found["status"] == "OK" and found["frame"] == "test_optical_frame"
    shown = [(row["label"], row["seen_age_s"]) for row in found["objects"]]
    assert sorted(shown) == [("pallet", 0.0), ("pallet", 0.0), ("transporter", 0.0)]
    assert all(row["position_m"][2] > 2.5 for row in found["objects"])  # depth is 3 m


def test_an_answer_has_the_fields_of_the_command_line(graph, call):
    graph.see()
    found = call("ask", question=LEFT).structured_content
    assert found["status"] == "OK" and found["understood"].startswith("Is the leftmost pallet left")
    assert {"value", "std", "trusted", "caveats", "agreement", "answer"} <= set(found)
    json.dumps(found)


def test_a_refused_question_is_an_answer_with_its_reason(graph, call):
    graph.see()
    found = call("ask", question="How far is the moon?").structured_content
    assert found["status"] in ("BAD_QUESTION", "UNKNOWN_REGION") and "moon" in found["message"]


def test_a_question_without_end_is_refused_here(call):
    found = call("ask", question="far " * MOST_CHARACTERS).structured_content
    assert found["status"] == "BAD_QUESTION" and "allowed are 1000" in found["message"]


def test_a_picture_has_the_width_asked_for(graph, call):
    result = call("picture", see=True, width=96)
    (image,) = result.content
    assert image.mime_type == "image/jpeg"
    pixels = cv2.imdecode(np.frombuffer(base64.b64decode(image.data), np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None and pixels.shape[1] == 96


@pytest.mark.parametrize("width", [10, 5000])
def test_widths_are_bounded(call, width):
    result = call("picture", width=width)
    assert result.is_error and f"found {width}" in result.content[0].text


def test_without_a_camera_the_reason_is_given(call, monkeypatch):
    monkeypatch.setattr("smolrgpt_ros.client.agent_server._WAIT_S", 0.2)
    found = call("objects_in_view").structured_content
    assert found["status"] == "NO_FRAME" and "start the node and its camera" in found["message"]
    result = call("picture")
    assert result.is_error and "no picture on" in result.content[0].text
