# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Low-rank changes: merged weights give what the trained layers give."""

from __future__ import annotations

import pytest
import torch
from reader_models import random_model

from smolrgpt_ros.model.reader.adapter import adapter_state, add_adapter, merge_adapter

TOKENS = torch.tensor([[5, 9, 77, 12]])


def test_a_new_adapter_changes_nothing_and_a_trained_one_is_merged() -> None:
    plain, adapted = random_model(3), random_model(3)
    trained = add_adapter(adapted, rank=2, first_layer=1)
    before = plain(input_ids=TOKENS).last_hidden_state
    assert torch.equal(adapted(input_ids=TOKENS).last_hidden_state, before)
    # Seven projections of the second layer, two factors each.
    assert len(trained) == 14
    with torch.no_grad():
        for parameter in trained:
            parameter.normal_()
    changed = adapted(input_ids=TOKENS).last_hidden_state
    assert not torch.allclose(changed, before, atol=0.1)
    state = adapter_state(adapted)
    assert set(state) >= {"layers.1.mlp.up_proj.down", "layers.1.self_attn.q_proj.up"}
    merge_adapter(plain, state)
    # The state is in half precision.
    assert torch.allclose(plain(input_ids=TOKENS).last_hidden_state, changed, atol=0.05)


def test_an_adapter_of_another_model_is_refused() -> None:
    deep = random_model(layers=3)
    add_adapter(deep, rank=2)
    with pytest.raises(AttributeError, match="2"):
        merge_adapter(random_model(layers=2), adapter_state(deep))
