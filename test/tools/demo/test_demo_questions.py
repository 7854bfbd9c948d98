# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What the demo asks, and how it counts what is right, on a scene made by hand."""

import json
import re
from typing import Any

import numpy as np
import pytest

from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.masks import encode_rle
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.simulation.sensing.matching import match_objects
from smolrgpt_ros.simulation.sensing.truth import FrameTruth, ObjectTruth
from smolrgpt_ros.tools.demo.questions import (
    Asked,
    is_right,
    live_questions,
    scored_questions,
)
from smolrgpt_ros.tools.demo.report import Row, summary, table, value_text, write_json

SIZE = (60, 100)


def mask(x0, x1, y0=20, y1=40):
    found = np.zeros(SIZE, bool)
    found[y0:y1, x0:x1] = True
    return found


def thing(identity, label, x0, x1, centre, inside=(), load=""):
    pixels = mask(x0, x1)
    return ObjectTruth(
        id=identity,
        label=label,
        centre=centre,
        size=(1.0, 1.0, 1.0),
        yaw=0.0,
        load=load,
        carried_by=-1,
        inside=inside,
        is_region=True,
        visible_pixels=int(pixels.sum()),
        visible_share=1.0,
        centroid=((x0 + x1 - 1) / 2, 29.5),
        box=(x0, 20, x1, 40),
        area=int(pixels.sum()),
        rle=encode_rle(pixels),
    )


@pytest.fixture
def truth():
    return FrameTruth(
        seed=1,
        family="ceiling",
        intrinsics=CameraIntrinsics(100, 60, 50.0, 50.0, 49.5, 29.5),
        camera_position=(0.0, 0.0, 5.0),
        world_to_optical=(1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0),
        objects=(
            thing(0, "pallet", 5, 15, (-3.0, 0.0, 5.0), inside=(3,), load="loaded"),
            thing(1, "pallet", 40, 50, (0.0, 0.0, 5.0), load="loaded"),
            thing(2, "transporter", 70, 80, (3.0, 0.0, 9.0), load="empty"),
            thing(3, "buffer", 2, 30, (-3.0, 0.5, 5.0)),
            thing(4, "buffer", 55, 69, (2.0, 0.5, 6.0)),
        ),
    )


def detected(truth, offset=10):
    return [Region(offset + o.id, o.label, o.mask()) for o in truth.regions]


def test_detected_regions_find_their_objects(truth):
    regions = detected(truth)
    wrong_label = Region(99, "shelf", truth.objects[0].mask())
    elsewhere = Region(98, "pallet", mask(85, 95))
    found = match_objects(truth, [*regions, wrong_label, elsewhere])
    assert {i: o.id for i, o in found.items()} == {10: 0, 11: 1, 12: 2, 13: 3, 14: 4}


def test_live_questions_are_in_words_with_the_regions_ids(truth):
    asked = {a.kind: a for a in live_questions(truth, detected(truth), np.random.default_rng(0))}
    counts = {13: 1, 14: 0}
    assert asked["count"] in [
        Asked("count", f"How many pallets are in buffer {i}?", (), n, "detector")
        for i, n in counts.items()
    ]
    # Buffer 3 is at (-3, 0.5, 5), buffer 4 at (2, 0.5, 6). Pallet 1 is 3.04 m and 2.29 m away,
    # transporter 2 7.23 m and 3.2 m; pallet 0 stands in a buffer.
    nearest = "Which buffer is nearest to {}?"
    assert asked["choice"] in [
        Asked("choice", nearest.format(name), (), 14, "detector")
        for name in ("pallet 11", "transporter 12")
    ]
    # Pallet 0 is at (6, 0, 4) from the transporter, pallet 1 at (3, 0, 4): 7.21 m and 5 m.
    distance = asked["distance"]
    expected = {"pallet 10": 7.21, "pallet 11": 5.0}
    pallet = distance.text.split(" from ")[0].removeprefix("How far is ")
    assert distance.truth == expected[pallet] and "transporter 12" in distance.text
    assert asked["left_right"].truth in ("left", "right")


