# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Properties of the model for any weights: caches, batches, and inputs that are refused."""

import pytest
import torch

from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration
from smolrgpt_ros.model.geometry_tokens.features import FEATURE_COUNT, METRIC

IMAGE = [3] * 4
REGION = [4, 5, 6]


@pytest.fixture(scope="module")
def batch():
    """Two samples of different length: three masks and depth; one mask and no depth."""
    generator = torch.Generator().manual_seed(3)
    first = [1, *IMAGE, 20, *REGION, 21, *REGION, 30, *REGION, 40, 21, 42, 20, 41, 22]
    second = [1, *IMAGE, 50, *REGION, 51]
    padding = len(first) - len(second)
    return {
        "input_ids": torch.tensor([first, [2] * padding + second]),
        "attention_mask": torch.tensor([[1] * len(first), [0] * padding + [1] * len(second)]),
        "pixel_values": torch.rand(2, 3, 64, 64, generator=generator),
        "depth_values": [torch.rand(3, 64, 64, generator=generator), None],
        "region_masks": [
            torch.rand(3, 40, 50, generator=generator) > 0.8,
            torch.rand(1, 30, 20, generator=generator),
        ],
        "region_geometry": [
            without_floor(torch.rand(3, METRIC + 1, generator=generator) * 5),
            without_floor(torch.rand(1, METRIC + 1, generator=generator)),
        ],
    }


def without_floor(geometry):
    return torch.nn.functional.pad(geometry, (0, FEATURE_COUNT - geometry.shape[1]))


def single(batch, index):
    start = int((batch["attention_mask"][index] == 0).sum())
    one = {name: values[index : index + 1] for name, values in batch.items()}
    for name in ("input_ids", "attention_mask"):
        one[name] = one[name][:, start:]
    return one, start


def difference(a, b):
    return (a - b).abs().max().item()


@torch.no_grad()
def test_batch_equals_single(model, batch):
    together = model(**batch).logits
    for index in (0, 1):
        alone, start = single(batch, index)
        # Waves of a quarter of a metre magnify the rounding of a batch's products.
        assert difference(model(**alone).logits[0], together[index, start:]) < 1e-3


@torch.no_grad()
def test_masks_of_one_sample_do_not_touch_another(model, batch):
    before = model(**batch).logits
    changed = dict(batch)
    changed["region_masks"] = [~batch["region_masks"][0], batch["region_masks"][1]]
    after = model(**changed).logits
    assert difference(before[0], after[0]) > 1e-3
    assert difference(before[1], after[1]) < 1e-6


@torch.no_grad()
def test_generation_with_and_without_cache(model, batch):
    greedy = {"max_new_tokens": 6, "do_sample": False, "eos_token_id": None}
    # Without a cache a generated placeholder would be read as one of the prompt.
    words = {"suppress_tokens": [*{*IMAGE, *REGION}]}
    with_cache = model.generate(**batch, **greedy, **words, use_cache=True)
    without = model.generate(**batch, **greedy, **words, use_cache=False)
    assert with_cache.tolist() == without.tolist()


@torch.no_grad()
def test_a_cached_prefix_sees_only_the_past(model, batch):
    alone, _ = single(batch, 0)
    whole = model(**alone).logits
    length = 5  # up to the image tokens
    prefix = model(
        input_ids=alone["input_ids"][:, :length],
        pixel_values=alone["pixel_values"],
        use_cache=True,
    )
    tokens = model.vision_encoder.picture_tokens(
        model.vision_encoder.encode(alone["pixel_values"]),
        model.vision_encoder.encode(torch.stack(alone["depth_values"])),
        alone["region_masks"],
    )[0]
    rest = model(
        input_ids=alone["input_ids"][:, length:],
        region_rgb_tokens=[tokens.rgb],
        region_depth_tokens=[tokens.depth],
        region_geometry=alone["region_geometry"],
        past_key_values=prefix.past_key_values,
    )
    assert difference(prefix.logits, whole[:, :length]) < 1e-4
    assert difference(rest.logits, whole[:, length:]) < 1e-4


