# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Scenes of the warehouse: objects, surroundings, camera and light, as geometric primitives."""
