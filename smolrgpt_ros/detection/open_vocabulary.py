# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Classes that open-vocabulary weights (YOLOE) look for: from a file of prompts, or from text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .detector import DetectorError


@dataclass(frozen=True, eq=False)
class TextClasses:
    """Classes with what a text encoder makes of their names.

    Args:
        names: as asked for.
        embeddings: a tensor of shape ``(1, len(names), D)``.
    """

    names: tuple[str, ...]
    embeddings: Any


def text_classes(model: Any, names: Sequence[str], weights: str) -> TextClasses:
    """Encode the names of classes.

    Args:
        model: an ``ultralytics.YOLOE``.
        names: at least one.
        weights: the model's name, for messages.

    Raises:
        DetectorError: if the weights take no text, or the text encoder is not installed.
    """
    # Only ultralytics' class for open vocabularies has this.
    encode = getattr(model, "get_text_pe", None)
    if encode is None:
        raise DetectorError(
            f"{weights} finds the classes that it was trained on and no others: expected YOLOE "
            "weights in a file with yoloe in its name; leave the parameter detector.classes empty"
        )
    try:
        return TextClasses(tuple(names), encode(list(names)))
    except Exception as error:  # ultralytics, its encoder's package and its download raise anything
        raise DetectorError(
            f"the text encoder of YOLOE cannot be used ({type(error).__name__}: {error}): it needs "
            "ultralytics' package clip (pip install "
            "'git+https://github.com/ultralytics/CLIP.git') and the file mobileclip_blt.ts in the "
            "folder the node runs in; or write a file for detector.prompts on a machine with both"
        ) from error


def load_prompts(model: Any, weights: Path, prompts: Path) -> None:
    """Look for the classes of a file of ultralytics' ``save_prompt_embeddings``.

    Raises:
        DetectorError: if there is none, or the weights take none.
    """
    if not prompts.is_file():
        raise DetectorError(
            f"detector prompts not found: {prompts}; set the parameter detector.prompts to a file "
            "of ultralytics' save_prompt_embeddings, or leave it empty"
        )
    # Only its class for open vocabularies has this.
    load = getattr(model, "load_prompt_embeddings", None)
    if load is None:
        raise DetectorError(
            f"{weights} takes no prompts: expected YOLOE weights in a file with yoloe in its name; "
            "leave the parameter detector.prompts empty"
        )
    load(prompts)
