# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Relations and sizes on a scene whose world coordinates are the viewer's axes."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import re
from typing import Any

import numpy as np
import pytest

from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.simulation.questions.relation_questions import (
    generate_relations,
    relation_phrasings,
)
from smolrgpt_ros.simulation.questions.relation_truth import (
    COMPARISONS,
    RELATION_KINDS,
    compare,
    value_of,
    viewed,
)
from smolrgpt_ros.simulation.sensing.truth import FrameTruth, ObjectTruth
from smolrgpt_ros.simulation.warehouse import SimulatedFrame
from smolrgpt_ros.simulation.world.spec import CameraPose

# Hangs 5 m up and looks along +y, 30 degrees down: across is x, ahead is y, up is z.
CAMERA = CameraPose((0.0, 0.0, 5.0), 90.0, 30.0, 70.0)
# What questions and answers a frame and a generator give on every machine.
CHECKSUM = "4a992951675bf876"

Triple = tuple[float, float, float]


def make_object(number: int, label: str, at: Triple, size: Triple, **fields: Any) -> ObjectTruth:
    """An object by its place in the world; ``yaw`` 0 points its length ahead."""
    rotation = CAMERA.rotation()
    x, y, z = (float(v) for v in rotation @ (np.array(at) - CAMERA.position))
    item = ObjectTruth(number, label, (x, y, z), size, 0.0, "", -1, (), True, 900, 1.0)
    return dataclasses.replace(item, **{"box": (50, 40, 90, 70), **fields})


def frame_of(*objects: ObjectTruth) -> FrameTruth:
    rotation = tuple(float(v) for v in CAMERA.rotation().ravel())
    camera = CameraIntrinsics(400, 200, 300.0, 300.0, 199.5, 99.5)
    return FrameTruth(1, "ceiling", camera, CAMERA.position, rotation, objects)


PALLET = make_object(0, "pallet", (1.0, 6.0, 0.5), (1.2, 1.1, 1.0))
# Its length lies across the view.
RACK = make_object(1, "shelf", (-3.0, 9.0, 1.5), (2.8, 1.0, 3.0), yaw=math.pi / 2)
# Farther along the view than PALLET by less and by more than is plain.
LITTLE_FARTHER = make_object(5, "pallet", (1.0, 6.3, 0.5), (1.2, 1.1, 1.0))
FARTHER = make_object(6, "pallet", (1.0, 6.5, 0.5), (1.2, 1.1, 1.0))
# On PALLET's level, but a longer way from the camera than FARTHER.
ASIDE = make_object(7, "pallet", (6.0, 6.0, 0.5), (1.2, 1.1, 1.0))
DECK = make_object(2, "transporter", (4.0, 6.0, 0.115), (1.4, 0.8, 0.23))
LOAD = make_object(3, "pallet", (4.0, 6.0, 0.73), (1.2, 1.2, 1.0), carried_by=2)
TAPE = make_object(4, "buffer", (1.0, 5.5, 0.0), (5.9, 2.1, 0.0))
FRAME = frame_of(PALLET, RACK, DECK, LOAD, TAPE)


def at(item: ObjectTruth):
    return viewed(FRAME, item)


def test_the_viewers_axes_are_gravitys() -> None:
    rack = at(RACK)
    assert (rack.across, rack.ahead, rack.up) == pytest.approx((-3.0, 9.0, 1.5))
    assert rack.extent == pytest.approx((2.8, 1.0, 3.0))
    assert rack.side == 2.8
    turned = at(dataclasses.replace(PALLET, yaw=math.pi / 6))
    # 1.2 m long, 1.1 m wide, turned by 30 degrees: 0.6 + 0.953 across, 1.039 + 0.55 ahead.
    assert turned.extent == pytest.approx((1.5526, 1.5892, 1.0), abs=1e-4)
    assert turned.side == 1.1


