"""Questions as people type them: without capitals, without a question mark, with a word ahead."""

from __future__ import annotations

import numpy as np

_LOWER, _BARE, _OPENED = 0.2, 0.15, 0.08
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


def as_typed(question: str, rng: np.random.Generator) -> str:
    """The question, now and then less tidy; ``<mask>`` placeholders stay as they are."""
    lower, bare, opened = rng.random(3) < (_LOWER, _BARE, _OPENED)
    if opened:
        opening = _OPENINGS[rng.integers(len(_OPENINGS))]
        question = opening + question[0].lower() + question[1:]
    if bare:
        question = question.rstrip("?.")
    return question.lower() if lower else question
