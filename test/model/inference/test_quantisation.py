# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Smaller number formats stay close to float32."""

import copy

import pytest
import torch
from tiny_questions import QUESTIONS, logits_of, make_frame, recorded_logits

from smolrgpt_ros.model.inference.engine import SmolRGPTEngine
from smolrgpt_ros.model.inference.quantisation import Int8Linear, quantise, quantise_tower


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


@pytest.mark.parametrize("count", [3, 20])  # as a step of the decoder, and as a prompt
@pytest.mark.parametrize(("inputs", "outputs"), [(64, 48), (96, 47), (30, 7)])
@pytest.mark.parametrize("bias", [False, True])
def test_a_row_of_large_activations_costs_the_others_nothing(
    count: int, inputs: int, outputs: int, bias: bool
) -> None:
    torch.manual_seed(0)
    layer = torch.nn.Linear(inputs, outputs, bias=bias)
    rows = torch.randn(2, count, inputs)
    rows[0, 0, 5] = 3000.0  # as the first token of a pretrained language model has
    with torch.no_grad():
        exact, found = layer(rows), Int8Linear(layer)(rows)
    error = (found - exact).flatten(0, 1)[1:].square().mean().sqrt()
    assert found.shape == exact.shape and 0 < error < 0.01 * exact[1].std()


def test_integers_times_their_scale_are_the_weights_to_half_a_step() -> None:
    layer = torch.nn.Linear(2, 2, bias=False)
    layer.weight.data = torch.tensor([[1.0, -0.5], [0.0, 0.0]])
    found = Int8Linear(layer)
    assert found.weight.tolist() == [[127, -64], [0, 0]]
    assert found.scale[0].item() == pytest.approx(1 / 127, rel=2**-8)


def test_every_linear_layer_of_a_module_is_replaced_and_nothing_else() -> None:
    block = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.LayerNorm(4))
    module = torch.nn.ModuleDict({"block": block, "head": torch.nn.Linear(4, 2)})
    assert quantise(module) is module
    kinds = [type(part) for part in (block[0], block[1], module["head"])]
    assert kinds == [Int8Linear, torch.nn.LayerNorm, Int8Linear]


@pytest.mark.parametrize(
    ("dtype", "floats", "integers"),
    [
        ("int8", torch.float32, True),
        ("int8", torch.bfloat16, False),
        ("float16", torch.float32, False),
    ],
)
def test_a_tower_has_integers_where_they_stand_for_float32(
    dtype: str, floats: torch.dtype, integers: bool
) -> None:
    tower = torch.nn.Sequential(torch.nn.LayerNorm(4), torch.nn.Linear(4, 4)).to(floats)
    quantise_tower(tower, dtype)
    assert isinstance(tower[1], Int8Linear) is integers
