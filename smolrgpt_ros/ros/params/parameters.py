# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Parameters with description, range and choices: declared, read as one value, checked together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    SetParametersResult,
)
from rclpy.exceptions import InvalidParameterTypeException, InvalidParameterValueException
from rclpy.node import Node
from rclpy.parameter import Parameter


class ParameterError(ValueError):
    """Parameters a node cannot start with; the text names the parameter and what it allows."""


@dataclass(frozen=True)
class ParameterSpec:
    """One parameter.

    Args:
        name: with dots for groups, e.g. ``"detector.confidence"``.
        default: also fixes the type.
        description: one sentence with the unit.
        minimum, maximum: inclusive range of a number.
        choices: allowed strings.
        read_only: structural, fixed when the node starts.
    """

    name: str
    default: bool | int | float | str | tuple[str, ...]
    description: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    read_only: bool = False

    @property
    def key(self) -> str:
        """The name as an identifier: ``"detector_confidence"``."""
        return self.name.replace(".", "_")

    def check(self, value: Any) -> None:
        """Raise ParameterError unless a value is allowed."""
        if self.choices and value not in self.choices:
            raise ParameterError(
                f"{self.name} must be one of {', '.join(self.choices)}, found {value!r}"
            )
        low, high = self.minimum, self.maximum
        if low is not None and high is not None and not low <= value <= high:
            raise ParameterError(f"{self.name} must be in [{low}, {high}], found {value}")

    def descriptor(self) -> ParameterDescriptor:
        """The message that tools show to people."""
        descriptor = ParameterDescriptor(description=self.description, read_only=self.read_only)
        if self.choices:
            descriptor.additional_constraints = f"one of: {', '.join(self.choices)}"
        if self.minimum is not None and self.maximum is not None:
            if isinstance(self.default, float):
                descriptor.floating_point_range = [
                    FloatingPointRange(from_value=float(self.minimum), to_value=float(self.maximum))
                ]
            else:
                descriptor.integer_range = [
                    IntegerRange(from_value=int(self.minimum), to_value=int(self.maximum), step=1)
                ]
        return descriptor


def declare(node: Node, specs: Iterable[ParameterSpec]) -> dict[str, Any]:
    """Declare parameters on a node; returns their values by :attr:`ParameterSpec.key`.

    Raises:
        ParameterError: if a launch file or YAML gave one of them a value of another type or
            outside its range.
    """
    values = {}
    for spec in specs:
        try:
            default = list(spec.default) if isinstance(spec.default, tuple) else spec.default
            value = node.declare_parameter(spec.name, default, spec.descriptor()).value
            values[spec.key] = tuple(value) if isinstance(value, list) else value
        except (InvalidParameterTypeException, InvalidParameterValueException) as error:
            raise ParameterError(
                f"parameter {spec.name} (default {spec.default!r}, {_allowed(spec)}): {error}"
            ) from error
        spec.check(values[spec.key])
    return values


def unknown_parameters(node: Node, specs: Iterable[ParameterSpec]) -> list[str]:
    """Names set by a launch file, YAML or command line that no parameter has: typing errors."""
    known = {spec.name for spec in specs}
    # rclpy has no public access to overrides that were never declared.
    given = getattr(node, "_parameter_overrides", {})
    return sorted(
        name
        for name in given
        if name not in known
        and not node.has_parameter(name)
        and not name.startswith(("qos_overrides.", "diagnostic_updater."))
    )


def check_changes(
    specs: Sequence[ParameterSpec], current: Mapping[str, Any], changes: Iterable[Parameter]
) -> tuple[dict[str, Any], SetParametersResult]:
    """Current values with changes applied, and whether each change is allowed.

    Args:
        specs: all parameters of the node.
        current: values by key.
        changes: ``rclpy.Parameter`` objects; those of other names are left alone.

    Returns:
        the new values by key (the current ones where a change is refused), and the result for
        rclpy with the reason.
    """
    by_name = {spec.name: spec for spec in specs}
    values = dict(current)
    for change in changes:
        spec = by_name.get(change.name)
        if spec is None:
            continue
        try:
            spec.check(change.value)
        except (ParameterError, TypeError) as error:
            return dict(current), SetParametersResult(successful=False, reason=str(error))
        values[spec.key] = tuple(change.value) if isinstance(change.value, list) else change.value
    return values, SetParametersResult(successful=True)


def _allowed(spec: ParameterSpec) -> str:
    if spec.choices:
        return "one of " + ", ".join(spec.choices)
    if spec.minimum is not None:
        return f"allowed {spec.minimum} to {spec.maximum}"
    if isinstance(spec.default, tuple):
        return "a list of strings"
    return type(spec.default).__name__
