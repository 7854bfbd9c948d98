# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Questions as token batches, and the backward pass of the loss on their answers.

Questions about one frame share its image prefix: the prefix runs through the decoder once per
frame and its keys and values serve all of them, gradients included. Questions are sorted by length
and run a few at a time, because padding is the largest waste on a CPU.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from transformers import DynamicCache

from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration
from smolrgpt_ros.model.preprocessing.processor import SmolRGPTProcessor


@dataclass(frozen=True, eq=False)
class FrameQuestion:
    """One question with its answer, about one frame of a step.

    Args:
        slot: index of its frame in the step.
        rows: the frame's regions in the order of the question's ``<mask>`` s, ``(M,)``.
        ids: tokens of question and answer, without the image prefix.
        answer_start: index in ``ids`` of the answer's first token.
        geometry: ``(M, G)`` float32 raw region geometry, augmented for this question.
        has_depth: whether the regions have tokens of the depth picture.
    """

    slot: int
    rows: NDArray[np.int64]
    ids: list[int]
    answer_start: int
    geometry: NDArray[np.float32]
    has_depth: bool = True


@dataclass(frozen=True, eq=False)
class FrameTokens:
    """Picture tokens of one frame.

    Args:
        image: ``(N, D)``, of the whole picture.
        rgb: ``(M, D)``, of the regions in the RGB picture.
        depth: ``(M, D)``, in the depth picture; ``None`` for a model trained without it.
    """

    image: Tensor
    rgb: Tensor
    depth: Tensor | None


def encode(processor: SmolRGPTProcessor, question: str, answer: str) -> tuple[list[int], int]:
    """Tokens of a question and its answer without the image prefix, and where the answer starts."""
    prompt = processor.encode(processor.build_question(question))
    return prompt + processor.encode(f"{answer}<|im_end|>"), len(prompt)


def backpropagate_answers(
    model: SmolRGPTForConditionalGeneration,
    prefix_ids: list[int],
    examples: Sequence[FrameQuestion],
    frames: Sequence[FrameTokens] | None,
    *,
    together: int = 6,
) -> dict[str, float]:
    """Backpropagates the mean loss over all answer tokens, chunk by chunk.

    Args:
        model: its parameters that require gradients get them.
        prefix_ids: the prompt up to and with the image tokens.
        examples: of all the step's frames.
        frames: picture tokens per slot; ``None`` trains language on geometry alone: no picture in
            the prompt, zeros for the regions' picture tokens.
        together: examples of similar length that run at once; the others follow.

    Returns:
        ``loss`` and ``token_accuracy``.
    """
    ordered = sorted(examples, key=lambda example: len(example.ids))
    total = sum(len(e.ids) - e.answer_start for e in ordered)
    leaves = None if frames is None else [_detached(tokens) for tokens in frames]
    prefix = None if leaves is None else _prefix(model, prefix_ids, leaves)
    shared = None if prefix is None else [(_leaf(keys), _leaf(values)) for keys, values in prefix]
    loss_sum, correct = 0.0, 0
    for start in range(0, len(ordered), together):
        chunk = ordered[start : start + together]
        logits, targets = _answer_logits(model, prefix_ids, chunk, leaves, shared)
        loss = functional.cross_entropy(logits, targets, reduction="sum") / total
        loss.backward()
        loss_sum += float(loss.detach())
        correct += int((logits.argmax(-1) == targets).sum())
    if frames is not None and leaves is not None and prefix is not None and shared is not None:
        _backward_through(
            [t for pair in prefix for t in pair], [t for pair in shared for t in pair]
        )
        _backward_through(_tensors(frames), _tensors(leaves))
    return {"loss": loss_sum, "token_accuracy": correct / total}


def _leaf(tensor: Tensor) -> Tensor:
    """A leaf for the tensor: the graph before it is backpropagated once, not per chunk."""
    return tensor.detach().requires_grad_(tensor.requires_grad)


