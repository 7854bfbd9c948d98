# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Watched questions: evaluated with each new frame until a condition on the answer holds."""
