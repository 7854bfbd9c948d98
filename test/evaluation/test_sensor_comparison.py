# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What counts as measured right, and three sensors on the same scenes."""

from __future__ import annotations

import pytest

from smolrgpt_ros.evaluation.sensor_comparison import JudgedAnswer, compare_sensors, judged, report
from smolrgpt_ros.simulation.questions.questions import Question


@pytest.mark.parametrize(
    ("truth", "value", "normalized", "expected"),
    [
        (5.0, 5.4, "5.40", (True, 0.08)),
        (5.0, 5.6, "5.60", (False, 0.12)),
        # Inside a buffer only 0 is right; there is no relative error.
        (0.0, 0.0, "0.00", (True, None)),
        (0.0, 0.1, "0.10", (False, None)),
        (2, 2, "2", (True, None)),
        ("left", "right", "right", (False, None)),
        ("above", "above", "above", (True, None)),
    ],
)
def test_right_and_wrong(truth, value, normalized, expected) -> None:
    found = judged(Question("kind", "?", (0,), "", truth), value, normalized)
    assert found.answered and found.right is expected[0]
    assert found.error == (pytest.approx(expected[1]) if expected[1] else None)


@pytest.mark.parametrize("truth", [5.0, "left", 3])
def test_no_answer_is_wrong_and_counted(truth) -> None:
    found = judged(Question("kind", "?", (0,), "", truth), None, "")
    assert found == JudgedAnswer("kind", False, None, False)


def test_the_report_by_hand() -> None:
    clean = [JudgedAnswer("distance", True, 0.02, True), JudgedAnswer("distance", True, 0.04, True)]
    usual = [
        JudgedAnswer("distance", True, 0.02, True),
        JudgedAnswer("distance", False, None, False),
    ]
    lines = report({"clean": clean, "usual": usual}).splitlines()
    assert lines[0] == "| kind | questions | clean | usual |"
    # Wilson's interval of 2 of 2 and 1 of 2.
    assert lines[2] == (
        "| distance | 2 | 100.0 % (34.2 to 100.0) | 50.0 % (9.5 to 90.5), 1 unanswered |"
    )
    assert lines[3] == "| distance: median error | | 3.00 % | 2.00 % |"


@pytest.mark.usefixtures("can_render")
def test_ideal_depth_gives_the_truth() -> None:
    table = compare_sensors(range(91000, 91002), ("ceiling",), 480, 270, per_kind=3)
    assert set(table) == {"clean", "usual", "rough"}
    assert len({len(found) for found in table.values()}) == 1 and len(table["clean"]) >= 18
    assert all(found.right for found in table["clean"])
    errors = {
        name: [f.error for f in found if f.error is not None] for name, found in table.items()
    }
    assert max(errors["clean"]) < 0.03
    # Five distances are too few to rank the sensors; that they see differently is sure.
    assert errors["rough"] != errors["clean"] != errors["usual"]
