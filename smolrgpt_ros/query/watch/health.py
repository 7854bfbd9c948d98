# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The health of watched questions, for diagnostics."""

from __future__ import annotations

from ..health import Health, Level
from .request import WatchLimits
from .service import WatchService


def watch_health(watches: WatchService, limits: WatchLimits) -> Health:
    """The line of a node's watched questions; a warning where one evaluation takes longer than the
    time between two.

    Args:
        watches: of the node.
        limits: the parameters ``watch.*``.
    """
    seconds = watches.seconds
    values: dict[str, object] = {
        "watched": watches.watched,
        "most (watch.max_watches)": limits.max_watches,
        "evaluations": watches.evaluations,
        "steps of watches": watches.steps,
        "skipped for a newer frame": watches.skipped,
        "evaluation p50 (s)": round(seconds.quantile(0.5), 4),
        "evaluation p95 (s)": round(seconds.quantile(0.95), 4),
        **{f"ended {name}": n for name, n in sorted(watches.ends.items())},
    }
    typical_s, period_s = seconds.quantile(0.5), 1.0 / limits.max_rate_hz
    if watches.watched and typical_s > period_s:
        message = (
            f"an evaluation takes {typical_s:.2f} s, longer than {period_s:.2f} s between two "
            "(watch.max_rate): newer frames replace those that wait"
        )
        return Health("watch", Level.WARN, message, values)
    return Health("watch", Level.OK, f"{watches.watched} questions are watched", values)
