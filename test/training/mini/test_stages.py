# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The whole curriculum at toy size: frames, every stage, export, an engine that answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from smolrgpt_ros.model.inference.engine import SmolRGPTEngine
from smolrgpt_ros.simulation.warehouse import simulate_frame
from smolrgpt_ros.training.data.simulated_frames import CLASSES, FramesPlan
from smolrgpt_ros.training.mini import frame_cache
from smolrgpt_ros.training.mini.build import export, load_part
from smolrgpt_ros.training.mini.card import card_text
from smolrgpt_ros.training.mini.frame_cache import build_cache
from smolrgpt_ros.training.mini.recipe import STAGES, MiniRecipe, StagePlan
from smolrgpt_ros.training.mini.run_folder import open_run
from smolrgpt_ros.training.mini.scoring import ScoredAnswer
from smolrgpt_ros.training.mini.stages import train_stage
from smolrgpt_ros.training.mini.training_frames import MiniFrames, training_frame

SIZES = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 1}
RECIPE = MiniRecipe(
    seed=1,
    frames=MiniFrames(FramesPlan(frames=4, seed=40, width=192, height=108), {"plain": 1.0}, 0.0),
    named=("pallet", "buffer"),
    score_frames=2,
    vision={**SIZES, "num_attention_heads": 2, "image_size": 64, "patch_size": 16},
    decoder={**SIZES, "num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 16},
    refiner_stages=3,
    depth=True,
    vocabulary=300,
    stages={name: StagePlan(steps=2, frames=2, learning_rate=1e-3, questions=2) for name in STAGES},
)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    torch.set_num_threads(1)
    return open_run(RECIPE, tmp_path_factory.mktemp("run"))


def test_records_hold_what_the_frame_shows(run):
    frames = run.frames
    assert len(frames) == 4
    assert frames.rgb.shape == (4, 64, 64, 3)
    assert frames.masks.shape[1:] == (16, 16)
    for number, truth in enumerate(frames.truths):
        rows = frames.regions(number)
        assert frames.object_ids[rows].tolist() == [o.id for o in truth.regions]
        # A mask's weights lie where its pixels do, to within a cell of the coarse grid.
        for row, item in zip(range(rows.start, rows.stop), truth.regions, strict=True):
            if item.area < 150:  # less than two cells: a person, far away
                continue
            weights = frames.masks[row].astype(float)
            x = (weights.sum(0) * (np.arange(16) + 0.5)).sum() / weights.sum()
            y = (weights.sum(1) * (np.arange(16) + 0.5)).sum() / weights.sum()
            assert x == pytest.approx((item.centroid[0] + 0.5) / truth.width * 16, abs=1)
            assert y == pytest.approx((item.centroid[1] + 0.5) / truth.height * 16, abs=1)
            # Buffers are flat, but their masks hold what stands on them: only the others' depth.
            if item.label == "pallet":
                assert abs(frames.geometry[row][2] - item.centre[2]) < 1.5


def test_patches_say_which_class_they_show(run):
    shares = run.frames.patch_classes.astype(np.float32).mean(1)
    for number, truth in enumerate(run.frames.truths):
        pixels = truth.width * truth.height
        for column, label in enumerate(CLASSES):
            masks = [o.mask() for o in truth.regions if o.label == label]
            expected = np.any(masks, axis=0).sum() / pixels if masks else 0.0
            assert shares[number, column] == pytest.approx(expected, abs=0.01)


def test_a_finished_cache_is_not_made_again(run):
    folder = run.folder / "cache"
    before = (folder / "rgb.npy").stat().st_mtime_ns
    build_cache(RECIPE.frames, folder, image_size=64, mask_grid=16, patch_size=16)
    assert (folder / "rgb.npy").stat().st_mtime_ns == before


def test_an_interrupted_cache_goes_on(run, tmp_path, monkeypatch):
    monkeypatch.setattr(frame_cache, "_PART", 2)
    sizes = {"image_size": 64, "mask_grid": 16, "patch_size": 16}
    record, made = training_frame, []

    def interrupted(plan, index):
        made.append(index)
        if made == [0, 1, 2, 3]:
            raise KeyboardInterrupt
        return record(plan, index)

    monkeypatch.setattr(frame_cache, "training_frame", interrupted)
    with pytest.raises(KeyboardInterrupt):
        build_cache(RECIPE.frames, tmp_path, **sizes)
    found = build_cache(RECIPE.frames, tmp_path, **sizes)
    assert made == [0, 1, 2, 3, 2, 3]
    for name in ("rgb", "patch_classes", "masks", "geometry", "object_ids", "offsets"):
        assert np.array_equal(vars(found)[name], vars(run.frames)[name])
    with pytest.raises(ValueError, match="frames of another recipe"):
        build_cache(replace(RECIPE.frames, rough_masks=1.0), tmp_path, **sizes)


def test_a_stage_needs_the_ones_before_it(run, tmp_path):
    alone = type(run)(run.recipe, run.frames, run.model, run.processor, tmp_path, run.features)
    with pytest.raises(FileNotFoundError, match="run the stage that makes it first"):
        train_stage(alone, "sft")
    with pytest.raises(ValueError, match="'pretrain'"):
        train_stage(alone, "pretrain")


def test_every_stage_trains_its_parts_and_no_others(run):
    trained = {}
    for stage in STAGES:
        before = {n: p.detach().clone() for n, p in run.model.named_parameters()}
        train_stage(run, stage)
        changed = {
            name.split(".")[0]
            for name, parameter in run.model.named_parameters()
            if not torch.equal(parameter, before[name])
        }
        trained[stage] = changed
    assert trained["tower"] == {"vision_tower"}
    assert trained["centres"] == {"geometry_encoder"}
    assert trained["language"] == {"language_model", "geometry_encoder"}
    assert trained["rgb_alignment"] == {"rgb_connector"}
    connectors = {"rgb_connector", "depth_connector", "rgb_refiner", "depth_refiner"}
    of_regions = connectors | {"picture_geometry"}
    assert trained["region_geometry"] == of_regions
    assert trained["region_alignment"] == of_regions
    assert trained["sft"] == of_regions | {"geometry_encoder", "language_model"}


def test_the_card_says_what_the_run_was_and_what_is_asked(run, tmp_path):
    (tmp_path / "model.safetensors").write_bytes(bytes(1_500_000))
    run.model.config.question_forms = ["distance"]
    answers = [ScoredAnswer("distance", i % 2 == 1, 0.93, i % 4 > 0) for i in range(8)]
    text = card_text(run, [*answers, ScoredAnswer("count", False, 0.55, False)], [], tmp_path)
    assert "1.5 MB" in text and "4 simulated frames of this package, 192x108" in text
    assert "| sft | 2 | 2 x 2 | 0 |" in text
    assert "| distance | 50.0 of 4 | 100.0 of 4 | yes |" in text
    assert "| count | 0.0 of 1 | - | no |" in text
    assert "| 0.9-0.95 | 8 | 0.75 |" in text


@pytest.fixture(scope="module")
def finished(run, tmp_path_factory):
    """Folder of the model, after every stage."""
    folder = tmp_path_factory.mktemp("finished")
    for part, module in run.model.named_children():
        load_part(module, run.part(part))
    export(run.model, run.processor, folder)
    return folder


def test_the_exported_model_answers(finished):
    engine = SmolRGPTEngine.load(finished, device="cpu", threads=1)
    simulated = simulate_frame(41, "ceiling", 192, 108)
    masks = [region.mask for region in simulated.regions[:2]]
    answer = engine.answer(simulated.frame, masks, "How far is <mask> from <mask>?")
    assert len(answer.token_ids) > 0
    assert 0 < answer.confidence <= 1


def test_a_run_continues_from_a_finished_model(run, finished, tmp_path):
    later = open_run(RECIPE, tmp_path / "run", start=finished)
    assert later.stages == ("centres", "language", "sft")
    weights = {name: value.half() for name, value in run.model.state_dict().items()}
    began = {name: value.clone() for name, value in later.model.state_dict().items()}
    assert all(torch.equal(value.half(), weights[name]) for name, value in began.items())
    for stage in later.stages:
        train_stage(later, stage)
    changed = {
        name.split(".")[0]
        for name, value in later.model.state_dict().items()
        if not torch.equal(value, began[name])
    }
    assert {"language_model", "geometry_encoder", "rgb_connector"} <= changed
    assert "vision_tower" not in changed
    assert (tmp_path / "run" / "parts" / "vision_tower.safetensors").exists()
    text = card_text(later, [], [], finished)
    assert "Continued from finished weights" in text and "| tower |" not in text
    assert (tmp_path / "run" / "tokenizer").exists() is False  # it is that of the model


def test_a_run_continues_only_from_a_model_of_its_sizes(finished, tmp_path):
    wider = replace(RECIPE, decoder={**RECIPE.decoder, "intermediate_size": 64})
    with pytest.raises(ValueError, match="set --continue-from to one of its sizes"):
        open_run(wider, tmp_path / "run", start=finished)
