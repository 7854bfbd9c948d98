# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The steps, in order of their worth. A step is a module with ``run(options, record)``."""

from __future__ import annotations

from ..runner import Step

STEPS = (
    Step("environment", limit_s=60),
    Step("parity", limit_s=75),
    Step("engine", limit_s=90),
    Step("bench", limit_s=120, least_s=30),
    Step("detector", limit_s=60),
    Step("training", limit_s=120, least_s=45),
    Step("detector_training", limit_s=3600, least_s=90),
)
"""Limits are a few times what a step takes on a present-day card."""
