# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Samples as pictures: the inputs of the model, and the tokens it learns."""

from __future__ import annotations

import textwrap
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.model.preprocessing.processor import SmolRGPTProcessor

from .examples import IGNORED, Example

_SIDE = 512
_LINE = 26
_COLOURS = ((60, 180, 255), (255, 120, 60), (90, 220, 90), (220, 90, 220), (90, 220, 220))


def draw_example(example: Example, processor: SmolRGPTProcessor) -> NDArray[np.uint8]:
    """RGB and depth as inputs of the tower with the mask weights, and the text below them.

    First the tokens that are given, then in red those that have a loss.

    Returns:
        ``(H, W, 3)`` uint8, BGR.
    """
    pictures = [_picture((example.pixel_values.numpy() + 1) / 2)]
    if example.depth_values is not None:
        pictures.append(_picture(example.depth_values.numpy()))
    if example.region_masks is not None:
        for picture in pictures:
            _mark(picture, example.region_masks.numpy())
    top = np.concatenate(pictures, axis=1)
    lines = _lines(example, processor, top.shape[1] // 11)
    below = np.full((_LINE * len(lines) + 16, top.shape[1], 3), 255, np.uint8)
    for number, (text, learned) in enumerate(lines):
        colour = (30, 30, 200) if learned else (40, 40, 40)
        place = (8, _LINE * (number + 1))
        cv2.putText(below, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.5, colour, 1, cv2.LINE_AA)
    return np.concatenate((top, below))


def write_examples(
    examples: list[Example], processor: SmolRGPTProcessor, folder: Path
) -> list[Path]:
    """Draws each into ``folder/example_NN.png``; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for number, example in enumerate(examples):
        path = folder / f"example_{number:02d}.png"
        cv2.imwrite(str(path), draw_example(example, processor))
        written.append(path)
    return written


def _picture(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """``(3, S, S)`` in [0, 1] -> ``(_SIDE, _SIDE, 3)`` BGR."""
    pixels = np.ascontiguousarray((values.transpose(1, 2, 0)[..., ::-1] * 255).astype(np.uint8))
    return cv2.resize(pixels, (_SIDE, _SIDE), interpolation=cv2.INTER_NEAREST).astype(np.uint8)


def _mark(picture: NDArray[np.uint8], weights: NDArray[np.float32]) -> None:
    for index, mask in enumerate(weights):
        colour = _COLOURS[index % len(_COLOURS)]
        large = cv2.resize(mask, (_SIDE, _SIDE), interpolation=cv2.INTER_NEAREST)
        outlines, _ = cv2.findContours(
            (large > 0.5 * large.max()).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
        )
        cv2.drawContours(picture, outlines, -1, colour, 2)
        y, x = (int(axis.mean()) for axis in np.nonzero(large > 0.5 * large.max()))
        cv2.putText(picture, str(index), (x - 6, y + 6), cv2.FONT_HERSHEY_SIMPLEX, 0.7, colour, 2)


def _lines(example: Example, processor: SmolRGPTProcessor, width: int) -> list[tuple[str, bool]]:
    tokens = np.array(example.input_ids)
    learned = np.array(example.labels) != IGNORED
    lines: list[tuple[str, bool]] = []
    for flag, title in ((False, "given: "), (True, "learned: ")):
        text = processor.tokenizer.decode(tokens[learned == flag].tolist())
        image = "<|image|>"
        if (count := text.count(image)) > 1:
            text = text.replace(image * count, f"{image} x {count} ")
        caption = title + text.replace("\n", " | ")
        lines += [(line, flag) for line in textwrap.wrap(caption, width)]
    return lines