def _detached(tokens: FrameTokens) -> FrameTokens:
    depth = None if tokens.depth is None else _leaf(tokens.depth)
    return FrameTokens(_leaf(tokens.image), _leaf(tokens.rgb), depth)


def _tensors(frames: Sequence[FrameTokens]) -> list[Tensor]:
    parts = [t for frame in frames for t in (frame.image, frame.rgb, frame.depth)]
    return [t for t in parts if t is not None]


def _backward_through(outputs: Sequence[Tensor], leaves: Sequence[Tensor]) -> None:
    """Backpropagates the gradients gathered by the leaves through the graph of their outputs."""
    pairs = [
        (o, leaf.grad) for o, leaf in zip(outputs, leaves, strict=True) if leaf.grad is not None
    ]
    if pairs:
        torch.autograd.backward([o for o, _ in pairs], [g for _, g in pairs])


def _prefix(
    model: SmolRGPTForConditionalGeneration, ids: list[int], frames: Sequence[FrameTokens]
) -> list[tuple[Tensor, Tensor]]:
    """Keys and values of the image prefix, per layer, a row per frame."""
    tokens = torch.tensor([ids] * len(frames))
    embeds, _ = model.prompt_embedding.embed(tokens, [frame.image for frame in frames])
    cache = DynamicCache()
    model.language_model.model(inputs_embeds=embeds, past_key_values=cache, use_cache=True)
    return [(layer.keys, layer.values) for layer in cache.layers]


def _selected(shared: Sequence[tuple[Tensor, Tensor]], rows: list[int]) -> DynamicCache:
    index = torch.tensor(rows)
    chosen = DynamicCache()
    for number, (keys, values) in enumerate(shared):
        chosen.update(keys[index], values[index], number)
    return chosen


def _answer_logits(
    model: SmolRGPTForConditionalGeneration,
    prefix_ids: list[int],
    chunk: Sequence[FrameQuestion],
    frames: Sequence[FrameTokens] | None,
    prefix: Sequence[tuple[Tensor, Tensor]] | None,
) -> tuple[Tensor, Tensor]:
    head = [] if frames is not None else prefix_ids
    rows = [head + example.ids for example in chunk]
    longest = max(map(len, rows))
    pad = model.config.pad_token_id
    ids = torch.tensor([row + [pad] * (longest - len(row)) for row in rows])
    past = 0 if prefix is None else prefix[0][0].shape[2]
    mask = torch.zeros(len(rows), past + longest, dtype=torch.long)
    for number, row in enumerate(rows):
        mask[number, : past + len(row)] = 1

    def region_tokens(example: FrameQuestion, depth: bool) -> Tensor | None:
        if not len(example.rows):
            return None
        if frames is None:
            return torch.zeros(len(example.rows), model.config.text.hidden_size)
        frame = frames[example.slot]
        tokens = frame.depth if depth else frame.rgb
        return None if tokens is None else tokens[torch.from_numpy(example.rows)]

    embeds, _ = model.prompt_embedding.embed(
        ids,
        None,
        [region_tokens(e, depth=False) for e in chunk],
        [region_tokens(e, depth=True) if e.has_depth else None for e in chunk],
        [torch.from_numpy(e.geometry) if len(e.rows) else None for e in chunk],
    )
    hidden = model.language_model.model(
        inputs_embeds=embeds,
        attention_mask=mask,
        past_key_values=None if prefix is None else _selected(prefix, [e.slot for e in chunk]),
        use_cache=prefix is not None,
    ).last_hidden_state
    where, targets = [], []
    for number, example in enumerate(chunk):
        first = len(head) + example.answer_start
        positions = torch.arange(first - 1, len(rows[number]) - 1)
        where.append(number * longest + positions)
        targets.append(ids[number, first : len(rows[number])])
    chosen = hidden.flatten(0, 1)[torch.cat(where)]
    return model.language_model.lm_head(chosen), torch.cat(targets)
