# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Recipes in YAML: reading a file, and dataclasses from its parts with errors that name the key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Plan = TypeVar("Plan", bound="DataclassInstance")


def read_values(path: Path) -> dict[str, Any]:
    """The keys and values of a YAML file.

    Raises:
        ValueError: if it holds anything else.
    """
    try:
        values = yaml.safe_load(path.read_text())
    except yaml.YAMLError as error:
        raise ValueError(f"{path} is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(values, dict):
        raise ValueError(f"{path} must hold keys and values, found {type(values).__name__}")
    return values


def plan_of(kind: type[Plan], values: object, where: str) -> Plan:
    """A plan (a dataclass) from the keys and values of a recipe's part.

    Args:
        where: file and part, named in errors.

    Raises:
        ValueError: on a missing, unknown or unfit key.
    """
    known = sorted(item.name for item in fields(kind))
    if not isinstance(values, Mapping):
        raise ValueError(f"{where}: expected keys of {known}, found {values!r}")
    if unknown := sorted(set(values) - set(known)):
        raise ValueError(f"{where}: unknown {unknown}, expected some of {known}")
    try:
        return kind(**values)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{where}: {error}") from error
