# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Answers of the engine against plain ``generate``, and its behaviour when something fails."""

import copy
import threading
from itertools import pairwise

import pytest
import torch
from tiny_questions import QUESTIONS, ask_together, generate, logits_of, make_frame

from smolrgpt_ros.model.geometry_tokens.features import CLASS
from smolrgpt_ros.model.inference.decode_steps import GrowingSteps
from smolrgpt_ros.model.inference.engine import SmolRGPTEngine
from smolrgpt_ros.scene.status import QueryError, Status


@pytest.mark.parametrize("depth", [True, False])
def test_same_tokens_as_generate(either_engine, model, processor, depth):
    engine = either_engine
    frame = make_frame(depth=depth)
    for prompt, masks in QUESTIONS:
        answer = engine.answer(frame, masks, prompt, max_new_tokens=12)
        expected = generate(model, processor, frame, masks, prompt, 12)
        assert answer.token_ids == expected
        assert answer.text == processor.decode(expected)
        assert answer.truncated
    assert len(engine._frame_cache) == 1


def test_geometry_can_be_kept_from_the_model(model, processor):
    frame, (prompt, masks) = make_frame(), QUESTIONS[1]
    inputs = processor(frame.rgb, frame.depth, masks, prompt, frame.intrinsics)
    asked = inputs["input_ids"].shape[1]
    known = model.generate(**inputs, max_new_tokens=12, do_sample=False)[0, asked:]
    inputs["region_geometry"] = [torch.zeros_like(inputs["region_geometry"][0])]
    blind = model.generate(**inputs, max_new_tokens=12, do_sample=False)[0, asked:]
    with SmolRGPTEngine(copy.deepcopy(model), processor, threads=1, geometry=False) as engine:
        answer = engine.answer(frame, masks, prompt, max_new_tokens=12)
    assert answer.token_ids == tuple(blind.tolist()) != tuple(known.tolist())


def test_classes_that_the_model_knows_reach_it_by_their_labels(model, processor):
    frame = make_frame()
    prompt, masks = QUESTIONS[1]
    told = copy.deepcopy(model)
    told.config.question_labels = ["shelf", "pallet"]
    inputs = processor(frame.rgb, frame.depth, masks, prompt, frame.intrinsics)
    inputs["region_geometry"][0][:, CLASS] = torch.eye(8)[[1, 0]]
    with torch.no_grad():
        logits = told(**inputs).logits[0, -1]
    with SmolRGPTEngine(told, processor, threads=1) as engine:
        labelled = engine.answer(frame, masks, prompt, labels=["pallet", "shelf"], max_new_tokens=1)
        plain = engine.answer(frame, masks, prompt, max_new_tokens=1)
        unknown = engine.answer(frame, masks, prompt, labels=["crane"] * 2, max_new_tokens=1)
    assert labelled.token_ids == (int(logits.argmax()),)
    assert labelled.confidence == pytest.approx(float(logits.softmax(0).max()), rel=1e-4)
    assert unknown.confidence == pytest.approx(plain.confidence, rel=1e-5)
    assert labelled.confidence != pytest.approx(plain.confidence, rel=1e-3)


def test_the_depth_picture_can_be_kept_from_the_model(model, processor):
    frame, (prompt, masks) = make_frame(), QUESTIONS[1]
    inputs = processor(frame.rgb, frame.depth, masks, prompt, frame.intrinsics)
    inputs["depth_values"] = [None]
    asked = inputs["input_ids"].shape[1]
    blind = model.generate(**inputs, max_new_tokens=12, do_sample=False)[0, asked:]
    with SmolRGPTEngine(copy.deepcopy(model), processor, threads=1, depth=False) as engine:
        answer = engine.answer(frame, masks, prompt, max_new_tokens=12)
    assert answer.token_ids == tuple(blind.tolist())
    assert answer.token_ids != generate(model, processor, frame, masks, prompt, 12)


def test_confidence_is_the_geometric_mean_of_token_probabilities(engine, model, processor):
    frame, (prompt, masks) = make_frame(), QUESTIONS[1]
    answer = engine.answer(frame, masks, prompt, max_new_tokens=5)
    logits = logits_of(model, processor, frame, masks, prompt, answer.token_ids)
    chosen = logits.softmax(-1)[torch.arange(5), torch.tensor(answer.token_ids)]
    assert answer.confidence == pytest.approx(chosen.prod().item() ** (1 / 5), rel=1e-3)


