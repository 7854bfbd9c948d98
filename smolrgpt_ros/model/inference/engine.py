# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The engine: questions about frames in, answers out, from any thread.

The way of a question: :meth:`SmolRGPTEngine.answer` turns it into the model's inputs
(``question_inputs``), queues it (``scheduler``) and waits. The worker thread takes the oldest
question and others about the same frame as one batch, looks up the frame's features
(``frame_cache``) or computes them, and decodes all answers together (``generator``, on the
``fused_decoder``), step by step (``decode_steps``). Each caller gets its text as it grows, and
then an :class:`EngineAnswer`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from smolrgpt_ros.language.trained_questions import TrainedOn
from smolrgpt_ros.runtime.devices import choose_device
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.status import QueryError, Status

from ..architecture.config import SmolRGPTConfig
from ..architecture.smolrgpt import SmolRGPTForConditionalGeneration
from ..checkpoints.loading import load_model
from ..preprocessing.processor import SmolRGPTProcessor
from .confidence import Calibration
from .frame_cache import FrameCache
from .frame_regions import FrameRegions
from .fused_decoder import FusedDecoder
from .generator import Generator
from .hardware import choose_dtype, floating_type, release_unused_memory
from .quantisation import WEIGHTS, quantise_tower
from .question_inputs import question_inputs
from .scheduler import EngineRequest, Scheduler

DEFAULT_DEADLINE_S = 120.0
"""Deadline of a question that brings none: every wait ends."""


@dataclass(frozen=True)
class EngineAnswer:
    """A generated answer.

    Args:
        text: without special tokens.
        token_ids: generated, without the end of turn.
        confidence: geometric mean of the tokens' probabilities, in [0, 1].
        vanished_masks: indexes of masks that were too small for the mask grid; their tokens come
            from the cells they lie in and so include their surroundings.
        latency_s: from the call to the answer.
        truncated: the answer was cut at ``max_new_tokens``.
        estimated: some region's geometry was not measured, and the model reads geometry.
        steps: of the decoder; fewer than tokens where guesses of them were right (``drafts``).
    """

    text: str
    token_ids: tuple[int, ...]
    confidence: float
    vanished_masks: tuple[int, ...]
    latency_s: float
    truncated: bool
    estimated: bool
    steps: int


_FRAMES_KEPT = 2
"""Frames whose floor and regions are not measured again for a further question."""
_LONGEST, _LONGEST_OF_FORMS = 160, 288
"""Tokens of an answer, and of one with lists of many regions, as models that list their forms give.
"""


@dataclass(frozen=True)
class DecodingWork:
    """Answers decoded so far: their tokens, ends of turn included, and the decoder's steps."""

    tokens: int = 0
    steps: int = 0


