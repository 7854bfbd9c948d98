# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Scores against the truth, as the benchmark counts them."""
