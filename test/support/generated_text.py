# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What stand-ins for an engine return: a ``reasoning.engine_protocol.Generated``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GeneratedText:
    """A sentence with the remarks that an engine makes about it."""

    text: str
    confidence: float = 0.9
    vanished_masks: tuple[int, ...] = ()
    latency_s: float = 0.0
    truncated: bool = False
    estimated: bool = False
