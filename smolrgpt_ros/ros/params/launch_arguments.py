"""Arguments of several launch files, and values that depend on an argument.

ROS's ``launch`` is imported when a launch file calls: hosts without ROS do not have it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .camera_presets import CameraPreset, read_presets

if TYPE_CHECKING:
    from launch.actions import DeclareLaunchArgument, SetEnvironmentVariable
    from launch.substitutions import PythonExpression
    from launch_ros.parameter_descriptions import ParameterValue

PACKAGE = "smolrgpt_ros"
#: What names a Fast DDS profile: after Jazzy, and up to it. Newer ones warn about the old name.
_PROFILE, _OLD_PROFILE = "FASTDDS_DEFAULT_PROFILES_FILE", "FASTRTPS_DEFAULT_PROFILES_FILE"
_OLD_DISTROS = ("humble", "jazzy")


@dataclass(frozen=True)
class SharedArgument:
    """An argument of several launch files.

    Args:
        description: for ``--show-args``.
        default: where it is neither a camera's topic nor given by the launch file.
        choices: allowed values; empty: any.
        topic: key of :attr:`CameraPreset.topics` whose topic is the default.
    """

    description: str
    default: str = ""
    choices: tuple[str, ...] = ()
    topic: str = ""


SHARED: dict[str, SharedArgument] = {
    "camera": SharedArgument(
        "Camera whose topics are used, see config/cameras; its driver is started separately. "
        "topics: those that the topic arguments name."
    ),
    "namespace": SharedArgument("Namespace of the nodes, their services and their topics."),
    "params_file": SharedArgument("YAML file with the parameters of the nodes."),
    "rgb_topic": SharedArgument("Colour images of the camera (sensor_msgs/Image).", topic="rgb"),
    "camera_info_topic": SharedArgument(
        "Calibration of the colour camera (sensor_msgs/CameraInfo).", topic="camera_info"
    ),
    "depth_topic": SharedArgument(
        "Depth registered to the colour image (sensor_msgs/Image, REP-118).", topic="depth"
    ),
    "depth_info_topic": SharedArgument(
        "Calibration beside the depth images, for RViz's depth cloud.", topic="depth_info"
    ),
    "model": SharedArgument("Directory of the SmolRGPT checkpoint; empty: the one that ships."),
    "device": SharedArgument("Device of model and detector: auto, cpu, cuda, cuda:1, …", "auto"),
    "use_sim_time": SharedArgument(
        "Take the time from /clock, as with a bag that is played with --clock.",
        "false",
        ("true", "false"),
    ),
    "log_level": SharedArgument(
        "Lowest severity that the nodes log.", "info", ("debug", "info", "warn", "error")
    ),
}


def shared_arguments(
    names: Sequence[str], defaults: Mapping[str, str], *, absolute_topics: bool = False
) -> list[DeclareLaunchArgument]:
    """Declarations of shared arguments.

    Args:
        names: keys of :data:`SHARED`.
        defaults: of this launch file, by name.
        absolute_topics: a camera's topics are in the root namespace and not in the node's.
    """
    from launch.actions import DeclareLaunchArgument

    presets = camera_presets()
    declared = []
    for name in names:
        argument = SHARED[name]
        default: str | PythonExpression = defaults.get(name, argument.default)
        choices = argument.choices
        if name == "camera":
            choices = tuple(presets)
        elif name == "params_file":
            default = str(share() / "config" / "warehouse.yaml")
        elif argument.topic:
            topics = {camera: preset.topics[argument.topic] for camera, preset in presets.items()}
            if absolute_topics:
                topics = {camera: "/" + topic.lstrip("/") for camera, topic in topics.items()}
            default = of_camera(topics)
        declared.append(
            DeclareLaunchArgument(
                name,
                default_value=default,
                description=argument.description,
                choices=list(choices) or None,
            )
        )
    return declared


def fast_dds_profile() -> list[SetEnvironmentVariable]:
    """Sets the Fast DDS profile that ships, for the nodes of a launch file; see docs/hosts.md."""
    from launch.actions import SetEnvironmentVariable

    variables = profile_variables(os.environ, share() / "config" / "fastdds.xml")
    return [SetEnvironmentVariable(name, value) for name, value in variables.items()]


def profile_variables(environment: Mapping[str, str], profile: Path) -> dict[str, str]:
    """The variable that names a Fast DDS profile; none where another middleware or profile is set.

    Args:
        environment: of the process.
        profile: the XML file.
    """
    middleware = environment.get("RMW_IMPLEMENTATION") or "rmw_fastrtps_cpp"
    if "fastrtps" not in middleware or any(
        environment.get(name) for name in (_PROFILE, _OLD_PROFILE)
    ):
        return {}
    old = environment.get("ROS_DISTRO") in _OLD_DISTROS
    return {_OLD_PROFILE if old else _PROFILE: str(profile)}


def share() -> Path:
    """The installed ``share`` folder of the package."""
    from ament_index_python.packages import get_package_share_directory

    return Path(get_package_share_directory(PACKAGE))


def camera_presets() -> dict[str, CameraPreset]:
    """The installed camera presets by name."""
    return read_presets(share() / "config" / "cameras")


def of_camera(values: Mapping[str, str]) -> PythonExpression:
    """The value of the camera that the argument ``camera`` names."""
    from launch.substitutions import LaunchConfiguration, PythonExpression

    return PythonExpression([repr(dict(values)), "['", LaunchConfiguration("camera"), "']"])


def text(argument: str) -> ParameterValue:
    """An argument as a string parameter, also where it looks like a number or is empty."""
    from launch.substitutions import LaunchConfiguration
    from launch_ros.parameter_descriptions import ParameterValue

    return ParameterValue(LaunchConfiguration(argument), value_type=str)
