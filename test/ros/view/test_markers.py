# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Markers from real messages: frames, positions, ids, lifetimes, colours by kind, a clean end."""

import math
from dataclasses import replace

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Vector3
from std_msgs.msg import Header
from visualization_msgs.msg import Marker

from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.msg import MeasuredValue, Region, RegionArray, SpatialAnswer
from smolrgpt_ros.nodes.page_messages import outlines_of
from smolrgpt_ros.rendering.palette import (
    DISAGREE_COLOR,
    GENERATED_COLOR,
    LABEL_COLORS,
    MEASURED_COLOR,
)
from smolrgpt_ros.ros.convert.answer_values import KIND_CODES, view_of_message
from smolrgpt_ros.ros.convert.time import nanoseconds
from smolrgpt_ros.ros.view import marker_shapes
from smolrgpt_ros.ros.view.markers import DisplayedAnswer, markers_of

NAN = float("nan")
HEADER = Header(stamp=Time(sec=5), frame_id="optical")
ASKED = Header(stamp=Time(sec=3), frame_id="optical")
MARKS = ("answer_line", "answer_label", "answer_box")
AGREE, DISAGREE = SpatialAnswer.AGREEMENT_AGREE, SpatialAnswer.AGREEMENT_DISAGREE


def region(identity, x, known=True, label="pallet", y=0.5, z=4.0):
    return Region(
        id=identity,
        label=label,
        position=Point(x=x if known else NAN, y=y, z=z),
        size=Vector3(x=1.0, y=0.6, z=0.8),
    )


def array(*regions):
    return RegionArray(header=HEADER, height=6, width=9, regions=list(regions))


def shown(array, asked, regions, lifetime_s):
    """The markers of regions and of an answer message, ``None`` for none."""
    view = asked and DisplayedAnswer(view_of_message(asked, regions), asked.header, regions)
    return markers_of(array, lifetime_s, view)


def answer(kind, prompt_ids, measured, agreement=AGREE, **fields):
    return SpatialAnswer(
        header=ASKED,
        question=fields.pop("question", "How far?"),
        text=fields.pop("text", "The words."),
        kind=kind,
        model="mini",
        prompt_region_ids=prompt_ids,
        region_ids=prompt_ids,
        agreement=agreement,
        measured=measured,
        **fields,
    )


def distance(agreement=AGREE):
    measured = MeasuredValue(
        has_value=True, value=3.1, unit="m", normalized="3.10", region_ids=[3, 5], std=0.04
    )
    return answer(SpatialAnswer.KIND_DISTANCE, [3, 5], measured, agreement)


def left_right(generated, true):
    measured = MeasuredValue(has_value=True, value=NAN, normalized=true, region_ids=[3, 5])
    agreement = AGREE if generated == true else DISAGREE
    return answer(SpatialAnswer.KIND_LEFT_RIGHT, [3, 5], measured, agreement, normalized=generated)


def choice(generated_index, chosen, prompt_ids, agreement):
    index = str(prompt_ids.index(chosen))
    measured = MeasuredValue(has_value=True, value=NAN, normalized=index, region_ids=[chosen])
    return answer(
        SpatialAnswer.KIND_CHOICE, prompt_ids, measured, agreement, normalized=str(generated_index)
    )


def named(markers, namespace):
    return {m.id: m for m in markers.markers if m.ns == namespace}


def paint(marker):
    return tuple(round(255 * v) for v in (marker.color.r, marker.color.g, marker.color.b))


def spot(point):
    return (point.x, point.y, point.z)


class Viewer:
    """What RViz shows: markers by namespace and id, until deleted or too old."""

    def __init__(self):
        self.displayed = {}

    def receive(self, markers, now_s):
        for marker in markers.markers:
            if marker.action == Marker.DELETEALL:
                self.displayed.clear()
            else:
                key = (marker.ns, marker.id)
                assert key not in self.displayed, f"{key} twice in one message"
                self.displayed[key] = now_s + nanoseconds(marker.lifetime) / 1e9

    def visible(self, now_s):
        return {key for key, end in self.displayed.items() if end > now_s}


