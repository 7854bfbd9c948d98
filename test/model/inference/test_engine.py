"""The engine against plain ``generate``, and how it behaves under load, failure and impatience."""

import copy
import threading
import time
from itertools import pairwise

import numpy as np
import pytest
import torch

from smolrgpt_ros.model.architecture.vision_encoder import VisionEncoder
from smolrgpt_ros.model.inference.decode_steps import GrowingSteps
from smolrgpt_ros.model.inference.engine import SmolRGPTEngine
from smolrgpt_ros.model.inference.hardware import choose_device, choose_dtype, has_fast_bfloat16
from smolrgpt_ros.model.inference.question_inputs import question_inputs
from smolrgpt_ros.model.inference.scheduler import QueryCancelled
from smolrgpt_ros.scene.frame import CameraIntrinsics, RgbdFrame
from smolrgpt_ros.scene.status import QueryError, Status

CAMERA = CameraIntrinsics(width=80, height=60, fx=70.0, fy=70.0, cx=40.0, cy=30.0)


def make_frame(seed=0, depth=True):
    rng = np.random.default_rng(seed)
    return RgbdFrame(
        rgb=rng.integers(0, 256, (60, 80, 3)).astype(np.uint8),
        depth=rng.uniform(1, 5, (60, 80)).astype(np.float32) if depth else None,
        intrinsics=CAMERA,
        stamp_ns=seed,
        frame_id="camera",
    )


def box(row, column, height=20, width=15):
    mask = np.zeros((60, 80), bool)
    mask[row : row + height, column : column + width] = True
    return mask


QUESTIONS = [
    ("Is <mask> left?", [box(5, 6)]),
    ("How many boxes are in <mask> and in <mask>, say?", [box(30, 40), box(2, 60)]),
    ("What is this?", []),
    ("<mask>", [box(20, 20, 30, 40)]),
]


@pytest.fixture
def engine(model, processor):
    with SmolRGPTEngine(copy.deepcopy(model), processor, name="tiny", threads=1) as engine:
        yield engine


def generate(model, processor, frame, masks, prompt, count):
    """The same question through transformers alone."""
    inputs = processor(frame.rgb, frame.depth, masks, prompt, frame.intrinsics)
    with torch.no_grad():
        ids = model.generate(**inputs, max_new_tokens=count, do_sample=False)
    return tuple(ids[0, inputs["input_ids"].shape[1] :].tolist())


@torch.no_grad()
def logits_of(model, processor, frame, masks, prompt, answer):
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


@pytest.fixture(params=["growing", "static"])
def either_engine(request, model, processor):
    static = request.param == "static"
    with SmolRGPTEngine(copy.deepcopy(model), processor, threads=1, static=static) as engine:
        yield engine


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


def test_a_batch_behind_a_cached_prefix_has_the_uncached_logits(either_engine, model, processor):
    engine = either_engine
    frame = make_frame()
    generator = engine._generator
    seen: list[torch.Tensor] = []
    original = generator.decoder.logits
    generator.decoder.logits = lambda hidden: seen.append(original(hidden)) or seen[-1]
    features = engine._frame_cache.get(frame)
    generator.encode_frame(features, with_regions=True)
    prepared = [question_inputs(engine._processor, frame, m, prompt) for prompt, m in QUESTIONS]
    answers = list(generator.generate(features, prepared, 8))[-1]
    for index, (prompt, masks) in enumerate(QUESTIONS):
        ids = answers[index].token_ids
        assert len(ids) == 8  # none ended, so every step has every row
        expected = logits_of(model, processor, frame, masks, prompt, ids)
        assert (torch.stack([step[index] for step in seen]) - expected).abs().max() < 1e-4


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


def ask_together(engine, frame, count, **options):
    """Hold the worker until all questions wait; answers or errors by question."""
    gate, entered, original, results = threading.Event(), threading.Event(), engine._run, {}

    def run(batch):
        entered.set()
        gate.wait(30)
        batches.append(len(batch))
        original(batch)

    def ask(number):
        prompt, masks = QUESTIONS[number % len(QUESTIONS)]
        try:
            results[number] = engine.answer(frame, masks, prompt, **options)
        except QueryError as error:
            results[number] = error

    batches: list[int] = []
    engine._run = run
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


def test_questions_that_wait_together_run_as_one_batch_and_stay_apart(either_engine):
    engine = either_engine
    frame = make_frame()
    results, batches = ask_together(engine, frame, 8, max_new_tokens=7)
    assert batches == [1, 7]
    for number, result in results.items():
        prompt, masks = QUESTIONS[number % len(QUESTIONS)]
        assert result.token_ids == engine.answer(frame, masks, prompt, max_new_tokens=7).token_ids


def test_a_full_queue_says_busy(model, processor):
    with SmolRGPTEngine(copy.deepcopy(model), processor, max_waiting=2) as engine:
        results, _ = ask_together(engine, make_frame(), 5, max_new_tokens=3)
    busy = [r for r in results.values() if isinstance(r, QueryError)]
    assert len(busy) == 2
    assert {error.status for error in busy} == {Status.BUSY}


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


