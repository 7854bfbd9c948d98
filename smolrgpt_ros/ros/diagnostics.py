"""The node's state as ``diagnostic_msgs``, made of plain numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from smolrgpt_ros.perception.rolling_window import Recent
from smolrgpt_ros.perception.worker import PerceptionCounters
from smolrgpt_ros.query.input_state import InputState

OK, WARN, ERROR = DiagnosticStatus.OK, DiagnosticStatus.WARN, DiagnosticStatus.ERROR


@dataclass(frozen=True)
class Health:
    """One line of diagnostics: a level, a message for people, and values."""

    name: str
    level: bytes
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Flow:
    """How fast images come now, and what becomes of them.

    Args:
        rgb_hz, depth_hz, pairs_hz: now.
        median_dt_s, largest_dt_s: of the stamps of the last pairs; NaN without any.
        frame_age_s: of the newest frame that was looked at; NaN without any.
        own_cpu_s: median CPU time of the last frames, all but the detector; NaN without any.
    """

    rgb_hz: float = 0.0
    depth_hz: float = 0.0
    pairs_hz: float = 0.0
    median_dt_s: float = float("nan")
    largest_dt_s: float = float("nan")
    frame_age_s: float = float("nan")
    own_cpu_s: float = float("nan")


def input_health(
    state: InputState,
    counters: PerceptionCounters,
    max_age_s: float,
    flow: Flow | None = None,
    camera: str = "",
) -> Health:
    """How a camera's topics do.

    Args:
        state, counters: of this camera.
        max_age_s: the parameter ``query.max_age``.
        flow: rates now.
        camera: its name, empty for the only one.
    """
    flow = flow or Flow()
    values = {
        "rgb received": state.rgb,
        "depth received": state.depth,
        "camera_info received": state.info,
        "pairs": state.paired,
        "rgb (Hz)": round(flow.rgb_hz, 1),
        "depth (Hz)": round(flow.depth_hz, 1),
        "pairs (Hz)": round(flow.pairs_hz, 1),
        "|dt| median (s)": round(flow.median_dt_s, 4),
        "|dt| largest (s)": round(flow.largest_dt_s, 4),
        "colour without partner": max(state.rgb - state.paired, 0),
        "depth without partner": max(state.depth - state.paired, 0) if state.use_depth else 0,
        "skipped for a newer one": counters.skipped,
        "failed": counters.failed,
        **{f"failed: {reason}": n for reason, n in sorted(counters.reasons.items())},
        "own CPU of a frame p50 (ms)": round(1000 * flow.own_cpu_s, 2),
        "age of newest frame (s)": round(flow.frame_age_s, 3),
        "age of last colour image (s)": round(state.rgb_age_s, 3),
        "age of last depth image (s)": round(state.depth_age_s, 3),
    }
    level, message = _input_verdict(state, max_age_s)
    return Health(f"input {camera}" if camera else "input", level, message, values)


def _input_verdict(state: InputState, max_age_s: float) -> tuple[bytes, str]:
    if state.failure is not None:
        return ERROR, state.failure.message
    for mismatch in state.mismatches.values():
        return ERROR, mismatch
    if state.rgb_age_s > max_age_s:
        return ERROR, f"no image on {state.topic('rgb')}"
    if state.use_depth and state.depth_age_s > max_age_s:
        return ERROR, f"no depth on {state.topic('depth')}"
    if state.waits_for_regions:
        return ERROR, f"no regions on {state.topic('regions')}"
    if state.info == 0:
        return WARN, f"no calibration on {state.topic('info')}: nothing is measured"
    return OK, "receiving"


def query_health(pending: int, latency_s: Recent, statuses: Mapping[str, int]) -> Health:
    """How queries do.

    Args:
        pending: being answered now.
        latency_s: from the arrival of the last answered ones to their answers.
        statuses: how many ended with each status so far, by its name.
    """
    values = {
        "pending": pending,
        "latency p50 (s)": round(latency_s.quantile(0.5), 4),
        "latency p95 (s)": round(latency_s.quantile(0.95), 4),
        **{f"ended {name}": n for name, n in sorted(statuses.items())},
    }
    return Health("query", OK, "ready", values)


def compute_health(name: str, part: Any, wanted: str, seconds: Recent) -> Health:
    """Where the model or the detector computes; a silent fall back to the CPU is a warning.

    Args:
        name: ``"model"`` or ``"detector"``.
        part: with ``name`` and ``device``; its ``sha256`` is told where it has one.
        wanted: the parameter ``device``.
        seconds: that its last uses took.
    """
    what, device = str(part.name), str(part.device)
    values = {
        "name": what,
        "sha256": getattr(part, "sha256", ""),
        "device": device,
        "latency p50 (s)": round(seconds.quantile(0.5), 4),
        "latency p95 (s)": round(seconds.quantile(0.95), 4),
    }
    if device.startswith("cpu") and not wanted.startswith("cpu"):
        return Health(name, WARN, f"{what} runs on the CPU (parameter device: {wanted})", values)
    return Health(name, OK, f"{what} on {device}", values)


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
