# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The health of inputs, queries and models: a level, a message and values each. Free of ROS."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from smolrgpt_ros.perception.rolling_window import RollingWindow
from smolrgpt_ros.perception.stamp_join import JoinCounters
from smolrgpt_ros.perception.worker import PerceptionCounters
from smolrgpt_ros.scene.status import Status

from .input_state import InputState, what_failed, what_hangs, what_is_missing, why_refused
from .request import QueryResult
from .service import hanging_model


class Level(Enum):
    """Severity; the values are those of ``diagnostic_msgs/DiagnosticStatus``."""

    OK = 0
    WARN = 1
    ERROR = 2


@dataclass(frozen=True)
class Health:
    """One line of diagnostics: a level, a message for people, and values."""

    name: str
    level: Level
    message: str
    values: Mapping[str, object] = field(default_factory=dict)


class ComputingPart(Protocol):
    """A model or a detector, as diagnostics name it."""

    @property
    def name(self) -> str: ...
    @property
    def device(self) -> str: ...
    @property
    def sha256(self) -> str: ...


@dataclass(frozen=True)
class InputRates:
    """Rates and delays of a camera's images over the last seconds.

    Args:
        rgb_hz, depth_hz, pairs_hz: rates of messages and of pairs.
        median_dt_s, largest_dt_s: differences of the stamps of the last pairs; NaN without pairs.
        frame_age_s: age of the newest processed frame; NaN without one.
        own_cpu_s: median CPU time of the last frames without the detector; NaN without frames.
        novelty: median of the last frames, above 1: unlike the detector's training pictures; NaN
            where it is not known.
        join: of images with what another node found in them; ``None`` where none does.
    """

    rgb_hz: float = 0.0
    depth_hz: float = 0.0
    pairs_hz: float = 0.0
    median_dt_s: float = float("nan")
    largest_dt_s: float = float("nan")
    frame_age_s: float = float("nan")
    own_cpu_s: float = float("nan")
    novelty: float = float("nan")
    join: JoinCounters | None = None


