"""The warehouse example: the query node on a simulated camera or on the robot's own."""

from ament_index_python.packages import get_package_share_directory
from launch.actions import DeclareLaunchArgument
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from launch import LaunchDescription

PACKAGE = "smolrgpt_ros"


def text(argument: str) -> ParameterValue:
    """An argument as a string parameter, also where it looks like a number or is empty."""
    return ParameterValue(LaunchConfiguration(argument), value_type=str)


def generate_launch_description() -> LaunchDescription:
    share = get_package_share_directory(PACKAGE)
    arguments = [
        DeclareLaunchArgument(
            "sim",
            default_value="true",
            choices=["true", "false"],
            description="Start the simulated camera; false: use the robot's camera topics.",
        ),
        DeclareLaunchArgument(
            "rviz",
            default_value="false",
            choices=["true", "false"],
            description="Start RViz with the package's displays.",
        ),
        DeclareLaunchArgument(
            "namespace",
            default_value="",
            description="Namespace of all nodes of this example.",
        ),
        DeclareLaunchArgument(
            "params_file",
            default_value=PathJoinSubstitution([share, "config", "warehouse.yaml"]),
            description="YAML file with the parameters of the nodes.",
        ),
        DeclareLaunchArgument(
            "rgb_topic",
            default_value="rgb/image_raw",
            description="Colour images of the camera (sensor_msgs/Image).",
        ),
        DeclareLaunchArgument(
            "camera_info_topic",
            default_value="rgb/camera_info",
            description="Calibration of the colour camera (sensor_msgs/CameraInfo).",
        ),
        DeclareLaunchArgument(
            "depth_topic",
            default_value="depth/image_raw",
            description="Depth registered to the colour image (sensor_msgs/Image, REP-118).",
        ),
        DeclareLaunchArgument(
            "family",
            default_value="ceiling",
            choices=["ceiling", "robot"],
            description="Simulated camera: high up looking down, or on a robot.",
        ),
        DeclareLaunchArgument(
            "recording",
            default_value="",
            description="Directory written by 'smolrgpt simulate', played instead of rendering.",
        ),
        DeclareLaunchArgument(
            "model",
            default_value="",
            description="Directory of the SmolRGPT checkpoint; empty: the one that ships.",
        ),
        DeclareLaunchArgument(
            "device",
            default_value="auto",
            description="Where to compute: auto, cpu, cuda, cuda:1, …",
        ),
        DeclareLaunchArgument(
            "use_sim_time",
            default_value="false",
            choices=["true", "false"],
            description="Take the time from /clock, as with a bag that is played with --clock.",
        ),
        DeclareLaunchArgument(
            "log_level",
            default_value="info",
            choices=["debug", "info", "warn", "error"],
            description="Least severity that the nodes log.",
        ),
    ]
    common = {
        "package": PACKAGE,
        "namespace": LaunchConfiguration("namespace"),
        "output": "screen",
        "arguments": ["--ros-args", "--log-level", LaunchConfiguration("log_level")],
        "remappings": [
            ("rgb/image_raw", LaunchConfiguration("rgb_topic")),
            ("rgb/camera_info", LaunchConfiguration("camera_info_topic")),
            ("depth/image_raw", LaunchConfiguration("depth_topic")),
        ],
    }
    parameters = LaunchConfiguration("params_file")
    sim_time = {"use_sim_time": LaunchConfiguration("use_sim_time")}
    nodes = [
        Node(
            executable="warehouse_camera_node",
            name="warehouse_camera",
            condition=IfCondition(LaunchConfiguration("sim")),
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
                parameters,
                sim_time,
                {
                    "model.path": text("model"),
                    "device": text("device"),
                },
            ],
            **common,
        ),
        Node(
            package="rviz2",
            executable="rviz2",
            condition=IfCondition(LaunchConfiguration("rviz")),
            arguments=["-d", PathJoinSubstitution([share, "config", "warehouse.rviz"])],
            parameters=[sim_time],
        ),
    ]
    return LaunchDescription([*arguments, *nodes])
