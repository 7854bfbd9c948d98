# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Depth, camera and mask files as people have them."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

from smolrgpt_ros.tools.ask import frame_files as files


def test_npy_uint16_millimetres(tmp_path: Path) -> None:
    path = tmp_path / "d.npy"
    np.save(path, np.array([[2000, 0], [65535, 1500]], np.uint16))
    np.testing.assert_allclose(files.read_depth(path), [[2.0, np.nan], [np.nan, 1.5]])
    np.testing.assert_allclose(files.read_depth(path, 0.0001), [[0.2, np.nan], [np.nan, 0.15]])
    np.save(path, np.full((4, 6), 2000.0))
    with pytest.raises(ValueError, match=r"d\.npy: .*2000 m.*--depth-unit"):
        files.read_depth(path)
    np.testing.assert_allclose(files.read_depth(path, 0.001), 2.0)


def test_npy_infinite(tmp_path: Path) -> None:
    path = tmp_path / "i.npy"
    np.save(path, np.array([[2.0, np.inf, np.nan, -np.inf]], np.float32))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(
            files.read_depth(path), np.array([[2.0, np.nan, np.nan, np.nan]], np.float32)
        )


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (np.array([["a"]]), "no array of numbers"),
        (np.ones((2, 3, 1)), r"shape \(2, 3, 1\)"),
        (np.ones((2, 3), bool), "no array of numbers"),
    ],
)
def test_arrays_that_are_no_depth_are_named(
    tmp_path: Path, content: np.ndarray, match: str
) -> None:
    np.save(tmp_path / "x.npy", content)
    with pytest.raises(ValueError, match=rf"x\.npy .*{match}"):
        files.read_depth(tmp_path / "x.npy")
