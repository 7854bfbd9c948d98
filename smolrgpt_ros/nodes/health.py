# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The health of a query node and of its process, for diagnostics."""

from __future__ import annotations

import resource
import sys
import threading
from collections.abc import Iterable
from typing import Any

from smolrgpt_ros.perception.rolling_window import slowest
from smolrgpt_ros.query.health import (
    Health,
    InputRates,
    Level,
    QueryStatistics,
    compute_health,
    input_health,
    query_health,
)
from smolrgpt_ros.query.watch.health import watch_health
from smolrgpt_ros.ros.params.settings import Settings

from .camera_pipeline import CameraPipeline
from .models import Models
from .process_memory import resident_bytes
from .question_services import QuestionServices


def node_healths(
    settings: Settings,
    services: QuestionServices,
    statistics: QueryStatistics,
    cameras: Iterable[CameraPipeline],
    models: Models,
    now_ns: int,
) -> list[Health]:
    """The lines of an active node.

    Args:
        settings: the parameters now.
        services: of questions that are asked and watched.
        statistics: of queries.
        cameras: of the node.
        models: detector and model.
        now_ns: the node's clock.
    """
    cameras, queries = list(cameras), services.queries
    latency_s, statuses = statistics.latency_s, statistics.statuses
    stuck, busy_s = queries.stuck, queries.model_busy_s
    healths = [query_health(queries.pending, latency_s, statuses, stuck, busy_s)]
    healths.append(watch_health(services.watches, settings.watch_limits))
    for camera in cameras:
        healths.append(
            input_health(
                camera.state(),
                camera.worker.counters,
                settings.limits.max_age_s,
                _rates(camera, now_ns),
                camera.name,
            )
        )
    wanted, detector, engine = settings.device, models.detector, models.engine
    if detector is not None:
        seconds = slowest([camera.worker.detect_s for camera in cameras])
        healths.append(compute_health("detector", detector, wanted, seconds))
    if engine is not None:
        healths.append(compute_health("model", engine, wanted, engine.seconds))
    return [*healths, process_health(models.on_gpu)]


def not_ready_healths(reason: str) -> list[Health]:
    """The lines of a node that answers no questions."""
    return [Health("query", Level.ERROR, reason), process_health()]


def process_health(gpu: bool = False) -> Health:
    """Memory of the process, MiB; with ``gpu`` also torch's memory of the GPU."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    values: dict[str, Any] = {
        "memory (MiB)": round(resident_bytes() / 2**20, 1),
        "largest memory (MiB)": round(usage.ru_maxrss / 1024, 1),
        "CPU time (s)": round(usage.ru_utime + usage.ru_stime, 1),
        "threads": threading.active_count(),
    }
    torch = sys.modules.get("torch") if gpu else None
    if torch is not None:
        values["GPU memory (MiB)"] = round(torch.cuda.memory_allocated() / 2**20, 1)
    return Health("process", Level.OK, "running", values)


def _rates(camera: CameraPipeline, now_ns: int) -> InputRates:
    pairing, (_, frame_age_s) = camera.pairing, camera.history.newest_at(now_ns)
    return InputRates(
        rgb_hz=pairing.rates["rgb"].hz(),
        depth_hz=pairing.rates["depth"].hz(),
        pairs_hz=pairing.rates["pairs"].hz(),
        median_dt_s=pairing.abs_dt_s.quantile(0.5),
        largest_dt_s=pairing.abs_dt_s.quantile(1.0),
        frame_age_s=frame_age_s,
        own_cpu_s=camera.worker.overhead_cpu_s.quantile(0.5),
        novelty=camera.worker.novelty.quantile(0.5),
        join=camera.join_counters,
    )
