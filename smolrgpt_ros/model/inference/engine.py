"""The engine: questions about frames in, answers out, from any thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.status import QueryError, Status

from ..architecture.smolrgpt import SmolRGPTForConditionalGeneration
from ..geometry_tokens.features import METRIC, frame_geometry
from ..preprocessing.processor import MASK, SmolRGPTProcessor
from .confidence import Calibration
from .frame_cache import FrameCache
from .fused_decoder import FusedDecoder
from .generator import GeneratedAnswer, Generator, PreparedQuestion
from .hardware import choose_device, choose_dtype, give_back_memory
from .quantisation import WEIGHTS, quantise
from .scheduler import Job, WaitingLine

LONGEST_WAIT_S = 120.0
"""Deadline of a question that brings none: no wait is without end."""


@dataclass(frozen=True)
class EngineAnswer:
    """What the model said.

    Args:
        text: without special tokens.
        token_ids: generated, without the end of turn.
        confidence: geometric mean of the tokens' probabilities, in [0, 1].
        vanished_masks: indexes of masks that were too small for the mask grid; they were pooled
            from the cells they lie in, with what is around them.
        latency_s: from the call to the answer.
        truncated: the answer was cut at ``max_new_tokens``.
        estimated: some region's geometry was not measured, and the model reads geometry.
    """

    text: str
    token_ids: tuple[int, ...]
    confidence: float
    vanished_masks: tuple[int, ...]
    latency_s: float
    truncated: bool
    estimated: bool = False


class SmolRGPTEngine:
    """Answers questions with one model on one worker thread.

    Thread-safe. Questions about the same frame that wait together run as one batch; features and
    the prompt's prefix are kept per frame. A failing model call is raised to its caller as
    ``QueryError(MODEL_ERROR)`` and the engine goes on.

    Args:
        model, processor: as saved together; the engine takes the model over.
        name: what to call it in answers.
        dtype: ``float32``, ``bfloat16``, ``float16`` or ``int8`` (see ``hardware``).
        threads: CPU threads of the worker; ``None`` leaves torch's own choice.
        static: decode at fixed addresses, as a CUDA graph on a GPU; ``None``: on a GPU.
        max_waiting: questions in the queue before callers get ``BUSY``.
        max_batch: questions that run together.
        cache_bytes: bound of the features kept.
        geometry: give the model the regions' geometry, where it takes it; zeros otherwise.
        depth: give the model the depth picture, where the frame has one.
        calibration: what confidence is worth, for who reads the answers; kept, not used here.
    """

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
        cache_bytes: int = 512 * 2**20,
        geometry: bool = True,
        depth: bool = True,
        calibration: Calibration | None = None,
    ) -> None:
        if threads is not None and threads < 1:
            raise ValueError(f"threads must be at least 1, found {threads}")
        model.eval().requires_grad_(False)
        if dtype == "int8":
            quantise(model.vision_tower)
        self.name, self.dtype, self.device = name, dtype, str(model.device)
        self.calibration = calibration
        self.canonical_prompts: bool = model.config.own_wording
        self._with_geometry, self._with_depth = geometry, depth
        self._processor = processor
        decoder = FusedDecoder(model.language_model, WEIGHTS.get(dtype))
        give_back_memory()
        static = model.device.type == "cuda" if static is None else static
        self._generator = Generator(model, decoder, processor, static)
        self._positions = model.config.text.max_position_embeddings
        self._region_names = model.config.region_names
        self._cache = FrameCache(cache_bytes)
        self._threads = threads
        self._line = WaitingLine(max_waiting, max_batch)
        self._worker = threading.Thread(target=self._work, name=f"{name}-engine", daemon=True)
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

        Raises:
            FileNotFoundError: if the folder is not there or lacks a file.
            ValueError: for a device or dtype this host does not have.
        """
        folder = Path(directory)
        if not (folder / "config.json").is_file():
            raise FileNotFoundError(f"{folder / 'config.json'} is missing; is it a model folder?")
        where = choose_device(device)
        number_format = choose_dtype(dtype, where)
        processor = SmolRGPTProcessor.from_pretrained(folder)
        model = SmolRGPTForConditionalGeneration.from_folder(
            folder, torch.bfloat16 if number_format == "bfloat16" else torch.float32
        )
        return cls(
            model.to(where),  # type: ignore[arg-type]
            processor,
            name=folder.resolve().name,
            dtype=number_format,
            threads=threads,
            calibration=Calibration.load(folder),
            **options,
        )

    # --- callers' side ---

    def answer(
        self,
        frame: RgbdFrame,
        masks: Sequence[NDArray[np.bool_]],
        prompt: str,
        *,
        max_new_tokens: int = 160,
        deadline_s: float | None = None,
        on_text: Callable[[str], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> EngineAnswer:
        """Ask about regions of a frame and wait for the answer.

        Args:
            frame: what was seen.
            masks: ``(H, W)`` bool, one per ``<mask>`` of the prompt, in order.
            prompt: the question.
            max_new_tokens: the answer is cut there.
            deadline_s: seconds from now; ``None`` is :data:`LONGEST_WAIT_S`.
            on_text: called in this thread with the text so far whenever it grew.
            cancelled: polled in this thread; true takes the question back.

        Raises:
            QueryError: ``BAD_QUESTION`` where prompt and masks do not fit, ``BUSY`` with a full
                queue, ``TIMEOUT`` at the deadline or when cancelled (``QueryCancelled``),
                ``MODEL_ERROR``.
        """
        started = time.monotonic()
        deadline = started + (LONGEST_WAIT_S if deadline_s is None else deadline_s)
        question = self._prepare(frame, masks, prompt)
        room = self._positions - len(self._generator.prefix_ids) - len(question.token_ids)
        if room < 1 or max_new_tokens < 1:
            raise QueryError(
                Status.BAD_QUESTION,
                f"the prompt has {len(question.token_ids)} tokens behind the picture and leaves "
                f"room for {min(room, max_new_tokens)} of an answer; ask a shorter question",
            )
        job = Job(frame, question, min(max_new_tokens, room), on_text is not None)
        self._line.submit(job)
        generated = job.wait(deadline, on_text, cancelled, self._worker.is_alive)
        return EngineAnswer(
            text=self._processor.decode(generated.token_ids),
            token_ids=tuple(generated.token_ids),
            confidence=generated.confidence,
            vanished_masks=question.vanished,
            latency_s=time.monotonic() - started,
            truncated=not generated.ended,
            estimated=_lacks_metres(question.geometry),
        )

    def prepare(self, frame: RgbdFrame) -> bool:
        """Compute a frame's features ahead of questions; does not wait.

        Returns:
            Whether it was taken on: not if a question is waiting. An older frame that still
            waits to be prepared gives way.
        """
        return self._line.prepare(frame)

    def close(self, timeout_s: float = 10.0) -> None:
        """Stop the worker; waiting questions fail with ``MODEL_ERROR``."""
        self._line.close()
        self._worker.join(timeout_s)

    def __enter__(self) -> SmolRGPTEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def cached_frames(self) -> int:
        """Frames whose features are kept."""
        return len(self._cache)

    def _prepare(
        self, frame: RgbdFrame, masks: Sequence[NDArray[np.bool_]], prompt: str
    ) -> PreparedQuestion:
        count = prompt.count(MASK)
        if count != len(masks):
            raise QueryError(
                Status.BAD_QUESTION,
                f"the prompt has {count} {MASK} placeholders, {len(masks)} masks were given",
            )
        if 0 < self._region_names < count:
            raise QueryError(
                Status.BAD_QUESTION,
                f"the model has names for {self._region_names} regions, the question has {count}; "
                "ask about fewer",
            )
        for index, mask in enumerate(masks):
            if mask.shape != (frame.height, frame.width):
                raise QueryError(
                    Status.BAD_QUESTION,
                    f"mask {index} is {mask.shape}, the frame {(frame.height, frame.width)}",
                )
        weights, vanished = self._processor.masks(masks)
        geometry = None
        if self._processor.options.geometry:
            rows = frame_geometry(frame.depth, frame.intrinsics, list(masks))
            geometry = torch.from_numpy(rows) * self._with_geometry
        return PreparedQuestion(
            self._processor.encode(self._processor.build_question(prompt)),
            weights,
            geometry,
            tuple(vanished.nonzero().flatten().tolist()),
        )

    # --- the worker's side ---

    def _work(self) -> None:
        if self._threads is not None:
            torch.set_num_threads(self._threads)
        while (batch := self._line.take()) is not None:
            self._serve(batch)

    def _serve(self, batch: list[Job]) -> None:
        """Run a batch; if it fails, each job by itself, so that one cannot take others along."""
        try:
            self._run(batch)
        except Exception as error:
            self._cache.clear()
            if len(batch) > 1:
                for job in batch:
                    self._serve([job])
                return
            for job in batch:
                message = f"the model failed: {type(error).__name__}: {error}"
                job.events.put(QueryError(Status.MODEL_ERROR, message))

    def _run(self, batch: list[Job]) -> None:
        jobs = [job for job in batch if not job.abandoned.is_set()]
        if not jobs:
            return
        features = self._cache.get(jobs[0].frame)
        if not self._with_depth:
            features.has_depth = False
        asked = [(job, job.question) for job in jobs if job.question is not None]
        with_regions = not asked or any(len(question.weights) for _, question in asked)
        self._generator.see(features, with_regions)
        self._cache.trim()
        if not asked:
            return
        longest = max(job.max_new_tokens for job, _ in asked)
        sent = [False] * len(asked)
        shown = [0] * len(asked)
        for answers in self._generator.generate(features, [q for _, q in asked], longest):
            for index, ((job, _), answer) in enumerate(zip(asked, answers, strict=True)):
                if sent[index]:
                    continue
                if answer.ended or answer.steps >= job.max_new_tokens:
                    job.events.put(GeneratedAnswer(**vars(answer)))
                    sent[index] = answer.ended = True
                elif job.abandoned.is_set():
                    sent[index] = answer.ended = True
                elif job.streams and len(answer.token_ids) > shown[index]:
                    shown[index] = len(answer.token_ids)
                    job.events.put(self._processor.decode(answer.token_ids))


def _lacks_metres(geometry: torch.Tensor | None) -> bool:
    return geometry is not None and bool((geometry[:, METRIC] == 0).any())