def test_the_first_marker_clears_what_was_shown():
    markers = shown(array(), None, [], 2.0).markers
    assert [m.action for m in markers] == [Marker.DELETEALL]
    assert markers[0].header == HEADER


def test_every_known_region_is_a_box_with_a_name_that_expires():
    markers = shown(array(region(3, -1.0), region(4, 9.0, known=False)), None, [], 2.0)
    boxes, names = named(markers, "regions"), named(markers, "names")
    assert set(boxes) == set(names) == {3}, "a region without a position is not drawn at zero"
    box = boxes[3]
    assert (box.header, box.type) == (HEADER, Marker.LINE_LIST)
    assert spot(box.pose.position) == (-1.0, 0.5, 4.0)
    assert len(box.points) == 24, "twelve edges"
    for axis, half in (("x", 0.5), ("y", 0.3), ("z", 0.4)):
        values = [getattr(p, axis) for p in box.points]
        assert (min(values), max(values)) == (-half, half)
    # sqrt(1 + 0.25 + 16)
    assert names[3].text == "pallet 3\n4.15 m"
    assert names[3].pose.position.y < box.pose.position.y - 0.3, "above: -y in an optical frame"
    # 0.028 of the distance, a little nearer at the name's own place.
    assert names[3].scale.z == pytest.approx(0.116, rel=0.03)
    assert paint(box) == paint(names[3]) == LABEL_COLORS["pallet"]
    assert all(nanoseconds(m.lifetime) == 2_000_000_000 for m in markers.markers[1:])


def test_letters_grow_with_the_distance():
    near, far = region(3, 0.0, y=0.0, z=2.0), region(5, 3.0, y=4.0, z=12.0)
    names = named(shown(array(near, far), None, [], 2.0), "names")
    assert names[3].scale.z == pytest.approx(0.056, rel=0.03)
    # sqrt(9 + 16 + 144) = 13 m, times 0.028; a little nearer at the name's own place.
    assert names[5].scale.z == pytest.approx(0.364, rel=0.03)


def test_a_distance_is_a_segment_with_its_length_and_both_values_are_written():
    regions = [region(3, -1.0), region(5, 2.0, label="transporter", z=6.0)]
    markers = shown(array(*regions, region(8, 0.0)), distance(), regions, 2.0)
    line, length = named(markers, "answer_line")[0], named(markers, "answer_label")[0]
    assert (line.type, line.header) == (Marker.LINE_LIST, ASKED), "of the image asked about"
    assert [spot(p) for p in line.points] == [(-1.0, 0.5, 4.0), (2.0, 0.5, 6.0)]
    assert length.text == "3.10 m"
    # Lifted over its line by a letter: 0.028 of its distance, 5.05 m.
    assert spot(length.pose.position) == pytest.approx((0.5, 0.5 - 0.1414, 5.0), abs=1e-3)
    words = named(markers, "answer_text")
    assert [words[i].text for i in range(3)] == [
        "How far?",
        "model: The words.",
        "measured: 3.10 +- 0.04 m",
    ]
    heights = [words[i].pose.position.y for i in range(3)]
    assert heights == sorted(heights), "question on top"
    # The nearer ones end lowest, at a slope of (0.5 + 0.3) / 4; the words stand at 0.6 of their
    # 4 m, in the direction of the middle of both regions, (0.5, 0.5, 5.0).
    assert spot(words[0].pose.position)[::2] == pytest.approx((0.24, 2.4))
    assert heights[0] > 0.2 * 2.4, "all are seen below the boxes"
    assert set(named(markers, "names")) == {3, 5}, "names of those the answer is about"
    alphas = {i: m.color.a for i, m in named(markers, "regions").items()}
    assert alphas[8] < 0.5 * alphas[3] and alphas[3] == alphas[5], "others are dimmed"


