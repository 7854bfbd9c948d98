# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Training: the published three-stage curriculum, the mini that ships, and its detector.

Imports go one way: data <- curriculum, detector, mini <- cli.
"""