class SmolRGPTEngine:
    """Answers questions with one model on one worker thread.

    Thread-safe. Questions about the same frame that wait together run as one batch; features and
    the prompt's prefix are kept per frame. A failing model call is raised to its caller as
    ``QueryError(MODEL_ERROR)`` and the engine goes on.

    Args:
        model, processor: as saved together; the engine changes the model in place.
        name: of the model in answers.
        dtype: ``float32``, ``bfloat16``, ``float16`` or ``int8`` (see ``hardware``).
        threads: CPU threads of the worker; ``None`` leaves torch's own choice.
        static: decode at fixed addresses, as a CUDA graph on a GPU; ``None``: on a GPU.
        max_waiting: questions in the queue before callers get ``BUSY``.
        max_batch: most questions that run together.
        cache_bytes: bound of the features kept.
        geometry: give the model the regions' geometry, where it takes it; zeros otherwise.
        depth: give the model the depth picture, where the frame has one.
        drafts: check guesses from earlier answers, several tokens in a step; the answers stay.
        calibration: of the model's confidence, for readers of its answers; not applied here.

    Attributes:
        trained_on: forms of questions that the model lists, ``None`` where it lists none.
        work: what was decoded since the engine was made.
    """

    name: str
    device: str
    dtype: str
    calibration: Calibration | None
    trained_on: TrainedOn | None
    work: DecodingWork

    def __init__(
        self,
        model: SmolRGPTForConditionalGeneration,
        processor: SmolRGPTProcessor,
        *,
        name: str = "smolrgpt",
        dtype: str = "float32",
        threads: int | None = None,
        static: bool | None = None,
        max_waiting: int = 16,
        max_batch: int = 8,
        cache_bytes: int = 16 * 2**20,
        geometry: bool = True,
        depth: bool = True,
        drafts: bool = True,
        calibration: Calibration | None = None,
    ) -> None:
        if threads is not None and threads < 1:
            raise ValueError(f"threads must be at least 1, found {threads}")
        model.eval().requires_grad_(False)
        quantise_tower(model.vision_tower, dtype)
        self.name, self.dtype, self.device = name, dtype, str(model.device)
        self.calibration, self.work = calibration, DecodingWork()
        self.trained_on = trained_on(model.config)
        self._with_depth = depth
        self._max_positions: int = model.config.text.max_position_embeddings
        self._region_names = model.config.region_names
        self._processor = processor
        decoder = FusedDecoder(model.language_model, WEIGHTS.get(dtype))
        release_unused_memory()
        static = model.device.type == "cuda" if static is None else static
        self._generator = Generator(model, decoder, processor, static, drafts)
        self._frame_cache = FrameCache(cache_bytes)
        classes = tuple(model.config.question_labels)
        self._regions_of = lru_cache(maxsize=_FRAMES_KEPT)(
            lambda frame: FrameRegions(processor, frame, classes, geometry)
        )
        self._scheduler = Scheduler(max_waiting, max_batch)
        self._threads = threads
        self._last_step_s: float | None = None
        self._worker = threading.Thread(target=self._run_worker, name=f"{name}-engine", daemon=True)
        self._worker.start()

    @classmethod
    def load(
        cls,
        directory: str | Path,
        device: str = "auto",
        dtype: str = "auto",
        threads: int | None = None,
        **options: Any,
    ) -> SmolRGPTEngine:
        """The engine of a saved model; nothing is fetched from a network.

        Args:
            directory: with the model and its processor.
            device: see :func:`.choose_device`.
            dtype: see :func:`.choose_dtype`.
            threads, options: as of the class.

        Raises:
            FileNotFoundError: if the folder or a file of it is missing.
            ValueError: for a device or dtype this host does not have.
        """
        folder = Path(directory)
        if not (folder / "config.json").is_file():
            raise FileNotFoundError(f"{folder / 'config.json'} is missing; is it a model folder?")
        chosen_device = choose_device(device)
        chosen_dtype = choose_dtype(dtype, chosen_device, folder)
        processor = SmolRGPTProcessor.from_pretrained(folder)
        model = load_model(folder, floating_type(chosen_dtype, chosen_device))
        return cls(
            model.to(chosen_device),
            processor,
            name=folder.resolve().name,
            dtype=chosen_dtype,
            threads=threads,
            calibration=Calibration.load(folder),
            **options,
        )

    def answer(
        self,
        frame: RgbdFrame,
        masks: Sequence[NDArray[np.bool_]],
        prompt: str,
        *,
        labels: Sequence[str] | None = None,
        max_new_tokens: int | None = None,
        deadline_s: float | None = None,
        on_text: Callable[[str], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> EngineAnswer:
        """Ask about regions of a frame and wait for the answer.

        Args:
            frame: of the question.
            masks: ``(H, W)`` bool, one per ``<mask>`` of the prompt, in order.
            prompt: the question.
            labels: the class of each mask's region; ``None`` where none is known.
            max_new_tokens: the answer is cut there; ``None``: beyond the longest that is usual.
            deadline_s: seconds from now; ``None`` is :data:`DEFAULT_DEADLINE_S`.
            on_text: called in this thread with the text so far whenever it grew.
            cancelled: polled in this thread; true cancels the question.

        Raises:
            QueryError: ``BAD_QUESTION`` where prompt and masks do not fit, ``BUSY`` with a full
                queue, ``TIMEOUT`` at the deadline or when cancelled (``QueryCancelled``),
                ``MODEL_ERROR``.
        """
        started = time.monotonic()
        deadline = started + (DEFAULT_DEADLINE_S if deadline_s is None else deadline_s)
        question = question_inputs(
            self._regions_of(frame), masks, prompt, self._region_names, labels
        )
        length = len(self._generator.prefix_ids) + len(question.token_ids)
        room = self._max_positions - length
        if max_new_tokens is None:
            max_new_tokens = _LONGEST if self.trained_on is None else _LONGEST_OF_FORMS
        if room < 1 or max_new_tokens < 1:
            raise QueryError(
                Status.BAD_QUESTION,
                f"the prompt has {len(question.token_ids)} tokens behind the picture and leaves "
                f"room for {min(room, max_new_tokens)} of an answer; ask a shorter question",
            )
        request = EngineRequest(
            frame, question, min(max_new_tokens, room), streams=on_text is not None
        )
        self._scheduler.submit(request)
        decoded = request.wait(deadline, on_text, cancelled, self._worker.is_alive)
        return EngineAnswer(
            text=self._processor.decode(decoded.token_ids),
            token_ids=tuple(decoded.token_ids),
            confidence=decoded.confidence,
            vanished_masks=question.vanished,
            latency_s=time.monotonic() - started,
            truncated=not decoded.ended,
            estimated=question.estimated,
            steps=decoded.steps,
        )

    @property
    def busy_s(self) -> float:
        """Seconds since the last step of the answers at hand; 0 while there are none."""
        since = self._last_step_s
        return 0.0 if since is None else time.monotonic() - since

    def close(self, timeout_s: float = 10.0) -> None:
        """Stop the worker; waiting questions fail with ``MODEL_ERROR``. One that hangs is left."""
        self._scheduler.close()
        self._worker.join(timeout_s)

    def __enter__(self) -> SmolRGPTEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- in the worker's thread ---

    def _run_worker(self) -> None:
        if self._threads is not None:
            torch.set_num_threads(self._threads)
        while (batch := self._scheduler.next_batch()) is not None:
            self._last_step_s = time.monotonic()
            self._serve(batch)
            self._last_step_s = None

    def _serve(self, batch: list[EngineRequest]) -> None:
        """Run a batch; if it fails, each request alone, so that one cannot fail the others."""
        try:
            self._run(batch)
        except Exception as error:
            self._frame_cache.clear()
            if len(batch) > 1:
                for request in batch:
                    self._serve([request])
                return
            for request in batch:
                message = f"the model failed: {type(error).__name__}: {error}"
                request.events.put(QueryError(Status.MODEL_ERROR, message))

    def _run(self, batch: list[EngineRequest]) -> None:
        """Answer requests about one frame; each event goes to its caller at once."""
        requests = [request for request in batch if not request.abandoned.is_set()]
        if not requests:
            return
        features = self._frame_cache.get(requests[0].frame)
        if not self._with_depth:
            features.has_depth = False
        questions = [request.question for request in requests]
        self._generator.encode_frame(features, any(q.regions for q in questions))
        self._frame_cache.trim()
        limits = [request.max_new_tokens for request in requests]
        streamed = [0] * len(requests)
        for answers in self._generator.generate(features, questions, limits):
            self._last_step_s = time.monotonic()
            for index, (request, answer) in enumerate(zip(requests, answers, strict=True)):
                if answer.stopped:
                    continue
                if answer.finished:
                    answer.stopped = True
                    self.work = DecodingWork(
                        self.work.tokens + answer.tokens, self.work.steps + answer.steps
                    )
                    request.events.put(answer)
                elif request.abandoned.is_set():
                    answer.stopped = True
                elif request.streams and len(answer.token_ids) > streamed[index]:
                    streamed[index] = len(answer.token_ids)
                    request.events.put(self._processor.decode(answer.token_ids))


def trained_on(config: SmolRGPTConfig) -> TrainedOn | None:
    """What a model says that it was trained on; ``None`` for one that does not."""
    if not config.question_forms:
        return None
    forms, labels = frozenset(config.question_forms), frozenset(config.question_labels)
    return TrainedOn(forms, labels, config.region_names)
