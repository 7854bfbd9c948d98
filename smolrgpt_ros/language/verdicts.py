# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Answers of a model that was trained on forms of questions, to typed values.

Their last sentence is worded as measured answers are (``reasoning.measuring.answer_text``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .answers import ReadAnswer, Value, read_answer
from .meaning import Kind
from .prompts import REGION

_LAST = re.compile(r"(?:^|[.!?] )((?:[^.!?]|[.](?=\d))+)[.]\s*$")
_YES_NO = re.compile(r"(Yes|No), ")
_COUNT = re.compile(r"(No|\d+) [a-z]")
_CHOICE = re.compile(r"[A-Z][a-z ]* \[Region (\d+)\] is ")
_DIFFERENCE = re.compile(r" is (\d+\.\d+) m (more|less) than the | differ by (\d+\.\d+) m$")


def read_verdict(
    text: str,
    kind: Kind,
    region_ids: Sequence[int],
    *,
    subject: int | None = None,
    truncated: bool = False,
) -> ReadAnswer:
    """Reads a generated answer.

    Args:
        text: the model's text.
        kind: of the question.
        region_ids: the region of each ``[Region i]``; a verdict about one beyond them is unknown.
        subject: of a comparison, id of the region asked about; ``None`` for the region that the
            verdict names first.
        truncated: generation stopped before the model ended its answer: nothing is believed.
    """
    if kind not in _READERS:
        if subject is None and kind.is_comparison:
            subject = _first_named(text, region_ids)
        return read_answer(text, kind, region_ids, subject=subject, truncated=truncated)
    places = [int(i) for i in REGION.findall(text)]
    mentioned = tuple(dict.fromkeys(region_ids[i] for i in places if i < len(region_ids)))
    found = None if truncated else _LAST.search(text.strip())
    value = None if found is None else _read(kind, found[1], region_ids)
    unit = {Kind.COUNT: "count", Kind.NUMBER: "m"}.get(kind, "")
    return ReadAnswer(value, unit if value is not None else "", mentioned)


def _first_named(text: str, region_ids: Sequence[int]) -> int | None:
    """The region that the verdict names first."""
    verdict = _LAST.search(text.strip())
    named = None if verdict is None else REGION.search(verdict[1])
    if named is None or int(named[1]) >= len(region_ids):
        return None
    return region_ids[int(named[1])]


_READERS = {
    Kind.YES_NO: _YES_NO,
    Kind.COUNT: _COUNT,
    Kind.CHOICE: _CHOICE,
    Kind.NUMBER: _DIFFERENCE,
}


def _read(kind: Kind, verdict: str, region_ids: Sequence[int]) -> Value | None:
    if any(int(i) >= len(region_ids) for i in REGION.findall(verdict)):
        return None
    pattern = _READERS[kind]
    found = pattern.search(verdict) if kind is Kind.NUMBER else pattern.match(verdict)
    if found is None:
        return None
    if kind is Kind.YES_NO:
        return found[1] == "Yes"
    if kind is Kind.COUNT:
        return 0 if found[1] == "No" else int(found[1])
    if kind is Kind.CHOICE:
        return region_ids[int(found[1])]
    metres = float(found[1] or found[3])
    return -metres if found[2] == "less" else metres
