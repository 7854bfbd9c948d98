# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Questions for the tiny model of test/model, and their answers by transformers alone."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration
from smolrgpt_ros.model.inference.engine import EngineAnswer, SmolRGPTEngine
from smolrgpt_ros.model.inference.scheduler import EngineRequest
from smolrgpt_ros.model.preprocessing.processor import SmolRGPTProcessor
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.status import QueryError

CAMERA = CameraIntrinsics(width=80, height=60, fx=70.0, fy=70.0, cx=40.0, cy=30.0)


def make_frame(seed: int = 0, depth: bool = True) -> RgbdFrame:
    """A frame of noise, 80x60."""
    rng = np.random.default_rng(seed)
    return RgbdFrame(
        rgb=rng.integers(0, 256, (60, 80, 3)).astype(np.uint8),
        depth=rng.uniform(1, 5, (60, 80)).astype(np.float32) if depth else None,
        intrinsics=CAMERA,
        stamp_ns=seed,
        frame_id="camera",
    )


def box(row: int, column: int, height: int = 20, width: int = 15) -> NDArray[np.bool_]:
    """A mask of one rectangle."""
    mask = np.zeros((60, 80), bool)
    mask[row : row + height, column : column + width] = True
    return mask


QUESTIONS: list[tuple[str, list[NDArray[np.bool_]]]] = [
    ("Is <mask> left?", [box(5, 6)]),
    ("How many boxes are in <mask> and in <mask>, say?", [box(30, 40), box(2, 60)]),
    ("What is this?", []),
    ("<mask>", [box(20, 20, 30, 40)]),
]


def generate(
    model: SmolRGPTForConditionalGeneration,
    processor: SmolRGPTProcessor,
    frame: RgbdFrame,
    masks: list[NDArray[np.bool_]],
    prompt: str,
    count: int,
) -> tuple[int, ...]:
    """Token ids of an answer through transformers alone."""
    inputs = processor(frame.rgb, frame.depth, masks, prompt, frame.intrinsics)
    with torch.no_grad():
        ids = model.generate(**inputs, max_new_tokens=count, do_sample=False)
    return tuple(ids[0, inputs["input_ids"].shape[1] :].tolist())


@torch.no_grad()
def logits_of(
    model: SmolRGPTForConditionalGeneration,
    processor: SmolRGPTProcessor,
    frame: RgbdFrame,
    masks: list[NDArray[np.bool_]],
    prompt: str,
    answer: tuple[int, ...] | list[int],
) -> torch.Tensor:
    """Logits of an answer in one pass without a cache; placeholders in it are words."""
    inputs = processor(frame.rgb, frame.depth, masks, prompt, frame.intrinsics)
    patches = model.vision_encoder.encode(inputs["pixel_values"])
    depth = None if frame.depth is None else model.vision_encoder.encode(inputs["depth_values"])
    found = model.vision_encoder.picture_tokens(patches, depth, inputs["region_masks"])[0]
    embeds, _ = model.prompt_embedding.embed(
        inputs["input_ids"], [found.image], [found.rgb], [found.depth], inputs["region_geometry"]
    )
    words = model.get_input_embeddings()(torch.tensor([answer]))
    return model(inputs_embeds=torch.cat((embeds, words), 1)).logits[0, -len(answer) - 1 : -1]


def ask_together(
    engine: SmolRGPTEngine,
    monkeypatch: pytest.MonkeyPatch,
    frame: RgbdFrame,
    count: int,
    **options: Any,
) -> tuple[dict[int, EngineAnswer | QueryError], list[int]]:
    """Hold the worker until all questions wait; answers or errors by question, sizes of batches."""
    gate, entered, original = threading.Event(), threading.Event(), engine._run
    results: dict[int, EngineAnswer | QueryError] = {}
    batches: list[int] = []

    def run(batch: list[EngineRequest]) -> None:
        entered.set()
        gate.wait(30)
        batches.append(len(batch))
        original(batch)

    def ask(number: int) -> None:
        prompt, masks = QUESTIONS[number % len(QUESTIONS)]
        try:
            results[number] = engine.answer(frame, masks, prompt, **options)
        except QueryError as error:
            results[number] = error

    monkeypatch.setattr(engine, "_run", run)
    threads = [threading.Thread(target=ask, args=(n,)) for n in range(count)]
    threads[0].start()
    assert entered.wait(30)
    for thread in threads[1:]:
        thread.start()
    stop = time.monotonic() + 30
    while len(engine._scheduler) + len(results) < count - 1 and time.monotonic() < stop:
        time.sleep(0.001)
    gate.set()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return results, batches


def recorded_logits(monkeypatch: pytest.MonkeyPatch, engine: SmolRGPTEngine) -> list[torch.Tensor]:
    """A list that grows by the logits ``(B, V)`` of each of the engine's steps."""
    decoder = engine._generator.decoder
    original, recorded = decoder.logits, list[torch.Tensor]()

    def logits(hidden: torch.Tensor) -> torch.Tensor:
        found = original(hidden)
        recorded.append(found[:, 0])  # of one token: nothing is guessed before an answer has ended
        return found

    monkeypatch.setattr(decoder, "logits", logits)
    return recorded
