# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The query node on real topics: see ``support/query_node_graph.py``."""

from query_node_graph import graph, shared_graph, start_graph

__all__ = ["graph", "shared_graph", "start_graph"]