class QueryStatistics:
    """Outcomes and latencies of the queries since the node started."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._statuses: Counter[str] = Counter()
        #: Of answered queries, seconds.
        self.latency_s = RollingWindow()

    def add(self, result: QueryResult) -> None:
        """Count a query that ended."""
        if result.status is Status.OK:
            self.latency_s.add(result.latency_s)
        with self._lock:
            name = "CANCELED" if result.canceled else result.status.name
            self._statuses[name] += 1

    @property
    def statuses(self) -> dict[str, int]:
        """Number of queries by the name of the status they ended with."""
        with self._lock:
            return dict(self._statuses)


def input_health(
    state: InputState,
    counters: PerceptionCounters,
    max_age_s: float,
    rates: InputRates | None = None,
    camera: str = "",
) -> Health:
    """The health of a camera's topics: an error where questions about its newest frame are refused.

    Args:
        state, counters: of this camera.
        max_age_s: the parameter ``query.max_age``.
        rates: of its messages.
        camera: its name, empty for the only one.
    """
    rates = rates or InputRates()
    values: dict[str, float | str] = {
        "rgb received": state.rgb,
        "depth received": state.depth,
        "camera_info received": state.info,
        "pairs": state.paired,
        "rgb (Hz)": round(rates.rgb_hz, 1),
        "depth (Hz)": round(rates.depth_hz, 1),
        "pairs (Hz)": round(rates.pairs_hz, 1),
        "|dt| median (s)": round(rates.median_dt_s, 4),
        "|dt| largest (s)": round(rates.largest_dt_s, 4),
        "colour without partner": max(state.rgb - state.paired, 0),
        "depth without partner": max(state.depth - state.paired, 0) if state.use_depth else 0,
        "images lost (%)": round(100 * state.lost),
        "errors while pairing": state.errors,
        "stamps jumped back": state.jumps,
        "skipped for a newer one": counters.skipped,
        "failed": counters.failed,
        **{f"failed: {reason}": n for reason, n in sorted(counters.reasons.items())},
        "regions left out, of one object": counters.duplicates,
        "own CPU of a frame p50 (ms)": round(1000 * rates.own_cpu_s, 2),
        "novelty p50 (usual: up to 1)": round(rates.novelty, 2),
        "age of newest frame (s)": round(rates.frame_age_s, 3),
        "age of last colour image (s)": round(state.rgb_age_s, 3),
        "age of last depth image (s)": round(state.depth_age_s, 3),
    }
    if state.unplaced:
        values["objects are not remembered"] = state.unplaced
    if (join := rates.join) is not None:
        values |= {
            "results of the other node": join.second,
            "images without a result": join.first_dropped,
            "results without an image": join.second_dropped,
            "newest result to its image (s)": round(join.gap_s, 4),
        }
    level, message = _input_verdict(state, rates.frame_age_s, max_age_s)
    if level is Level.OK and rates.novelty > 1.0:
        level, message = Level.WARN, unfamiliar_pictures(rates.novelty)
    return Health(f"input {camera}" if camera else "input", level, message, values)


def unfamiliar_pictures(novelty: float) -> str:
    """What is said of a camera whose pictures the detector knows nothing like."""
    return (
        "wholly or in part unlike the pictures that the detector was trained on (novelty "
        f"{novelty:.1f}, usual is up to 1): objects may be missed; train it on such pictures, or "
        "set detector.weights to others"
    )


def _input_verdict(state: InputState, age_s: float, max_age_s: float) -> tuple[Level, str]:
    if hangs := what_hangs(state):
        return Level.ERROR, hangs
    if failure := what_failed(state, max_age_s):
        return Level.ERROR, failure.message
    for mismatch in state.mismatches.values():
        return Level.ERROR, mismatch
    if refusal := why_refused(lambda: state, age_s, max_age_s):
        return Level.ERROR, refusal.message
    if state.rgb_age_s > max_age_s:
        return Level.ERROR, f"no image on {state.topic('rgb')}"
    if state.use_depth and state.depth_age_s > max_age_s:
        return Level.ERROR, f"no depth on {state.topic('depth')}"
    if state.waits_for_regions:
        return Level.ERROR, f"no regions on {state.topic('regions')}"
    if missing := what_is_missing(state):
        return Level.WARN, missing
    return Level.OK, "receiving"


def query_health(
    pending: int,
    latency_s: RollingWindow,
    statuses: Mapping[str, int],
    stuck: int = 0,
    busy_s: float = 0.0,
) -> Health:
    """The health of the query service.

    Args:
        pending: number of queries being answered.
        latency_s: of the last answered queries.
        statuses: see :attr:`QueryStatistics.statuses`.
        stuck: abandoned queries that have not returned from the model.
        busy_s: seconds since the model's last step; 0 where it has nothing to answer.
    """
    values: dict[str, object] = {
        "pending": pending,
        "stuck in the model": stuck,
        "since the model's last step (s)": round(busy_s, 1),
        "latency p50 (s)": round(latency_s.quantile(0.5), 4),
        "latency p95 (s)": round(latency_s.quantile(0.95), 4),
        **{f"ended {name}": n for name, n in sorted(statuses.items())},
    }
    if hanging := hanging_model(stuck, busy_s):
        return Health("query", Level.ERROR, hanging, values)
    return Health("query", Level.OK, "ready", values)


def compute_health(name: str, part: ComputingPart, wanted: str, seconds: RollingWindow) -> Health:
    """The device of the model or the detector; a fallback to the CPU is a warning.

    Args:
        name: ``"model"`` or ``"detector"``.
        part: the model or the detector.
        wanted: the parameter ``device``.
        seconds: of its last calls.
    """
    values = {
        "name": part.name,
        "sha256": part.sha256,
        "device": part.device,
        "latency p50 (s)": round(seconds.quantile(0.5), 4),
        "latency p95 (s)": round(seconds.quantile(0.95), 4),
    }
    if part.device.startswith("cpu") and not wanted.startswith("cpu"):
        return Health(
            name, Level.WARN, f"{part.name} runs on the CPU (parameter device: {wanted})", values
        )
    return Health(name, Level.OK, f"{part.name} on {part.device}", values)