def test_a_detected_region_with_the_id_of_a_clients_own_is_not_taken_for_it():
    own = [region(3, -1.0), region(5, 2.0)]
    detected = array(region(3, 4.0, label="shelf"), region(5, 2.1))
    alphas = {
        i: m.color.a for i, m in named(shown(detected, distance(), own, 2.0), "regions").items()
    }
    assert alphas[3] < 0.5 * alphas[5]


def test_a_distance_from_the_camera_starts_at_the_camera():
    asked = distance()
    asked.measured.region_ids = asked.prompt_region_ids = [3]
    markers = shown(array(), asked, [region(3, -1.0)], 2.0)
    assert [spot(p) for p in named(markers, "answer_line")[0].points] == [
        (0.0, 0.0, 0.0),
        (-1.0, 0.5, 4.0),
    ]


def relation(kind, word, measured_ids=(3, 5), prompt_ids=(3, 5), **fields):
    number = {"value": float(word), "unit": "hour"} if word.isdigit() else {"value": NAN}
    measured = MeasuredValue(
        has_value=True, normalized=word, region_ids=measured_ids, std=NAN, **number
    )
    return answer(KIND_CODES[kind], prompt_ids, measured, **fields)


@pytest.mark.parametrize("true", ["left", "right"])
def test_left_right_is_an_arrow_to_the_subject_with_the_measured_word(true):
    """The subject, 3, is at x = -1 and the reference at 2; "right" would be a mistake of the
    measurement, and must be drawn as measured all the same."""
    regions = [region(3, -1.0), region(5, 2.0)]
    markers = shown(array(*regions), left_right("left", true), regions, 2.0)
    line, labels = named(markers, "answer_line")[0], named(markers, "answer_label")
    assert (line.type, [p.x for p in line.points]) == (Marker.ARROW, [2.0, -1.0])
    assert {i: m.text for i, m in labels.items()} == {3: true}
    assert labels[3].pose.position.x == -1.0


@pytest.mark.parametrize(
    ("kind", "word", "text"),
    [
        (Kind.FRONT_BEHIND, "behind", "behind"),
        (Kind.ABOVE_BELOW, "above", "above"),
        (Kind.DIRECTION, "10", "10 o'clock"),
    ],
)
def test_a_relation_is_an_arrow_to_the_subject(kind, word, text):
    regions = [region(3, -1.0), region(5, 2.0)]
    markers = shown(array(*regions), relation(kind, word), regions, 2.0)
    line = named(markers, "answer_line")[0]
    assert (line.type, [p.x for p in line.points]) == (Marker.ARROW, [2.0, -1.0])
    assert {i: m.text for i, m in named(markers, "answer_label").items()} == {3: text}


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (Kind.BIGGER_SMALLER, "smaller"),
        (Kind.TALLER_SHORTER, "taller"),
        (Kind.WIDER_THINNER, "thinner"),
    ],
)
def test_a_comparison_of_sizes_is_a_word_at_the_subject(kind, word):
    regions = [region(3, -1.0), region(5, 2.0), region(6, 0.0)]
    markers = shown(array(*regions), relation(kind, word), regions[:2], 2.0)
    assert {i: m.text for i, m in named(markers, "answer_label").items()} == {3: word}
    assert set(named(markers, "answer_box")) == {3} and named(markers, "answer_line") == {}
    alphas = {i: m.color.a for i, m in named(markers, "regions").items()}
    assert alphas[3] == alphas[5] > alphas[6], "the other one is context"


def length(kind, metres, ids):
    measured = MeasuredValue(
        has_value=True, value=metres, unit="m", normalized=f"{metres:.2f}", region_ids=ids, std=0.1
    )
    return answer(KIND_CODES[kind], [3, 5], measured)


