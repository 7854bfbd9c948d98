# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Smaller number formats stay close to float32."""

import copy

import pytest
from tiny_questions import QUESTIONS, logits_of, make_frame, recorded_logits

from smolrgpt_ros.model.inference.engine import SmolRGPTEngine


@pytest.mark.parametrize(
    ("dtype", "bound"), [("int8", 1.0), ("float16", 0.01), ("emulated bfloat16", 1.0)]
)
def test_smaller_number_formats_stay_close(model, processor, tmp_path, monkeypatch, dtype, bound):
    model.save_pretrained(tmp_path)
    processor.save_pretrained(tmp_path)
    frame, (prompt, masks) = make_frame(), QUESTIONS[1]
    if dtype == "emulated bfloat16":  # load() gives it only to hardware that has it
        engine = SmolRGPTEngine(copy.deepcopy(model).bfloat16(), processor, dtype="bfloat16")
    else:
        engine = SmolRGPTEngine.load(tmp_path, device="cpu", dtype=dtype)
    with engine:
        recorded = recorded_logits(monkeypatch, engine)
        answer = engine.answer(frame, masks, prompt, max_new_tokens=1)
        assert engine.dtype in dtype
    expected = logits_of(model, processor, frame, masks, prompt, answer.token_ids)
    error = (recorded[0] - expected).abs().max().item()
    assert 0 < error < bound * expected.std().item()