@pytest.mark.parametrize(
    ("kind", "a", "b", "word"),
    [
        ("front_behind", PALLET, RACK, "front"),
        ("front_behind", RACK, PALLET, "behind"),
        # Side by side: 6.00 m ahead both.
        ("front_behind", PALLET, DECK, None),
        ("front_behind", PALLET, FARTHER, "front"),
        ("front_behind", PALLET, LITTLE_FARTHER, None),
        ("front_behind", ASIDE, FARTHER, None),
        # One on the other.
        ("front_behind", LOAD, DECK, None),
        ("above_below", LOAD, DECK, "above"),
        ("above_below", PALLET, RACK, "below"),
        # 0.23 m of difference is too little.
        ("above_below", LOAD, PALLET, None),
        ("above_below", PALLET, TAPE, None),
        # 8.4 m^3 against 1.32 m^3.
        ("bigger_smaller", RACK, PALLET, "bigger"),
        ("bigger_smaller", DECK, PALLET, "smaller"),
        # 1.44 m^3 against 1.32 m^3.
        ("bigger_smaller", LOAD, PALLET, None),
        ("bigger_smaller", TAPE, PALLET, None),
        ("taller_shorter", DECK, PALLET, "shorter"),
        ("taller_shorter", RACK, LOAD, "taller"),
        ("taller_shorter", LOAD, PALLET, None),
        ("wider_thinner", RACK, PALLET, "wider"),
        # 0.8 m against 1.1 m.
        ("wider_thinner", DECK, PALLET, "thinner"),
        ("wider_thinner", LOAD, PALLET, None),
    ],
)
def test_clear_differences_have_a_word_and_small_ones_none(
    kind: str, a: ObjectTruth, b: ObjectTruth, word: str | None
) -> None:
    assert compare(kind, at(a), at(b)) == word


def test_wider_in_view_and_wider_by_itself_must_agree() -> None:
    # Seen 1.98 m wide because it is turned by 45 degrees, but its sides are 1.4 m: in doubt.
    turned = dataclasses.replace(DECK, size=(1.4, 1.4, 0.23), yaw=math.pi / 4)
    assert compare("wider_thinner", at(turned), at(dataclasses.replace(PALLET, yaw=0.0))) == "wider"
    narrow = dataclasses.replace(DECK, size=(1.3, 1.3, 0.23), yaw=math.pi / 4)
    assert compare("wider_thinner", at(narrow), at(PALLET)) is None


def test_hidden_objects_have_no_size_to_ask_for() -> None:
    hidden = dataclasses.replace(RACK, visible_share=0.5)
    assert compare("taller_shorter", at(hidden), at(PALLET)) is None
    assert value_of("height", at(hidden)) is None
    # The picture is 400 x 200 pixels; this one goes on above it.
    for box in ((50, 0, 90, 70), (0, 40, 90, 70), (350, 40, 400, 70), (50, 40, 90, 200)):
        cut = dataclasses.replace(RACK, box=box)
        assert value_of("height", at(cut)) is None
        assert compare("wider_thinner", at(cut), at(PALLET)) is None
    # Where it stands is still plain.
    assert compare("front_behind", at(hidden), at(PALLET)) == "behind"


@pytest.mark.parametrize(
    ("kind", "a", "b", "value"),
    [
        # 4 m across and 3 m ahead; 1 m of height does not count.
        ("horizontal_distance", PALLET, RACK, 5.0),
        ("vertical_distance", PALLET, RACK, 1.0),
        ("vertical_distance", LOAD, PALLET, None),
        ("horizontal_distance", LOAD, DECK, None),
        # 0.5 m from the middle of the tape.
        ("horizontal_distance", PALLET, TAPE, None),
        # The deck is 3 m to the right of the pallet; the pallet 3 m to the left of the deck.
        ("direction", PALLET, DECK, 3),
        ("direction", DECK, PALLET, 9),
        # 4 m left, 3 m ahead: 306.9 degrees, 6.9 off 10 o'clock; the way back is 126.9: 4.
        ("direction", PALLET, RACK, 10),
        ("direction", RACK, PALLET, 4),
        ("width", PALLET, None, 1.1),
        ("width", RACK, None, 2.8),
        ("height", LOAD, None, 1.0),
        ("height", TAPE, None, None),
    ],
)
def test_distances_directions_and_sizes_are_those_found_by_hand(
    kind: str, a: ObjectTruth, b: ObjectTruth | None, value: float | None
) -> None:
    assert value_of(kind, at(a), at(b) if b else None) == value


@pytest.mark.parametrize(
    ("bearing_deg", "hour"), [(0, 12), (-9, 12), (9, 12), (12, None), (30, 1), (180, 6), (351, 12)]
)
def test_hours_go_clockwise_and_twelve_is_ahead(bearing_deg: float, hour: int | None) -> None:
    angle = math.radians(bearing_deg)
    there = make_object(
        9, "pallet", (1 + 4 * math.sin(angle), 6 + 4 * math.cos(angle), 0.5), (1, 1, 1)
    )
    assert value_of("direction", at(PALLET), at(there)) == hour


