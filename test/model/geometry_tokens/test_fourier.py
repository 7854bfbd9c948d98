"""Waves by hand."""

import pytest
import torch

from smolrgpt_ros.model.geometry_tokens.fourier import fourier


def test_fourier_by_hand():
    found = fourier(torch.tensor([[5.0]]), (20.0, 10.0))[0]
    # A quarter of 20 m, half of 10 m; the second wave is weaker by the square root of two.
    assert found.tolist() == pytest.approx([1.0, 1.0, 0.0, 0.0, -(0.5**0.5)], abs=1e-6)
