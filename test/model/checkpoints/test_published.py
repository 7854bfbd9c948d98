# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Import and export of the published layout, and the errors of damaged checkpoints."""

import json
import tarfile

import pytest
import torch
from safetensors.torch import load_file, save_file

from smolrgpt_ros.model.architecture.config import SmolRGPTConfig
from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration
from smolrgpt_ros.model.checkpoints.published import (
    PublishedCheckpointError,
    load_published,
    save_published,
)


def rewrite(folder, change):
    tensors = load_file(folder / "model.safetensors")
    change(tensors)
    save_file(tensors, folder / "model.safetensors")


def test_every_wrong_tensor_is_listed(checkpoint):
    def change(tensors):
        del tensors["MP.proj.weight"], tensors["decoder.norm.weight"]
        tensors["decoder.blocks.7.norm1.weight"] = torch.zeros(32)
        tensors["decoder.head.weight"] = torch.zeros(127, 32)

    rewrite(checkpoint, change)
    with pytest.raises(PublishedCheckpointError) as caught:
        load_published(checkpoint)
    message = str(caught.value)
    assert "4 tensors" in message
    assert "missing: MP.proj.weight (32, 96)" in message
    assert "missing: decoder.norm.weight (32,)" in message
    assert "unknown: decoder.blocks.7.norm1.weight (32,)" in message
    assert "shape: decoder.head.weight is (127, 32), the config makes it (128, 32)" in message


def test_a_file_that_was_cut_off(checkpoint):
    weights = checkpoint / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(PublishedCheckpointError, match="damaged or cut off"):
        load_published(checkpoint)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lm_n_heads": None}, "lacks lm_n_heads"),
        ({"lm_tie_weights": False}, "lm_tie_weights=False, expected True"),
        ({"vit_img_size": 72}, "not a multiple"),
    ],
)
def test_a_wrong_config(checkpoint, change, message):
    path = checkpoint / "config.json"
    values = {**json.loads(path.read_text()), **change}
    path.write_text(json.dumps({k: v for k, v in values.items() if v is not None}))
    with pytest.raises(PublishedCheckpointError, match=message):
        load_published(checkpoint)


def test_a_pickle_is_not_loaded(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    with pytest.raises(PublishedCheckpointError, match=r"pytorch_model\.bin: pickles are never"):
        load_published(tmp_path)


def test_a_tar_of_three_stages(checkpoint, tmp_path):
    with tarfile.open(tmp_path / "weights.tar", "w") as archive:
        for number, stage in enumerate(("connector", "refiner", "sft")):
            config = json.loads((checkpoint / "config.json").read_text())
            (checkpoint / "config.json").write_text(json.dumps({**config, "stage": stage}))
            rewrite(checkpoint, lambda t, n=number: t["decoder.norm.weight"].fill_(n))
            archive.add(checkpoint, f"weights/stage_{number}")
    weights = tmp_path / "weights.tar"
    models = [load_published(weights, stage) for stage in (None, "refiner", "stage_0")]
    assert [model.language_model.model.norm.weight[0] for model in models] == [2.0, 1.0, 0.0]
    with pytest.raises(PublishedCheckpointError, match="stage_1"):
        load_published(weights, "fourth")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["published", "weights.tar"]


def test_a_model_whose_names_carry_features_has_no_published_form(tmp_path, published_form_config):
    values = published_form_config.to_dict()
    named = {"region_name_token_id": 50, "region_names": 9, "heading_token_ids": [*range(60, 75)]}
    config = SmolRGPTConfig.from_dict({**values, **named})
    with pytest.raises(ValueError, match="names carry nothing, here those of 9"):
        save_published(SmolRGPTForConditionalGeneration(config), tmp_path / "x")
