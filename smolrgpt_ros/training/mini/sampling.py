# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Questions of a training step, drawn from the frames' truth: a sampler for each kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.model.geometry_tokens.features import CLASS, FROM_DEPTH, class_marks
from smolrgpt_ros.model.preprocessing.processor import SmolRGPTProcessor
from smolrgpt_ros.simulation.true_answers.true_answers import TrueAnswers

from .batches import FrameQuestion, encode
from .descriptions import caption_question, region_question
from .frames import CachedFrames
from .geometry_augmentation import perturb_geometry
from .tokenizer import REGION_NAMES
from .worked_examples import draw_example

Sampler = Callable[[int, int, np.random.Generator], list[FrameQuestion]]
"""``(slot, frame, rng)`` -> the questions of one frame."""

_NEUTRAL, _SOME_NEUTRAL = 0.25, 0.15
"""Shares of questions in which all classes, or some, are spoken of as objects."""


@dataclass(frozen=True)
class Asking:
    """How questions are asked.

    Args:
        count: questions a frame.
        named: classes that have words.
        pairs: questions about a few regions alone.
        without_geometry: share of questions whose regions have picture tokens alone.
        without_depth: share of questions with the inputs of a camera without depth.
    """

    count: int
    named: tuple[str, ...]
    pairs: bool = False
    without_geometry: float = 0.0
    without_depth: float = 0.0


def answers(frames: CachedFrames, processor: SmolRGPTProcessor, asking: Asking) -> Sampler:
    """Questions of all trained forms with their answers."""

    def sample(slot: int, frame: int, rng: np.random.Generator) -> list[FrameQuestion]:
        truth, objects = TrueAnswers(frames.truths[frame]), frames.objects(frame)
        label_of = {item.id: item.label for item in objects}
        made = []
        for _ in range(asking.count):
            spoken = spoken_classes(asking.named, rng)
            found = draw_example(
                truth,
                objects,
                rng,
                spoken,
                most_regions=REGION_NAMES,
                pairs=asking.pairs,
            )
            if found is None:
                continue
            rows = _rows(frames, frame, found.prompt.region_ids)
            draw = rng.random()
            geometry = perturb_geometry(frames.geometry[rows], rng)
            has_depth = True
            if draw < asking.without_geometry:
                geometry[:] = 0
            elif draw < asking.without_geometry + asking.without_depth:
                geometry[:, FROM_DEPTH] = 0
                has_depth = False
            # A region is of no known class exactly where the question has no word for it.
            labels = [label_of[i] for i in found.prompt.region_ids]
            known = [label if label in spoken else "" for label in labels]
            geometry[:, CLASS] = class_marks(known, asking.named)
            ids, start = encode(processor, found.prompt.text, found.answer)
            local = rows - frames.regions(frame).start
            made.append(FrameQuestion(slot, local, ids, start, geometry, has_depth=has_depth))
        return made

    return sample


def spoken_classes(named: tuple[str, ...], rng: np.random.Generator) -> tuple[str, ...]:
    """The classes that a question speaks of by their words: mostly all that have some."""
    draw = rng.random()
    if draw < _NEUTRAL:
        return ()
    if draw < _NEUTRAL + _SOME_NEUTRAL:
        return tuple(label for label in named if rng.random() < 0.5)
    return named


def descriptions(
    frames: CachedFrames,
    processor: SmolRGPTProcessor,
    count: int,
    *,
    geometry: bool,
) -> Sampler:
    """Descriptions of several regions at a time: class, load, place, position, size.

    Args:
        count: questions a frame.
        geometry: whether the regions' geometry is given.
    """

    def sample(slot: int, frame: int, rng: np.random.Generator) -> list[FrameQuestion]:
        items = frames.objects(frame)
        made = []
        for _ in range(count):
            chosen = rng.permutation(len(items))[: rng.integers(1, 5)]
            question, answer = region_question([items[i] for i in chosen], rng)
            rows = _rows(frames, frame, [items[i].id for i in chosen])
            raw = frames.geometry[rows] * np.float32(geometry)
            ids, start = encode(processor, question, answer)
            made.append(FrameQuestion(slot, rows - frames.regions(frame).start, ids, start, raw))
        return made

    return sample


def captions(frames: CachedFrames, processor: SmolRGPTProcessor) -> Sampler:
    """Captions of the whole frame; no region is named."""

    def sample(slot: int, frame: int, rng: np.random.Generator) -> list[FrameQuestion]:
        ids, start = encode(processor, *caption_question(frames.objects(frame), rng))
        none = np.zeros((0,), np.int64)
        return [
            FrameQuestion(
                slot, none, ids, start, np.zeros((0, frames.geometry.shape[1]), np.float32)
            )
        ]

    return sample


def mixed(parts: list[tuple[float, Sampler]]) -> Sampler:
    """One of several samplers per frame, by weight."""
    weights = np.array([weight for weight, _ in parts])

    def sample(slot: int, frame: int, rng: np.random.Generator) -> list[FrameQuestion]:
        return parts[rng.choice(len(parts), p=weights / weights.sum())][1](slot, frame, rng)

    return sample


def _rows(
    frames: CachedFrames, frame: int, object_ids: tuple[int, ...] | list[int]
) -> NDArray[np.int64]:
    """Rows of the cache's ragged arrays that hold these objects of a frame."""
    part = frames.regions(frame)
    row_of = {int(number): part.start + i for i, number in enumerate(frames.object_ids[part])}
    return np.array([row_of[number] for number in object_ids], np.int64)
