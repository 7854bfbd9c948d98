# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What is understood and cannot be answered: numbers that no answer holds, and why."""

from __future__ import annotations

from .parser import Mismatch

COVERING = (
    'whether one thing covers another is not told; "above" and "below" compare heights, '
    '"on" asks what rides on what'
)
REASONS = {
    "coordinates": "positions in coordinates are not given; ask where it is, or how far from what",
    "offset": "how far to the side something is cannot be told as a length; ask for a distance, "
    "or for its angle off straight ahead",
    "depth": "the depth along the optical axis is not given; ask how far it is from the camera",
    "camera": "the camera's own height is not given; ask for heights of objects above the floor",
    "facing": "sides and hours are those of a viewer that looks where the camera looks; leave out "
    "what is faced",
    "covering": COVERING,
    "unit": "a number of metres needs a unit: within 3 m",
    "several": "several counts are asked for; ask for each on its own",
}
"""Sentences of refusals, by the word that the rules name them with."""


def unanswerable(reason: str, *named: object) -> object:
    """Refuses with the sentence of a reason, whatever the question names.

    Args:
        reason: a key of :data:`REASONS`.
        named: what the pattern captured; nothing of it is measured.

    Raises:
        Mismatch: always; it explains the refusal where nothing else can be read.
    """
    raise Mismatch(REASONS[reason], decisive=True)
