# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``smolrgpt convert``: to a model folder and back."""

import argparse
import json

import pytest
import torch
from safetensors.torch import load_file

from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration
from smolrgpt_ros.model.checkpoints.convert import convert, convert_back
from smolrgpt_ros.model.checkpoints.published import load_published, save_published
from smolrgpt_ros.model.cli import add_parser
from smolrgpt_ros.model.preprocessing.processor import SmolRGPTProcessor


def run(*arguments):
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    parsed = parser.parse_args([str(argument) for argument in arguments])
    return parsed.run(parsed)


def test_the_published_file_comes_back_byte_for_byte(reference_checkpoint, tmp_path):
    assert run("convert", reference_checkpoint, tmp_path / "ours") == 0
    assert run("convert", "--to-published", tmp_path / "ours", tmp_path / "back") == 0
    before = load_file(reference_checkpoint / "model.safetensors")
    after = load_file(tmp_path / "back" / "model.safetensors")
    assert before.keys() == after.keys()
    for name, tensor in before.items():
        assert tensor.numpy().tobytes() == after[name].numpy().tobytes(), name
    config = json.loads((reference_checkpoint / "config.json").read_text())
    again = json.loads((tmp_path / "back" / "config.json").read_text())
    assert {k: v for k, v in config.items() if k != "lm_chat_template"} == again


def test_converted_folder_loads_with_the_same_weights(checkpoint, tmp_path):
    assert convert(checkpoint, tmp_path / "ours") is False
    direct = load_published(checkpoint).state_dict()
    ours = SmolRGPTForConditionalGeneration.from_pretrained(tmp_path / "ours").state_dict()
    assert direct.keys() == ours.keys()
    assert all(torch.equal(direct[name], ours[name]) for name in direct)


def test_without_a_tokenizer_the_command_says_which(checkpoint, tmp_path, capsys):
    assert run("convert", checkpoint, tmp_path / "ours") == 0
    assert "HuggingFaceTB/SmolLM2-360M-Instruct" in capsys.readouterr().err


def test_with_a_tokenizer_the_folder_is_complete(
    checkpoint, tmp_path, tokenizer, published_form_config
):
    backend = tokenizer.backend_tokenizer
    vocabulary = backend.to_str().replace("<mask_rgb>", "<a>").replace("<mask_depth>", "<b>")
    plain = tokenizer.__class__(
        tokenizer_object=backend.from_str(vocabulary.replace("<|image|>", "<c>")),
        unk_token="<unk>",
        eos_token="<|im_end|>",
        pad_token="<|im_end|>",
        bos_token="<|im_start|>",
        additional_special_tokens=[f"<extra{i}>" for i in range(22)],
    )
    plain.save_pretrained(tmp_path / "tokenizer")
    assert convert(checkpoint, tmp_path / "ours", tmp_path / "tokenizer") is True
    processor = SmolRGPTProcessor.from_pretrained(tmp_path / "ours")
    assert processor.encode("<|image|><mask_rgb><mask_depth>") == [125, 126, 127]


def test_a_full_target_is_refused(checkpoint, tmp_path):
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "precious").write_text("")
    with pytest.raises(OSError, match="not empty"):
        run("convert", checkpoint, tmp_path / "ours")


def test_a_model_with_geometry_has_no_published_form(model, tmp_path):
    with pytest.raises(ValueError, match="no geometry encoder"):
        save_published(model, tmp_path / "x")
    model.save_pretrained(tmp_path / "ours")
    with pytest.raises(ValueError, match="no geometry encoder"):
        run("convert", "--to-published", tmp_path / "ours", tmp_path / "back")
    assert not (tmp_path / "back").exists()
    with pytest.raises(FileExistsError):
        convert_back(tmp_path / "ours", tmp_path / "ours")