@torch.no_grad()
def test_computed_before_equals_computed_here(model, batch):
    direct = model(**batch)
    patches = model.vision_encoder.encode(batch["pixel_values"])
    depth = [model.vision_encoder.encode(batch["depth_values"][0][None])[0], None]
    rest = {k: v for k, v in batch.items() if k not in ("pixel_values", "depth_values")}
    from_patches = model(**rest, patch_tokens=patches, depth_patch_tokens=depth)
    tokens = model.vision_encoder.picture_tokens(patches, depth, batch["region_masks"])
    del rest["region_masks"]
    from_tokens = model(
        **rest,
        image_tokens=[t.image for t in tokens],
        region_rgb_tokens=[t.rgb for t in tokens],
        region_depth_tokens=[t.depth for t in tokens],
    )
    embeds, _ = model.prompt_embedding.embed(
        batch["input_ids"],
        torch.stack([t.image for t in tokens]),
        [t.rgb for t in tokens],
        [t.depth for t in tokens],
        batch["region_geometry"],
    )
    from_embeds = model(inputs_embeds=embeds, attention_mask=batch["attention_mask"])
    for other in (from_patches, from_tokens, from_embeds):
        assert difference(direct.logits, other.logits) < 1e-5
    assert [v.tolist() for v in direct.vanished_masks] == [[False] * 3, [False]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"region_masks": [torch.ones(2, 9, 9), torch.ones(1, 9, 9)]}, "sample 0.*holds 3.*but 2"),
        ({"region_masks": [torch.ones(3, 9, 9), torch.ones(2, 9, 9)]}, "sample 1.*holds 1.*but 2"),
        ({"region_masks": None}, "sample 0.*3 <mask_rgb>.*but 0"),
        ({"region_geometry": None}, "sample 0.*3 <mask_geometry>.*but 0"),
        ({"region_masks": [torch.ones(3, 9, 9)]}, "1 entries for a batch of 2"),
        ({"pixel_values": None}, r"4 <\|image\|>.*but 0"),
        ({"region_geometry": [torch.ones(3, 7), torch.ones(1, 7)]}, r"\(M, 75\)"),
        ({"input_ids": None}, "either input_ids or inputs_embeds"),
    ],
)
def test_what_does_not_fit_is_named(model, batch, change, message):
    with pytest.raises(ValueError, match=message):
        model(**{**batch, **change})


@torch.no_grad()
def test_loss_is_the_shifted_cross_entropy_of_the_labelled_tokens(model, batch):
    labels = torch.full_like(batch["input_ids"], -100)
    labels[0, -1], labels[1, -2] = 40, 6
    output = model(**batch, labels=labels)
    log_probabilities = output.logits.log_softmax(-1)
    expected = -(log_probabilities[0, -2, 40] + log_probabilities[1, -3, 6]) / 2
    assert output.loss.item() == pytest.approx(expected.item(), rel=1e-5)


def test_gradients_reach_every_trained_part(model, batch):
    trained = SmolRGPTForConditionalGeneration(model.config)
    batch["region_geometry"][0][2] = 0  # not measured: estimated from its tokens
    trained(**batch, labels=batch["input_ids"]).loss.backward()
    silent = [n for n, p in trained.named_parameters() if p.grad is None or not p.grad.any()]
    assert silent == []


def test_saved_and_loaded_again(model, batch, tmp_path):
    model.save_pretrained(tmp_path)
    again = SmolRGPTForConditionalGeneration.from_pretrained(tmp_path).eval()
    with torch.no_grad():
        assert difference(model(**batch).logits, again(**batch).logits) < 1e-4
    before, after = model.state_dict(), again.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert again.language_model.lm_head.weight is again.get_input_embeddings().weight
    assert again.config.text.pad_token_id is None
    assert not list(tmp_path.glob("*.bin"))
