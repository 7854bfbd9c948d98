# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Data of others that some tests compare with, on hosts that have them; not part of the package."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_VARIABLE = "SMOLRGPT_TEST_DATA"
_BESIDE_THE_CLONE = Path(__file__).resolve().parents[3] / "shared"


def external_folder(name: str) -> Path:
    """A folder of such data; the test skips where it is not there."""
    folder = Path(os.environ.get(_VARIABLE) or _BESIDE_THE_CLONE) / name
    if not folder.is_dir():
        pytest.skip(f"there is no {name} in the folder that {_VARIABLE} names")
    return folder


def benchmark_folder() -> Path:
    """Entries, templates, frames and example predictions of the warehouse benchmark."""
    return external_folder("data/warehouse")
