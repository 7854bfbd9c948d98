# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What tests of every room may need of their host."""

from __future__ import annotations

import fcntl
import os

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Gives each of several processes of tests (pytest-xdist) a ROS domain of its own."""
    if hasattr(config, "workerinput"):
        os.environ["ROS_DOMAIN_ID"] = str(_free_domain())


def _free_domain() -> int:
    """A ROS domain, 1 to 101, that no other run of tests on this machine has.

    A lock holds it until this process ends; scripts/test takes its own in the same way.
    """
    for domain in range(1, 102):
        try:
            lock = os.open(f"/tmp/smolrgpt_ros_domain_{domain}.lock", os.O_RDWR | os.O_CREAT)
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # another run's, or another user's
            continue
        return domain
    raise RuntimeError("every ROS domain is taken, see /tmp/smolrgpt_ros_domain_*.lock")


@pytest.fixture(scope="session")
def can_render() -> None:
    """Skips the tests that use it where the host makes no off-screen OpenGL context."""
    try:
        from smolrgpt_ros.simulation.sensing.renderer import WarehouseRenderer

        WarehouseRenderer(32, 24).close()
    except (RuntimeError, ImportError) as error:
        pytest.skip(f"this host cannot render: {error}")
