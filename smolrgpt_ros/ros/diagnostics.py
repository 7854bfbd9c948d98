# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Health values as ``diagnostic_msgs``."""

from __future__ import annotations

from collections.abc import Sequence

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from std_msgs.msg import Header

from smolrgpt_ros.query.health import Health, Level

_LEVELS = {
    Level.OK: DiagnosticStatus.OK,
    Level.WARN: DiagnosticStatus.WARN,
    Level.ERROR: DiagnosticStatus.ERROR,
}


def diagnostic_array(header: Header, node: str, healths: Sequence[Health]) -> DiagnosticArray:
    """The message of all lines, names prefixed with the node's fully qualified one."""
    return DiagnosticArray(
        header=header,
        status=[
            DiagnosticStatus(
                level=_LEVELS[health.level],
                name=f"{node}: {health.name}",
                message=health.message,
                hardware_id=node,
                values=[KeyValue(key=k, value=str(v)) for k, v in health.values.items()],
            )
            for health in healths
        ],
    )
