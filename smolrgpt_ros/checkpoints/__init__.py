# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The weights that ship, each with a card of its training and its scores."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent

MINI = _HERE / "mini"
"""Folder of the SmolRGPT mini."""

DETECTOR = _HERE / "detector" / "warehouse-seg.pt"
"""Weights of the region detector."""
