# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The Fast DDS profile: where it is set, and where the user's choice stays."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from smolrgpt_ros.ros import fast_dds
from smolrgpt_ros.ros.fast_dds import (
    OLD_VARIABLE,
    TRANSPORTS,
    VARIABLE,
    profile_variables,
    use_profile,
)

ROOT = Path(__file__).parents[2]
FILE = ROOT / "config" / "fastdds.xml"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, VARIABLE),
        ({"RMW_IMPLEMENTATION": ""}, VARIABLE),
        ({"RMW_IMPLEMENTATION": "rmw_fastrtps_cpp"}, VARIABLE),
        ({"RMW_IMPLEMENTATION": "rmw_fastrtps_cpp", "ROS_DISTRO": "kilted"}, VARIABLE),
        ({"ROS_DISTRO": "lyrical"}, VARIABLE),
        ({"ROS_DISTRO": "jazzy"}, OLD_VARIABLE),
        ({"RMW_IMPLEMENTATION": "rmw_zenoh_cpp"}, ""),
        ({"RMW_IMPLEMENTATION": "rmw_cyclonedds_cpp"}, ""),
        ({VARIABLE: "/my.xml"}, ""),
        ({OLD_VARIABLE: "/my.xml"}, ""),
        ({TRANSPORTS: "UDPv4"}, ""),
    ],
)
def test_the_fast_dds_profile_is_set_where_the_user_set_none(environment, expected):
    added = {expected: str(FILE)} if expected else {}
    assert profile_variables(environment, FILE) == added
    # What a shell gets, without site-packages.
    program = [sys.executable, "-I", "-S", fast_dds.__file__, str(FILE)]
    done = subprocess.run(program, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "".join(f"export {name}={FILE}\n" for name in added)


def test_a_shell_that_sources_the_environment_has_it():
    environment = ROOT / "scripts" / "env"
    if not environment.is_file() or not (ROOT / ".venv").is_dir():
        pytest.skip("scripts/setup has made no environment here")
    script = f"source {environment} && printenv {VARIABLE}"
    plain = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}
    done = subprocess.run(
        ["/bin/bash", "-c", script], env=plain, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(FILE)


def test_a_process_sets_the_installed_profile_for_itself(monkeypatch, tmp_path):
    names = (VARIABLE, OLD_VARIABLE, TRANSPORTS, "RMW_IMPLEMENTATION", "ROS_DISTRO")
    for name in names:
        monkeypatch.delenv(name, raising=False)
    profile = tmp_path / "fastdds.xml"
    monkeypatch.setattr(fast_dds, "installed_profile", lambda: profile)
    use_profile()
    assert VARIABLE not in os.environ, "no such file"
    profile.write_text("<dds/>")
    use_profile()
    assert os.environ.pop(VARIABLE) == str(profile)