@pytest.mark.parametrize(
    ("kind", "ends", "ticks"),
    [
        # Of 3 at (-1, 0.5, 4), 1 m wide and 0.8 m deep: level, 0.1 m in front of it, and upright,
        # 0.1 m to the right of it; y is down.
        (Kind.WIDTH, [(-1.6, 0.5, 3.5), (-0.4, 0.5, 3.5)], (0.0, 0.2, 0.0)),
        (Kind.HEIGHT, [(-0.4, 1.1, 4.0), (-0.4, -0.1, 4.0)], (0.2, 0.0, 0.0)),
    ],
)
def test_a_size_is_a_dimension_line_of_the_measured_length_beside_the_object(kind, ends, ticks):
    regions = [region(3, -1.0), region(5, 2.0)]
    markers = shown(array(*regions), length(kind, 1.2, [3]), regions, 2.0)
    points = np.array([spot(p) for p in named(markers, "answer_line")[0].points])
    line = points[:2] if points[0][0] < points[1][0] or kind is Kind.HEIGHT else points[1::-1]
    np.testing.assert_allclose(line, ends, atol=1e-9)
    for tick in (points[3] - points[2], points[5] - points[4]):
        np.testing.assert_allclose(np.abs(tick), ticks, atol=1e-9)
    label = named(markers, "answer_label")[0]
    assert label.text == "1.20 m"
    # Over the middle of a level line, over the upper end of an upright one.
    where = np.mean(ends, axis=0) if kind is Kind.WIDTH else np.array(ends[1])
    letter = 0.028 * np.linalg.norm(where)
    np.testing.assert_allclose(spot(label.pose.position), where - [0, letter, 0], atol=1e-9)


def test_a_difference_of_heights_is_vertical_on_the_floor_of_a_tilted_camera():
    """Camera 30 degrees down: up is (0, -cos 30, -sin 30). From 5 at (2, 0.5, 6) to 3 at
    (-1, 0.5, 4) are (-3, 0, -2): 1.0 m along up, so the foot is at 3 - 1.0 up."""
    regions = [region(3, -1.0), region(5, 2.0, z=6.0)]
    asked = length(Kind.VERTICAL_DISTANCE, 1.0, [3, 5])
    view = replace(view_of_message(asked, regions), up=(0.0, -math.sqrt(0.75), -0.5))
    markers = markers_of(array(*regions), 2.0, DisplayedAnswer(view, ASKED, regions))
    points = [spot(p) for p in named(markers, "answer_line")[0].points]
    foot = (-1.0, 0.5 + math.sqrt(0.75), 4.5)
    expected = [(-1.0, 0.5, 4.0), foot, foot, (2.0, 0.5, 6.0)]
    np.testing.assert_allclose(points, expected, atol=1e-9)
    assert named(markers, "answer_label")[0].text == "1.00 m"


def several(kind, ids, unit="", values=(), value=NAN):
    """An answer with a number of each region, or with one number of a unit."""
    measured = MeasuredValue(
        has_value=True, value=value, unit=unit, text="So it is.", region_ids=ids, std=NAN,
        values=values, stds=[0.1] * len(values),
    )  # fmt: skip
    return answer(KIND_CODES[kind], [3, 5, 6], measured)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (several(Kind.LIST, [5, 3]), {5: "1", 3: "2"}),
        (several(Kind.ORDER, [5, 3], "m", [1.25, 2.0]), {5: "1.25 m", 3: "2.00 m"}),
        (several(Kind.EACH, [5, 3], "m", [1.25, 2.0]), {5: "1.25 m", 3: "2.00 m"}),
        (several(Kind.SIZE, [3], "m3", value=1.25), {3: "1.25 m^3"}),
        (several(Kind.WHERE, [3], values=[4.125, 2.0]), {3: "4.12 m"}),
        (several(Kind.DIMENSIONS, [3], "m", [1.25, 0.75, 1.5]), {3: "1.25 x 0.75 x 1.50 m"}),
    ],
    ids=lambda value: "",
)
def test_an_answer_of_several_numbers_is_a_ring_and_a_text_at_each_region(asked, words):
    regions = [region(3, -1.0), region(5, 2.0), region(6, 0.0)]
    markers = shown(array(*regions), asked, regions, 2.0)
    assert {i: m.text for i, m in named(markers, "answer_label").items()} == words
    assert set(named(markers, "answer_box")) == set(words)
    assert named(markers, "answer_text")[2].text == "measured: So it is."


