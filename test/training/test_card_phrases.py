# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The command that a card gives, as it was typed."""

import sys

import pytest

from smolrgpt_ros.training.card_phrases import typed_command


@pytest.mark.parametrize(
    ("processes", "expected"),
    [
        (None, "smolrgpt train --run-dir runs/mini --real pallets"),
        (
            "2",
            "torchrun --nproc-per-node 2 scripts/smolrgpt train --run-dir runs/mini --real pallets",
        ),
    ],
)
def test_a_command_names_its_processes_and_no_folder_of_this_machine(
    monkeypatch, processes, expected
):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    if processes:
        monkeypatch.setenv("WORLD_SIZE", processes)
    arguments = ["train", "--run-dir", "runs/mini", "--real", "/data/real/pallets"]
    monkeypatch.setattr(sys, "argv", ["/opt/venv/bin/smolrgpt", *arguments])
    assert typed_command() == expected
