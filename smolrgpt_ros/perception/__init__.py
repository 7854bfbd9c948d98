# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""From images to regions over time. Free of ROS."""
