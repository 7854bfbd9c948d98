# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The error of a query without a usable frame."""

from dataclasses import replace

import pytest

from smolrgpt_ros.query.input_state import (
    InputState,
    SilenceWatch,
    several_publishers,
    what_is_missing,
    why_no_frame,
    why_stale,
)
from smolrgpt_ros.scene.status import QueryError, Status

FAILURE = QueryError(Status.UNREGISTERED_DEPTH, "depth is 8x3")
TOPICS = {"rgb": "/cam/rgb", "depth": "/cam/depth"}


@pytest.mark.parametrize(
    ("inputs", "status", "words"),
    [
        (InputState(topics=TOPICS), Status.NO_FRAME, ["/cam/rgb", "qos.rgb"]),
        (InputState(), Status.NO_FRAME, ["rgb/image_raw"]),
        (
            InputState(publishers={"rgb": 1}),
            Status.NO_FRAME,
            ["a node publishes it", "docs/hosts.md"],
        ),
        (
            InputState(rgb=4, publishers={"depth": 1}, topics=TOPICS),
            Status.NO_DEPTH,
            ["/cam/depth", "a node publishes it", "docs/hosts.md"],
        ),
        (InputState(rgb=9, depth=8, lost=0.5), Status.NO_FRAME, ["lost on their way", "50%"]),
        (InputState(rgb=9, depth=8, busy_s=42.0), Status.NO_FRAME, ["not returned", "42 s"]),
        (InputState(rgb=9, depth=8, paired=8, busy_s=4.0), Status.NO_FRAME, ["ask again"]),
        (InputState(rgb=9, topics=TOPICS), Status.NO_DEPTH, ["/cam/depth", "use_depth"]),
        (InputState(rgb=9, depth=8, slop_s=0.05), Status.NO_FRAME, ["0.050 s", "sync.slop"]),
        (InputState(rgb=9, use_depth=False), Status.NO_FRAME, ["ask again"]),
        (InputState(rgb=9, depth=9, paired=9), Status.NO_FRAME, ["ask again"]),
        (
            InputState(rgb=9, rgb_age_s=0.1, depth_age_s=0.1, failure=FAILURE),
            Status.UNREGISTERED_DEPTH,
            ["8x3"],
        ),
        (
            InputState(rgb=9, depth=9, paired=9, rgb_age_s=300.0, failure=FAILURE),
            Status.NO_FRAME,
            ["came 300.00 s ago", "is the camera running?", "8x3"],
        ),
        (
            InputState(rgb=9, depth=9, rgb_age_s=0.1, depth_age_s=300.0, failure=FAILURE),
            Status.NO_DEPTH,
            ["300.00 s ago"],
        ),
        (InputState(mismatches={"rgb": "less RELIABILITY"}), Status.NO_FRAME, ["RELIABILITY"]),
        (InputState(rgb=1, mismatches={"depth": "DURABILITY"}), Status.NO_DEPTH, ["DURABILITY"]),
        (
            InputState(rgb=9, depth=9, paired=9, waits_for_regions=True),
            Status.NO_FRAME,
            ["no regions", "stamps"],
        ),
        (
            InputState(
                rgb=9,
                depth=9,
                paired=9,
                waits_for_regions=True,
                mismatches={"regions": "less RELIABILITY"},
            ),
            Status.NO_FRAME,
            ["less RELIABILITY"],
        ),
    ],
)
def test_no_frame_at_all(inputs, status, words):
    error = why_no_frame(inputs, max_age_s=2.0)
    assert error.status is status
    for word in words:
        assert word in error.message


