# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Parameters of the ``warehouse_camera`` node."""

from __future__ import annotations

from .parameters import ParameterSpec

WAREHOUSE_CAMERA_SPECS: tuple[ParameterSpec, ...] = (
    ParameterSpec(
        "family",
        "ceiling",
        "Where the camera is: below the ceiling looking down, or on a robot.",
        choices=("ceiling", "robot"),
        read_only=True,
    ),
    ParameterSpec(
        "seed",
        0,
        "Seed of the first scene; each next one has the next number.",
        minimum=0,
        maximum=2**31 - 1,
        read_only=True,
    ),
    ParameterSpec(
        "width", 640, "Width of the images, pixels.", minimum=32, maximum=4096, read_only=True
    ),
    ParameterSpec(
        "height", 480, "Height of the images, pixels.", minimum=32, maximum=4096, read_only=True
    ),
    ParameterSpec(
        "rate", 10.0, "Frames per second, Hz.", minimum=0.1, maximum=120.0, read_only=True
    ),
    ParameterSpec(
        "hold_time",
        10.0,
        "Seconds each scene is shown; 0: until ~/next is called.",
        minimum=0.0,
        maximum=3600.0,
        read_only=True,
    ),
    ParameterSpec(
        "sensor_noise",
        True,
        "Noise, blur and holes of a real camera; false: ideal pictures.",
        read_only=True,
    ),
    ParameterSpec(
        "depth_encoding",
        "16UC1",
        "16UC1: whole millimetres, 0 = nothing measured; 32FC1: metres, NaN = nothing measured.",
        choices=("16UC1", "32FC1"),
        read_only=True,
    ),
    ParameterSpec(
        "recording",
        "",
        "Directory that 'smolrgpt simulate' wrote, played instead of rendering; empty: render.",
        read_only=True,
    ),
    ParameterSpec(
        "map_frame",
        "map",
        "Frame of the camera's pose on /tf, where tf2_ros is installed; empty: no pose.",
        read_only=True,
    ),
)
