# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Augmentation of questions: lower case, no question mark, an opening phrase, other spelling."""

from __future__ import annotations

import numpy as np

_LOWER_CASE, _NO_MARK, _OPENING, _SPELLING = 0.2, 0.15, 0.08, 0.3
"""Shares of questions with each change; they are independent."""
_OTHER_SPELLING = {"meter": "metre", "Meter": "Metre", "centre": "center"}
_OPENINGS = (
    "Please: ",
    "Robot, ",
    "Hi! ",
    "Quick question: ",
    "Next, ",
    "OK. ",
    "One more thing: ",
    "Tell me: ",
    "Looking at this frame, ",
    "For the planner: ",
)


def augment_text(question: str, rng: np.random.Generator) -> str:
    """The question with random changes; ``<mask>`` placeholders stay as they are."""
    lower, bare, opened, respelled = rng.random(4) < (_LOWER_CASE, _NO_MARK, _OPENING, _SPELLING)
    if respelled:
        for one, other in _OTHER_SPELLING.items():
            question = question.replace(one, other)
    if opened:
        opening = _OPENINGS[rng.integers(len(_OPENINGS))]
        question = opening + question[0].lower() + question[1:]
    if bare:
        question = question.rstrip("?.")
    return question.lower() if lower else question
