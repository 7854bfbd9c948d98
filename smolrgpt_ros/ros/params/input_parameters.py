# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Parameters of the ``spatial_query`` node: its inputs, their transport and quality of service."""

from __future__ import annotations

from ..inputs.pairing import COLOR_TRANSPORTS, DEPTH_TRANSPORTS
from ..qos import PRESETS
from .parameters import ParameterSpec

_QOS = tuple(PRESETS)
_QOS_TEXT = "; ".join(f"{name}: {text}" for name, text in PRESETS.items())

INPUT_SPECS: tuple[ParameterSpec, ...] = (
    ParameterSpec(
        "use_depth",
        True,
        "Pair colour with depth; false: answer from colour alone, nothing is measured.",
        read_only=True,
    ),
    ParameterSpec(
        "gravity_frame",
        "",
        "Frame whose z axis points up, such as map, odom or base_link on level ground: TF says how "
        "the camera hangs. Empty, or without a transform: gravity_imu_topic.",
    ),
    ParameterSpec(
        "gravity_imu_topic",
        "",
        "Accelerometer of the camera (sensor_msgs/Imu); of several cameras, below each one's name. "
        "Empty, or silent: gravity_up.",
        read_only=True,
    ),
    ParameterSpec(
        "gravity_up",
        "",
        "Up in the camera's optical frame (x right, y down, z ahead), e.g. '0, 1, 0' for a camera "
        "that hangs upside down; empty: the floor in view says it, and is not trusted at more than "
        "45 degrees of roll.",
    ),
    ParameterSpec(
        "camera_info.rectified",
        False,
        "The colour images are rectified: P of rgb/camera_info counts and no lens is undone. "
        "Topics named image_rect or rect are, whatever this says.",
    ),
    ParameterSpec(
        "depth.unit",
        0.0,
        "Metres per step of the depth images, e.g. 0.00025 for steps of a quarter of a millimetre; "
        "0: as REP-118 says, 0.001 for 16UC1 and mono16, 1 for 32FC1.",
        minimum=0.0,
        maximum=1.0,
    ),
    ParameterSpec(
        "tolerance.focal_length",
        0.001,
        "Largest expected error of the focal length, share. Standard deviations of answers count "
        "it; see docs/measuring.md.",
        minimum=0.0,
        maximum=1.0,
    ),
    ParameterSpec(
        "tolerance.principal_point",
        0.5,
        "Largest expected error of the principal point, pixels.",
        minimum=0.0,
        maximum=1000.0,
    ),
    ParameterSpec(
        "tolerance.depth_scale",
        0.001,
        "Largest expected error of all depth at once, share.",
        minimum=0.0,
        maximum=1.0,
    ),
    ParameterSpec(
        "tolerance.registration",
        0.0,
        "Largest expected error of the registration of depth to colour, pixels.",
        minimum=0.0,
        maximum=100.0,
    ),
    ParameterSpec(
        "tolerance.mask_edge",
        0.2,
        "Largest expected error of the edges of masks, pixels; what a frame's depth edges show of "
        "it counts where it is more.",
        minimum=0.0,
        maximum=100.0,
    ),
    ParameterSpec(
        "depth.assume_registered",
        False,
        "Trust depth whose frame_id differs from colour's to be registered to it.",
    ),
    ParameterSpec(
        "depth.reproject",
        True,
        "Reproject depth of another camera into the colour image, by TF and depth/camera_info; "
        "false: refuse it.",
    ),
    ParameterSpec(
        "transport.rgb",
        "raw",
        "Transport of colour: raw images, or <topic>/compressed (JPEG or PNG).",
        choices=COLOR_TRANSPORTS,
        read_only=True,
    ),
    ParameterSpec(
        "transport.depth",
        "raw",
        "Transport of depth: raw images, <topic>/compressedDepth (PNG or RVL) or "
        "<topic>/compressed (16-bit PNG).",
        choices=DEPTH_TRANSPORTS,
        read_only=True,
    ),
    ParameterSpec(
        "sync.slop",
        0.04,
        "Largest difference of the stamps of colour and depth of one frame, seconds.",
        minimum=0.0,
        maximum=1.0,
        read_only=True,
    ),
    ParameterSpec(
        "sync.queue_size",
        10,
        "Images of each input kept while looking for a partner.",
        minimum=1,
        maximum=200,
        read_only=True,
    ),
    ParameterSpec(
        "qos.rgb",
        "sensor_data",
        f"Quality of service of rgb/image_raw. {_QOS_TEXT}.",
        choices=_QOS,
        read_only=True,
    ),
    ParameterSpec(
        "qos.depth",
        "sensor_data",
        f"Quality of service of depth/image_raw. {_QOS_TEXT}.",
        choices=_QOS,
        read_only=True,
    ),
    ParameterSpec(
        "qos.camera_info",
        "sensor_data",
        f"Quality of service of rgb/camera_info. {_QOS_TEXT}.",
        choices=_QOS,
        read_only=True,
    ),
)
