# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Sentences that questions are drawn from: data files, validated when they are read.

A file is a JSON object::

    {"splits": ["train", "heldout"],
     "groups": {"left_right": {"kind": "left_right", "placeholders": ["a", "b"],
                               "train": ["Is {a} left of {b}?", ...], "heldout": [...]}}}

A group holds sentences that ask for the same thing; its ``kind`` is the category of the question.
Every sentence has each of the group's placeholders exactly once: ``{a}``, ``{b}`` and ``{shelf}``
stand for one object ("the pallet <mask>"), ``{pallets}``, ``{buffers}``, ``{transporters}`` and
``{objects}`` for a list, ``{one}`` for "leftmost" or "rightmost", ``{which}`` also for "middle".
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Sentences = Mapping[str, tuple[str, ...]]
"""Sentences with placeholders, by group."""

PLACEHOLDERS = (
    "a",
    "b",
    "shelf",
    "pallets",
    "buffers",
    "transporters",
    "objects",
    "one",
    "which",
)
PLACEHOLDER = re.compile(r"\{(\w+)\}")
_FIELDS = ("kind", "placeholders")


@dataclass(frozen=True)
class Phrasings:
    """The sentences of one file.

    Args:
        kinds: category of the question by group.
        splits: sentences by name of the split: ``"train"``, ``"heldout"``, ...; no sentence is in
            two of them.
    """

    kinds: Mapping[str, str]
    splits: Mapping[str, Sentences]

    def split(self, name: str) -> Sentences:
        """The sentences of one split.

        Raises:
            ValueError: if the file has no such split.
        """
        if name not in self.splits:
            raise ValueError(f"phrasing must be one of {sorted(self.splits)}, found {name!r}")
        return self.splits[name]


def read_phrasings(file: Path, kinds: Collection[str]) -> Phrasings:
    """Reads and validates a file of sentences.

    Args:
        kinds: categories that the file must cover; other ones are refused.

    Raises:
        FileNotFoundError: if the file is missing.
        ValueError: on a file of another form; the message names the file, the entry, what was
            found and what was expected.
    """
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{file} is not JSON: {error}") from error
    _expect_keys(f"{file}", data, ("splits", "groups"))
    splits = _strings(f"{file}: splits", data["splits"])
    if not isinstance(data["groups"], dict):
        raise _unexpected(f"{file}: groups", data["groups"], "an object of groups by name")
    kind_of: dict[str, str] = {}
    found: dict[str, dict[str, tuple[str, ...]]] = {split: {} for split in splits}
    first_use: dict[str, str] = {}
    for name, group in data["groups"].items():
        entry = f"{file}: groups.{name}"
        _expect_keys(entry, group, (*_FIELDS, *splits))
        if group["kind"] not in kinds:
            raise _unexpected(f"{entry}.kind", group["kind"], f"one of {sorted(kinds)}")
        kind_of[name] = group["kind"]
        placeholders = _strings(f"{entry}.placeholders", group["placeholders"])
        if unknown := sorted(set(placeholders) - set(PLACEHOLDERS)):
            raise _unexpected(f"{entry}.placeholders", unknown, f"some of {PLACEHOLDERS}")
        for split in splits:
            sentences = _strings(f"{entry}.{split}", group[split])
            for number, sentence in enumerate(sentences):
                where = f"{entry}.{split}[{number}]"
                _check_placeholders(where, sentence, placeholders)
                if sentence in first_use:
                    raise _unexpected(
                        where, sentence, f"a new sentence; this one is {first_use[sentence]}"
                    )
                first_use[sentence] = f"groups.{name}.{split}"
            found[split][name] = sentences
    if missing := sorted(set(kinds) - set(kind_of.values())):
        raise _unexpected(f"{file}: groups", sorted(kind_of), f"groups of the kinds {missing} too")
    return Phrasings(kind_of, found)


def _check_placeholders(entry: str, sentence: str, placeholders: Sequence[str]) -> None:
    used = PLACEHOLDER.findall(sentence)
    bare = PLACEHOLDER.sub("", sentence)
    if sorted(used) != sorted(placeholders) or "{" in bare or "}" in bare:
        raise _unexpected(entry, sentence, f"each of {sorted(placeholders)} once, in braces")


def _expect_keys(entry: str, value: object, keys: Sequence[str]) -> None:
    if not isinstance(value, dict):
        raise _unexpected(entry, value, f"an object with the keys {sorted(keys)}")
    if set(value) != set(keys):
        raise _unexpected(entry, f"keys {sorted(value)}", f"{sorted(keys)}")


def _strings(entry: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
        raise _unexpected(entry, value, "a list of at least one string")
    if len(set(value)) != len(value):
        raise _unexpected(entry, sorted(v for v in set(value) if value.count(v) > 1), "no repeats")
    return tuple(value)


def _unexpected(entry: str, found: object, expected: str) -> ValueError:
    text = found if isinstance(found, str) else repr(found)
    return ValueError(f"{entry}: found {text[:200]}, expected {expected}")