@pytest.mark.parametrize(
    ("inputs", "status", "words"),
    [
        (
            InputState(rgb=9, depth=9, rgb_age_s=5.0, depth_age_s=5.0),
            Status.STALE_FRAME,
            ["4.50 s old", "2.00 s", "5.00 s ago: is the camera running?"],
        ),
        (
            InputState(rgb=9, depth=9, rgb_age_s=0.1, depth_age_s=0.1, busy_s=42.0),
            Status.STALE_FRAME,
            ["4.50 s old", "detector has not returned", "42 s", "restart"],
        ),
        (
            InputState(rgb=9, depth=9, rgb_age_s=0.1, depth_age_s=5.0),
            Status.NO_DEPTH,
            ["5.00 s ago"],
        ),
        (
            InputState(rgb=9, rgb_age_s=0.1, depth_age_s=5.0, use_depth=False),
            Status.STALE_FRAME,
            ["4.50 s old", "0.10 s ago", "too slow", "query.max_age", "use_sim_time"],
        ),
        (
            InputState(rgb=9, depth=9, paired=2, rgb_age_s=0.1, depth_age_s=0.1, lost=0.4),
            Status.STALE_FRAME,
            ["4.50 s old", "images get lost on their way: docs/hosts.md", "40%"],
        ),
        (
            InputState(rgb=9, rgb_age_s=0.1, depth_age_s=0.1, failure=FAILURE),
            Status.UNREGISTERED_DEPTH,
            ["8x3"],
        ),
        (
            InputState(rgb=9, depth=9, rgb_age_s=300.0, depth_age_s=300.0, failure=FAILURE),
            Status.STALE_FRAME,
            ["4.50 s old", "300.00 s ago: is the camera running?", "8x3"],
        ),
        (
            InputState(rgb=9, rgb_age_s=0.1, use_depth=False, waits_for_regions=True),
            Status.STALE_FRAME,
            ["4.50 s old", "no regions"],
        ),
    ],
)
def test_newest_frame_too_old(inputs, status, words):
    error = why_stale(inputs, age_s=4.5, max_age_s=2.0)
    assert error.status is status
    for word in words:
        assert word in error.message


def test_silence_is_logged_once_and_again_when_it_changes():
    watch = SilenceWatch(patience_s=5.0)
    silent = why_no_frame(InputState(), 2.0).message
    said = [watch.to_log(silent, now) for now in (100.0, 104.9, 105.0, 106.0, 900.0)]
    assert said == ["", "", silent, "", ""]
    for n in (3, 4):  # counts change, the cause does not
        unpaired = why_no_frame(InputState(rgb=n, depth=n, slop_s=0.04), 2.0).message
        assert watch.to_log(unpaired, 900.0 + n) == (unpaired if n == 3 else "")
    for age in (6.25, 7.25):
        stale = why_stale(
            InputState(rgb=9, depth=9, rgb_age_s=age, depth_age_s=age), age, 2.0
        ).message
        assert watch.to_log(stale, 910.0 + age) == (stale if age == 6.25 else "")
    assert watch.to_log("", 930.0) == ""
    assert [bool(watch.to_log(silent, now)) for now in (931.0, 935.0, 936.0)] == [
        False,
        False,
        True,
    ]


def test_a_calibration_that_never_comes_is_missing():
    frames = InputState(rgb=9, depth=9, paired=9, topics={"info": "/a/camera_info"})
    assert what_is_missing(frames).startswith("no calibration has come on /a/camera_info: ")
    assert "qos.camera_info" in what_is_missing(frames)
    mismatch = replace(frames, mismatches={"info": "a publisher offers less"})
    assert what_is_missing(mismatch) == "a publisher offers less"
    assert what_is_missing(replace(frames, info=1)) == ""
    assert what_is_missing(replace(frames, use_depth=False)) == ""
    assert "docs/hosts.md" in what_is_missing(replace(frames, lost=0.9))


def test_several_publishers_of_one_topic_are_named():
    one = InputState(rgb=9, depth=9, info=9, publishers={"rgb": 1, "depth": 1, "info": 1})
    assert several_publishers(one) == "" and what_is_missing(one) == ""
    two = replace(one, publishers={"rgb": 1, "depth": 2, "info": 1}, topics=TOPICS)
    assert several_publishers(two).startswith("2 nodes publish /cam/depth: ")
    lasting = replace(two, several=several_publishers(two), lost=0.5)
    assert what_is_missing(lasting) == lasting.several, "the cause of the loss comes first"
