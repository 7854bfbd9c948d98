# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The engine on the device: CUDA graphs, threads, memory given back, memory that runs out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING
from unittest.mock import patch

from smolrgpt_ros.scene.status import QueryError, Status

from ..device import chosen_device, give_back, megabytes
from ..options import CheckOptions
from ..record import Record
from ..stored_questions import StoredQuestion, read_questions
from .decoding import Ways, compare_steps, full_size_ways, mini_ways

if TYPE_CHECKING:
    import torch

    from smolrgpt_ros.model.inference.engine import SmolRGPTEngine

LEFT_BEHIND = 160 * 2**20
"""Bytes that may stay after an engine is closed: the libraries' work spaces, one for each thread
and stream; the engine's weights alone are 950 MiB."""
THREADS, QUESTIONS_EACH = 3, 4
BATCHES = (1, 4, 16)


def run(options: CheckOptions, record: Record) -> None:
    """Decoding steps, then an engine's life."""
    questions = read_questions(options.questions)
    device = chosen_device(options)
    _decoding(options, device, questions, record)
    _life(options, device, questions, record)
    give_back(device)
    _memory_given_back(options, device, questions[0], record)
    record.conclude("graphs, threads, out of memory, memory given back")


def _decoding(
    options: CheckOptions,
    device: torch.device,
    questions: Sequence[StoredQuestion],
    record: Record,
) -> None:
    name = "CUDA graph" if device.type == "cuda" else "fixed addresses without a graph (no GPU)"
    # The mini in float32 has trained weights; the full size in bfloat16 has the kernels to run.
    models: list[Callable[[torch.device], Ways]] = [partial(mini_ways, options.mini)]
    if not options.small:
        models.append(full_size_ways)
    for make in models:
        ways = make(device)
        for batch in BATCHES:
            found = compare_steps(ways, questions, batch, 6 if options.small else 24)
            graph = found.recorded or device.type == "cpu"
            record.check(
                f"{name} against eager steps, {ways.name}, batch {batch}",
                graph and found.different == 0,
                f"{found.equal} tokens equal, {found.ties} ties, {found.different} different; "
                f"log-probabilities within {found.largest:.1g}; prompts of {found.lengths} tokens"
                + ("" if graph else "; no graph was recorded, the log says why"),
            )
        del ways
        give_back(device)


def _life(
    options: CheckOptions,
    device: torch.device,
    questions: Sequence[StoredQuestion],
    record: Record,
) -> None:
    from smolrgpt_ros.model.inference.engine import SmolRGPTEngine

    with SmolRGPTEngine.load(options.mini, str(device), "float32") as engine:
        count = THREADS * (1 if options.small else QUESTIONS_EACH)
        asked = questions[:: len(questions) // count][:count]
        alone = [_ask(engine, question) for question in asked]
        with _busy_neighbour(device):
            together = _ask_from_threads(engine, asked)
        same = sum(a == b for a, b in zip(alone, together, strict=True))
        # Batches round differently: where two tokens are about as likely, another may win.
        record.check(
            f"{THREADS} threads ask while another uses the device",
            same >= len(asked) - 1,
            f"{same} of {len(asked)} answers as when asked alone",
        )
        _out_of_memory(engine, device, asked[0], alone[0], record)


def _ask(engine: SmolRGPTEngine, question: StoredQuestion, tokens: int = 100) -> tuple[int, ...]:
    answer = engine.answer(
        question.frame,
        list(question.masks),
        question.text,
        labels=question.labels,
        max_new_tokens=tokens,
        deadline_s=60.0,
    )
    return answer.token_ids


def _ask_from_threads(
    engine: SmolRGPTEngine, questions: Sequence[StoredQuestion]
) -> list[tuple[int, ...]]:
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(lambda question: _ask(engine, question), questions, timeout=120.0))


@contextmanager
def _busy_neighbour(device: torch.device) -> Iterator[None]:
    """Another thread that allocates and computes, as a detector's does, while graphs are made."""
    import torch

    over = threading.Event()

    def work() -> None:
        number = 0
        while not over.is_set():
            side = 64 + 64 * (number % 32)
            square = torch.rand(side, side, device=device)
            (square @ square).sum().item()
            number += 1
            time.sleep(0.005)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(10.0)


