# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What the camera saw: frames, regions, masks, pinhole geometry; and the status codes of queries.
Imports nothing else of ours.
"""
