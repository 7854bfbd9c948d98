"""Import and export of the published layout, and what is said of damaged checkpoints."""

import argparse
import json
import tarfile

import pytest
import torch
from safetensors.torch import load_file, save_file

from smolrgpt_ros.model.architecture.config import SmolRGPTConfig
from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration
from smolrgpt_ros.model.checkpoints.convert import convert, convert_back
from smolrgpt_ros.model.checkpoints.published import (
    PublishedCheckpointError,
    load_published,
    save_published,
)
from smolrgpt_ros.model.cli import add_parser
from smolrgpt_ros.model.preprocessing.processor import SmolRGPTProcessor


@pytest.fixture
def checkpoint(tmp_path, published_form_config):
    """A small checkpoint in the published layout with random weights."""
    config = published_form_config
    config.text_config.vocab_size = 128
    config.image_token_id, config.mask_rgb_token_id, config.mask_depth_token_id = 125, 126, 127
    torch.manual_seed(1)
    save_published(SmolRGPTForConditionalGeneration(config), tmp_path / "published")
    return tmp_path / "published"


def run(*arguments):
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    parsed = parser.parse_args([str(argument) for argument in arguments])
    return parsed.run(parsed)


def rewrite(folder, change):
    tensors = load_file(folder / "model.safetensors")
    change(tensors)
    save_file(tensors, folder / "model.safetensors")


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


def test_a_full_target_is_refused(checkpoint, tmp_path, capsys):
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "precious").write_text("")
    assert run("convert", checkpoint, tmp_path / "ours") == 1
    assert "not empty" in capsys.readouterr().err


def test_a_model_whose_names_carry_features_has_no_published_form(tmp_path, published_form_config):
    values = published_form_config.to_dict()
    config = SmolRGPTConfig.from_dict({**values, "region_name_token_id": 50, "region_names": 9})
    with pytest.raises(ValueError, match="names carry nothing, here those of 9"):
        save_published(SmolRGPTForConditionalGeneration(config), tmp_path / "x")


def test_a_model_with_geometry_has_no_published_form(model, tmp_path):
    with pytest.raises(ValueError, match="no geometry encoder"):
        save_published(model, tmp_path / "x")
    model.save_pretrained(tmp_path / "ours")
    assert run("convert", "--to-published", tmp_path / "ours", tmp_path / "back") == 1
    assert not (tmp_path / "back").exists()
    with pytest.raises(FileExistsError):
        convert_back(tmp_path / "ours", tmp_path / "ours")
