# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Scenes of exact boxes: see ``support/block_scene.py``."""

from block_scene import make_block, make_scene, yard

__all__ = ["make_block", "make_scene", "yard"]
