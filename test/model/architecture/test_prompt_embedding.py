# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Placeholders that features replace, and features added to the names of regions."""

import pytest
import torch

from smolrgpt_ros.model.geometry_tokens.features import FEATURE_COUNT

REGION = [4, 5, 6]


@torch.no_grad()
def test_region_placeholder_without_depth_keeps_its_word_embedding(model):
    embeds, _ = model.prompt_embedding.embed(
        torch.tensor([[50, *REGION, 51]]),
        None,
        [torch.zeros(1, 32)],
        [None],
        [torch.zeros(1, FEATURE_COUNT)],
    )
    assert torch.equal(embeds[0, 2], model.get_input_embeddings().weight[5])
    # Features of zero leave the name of region 0.
    assert torch.equal(embeds[0, 1], model.get_input_embeddings().weight[40])


def test_a_name_carries_the_features_of_its_region_wherever_it_is_written(model):
    first = model.config.region_name_token_id
    words = model.get_input_embeddings().weight
    width = words.shape[1]
    rgb, depth = torch.full((2, width), 1.0), torch.full((2, width), 10.0)
    rgb[1], depth[1] = 3.0, 20.0
    ids = torch.tensor([[4, 5, 4, 5, first + 1, 9, first, first + 2]])
    embeds, _ = model.prompt_embedding.embed(ids, None, [rgb], [depth])
    added = (embeds - words[ids])[0, 4:].mean(-1)
    # Region 1: 3 + 20; no name; region 0: 1 + 10; there is no region 2.
    assert added.tolist() == pytest.approx([23.0, 0.0, 11.0, 0.0], abs=1e-5)


def test_more_regions_than_names_are_refused(model):
    many = torch.zeros(model.config.region_names + 1, model.config.text_config.hidden_size)
    with pytest.raises(ValueError, match="at most 40 regions, found 41"):
        model.prompt_embedding.embed(
            torch.full((1, len(many)), model.config.mask_rgb_token_id), None, [many]
        )


@torch.no_grad()
def test_prompts_of_different_numbers_of_regions_are_embedded_as_each_alone(model, region):
    embedding, first = model.prompt_embedding, model.config.region_name_token_id
    width = model.config.text.hidden_size
    raw = [torch.stack([region(i + k, k, 5 + i, 0.5) for i in range(k)]) for k in (3, 1, 2)]
    tokens = [torch.randn(len(r), width) for r in raw]
    pad = 9
    prompts = [REGION * len(r) + [pad, first + len(r) - 1, pad, first] for r in raw]
    longest = max(map(len, prompts))
    ids = torch.tensor([p + [pad] * (longest - len(p)) for p in prompts])
    together, memory = embedding.embed(ids, None, tokens, tokens, raw)
    for number, prompt in enumerate(prompts):
        alone, own = embedding.embed(
            ids[number : number + 1, : len(prompt)],
            None,
            [tokens[number]],
            [tokens[number]],
            [raw[number]],
        )
        assert torch.allclose(together[number, : len(prompt)], alone[0], atol=1e-5)
        count = len(raw[number])
        assert torch.allclose(memory.table[number, :, :count, :count], own.table[0], atol=1e-5)
        # A name that stands for no region of this prompt carries nothing.
        assert not memory.table[number, :, :, count:].any()
