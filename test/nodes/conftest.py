# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The query node on real topics: see ``support/query_node_graph.py``."""

import signal

import pytest
from query_node_graph import graph, shared_graph, start_graph

__all__ = ["graph", "shared_graph", "start_graph"]


@pytest.fixture
def handlers_as_before():
    """Puts back what a test changes of the handlers of SIGINT and SIGTERM."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)
