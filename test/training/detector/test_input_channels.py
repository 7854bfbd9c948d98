# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Weights for colours become weights for colours and heights that find the same."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from smolrgpt_ros.cli import main
from smolrgpt_ros.training.detector.input_channels import with_heights


@pytest.fixture(autouse=True)
def _ultralytics() -> None:
    pytest.importorskip("ultralytics")


def saved(path: Path, channels: int) -> Path:
    from ultralytics import YOLO
    from ultralytics.nn.tasks import SegmentationModel

    torch.manual_seed(0)
    model = YOLO("yolo11n-seg.yaml", verbose=False)
    if channels != 3:
        model.model = SegmentationModel("yolo11n-seg.yaml", ch=channels, verbose=False)
    model.save(path)
    return path


def network(path: Path) -> torch.nn.Module:
    module: torch.nn.Module = torch.load(path, weights_only=False)["model"].float().eval()
    return module


def found(path: Path, picture: torch.Tensor) -> tuple[torch.Tensor, ...]:
    network = torch.load(path, weights_only=False)["model"].float().eval()
    with torch.no_grad():
        outputs: tuple[torch.Tensor, ...] = network(picture)[0]
    return outputs


def check_same(a: tuple[torch.Tensor, ...], b: tuple[torch.Tensor, ...]) -> None:
    for one, other in zip(a, b, strict=True):
        # Ultralytics stores weights in half precision.
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-2)


def test_colours_get_an_input_for_heights_that_says_nothing(tmp_path: Path) -> None:
    start = saved(tmp_path / "colours.pt", 3)
    made = with_heights(start, tmp_path / "run" / "start.pt")
    assert made == tmp_path / "run" / "start.pt"
    rgb, heights = torch.rand(1, 3, 64, 96), torch.rand(1, 1, 64, 96)
    check_same(found(start, rgb), found(made, torch.cat([rgb.flip(1), heights], dim=1)))
    # Weights with heights are taken as they are.
    assert with_heights(made, tmp_path / "again.pt") == made
    assert not (tmp_path / "again.pt").exists()


def test_heights_are_left_out_as_if_none_were_known(tmp_path: Path) -> None:
    weights, out = saved(tmp_path / "heights.pt", 4), tmp_path / "colours.pt"
    assert main(["train", "--for-colours", str(weights), "--out", str(out)]) == 0
    rgb, nothing = torch.rand(1, 3, 64, 96), torch.zeros(1, 1, 64, 96)
    check_same(found(out, rgb), found(weights, torch.cat([rgb.flip(1), nothing], dim=1)))


def test_other_numbers_of_channels_are_refused(tmp_path: Path) -> None:
    start = saved(tmp_path / "six.pt", 6)
    with pytest.raises(ValueError, match=r"six\.pt takes 6 channels, expected 3 or 4"):
        with_heights(start, tmp_path / "start.pt")


def test_what_cannot_be_made_for_colours(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start, out = saved(tmp_path / "colours.pt", 3), str(tmp_path / "out.pt")
    assert main(["train", "--for-colours", str(start), "--out", out]) != 0
    assert "colours.pt takes colours alone" in capsys.readouterr().err
    assert main(["train", "--for-colours", str(start)]) != 0
    assert "--out is missing" in capsys.readouterr().err
    assert main(["train", "--for-colours", str(tmp_path / "none.pt"), "--out", out]) != 0
    assert "none.pt is missing" in capsys.readouterr().err
