# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Conditions in words, as the command line and scripts write them."""

from __future__ import annotations

import re

from .condition import Condition, Relation

_RELATIONS = {
    "yes": Relation.TRUE,
    "true": Relation.TRUE,
    "no": Relation.FALSE,
    "false": Relation.FALSE,
    "above": Relation.ABOVE,
    ">": Relation.ABOVE,
    "below": Relation.BELOW,
    "<": Relation.BELOW,
    "changes": Relation.CHANGES,
}
_UNITS = {"": 1.0, "m": 1.0, "cm": 0.01, "mm": 0.001}
_NUMBER = r"(-?\d+(?:\.\d+)?)\s*(m|cm|mm)?\b"
_CONDITION = re.compile(
    r"(?P<becomes>becomes\s+)?"
    r"(?:(?P<word>yes|true|no|false|changes)|(?P<than>above|below|<|>)\s*(?P<threshold>"
    + _NUMBER
    + "))"
    r"(?:\s+by\s+(?P<by>" + _NUMBER + r"))?"
    r"(?:,?\s+hysteresis\s+(?P<hysteresis>" + _NUMBER + r"))?"
    r"(?:,?\s+for\s+(?P<hold>\d+(?:\.\d+)?)\s*s)?"
)

EXAMPLES = '"below 2 m", "above 3, hysteresis 0.5", "yes for 2 s", "becomes no", "changes by 0.5 m"'


def condition_of(text: str) -> Condition:
    """The condition of words such as :data:`EXAMPLES`.

    Raises:
        ValueError: for other words, with examples.
        QueryError: BAD_QUESTION for numbers that no condition can have.
    """
    found = _CONDITION.fullmatch(" ".join(text.lower().split()))
    word = found and (found["word"] or found["than"])
    if found is None or word is None or (found["by"] and word != "changes"):
        raise ValueError(f"a condition is like {EXAMPLES}; found {text!r:.80}")
    return Condition(
        _RELATIONS[word],
        threshold=_number(found["threshold"] or found["by"]),
        hysteresis=_number(found["hysteresis"]),
        hold_s=float(found["hold"] or 0.0),
        edge=found["becomes"] is not None,
    )


def _number(text: str | None) -> float:
    """Metres of "20 cm", a plain number as it is; 0 for nothing."""
    found = re.fullmatch(_NUMBER, text) if text else None
    return float(found[1]) * _UNITS[found[2] or ""] if found else 0.0