def test_stops_at_the_end_of_a_turn(model, processor):
    frame, (prompt, masks) = make_frame(), QUESTIONS[0]
    ids = generate(model, processor, frame, masks, prompt, 6)
    ending = copy.deepcopy(model)
    ending.config.eos_token_id = ids[3]
    with SmolRGPTEngine(ending, processor) as engine:
        answer = engine.answer(frame, masks, prompt, max_new_tokens=6)
        others = [engine.answer(frame, m, p, max_new_tokens=6) for p, m in QUESTIONS[1:]]
    stop = ids.index(ids[3])
    assert answer.token_ids == ids[:stop]
    assert not answer.truncated
    assert all(ids[3] not in other.token_ids for other in others)


def test_an_error_of_the_caller_does_not_stay_in_the_engine(engine):
    frame, (prompt, masks) = make_frame(), QUESTIONS[0]

    def on_text(text):
        raise RuntimeError("screen broke")

    with pytest.raises(RuntimeError, match="screen broke"):
        engine.answer(frame, masks, prompt, max_new_tokens=50, on_text=on_text)
    assert engine.answer(frame, masks, prompt, max_new_tokens=3, deadline_s=60).token_ids


def test_a_failing_model_call_is_reported_and_the_engine_lives(engine, monkeypatch):
    frame, (prompt, masks) = make_frame(), QUESTIONS[0]
    original = GrowingSteps.step

    def fail(*_):
        raise RuntimeError("no memory")

    monkeypatch.setattr(GrowingSteps, "step", fail)
    with pytest.raises(QueryError, match="RuntimeError: no memory") as caught:
        engine.answer(frame, masks, prompt, max_new_tokens=3)
    assert caught.value.status is Status.MODEL_ERROR
    monkeypatch.setattr(GrowingSteps, "step", original)
    assert engine.answer(frame, masks, prompt, max_new_tokens=3).token_ids


def test_one_failing_question_does_not_fail_its_batch(engine, monkeypatch):
    frame = make_frame()
    original = engine._generator.prefill

    def fail_for_the_third(features, questions, max_new_tokens):
        if any(not question.regions for question in questions):
            raise RuntimeError("bad question")
        return original(features, questions, max_new_tokens)

    monkeypatch.setattr(engine._generator, "prefill", fail_for_the_third)
    results, _ = ask_together(engine, monkeypatch, frame, 4, max_new_tokens=3)
    failed = [number for number, result in results.items() if isinstance(result, QueryError)]
    assert failed == [2]


def test_text_streams_in_the_callers_thread_and_only_grows(engine):
    texts, threads = [], set()

    def on_text(text):
        texts.append(text)
        threads.add(threading.get_ident())

    prompt, masks = QUESTIONS[1]
    answer = engine.answer(make_frame(), masks, prompt, max_new_tokens=9, on_text=on_text)
    assert threads == {threading.get_ident()}
    assert len(texts) >= 5
    assert all(len(a) <= len(b) for a, b in pairwise(texts))
    assert answer.text.startswith(texts[-1])


def test_a_closed_engine_says_so(model, processor):
    engine = SmolRGPTEngine(copy.deepcopy(model), processor)
    engine.close()
    with pytest.raises(QueryError, match="closed") as caught:
        engine.answer(make_frame(), [], "What?")
    assert caught.value.status is Status.MODEL_ERROR


def test_loads_a_saved_folder(model, processor, tmp_path):
    model.save_pretrained(tmp_path / "mini")
    processor.save_pretrained(tmp_path / "mini")
    with SmolRGPTEngine.load(tmp_path / "mini", device="cpu", threads=1) as engine:
        assert (engine.name, engine.device) == ("mini", "cpu")
        prompt, masks = QUESTIONS[0]
        if engine.dtype == "float32":
            expected = generate(model, processor, make_frame(), masks, prompt, 5)
            answer = engine.answer(make_frame(), masks, prompt, max_new_tokens=5)
            assert answer.token_ids == expected
    with pytest.raises(FileNotFoundError, match=r"config\.json"):
        SmolRGPTEngine.load(tmp_path)
