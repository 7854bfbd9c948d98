# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The nodes: parameters, topics, services and lifecycle around the rooms that are free of ROS."""
