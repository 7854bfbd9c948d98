# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Training: the published three-stage curriculum, the mini and the detector that ship, a reader.

Imports go one way: data <- curriculum, detector, mini <- cli; reader <- cli.
"""
