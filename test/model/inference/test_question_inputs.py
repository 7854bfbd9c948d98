# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Questions that do not fit their frame or the model, and masks that vanish."""

import copy

import numpy as np
import pytest
from tiny_questions import box, make_frame

from smolrgpt_ros.model.geometry_tokens import features
from smolrgpt_ros.model.geometry_tokens.features import CLASS, FEATURE_COUNT
from smolrgpt_ros.model.inference.engine import SmolRGPTEngine
from smolrgpt_ros.model.inference.frame_regions import FrameRegions
from smolrgpt_ros.model.inference.question_inputs import question_inputs
from smolrgpt_ros.model.preprocessing.processor import SmolRGPTProcessor
from smolrgpt_ros.scene.floor_fit import fit_ground_plane
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.status import QueryError, Status


@pytest.mark.parametrize(
    ("masks", "prompt", "message"),
    [
        ([box(1, 1)], "<mask> or <mask>?", "2 <mask> placeholders, 1 masks"),
        ([np.ones((10, 10), bool)], "<mask>?", r"mask 0 is \(10, 10\), the frame \(60, 80\)"),
        ([], "x" * 600, "ask a shorter question"),
        ([box(1, 1)] * 41, "<mask>" * 41, "names for 40 regions, the question has 41"),
    ],
)
def test_bad_questions_are_refused_before_the_model(engine, masks, prompt, message):
    with pytest.raises(QueryError, match=message) as caught:
        engine.answer(make_frame(), masks, prompt)
    assert caught.value.status is Status.BAD_QUESTION


@pytest.mark.parametrize("labels", [["pallet"], ["pallet", "shelf", "pallet"], []])
def test_labels_that_are_not_one_for_each_mask_are_refused(engine, labels):
    masks = [box(5, 6), box(30, 40)]
    with pytest.raises(QueryError, match=f"{len(labels)} labels were given, 2 masks") as caught:
        engine.answer(make_frame(), masks, "<mask> or <mask>?", labels=labels)
    assert caught.value.status is Status.BAD_QUESTION


def test_labels_mark_the_classes_of_the_masks_in_their_order(processor):
    regions, masks = FrameRegions(processor, make_frame(), ("shelf", "pallet")), [box(5, 6)] * 2
    told = question_inputs(regions, masks, "<mask> <mask>", labels=["pallet", "shelf"])
    assert told.geometry is not None
    assert told.geometry[:, CLASS].nonzero().tolist() == [[0, 1], [1, 0]]
    untold = question_inputs(regions, masks, "<mask> <mask>")
    assert untold.geometry is not None and not untold.geometry[:, CLASS].any()


def test_vanished_masks_are_reported(model, processor):
    mask = np.zeros((1080, 1920), bool)
    mask[301:304, 702:705] = True
    large = np.zeros((1080, 1920), bool)
    large[100:300, 200:500] = True
    frame = RgbdFrame(rgb=np.zeros((1080, 1920, 3), np.uint8), depth=None, intrinsics=None)
    with SmolRGPTEngine(copy.deepcopy(model), processor) as engine:
        answer = engine.answer(frame, [large, mask], "<mask> <mask>", max_new_tokens=2)
    assert answer.vanished_masks == (1,)


def test_geometry_is_estimated_where_one_region_has_no_depth(processor):
    frame, masks = make_frame(), [box(5, 6), box(30, 40)]
    assert frame.depth is not None
    measured = question_inputs(FrameRegions(processor, frame), masks, "<mask> <mask>")
    assert measured.geometry is not None and measured.geometry.shape == (2, FEATURE_COUNT)
    assert not measured.estimated
    depth = frame.depth.copy()
    depth[5:25, 6:21] = np.nan
    partly = RgbdFrame(frame.rgb, depth, frame.intrinsics, 0, "camera")
    regions = FrameRegions(processor, partly)
    assert question_inputs(regions, masks, "<mask> <mask>").estimated
    assert not question_inputs(regions, masks[1:], "<mask>").estimated
    hidden = FrameRegions(processor, frame, with_geometry=False)
    kept = question_inputs(hidden, masks, "<mask> <mask>")
    assert kept.estimated and kept.geometry is not None and not kept.geometry.any()


def test_a_model_without_geometry_estimates_none(tokenizer, published_form_config):
    processor = SmolRGPTProcessor.for_config(published_form_config, tokenizer)
    regions = FrameRegions(processor, make_frame(depth=False))
    inputs = question_inputs(regions, [box(5, 6)], "<mask>")
    assert inputs.geometry is None and not inputs.estimated


def test_a_frames_floor_is_fitted_once(engine, monkeypatch):
    fitted = []

    def count(depth, intrinsics):
        fitted.append(depth)
        return fit_ground_plane(depth, intrinsics)

    monkeypatch.setattr(features, "fit_ground_plane", count)
    first, second = make_frame(), make_frame()
    for frame, mask in ((first, box(5, 6)), (first, box(30, 40)), (second, box(5, 6))):
        engine.answer(frame, [mask], "<mask>", max_new_tokens=2)
    assert [id(depth) for depth in fitted] == [id(first.depth), id(second.depth)]
