"""The many ways to say that a vehicle is empty or loaded, as the one word the grammar knows."""

from __future__ import annotations

import re
from collections.abc import Sequence

_CARRY = "carry carries carrying carried transports transporting hauls hauling"
_NOT = "not doesn't doesnt isn't isnt don't dont aren't arent hasn't hasnt"
_LOAD = "load loads pallet pallets box boxes cargo goods freight payload"
_HAVE = "have has having with got"
_ON = r"(?: (?:up)?on (?:it|top|board|them|itself))"


def _any(words: str) -> str:
    return f"(?:{'|'.join(words.split())})"


# Longest first: "not carrying any boxes" holds "carrying any boxes".
_EMPTY = re.compile(
    r"(?<!\S)(?:"
    rf"{_any(_NOT)} (?:been )?{_any(_CARRY + ' ' + _HAVE + ' hold holding')} (?:anything|"
    rf"(?:an?|any) {_any(_LOAD)}|{_any(_LOAD)}){_ON}?"
    rf"|{_any(_CARRY)} (?:nothing|none|no {_any(_LOAD)}){_ON}?"
    rf"|{_any(_HAVE)} no(?:thing{_ON}| {_any(_LOAD)}{_ON}| (?:load|loads|box|boxes|cargo|goods))"
    rf"|without (?:(?:an?|any) )?(?:load|loads|box|boxes|cargo|goods|freight|payload){_ON}?"
    rf"|without (?:anything|(?:an?|any) {_any(_LOAD)}){_ON}"
    rf"|(?:nothing|no {_any(_LOAD)}){_ON}"
    r"|not (?:yet )?loaded|nothing loaded|no (?:load|cargo)"
    r")(?!\S)"
)
_LOADED = re.compile(
    r"(?<!\S)(?:"
    rf"(?:carries|carrying|transporting) (?:something|an? (?:load|pallet|box)|boxes|cargo|goods)"
    rf"{_ON}?"
    rf"|{_any(_HAVE)} (?:something|(?:an? )?{_any(_LOAD)}){_ON}|with (?:a )?(?:load|cargo)"
    r")(?!\S)"
)
# Not to be "corrected" into other words.
STATE_WORDS = frozenset(f"{_CARRY} {_NOT} {_LOAD} {_HAVE} itself top board".split())


def with_states_said(pieces: Sequence[str]) -> list[str]:
    """The words of a question with each "carries no load" said as "empty", and so on."""
    text = " ".join(pieces)
    return _LOADED.sub("loaded", _EMPTY.sub("empty", text)).split()
