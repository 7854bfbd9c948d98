"""Questions as people type them: without capitals, without a question mark, with a word ahead."""

from __future__ import annotations

import numpy as np

_LOWER, _BARE, _OPENED, _SPELLED = 0.2, 0.15, 0.08, 0.3
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


def as_typed(question: str, rng: np.random.Generator) -> str:
    """The question, now and then less tidy; ``<mask>`` placeholders stay as they are."""
    lower, bare, opened, spelled = rng.random(4) < (_LOWER, _BARE, _OPENED, _SPELLED)
    if spelled:
        for one, other in _OTHER_SPELLING.items():
            question = question.replace(one, other)
    if opened:
        opening = _OPENINGS[rng.integers(len(_OPENINGS))]
        question = opening + question[0].lower() + question[1:]
    if bare:
        question = question.rstrip("?.")
    return question.lower() if lower else question
