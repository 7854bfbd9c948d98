# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The tools that agents get of a running node; ``smolrgpt mcp`` alone imports this, and mcp."""

from __future__ import annotations

from typing import Any

import anyio
import anyio.to_thread
from mcp.server import MCPServer
from mcp.server.mcpserver import Image
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations

from smolrgpt_ros.scene.status import Status

from .agent_view import objects_of, picture_of
from .reply_record import record_of
from .spatial_client import SpatialClient

#: Tools that run at the same time; further calls wait.
_MOST_CALLS = 4
#: Longest question, characters.
MOST_CHARACTERS = 1000
#: Longest wait for regions or a picture, seconds.
_WAIT_S = 5.0

_INSTRUCTIONS = """\
Eyes of a robot or a fixed camera in a warehouse. Look with objects_in_view, then ask about the
objects by class and id, such as "How far is pallet 3 from transporter 5?". An answer holds a value
measured from depth, with its standard deviation, beside the sentence of a model. Use "trusted", and
pass the caveats on. "understood" is the question as it was read. Nothing here moves the robot."""


def server_of(client: SpatialClient, *, camera: str = "", timeout_s: float = 30.0) -> MCPServer:
    """A server with the tools ``objects_in_view``, ``ask`` and ``picture``.

    Args:
        client: of the running node.
        camera: asked where a call names none; empty: the node's only one.
        timeout_s: longest time for an answer, seconds.
    """
    server = MCPServer("smolrgpt_ros", instructions=_INSTRUCTIONS, log_level="WARNING")
    reads = ToolAnnotations(
        readOnlyHint=True, destructiveHint=False, idempotentHint=True, openWorldHint=False
    )
    limiter = anyio.CapacityLimiter(_MOST_CALLS)
    base, default_camera = client.service, camera

    def topic(name: str, of_camera: str) -> str:
        return "/".join(filter(None, (base, of_camera or default_camera, name)))

    @server.tool(annotations=reads, structured_output=True)
    async def objects_in_view(camera: str = "") -> dict[str, Any]:
        """What the camera sees now: a row for each object, with its id, class and place in metres.

        Args:
            camera: name, on a node with several.
        """
        found: dict[str, Any] = await anyio.to_thread.run_sync(
            lambda: objects_of(client, topic("regions", camera), _WAIT_S), limiter=limiter
        )
        return found

    @server.tool(annotations=reads, structured_output=True)
    async def ask(question: str, camera: str = "") -> dict[str, Any]:
        """Answer a question in English about distances, sizes, counts, places and relations.

        Read status first; message says what is wrong with a question that was refused.

        Args:
            question: about the objects in view, by class or by class and id.
            camera: name, on a node with several; "*": all that any of them has seen.
        """
        if len(question) > MOST_CHARACTERS:
            message = f"the question has {len(question)} characters, allowed are {MOST_CHARACTERS}"
            return {"status": Status.BAD_QUESTION.name, "message": message}

        def answer() -> dict[str, Any]:
            reply = client.ask(question, timeout_s=timeout_s, camera=camera or default_camera)
            return record_of(question, reply).as_json()

        found: dict[str, Any] = await anyio.to_thread.run_sync(answer, limiter=limiter)
        return found

    @server.tool(annotations=reads)
    async def picture(camera: str = "", width: int = 640) -> Image:
        """The camera's picture with the outlines and names of objects, and the last answer in it.

        Args:
            camera: name, on a node with several.
            width: of the picture, pixels, 64 to 1280.
        """
        try:
            data = await anyio.to_thread.run_sync(
                lambda: picture_of(client, topic("annotated", camera), width, _WAIT_S),
                limiter=limiter,
            )
        except ValueError as error:
            raise ToolError(str(error)) from error
        return Image(data=data, format="jpeg")

    return server
