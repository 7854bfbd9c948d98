# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Answers that a frame hides, asked again from the suggested view, in the simulator."""

import pytest

from smolrgpt_ros.evaluation.suggested_views import ViewOutcome, ask_from_views, summary_of
from smolrgpt_ros.simulation.sensing.sensor import SensorModel
from smolrgpt_ros.simulation.warehouse import simulate_frame


@pytest.mark.slow
@pytest.mark.usefixtures("can_render")
def test_what_the_edge_cuts_is_answered_from_the_suggested_view():
    shots = [simulate_frame(s, "robot", 640, 480, SensorModel()) for s in (910_001, 910_007)]
    outcomes = list(ask_from_views(shots, SensorModel()))
    assert len(outcomes) >= 2 and all(o.hidden for o in outcomes)
    # What is hardly in view is no region of the simulator's: from nowhere an answer is sure of it.
    asked = [o for o in outcomes if "no region" not in f"{o.hidden}" and "none" not in o.why_not]
    assert len(asked) >= 3 and sum(o.answered for o in asked) >= 0.8 * len(asked), outcomes


def test_the_summary_counts_views_and_answers():
    outcomes = [
        ViewOutcome(1, "q", ("h",), 2.0, True),
        ViewOutcome(2, "q", ("h",), 4.0, False, "cut"),
        ViewOutcome(3, "q", ("h",), None, False, "no view was found"),
    ]
    summary = summary_of(outcomes)
    assert (summary["hidden"], summary["with_view"], summary["answered_from_view"]) == (3, 2, 1)
    assert (summary["answered_percent"], summary["median_distance_m"]) == (50.0, 3.0)