def test_turned_boxes_are_not_asked_for_their_width() -> None:
    # 1.1 cos 8 + 1.2 sin 8 = 1.256 m in view, 14 % more than the side.
    assert value_of("width", at(dataclasses.replace(PALLET, yaw=math.radians(8)))) is None
    # 1.1 cos 4 + 1.2 sin 4 = 1.181 m, 7 % more.
    assert value_of("width", at(dataclasses.replace(PALLET, yaw=math.radians(4)))) == 1.1


def test_unknown_kinds_are_refused() -> None:
    with pytest.raises(ValueError, match="left_right"):
        compare("left_right", at(PALLET), at(RACK))
    with pytest.raises(ValueError, match="direction"):
        value_of("direction", at(PALLET))
    with pytest.raises(ValueError, match="colour"):
        generate_relations(FRAME, np.random.default_rng(0), ("colour",))
    with pytest.raises(ValueError, match="test"):
        generate_relations(FRAME, np.random.default_rng(0), phrasing="test")


SENTENCES = {
    "front_behind": r"The .+ is (in front of|behind) the .+\.",
    "above_below": r"The .+ is (above|below) the .+\.",
    "bigger_smaller": r"The .+ is (bigger|smaller) than the .+\.",
    "taller_shorter": r"The .+ is (taller|shorter) than the .+\.",
    "wider_thinner": r"The .+ is (wider|thinner) than the .+\.",
    "horizontal_distance": r"The .+ and the .+ are \d+\.\d\d meters apart horizontally\.",
    "vertical_distance": r"The .+ and the .+ are \d+\.\d\d meters apart vertically\.",
    "direction": r"Seen from the .+, the .+ is at \d+ o'clock\.",
    "width": r"The .+ is \d+\.\d\d meters wide\.",
    "height": r"The .+ is \d+\.\d\d meters tall\.",
}


@pytest.mark.parametrize("phrasing", ["train", "heldout"])
def test_sentences_and_normalized_answers_tell_the_same(phrasing: str) -> None:
    seen: set[str] = set()
    for seed in range(40):
        for q in generate_relations(FRAME, np.random.default_rng(seed), phrasing=phrasing):
            seen.add(q.category)
            assert re.fullmatch(SENTENCES[q.category], q.answer), q.answer
            assert q.text.count("<mask>") == len(q.object_ids) == q.answer.count("[Region ")
            # The answer names its subject first; the question may have put it second.
            named = [q.object_ids[int(i)] for i in re.findall(r"\[Region (\d+)\]", q.answer)]
            items = [at(FRAME.objects[i]) for i in named]
            if q.category in COMPARISONS:
                assert q.normalized == compare(q.category, *items)
                assert str(q.normalized) in q.answer
            else:
                assert q.normalized == value_of(q.category, *items)
                number = f"{q.normalized:.2f}" if q.category != "direction" else str(q.normalized)
                assert f" {number} " in q.answer
    assert seen == set(RELATION_KINDS)


def test_every_kind_has_fifteen_sentences_and_others_held_out() -> None:
    train, heldout = (relation_phrasings().split(name) for name in ("train", "heldout"))
    assert set(train) == set(heldout) == set(RELATION_KINDS)
    for kind in RELATION_KINDS:
        assert len(set(train[kind])) >= 15 and len(set(heldout[kind])) >= 4
        assert not set(train[kind]) & set(heldout[kind])
        pair = kind not in ("width", "height")
        for sentence in (*train[kind], *heldout[kind]):
            assert sentence.count("{a}") == 1 and sentence.count("{b}") == int(pair), sentence


def test_same_generator_same_questions_everywhere() -> None:
    asked = generate_relations(FRAME, np.random.default_rng(11), per_kind=3)
    records = [[q.category, q.text, q.object_ids, q.answer, q.normalized] for q in asked]
    assert hashlib.sha256(json.dumps(records).encode()).hexdigest()[:16] == CHECKSUM


def test_simulated_frames_have_questions_of_every_kind(shots: list[SimulatedFrame]) -> None:
    rng = np.random.default_rng(0)
    kinds = {q.category for s in shots for q in generate_relations(s.truth, rng, per_kind=3)}
    assert kinds == set(RELATION_KINDS)
