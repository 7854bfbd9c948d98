# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Words of markers seen from the camera: none covers another, none leaves the picture."""

import itertools

import numpy as np
import pytest
from geometry_msgs.msg import Point, Vector3
from std_msgs.msg import Header
from visualization_msgs.msg import Marker

from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.msg import Region, RegionArray
from smolrgpt_ros.rendering.answer_view import AnswerView
from smolrgpt_ros.rendering.highlight_roles import roles_of
from smolrgpt_ros.rendering.placement import EVERYWHERE, Area
from smolrgpt_ros.ros.view.marker_shapes import text
from smolrgpt_ros.ros.view.markers import DisplayedAnswer, markers_of
from smolrgpt_ros.ros.view.word_places import WordPlaces, field_of_view, width_of
from smolrgpt_ros.scene.camera import CameraIntrinsics

HEADER = Header(frame_id="optical")
#: Slopes from -0.79 to 0.81 and from -0.49 to 0.51.
CAMERA = CameraIntrinsics(801, 501, fx=500.0, fy=500.0, cx=395.0, cy=245.0)


def region(identity, x, y, z, size=(1.2, 0.9, 0.8), label="pallet"):
    return Region(
        id=identity,
        label=label,
        position=Point(x=x, y=y, z=z),
        size=Vector3(**dict(zip("xyz", size, strict=True))),
    )


#: Two rows of neighbours, one behind the other; one near, cut by the left lower corner; one at the
#: upper border; a person's row at the right one.
CROWD = [
    *(region(i, -3.0 + 1.3 * i, 0.4 - 0.1 * i, 8.0 + 0.3 * i) for i in range(1, 6)),
    *(region(10 + i, -3.2 + 1.2 * i, -0.2, 10.5 - 0.2 * i) for i in range(1, 6)),
    region(20, -1.4, 0.7, 1.9, label="transporter"),
    region(21, 1.0, -4.1, 9.0, (1.0, 2.0, 0.5), "overhead conveyor"),
    *(region(30 + i, 7.0, 0.5 + 0.3 * i, 9.0, (0.6, 1.8, 0.4), "person") for i in range(3)),
]


def area(marker):
    """Slopes of a text: its widest line, and 1.3 heights of a letter for each."""
    p, lines = marker.pose.position, marker.text.splitlines()
    letter = marker.scale.z / p.z
    width = letter * max(width_of(line) for line in lines)
    return Area.around(p.x / p.z, p.y / p.z, width, 1.3 * len(lines) * letter)


def texts(regions, answer, camera=CAMERA):
    array = RegionArray(header=HEADER, regions=regions)
    markers = markers_of(array, 2.0, answer, None, field_of_view(camera)).markers
    return [m for m in markers if m.type == Marker.TEXT_VIEW_FACING]


def answered(kind, regions, ids, value=None, values=(), words="So it is."):
    labels = {r.id: r.label for r in regions}
    unit = "m" if values or kind.is_length else ""
    view = AnswerView(
        "How far is it from here to there, and what else can be asked in a long question?",
        kind, roles_of(kind, labels, ids, None), "It is far. " * 12, "mini", value, unit=unit,
        values=values, sentence=words,
    )  # fmt: skip
    return DisplayedAnswer(view, HEADER, regions)


EVERY_KIND = [
    None,
    answered(Kind.DISTANCE, CROWD, (3, 13), 3.1),
    answered(Kind.VERTICAL_DISTANCE, CROWD, (3, 13), 3.1),
    answered(Kind.WIDTH, CROWD, (20,), 1.2),
    answered(Kind.HEIGHT, CROWD, (21,), 1.2),
    answered(Kind.LEFT_RIGHT, CROWD, (2, 3), "left"),
    answered(Kind.DIRECTION, CROWD, (20, 3), 10),
    answered(Kind.TALLER_SHORTER, CROWD, (30, 31), "taller"),
    answered(Kind.COUNT, CROWD, (1, 2, 3, 4, 5), 5),
    answered(Kind.YES_NO, CROWD, (1, 2, 3), True),
    answered(Kind.CHOICE, CROWD, (12,), 12),
    answered(Kind.EACH, CROWD, (1, 2, 3, 4, 5, 11, 12), values=(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)),
    answered(Kind.ROUTE, CROWD, (20, 3, 13, 30), 12.5),
    answered(Kind.DIMENSIONS, CROWD, (21,), values=(1.0, 0.5, 2.0)),
]


