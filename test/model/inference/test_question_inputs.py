"""Questions that do not fit their frame or the model, and masks that vanish."""

import copy

import numpy as np
import pytest
from tiny_questions import box, make_frame

from smolrgpt_ros.model.inference.engine import SmolRGPTEngine
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


def test_vanished_masks_are_reported(model, processor):
    mask = np.zeros((1080, 1920), bool)
    mask[301:304, 702:705] = True
    large = np.zeros((1080, 1920), bool)
    large[100:300, 200:500] = True
    frame = RgbdFrame(rgb=np.zeros((1080, 1920, 3), np.uint8), depth=None, intrinsics=None)
    with SmolRGPTEngine(copy.deepcopy(model), processor) as engine:
        answer = engine.answer(frame, [large, mask], "<mask> <mask>", max_new_tokens=2)
    assert answer.vanished_masks == (1,)
