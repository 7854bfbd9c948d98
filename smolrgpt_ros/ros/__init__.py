# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Between ROS and the rest: messages and values, inputs, parameters, markers, diagnostics."""