@pytest.mark.parametrize("answer", EVERY_KIND, ids=lambda a: a.view.kind.name if a else "none")
def test_words_of_many_neighbours_cover_each_other_nowhere_and_stay_in_the_picture(answer):
    words = texts(CROWD, answer)
    covering = [
        (a.text, b.text)
        for a, b in itertools.combinations(words, 2)
        if (p := area(a)).left < (q := area(b)).right
        and q.left < p.right
        and p.top < q.bottom
        and q.top < p.bottom
    ]
    assert covering == []
    for found in map(area, words):
        assert found.left >= -0.79 - 1e-9 and found.right <= 0.81 + 1e-9
        assert found.top >= -0.49 - 1e-9 and found.bottom <= 0.51 + 1e-9
    said = [m.text for m in words if m.ns == "answer_text"]
    assert len(said) == (3 if answer else 0)
    names = {m.text.splitlines()[0] for m in words if m.ns == "names"}
    strong = answer.view.roles.answer if answer else ()
    assert {f"{r.label} {r.id}" for r in CROWD if r.id in strong} <= names


def test_the_word_of_a_mark_stands_over_the_name_of_its_region():
    words = texts(CROWD, answered(Kind.COUNT, CROWD, (1, 2, 3, 4, 5), 5))
    labels, names = ({m.id: m for m in words if m.ns == ns} for ns in ("answer_label", "names"))
    assert set(labels) == {1, 2, 3, 4, 5}
    for identity, label in labels.items():
        name = names[identity].pose.position
        assert label.pose.position.x == pytest.approx(name.x)
        assert 2.0 < (name.y - label.pose.position.y) / label.scale.z < 3.0


def test_in_a_narrow_picture_lines_are_shorter():
    narrow = CameraIntrinsics(301, 501, fx=500.0, fy=500.0, cx=150.0, cy=245.0)
    few = [region(1, 0.3, 0.2, 5.0), region(2, -0.4, -0.2, 6.0)]
    words = texts(few, answered(Kind.DISTANCE, few, (1, 2), 3.1), narrow)
    captions = [m for m in words if m.ns == "answer_text"]
    assert len(captions) == 3 and max(len(m.text.splitlines()[0]) for m in captions) < 40
    assert all(a.left >= -0.3 and a.right <= 0.3 for a in map(area, words))


def test_what_is_not_in_the_picture_keeps_its_words_beside_it():
    """A remembered object at a slope of 1.5, and one behind the camera."""
    words = texts([region(1, 7.5, 0.0, 5.0), region(2, 1.0, 0.0, -3.0)], None)
    places = {m.id: m.pose.position for m in words}
    assert places[1].x == pytest.approx(7.5) and places[2].x == pytest.approx(1.0)


def test_the_field_is_where_rays_through_the_borders_go():
    assert field_of_view(None) == EVERYWHERE
    found = field_of_view(CAMERA)
    ends = (found.left, found.top, found.right, found.bottom)
    np.testing.assert_allclose(ends, (-0.79, -0.49, 0.81, 0.51), atol=0.003)


def test_words_move_at_their_own_depth():
    places = WordPlaces(Area(-0.5, -0.5, 0.5, 0.5))
    spots = []
    for z in (4.0, 8.0):
        (word,) = places.put(
            [text(HEADER, "names", 1, "pallet 1", (9, 9, 9), Point(z=z))], Point(z=z)
        )
        spots.append((word.pose.position.x, word.pose.position.y, word.pose.position.z))
    # The second goes up by its own height: 1.6 letters of 0.028 at a depth of 8 m.
    np.testing.assert_allclose(spots, [(0, 0, 4), (0, -1.6 * 0.028 * 8, 8)], atol=1e-9)
