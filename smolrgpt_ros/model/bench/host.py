# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What a measurement ran on: figures of different hosts do not belong into one table."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

_FEATURES = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8")
"""Of a processor, that decide which kernels run."""


@dataclass(frozen=True)
class Host:
    """Hardware and library of a measurement.

    Args:
        processor: name, as the system tells it; of a GPU its own.
        features: of the processor, out of those that decide which kernels run.
        threads: of torch.
        torch: version.
    """

    processor: str
    features: tuple[str, ...]
    threads: int
    torch: str

    def __str__(self) -> str:
        features = " ".join(self.features) or "no vector units known"
        return f"{self.processor} ({features}), {self.threads} threads, torch {self.torch}"

    def to_json(self) -> dict[str, Any]:
        """The JSON value."""
        return asdict(self)


def host_of(device: torch.device) -> Host:
    """The host as it measures now."""
    name, flags = _processor()
    if device.type == "cuda":
        name = torch.cuda.get_device_name(device)
    features = tuple(feature for feature in _FEATURES if feature in flags)
    return Host(name, features, torch.get_num_threads(), torch.__version__)


def require_same_host(report: Path, now: Host) -> None:
    """Refuse to replace the report of another host.

    Raises:
        ValueError: if the file is a report of another host; nothing where there is none.
    """
    if not report.is_file():
        return
    try:
        values = json.loads(report.read_text())["host"]
        before = Host(**{**values, "features": tuple(values["features"])})
    except (ValueError, KeyError, TypeError):
        raise ValueError(
            f"{report} is there and says not what it was measured on; name another file"
        ) from None
    if before != now:
        raise ValueError(
            f"{report} was measured on {before}; this is {now}: figures of both do not belong "
            "together, name another file"
        )


def _processor() -> tuple[str, set[str]]:
    """Name and flags of the first processor; unknown outside Linux."""
    file = Path("/proc/cpuinfo")
    values: dict[str, str] = {}
    for line in file.read_text().splitlines() if file.is_file() else ():
        key, _, value = line.partition(":")
        values.setdefault(key.strip(), value.strip())
    name = values.get("model name", "unknown processor")
    return name, set(values.get("flags", "").split())