@pytest.mark.parametrize(
    ("kind", "fields", "word"),
    [
        (Kind.NUMBER, {"value": 0.5, "unit": "m"}, "0.50 m"),
        (Kind.YES_NO, {"yes": True, "value": NAN}, "yes"),
        (Kind.YES_NO, {"yes": False, "value": NAN}, "no"),
    ],
)
def test_an_answer_about_all_together_is_a_ring_at_each_and_its_text_at_the_first(
    kind, fields, word
):
    regions = [region(3, -1.0), region(5, 2.0), region(6, 0.0)]
    measured = MeasuredValue(has_value=True, text="So it is.", region_ids=[5, 3], **fields)
    markers = shown(array(*regions), answer(KIND_CODES[kind], [3, 5, 6], measured), regions, 2.0)
    assert {i: m.text for i, m in named(markers, "answer_label").items()} == {5: word}
    assert set(named(markers, "answer_box")) == {3, 5}


def test_a_pair_is_a_line_with_its_length():
    regions = [region(3, -1.0), region(5, 2.0), region(6, 0.0)]
    markers = shown(array(*regions), several(Kind.PAIR, [5, 3], "m", value=3.0), regions, 2.0)
    assert [p.x for p in named(markers, "answer_line")[0].points] == [2.0, -1.0]
    assert [m.text for m in named(markers, "answer_label").values()] == ["3.00 m"]


def test_a_route_is_a_line_from_stop_to_stop_with_its_whole_length_at_the_first_leg():
    regions = [region(3, -1.0), region(5, 2.0), region(6, 0.0)]
    asked = several(Kind.ROUTE, [5, 3, 6], "m", value=7.25)
    viewer, markers = Viewer(), shown(array(*regions), asked, regions, 2.0)
    viewer.receive(markers, 1.0)  # no marker twice
    lines = named(markers, "answer_line")
    assert [[p.x for p in lines[i].points] for i in (0, 1)] == [[2.0, -1.0], [-1.0, 0.0]]
    labels = list(named(markers, "answer_label").values())
    assert [m.text for m in labels] == ["7.25 m"] and labels[0].pose.position.x == 0.5


def answer_of(kind):
    """A message of any kind about regions 3 and 5."""
    if kind is Kind.CHOICE:
        return choice(0, 3, [3, 5], AGREE)
    if kind.is_comparison or kind in (Kind.COUNT, Kind.DIRECTION):
        return relation(kind, "left" if kind.is_comparison else "4")
    if kind in (Kind.ORDER, Kind.EACH, Kind.WHERE, Kind.DIMENSIONS):
        return several(kind, [3, 5], "m", [1.2, 2.0])
    if kind in (Kind.LIST, Kind.YES_NO):
        return several(kind, [3, 5])
    return several(kind, [3] if kind.is_size else [3, 5], "m", value=1.2)


@pytest.mark.parametrize("kind", [k for k in Kind if k not in (Kind.TEXT, Kind.UNKNOWN)])
def test_every_kind_that_is_measured_has_a_marker(kind):
    regions = [region(3, -1.0), region(5, 2.0)]
    markers = shown(array(*regions), answer_of(kind), regions, 2.0).markers
    marks = [m for m in markers if m.ns in MARKS]
    assert marks and all(paint(m) == MEASURED_COLOR for m in marks)


