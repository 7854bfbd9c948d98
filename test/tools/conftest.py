# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The query node on real topics and scenes of exact boxes: see ``support/``."""

from block_scene import make_block, make_scene, yard
from query_node_graph import graph, shared_graph, start_graph

__all__ = ["graph", "make_block", "make_scene", "shared_graph", "start_graph", "yard"]
