# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``smolrgpt ask``: questions about frames in files, and the formats that are read."""
