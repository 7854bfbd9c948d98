# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The device that a network computes on."""

from __future__ import annotations

import torch


def choose_device(requested: str) -> torch.device:
    """The device of a parameter or an option; a GPU is named with its index.

    Args:
        requested: ``"auto"`` (the first GPU if there is one, else the CPU), ``"cpu"``, ``"cuda"``
            (the first GPU), ``"cuda:1"``, …

    Raises:
        ValueError: if a GPU is asked for and torch sees none.
        RuntimeError: of torch, for a name that it does not know.
    """
    available = torch.cuda.is_available()
    if requested == "auto":
        requested = "cuda" if available else "cpu"
    chosen = torch.device(requested)
    if chosen.type != "cuda":
        return chosen
    if not available:
        raise ValueError(
            f"device {requested!r} is asked for, but torch sees no CUDA device; set device to "
            "'auto' or 'cpu'"
        )
    return torch.device("cuda", chosen.index or 0)
