"""Markers from real messages: frames, positions, ids, lifetimes, colours by kind, a clean end."""

import math

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Vector3
from std_msgs.msg import Header
from visualization_msgs.msg import Marker

from smolrgpt_ros.msg import MeasuredValue, Region, RegionArray, SpatialAnswer
from smolrgpt_ros.rendering.drawing import (
    DISAGREE_COLOR,
    LABEL_COLORS,
    MEASURED_COLOR,
    SAID_COLOR,
)
from smolrgpt_ros.ros.convert.time import nanoseconds
from smolrgpt_ros.ros.view.markers import markers_of

NAN = float("nan")
HEADER = Header(stamp=Time(sec=5), frame_id="optical")
ASKED = Header(stamp=Time(sec=3), frame_id="optical")
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


def answer(kind, prompt_ids, measured, agreement=AGREE, **fields):
    return SpatialAnswer(
        header=ASKED,
        question=fields.pop("question", "How far?"),
        text=fields.pop("text", "The words."),
        kind=kind,
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


def left_right(said, true):
    measured = MeasuredValue(has_value=True, value=NAN, normalized=true, region_ids=[3, 5])
    agreement = AGREE if said == true else DISAGREE
    return answer(SpatialAnswer.KIND_LEFT_RIGHT, [3, 5], measured, agreement, normalized=said)


def choice(said_index, chosen, prompt_ids, agreement):
    index = str(prompt_ids.index(chosen))
    measured = MeasuredValue(has_value=True, value=NAN, normalized=index, region_ids=[chosen])
    return answer(
        SpatialAnswer.KIND_CHOICE, prompt_ids, measured, agreement, normalized=str(said_index)
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
        self.shown = {}

    def receive(self, markers, now_s):
        for marker in markers.markers:
            if marker.action == Marker.DELETEALL:
                self.shown.clear()
            else:
                key = (marker.ns, marker.id)
                assert key not in self.shown, f"{key} twice in one message"
                self.shown[key] = now_s + nanoseconds(marker.lifetime) / 1e9

    def visible(self, now_s):
        return {key for key, end in self.shown.items() if end > now_s}


def test_the_first_marker_clears_what_was_shown():
    markers = markers_of(array(), None, [], 2.0).markers
    assert [m.action for m in markers] == [Marker.DELETEALL]
    assert markers[0].header == HEADER


def test_every_known_region_is_a_box_with_a_name_that_expires():
    markers = markers_of(array(region(3, -1.0), region(4, 9.0, known=False)), None, [], 2.0)
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
    # At 4.15 m and over: 0.028 of the distance is less than the least letter, 0.15 m.
    assert names[3].scale.z == pytest.approx(0.15)
    assert paint(box) == paint(names[3]) == LABEL_COLORS["pallet"]
    assert all(nanoseconds(m.lifetime) == 2_000_000_000 for m in markers.markers[1:])


def test_letters_grow_with_the_distance():
    near, far = region(3, 0.0, y=0.0, z=2.0), region(5, 3.0, y=4.0, z=12.0)
    names = named(markers_of(array(near, far), None, [], 2.0), "names")
    assert names[3].scale.z == pytest.approx(0.15)
    # sqrt(9 + 16 + 144) = 13 m, times 0.028; a little nearer at the name's own place.
    assert names[5].scale.z == pytest.approx(0.364, rel=0.03)


def test_a_distance_is_a_segment_with_its_length_and_both_values_are_told():
    regions = [region(3, -1.0), region(5, 2.0, label="transporter", z=6.0)]
    markers = markers_of(array(*regions, region(8, 0.0)), distance(), regions, 2.0)
    line, length = named(markers, "answer_line")[0], named(markers, "answer_label")[0]
    assert (line.type, line.header) == (Marker.LINE_LIST, ASKED), "of the image asked about"
    assert [spot(p) for p in line.points] == [(-1.0, 0.5, 4.0), (2.0, 0.5, 6.0)]
    assert (length.text, spot(length.pose.position)) == ("3.10 m", (0.5, 0.5, 5.0))
    words = named(markers, "answer_text")
    assert [words[i].text for i in range(3)] == [
        "How far?",
        "model: The words.",
        "measured: 3.10 ± 0.04 m",
    ]
    heights = [words[i].pose.position.y for i in range(3)]
    assert heights == sorted(heights), "question on top"
    # The nearer one ends lowest, at a slope of (0.5 + 0.3) / 4; the words stand at 5 m.
    assert heights[0] > 0.2 * 5.0, "all are seen below the boxes"
    alphas = {i: m.color.a for i, m in named(markers, "regions").items()}
    assert alphas[8] < 0.5 * alphas[3] and alphas[3] == alphas[5], "others are dimmed"


def test_a_detected_region_with_the_id_of_a_clients_own_is_not_taken_for_it():
    own = [region(3, -1.0), region(5, 2.0)]
    detected = array(region(3, 4.0, label="shelf"), region(5, 2.1))
    alphas = {
        i: m.color.a
        for i, m in named(markers_of(detected, distance(), own, 2.0), "regions").items()
    }
    assert alphas[3] < 0.5 * alphas[5]


def test_a_distance_from_the_camera_starts_at_the_camera():
    asked = distance()
    asked.measured.region_ids = asked.prompt_region_ids = [3]
    markers = markers_of(array(), asked, [region(3, -1.0)], 2.0)
    assert [spot(p) for p in named(markers, "answer_line")[0].points] == [
        (0.0, 0.0, 0.0),
        (-1.0, 0.5, 4.0),
    ]


@pytest.mark.parametrize(
    ("true", "start", "left", "right"), [("left", -1.0, 3, 5), ("right", 2.0, 5, 3)]
)
def test_left_right_is_an_arrow_from_the_left_one_to_the_right_one(true, start, left, right):
    """The first asked one, 3, is at x = -1 and the other at 2; "right" would be a mistake of the
    measurement, and must be drawn as measured all the same."""
    regions = [region(3, -1.0), region(5, 2.0)]
    markers = markers_of(array(*regions), left_right("left", true), regions, 2.0)
    line, labels = named(markers, "answer_line")[0], named(markers, "answer_label")
    assert (line.type, line.points[0].x) == (Marker.ARROW, start)
    assert {i: m.text for i, m in labels.items()} == {left: "left", right: "right"}
    assert labels[3].pose.position.x == -1.0


def test_counted_regions_are_numbered_and_the_uncounted_fade():
    """Pallets 3 and 6 of 3, 4 and 6 are in buffer 9."""
    regions = [region(3, -1.0), region(4, 0.0), region(6, 1.0), region(9, 0.2, label="buffer")]
    measured = MeasuredValue(
        has_value=True, value=2.0, unit="count", normalized="2", region_ids=[3, 6], std=0.0
    )
    asked = answer(SpatialAnswer.KIND_COUNT, [9, 3, 4, 6], measured, value=2.0, unit="count")
    markers = markers_of(array(*regions, region(7, 5.0)), asked, regions, 2.0)
    assert {i: m.text for i, m in named(markers, "answer_label").items()} == {
        3: "no. 1",
        6: "no. 2",
    }
    assert set(named(markers, "answer_box")) == {3, 6}
    alphas = {i: m.color.a for i, m in named(markers, "regions").items()}
    assert alphas[3] == alphas[6] == alphas[9] > alphas[4] > alphas[7]
    assert named(markers, "answer_text")[2].text == "measured: 2 (regions 3, 6)"


def test_nothing_counted_is_told_and_nothing_is_numbered():
    measured = MeasuredValue(has_value=True, value=0.0, unit="count", normalized="0")
    asked = answer(SpatialAnswer.KIND_COUNT, [9, 3], measured)
    regions = [region(9, 0.0, label="buffer"), region(3, 2.0)]
    markers = markers_of(array(*regions), asked, regions, 2.0)
    assert named(markers, "answer_label") == named(markers, "answer_box") == {}
    assert named(markers, "answer_text")[2].text == "measured: 0"


def test_a_choice_is_boxed_its_rivals_fade_and_the_models_own_is_told_apart():
    """Measured: 6. The model says index 1 of the prompt, which is 3. Transporter 5 is asked."""
    regions = [region(5, 3.0, label="transporter"), region(3, -1.0), region(6, 1.0), region(4, 0.0)]
    asked = choice(1, 6, [5, 3, 6, 4], DISAGREE)
    markers = markers_of(array(*regions), asked, regions, 2.0)
    boxes, labels = named(markers, "answer_box"), named(markers, "answer_label")
    assert {i: m.text for i, m in labels.items()} == {6: "chosen", 3: "model's choice"}
    assert {i: paint(m) for i, m in boxes.items()} == {6: DISAGREE_COLOR, 3: SAID_COLOR}
    alphas = {i: m.color.a for i, m in named(markers, "regions").items()}
    assert alphas[6] == alphas[3] == alphas[5] > 2 * alphas[4]


def test_a_choice_both_make_is_boxed_once_in_the_measured_colour():
    regions = [region(3, -1.0), region(6, 1.0)]
    markers = markers_of(array(*regions), choice(1, 6, [3, 6], AGREE), regions, 2.0)
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
    markers = markers_of(array(*regions), distance(agreement), regions, 2.0)
    words = named(markers, "answer_text")
    assert [paint(words[i]) for i in range(3)] == [SAID_COLOR, SAID_COLOR, color]
    assert paint(named(markers, "answer_line")[0]) == color
    assert paint(named(markers, "answer_label")[0]) == color
    assert len({SAID_COLOR, MEASURED_COLOR, DISAGREE_COLOR}) == 3


def test_what_depth_could_not_measure_is_told_with_its_reason():
    measured = MeasuredValue(value=NAN, std=NAN, reason="no depth image.")
    asked = answer(SpatialAnswer.KIND_DISTANCE, [3, 5], measured, text="[Region 1] is far.")
    markers = markers_of(array(), asked, [region(3, 0.0, known=False)], 2.0)
    words = named(markers, "answer_text")
    assert words[1].text == "model: [5] is far.", "with the region's id, as on the boxes"
    assert words[2].text == "not measured: no depth image."
    assert named(markers, "answer_line") == {}
    assert all(np.isfinite(spot(m.pose.position)).all() for m in words.values())


def test_long_words_are_wrapped_and_do_not_overlap():
    asked = distance()
    asked.question = "How far is the leftmost pallet " * 5
    markers = markers_of(array(), asked, [region(3, -1.0), region(5, 2.0)], 2.0)
    words = named(markers, "answer_text")
    lines = words[0].text.splitlines()
    assert len(lines) >= 3 and max(map(len, lines)) <= 60
    gap = words[1].pose.position.y - words[0].pose.position.y
    assert gap > (len(lines) + 1) / 2 * words[0].scale.z


@pytest.mark.parametrize("asked", [distance(), choice(0, 5, [3, 5], AGREE)])
def test_nothing_is_left_after_regions_and_answer_go(asked):
    viewer = Viewer()
    regions = [region(3, -1.0), region(5, 2.0)]
    viewer.receive(markers_of(array(*regions), asked, regions, 2.0), 10.0)
    before = viewer.visible(10.1)
    assert {("regions", 3), ("regions", 5), ("answer_text", 2)} <= before
    viewer.receive(markers_of(array(regions[0]), None, [], 2.0), 10.5)
    assert viewer.visible(10.6) == {("regions", 3), ("names", 3)}
    assert viewer.visible(12.6) == set(), "nor when no newer ones come"
    viewer.receive(markers_of(array(), None, [], 2.0), 10.7)
    assert viewer.visible(10.7) == set()


def test_every_marker_is_one_that_rviz_accepts():
    """A scale, a colour that shows, a unit quaternion, finite numbers: else RViz shows an error."""
    regions = [region(3, -1.0), region(5, 2.0)]
    for asked in (distance(), left_right("left", "left"), choice(0, 5, [3, 5], AGREE)):
        for marker in markers_of(array(*regions), asked, regions, 2.0).markers[1:]:
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
