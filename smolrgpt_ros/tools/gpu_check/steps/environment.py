# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The host: card, driver, versions, free memory, and what is missing."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import subprocess

from ..device import megabytes
from ..options import CheckOptions
from ..record import Record
from ..wheels import is_missing

PACKAGES = {
    "torch": "everything",
    "transformers": "everything",
    "cv2": "everything",
    "pycocotools": "everything",
    "PIL": "everything",
    "yaml": "training",
    "accelerate": "training",
    "ultralytics": "detector, detector_training",
    "torchvision": "detector, detector_training",
    "mujoco": "rendering of frames in detector_training",
    "OpenGL": "rendering of frames in detector_training",
}
"""Importable names, and the steps that need them."""


def run(options: CheckOptions, record: Record) -> None:
    """Note what is there; wrong is only what every step needs."""
    files = (options.mini / "model.safetensors", options.detector, options.questions / "train.json")
    for file in files:
        if not file.is_file():
            raise FileNotFoundError(f"{file} is missing: the checkout is not complete")
    cores = len(os.sched_getaffinity(0))
    system = f"Python {platform.python_version()}, {platform.platform()}, {cores} cores"
    record.note("host", f"{system}, {_host_memory()}")
    disk = shutil.disk_usage(options.out).free
    record.check("free disk", disk > 8 * 2**30 or options.small, megabytes(disk))
    missing = {name for name in PACKAGES if importlib.util.find_spec(name) is None}
    if "transformers" not in missing and is_missing("transformers"):
        record.check("package transformers", False, "too old; scripts/gpu_wheels fetches it")
    for name in sorted(missing):
        if PACKAGES[name] == "everything":
            record.check(f"package {name}", False, "missing, and every step needs it")
        else:
            record.skip(f"package {name}", f"missing: needed by {PACKAGES[name]}")
    record.note("packages", ", ".join(_versions()))
    if {"torch", "transformers"} & missing:
        record.conclude("torch or transformers is missing")
        return
    card = _card(options, record)
    record.conclude(card + (f"; missing: {', '.join(sorted(missing))}" if missing else ""))


def _card(options: CheckOptions, record: Record) -> str:
    import torch

    if options.device != "cuda":
        record.skip("GPU", "this run is on the CPU")
        return "CPU"
    if not torch.cuda.is_available():
        record.check(
            "GPU",
            False,
            f"torch {torch.__version__} sees none (built for CUDA {torch.version.cuda}); "
            f"nvidia-smi: {_nvidia_smi() or 'not there'}",
        )
        return "no GPU"
    properties = torch.cuda.get_device_properties(0)
    free, total = torch.cuda.mem_get_info(0)
    name = str(properties.name)
    record.note(
        "GPU",
        f"{name}, compute capability {properties.major}.{properties.minor}, "
        f"{properties.multi_processor_count} multiprocessors, CUDA {torch.version.cuda}, "
        f"{torch.cuda.device_count()} visible",
    )
    record.note("driver", _nvidia_smi() or "nvidia-smi is not there")
    # Another program on the card would spoil memory and times.
    record.check("free GPU memory", free > 0.9 * total, f"{megabytes(free)} of {megabytes(total)}")
    bfloat16 = torch.cuda.is_bf16_supported(including_emulation=False)
    record.note("bfloat16", "by the hardware" if bfloat16 else "not by the hardware")
    record.keep("card", {"name": name, "free_bytes": free, "total_bytes": total})
    return f"{name}, {megabytes(free)} free"


def _nvidia_smi() -> str:
    """Driver, clocks and use of the first card; empty without the program."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return ""
    fields = "driver_version,clocks.sm,clocks.mem,utilization.gpu,memory.used"
    command = [program, f"--query-gpu={fields}", "--format=csv,noheader", "--id=0"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"nvidia-smi failed: {error}"
    return " ".join((found.stdout or found.stderr).split())


def _host_memory() -> str:
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return f"{megabytes(pages * size)} of memory"


def _versions() -> list[str]:
    names = (
        "torch", "transformers", "accelerate", "numpy", "opencv-python", "opencv-python-headless",
        "pycocotools", "ultralytics", "mujoco-core",
    )  # fmt: skip
    found = []
    for name in names:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
