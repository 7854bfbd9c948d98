"""One of two hosts: finds regions and publishes them; the other one answers (query.launch.py)."""

from launch.actions import DeclareLaunchArgument
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

from launch import LaunchDescription
from smolrgpt_ros.ros.params.launch_arguments import (
    PACKAGE,
    fast_dds_profile,
    shared_arguments,
    text,
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
                "device",
                "use_sim_time",
                "log_level",
            ],
            {"camera": "topics", "namespace": "region_finder"},
            absolute_topics=True,
        ),
        DeclareLaunchArgument(
            "weights",
            default_value="",
            description="YOLO segmentation weights; empty: those that ship.",
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
            LaunchConfiguration("params_file"),
            {"use_sim_time": LaunchConfiguration("use_sim_time")},
            {
                "model.backend": "none",
                "detector.backend": "ultralytics",
                "detector.weights": text("weights"),
                "device": text("device"),
            },
        ],
        remappings=[
            ("rgb/image_raw", LaunchConfiguration("rgb_topic")),
            ("rgb/camera_info", LaunchConfiguration("camera_info_topic")),
            ("depth/image_raw", LaunchConfiguration("depth_topic")),
        ],
    )
    return LaunchDescription([*arguments, *fast_dds_profile(), node])