def test_deadline_and_cancel_return_at_once_and_free_the_worker(engine, monkeypatch):
    frame, (prompt, masks) = make_frame(), QUESTIONS[0]
    original = GrowingSteps.step

    def slow(*arguments):
        time.sleep(0.3)  # 30 s in all
        return original(*arguments)

    monkeypatch.setattr(GrowingSteps, "step", slow)
    started = time.monotonic()
    with pytest.raises(QueryError) as caught:
        engine.answer(frame, masks, prompt, max_new_tokens=100, deadline_s=0.3)
    assert caught.value.status is Status.TIMEOUT
    assert time.monotonic() - started < 10
    with pytest.raises(QueryCancelled):
        cancel_at = time.monotonic() + 0.2
        engine.answer(
            frame, masks, prompt, max_new_tokens=100, cancelled=lambda: time.monotonic() > cancel_at
        )
    monkeypatch.setattr(GrowingSteps, "step", original)
    assert engine.answer(frame, masks, prompt, max_new_tokens=3, deadline_s=60).token_ids


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
        if any(not len(question.weights) for question in questions):
            raise RuntimeError("bad question")
        return original(features, questions, max_new_tokens)

    monkeypatch.setattr(engine._generator, "prefill", fail_for_the_third)
    results, _ = ask_together(engine, frame, 4, max_new_tokens=3)
    failed = [number for number, result in results.items() if isinstance(result, QueryError)]
    assert failed == [2]


@pytest.mark.parametrize(
    ("masks", "prompt", "message"),
    [
        ([box(1, 1)], "<mask> or <mask>?", "2 <mask> placeholders, 1 masks"),
        ([np.ones((10, 10), bool)], "<mask>?", r"mask 0 is \(10, 10\), the frame \(60, 80\)"),
        ([], "x" * 600, "ask a shorter question"),
        ([box(1, 1)] * 41, "<mask>" * 41, "names for 40 regions, the question has 41"),
    ],
)
def test_bad_questions_are_refused_before_the_model(engine, masks, prompt, message):
    with pytest.raises(QueryError, match=message) as caught:
        engine.answer(make_frame(), masks, prompt)
    assert caught.value.status is Status.BAD_QUESTION


def test_vanished_masks_are_reported(model, processor):
    mask = np.zeros((1080, 1920), bool)
    mask[301:304, 702:705] = True
    large = np.zeros((1080, 1920), bool)
    large[100:300, 200:500] = True
    frame = RgbdFrame(rgb=np.zeros((1080, 1920, 3), np.uint8), depth=None, intrinsics=None)
    with SmolRGPTEngine(copy.deepcopy(model), processor) as engine:
        answer = engine.answer(frame, [large, mask], "<mask> <mask>", max_new_tokens=2)
    assert answer.vanished_masks == (1,)


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


def test_an_abandoned_question_leaves_its_place_in_the_queue(model, processor, monkeypatch):
    with SmolRGPTEngine(copy.deepcopy(model), processor, max_waiting=1) as engine:
        gate, entered, original = threading.Event(), threading.Event(), engine._run

        def run(batch):
            entered.set()
            if gate.wait(10):
                original(batch)

        monkeypatch.setattr(engine, "_run", run)
        first = threading.Thread(target=engine.answer, args=(make_frame(1), [], "What?"))
        first.start()
        assert entered.wait(10)
        for _ in range(3):  # each waits, gives up, and makes room for the next
            with pytest.raises(QueryError) as caught:
                engine.answer(make_frame(), [], "What?", deadline_s=0.05)
            assert caught.value.status is Status.TIMEOUT
        gate.set()
        first.join(30)
        assert not first.is_alive()


def test_same_stamp_is_not_the_same_frame(engine, model, processor):
    first, second = make_frame(0), make_frame(1)
    twin = RgbdFrame(second.rgb, second.depth, CAMERA, first.stamp_ns, first.frame_id)
    prompt, masks = QUESTIONS[1]
    engine.answer(first, masks, prompt, max_new_tokens=6)
    answer = engine.answer(twin, masks, prompt, max_new_tokens=6)
    assert answer.token_ids == generate(model, processor, twin, masks, prompt, 6)


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


@pytest.mark.parametrize(
    ("dtype", "bound"), [("int8", 1.0), ("float16", 0.01), ("emulated bfloat16", 1.0)]
)
def test_smaller_number_formats_stay_close(model, processor, tmp_path, dtype, bound):
    model.save_pretrained(tmp_path)
    processor.save_pretrained(tmp_path)
    frame, (prompt, masks) = make_frame(), QUESTIONS[1]
    if dtype == "emulated bfloat16":  # load() gives it only to hardware that has it
        engine = SmolRGPTEngine(copy.deepcopy(model).bfloat16(), processor, dtype="bfloat16")
    else:
        engine = SmolRGPTEngine.load(tmp_path, device="cpu", dtype=dtype)
    with engine:
        seen = []
        original = engine._generator.decoder.logits
        engine._generator.decoder.logits = lambda hidden: seen.append(original(hidden)) or seen[-1]
        answer = engine.answer(frame, masks, prompt, max_new_tokens=1)
        assert engine.dtype in dtype
    expected = logits_of(model, processor, frame, masks, prompt, answer.token_ids)
    error = (seen[0] - expected).abs().max().item()
    assert 0 < error < bound * expected.std().item()


def test_number_formats_and_devices_that_this_host_lacks():
    cpu = choose_device("cpu")
    assert choose_dtype("auto", cpu) == ("bfloat16" if has_fast_bfloat16(cpu) else "float32")
    with pytest.raises(ValueError, match="found 'fp8'"):
        choose_dtype("fp8", cpu)
    assert choose_dtype("bfloat16", cpu) == ("bfloat16" if has_fast_bfloat16(cpu) else "float16")
    for smaller in ("int8", "float16"):
        with pytest.raises(ValueError, match="CPU only"):
            choose_dtype(smaller, torch.device("cuda"))
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match="no CUDA device"):
            choose_device("cuda")
