# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Checkpoints: loading any of them, converting the published layout, downloading."""
