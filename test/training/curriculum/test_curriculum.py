# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A stage at toy size: what learns, at which rate, from where; killed and resumed; on two."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import yaml
from safetensors.torch import load_file

from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration
from smolrgpt_ros.model.preprocessing.processor import SmolRGPTProcessor
from smolrgpt_ros.training.cli import CONFIG, main
from smolrgpt_ros.training.curriculum import trainer as trainer_module
from smolrgpt_ros.training.curriculum.resource_estimate import estimate_resources
from smolrgpt_ros.training.curriculum.stage_recipe import is_stage_recipe, read_stage_recipe
from smolrgpt_ros.training.curriculum.trained_modules import Rates, freeze, parameter_groups
from smolrgpt_ros.training.curriculum.trainer import (
    StageTrainer,
    answer_loss,
    check_one_gpu_each,
    run_stage,
)

ROOT = Path(__file__).parents[3]


@pytest.fixture
def write_recipe(write_data, tiny, tmp_path):
    """``write_recipe(**changes)`` -> path of a recipe on 12 entries with a tiny model."""
    for part in tiny:
        part.save_pretrained(tmp_path / "start")

    def write(**changes):
        values = {
            "stage": "sft",
            "model": {"folder": str(tmp_path / "start")},
            "data": [{"path": str(write_data(12))}],
            "validation": 0.3,
            "epochs": 2,
            "global_batch": 4,
            "micro_batch": 2,
            "learning_rate": 1e-2,
            "save_steps": 2,
            "workers": 0,
            "trainer": {"use_cpu": True, "logging_steps": 1, "disable_tqdm": True},
        } | changes
        path = tmp_path / "recipe.yaml"
        path.write_text(yaml.safe_dump(values))
        return path

    return write


def losses(out):
    last = max(out.glob("checkpoint-*"), key=lambda p: int(p.name.split("-")[1]))
    history = json.loads((last / "trainer_state.json").read_text())["log_history"]
    return {line["step"]: line["loss"] for line in history if "loss" in line}


def test_a_stage_leaves_a_model_and_says_how_it_came_about(write_recipe, tmp_path):
    path, out = write_recipe(max_steps=4), tmp_path / "run"
    metrics = run_stage(read_stage_recipe(path), path, out)
    assert metrics["eval_loss"] > 0
    found = losses(out)
    assert set(found) == {1, 2, 3, 4} and found[4] < found[1]
    assert (out / "recipe.yaml").read_text() == path.read_text()
    assert json.loads((out / "versions.json").read_text())["torch"] == torch.__version__
    assert list((out / "runs").rglob("events.out.tfevents.*"))
    before = load_file(tmp_path / "start/model.safetensors")
    after = load_file(out / "model/model.safetensors")
    changed = {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}
    assert changed == {
        "rgb_connector",
        "depth_connector",
        "rgb_refiner",
        "depth_refiner",
        "language_model",
    }
    SmolRGPTProcessor.from_pretrained(out / "model")


def test_a_killed_run_ends_like_an_uninterrupted_one(write_recipe, tmp_path, monkeypatch):
    path = write_recipe(max_steps=4, validation=0)
    recipe = read_stage_recipe(path)
    run_stage(recipe, path, tmp_path / "whole")
    step = StageTrainer.training_step

    def dies(self, *args, **kwargs):
        if self.state.global_step == 3:
            raise KeyboardInterrupt
        return step(self, *args, **kwargs)

    monkeypatch.setattr(StageTrainer, "training_step", dies)
    with pytest.raises(KeyboardInterrupt):
        run_stage(recipe, path, tmp_path / "killed")
    monkeypatch.undo()
    run_stage(recipe, path, tmp_path / "killed")
    whole = load_file(tmp_path / "whole/model/model.safetensors")
    resumed = load_file(tmp_path / "killed/model/model.safetensors")
    assert all(torch.allclose(whole[name], resumed[name], atol=1e-6) for name in whole)