def _out_of_memory(
    engine: SmolRGPTEngine,
    device: torch.device,
    question: StoredQuestion,
    wanted: tuple[int, ...],
    record: Record,
) -> None:
    """Let memory run out under the engine's questions, then give it back and ask again."""
    outcomes = (
        _provoked_on_gpu(engine, device, question)
        if device.type == "cuda"
        else _provoked_by_stand_in(engine, question)
    )
    how = "the allocator refused" if device.type == "cuda" else "stand-in: the error is raised"
    record.check(
        "out of memory is an answer or MODEL_ERROR",
        all(outcome in ("answered", Status.MODEL_ERROR.name) for outcome in outcomes)
        and "nothing refused" not in outcomes,
        f"{how}; {', '.join(sorted(set(outcomes)))}",
    )
    again = _ask(engine, question)
    record.check(
        "the engine answers again", again == wanted, "same answer" if again == wanted else "another"
    )


def _outcome(engine: SmolRGPTEngine, question: StoredQuestion, tokens: int) -> str:
    try:
        _ask(engine, question, tokens)
    except QueryError as error:
        return error.status.name
    return "answered"


def _provoked_on_gpu(
    engine: SmolRGPTEngine, device: torch.device, question: StoredQuestion
) -> list[str]:
    import torch

    torch.cuda.synchronize(device)
    torch.cuda.empty_cache()
    refused = torch.cuda.memory_stats(device).get("num_ooms", 0)
    total = torch.cuda.get_device_properties(device).total_memory
    torch.cuda.set_per_process_memory_fraction(
        (torch.cuda.memory_reserved(device) + 2**20) / total, device
    )
    try:
        # Together these need a larger cache of keys and values than any before.
        with ThreadPoolExecutor(8) as pool:
            outcomes = list(
                pool.map(lambda _: _outcome(engine, question, 600), range(8), timeout=120.0)
            )
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0, device)
    if torch.cuda.memory_stats(device).get("num_ooms", 0) == refused:
        outcomes.append("nothing refused")
    return outcomes


def _provoked_by_stand_in(engine: SmolRGPTEngine, question: StoredQuestion) -> list[str]:
    import torch

    from smolrgpt_ros.model.inference.generator import Generator

    error = torch.OutOfMemoryError("stand-in for a GPU without memory")
    with patch.object(Generator, "encode_frame", side_effect=error):
        return [_outcome(engine, question, 10)]


def _memory_given_back(
    options: CheckOptions, device: torch.device, question: StoredQuestion, record: Record
) -> None:
    """Close an engine of the published size and see what stays, as a node's deactivation does."""
    before = _allocated(device)
    used = _used_by_an_engine(options, device, question)
    give_back(device)
    alive = [thread.name for thread in threading.enumerate() if "engine" in thread.name]
    record.check("a closed engine's thread has ended", not alive, f"{len(alive)} alive")
    if device.type == "cpu":
        record.skip("memory given back", "there is no GPU")
        return
    import torch

    left, held = _allocated(device) - before, torch.cuda.memory_reserved(device)
    record.check(
        "memory given back by a closed engine",
        left <= LEFT_BEHIND,
        f"{megabytes(used - before)} while it answered, {megabytes(max(0, left))} after it was "
        f"closed; {megabytes(held)} held in all",
    )


def _used_by_an_engine(
    options: CheckOptions, device: torch.device, question: StoredQuestion
) -> int:
    """Bytes in use while an engine with random weights lives."""
    import torch

    from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration
    from smolrgpt_ros.model.bench.case import bench_config, bench_processor
    from smolrgpt_ros.model.inference.engine import SmolRGPTEngine

    torch.manual_seed(0)
    with device:
        model = SmolRGPTForConditionalGeneration(bench_config(options.size))
    dtype = "float32" if device.type == "cpu" else "bfloat16"
    model = model.to(torch.bfloat16) if dtype == "bfloat16" else model
    with SmolRGPTEngine(model, bench_processor(model.config), dtype=dtype) as engine:
        _ask(engine, question, 20)
        return _allocated(device)


def _allocated(device: torch.device) -> int:
    import torch

    return int(torch.cuda.memory_allocated(device)) if device.type == "cuda" else 0
