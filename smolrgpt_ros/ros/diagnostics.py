"""The node's state as ``diagnostic_msgs``, made of plain numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from .inputs import InputState
from .perception import PerceptionCounters

OK, WARN, ERROR = DiagnosticStatus.OK, DiagnosticStatus.WARN, DiagnosticStatus.ERROR


@dataclass(frozen=True)
class Health:
    """One line of diagnostics: a level, a message for people, and values."""

    name: str
    level: bytes
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)


def input_health(state: InputState, counters: PerceptionCounters, max_age_s: float) -> Health:
    """How the camera's topics do."""
    values = {
        "rgb received": state.rgb,
        "depth received": state.depth,
        "camera_info received": state.info,
        "pairs": state.paired,
        "colour without partner": max(state.rgb - state.paired, 0),
        "skipped for a newer one": counters.skipped,
        "failed": counters.failed,
        "age of last colour image (s)": round(state.rgb_age_s, 3),
        "age of last depth image (s)": round(state.depth_age_s, 3),
    }
    if state.failure is not None:
        return Health("input", ERROR, state.failure.message, values)
    if state.rgb_age_s > max_age_s:
        return Health("input", ERROR, f"no image on {state.topic('rgb')}", values)
    if state.use_depth and state.depth_age_s > max_age_s:
        return Health("input", ERROR, f"no depth on {state.topic('depth')}", values)
    if state.info == 0:
        return Health(
            "input", WARN, f"no calibration on {state.topic('info')}: nothing is measured", values
        )
    return Health("input", OK, "receiving", values)


def query_health(pending: int, latency_s: float) -> Health:
    """How queries do: how many are being answered, and the time from the last one to its answer."""
    values = {"pending": pending, "last latency (s)": round(latency_s, 4)}
    return Health("query", OK, "ready", values)


def compute_health(name: str, what: str, device: str, wanted: str, latency_s: float) -> Health:
    """Where the model or the detector computes; a silent fall back to the CPU is a warning.

    Args:
        name: ``"model"`` or ``"detector"``.
        what: name of the weights.
        device: used.
        wanted: the parameter ``device``.
        latency_s: of the last use, NaN where there was none.
    """
    values = {"name": what, "device": device, "last latency (s)": round(latency_s, 4)}
    if device.startswith("cpu") and not wanted.startswith("cpu"):
        return Health(name, WARN, f"{what} runs on the CPU (parameter device: {wanted})", values)
    return Health(name, OK, f"{what} on {device}", values)


def compute_healths(wanted: str, *parts: tuple[str, Any, float]) -> list[Health]:
    """:func:`compute_health` of each ``(name, detector or model, latency_s)`` there is."""
    return [
        compute_health(name, part.name, str(part.device), wanted, latency_s)
        for name, part, latency_s in parts
        if part is not None
    ]


def diagnostic_array(header: Any, node: str, healths: Sequence[Health]) -> DiagnosticArray:
    """The message of all lines, names prefixed with the node's."""
    return DiagnosticArray(
        header=header,
        status=[
            DiagnosticStatus(
                level=health.level,
                name=f"{node}: {health.name}",
                message=health.message,
                hardware_id=node,
                values=[KeyValue(key=k, value=str(v)) for k, v in health.values.items()],
            )
            for health in healths
        ],
    )
