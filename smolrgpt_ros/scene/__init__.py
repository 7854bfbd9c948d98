# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What the camera saw: frames, regions, masks, pinhole geometry; and what every room shares: status
codes, JSON output, tested versions of libraries. Imports nothing else of ours.
"""
