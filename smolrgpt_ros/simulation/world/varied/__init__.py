# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Scenes drawn wide, to train detectors on: many looks of each class, of rooms and of light."""