def test_two_processes_learn_what_one_learns(write_recipe, tmp_path):
    path = write_recipe(max_steps=3, validation=0)
    run_stage(read_stage_recipe(path), path, tmp_path / "one")
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    launch = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command = [sys.executable, *launch, str(ROOT / "scripts" / "smolrgpt"), "train"]
    done = subprocess.run(
        [*command, "--config", str(path), "--run-dir", str(tmp_path / "two")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    one, two = losses(tmp_path / "one"), losses(tmp_path / "two")
    assert set(one) == set(two) == {1, 2, 3}
    for number, loss in one.items():
        assert two[number] == pytest.approx(loss, rel=1e-3)


def test_stages_freeze_what_the_paper_freezes(tiny):
    model, _ = tiny
    for stage, expected in {
        "rgb_alignment": {"rgb_connector"},
        "region_alignment": {"rgb_connector", "depth_connector", "rgb_refiner", "depth_refiner"},
        "sft": {
            "rgb_connector",
            "depth_connector",
            "rgb_refiner",
            "depth_refiner",
            "language_model",
        },
    }.items():
        assert set(freeze(model, stage)) == expected
        learning = {n.split(".")[0] for n, p in model.named_parameters() if p.requires_grad}
        assert learning == expected
    with pytest.raises(ValueError, match="found 'warmup'"):
        freeze(model, "warmup")


def test_every_module_has_its_rate(tiny):
    model, _ = tiny
    modules = freeze(model, "sft")
    groups = parameter_groups(modules, Rates(1e-3, {"rgb_connector": 5e-3}), 0.2)
    rate = {id(p): g["lr"] for g in groups for p in g["params"]}
    decay = {id(p): g["weight_decay"] for g in groups for p in g["params"]}
    assert len(rate) == sum(len(g["params"]) for g in groups)
    assert set(rate) == {id(p) for p in model.parameters() if p.requires_grad}
    assert {rate[id(p)] for p in model.rgb_connector.parameters()} == {5e-3}
    assert {rate[id(p)] for p in model.depth_connector.parameters()} == {1e-3}
    assert all(
        decay[id(p)] == (0.2 if p.ndim >= 2 else 0.0)
        for m in modules.values()
        for p in m.parameters()
    )
    with pytest.raises(ValueError, match="unknown modules"):
        Rates(1e-3, {"tower": 1e-3})


def test_the_loss_is_shared_among_all_answer_tokens():
    logits = torch.zeros(1, 4, 3)
    logits[0, 1, 2] = 2.0
    labels = torch.tensor([[-100, -100, 2, 1]])
    # Row 1 foretells token 2 with e^2 : 1 : 1, row 2 token 1 with 1 : 1 : 1.
    by_hand = -torch.tensor(2.0) + (torch.tensor(2.0).exp() + 2).log() + torch.tensor(3.0).log()
    assert answer_loss({"logits": logits}, labels) == pytest.approx(float(by_hand) / 2)
    assert answer_loss({"logits": logits}, labels, 8) == pytest.approx(float(by_hand) / 8)


def test_a_plan_counts_steps_and_bytes(write_recipe, tiny):
    recipe = replace(read_stage_recipe(write_recipe()), global_batch=12, micro_batch=5, epochs=3)
    model, _ = tiny
    for processes, (micro, accumulation) in {1: (4, 3), 2: (3, 2), 4: (3, 1)}.items():
        plan = estimate_resources(recipe, model, 100, processes)
        assert (plan.micro_batch, plan.accumulation, plan.steps) == (micro, accumulation, 27)
    tower = sum(p.numel() for p in model.vision_tower.parameters())
    assert plan.parameters - plan.learning == tower
    assert plan.gigabytes * 1e9 > 4 * plan.parameters + 12 * plan.learning
    with pytest.raises(ValueError, match="cannot be split among 5"):
        estimate_resources(recipe, model, 100, 5)


def test_batches_must_fit_the_processes(write_recipe):
    recipe = read_stage_recipe(write_recipe())
    assert recipe.accumulation(1) == 2
    assert recipe.accumulation(2) == 1
    with pytest.raises(ValueError, match=r"global_batch=4.*3 processes"):
        recipe.accumulation(3)


def test_processes_may_not_share_a_gpu(write_recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    path = write_recipe(trainer={"use_cpu": False})
    with pytest.raises(ValueError, match=r"2 processes.*1 GPUs.*--nproc-per-node 1"):
        run_stage(read_stage_recipe(path), path, tmp_path / "run")
    assert not (tmp_path / "run").exists()
    check_one_gpu_each(2, 2)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"stage": "fourth"}, "found 'fourth'"),
        ({"epoch": 2}, "unknown \\['epoch'\\]"),
        ({"data": []}, "at least one source"),
        ({"data": [{"file": "x"}]}, "weight"),
        ({"model": {"folder": "a", "vision": "b", "language": "c"}}, "either folder"),
        ({"model": {"vision": "b"}}, "either folder"),
        ({"learning_rate": 0}, "above 0"),
        ({"global_batch": 0}, "global_batch must be at least 1, found 0"),
    ],
)
def test_a_wrong_recipe_names_the_key(write_recipe, change, words):
    with pytest.raises(ValueError, match=words):
        read_stage_recipe(write_recipe(**change))


