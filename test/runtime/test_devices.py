# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The device of a parameter, on a host with a GPU and on one without."""

import pytest
import torch

from smolrgpt_ros.runtime.devices import choose_device


@pytest.mark.parametrize(
    ("requested", "gpu", "chosen"),
    [
        ("auto", True, "cuda:0"),
        ("auto", False, "cpu"),
        ("cpu", True, "cpu"),
        ("cuda", True, "cuda:0"),
        ("cuda:1", True, "cuda:1"),
    ],
)
def test_a_gpu_is_named_with_its_index(requested, gpu, chosen, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu)
    assert str(choose_device(requested)) == chosen


@pytest.mark.parametrize("requested", ["cuda", "cuda:1"])
def test_a_gpu_that_is_not_there_is_named(requested, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match=f"{requested}.*no CUDA device; set device to 'auto'"):
        choose_device(requested)


def test_a_device_that_torch_does_not_know_is_refused():
    with pytest.raises(RuntimeError, match="tpu"):
        choose_device("tpu")
