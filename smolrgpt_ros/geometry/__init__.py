# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Depth and masks to boxes on the floor, with covariance."""
