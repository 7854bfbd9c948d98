# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``scripts/gpu_check``: reads the command line, prepares the steps' processes, starts them."""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..ending import ending_as_on_ctrl_c
from .options import ROOT, CheckOptions
from .report import TABLE_FILE
from .runner import Step, run_steps
from .steps import STEPS
from .wheels import unpack_missing

_FIXTURE = ROOT.parent / "shared" / "fixtures" / "reference_checkpoint"
_SLOWER = 4
"""Times that steps may take longer with --small, on CPUs of any speed."""
_LONGEST_TEMPORARY = 60
"""Characters of a folder for temporary files: sockets below it may have 107 in all."""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    names = ", ".join(step.name for step in STEPS)
    parser = argparse.ArgumentParser(
        prog="scripts/gpu_check",
        description="Try and measure on a GPU everything that needs one, in a few minutes. "
        f"Steps, in this order: {names}. Each has a process and a time limit of its own; the "
        "report (gpu_check.json, gpu_check.md) is written anew after each. Exit code 1 if a step "
        "fails, dies or takes too long. Nothing is written outside --out.",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("out/gpu_check"), help="folder (default: %(default)s)"
    )
    parser.add_argument(
        "--minutes", type=float, default=8.0, help="for all steps (default: %(default)s)"
    )
    parser.add_argument("--only", metavar="STEP,...", help="only these steps")
    parser.add_argument(
        "--small",
        action="store_true",
        help="tiny sizes on the CPU: shows that every step runs, measures nothing of use",
    )
    parser.add_argument(
        "--fixture", type=Path, default=_FIXTURE, metavar="DIR",
        help="reference checkpoint with stored logits (default: %(default)s); may be absent",
    )  # fmt: skip
    parser.add_argument(
        "--frames", type=Path, metavar="DIR",
        help="frames in the YOLO layout for detector_training, instead of rendering them",
    )  # fmt: skip
    parser.add_argument(
        "--wheels", type=Path, default=ROOT / "gpu_wheels", metavar="DIR",
        help="what scripts/gpu_wheels made (default: %(default)s); may be absent",
    )  # fmt: skip
    parser.add_argument("--keep-work", action="store_true", help="keep intermediate files")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the steps; 0 if none failed, 1 otherwise, 2 for wrong arguments."""
    parsed = parser().parse_args(arguments)
    try:
        steps = chosen_steps(parsed.only)
        if parsed.minutes <= 0:
            raise ValueError(f"--minutes must be above 0, found {parsed.minutes:g}")
    except ValueError as error:
        print(f"scripts/gpu_check: {error}", file=sys.stderr)
        return 2
    out = parsed.out.resolve()
    options = CheckOptions(
        out=out,
        device="cpu" if parsed.small else "cuda",
        small=parsed.small,
        size="tiny" if parsed.small else "full",
        fixture=parsed.fixture.resolve(),
        frames=None if parsed.frames is None else parsed.frames.resolve(),
    )
    shutil.rmtree(options.work, ignore_errors=True)
    options.work.mkdir(parents=True)
    (out / "log.txt").write_bytes(b"")
    unpacked = unpack_missing(parsed.wheels, options.work / "site")
    if unpacked:
        print(f"from wheels: {', '.join(unpacked)}")
    if options.small:
        steps = [replace(step, limit_s=_SLOWER * step.limit_s) for step in steps]
    try:
        with ending_as_on_ctrl_c():
            reports = run_steps(
                steps, options, 60 * parsed.minutes, title(options), step_environment(options)
            )
    finally:
        if not parsed.keep_work:
            shutil.rmtree(options.work, ignore_errors=True)
    print(f"report: {out / TABLE_FILE}; all that the steps printed: {out / 'log.txt'}")
    return int(any(report.failed for report in reports))


def chosen_steps(only: str | None) -> list[Step]:
    """The steps of ``--only``, in their own order.

    Raises:
        ValueError: for a name that is none.
    """
    if only is None:
        return list(STEPS)
    names = [name.strip() for name in only.split(",") if name.strip()]
    known = {step.name for step in STEPS}
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise ValueError(
            f"--only takes steps among {', '.join(s.name for s in STEPS)}; found {only!r}"
        )
    return [step for step in STEPS if step.name in names]


def title(options: CheckOptions) -> str:
    """What the report is of: date, commit, sizes."""
    commit = ""
    if shutil.which("git"):
        command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
        found = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
        commit = found.stdout.strip()
    sizes = "small sizes on the CPU: its times mean nothing" if options.small else "full size"
    return f"{time.strftime('%Y-%m-%d %H:%M')}, {commit or 'unknown commit'}, {sizes}"


def step_environment(options: CheckOptions) -> dict[str, str]:
    """Variables of the steps' processes: packages on the path, every cache inside ``--out``."""
    work = options.work
    path = [str(ROOT), str(work / "site"), os.environ.get("PYTHONPATH", "")]
    home = work / "home"
    home.mkdir(parents=True, exist_ok=True)
    folders = {
        "HOME": home,
        "XDG_CACHE_HOME": home / ".cache",
        "XDG_CONFIG_HOME": home / ".config",
        "HF_HOME": home / "huggingface",
        "TORCH_HOME": home / "torch",
        "TORCHINDUCTOR_CACHE_DIR": home / "inductor",
        "TRITON_CACHE_DIR": home / "triton",
        "CUDA_CACHE_PATH": home / "cuda",
        "MPLCONFIGDIR": home / "matplotlib",
        "YOLO_CONFIG_DIR": home / "ultralytics",
    }
    temporary = work / "tmp"
    if len(str(temporary)) <= _LONGEST_TEMPORARY:
        folders["TMPDIR"] = temporary
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    offline = {"HF_HUB_OFFLINE": "1", "YOLO_OFFLINE": "True", "YOLO_AUTOINSTALL": "False"}
    # The steps are about one card; a second one would make transformers train on both.
    card = {"CUDA_VISIBLE_DEVICES": os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0]}
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {
        **inherited,
        **{name: str(folder) for name, folder in folders.items()},
        **offline,
        **card,
        **_bytecode(work),
        # Tiny products gain nothing from threads, and lose much where the cores are busy.
        **({"OMP_NUM_THREADS": "1"} if options.small else {}),
        "PYTHONPATH": os.pathsep.join(part for part in path if part),
        "PYTHONUNBUFFERED": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }


def _bytecode(work: Path) -> dict[str, str]:
    """Where the steps keep compiled modules: nowhere, if the installed packages have theirs.

    Elsewhere (pip's ``--no-compile``) each process would compile torch and transformers again,
    which takes longer than a step.
    """
    torch = importlib.util.find_spec("torch")
    if torch is not None and torch.origin and (Path(torch.origin).parent / "__pycache__").is_dir():
        return {"PYTHONDONTWRITEBYTECODE": "1"}
    return {"PYTHONPYCACHEPREFIX": str(work / "bytecode")}


if __name__ == "__main__":
    sys.exit(main())
