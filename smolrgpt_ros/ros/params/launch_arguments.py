# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Arguments of several launch files, and values that depend on an argument.

ROS's ``launch`` is imported when a launch file calls: hosts without ROS do not have it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..fast_dds import PACKAGE, profile_variables
from .camera_presets import TOLERANCES, CameraPreset, read_presets

if TYPE_CHECKING:
    from launch.actions import DeclareLaunchArgument, SetEnvironmentVariable
    from launch.substitutions import LaunchConfiguration, PythonExpression
    from launch_ros.parameter_descriptions import ParameterValue

#: Preset of the simulated camera, whose frame is in the namespace of its node.
SIMULATION = "simulation"


@dataclass(frozen=True)
class SharedArgument:
    """An argument of several launch files.

    Args:
        description: for ``--show-args``.
        default: where the launch file gives none.
        choices: allowed values; empty: any.
    """

    description: str
    default: str = ""
    choices: tuple[str, ...] = ()


SHARED: dict[str, SharedArgument] = {
    "camera": SharedArgument(
        "Camera whose topics are used, see config/cameras; its driver is started separately. "
        "topics: those that the topic arguments name."
    ),
    "namespace": SharedArgument("Namespace of the nodes, their services and their topics."),
    "params_file": SharedArgument(
        "YAML file with the parameters of the nodes; the arguments of the launch file win over it."
    ),
    "rgb_topic": SharedArgument(
        "Colour images of the camera (sensor_msgs/Image); empty: the preset's of camera."
    ),
    "camera_info_topic": SharedArgument(
        "Calibration of the colour camera (sensor_msgs/CameraInfo); empty: the preset's."
    ),
    "depth_topic": SharedArgument(
        "Depth registered to the colour image (sensor_msgs/Image, REP-118); empty: the preset's."
    ),
    "depth_info_topic": SharedArgument(
        "Calibration beside the depth images, for RViz's depth cloud; empty: the preset's."
    ),
    "depth_unit": SharedArgument(
        "Metres per step of the depth images, e.g. 0.00025; 0: as REP-118 says; empty: the "
        "preset's."
    ),
    "model": SharedArgument("Directory of the SmolRGPT checkpoint; empty: the one that ships."),
    "device": SharedArgument("Device of model and detector: auto, cpu, cuda, cuda:1, …", "auto"),
    "autostart": SharedArgument(
        "Configure and activate the query node when it starts; false under a lifecycle manager.",
        "true",
        ("true", "false"),
    ),
    "gravity_frame": SharedArgument(
        "Frame of TF whose z axis points up, for views without a floor; empty: none."
    ),
    "use_sim_time": SharedArgument(
        "Take the time from /clock, as with a bag that is played with --clock.",
        "false",
        ("true", "false"),
    ),
    "log_level": SharedArgument(
        "Lowest severity that the nodes log.", "info", ("debug", "info", "warn", "error")
    ),
}


#: The key of :attr:`CameraPreset.topics` that an argument replaces.
_TOPICS = {
    "rgb_topic": "rgb",
    "camera_info_topic": "camera_info",
    "depth_topic": "depth",
    "depth_info_topic": "depth_info",
}


def shared_arguments(
    names: Sequence[str], defaults: Mapping[str, str]
) -> list[DeclareLaunchArgument]:
    """Declarations of shared arguments.

    Args:
        names: keys of :data:`SHARED`.
        defaults: of this launch file, by name.
    """
    from launch.actions import DeclareLaunchArgument

    declared = []
    for name in names:
        argument = SHARED[name]
        default, choices = defaults.get(name, argument.default), argument.choices
        if name == "camera":
            choices = tuple(camera_presets())
        elif name == "params_file":
            default = str(share() / "config" / "warehouse.yaml")
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
    """Sets the Fast DDS profile that ships, for all processes of a launch; see docs/hosts.md."""
    from launch.actions import SetEnvironmentVariable

    variables = profile_variables(os.environ, share() / "config" / "fastdds.xml")
    return [SetEnvironmentVariable(name, value) for name, value in variables.items()]


def share() -> Path:
    """The installed ``share`` folder of the package."""
    from ament_index_python.packages import get_package_share_directory

    return Path(get_package_share_directory(PACKAGE))


def camera_presets() -> dict[str, CameraPreset]:
    """The installed camera presets by name."""
    return read_presets(share() / "config" / "cameras")


def topic(argument: str, *, absolute: bool = False) -> PythonExpression:
    """The topic of an argument; where that is empty, the one of the preset of ``camera``.

    Args:
        argument: its name.
        absolute: the preset's topics are in the root namespace and not in the node's.
    """
    topics = {
        camera: preset.topics[_TOPICS[argument]] for camera, preset in camera_presets().items()
    }
    if absolute:
        topics = {camera: "/" + topic.lstrip("/") for camera, topic in topics.items()}
    return _given_or(argument, repr(topics), "['", _value("camera"), "']")


def depth_unit(argument: str) -> ParameterValue:
    """The unit of an argument; where that is empty, the one of the preset of ``camera``."""
    from launch_ros.parameter_descriptions import ParameterValue

    units = {camera: preset.depth_unit for camera, preset in camera_presets().items()}
    return ParameterValue(
        _given_or(argument, repr(units), "['", _value("camera"), "']"), value_type=float
    )


def tolerances() -> dict[str, ParameterValue]:
    """The tolerances of the preset of ``camera``, as parameters; a file of parameters that comes
    after them wins."""
    from launch.substitutions import PythonExpression
    from launch_ros.parameter_descriptions import ParameterValue

    presets = camera_presets()
    parameters = {}
    for name in TOLERANCES:
        of_camera = {camera: asdict(preset.tolerances)[name] for camera, preset in presets.items()}
        value = PythonExpression([repr(of_camera), "['", _value("camera"), "']"])
        parameters[f"tolerance.{name}"] = ParameterValue(value, value_type=float)
    return parameters


def fixed_frame(argument: str) -> PythonExpression:
    """The frame of an argument; where that is empty, the one of the preset of ``camera``."""
    frames = {camera: preset.frame for camera, preset in camera_presets().items()}
    frames[SIMULATION] = "{}" + frames[SIMULATION]  # behind the namespace, as its node has it
    return _given_or(
        *(argument, repr(frames), "['", _value("camera"), "']"),
        *(".format('", _value("namespace"), "/'.lstrip('/'))"),
    )


def is_simulated(argument: str) -> PythonExpression:
    """Whether the simulated camera is wanted: ``true``, or ``auto`` with its preset."""
    from launch.substitutions import PythonExpression

    value, camera = _value(argument), _value("camera")
    return PythonExpression(
        ["'", value, "' == 'true' or ('", value, "', '", camera, f"') == ('auto', '{SIMULATION}')"]
    )


def flag(argument: str) -> ParameterValue:
    """An argument as a parameter that is true or false."""
    from launch_ros.parameter_descriptions import ParameterValue

    return ParameterValue(_value(argument), value_type=bool)


def text(argument: str) -> ParameterValue:
    """An argument as a string parameter, also where it looks like a number or is empty."""
    from launch_ros.parameter_descriptions import ParameterValue

    return ParameterValue(_value(argument), value_type=str)


def _given_or(argument: str, *otherwise: str | LaunchConfiguration) -> PythonExpression:
    """The value of an argument; that of an expression where it is empty."""
    from launch.substitutions import PythonExpression

    return PythonExpression(["'", _value(argument), "' or ", *otherwise])


def _value(argument: str) -> LaunchConfiguration:
    from launch.substitutions import LaunchConfiguration

    return LaunchConfiguration(argument)
