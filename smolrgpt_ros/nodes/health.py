"""What the query node tells about itself once a second."""

from __future__ import annotations

import os
import resource
import sys
import threading
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from smolrgpt_ros.perception.rolling_window import Recent
from smolrgpt_ros.query.request import QueryResult
from smolrgpt_ros.ros.diagnostics import (
    OK,
    Flow,
    Health,
    compute_health,
    input_health,
    query_health,
)
from smolrgpt_ros.ros.params.settings import Settings
from smolrgpt_ros.scene.status import Status

from .camera_pipeline import CameraPipeline
from .models import Parts


class QueryStatistics:
    """How queries ended, since the node started."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._statuses: Counter[str] = Counter()
        #: Of answered queries, seconds.
        self.latency_s = Recent()

    def note(self, result: QueryResult) -> None:
        """A query ended."""
        if result.status is Status.OK:
            self.latency_s.add(result.latency_s)
        with self._lock:
            name = "CANCELED" if result.canceled else result.status.name
            self._statuses[name] += 1

    @property
    def statuses(self) -> dict[str, int]:
        """How many ended with each status, by its name."""
        with self._lock:
            return dict(self._statuses)


def node_healths(
    settings: Settings,
    pending: int,
    statistics: QueryStatistics,
    cameras: Iterable[CameraPipeline],
    parts: Parts,
    now_ns: int,
) -> list[Health]:
    """The lines of an active node.

    Args:
        settings: the parameters now.
        pending: queries being answered.
        statistics: of queries.
        cameras: of the node.
        parts: detector and model.
        now_ns: the node's clock.
    """
    cameras = list(cameras)
    healths = [query_health(pending, statistics.latency_s, statistics.statuses)]
    for camera in cameras:
        healths.append(
            input_health(
                camera.state(),
                camera.worker.counters,
                settings["query_max_age"],
                _flow(camera, now_ns),
                camera.name,
            )
        )
    wanted, detector, engine = settings["device"], parts.detector, parts.engine
    if detector is not None:
        healths.append(compute_health("detector", detector, wanted, cameras[0].worker.detect_s))
    if engine is not None:
        healths.append(compute_health("model", engine, wanted, engine.seconds))
    return [*healths, process_health(parts.on_gpu)]


def process_health(gpu: bool = False) -> Health:
    """Memory of the process, MiB; ``gpu``: and what torch holds of a GPU's."""
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
    return Health("process", OK, "running", values)


def resident_bytes(process: str = "self") -> int:
    """Memory that a process holds, from ``/proc``."""
    pages = Path(f"/proc/{process}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _flow(camera: CameraPipeline, now_ns: int) -> Flow:
    pairing, newest = camera.pairing, camera.history.newest()
    return Flow(
        rgb_hz=pairing.rates["rgb"].hz(),
        depth_hz=pairing.rates["depth"].hz(),
        pairs_hz=pairing.rates["pairs"].hz(),
        median_dt_s=pairing.abs_dt_s.quantile(0.5),
        largest_dt_s=pairing.abs_dt_s.quantile(1.0),
        frame_age_s=(now_ns - newest.frame.stamp_ns) / 1e9 if newest else float("nan"),
        own_cpu_s=camera.worker.overhead_cpu_s.quantile(0.5),
    )
