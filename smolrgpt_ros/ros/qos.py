# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Quality of service by name, so that a parameter can choose it."""

from __future__ import annotations

from rclpy.qos import (
    DurabilityPolicy,
    HistoryPolicy,
    QoSProfile,
    ReliabilityPolicy,
)

#: What each preset is for, for the parameters' descriptions.
PRESETS: dict[str, str] = {
    "sensor_data": "best effort, keeps 5: fits every camera driver (REP-2003)",
    "reliable": "reliable, keeps 10: for recordings and links that must not lose frames",
    "latched": "reliable and transient local, keeps 1: for a publisher that sends once",
}


def profile(preset: str) -> QoSProfile:
    """The profile of a preset's name.

    Raises:
        ValueError: if there is no such preset.
    """
    if preset == "sensor_data":
        return _keep(5, ReliabilityPolicy.BEST_EFFORT)
    if preset == "reliable":
        return _keep(10, ReliabilityPolicy.RELIABLE)
    if preset == "latched":
        return _keep(1, ReliabilityPolicy.RELIABLE, DurabilityPolicy.TRANSIENT_LOCAL)
    raise ValueError(f"QoS preset must be one of {', '.join(PRESETS)}, found {preset!r}")


def newest_profile() -> QoSProfile:
    """For messages of which each replaces the one before: a slow reader gets the newest."""
    return _keep(1, ReliabilityPolicy.RELIABLE)


def service_profile() -> QoSProfile:
    """For services: the default keeps 10 requests and drops the others of a burst, unanswered."""
    return _keep(256, ReliabilityPolicy.RELIABLE)


def _keep(
    depth: int,
    reliability: ReliabilityPolicy,
    durability: DurabilityPolicy = DurabilityPolicy.VOLATILE,
) -> QoSProfile:
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=depth,
        reliability=reliability,
        durability=durability,
    )
