"""The warehouse example: the query node on a simulated camera, a recording or a robot's camera."""

from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from launch.actions import DeclareLaunchArgument
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution, PythonExpression
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from launch import LaunchDescription
from smolrgpt_ros.ros.params.camera_presets import read_presets

PACKAGE = "smolrgpt_ros"


def text(argument: str) -> ParameterValue:
    """An argument as a string parameter, also where it looks like a number or is empty."""
    return ParameterValue(LaunchConfiguration(argument), value_type=str)


def of_camera(values: dict[str, str]) -> PythonExpression:
    """The value of the camera that the argument names."""
    return PythonExpression([repr(values), "['", LaunchConfiguration("camera"), "']"])


def generate_launch_description() -> LaunchDescription:
    share = get_package_share_directory(PACKAGE)
    presets = read_presets(Path(share) / "config" / "cameras")

    def topic(key: str) -> PythonExpression:
        return of_camera({name: preset.topics[key] for name, preset in presets.items()})

    arguments = [
        DeclareLaunchArgument(
            "camera",
            default_value="simulation",
            choices=list(presets),
            description="Whose topics to use, see config/cameras: a camera's driver, which is "
            "started apart, or topics, which the topic arguments name.",
        ),
        DeclareLaunchArgument(
            "sim",
            default_value=of_camera(
                {name: str(name == "simulation").lower() for name in presets},
            ),
            choices=["true", "false"],
            description="Start the simulated camera; by default with camera:=simulation only.",
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
            description="Serve the same view to browsers (needs foxglove-sdk).",
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
            "depth_info_topic",
            default_value=topic("depth_info"),
            description="Calibration beside the depth images, for RViz's depth cloud.",
        ),
        DeclareLaunchArgument(
            "fixed_frame",
            default_value=of_camera({name: preset.frame for name, preset in presets.items()}),
            description="Frame that RViz shows everything in.",
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
            ("depth/camera_info", LaunchConfiguration("depth_info_topic")),
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
            executable="web_view_node",
            name="web_view",
            condition=IfCondition(LaunchConfiguration("web")),
            parameters=[parameters, sim_time],
            **common,
        ),
        Node(
            package="rviz2",
            executable="rviz2",
            namespace=LaunchConfiguration("namespace"),
            condition=IfCondition(LaunchConfiguration("rviz")),
            arguments=[
                "--display-config",
                PathJoinSubstitution([share, "config", "warehouse.rviz"]),
                "--fixed-frame",
                LaunchConfiguration("fixed_frame"),
            ],
            # The displays name topics of the root namespace and of the simulated camera.
            remappings=[
                ("/spatial_query/markers", "spatial_query/markers"),
                ("/spatial_query/annotated", "spatial_query/annotated"),
                ("/rgb/image_raw", LaunchConfiguration("rgb_topic")),
                ("/depth/image_raw", LaunchConfiguration("depth_topic")),
                ("/depth/camera_info", LaunchConfiguration("depth_info_topic")),
            ],
            parameters=[sim_time],
        ),
    ]
    return LaunchDescription([*arguments, *nodes])
