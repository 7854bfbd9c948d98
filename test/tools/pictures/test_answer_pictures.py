# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The documentation's pictures from a real graph, without the processes that the command starts."""

from types import SimpleNamespace

import numpy as np
import pytest
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from smolrgpt_ros.rendering.palette import DISAGREE_COLOR, MEASURED_COLOR, Color
from smolrgpt_ros.ros.convert.time import time_of
from smolrgpt_ros.tools.pictures.cli import Collector, main, picture_of, write

pytestmark = [pytest.mark.ros]

LEFT = "Is the leftmost pallet to the left or to the right of the rightmost pallet?"


@pytest.fixture
def collected(graph):
    """Asks, publishes until the collector shows the answer, and returns its messages."""
    node = Node("pictures", context=graph.context)
    collector = Collector(node)
    executor = SingleThreadedExecutor(context=graph.context)
    executor.add_node(node)

    def turn():
        graph.publish()
        for _ in range(40):
            executor.spin_once(timeout_sec=0.01)

    def show():
        for _ in range(20):
            turn()
            if len(collector.newest) == 5:
                break
        assert collector.showing(LEFT) is None, "nothing was asked yet"
        assert graph.ask(LEFT, stamp=time_of(graph.see())).status == 0
        for _ in range(20):
            turn()
            if collector.showing(LEFT) is not None:
                return collector.showing(LEFT)
        raise AssertionError("no markers of the answer came")

    yield SimpleNamespace(show=show, collector=collector)
    executor.shutdown(timeout_sec=2.0)
    node.destroy_node()


def near(picture, color: Color) -> int:
    """How many pixels have nearly this colour."""
    return int((np.abs(picture.astype(int) - np.array(color)).max(axis=2) < 40).sum())


def test_the_answer_is_in_both_halves_and_disagreement_is_red(graph, collected, tmp_path):
    graph.engine.text = "The pallet [Region 0] is to the right of the pallet [Region 1]."
    messages = collected.show()
    picture = picture_of(messages)
    height, width = messages["annotated"].height, messages["annotated"].width
    assert picture.shape == (height, 2 * width + 4, 3)
    left, right = picture[:, :width], picture[:, width + 4 :]
    for half in (left, right):
        assert near(half, DISAGREE_COLOR) > 20 and near(half, MEASURED_COLOR) == 0
    write(picture, tmp_path / "answer.jpg")
    assert (tmp_path / "answer.jpg").stat().st_size > 5_000
    with pytest.raises(RuntimeError, match="cannot write"):
        write(picture, tmp_path / "nowhere" / "answer.jpg")
    collected.collector.clear()
    assert collected.collector.showing(LEFT) is None


def test_the_command_explains_itself(capsys):
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    assert "--kinds" in capsys.readouterr().out