@pytest.mark.parametrize("name", ["rgb_alignment", "region_alignment", "sft"])
def test_the_published_recipes_read(name):
    path = ROOT / "config" / "training" / "full" / f"{name}.yaml"
    recipe = read_stage_recipe(path)
    assert recipe.stage == name
    assert is_stage_recipe(path) and not is_stage_recipe(ROOT / CONFIG)
    for processes in (1, 2, 8):
        if recipe.global_batch % (recipe.micro_batch * processes) == 0:
            assert recipe.accumulation(processes) >= 1
    assert recipe.accumulation(2) >= 1


def test_dry_run_and_show(write_recipe, tmp_path, capsys):
    import argparse

    from smolrgpt_ros.training.cli import add_parser

    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    path = str(write_recipe())
    assert main(parser.parse_args(["train", "--config", path, "--dry-run"])) == 0
    table = capsys.readouterr().out
    assert "samples an epoch" in table and table.splitlines()[-1].split()[0] == "2"
    out = tmp_path / "run"
    show = ["train", "--config", path, "--run-dir", str(out), "--show", "2"]
    assert main(parser.parse_args(show)) == 0
    assert len(list((out / "examples").glob("*.png"))) == 2
    with pytest.raises(ValueError, match="--run-dir is missing"):
        main(parser.parse_args(["train", "--config", path]))


def test_backbones_are_joined(tmp_path, tiny):
    from transformers import LlamaConfig, LlamaForCausalLM, SiglipVisionConfig, SiglipVisionModel

    from smolrgpt_ros.training.curriculum.start import from_backbones
    from smolrgpt_ros.training.mini.tokenizer import train_tokenizer

    sizes = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 1}
    tower = SiglipVisionModel(
        SiglipVisionConfig(**sizes, num_attention_heads=2, image_size=32, patch_size=8)
    )
    tower.save_pretrained(tmp_path / "vision")
    tokenizer = train_tokenizer(["What is it? A pallet."] * 5, 300)
    decoder = LlamaForCausalLM(
        LlamaConfig(
            **sizes,
            num_attention_heads=2,
            num_key_value_heads=1,
            vocab_size=len(tokenizer),
            tie_word_embeddings=True,
        )
    )
    decoder.save_pretrained(tmp_path / "language")
    tokenizer.save_pretrained(tmp_path / "language")
    model, processor = from_backbones(tmp_path / "vision", tmp_path / "language")
    assert isinstance(model, SmolRGPTForConditionalGeneration)
    weight = "encoder.layers.0.mlp.fc1.weight"
    assert torch.equal(model.vision_tower.state_dict()[weight], tower.state_dict()[weight])
    rows = decoder.model.embed_tokens.weight
    assert torch.equal(model.language_model.model.embed_tokens.weight[: len(rows)], rows)
    assert processor.options.image_tokens == 4
    assert model.language_model.lm_head.weight is model.language_model.model.embed_tokens.weight
    decoder.config.tie_word_embeddings = False
    decoder.config.save_pretrained(tmp_path / "language")
    with pytest.raises(ValueError, match="tie_word_embeddings"):
        from_backbones(tmp_path / "vision", tmp_path / "language")


def test_versions_name_the_commit():
    assert trainer_module.versions()["commit"]
