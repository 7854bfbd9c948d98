# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The model of any checkpoint, and checkpoints whose weights and config differ."""

import copy

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers.utils import logging as transformers_logging

from smolrgpt_ros.model.checkpoints.loading import load_model
from smolrgpt_ros.model.checkpoints.published import PublishedCheckpointError


def test_a_published_folder_and_its_saved_model_are_the_same_model(reference_checkpoint, tmp_path):
    published = load_model(reference_checkpoint)
    published.save_pretrained(tmp_path)
    saved = load_model(tmp_path)
    names = [name for name, _ in published.named_parameters()]
    assert names == [name for name, _ in saved.named_parameters()]
    assert all(torch.equal(published.state_dict()[n], saved.state_dict()[n]) for n in names)


def test_the_dtype_is_the_one_asked_for_or_the_stored_one(model, tmp_path):
    copy.deepcopy(model).half().save_pretrained(tmp_path)
    assert load_model(tmp_path).dtype == torch.float32
    assert load_model(tmp_path, torch.bfloat16).dtype == torch.bfloat16
    assert load_model(tmp_path, dtype=None).dtype == torch.float16


def test_a_path_without_a_checkpoint_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere does not exist"):
        load_model(tmp_path / "nowhere")
    with pytest.raises(
        PublishedCheckpointError, match=r"lacks config\.json and model\.safetensors"
    ):
        load_model(tmp_path)


def test_no_progress_bar_is_printed_into_a_log(model, tmp_path, capsys):
    model.save_pretrained(tmp_path)
    transformers_logging.enable_progress_bar()  # as in a new process
    capsys.readouterr()
    load_model(tmp_path)
    assert capsys.readouterr() == ("", "")


def test_weights_that_lack_a_tensor_of_the_config_are_refused(model, tmp_path):
    model.save_pretrained(tmp_path)
    again = load_model(tmp_path)
    assert all(
        torch.equal(a, b) for a, b in zip(again.parameters(), model.parameters(), strict=True)
    )
    weights = load_file(tmp_path / "model.safetensors")
    weights["stranger"] = weights.pop("geometry_encoder.centres.out.weight")
    save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})
    expected = "missing keys: geometry_encoder.centres.out.weight; unexpected keys: stranger"
    with pytest.raises(ValueError, match=expected):
        load_model(tmp_path)