def test_counted_regions_are_numbered_and_the_uncounted_fade():
    """Pallets 3 and 6 of 3, 4 and 6 are in buffer 9."""
    regions = [region(3, -1.0), region(4, 0.0), region(6, 1.0), region(9, 0.2, label="buffer")]
    measured = MeasuredValue(
        has_value=True, value=2.0, unit="count", normalized="2", region_ids=[3, 6], std=0.0
    )
    asked = answer(SpatialAnswer.KIND_COUNT, [9, 3, 4, 6], measured, value=2.0, unit="count")
    markers = shown(array(*regions, region(7, 5.0)), asked, regions, 2.0)
    assert {i: m.text for i, m in named(markers, "answer_label").items()} == {
        3: "no. 1",
        6: "no. 2",
    }
    assert set(named(markers, "answer_box")) == {3, 6}
    alphas = {i: m.color.a for i, m in named(markers, "regions").items()}
    assert alphas[3] == alphas[6] == alphas[9] > alphas[4] > alphas[7]
    assert named(markers, "answer_text")[2].text == "measured: 2 (regions 3, 6)"


def test_a_count_of_zero_is_written_and_nothing_is_numbered():
    measured = MeasuredValue(has_value=True, value=0.0, unit="count", normalized="0")
    asked = answer(SpatialAnswer.KIND_COUNT, [9, 3], measured)
    regions = [region(9, 0.0, label="buffer"), region(3, 2.0)]
    markers = shown(array(*regions), asked, regions, 2.0)
    assert named(markers, "answer_label") == named(markers, "answer_box") == {}
    assert named(markers, "answer_text")[2].text == "measured: 0"


def test_a_choice_is_boxed_its_rivals_fade_and_the_models_own_is_distinguished():
    """Measured: 6. The model chooses index 1 of the prompt, which is 3. Transporter 5 is asked."""
    regions = [region(5, 3.0, label="transporter"), region(3, -1.0), region(6, 1.0), region(4, 0.0)]
    asked = choice(1, 6, [5, 3, 6, 4], DISAGREE)
    markers = shown(array(*regions), asked, regions, 2.0)
    boxes, labels = named(markers, "answer_box"), named(markers, "answer_label")
    assert {i: m.text for i, m in labels.items()} == {6: "chosen", 3: "model's choice"}
    assert {i: paint(m) for i, m in boxes.items()} == {6: DISAGREE_COLOR, 3: GENERATED_COLOR}
    alphas = {i: m.color.a for i, m in named(markers, "regions").items()}
    assert alphas[6] == alphas[3] == alphas[5] > 2 * alphas[4]


def test_a_choice_both_make_is_boxed_once_in_the_measured_colour():
    regions = [region(3, -1.0), region(6, 1.0)]
    markers = shown(array(*regions), choice(1, 6, [3, 6], AGREE), regions, 2.0)
    boxes = named(markers, "answer_box")
    assert {i: paint(m) for i, m in boxes.items()} == {6: MEASURED_COLOR}


@pytest.mark.parametrize(
    ("agreement", "color"),
    [
        (AGREE, MEASURED_COLOR),
        (DISAGREE, DISAGREE_COLOR),
        (SpatialAnswer.AGREEMENT_NOT_COMPARABLE, MEASURED_COLOR),
    ],
)
def test_model_and_measurement_have_their_colours_and_disagreement_is_red(agreement, color):
    regions = [region(3, -1.0), region(5, 2.0)]
    markers = shown(array(*regions), distance(agreement), regions, 2.0)
    words = named(markers, "answer_text")
    assert [paint(words[i]) for i in range(3)] == [GENERATED_COLOR, GENERATED_COLOR, color]
    assert paint(named(markers, "answer_line")[0]) == color
    assert paint(named(markers, "answer_label")[0]) == color
    assert len({GENERATED_COLOR, MEASURED_COLOR, DISAGREE_COLOR}) == 3


def test_a_missing_measurement_is_written_with_its_reason():
    measured = MeasuredValue(value=NAN, std=NAN, reason="no depth image.")
    asked = answer(SpatialAnswer.KIND_DISTANCE, [3, 5], measured, text="[Region 1] is far.")
    markers = shown(array(), asked, [region(3, 0.0, known=False)], 2.0)
    words = named(markers, "answer_text")
    assert words[1].text == "model: [5] is far.", "with the region's id, as on the boxes"
    assert words[2].text == "not measured: no depth image."
    assert named(markers, "answer_line") == {}
    assert all(np.isfinite(spot(m.pose.position)).all() for m in words.values())


