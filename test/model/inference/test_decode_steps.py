# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Decoding a batch behind a cached prefix, with a growing and a static cache."""

import torch
from tiny_questions import QUESTIONS, logits_of, make_frame, recorded_logits

from smolrgpt_ros.model.inference.frame_regions import FrameRegions
from smolrgpt_ros.model.inference.question_inputs import question_inputs


def test_a_batch_behind_a_cached_prefix_has_the_uncached_logits(
    either_engine, model, processor, monkeypatch
):
    engine = either_engine
    frame = make_frame()
    generator = engine._generator
    recorded = recorded_logits(monkeypatch, engine)
    features = engine._frame_cache.get(frame)
    generator.encode_frame(features, with_regions=True)
    regions = FrameRegions(engine._processor, frame)
    prepared = [question_inputs(regions, masks, prompt) for prompt, masks in QUESTIONS]
    answers = list(generator.generate(features, prepared, [8] * len(prepared)))[-1]
    for index, (prompt, masks) in enumerate(QUESTIONS):
        ids = answers[index].token_ids
        assert len(ids) == 8  # none ended, so every step has every row
        expected = logits_of(model, processor, frame, masks, prompt, ids)
        assert (torch.stack([step[index] for step in recorded]) - expected).abs().max() < 1e-4
