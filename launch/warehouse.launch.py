# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The warehouse example: the query node on a simulated camera, a recording or a robot's camera."""

from launch.actions import DeclareLaunchArgument
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

from launch import LaunchDescription
from smolrgpt_ros.ros.params.launch_arguments import (
    PACKAGE,
    depth_unit,
    fast_dds_profile,
    fixed_frame,
    flag,
    is_simulated,
    share,
    shared_arguments,
    text,
    tolerances,
    topic,
)


def generate_launch_description() -> LaunchDescription:
    arguments = [
        *shared_arguments(
            [
                "camera",
                "namespace",
                "params_file",
                "rgb_topic",
                "camera_info_topic",
                "depth_topic",
                "depth_unit",
                "depth_info_topic",
                "model",
                "device",
                "autostart",
                "gravity_frame",
                "use_sim_time",
                "log_level",
            ],
            {"camera": "simulation", "namespace": ""},
        ),
        DeclareLaunchArgument(
            "sim",
            default_value="auto",
            choices=["auto", "true", "false"],
            description="Start the simulated camera; auto: with camera:=simulation.",
        ),
        DeclareLaunchArgument(
            "rviz",
            default_value="false",
            choices=["true", "false"],
            description="Start RViz with the package's displays.",
        ),
        DeclareLaunchArgument(
            "web",
            default_value="false",
            choices=["true", "false"],
            description="Serve a page on http://localhost:8090 (needs nicegui).",
        ),
        DeclareLaunchArgument(
            "fixed_frame",
            default_value="",
            description="Fixed frame of RViz; empty: the camera's optical frame.",
        ),
        DeclareLaunchArgument(
            "family",
            default_value="ceiling",
            choices=["ceiling", "robot"],
            description="Simulated camera: below the ceiling looking down, or on a robot.",
        ),
        DeclareLaunchArgument(
            "recording",
            default_value="",
            description="Directory written by 'smolrgpt simulate', played instead of rendering.",
        ),
    ]
    common = {
        "package": PACKAGE,
        "namespace": LaunchConfiguration("namespace"),
        "output": "screen",
        "arguments": ["--ros-args", "--log-level", LaunchConfiguration("log_level")],
        "remappings": [
            ("rgb/image_raw", topic("rgb_topic")),
            ("rgb/camera_info", topic("camera_info_topic")),
            ("depth/image_raw", topic("depth_topic")),
            ("depth/camera_info", topic("depth_info_topic")),
        ],
    }
    parameters = LaunchConfiguration("params_file")
    sim_time = {"use_sim_time": LaunchConfiguration("use_sim_time")}
    nodes = [
        # First: where rviz2 is not installed, nothing else may have been started.
        Node(
            package="rviz2",
            executable="rviz2",
            namespace=LaunchConfiguration("namespace"),
            condition=IfCondition(LaunchConfiguration("rviz")),
            arguments=[
                "--display-config",
                str(share() / "config" / "warehouse.rviz"),
                "--fixed-frame",
                fixed_frame("fixed_frame"),
            ],
            # The displays name topics of the root namespace and of the simulated camera.
            remappings=[
                ("/spatial_query/markers", "spatial_query/markers"),
                ("/spatial_query/annotated", "spatial_query/annotated"),
                ("/rgb/image_raw", topic("rgb_topic")),
                ("/depth/image_raw", topic("depth_topic")),
                ("/depth/camera_info", topic("depth_info_topic")),
            ],
            parameters=[sim_time],
        ),
        Node(
            executable="warehouse_camera_node",
            name="warehouse_camera",
            condition=IfCondition(is_simulated("sim")),
            parameters=[
                parameters,
                {
                    "family": text("family"),
                    "recording": text("recording"),
                },
            ],
            **common,
        ),
        Node(
            executable="spatial_query_node",
            name="spatial_query",
            parameters=[
                tolerances(),
                parameters,
                sim_time,
                {
                    "model.path": text("model"),
                    "device": text("device"),
                    "autostart": flag("autostart"),
                    "depth.unit": depth_unit("depth_unit"),
                    "gravity_frame": text("gravity_frame"),
                },
            ],
            **common,
        ),
        Node(
            executable="page_node",
            name="page",
            condition=IfCondition(LaunchConfiguration("web")),
            parameters=[parameters, sim_time],
            **common,
        ),
    ]
    return LaunchDescription([*arguments, *fast_dds_profile(), *nodes])
