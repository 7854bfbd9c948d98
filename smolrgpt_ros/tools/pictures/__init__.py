# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``scripts/pictures``: what answers look like, for the documentation."""
