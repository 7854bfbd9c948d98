# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Questions of a training step, drawn from the frames' truth: a sampler for each kind."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.model.geometry_tokens.features import IN_IMAGE
from smolrgpt_ros.model.preprocessing.processor import SmolRGPTProcessor
from smolrgpt_ros.simulation.questions.questions import KINDS, generate_questions

from .batches import FrameQuestion, encode
from .descriptions import caption_question, region_question
from .frames import CachedFrames
from .geometry_augmentation import perturb_geometry
from .text_augmentation import augment_text

Sampler = Callable[[int, int, np.random.Generator], list[FrameQuestion]]
"""``(slot, frame, rng)`` -> the questions of one frame."""

_CANONICAL = 0.6
"""Share of frames whose questions are canonical prompts, as the node sends them."""


def answers(
    frames: CachedFrames,
    processor: SmolRGPTProcessor,
    count: int,
    *,
    without_geometry: float,
    without_depth: float,
    kinds: tuple[str, ...] = KINDS,
) -> Sampler:
    """Questions of the four kinds with their answers.

    Args:
        count: questions a frame.
        without_geometry: share of questions whose regions have picture tokens alone.
        without_depth: share of questions with the inputs of a camera without depth.
        kinds: kinds of questions; one that occurs twice is drawn twice as often.
    """

    def sample(slot: int, frame: int, rng: np.random.Generator) -> list[FrameQuestion]:
        truth = frames.truths[frame]
        # One more than needed: not every frame has a question of every kind.
        order = [kinds[i] for i in rng.permutation(len(kinds))[: count + 1]]
        canonical = rng.random() < _CANONICAL
        phrasing = "canonical" if canonical else "train"
        asked = generate_questions(truth, rng, order, per_kind=1, phrasing=phrasing)
        made = []
        for question in asked[:count]:
            rows = _rows(frames, frame, question.object_ids)
            draw = rng.random()
            geometry = perturb_geometry(frames.geometry[rows], rng)
            has_depth = True
            if draw < without_geometry:
                geometry[:] = 0
            elif draw < without_geometry + without_depth:
                geometry[:, ~np.array(IN_IMAGE)] = 0
                has_depth = False
            text = question.text if canonical else augment_text(question.text, rng)
            ids, start = encode(processor, text, question.answer)
            local = rows - frames.regions(frame).start
            made.append(FrameQuestion(slot, local, ids, start, geometry, has_depth=has_depth))
        return made

    return sample


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
        items = frames.truths[frame].regions
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
        ids, start = encode(processor, *caption_question(frames.truths[frame], rng))
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
