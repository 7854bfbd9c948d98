# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Everything that a meaning of the grammar may name: the query language and functions by theme."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import is_dataclass
from enum import Enum

from .. import question as q
from . import (
    agreement,
    amounts,
    areas,
    centers,
    conditionals,
    conditions,
    contexts,
    definite,
    differences,
    ends,
    joining,
    modifiers,
    noun_phrases,
    propositions,
    quantities,
    references,
    sides,
    steps,
    superlatives,
    tables,
    unanswerable,
)

_THEMES = (
    agreement,
    amounts,
    areas,
    centers,
    conditionals,
    conditions,
    contexts,
    definite,
    differences,
    ends,
    joining,
    modifiers,
    noun_phrases,
    propositions,
    quantities,
    references,
    sides,
    steps,
    superlatives,
    tables,
    unanswerable,
)


def grammar_names() -> Mapping[str, object]:
    """Constructors of the query language and what these modules define, by name."""
    language = {
        name: member
        for name, member in vars(q).items()
        if isinstance(member, type) and (is_dataclass(member) or issubclass(member, Enum))
    }
    own = {
        name: member
        for module in _THEMES
        for name, member in vars(module).items()
        if callable(member) and getattr(member, "__module__", "") == module.__name__
    }
    return {**language, **own}