def test_long_words_are_wrapped_and_do_not_overlap():
    asked = distance()
    asked.question = "How far is the leftmost pallet " * 5
    markers = shown(array(), asked, [region(3, -1.0), region(5, 2.0)], 2.0)
    words = named(markers, "answer_text")
    lines = words[0].text.splitlines()
    assert len(lines) >= 3 and max(map(len, lines)) <= 60
    gap = words[1].pose.position.y - words[0].pose.position.y
    assert gap > (len(lines) + 1) / 2 * words[0].scale.z


def test_words_are_cut_after_three_lines():
    asked = distance()
    asked.text = "The pallet is far from the transporter, " * 20
    words = named(shown(array(), asked, [region(3, -1.0), region(5, 2.0)], 2.0), "answer_text")
    lines = words[1].text.splitlines()
    assert len(lines) == 3 and lines[-1].endswith(" ...") and max(map(len, lines)) <= 60
    assert "..." not in words[0].text


def test_text_is_what_rviz_can_draw():
    """The width of a space is ``scale.x``, and letters beyond ASCII vanish."""
    asked = distance()
    asked.measured.unit = "m3"
    regions = [region(3, -1.0), region(5, 20.0, z=30.0)]
    texts = [
        marker
        for marker in shown(array(*regions), asked, regions, 2.0).markers
        if marker.type == Marker.TEXT_VIEW_FACING
    ]
    assert any("+- 0.04 m^3" in marker.text for marker in texts)
    for marker in texts:
        assert marker.scale.x == pytest.approx(0.5 * marker.scale.z) and marker.text.isascii()


def test_labels_of_other_scripts_are_drawn_as_far_as_rviz_can():
    label = "K\u00e4fig \u6258 \u2248 2 m\u00b2"
    marker = marker_shapes.text(Header(), "names", 1, label, (1, 2, 3), Point(z=2.0))
    assert marker.text == "Kafig ? ? 2 m^2"


@pytest.mark.parametrize("asked", [distance(), choice(0, 5, [3, 5], AGREE)])
def test_nothing_is_left_after_regions_and_answer_go(asked):
    viewer = Viewer()
    regions = [region(3, -1.0), region(5, 2.0)]
    viewer.receive(shown(array(*regions), asked, regions, 2.0), 10.0)
    before = viewer.visible(10.1)
    assert {("regions", 3), ("regions", 5), ("answer_text", 2)} <= before
    viewer.receive(shown(array(regions[0]), None, [], 2.0), 10.5)
    assert viewer.visible(10.6) == {("regions", 3), ("names", 3)}
    assert viewer.visible(12.6) == set(), "nor when no newer ones come"
    viewer.receive(shown(array(), None, [], 2.0), 10.7)
    assert viewer.visible(10.7) == set()


def test_every_marker_is_one_that_rviz_accepts():
    """A scale, a colour that shows, a unit quaternion, finite numbers: else RViz shows an error."""
    regions = [region(3, -1.0), region(5, 2.0)]
    for asked in (distance(), left_right("left", "left"), choice(0, 5, [3, 5], AGREE)):
        for marker in shown(array(*regions), asked, regions, 2.0).markers[1:]:
            q = marker.pose.orientation
            assert math.isclose(q.x**2 + q.y**2 + q.z**2 + q.w**2, 1.0)
            assert marker.color.a > 0.1 and max(spot(marker.scale)) > 0.0
            values = [v for p in marker.points for v in spot(p)]
            assert np.isfinite([*values, *spot(marker.pose.position)]).all()
            if marker.type == Marker.TEXT_VIEW_FACING:
                assert marker.text and marker.scale.z > 0.0
            elif marker.type == Marker.LINE_LIST:
                assert len(marker.points) % 2 == 0 and marker.scale.x > 0.0
            else:
                assert marker.type == Marker.ARROW and len(marker.points) == 2


