# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``smolrgpt mcp``: a running node as read-only tools of agents (Model Context Protocol)."""

from __future__ import annotations

import argparse


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = subparsers.add_parser(
        "mcp",
        help="serve a running node to agents over the Model Context Protocol",
        description="Serves a running spatial_query node to an agent that starts this command: "
        "read-only tools over standard input and output, no network (needs the package mcp).",
    )
    parser.add_argument(
        "--service", default="spatial_query", help="name of the node (default: %(default)s)"
    )
    parser.add_argument(
        "--camera", default="", help="of a node with several: asked where a call names none"
    )
    parser.add_argument(
        "--timeout", type=float, default=30.0, help="seconds for an answer (default: %(default)s)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serves until the agent closes standard input.

    Raises:
        RuntimeError: without the package mcp.
    """
    import rclpy
    from rclpy.signals import SignalHandlerOptions

    from .spatial_client import SpatialClient

    try:
        from .agent_server import server_of
    except ImportError as error:
        raise RuntimeError(
            f"agents are served by the package mcp ({error}): pip install 'mcp>=2.3,<3'"
        ) from error

    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    try:
        with SpatialClient(arguments.service) as client:
            serve = server_of(client, camera=arguments.camera, timeout_s=arguments.timeout)
            serve.run("stdio")
    finally:
        rclpy.try_shutdown()
    return 0
