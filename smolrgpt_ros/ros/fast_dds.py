# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The Fast DDS profile for camera images, where the user chose none; see docs/hosts.md.

Also a program for shells, which needs nothing installed: ``python fast_dds.py PROFILE`` prints the
command that sets the variable, if there is one to set.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

PACKAGE = "smolrgpt_ros"
#: What names a profile: after Jazzy, and up to it. Newer ones warn about the old name.
VARIABLE, OLD_VARIABLE = "FASTDDS_DEFAULT_PROFILES_FILE", "FASTRTPS_DEFAULT_PROFILES_FILE"
#: Names transports in one word; a profile would overrule it.
TRANSPORTS = "FASTDDS_BUILTIN_TRANSPORTS"
_OLD_DISTROS = ("humble", "jazzy")


def is_fast_dds(environment: Mapping[str, str]) -> bool:
    """Whether the middleware of a process is Fast DDS, the default of ROS 2."""
    return "fastrtps" in (environment.get("RMW_IMPLEMENTATION") or "rmw_fastrtps_cpp")


def chosen_profile(environment: Mapping[str, str]) -> tuple[str, str]:
    """The variable by which transports were chosen, and its value; two empty texts for none."""
    for name in (VARIABLE, OLD_VARIABLE, TRANSPORTS):
        if environment.get(name):
            return name, environment[name]
    return "", ""


def profile_variables(environment: Mapping[str, str], profile: Path) -> dict[str, str]:
    """The variable that names a profile; none where another middleware or transport is chosen.

    Args:
        environment: of the process.
        profile: the XML file.
    """
    if not is_fast_dds(environment) or chosen_profile(environment)[0]:
        return {}
    old = environment.get("ROS_DISTRO") in _OLD_DISTROS
    return {OLD_VARIABLE if old else VARIABLE: str(profile)}


def installed_profile() -> Path | None:
    """The profile of the installed package; ``None`` where the package is not installed."""
    from ament_index_python.packages import PackageNotFoundError, get_package_share_directory

    try:
        return Path(get_package_share_directory(PACKAGE)) / "config" / "fastdds.xml"
    except PackageNotFoundError:
        return None


def use_profile() -> None:
    """Sets the installed profile for this process and those it starts, before ROS is initialized.

    It counts for what a process sends: the driver of a camera needs it in its own environment.
    """
    profile = installed_profile()
    if profile is not None and profile.is_file():
        os.environ.update(profile_variables(os.environ, profile))


if __name__ == "__main__":
    for name, value in profile_variables(os.environ, Path(sys.argv[1])).items():
        print(f"export {name}={shlex.quote(value)}")
