# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Phrases that the cards of all trained weights have."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path


def typed_command() -> str:
    """The command of the training as it was typed; paths by their last part.

    A card is read on other machines, where the folders of this one mean nothing.
    """
    count = os.environ.get("WORLD_SIZE", "1")  # set by torchrun
    program = ["torchrun", "--nproc-per-node", count, "scripts/smolrgpt"]
    words = [*(program if count != "1" else ["smolrgpt"]), *sys.argv[1:]]
    return shlex.join(Path(word).name if word.startswith("/") else word for word in words)


def looks_in_percent(shares: Mapping[str, float]) -> str:
    """The simulator's looks in a training's frames.

    Args:
        shares: of each of the looks, 1 in all.

    Returns:
        such as ``"35 % plain, 65 % varied"``.
    """
    return ", ".join(f"{100 * share:.0f} % {name}" for name, share in shares.items())
