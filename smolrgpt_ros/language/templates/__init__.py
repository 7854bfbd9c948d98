# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Questions with ``<mask>`` placeholders in the benchmark's wordings, read by their cues."""
