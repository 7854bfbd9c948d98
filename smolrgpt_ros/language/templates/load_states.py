# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Phrases for an empty or loaded vehicle, each replaced by the one word the reader knows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..lexicon import LEXICON


def _any(*words: str) -> str:
    return f"(?:{'|'.join(words)})"


_CARRY, _HAVE = LEXICON.load_states["carry"], LEXICON.load_states["have"]
_A_LOAD, _NOT = _any(*LEXICON.load_states["load"]), _any(*LEXICON.load_states["not"])
_ON = r"(?: (?:up)?on (?:it|top|board|them|itself))"

# Longest first: "not carrying any boxes" holds "carrying any boxes".
_EMPTY = re.compile(
    r"(?<!\S)(?:"
    rf"{_NOT} (?:been )?{_any(*_CARRY, *_HAVE, 'hold', 'holding')} (?:anything|"
    rf"(?:an?|any) {_A_LOAD}|{_A_LOAD}){_ON}?"
    rf"|{_any(*_CARRY)} (?:nothing|none|no {_A_LOAD}){_ON}?"
    rf"|{_any(*_HAVE)} no(?:thing{_ON}| {_A_LOAD}{_ON}| (?:load|loads|box|boxes|cargo|goods))"
    rf"|without (?:(?:an?|any) )?(?:load|loads|box|boxes|cargo|goods|freight|payload){_ON}?"
    rf"|without (?:anything|(?:an?|any) {_A_LOAD}){_ON}"
    rf"|(?:nothing|no {_A_LOAD}){_ON}"
    r"|not (?:yet )?loaded|nothing loaded|no (?:load|cargo)"
    r")(?!\S)"
)
_LOADED = re.compile(
    r"(?<!\S)(?:"
    rf"(?:carries|carrying|transporting) (?:something|an? (?:load|pallet|box)|boxes|cargo|goods)"
    rf"{_ON}?"
    rf"|{_any(*_HAVE)} (?:something|(?:an? )?{_A_LOAD}){_ON}|with (?:a )?(?:load|cargo)"
    r")(?!\S)"
)


def with_plain_states(pieces: Sequence[str]) -> list[str]:
    """The words of a question with "carries no load" replaced by "empty", and so on."""
    text = " ".join(pieces)
    return _LOADED.sub("loaded", _EMPTY.sub("empty", text)).split()
