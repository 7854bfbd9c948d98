# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Work is counted as by hand, and bounds follow from it."""

import torch

from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration
from smolrgpt_ros.model.bench.case import bench_case, bench_config
from smolrgpt_ros.model.bench.contestant import Contestant
from smolrgpt_ros.model.bench.roofline import Ceilings, Work, count_work, measure_ceilings


def test_a_step_multiplies_each_weight_once_per_question():
    torch.manual_seed(0)
    config = bench_config("tiny")
    model = SmolRGPTForConditionalGeneration(config).eval().requires_grad_(False)
    work = count_work(Contestant(model, "float32"), bench_case(config, 68, 3), (3,))
    # Per layer: queries, keys and values, output, gate and up, down; then the head.
    text = config.text
    width, heads, groups = text.hidden_size, text.num_attention_heads, text.num_key_value_heads
    inner, size = text.intermediate_size, text.head_dim
    layer = width * (2 * heads + 2 * groups) * size + 3 * width * inner
    weights = text.num_hidden_layers * layer + text.vocab_size * width
    assert work["decode"].flops == 2 * weights
    assert work["3 at once, decode"].flops == 3 * 2 * weights
    norms = (2 * text.num_hidden_layers + 1) * width
    # 135 tokens in the cache: keys and values of each layer and group, four bytes each.
    cached = 2 * text.num_hidden_layers * groups * size * 135
    assert work["decode"].read == 4 * (weights + norms + cached)
    assert work["3 at once, decode"].read == 4 * (weights + norms + 3 * cached)
    assert work["first token"].flops > 68 * 2 * (weights - text.vocab_size * width)


def test_the_slower_of_reading_and_computing_bounds():
    ceilings = Ceilings(copy_bytes=100.0, flops={"bf16": 1000.0})
    assert Work(flops=3000.0, read=100.0).least_seconds(ceilings, "bf16") == 3.0
    assert Work(flops=3000.0, read=700.0).least_seconds(ceilings, "bf16") == 7.0


def test_ceilings_count_a_copy_twice_and_a_product_by_its_size():
    ticks = iter(range(1000))
    found = measure_ceilings(("fp32",), lambda: next(ticks), torch.device("cpu"), 8, 64)
    assert found == Ceilings(copy_bytes=128.0, flops={"fp32": 2 * 8**3})
