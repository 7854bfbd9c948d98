"""The engine's answer as a value; importing it does not import torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EngineAnswer:
    """A generated answer.

    Args:
        text: without special tokens.
        token_ids: generated, without the end of turn.
        confidence: geometric mean of the tokens' probabilities, in [0, 1].
        vanished_masks: indexes of masks that were too small for the mask grid; their tokens come
            from the cells they lie in and so include their surroundings.
        latency_s: from the call to the answer.
        truncated: the answer was cut at ``max_new_tokens``.
        estimated: some region's geometry was not measured, and the model reads geometry.
    """

    text: str
    token_ids: tuple[int, ...]
    confidence: float
    vanished_masks: tuple[int, ...]
    latency_s: float
    truncated: bool
    estimated: bool
