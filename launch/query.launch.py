# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""One of two hosts: answers, on regions that the other one finds (regions.launch.py)."""

from launch.actions import DeclareLaunchArgument
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

from launch import LaunchDescription
from smolrgpt_ros.ros.params.launch_arguments import (
    PACKAGE,
    depth_unit,
    fast_dds_profile,
    flag,
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
                "model",
                "device",
                "autostart",
                "gravity_frame",
                "use_sim_time",
                "log_level",
            ],
            {"camera": "topics", "namespace": ""},
        ),
        DeclareLaunchArgument(
            "regions_topic",
            default_value="/region_finder/spatial_query/regions",
            description="Regions of the other host (smolrgpt_ros/RegionArray).",
        ),
        DeclareLaunchArgument(
            "topic_type",
            default_value="regions",
            choices=["regions", "detections"],
            description="What the other host publishes: regions, or detections of any detector.",
        ),
        DeclareLaunchArgument(
            "detections_topic",
            default_value="/detections",
            description="Its detections (vision_msgs/Detection2DArray), if topic_type is so.",
        ),
    ]
    node = Node(
        package=PACKAGE,
        executable="spatial_query_node",
        name="spatial_query",
        namespace=LaunchConfiguration("namespace"),
        output="screen",
        arguments=["--ros-args", "--log-level", LaunchConfiguration("log_level")],
        parameters=[
            tolerances(),
            LaunchConfiguration("params_file"),
            {"use_sim_time": LaunchConfiguration("use_sim_time")},
            {
                "detector.backend": "topic",
                "detector.topic_type": text("topic_type"),
                "model.backend": "smolrgpt",
                "model.path": text("model"),
                "device": text("device"),
                "autostart": flag("autostart"),
                "depth.unit": depth_unit("depth_unit"),
                "gravity_frame": text("gravity_frame"),
            },
        ],
        remappings=[
            ("rgb/image_raw", topic("rgb_topic", absolute=True)),
            ("rgb/camera_info", topic("camera_info_topic", absolute=True)),
            ("depth/image_raw", topic("depth_topic", absolute=True)),
            ("regions", LaunchConfiguration("regions_topic")),
            ("detections", LaunchConfiguration("detections_topic")),
        ],
    )
    return LaunchDescription([*arguments, *fast_dds_profile(), node])
