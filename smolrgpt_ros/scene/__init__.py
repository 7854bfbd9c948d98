# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What the camera saw: frames, regions, masks, pinhole geometry. Imports nothing else of ours."""
