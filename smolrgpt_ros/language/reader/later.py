# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Requests to be told later ("tell me when ..."), which are watched and not asked."""

from __future__ import annotations

import re

_WHEN = (
    r"(?:when(?:ever)?|once|as soon as|the moment|each time|every time|until|till)\b"
    # "When seen from here" and "when you measure" say how, not when.
    r"(?! (?:seen|viewed|looking|facing|measured|you|i|we|one)\b)"
)
_LATER = re.compile(
    rf"\b(?:tell|inform|remind)(?: me| us)? {_WHEN}"
    rf"|\blet (?:me|us) know {_WHEN}"
    r"|\b(?:notify|alert|warn|ping)(?: me| us)?\b"
    rf"|\b(?:say so|signal|shout|call|ring|beep|stop|text|message)(?: me| us)? {_WHEN}"
    r"|\bif\b.* (?:enters|leaves|arrives|comes|goes|drives|moves|changes)\b"
    r"|\bwait (?:until|till)\b|^(?:please )?wait for\b"
    r"|\bkeep (?:an eye on|watching|watch on)\b"
    r"|^(?:please )?(?:watch|monitor|observe|supervise)\b"
    r"|\b(?:whenever|as soon as)\b"
)

# "If it goes to pallet 9 and then to pallet 4, how far is that": no wait.
_HOW = re.compile(r"\bhow (?:far|long|many|much)\b")

WATCH_INSTEAD = (
    "a question is answered at once; to wait for an answer, watch a question: "
    'smolrgpt ask --live "Is a pallet in a buffer?" --until "becomes yes", '
    "or the action spatial_query/watch"
)


def later_words(text: str) -> str:
    """The words by which a text asks to be told later; empty where there are none.

    Args:
        text: as typed.
    """
    words = " ".join(text.lower().replace(",", " ").split())
    found = _LATER.search(words)
    if found is None or (found[0].startswith("if ") and _HOW.search(words)):
        return ""
    return found[0]
