# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Reads the files of words beside the reader and refuses what is not of their form."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path


class WordFile:
    """A JSON file of nested objects whose leaves are lists of lower-case words.

    Args:
        path: of the file.

    Raises:
        FileNotFoundError: if it is missing.
        ValueError: if it is not JSON; all methods too, where an entry is not of the expected form.
            The message names the file, the key, what was found and what was expected.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.content: object = json.loads(path.read_text(encoding="utf-8"))
        except json.JSONDecodeError as error:
            raise ValueError(f"{path}: found no JSON ({error}), expected an object") from error

    def table(self, key: str, value: object) -> Mapping[str, object]:
        """A value that is an object with any keys."""
        if not isinstance(value, dict):
            raise self.unexpected(key, value, "an object")
        return value

    def fields(self, key: str, value: object, names: Collection[str]) -> Mapping[str, object]:
        """A value that is an object with exactly these keys."""
        table = self.table(key, value)
        if set(table) != set(names):
            raise self.unexpected(key, f"keys {sorted(table)}", f"{sorted(names)}")
        return table

    def words(self, key: str, value: object) -> tuple[str, ...]:
        """A value that is a list of different lower-case words or phrases."""
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise self.unexpected(key, value, "a list of strings")
        if wrong := [word for word in value if not word.strip() or word != word.lower()]:
            raise self.unexpected(key, wrong, "words in lower case")
        if repeated := sorted({word for word in value if value.count(word) > 1}):
            raise self.unexpected(key, repeated, "each word once")
        return tuple(value)

    def text(self, key: str, value: object) -> str:
        """A value that is one lower-case word or phrase."""
        (word,) = self.words(key, [value])
        return word

    def unexpected(self, key: str, found: object, expected: str) -> ValueError:
        """The error of an entry."""
        text = found if isinstance(found, str) else repr(found)
        return ValueError(f"{self.path}: {key}: found {text[:200]}, expected {expected}")
