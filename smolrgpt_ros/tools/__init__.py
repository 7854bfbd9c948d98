# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Programs about the node, not on the robot: demo, soak test, doctor, questions about files."""
