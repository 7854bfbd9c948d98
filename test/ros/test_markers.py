"""Markers from real messages: frames, positions, lifetimes, colours, and a clean start."""

import numpy as np
import pytest
from geometry_msgs.msg import Point, Vector3
from std_msgs.msg import Header
from visualization_msgs.msg import Marker

from smolrgpt_ros.msg import MeasuredValue, Region, RegionArray, SpatialAnswer
from smolrgpt_ros.ros.markers import markers_of
from smolrgpt_ros.ros.stamps import nanoseconds

HEADER = Header(frame_id="optical")


def region(identity, x, known=True, label="pallet"):
    value = float("nan") if not known else x
    return Region(
        id=identity,
        label=label,
        position=Point(x=value, y=0.5, z=4.0),
        size=Vector3(x=1.0, y=0.6, z=0.8),
    )


def array(*regions):
    return RegionArray(header=HEADER, height=6, width=9, regions=list(regions))


def answer(agreement=SpatialAnswer.AGREEMENT_AGREE):
    return SpatialAnswer(
        header=HEADER,
        question="How far?",
        text="3.00 meters.",
        kind=SpatialAnswer.KIND_DISTANCE,
        region_ids=[3, 5],
        agreement=agreement,
        measured=MeasuredValue(
            has_value=True, value=3.1, unit="m", normalized="3.10", region_ids=[3, 5]
        ),
    )


def by_name(markers, namespace):
    return {m.id: m for m in markers.markers if m.ns == namespace}


def test_the_first_marker_clears_what_was_shown():
    markers = markers_of(array(), None, [], 2.0).markers
    assert [m.action for m in markers] == [Marker.DELETEALL]


def test_every_known_region_is_a_box_with_a_name_that_expires():
    markers = markers_of(array(region(3, -1.0), region(4, 9.0, known=False)), None, [], 2.0)
    boxes, names = by_name(markers, "regions"), by_name(markers, "names")
    assert set(boxes) == set(names) == {3}, "a region without a position is not drawn at zero"
    box = boxes[3]
    assert box.header.frame_id == "optical"
    assert (box.pose.position.x, box.pose.position.z) == (-1.0, 4.0)
    assert len(box.points) == 24, "twelve edges"
    xs = [p.x for p in box.points]
    assert (min(xs), max(xs)) == (-0.5, 0.5)
    # sqrt(1 + 0.25 + 16)
    assert names[3].text == "pallet 3\n4.15 m"
    assert names[3].pose.position.y < box.pose.position.y - 0.3, "above: -y in an optical frame"
    assert all(nanoseconds(m.lifetime) == 2_000_000_000 for m in markers.markers[1:])


def test_a_distance_is_a_line_between_the_two_and_both_values_are_told():
    regions = [region(3, -1.0), region(5, 2.0, label="transporter")]
    markers = markers_of(array(*regions, region(8, 0.0)), answer(), regions, 2.0)
    line = by_name(markers, "answer_line")[0]
    assert [p.x for p in line.points] == [-1.0, 2.0]
    texts = [m.text for m in by_name(markers, "answer_text").values()]
    assert texts == ["How far?\n3.00 meters.", "measured: 3.10 m"]
    alphas = {i: m.color.a for i, m in by_name(markers, "regions").items()}
    assert alphas[8] < alphas[3] == alphas[5], "regions the answer does not name are dimmed"


@pytest.mark.parametrize(
    ("agreement", "red"),
    [(SpatialAnswer.AGREEMENT_AGREE, False), (SpatialAnswer.AGREEMENT_DISAGREE, True)],
)
def test_disagreement_is_red(agreement, red):
    regions = [region(3, -1.0), region(5, 2.0)]
    markers = markers_of(array(*regions), answer(agreement), regions, 2.0)
    color = by_name(markers, "answer_text")[1].color
    assert (color.r > 2 * color.g) == red
    assert np.isclose(color.a, 1.0)
