"""``smolrgpt evaluate``: scores on unseen simulated frames."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from .simulated import HELD_OUT_SEED


def add_parser(subparsers: argparse._SubParsersAction) -> None:  # type: ignore[type-arg]
    """Add the ``evaluate`` command."""
    parser = subparsers.add_parser(
        "evaluate",
        help="score a model and the measurement on unseen simulated frames",
        description=(
            "Simulates frames of unseen seeds, asks one question of each kind about each in unseen "
            "words, with the simulator's masks, and prints the share answered right with its "
            "95 % interval."
        ),
    )
    parser.add_argument("--model", type=Path, help="model folder (default: the mini that ships)")
    parser.add_argument("--frames", type=int, default=250, help="frames (default: %(default)s)")
    parser.add_argument(
        "--seed", type=int, default=HELD_OUT_SEED, help="first seed (default: %(default)s)"
    )
    parser.add_argument(
        "--family",
        choices=("mix", "ceiling", "robot"),
        default="mix",
        help="camera family (default: %(default)s)",
    )
    parser.add_argument("--clean", action="store_true", help="without the sensor model's noise")
    parser.add_argument("--threads", type=int, default=None, help="CPU threads of the model")
    parser.add_argument("--out", type=Path, help="write every outcome here, one JSON object a line")
    parser.set_defaults(run=main)


def main(arguments: argparse.Namespace) -> int:
    """Run the command."""
    from ..checkpoints import MINI
    from ..model.engine import SmolRGPTEngine
    from ..reasoning.reasoner import SpatialReasoner
    from ..simulation.scenes import FAMILIES
    from .simulated import evaluate

    engine = SmolRGPTEngine.load(arguments.model or MINI, threads=arguments.threads)
    families = FAMILIES if arguments.family == "mix" else (arguments.family,)
    table = evaluate(
        SpatialReasoner(engine),
        arguments.frames,
        seed=arguments.seed,
        families=families,
        noisy=not arguments.clean,
        out=arguments.out,
    )
    print(json.dumps(table, indent=2))
    return 0
