# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Parameters of the ``page`` node."""

from __future__ import annotations

from ..inputs.pairing import COLOR_TRANSPORTS
from ..qos import PRESETS
from .parameters import ParameterSpec

PAGE_SPECS: tuple[ParameterSpec, ...] = (
    ParameterSpec(
        "host",
        "127.0.0.1",
        "Address to listen on; 127.0.0.1: this machine only, 0.0.0.0: every network interface, "
        "with a token.",
        read_only=True,
    ),
    ParameterSpec(
        "port",
        8090,
        "TCP port of the page; 0: a free one, see the log.",
        minimum=0,
        maximum=65535,
        read_only=True,
    ),
    ParameterSpec(
        "token",
        "",
        "What a browser must show once (?token=...); empty: nothing on this machine only, a random "
        "one, logged, where host is open to the network.",
        read_only=True,
    ),
    ParameterSpec(
        "origins",
        ("",),
        "Other addresses of the page, such as https://robot.example of a reverse proxy.",
        read_only=True,
    ),
    ParameterSpec(
        "max_clients",
        32,
        "Browsers connected at the same time; further ones are refused.",
        minimum=1,
        maximum=1000,
        read_only=True,
    ),
    ParameterSpec("service", "spatial_query", "Name of the query node.", read_only=True),
    ParameterSpec(
        "camera",
        "",
        "Camera that is shown and asked, of a node with several; empty: the only one.",
        read_only=True,
    ),
    ParameterSpec(
        "timeout", 30.0, "Longest wait for an answer, seconds.", minimum=0.1, maximum=600.0,
        read_only=True,
    ),
    ParameterSpec(
        "picture.max_rate",
        4.0,
        "Most live pictures drawn in a second, Hz.",
        minimum=0.1,
        maximum=30.0,
        read_only=True,
    ),
    ParameterSpec(
        "picture.transport",
        "raw",
        "Transport of rgb/image_raw: the query node's transport.rgb.",
        choices=COLOR_TRANSPORTS,
        read_only=True,
    ),
    ParameterSpec(
        "picture.qos",
        "sensor_data",
        "Quality of service of rgb/image_raw: the query node's qos.rgb.",
        choices=tuple(PRESETS),
        read_only=True,
    ),
)  # fmt: skip
