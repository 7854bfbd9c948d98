# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The published code's numbers, every intermediate, on its own tiny checkpoint."""

import numpy as np
import pytest
import torch

from smolrgpt_ros.model.architecture.config import SmolRGPTConfig
from smolrgpt_ros.model.architecture.layers import weighted_mean
from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration
from smolrgpt_ros.model.checkpoints.loading import load_model
from smolrgpt_ros.model.checkpoints.published_tensors import published_shapes
from smolrgpt_ros.model.inference.fused_decoder import FusedDecoder
from smolrgpt_ros.model.preprocessing import images as pictures

CASES = [
    "two_masks",
    "no_mask_no_depth",
    "mask_but_no_depth",
    "eos_postprocess",
    "batch2_left_padded",
]
TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def published(reference_checkpoint):
    return load_model(reference_checkpoint)


def inputs_of(case):
    """Keyword arguments of ``forward`` for a case of the fixture."""
    ids = torch.from_numpy(case["input_ids"])
    rgb = np.stack([pictures.rgb_values(rgb, 64) for rgb in case["rgb_u8"]])
    inputs = {
        "input_ids": ids,
        "pixel_values": torch.from_numpy(rgb),
        "attention_mask": torch.from_numpy(case.get("attention_mask", np.ones(ids.shape, int))),
        "region_masks": [
            case[name].transpose(2, 0, 1) if (name := f"masks_{i}") in case else None
            for i in range(len(ids))
        ],
    }
    if "depth_u8" in case:
        depth = [pictures.picture_depth_values(depth, 64) for depth in case["depth_u8"]]
        inputs["depth_values"] = torch.from_numpy(np.stack(depth))
    return inputs


def sample_of(inputs, index):
    """One sample of a batch, without its left padding."""
    start = int((inputs["attention_mask"][index] == 0).sum())
    single = {k: v[index : index + 1] for k, v in inputs.items()}
    for name in ("input_ids", "attention_mask"):
        single[name] = single[name][:, start:]
    return single, start


def close(found, expected, tolerance=TOLERANCE):
    found = torch.as_tensor(found).numpy()
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= tolerance


def pooled(model, refined, masks):
    """Region tokens ``(M, D)`` of a refined map ``(D, g, g)``."""
    weights = model.vision_encoder.region_weights(masks).weights
    return weighted_mean(refined.flatten(1).T, weights.flatten(1))


@pytest.mark.parametrize("name", CASES)
@torch.no_grad()
def test_every_intermediate_agrees_with_the_published_code(published, reference_checkpoint, name):
    case = dict(np.load(reference_checkpoint / f"{name}.npz"))
    inputs = inputs_of(case)
    close(inputs["pixel_values"], case["pixel_values"], 1e-6)
    patches = published.vision_encoder.encode(inputs["pixel_values"])
    close(patches, case["vit_rgb"])
    tokens = published.rgb_connector(patches)
    close(tokens, case["image_embd"])
    masks = inputs["region_masks"]
    rgb = depth = None
    if "pooled_rgb" in case:
        refined = published.rgb_refiner(tokens)
        close(refined.flatten(2).transpose(1, 2), case["refined_rgb"])
        rgb = [pooled(published, r, m) for r, m in zip(refined, masks, strict=True)]
        close(torch.cat(rgb), case["pooled_rgb"])
    if "depth_values" in case:
        close(inputs["depth_values"], case["depth_values"], 1e-6)
        patches = published.vision_encoder.encode(inputs["depth_values"])
        close(patches, case["vit_depth"])
        refined = published.depth_refiner(published.depth_connector(patches))
        depth = [pooled(published, r, m) for r, m in zip(refined, masks, strict=True)]
        close(torch.cat(depth), case["pooled_depth"])
    embeds, _ = published.prompt_embedding.embed(inputs["input_ids"], tokens, rgb, depth)
    close(embeds, case["inputs_embeds"])
    output = published(**inputs, output_hidden_states=True)
    seen = inputs["attention_mask"].bool().numpy()
    close(output.hidden_states[-1].numpy()[seen], case["hidden"][seen])
    close(output.logits.numpy()[seen], case["logits"][seen])


@pytest.mark.parametrize("name", CASES)
@torch.no_grad()
def test_greedy_ids_and_single_samples(published, reference_checkpoint, name):
    case = dict(np.load(reference_checkpoint / f"{name}.npz"))
    eos = int(case["eos_token_id"])
    inputs = inputs_of(case)
    greedy = {"max_new_tokens": 24, "do_sample": False, "eos_token_id": eos, "pad_token_id": eos}
    ids = published.generate(**inputs, **greedy)[:, inputs["input_ids"].shape[1] :].numpy()
    wanted = case["greedy_ids"][:, : ids.shape[1]]
    assert (ids == wanted).all()
    assert (case["greedy_ids"][:, ids.shape[1] :] == eos).all()
    for index in range(len(ids)):
        single, start = sample_of(inputs, index)
        close(published(**single).logits[0], case["logits"][index, start:])
        alone = published.generate(**single, **greedy)[0, single["input_ids"].shape[1] :].numpy()
        assert (alone == case["greedy_ids"][index, : len(alone)]).all()
        assert (case["greedy_ids"][index, len(alone) :] == eos).all()


@torch.no_grad()
def test_the_depth_picture_of_the_published_test_script_gives_other_logits(
    published, reference_checkpoint
):
    case = dict(np.load(reference_checkpoint / "two_masks.npz"))
    inputs = inputs_of(case)
    inputs["depth_values"] = torch.from_numpy(case["depth_values_testset_style"])
    assert np.abs(published(**inputs).logits.numpy() - case["logits"]).max() > 10 * TOLERANCE


@torch.no_grad()
def test_fused_decoder_gives_the_same_logits(reference_checkpoint):
    model = load_model(reference_checkpoint)
    decoder = FusedDecoder(model.language_model)
    case = dict(np.load(reference_checkpoint / "two_masks.npz"))
    embeds = torch.from_numpy(case["inputs_embeds"])
    length = embeds.shape[1]
    cache, positions = decoder.new_cache(1, length), torch.arange(length)[None]
    close(decoder.logits(decoder(embeds, positions, cache, length)), case["logits"])


def test_full_size_names_and_shapes(reference_checkpoint):
    expected = {}
    for line in (reference_checkpoint / "keys_full_in_file.txt").read_text().splitlines():
        if not line.startswith("#"):
            name, shape, _ = line.split("\t")
            expected[name] = tuple(int(n) for n in shape.strip("(),").split(","))
    shapes = published_shapes(SmolRGPTConfig())
    assert len(shapes) == 462
    assert shapes == expected


def test_full_size_has_the_published_number_of_parameters():
    with torch.device("meta"):
        model = SmolRGPTForConditionalGeneration(SmolRGPTConfig())
    assert sum(p.numel() for p in model.parameters()) == 475_697_280
    assert sum(p.numel() for p in model.vision_tower.parameters()) == 85_843_200
    assert sum(p.numel() for p in model.rgb_refiner.parameters()) == 11_065_920
