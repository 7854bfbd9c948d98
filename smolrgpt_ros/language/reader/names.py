# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Everything that a meaning of the grammar may name: the query language and the functions here.

The functions stand by theme in ``superlatives.py``, ``references.py``, ``noun_phrases.py``,
``conditions.py``, ``quantities.py``, ``centers.py``, ``areas.py``, ``propositions.py``,
``amounts.py``, ``agreement.py``, ``tables.py``, ``conditionals.py``, ``steps.py``,
``contexts.py`` and ``unanswerable.py``.
"""

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
    noun_phrases,
    propositions,
    quantities,
    references,
    steps,
    superlatives,
    tables,
    unanswerable,
)


def grammar_names() -> Mapping[str, object]:
    """Constructors of the query language and the functions of these modules, by name."""
    language = {
        name: member
        for name, member in vars(q).items()
        if isinstance(member, type) and (is_dataclass(member) or issubclass(member, Enum))
    }
    own = {
        name: member
        for module in (
            agreement,
            centers,
            steps,
            superlatives,
            references,
            noun_phrases,
            conditions,
            quantities,
            areas,
            propositions,
            amounts,
            tables,
            conditionals,
            contexts,
            unanswerable,
        )
        for name, member in vars(module).items()
        if callable(member) and getattr(member, "__module__", "") == module.__name__
    }
    return {**language, **own}