def test_what_the_detector_missed_is_not_asked_about(truth):
    regions = [r for r in detected(truth) if r.id not in (11, 14)]
    kinds = [a.kind for a in live_questions(truth, regions, np.random.default_rng(0))]
    assert "count" not in kinds and "choice" not in kinds
    assert live_questions(truth, [], np.random.default_rng(0)) == []


def test_scored_questions_name_their_masks(truth):
    asked = scored_questions(truth, ("distance", "left_right"), np.random.default_rng(2))
    assert [a.kind for a in asked] == ["distance", "left_right"]
    for a in asked:
        assert a.masks == "simulator"
        assert a.text.count("<mask>") == len(a.region_ids)
        assert "<mask>" not in a.readable_text and f"[{a.region_ids[0]}]" in a.readable_text


@pytest.mark.parametrize(
    ("kind", "value", "truth", "right"),
    [
        ("distance", 5.5, 5.0, True),
        ("distance", 5.51, 5.0, False),
        ("distance", 0.01, 0.0, False),
        ("distance", 0.0, 0.0, True),
        ("distance", None, 5.0, None),
        ("left_right", "left", "left", True),
        ("count", 2, 3, False),
        ("choice", 11, 11, True),
    ],
)
def test_right_is_what_the_benchmark_calls_right(kind, value, truth, right):
    assert is_right(kind, value, truth) is right


def row(**changes):
    values: dict[str, Any] = {
        "frame": 0,
        "seed": 7,
        "masks": "simulator",
        "kind": "distance",
        "question": "How far?",
        "status": "OK",
        "message": "",
        "asked": True,
        "text": "5.00 meters",
        "value": 5.0,
        "measured": 9.0,
        "truth": 5.1,
        "latency_s": 0.5,
    }
    return Row(**(values | changes))


def test_the_table_marks_what_is_wrong_and_shows_failures():
    long = "How far is the leftmost pallet [3] from the transporter [5] behind the shelf?"
    failed = row(status="NO_FRAME", message="no image", value=None, measured=None)
    text = table([row(), row(question=long), failed])
    lines = text.splitlines()
    assert max(map(len, lines)) == 80 - 3
    assert lines[2] == "scene 0, the simulator's masks"
    assert lines[3].split() == "How far? 5.00 m 9.00 m ! 5.10 m 0.5".split()
    assert lines[5] == "  the transporter [5] behind the shelf?"
    assert "    NO_FRAME: no image" in lines


def test_a_terminal_gets_green_and_red_in_the_same_columns():
    plain, colored = table([row()]), table([row()], colored=True)
    assert "\x1b[32m    5.00 m\x1b[0m" in colored and "\x1b[31m  9.00 m !\x1b[0m" in colored
    assert re.sub(r"\x1b\[\d+m", "", colored) == plain and "\x1b" not in plain


def test_the_summary_counts_by_masks_and_kind():
    text = summary([row(), row(measured=5.2), row(masks="detector", value=None)])
    assert "distance    measured right 1/2, model right 2/2" in text
    assert "3 of 3 answered" in text
    assert "on the detector's masks:" in text


def test_what_the_model_was_not_asked_is_not_counted():
    silent = row(asked=False, text="", value=None, measured=5.2)
    assert "measured right 1/1, model not asked" in summary([silent])
    both = summary([silent, row()])
    assert "measured right 1/2, model right 1/1, not asked 1" in both
    assert "not asked" in table([silent])


def test_json_has_the_promised_keys(tmp_path):
    path = tmp_path / "new" / "rows.json"
    write_json([row()], path)
    (data,) = json.loads(path.read_text())
    promised = "frame kind question status text value measured truth latency_s".split()
    assert set(promised) <= set(data)
    assert (data["value"], data["truth"]) == (5.0, 5.1)


def test_values_for_people():
    assert value_text("distance", 3) == "3.00 m"
    assert value_text("choice", 4) == "[4]"
    assert value_text("count", None) == "-"
