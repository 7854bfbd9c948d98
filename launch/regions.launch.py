"""One of two hosts: finds regions and publishes them; the other one answers (query.launch.py)."""

from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from launch.actions import DeclareLaunchArgument
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution, PythonExpression
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from launch import LaunchDescription
from smolrgpt_ros.ros.params.camera_presets import read_presets

PACKAGE = "smolrgpt_ros"


def text(argument: str) -> ParameterValue:
    """An argument as a string parameter, also where it looks like a number or is empty."""
    return ParameterValue(LaunchConfiguration(argument), value_type=str)


def generate_launch_description() -> LaunchDescription:
    share = get_package_share_directory(PACKAGE)
    presets = read_presets(Path(share) / "config" / "cameras")

    def topic(key: str) -> PythonExpression:
        # From the root, for this node has a namespace and the camera another one.
        known = {name: "/" + preset.topics[key].lstrip("/") for name, preset in presets.items()}
        return PythonExpression([repr(known), "['", LaunchConfiguration("camera"), "']"])

    arguments = [
        DeclareLaunchArgument(
            "camera",
            default_value="topics",
            choices=list(presets),
            description="Whose topics to use, see config/cameras; the driver is started apart.",
        ),
        DeclareLaunchArgument(
            "namespace",
            default_value="region_finder",
            description="Namespace of the node; regions go to <namespace>/spatial_query/regions.",
        ),
        DeclareLaunchArgument(
            "weights",
            default_value="",
            description="YOLO segmentation weights; empty: those that ship.",
        ),
        DeclareLaunchArgument(
            "params_file",
            default_value=PathJoinSubstitution([share, "config", "warehouse.yaml"]),
            description="YAML file with the parameters of the node.",
        ),
        DeclareLaunchArgument(
            "rgb_topic",
            default_value=topic("rgb"),
            description="Colour images of the camera (sensor_msgs/Image).",
        ),
        DeclareLaunchArgument(
            "camera_info_topic",
            default_value=topic("camera_info"),
            description="Calibration of the colour camera (sensor_msgs/CameraInfo).",
        ),
        DeclareLaunchArgument(
            "depth_topic",
            default_value=topic("depth"),
            description="Depth registered to the colour image (sensor_msgs/Image, REP-118).",
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
            description="Least severity that the node logs.",
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
    return LaunchDescription([*arguments, node])
