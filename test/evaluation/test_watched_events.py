# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Events in the simulator: each is counted once and in time by a watched question."""

import pytest

from smolrgpt_ros.evaluation.watched_events import EventOutcome, events_summary, watch_events
from smolrgpt_ros.simulation.warehouse import simulate_frame


@pytest.mark.slow
@pytest.mark.usefixtures("can_render")
def test_a_transporter_that_comes_near_and_a_pallet_that_enters_are_counted_once_and_in_time():
    shot = simulate_frame(920_002, "ceiling", 480, 360)
    outcomes = list(watch_events(shot, 1))
    assert {o.kind for o in outcomes} == {"near", "inside"}
    for outcome in outcomes:
        assert outcome.counted == 1 and outcome.latency is not None, outcome
        # Within the jitter at the bound it may be early.
        assert -3 <= outcome.latency <= 2, outcome


def test_the_summary_counts_what_went_wrong():
    outcomes = [
        EventOutcome(1, "near", 1, 1, 0.1),
        EventOutcome(1, "near", 0, None, 0.2),
        EventOutcome(1, "inside", 2, 3, 0.3),
    ]
    summary = events_summary(outcomes)
    assert (summary["events"], summary["near"], summary["inside"]) == (3, 2, 1)
    assert (summary["missed"], summary["counted_twice"]) == (1, 1)
    assert (summary["late_by_more_than_2_frames"], summary["latest_frame"]) == (1, 3)
