# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Status lamps: a node's lines of ``/diagnostics`` as a colour and a sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

#: Diagnostics older than this say nothing any more, seconds; the node sends them every second.
SILENT_S = 5.0


class Light(Enum):
    """Colour of a lamp."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    GREY = "grey"


#: The levels of ``diagnostic_msgs/DiagnosticStatus``.
_LIGHTS = {0: Light.GREEN, 1: Light.YELLOW, 2: Light.RED}


@dataclass(frozen=True)
class Lamp:
    """One part of the node.

    Args:
        name: of the part: input, query, detector, model, process.
        light: its state.
        message: one sentence.
    """

    name: str
    light: Light
    message: str


def lamp_of(name: str, level: int, message: str, values: Mapping[str, str]) -> Lamp:
    """The lamp of a line of diagnostics.

    Args:
        name: of the part.
        level: of ``DiagnosticStatus``; an unknown one is grey.
        message: of the line.
        values: of the line; the memory of the process is named.
    """
    memory = values.get("memory (MiB)")
    said = f"{message}, {memory} MiB" if memory else message
    return Lamp(name, _LIGHTS.get(level, Light.GREY), said)


def lamps_now(lamps: tuple[Lamp, ...], age_s: float, node: str) -> tuple[Lamp, ...]:
    """The lamps to show.

    Args:
        lamps: of the last diagnostics.
        age_s: since they came, seconds; infinite where none came yet.
        node: full name of the node they are of.
    """
    if age_s <= SILENT_S and lamps:
        return lamps
    waited = "nothing yet" if age_s == float("inf") else f"nothing for {age_s:.0f} s"
    return (
        Lamp("node", Light.GREY, f"{waited} on /diagnostics from {node}; is that node running?"),
    )
