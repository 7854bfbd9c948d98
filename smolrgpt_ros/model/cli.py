"""``smolrgpt convert`` and its argument parser."""

from __future__ import annotations

import argparse
import sys

from .published import TOKENIZER, PublishedCheckpointError, convert, convert_back


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the model room's commands; each sets ``run(arguments) -> exit code``."""
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
        "--tokenizer", help=f"folder with tokenizer.json of {TOKENIZER} (default: source)"
    )
    parser.set_defaults(run=run_convert)


def run_convert(arguments: argparse.Namespace) -> int:
    """Convert and say what was made; 1 and a message on bad input."""
    try:
        if arguments.to_published:
            convert_back(arguments.source, arguments.target)
            print(f"wrote the published layout to {arguments.target}")
            return 0
        complete = convert(arguments.source, arguments.target, arguments.tokenizer, arguments.stage)
    except (PublishedCheckpointError, OSError, ValueError) as error:
        print(f"smolrgpt convert: {error}", file=sys.stderr)
        return 1
    print(f"wrote {arguments.target}")
    if not complete:
        print(
            f"No tokenizer was found. Put tokenizer.json and tokenizer_config.json of {TOKENIZER} "
            "into one folder and convert again with --tokenizer FOLDER.",
            file=sys.stderr,
        )
    return 0
