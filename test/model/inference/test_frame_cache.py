# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Features kept per frame: within a memory bound, and never another frame's."""

import copy

from tiny_questions import CAMERA, QUESTIONS, box, generate, make_frame

from smolrgpt_ros.model.architecture.vision_encoder import VisionEncoder
from smolrgpt_ros.model.inference.engine import SmolRGPTEngine
from smolrgpt_ros.scene.frame import RgbdFrame


def test_frames_are_kept_within_the_memory_bound(model, processor, monkeypatch):
    frames = [make_frame(seed) for seed in range(4)]
    with SmolRGPTEngine(copy.deepcopy(model), processor, cache_bytes=1) as engine:
        for frame in frames:
            engine.answer(frame, [], "What?", max_new_tokens=2)
        assert len(engine._frame_cache) == 1
    with SmolRGPTEngine(copy.deepcopy(model), processor) as engine:
        towers = []
        original = VisionEncoder.encode

        def counted(encoder, pictures):
            towers.append(len(pictures))
            return original(encoder, pictures)

        monkeypatch.setattr(VisionEncoder, "encode", counted)
        for _ in range(3):
            engine.answer(frames[0], [box(5, 5)], "<mask>", max_new_tokens=2)
        assert towers == [2]  # RGB and depth together, once
        engine.answer(frames[1], [], "What?", max_new_tokens=2)
        assert towers == [2, 1]  # no mask, no depth


def test_same_stamp_is_not_the_same_frame(engine, model, processor):
    first, second = make_frame(0), make_frame(1)
    twin = RgbdFrame(second.rgb, second.depth, CAMERA, first.stamp_ns, first.frame_id)
    prompt, masks = QUESTIONS[1]
    engine.answer(first, masks, prompt, max_new_tokens=6)
    answer = engine.answer(twin, masks, prompt, max_new_tokens=6)
    assert answer.token_ids == generate(model, processor, twin, masks, prompt, 6)
