# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Why an answer is not given in full, and from where it would be."""

import pytest
from block_scene import Block, Scene

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.reasoning.reasoner import SpatialReasoner

REASONER = SpatialReasoner(None, policy="measured")
CUT = Block(3, "pallet", (2.9, 4.2), (1.2, 1.2, 0.8))
WHOLE = Block(5, "pallet", (-0.8, 6.0), (1.2, 1.2, 0.8))


@pytest.fixture(scope="module")
def cut():
    """A robot's view whose right edge cuts a pallet."""
    return Scene([CUT, WHOLE], height=1.4, pitch_deg=15.0, noise=0.001)


def test_a_pallet_that_the_edge_cuts_is_seen_from_a_view_that_turns_to_it(cut):
    answer = REASONER.answer(cut.frame, cut.regions, "How long is pallet 3?")
    assert answer.measured.lower_bound
    (sentence,) = answer.suggested.hidden
    assert sentence.startswith("Of pallet 3, ") and "beyond the picture's right edge" in sentence
    view = answer.suggested.viewpoint
    assert view is not None and view.heading < 0
    pose = answer.suggested.pose(FrameGeometry(cut.frame, cut.regions))
    assert pose is not None
    # At the camera's height: it is moved along the floor and turned about up alone.
    up = FrameGeometry(cut.frame, cut.regions).plane
    assert up is not None and up.up @ pose.translation == pytest.approx(0.0, abs=1e-6)
    assert pose.rotation[:, 2] == pytest.approx(up.up, abs=1e-6)


def test_an_answer_in_full_suggests_nothing(cut):
    answer = REASONER.answer(cut.frame, cut.regions, "How tall is pallet 5?")
    assert answer.measured.answered and not answer.measured.lower_bound
    assert answer.suggested.hidden == () and answer.suggested.viewpoint is None


def test_without_depth_nothing_is_suggested(cut):
    from dataclasses import replace

    frame = replace(cut.frame, depth=None)
    answer = REASONER.answer(frame, cut.regions, "How long is pallet 3?")
    assert not answer.measured.answered and answer.suggested.hidden == ()


def test_a_buffer_behind_a_shelf_is_named_with_the_shelf():
    scene = Scene(
        [
            Block(1, "buffer", (0.0, 7.0), (4.0, 2.0, 0.0)),
            Block(2, "shelf", (0.0, 4.5), (2.0, 0.8, 2.4)),
            Block(4, "pallet", (-2.2, 5.0), (1.2, 1.2, 0.8)),
        ],
        height=1.4,
        pitch_deg=10.0,
        noise=0.001,
    )
    answer = REASONER.answer(scene.frame, scene.regions, "How many pallets are in buffer 1?")
    assert not answer.complete
    # Of 5 x 5 points of the floor, the 3 middle columns are behind the shelf; at the left one,
    # the 3 nearest are behind the pallet.
    (sentence,) = answer.suggested.hidden
    assert sentence == "Of buffer 1, 60% hidden by shelf 2 and 12% hidden by pallet 4."
    view = answer.suggested.viewpoint
    assert view is not None and abs(view.position[0]) > 1.0
