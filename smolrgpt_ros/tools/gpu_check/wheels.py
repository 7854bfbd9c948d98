# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Packages that a GPU host may lack, as wheels: fetched where there is a network, used where not.

``python3 -m smolrgpt_ros.tools.gpu_check.wheels fetch FOLDER`` downloads them for another host's
Python (``scripts/gpu_wheels``); :func:`unpack_missing` puts those that are missing on the path of
the steps, without installing anything.
"""

from __future__ import annotations

import argparse
import compileall
import importlib.metadata
import importlib.util
import re
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

WHEELS = {
    "pycocotools": ("pycocotools", "2.0.11"),
    "PyYAML": ("yaml", "6.0.3"),
    "accelerate": ("accelerate", "1.15.0"),
    "transformers": ("transformers", "5.23.0"),
    "psutil": ("psutil", "7.1.3"),
    "ultralytics": ("ultralytics", "8.4.190"),
    "ultralytics-thop": ("thop", "2.2.3"),
    "ultralytics-platform": ("ultralytics_platform", "0.1.99"),
    "mujoco": ("mujoco", "4.0.0"),
    "mujoco-core": ("mujoco", "4.0.0"),
    "PyOpenGL": ("OpenGL", "3.1.10"),
}
"""Name on PyPI -> importable name and version. OpenCV is not among them: 62 MB."""
TOO_OLD = {"transformers": (5, 20)}
"""Importable names of packages whose older versions do not do; they are then taken from wheels."""
LIMIT_BYTES = 40 * 10**6


def fetch(folder: Path, python: str, machine: str) -> int:
    """Download the wheels for a host's Python; returns their size in bytes.

    Args:
        folder: gets them; older ones are deleted.
        python: its version, e.g. ``3.12``.
        machine: as ``uname -m`` says it there.

    Raises:
        RuntimeError: if pip fails, or they are larger than :data:`LIMIT_BYTES` together.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.whl"):
        old.unlink()
    # pip takes each tag as it is: older ones must be named too.
    tags = [f"manylinux_2_{minor}_{machine}" for minor in (28, 27, 24, 17, 12, 5)]
    tags += [f"manylinux2014_{machine}", f"manylinux1_{machine}"]
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--disable-pip-version-check", "--quiet", "--implementation", "cp"]
    command += ["--python-version", python, "--dest", str(folder)]
    command += [word for tag in tags for word in ("--platform", tag)]
    command += [f"{name}=={version}" for name, (_, version) in WHEELS.items()]
    if subprocess.run(command, check=False, timeout=600).returncode:
        raise RuntimeError(f"pip could not download the wheels for Python {python} on {machine}")
    size = sum(wheel.stat().st_size for wheel in folder.glob("*.whl"))
    if size > LIMIT_BYTES:
        raise RuntimeError(f"the wheels are {size / 1e6:.1f} MB, more than {LIMIT_BYTES / 1e6:.0f}")
    return size


def unpack_missing(folder: Path, target: Path) -> list[str]:
    """Unpack the wheels of packages that cannot be imported here, or are too old.

    Args:
        folder: of the wheels; may be absent.
        target: gets their files, to be put on the path.

    Returns:
        The importable names of what was unpacked.
    """
    # Asked before the first is unpacked: some of them share a package.
    missing = {module for module, _ in WHEELS.values() if is_missing(module)}
    unpacked = set()
    by_stem = {name.lower().replace("-", "_"): module for name, (module, _) in WHEELS.items()}
    for wheel in sorted(folder.glob("*.whl")):
        module = by_stem.get(wheel.name.split("-")[0].lower())
        if module in missing and module is not None:
            target.mkdir(parents=True, exist_ok=True)
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(target)
            unpacked.add(module)
    if unpacked:
        # Once, here: the steps may not write compiled modules. transformers' models are many.
        seldom = re.compile(r"/transformers/models/")
        compileall.compile_dir(str(target), quiet=2, rx=seldom, workers=0)
    return sorted(unpacked)


def is_missing(module: str) -> bool:
    """Whether a package cannot be imported here, or is too old."""
    if importlib.util.find_spec(module) is None:
        return True
    if module not in TOO_OLD:
        return False
    found = importlib.metadata.version(module).split(".")
    numbers = tuple(int(part) if part.isdigit() else 0 for part in found)
    return numbers < TOO_OLD[module]


def main(arguments: Sequence[str] | None = None) -> int:
    """``fetch``."""
    parser = argparse.ArgumentParser(
        prog="scripts/gpu_wheels",
        description="Download the wheels that scripts/gpu_check needs on a GPU host without a "
        f"network: {', '.join(WHEELS)}.",
    )
    parser.add_argument(
        "folder", type=Path, nargs="?", default=Path("gpu_wheels"), help="(default: %(default)s)"
    )
    parser.add_argument("--python", default="3.12", help="of the GPU host (default: %(default)s)")
    parser.add_argument("--machine", default="x86_64", help="its uname -m (default: %(default)s)")
    parsed = parser.parse_args(arguments)
    try:
        size = fetch(parsed.folder, parsed.python, parsed.machine)
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        print(f"scripts/gpu_wheels: {error}", file=sys.stderr)
        return 1
    for wheel in sorted(parsed.folder.glob("*.whl")):
        print(f"{wheel.stat().st_size / 1e6:7.2f} MB  {wheel.name}")
    print(f"{size / 1e6:7.2f} MB  in all, in {parsed.folder}; scripts/gpu_check looks there")
    return 0


if __name__ == "__main__":
    sys.exit(main())
