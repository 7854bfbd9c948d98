# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Low-rank changes of a language model's weights: what training writes and a reader applies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor, nn

ATTENTION = ("q_proj", "k_proj", "v_proj", "o_proj")
MLP = ("gate_proj", "up_proj", "down_proj")


class LowRankLinear(nn.Module):
    """A frozen linear layer plus a trained change of low rank.

    Args:
        base: the frozen layer, without bias.
        rank: of the change.
        scale: of the change.
    """

    def __init__(self, base: nn.Linear, rank: int, scale: float = 2.0) -> None:
        super().__init__()
        self.base, self.scale = base, scale
        self.down = nn.Parameter(torch.randn(rank, base.in_features) / base.in_features**0.5)
        self.up = nn.Parameter(torch.zeros(base.out_features, rank))

    def forward(self, x: Tensor) -> Tensor:
        dtype = x.dtype
        change = nn.functional.linear(x, self.down.to(dtype))
        changed: Tensor = self.base(x) + nn.functional.linear(
            change, (self.scale * self.up).to(dtype)
        )
        return changed


def add_adapter(model: nn.Module, rank: int, first_layer: int = 0) -> list[nn.Parameter]:
    """Puts a change of low rank on every projection from a layer on; returns what is trained."""
    trained: list[nn.Parameter] = []
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    for name, parent, child in list(_projections(model, first_layer)):
        layer = LowRankLinear(child, rank)
        setattr(parent, name, layer)
        trained += [layer.down, layer.up]
    return trained


def _projections(model: nn.Module, first_layer: int) -> Iterator[tuple[str, nn.Module, nn.Linear]]:
    layers = model.get_submodule("layers")
    for number, layer in enumerate(layers.children()):
        if number < first_layer:
            continue
        for room, names in (("self_attn", ATTENTION), ("mlp", MLP)):
            parent = layer.get_submodule(room)
            for name in names:
                child = parent.get_submodule(name)
                assert isinstance(child, nn.Linear)
                yield name, parent, child


def adapter_state(model: nn.Module) -> dict[str, Tensor]:
    """The trained changes, by the name of the layer they belong to, in half precision."""
    found: dict[str, Tensor] = {}
    for name, module in model.named_modules():
        if isinstance(module, LowRankLinear):
            found[f"{name}.down"] = module.down.detach().half().contiguous()
            found[f"{name}.up"] = (module.scale * module.up).detach().half().contiguous()
    return found


def merge_adapter(model: nn.Module, state: Mapping[str, Tensor]) -> None:
    """Adds the changes to a model's weights.

    Raises:
        AttributeError: where the model has no such layer.
        KeyError: where a layer has one half of its change alone.
    """
    with torch.no_grad():
        for name in {key.rsplit(".", 1)[0] for key in state}:
            layer = model.get_submodule(name)
            assert isinstance(layer, nn.Linear)
            change = state[f"{name}.up"].float() @ state[f"{name}.down"].float()
            layer.weight += change.to(layer.weight.dtype)