#: A buffer of 2 by 1 m, drawn by its corners; its box would be as high as it is tilted.
OUTLINE = ((-1.0, 1.0, 4.0), (1.0, 1.0, 4.0), (1.0, 0.8, 5.0), (-1.0, 0.8, 5.0))


def test_a_flat_region_is_its_rectangle_on_the_floor_with_its_name_below():
    buffer, pallet = region(2, 0.0, label="buffer", y=0.9), region(3, 0.0, y=0.9)
    markers = markers_of(array(buffer, pallet), 2.0, None, {2: OUTLINE, 3: ()})
    boxes, names = named(markers, "regions"), named(markers, "names")
    assert (len(boxes[2].points), len(boxes[3].points)) == (8, 24)
    drawn = [spot(point) for point in boxes[2].points]
    assert drawn[::2] == list(OUTLINE) and drawn[1::2] == [*OUTLINE[1:], OUTLINE[0]]
    # Above the buffer stand the names of what stands in it.
    assert names[2].pose.position.y > 0.9 + 0.3 > 0.9 - 0.3 > names[3].pose.position.y


#: A fitted box, 1 by 2 by 3 m, turned in the camera's frame: 1, 2 and 4 are its sides' ends.
SIDES = np.array([[0.6, 0.8, 0.0], [-1.6, 1.2, 0.0], [0.0, 0.0, 3.0]])


def fitted_corner(number):
    ends = [number & 1, number >> 1 & 1, number >> 2]
    x, y, z = (np.array([0.5, 0.4, 6.0]) + SIDES[[1, 0, 2]].T @ ends).tolist()
    return x, y, z


FITTED = tuple(map(fitted_corner, range(8)))


def test_a_fitted_box_is_drawn_by_its_edges_and_read_back_from_them():
    markers = markers_of(array(region(3, 0.5), region(4, 2.0)), 2.0, None, {3: FITTED, 2: OUTLINE})
    drawn = named(markers, "regions")[3]
    points = np.array([spot(point) for point in drawn.points])
    lengths = np.linalg.norm(points[1::2] - points[::2], axis=1)
    assert sorted(lengths.round(6)) == [1.0] * 4 + [2.0] * 4 + [3.0] * 4
    assert spot(drawn.pose.position) == (0.0, 0.0, 0.0)
    flat = markers_of(array(region(2, 0.0, label="buffer")), 2.0, None, {2: OUTLINE})
    read = outlines_of(markers) | outlines_of(flat)
    assert set(read) == {2, 3}, "4 has no fitted shape"
    np.testing.assert_allclose(read[3], FITTED, atol=1e-9)
    assert read[2] == OUTLINE


def test_a_ring_around_a_flat_region_is_its_rectangle():
    regions = [region(2, 0.0, label="buffer", y=0.9)]
    measured = MeasuredValue(has_value=True, value=NAN, normalized="0", region_ids=[2])
    view = view_of_message(answer(SpatialAnswer.KIND_CHOICE, [2], measured), regions)
    shown_answer = DisplayedAnswer(view, ASKED, regions)
    markers = markers_of(array(*regions), 2.0, shown_answer, {2: OUTLINE})
    assert len(named(markers, "answer_box")[2].points) == 8


def test_regions_of_an_answer_stand_where_it_measured_them():
    """The quick estimate of the stream is 1 m farther: its name would contradict the answer."""
    quick = [region(3, -1.0, z=5.0), region(5, 2.0, z=7.0), region(8, 0.0)]
    measured = [region(3, -1.0), region(5, 2.0, z=6.0)]
    markers = shown(array(*quick), distance(), measured, 2.0)
    boxes, names = named(markers, "regions"), named(markers, "names")
    assert {i: m.pose.position.z for i, m in boxes.items()} == {3: 4.0, 5: 6.0, 8: 4.0}
    assert names[3].text == "pallet 3\n4.15 m"
