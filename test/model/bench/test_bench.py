# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The benchmark runs, compares like with like, and writes the promised keys."""

import argparse
import json
from typing import Any

import pytest
import torch

from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration
from smolrgpt_ros.model.bench.case import bench_case, bench_config
from smolrgpt_ros.model.bench.contestant import Contestant
from smolrgpt_ros.model.bench.load_memory import measure_load
from smolrgpt_ros.model.bench.options import BenchOptions
from smolrgpt_ros.model.bench.published_baseline import PublishedBaseline
from smolrgpt_ros.model.bench.report import Measurements
from smolrgpt_ros.model.bench.run import run_bench
from smolrgpt_ros.model.checkpoints.published import save_published
from smolrgpt_ros.model.cli import add_parser
from smolrgpt_ros.model.inference.hardware import choose_dtype


def run(*arguments):
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    parsed = parser.parse_args([str(argument) for argument in arguments])
    return parsed.run(parsed)


def test_report_has_the_promised_keys(tmp_path, capsys):
    out = tmp_path / "bench.json"
    command = ("bench", "--size", "tiny", "--rounds", "1", "--threads", "1", "--no-memory")
    assert run(*command, "--roofline", "--json", out, "--dtypes", "float32,int8,bfloat16") == 0
    report = json.loads(out.read_text())
    ratios = report["ratios"]
    for key in (
        "one_question_20",
        "one_question_vs_120",
        "next_question_same_frame",
        "four_questions_vs_one",
    ):
        assert ratios[key].keys() == {"fp32", "bf16", "int8"}
        assert all(value > 0 for value in ratios[key].values())
    assert ratios["load_peak_vs_file"] is None  # it was not to be measured
    assert report["prompt_tokens"] == 135
    bfloat16 = choose_dtype("bfloat16", torch.device("cpu"))  # as this host computes it
    assert report["computed_as"] == {"fp32": "float32", "bf16": bfloat16, "int8": "int8"}
    least = report["roofline"]["least_seconds"]
    assert least.keys() == {"bf16", "fp32"}  # int8's products are not counted
    assert least["fp32"]["decode"] > 0
    seconds = report["median_seconds"]
    assert ratios["one_question_20"]["int8"] == pytest.approx(
        seconds["published"]["answer"] / seconds["int8"]["answer"]
    )
    assert "one_question_vs_120" in capsys.readouterr().out
    with pytest.raises(ValueError, match=r"--dtypes takes .*'fp4'"):
        run("bench", "--dtypes", "fp4")


def test_memory_of_loading_is_measured_in_its_own_process(tmp_path):
    save_published(SmolRGPTForConditionalGeneration(bench_config("tiny")), tmp_path)
    found = measure_load(tmp_path)
    assert found.file == (tmp_path / "model.safetensors").stat().st_size
    assert found.peak >= found.steady > found.file / 2 and found.before > found.file
    assert found.peak_vs_file == found.peak / found.file


def test_every_finished_round_is_kept():
    kept: list[dict[str, Any]] = []
    options = BenchOptions(
        size="tiny", dtypes=("float32",), rounds=2, threads=1, published_tokens=21, memory=False
    )
    last = run_bench(options, on_progress=lambda text: None, on_report=kept.append)
    assert [report["rounds"] for report in kept] == [1, 2]
    assert kept[-1] == last


def test_ratio_is_the_median_of_the_rounds_own_ratios():
    found = Measurements()
    for published, int8 in ((10.0, 1.0), (90.0, 3.0), (20.0, 4.0)):
        found.add("published", "answer", published)
        found.add("int8", "answer", int8)
    assert found.ratio(("published", "answer"), ("int8", "answer")) == 10.0
    assert found.medians() == {"published": {"answer": 20.0}, "int8": {"answer": 3.0}}


def test_the_published_baseline_computes_the_same_tokens():
    torch.manual_seed(0)
    model = SmolRGPTForConditionalGeneration(bench_config("tiny")).eval()
    case = bench_case(model.config, 68)
    image, rgb, depth = PublishedBaseline(model).vision(case.rgb, case.depth, case.weights)
    with torch.no_grad():
        found = model.vision_encoder.picture_tokens(
            model.vision_encoder.encode(case.rgb),
            model.vision_encoder.encode(case.depth),
            [case.weights],
        )[0]
    for baseline, tokens in ((image[0], found.image), (rgb, found.rgb), (depth, found.depth)):
        assert (baseline - tokens).abs().max() < 1e-5
    assert (
        len(PublishedBaseline(model).answer(case.rgb, case.depth, case.weights, case.ids, 3)) == 3
    )
    assert Contestant(model, "float32").generator.prefix_ids == case.ids[0, :67].tolist()


def test_fixed_addresses_and_batches_are_measured_on_request():
    options = BenchOptions(
        size="tiny",
        dtypes=("float32", "bfloat16"),
        rounds=1,
        threads=1,
        published_tokens=21,
        memory=False,
        graphs=True,
        at_once=(2, 4),
        batch_steps=True,
    )
    report = run_bench(options, on_progress=lambda text: None)
    seconds = report["median_seconds"]
    assert list(seconds) == ["published", "bf16", "bf16 graph", "fp32", "fp32 graph"]
    for name in ("fp32", "fp32 graph"):
        assert seconds[name]["2 answers"] > 0 and seconds[name]["four answers"] > 0
        step = seconds[name]["2 next answers"] - seconds[name]["2 first tokens"]
        assert seconds[name]["2 at once, decode"] == pytest.approx(max(0.0, step) / 19)
    # The same weights: only addresses differ.
    assert report["logits_error"]["fp32 graph"] < 1e-5
