# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The command of a training, for the card of what it made."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path


def typed_command() -> str:
    """The command as it was typed; paths by their last part."""
    words = ["smolrgpt", *sys.argv[1:]]
    return shlex.join(Path(word).name if word.startswith("/") else word for word in words)
