# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Which parameters AdamW's weight decay applies to, in both ways of training."""

from __future__ import annotations

from collections.abc import Iterable

from torch import nn


def split_by_decay(
    parameters: Iterable[tuple[str, nn.Parameter]], *, embeddings_decay: bool
) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    """Parameters that decay, and those that do not: vectors, that is biases and norms.

    Parameters that do not require gradients are left out, and one that occurs twice (a tied head)
    is listed once.

    Args:
        parameters: with their names, as ``nn.Module.named_parameters`` gives them.
        embeddings_decay: whether embedding matrices decay like other matrices.
    """
    decayed: list[nn.Parameter] = []
    plain: list[nn.Parameter] = []
    seen: set[int] = set()
    for name, parameter in parameters:
        if not parameter.requires_grad or id(parameter) in seen:
            continue
        seen.add(id(parameter))
        is_matrix = parameter.ndim >= 2 and (embeddings_decay or "embed" not in name)
        (decayed if is_matrix else plain).append(parameter)
    return decayed, plain
