# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The published three stages: which modules learn in each, and at which rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import nn

from ..weight_decay import split_by_decay

MODULES = (
    "vision_tower",
    "rgb_connector",
    "depth_connector",
    "rgb_refiner",
    "depth_refiner",
    "geometry_encoder",
    "language_model",
)

TRAINED: dict[str, tuple[str, ...]] = {
    "rgb_alignment": ("rgb_connector",),
    "region_alignment": (
        "rgb_connector",
        "depth_connector",
        "rgb_refiner",
        "depth_refiner",
        "geometry_encoder",
    ),
    "sft": MODULES[1:],
}
"""Modules by stage; the tower is frozen in all of them, a model without geometry lacks its encoder.

Source: arXiv 2509.15490; the geometry encoder is ours.
"""


def freeze(model: nn.Module, stage: str) -> dict[str, nn.Module]:
    """Freezes all modules but those that a stage trains.

    Returns:
        The modules that learn, by name.

    Raises:
        ValueError: on an unknown stage.
    """
    if stage not in TRAINED:
        raise ValueError(f"stage must be one of {tuple(TRAINED)}, found {stage!r}")
    model.requires_grad_(False)
    modules = {name: getattr(model, name, None) for name in TRAINED[stage]}
    learning = {name: module for name, module in modules.items() if module is not None}
    for module in learning.values():
        module.requires_grad_(True)
    return learning


@dataclass(frozen=True)
class Rates:
    """Learning rates.

    Args:
        default: of every module that has none of its own.
        modules: by module name.

    Raises:
        ValueError: on a rate that is not positive, or a module that does not exist.
    """

    default: float
    modules: Mapping[str, float]

    def __post_init__(self) -> None:
        unknown = sorted(set(self.modules) - set(MODULES))
        if unknown:
            raise ValueError(f"learning_rates: unknown modules {unknown}, expected {MODULES}")
        for name, rate in {"learning_rate": self.default, **self.modules}.items():
            if not rate > 0:
                raise ValueError(f"learning rate of {name} must be above 0, found {rate}")


def parameter_groups(
    modules: Mapping[str, nn.Module], rates: Rates, weight_decay: float
) -> list[dict[str, Any]]:
    """Groups for AdamW: each module at its rate; vectors do not decay."""
    groups = []
    for name, module in modules.items():
        rate = rates.modules.get(name, rates.default)
        decayed, plain = split_by_decay(module.named_parameters(), embeddings_decay=True)
        for decay, chosen in ((weight_decay, decayed), (0.0, plain)):
            if chosen:
                groups.append({"params": chosen, "lr": rate, "weight_decay": decay})
    return groups
