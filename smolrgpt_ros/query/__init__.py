# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A query from its arrival to its reply. Free of ROS."""
