# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``smolrgpt download``, ``smolrgpt convert`` and ``smolrgpt bench``."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from smolrgpt_ros.runtime.json_output import STANDARD, add_json_option, print_results, write_json

PUBLISHED_REPOSITORY = "Abdrah/SmolRGPT-ICCV2025-Weights"
"""Dataset repository of the published weights on the Hugging Face Hub."""
PUBLISHED_FILE = "weights.tar"
"""The tar of the three published stages."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the model room's commands; each sets ``run(arguments) -> exit code``."""
    _add_convert(subparsers)
    _add_download(subparsers)
    _add_bench(subparsers)


def _add_convert(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "convert",
        help="turn a published SmolRGPT checkpoint into a model folder, or back",
        description="Turn a checkpoint in the published layout (config.json and model.safetensors, "
        "or the tar of its stages) into a folder for from_pretrained, or back.",
    )
    parser.add_argument("source", help="published folder or tar, or a model folder")
    parser.add_argument("target", help="folder to make; must not exist or be empty")
    parser.add_argument("--to-published", action="store_true", help="convert the other way")
    parser.add_argument("--stage", help="which checkpoint of a tar (default: sft)")
    parser.add_argument(
        "--tokenizer", help="folder with tokenizer.json of the language model (default: source)"
    )
    parser.set_defaults(run=run_convert)


def _add_download(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "download",
        help="fetch the published weights, or another file of the Hugging Face Hub",
        description="Fetch the published weights, or another file of the Hugging Face Hub, and "
        "check its SHA-256. The first download is trusted and locked (FILE.lock beside it: commit "
        "and checksum); later ones, and what uses the file, are held to the lock.",
    )
    parser.add_argument("--out", default=".", help="folder for the file (default: %(default)s)")
    parser.add_argument(
        "--repository", default=PUBLISHED_REPOSITORY, help="OWNER/NAME (default: %(default)s)"
    )
    parser.add_argument(
        "--kind",
        choices=("dataset", "model"),
        default="dataset",
        help="of the repository (default: %(default)s)",
    )
    parser.add_argument("--file", default=PUBLISHED_FILE, help="in it (default: %(default)s)")
    parser.add_argument(
        "--revision", default="", help="branch, tag or commit (default: the lock's, else main)"
    )
    parser.add_argument(
        "--sha256",
        default="",
        help="checksum the file must have (default: the lock's, else the one the Hub has)",
    )
    parser.add_argument("--update", action="store_true", help="replace file and lock")
    parser.set_defaults(run=run_download)


def _add_bench(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "bench",
        help="speed and memory, per part and end to end, against the published baseline",
        description="Measure the model with random weights against the published order of "
        "computing, interleaved in one run; no download. Use an idle machine.",
    )
    parser.add_argument("--size", choices=("full", "tiny"), default="full", help="model size")
    parser.add_argument(
        "--dtypes",
        default="float32,bfloat16,int8",
        help="number formats, separated by commas (default: %(default)s)",
    )
    parser.add_argument("--rounds", type=int, default=3, help="medians are over these")
    parser.add_argument("--threads", type=int, help="CPU threads (default: torch's choice)")
    parser.add_argument(
        "--clock",
        choices=("wall", "cpu"),
        default="wall",
        help="cpu: processor time, with --threads 1 for a machine that others use too",
    )
    parser.add_argument("--device", default="cpu", help="cpu or cuda (default: %(default)s)")
    parser.add_argument(
        "--graphs", action="store_true", help="also with steps that a CUDA graph replays"
    )
    parser.add_argument(
        "--roofline", action="store_true", help="also the least times that this device allows"
    )
    parser.add_argument("--no-memory", action="store_true", help="leave out the memory of loading")
    add_json_option(parser, "the report as one JSON object")
    parser.set_defaults(run=run_bench_command)


def run_convert(arguments: argparse.Namespace) -> int:
    """Convert and print the result."""
    # torch takes seconds to import: other commands, such as "ask --live", do without it.
    from .checkpoints.convert import convert, convert_back
    from .checkpoints.published_config import LANGUAGE_MODEL

    if arguments.to_published:
        convert_back(arguments.source, arguments.target)
        print(f"wrote the published layout to {arguments.target}")
        return 0
    complete = convert(arguments.source, arguments.target, arguments.tokenizer, arguments.stage)
    print(f"wrote {arguments.target}")
    if not complete:
        print(
            "No tokenizer was found. Put tokenizer.json and tokenizer_config.json of "
            f"{LANGUAGE_MODEL} into one folder and convert again with --tokenizer FOLDER.",
            file=sys.stderr,
        )
    return 0


def run_download(arguments: argparse.Namespace) -> int:
    """Fetch, lock, and print path and checksum."""
    from .checkpoints.download import download_locked
    from .checkpoints.download_lock import HubFile

    file = HubFile(arguments.repository, arguments.file, arguments.revision, arguments.kind)
    print(download_locked(file, arguments.out, arguments.sha256, update=arguments.update))
    return 0


def run_bench_command(arguments: argparse.Namespace) -> int:
    """Measure, print the table, write the JSON."""
    import torch

    from smolrgpt_ros.runtime.devices import choose_device

    from .bench.contestant import SHORT_NAMES
    from .bench.host import host_of, require_same_host
    from .bench.options import BenchOptions
    from .bench.report import table
    from .bench.run import run_bench

    dtypes = tuple(name.strip() for name in arguments.dtypes.split(",") if name.strip())
    unknown = [name for name in dtypes if name not in SHORT_NAMES]
    if unknown or not dtypes or arguments.rounds < 1:
        raise ValueError(
            f"--dtypes takes {', '.join(SHORT_NAMES)} and --rounds at least 1; "
            f"found {arguments.dtypes!r} and {arguments.rounds}"
        )
    options = BenchOptions(
        size=arguments.size,
        dtypes=dtypes,
        rounds=arguments.rounds,
        threads=arguments.threads,
        clock=arguments.clock,
        memory=not arguments.no_memory,
        device=str(choose_device(arguments.device)),
        graphs=arguments.graphs,
        roofline=arguments.roofline,
    )

    to_file = arguments.json not in (None, STANDARD)
    if to_file:
        now = host_of(torch.device(options.device))
        threads = now.threads if options.threads is None else options.threads
        require_same_host(Path(arguments.json), replace(now, threads=threads))

    def keep(report: dict[str, Any]) -> None:
        if to_file:
            write_json(report, arguments.json)

    report = run_bench(options, lambda text: print(text, file=sys.stderr, flush=True), keep)
    print_results(report, table(report), arguments.json)
    return 0
