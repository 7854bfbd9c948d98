# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What ``smolrgpt train --continue-from`` refuses, in one line, before any frame is made."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest
import yaml

from smolrgpt_ros.model.geometry_tokens.features import FEATURE_COUNT
from smolrgpt_ros.training.cli import add_parser, main

ROOT = Path(__file__).resolve().parents[2]
RECIPES = ROOT / "config" / "training"
MINI = ROOT / "smolrgpt_ros" / "checkpoints" / "mini"


@pytest.fixture
def refusal(tmp_path, monkeypatch):
    """``refusal(*words)`` -> the error of ``smolrgpt train`` with these words."""

    def began(*_, **__):
        raise AssertionError("the run began")

    monkeypatch.setattr("smolrgpt_ros.training.mini.run_folder.open_run", began)
    monkeypatch.setattr("smolrgpt_ros.training.detector.run.run_detector", began)
    monkeypatch.chdir(ROOT)
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())

    def refused(*words):
        typed = ["train", "--run-dir", str(tmp_path / "run"), *map(str, words)]
        with pytest.raises((ValueError, FileNotFoundError)) as error:
            main(parser.parse_args(typed))
        assert not (tmp_path / "run").exists()
        (line,) = str(error.value).splitlines()
        return line

    return refused


@pytest.fixture
def weights(tmp_path):
    file = tmp_path / "detector.pt"
    file.write_bytes(b"weights")
    return file


@pytest.mark.parametrize("detector", [(), ("--detector",)])
def test_nothing_there(refusal, tmp_path, detector):
    line = refusal("--continue-from", tmp_path / "none", *detector)
    assert line.startswith(f"--continue-from {tmp_path / 'none'} does not exist; ")
    assert ("--detector, expected a detector's .pt file" in line) == bool(detector)


def test_a_detectors_weights_for_the_mini(refusal, weights):
    line = refusal("--continue-from", weights)
    assert line.startswith(f"--continue-from {weights} is a file; expected the folder of a mini")
    assert line.endswith("set --detector")


def test_a_mini_for_the_detector(refusal):
    line = refusal("--continue-from", MINI, "--detector")
    assert line.startswith(f"--continue-from {MINI} is a folder; with --detector, expected ")
    assert line.endswith("leave --detector out")


def test_another_file_for_the_detector(refusal):
    file = MINI / "model.safetensors"
    assert f"{file} is no .pt file" in refusal("--continue-from", file, "--stage", "detector")


@pytest.mark.parametrize("missing", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_folder_without_a_file_of_a_mini(refusal, tmp_path, missing):
    for name in {"config.json", "model.safetensors", "tokenizer.json"} - {missing}:
        (tmp_path / name).write_text("{}")
    line = refusal("--continue-from", tmp_path)
    assert line.startswith(f"--continue-from {tmp_path} has no {missing}; expected the folder of")


@pytest.mark.parametrize(
    ("config", "found"), [(json.dumps({"model_type": "llama"}), "'llama'"), ("{}", "None")]
)
def test_another_model(refusal, tmp_path, config, found):
    for name in ("model.safetensors", "tokenizer.json"):
        (tmp_path / name).touch()
    (tmp_path / "config.json").write_text(config)
    line = refusal("--continue-from", tmp_path)
    assert f"holds a model of type {found}, not 'smolrgpt'; expected the folder" in line


def test_a_mini_of_another_version(refusal, tmp_path):
    for name in ("model.safetensors", "tokenizer.json"):
        (tmp_path / name).touch()
    (tmp_path / "config.json").write_text('{"model_type": "smolrgpt", "geometry_features": 34}')
    line = refusal("--continue-from", tmp_path)
    assert f"geometry_features: 34, expected {FEATURE_COUNT}" in line and "another version" in line


@pytest.mark.parametrize("stage", ["tower", "region_geometry", "rgb_alignment"])
def test_a_stage_that_a_continued_run_leaves_out(refusal, stage):
    line = refusal("--continue-from", MINI, "--stage", stage)
    assert line.startswith(f"--stage {stage}: ") and line.endswith("leave --continue-from out")
    assert "set one of centres, language, sft," in line


@pytest.mark.parametrize(
    ("recipe", "remedy"),
    [
        ("reader.yaml", "of a reader: leave it out"),
        ("full/sft.yaml", "of one stage: set its model.folder"),
    ],
)
def test_a_recipe_that_continues_from_no_weights(refusal, recipe, remedy):
    line = refusal("--continue-from", MINI, "--config", RECIPES / recipe)
    assert line == (
        f"--continue-from {MINI} is for the mini and its detector; {RECIPES / recipe} is {remedy}"
    )


@pytest.mark.parametrize("option", ["--score", "--statistics", "--for-colours"])
def test_a_command_that_trains_nothing(refusal, weights, option):
    assert "--score, --statistics and --for-colours train nothing" in refusal(
        "--continue-from", weights, option, weights
    )


def test_the_recipe_of_a_continued_run_needs_weights(refusal):
    recipe = RECIPES / "mini_continued.yaml"
    assert refusal("--config", recipe) == (
        f"{recipe}: stages has no tower, region_geometry, rgb_alignment, region_alignment; "
        "set --continue-from to a finished mini, or --config to a recipe that has"
    )


def test_a_recipe_without_a_stage_of_a_continued_run(refusal, tmp_path):
    values = yaml.safe_load((RECIPES / "mini_continued.yaml").read_text())
    values["stages"].pop("sft")
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(yaml.safe_dump(values))
    assert refusal("--continue-from", MINI, "--config", recipe) == (
        f"{recipe}: stages has no sft; set --config to a recipe that has"
    )


@pytest.mark.parametrize("words", [("--continue-from", MINI), ("--stage", "sft")])
def test_what_may_begin(refusal, words):
    with pytest.raises(AssertionError, match="the run began"):
        refusal(*words)
