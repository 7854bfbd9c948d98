# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Curves of confidence: read, written, refused where damaged."""

import json
import math

import pytest

from smolrgpt_ros.model.inference.confidence import FILE, Calibration, Curve, Curves

CURVES = Curves(
    {"distance": Curve((0.2, 0.6), (0.5, 0.9)), "any": Curve((0.0, 1.0), (0.0, 0.8))}, "a test"
)
LOW = Curves({"any": Curve((0.0, 1.0), (0.1, 0.3))}, "another test")


def test_a_kind_has_its_curve_and_others_the_pooled_one():
    assert CURVES("distance", 0.3) == pytest.approx(0.6)
    assert CURVES("distance", 0.1) == 0.5  # below the curve: its end
    assert CURVES("clearance", 0.5) == pytest.approx(0.4)
    assert math.isnan(CURVES("distance", float("nan")))


def test_estimated_geometry_has_curves_of_its_own_or_none():
    assert Calibration(CURVES, LOW)("distance", 0.5, estimated=True) == pytest.approx(0.2)
    assert Calibration(CURVES, LOW)("distance", 0.5) == CURVES("distance", 0.5)
    assert math.isnan(Calibration(CURVES)("distance", 0.5, estimated=True))


@pytest.mark.parametrize("estimated", [None, LOW])
def test_what_is_saved_is_read(tmp_path, estimated):
    assert Calibration.load(tmp_path) is None
    Calibration(CURVES, estimated).save(tmp_path)
    assert Calibration.load(tmp_path) == Calibration(CURVES, estimated)


@pytest.mark.parametrize(
    "curve",
    [
        {"raw": [0.1, 0.2], "right": [0.5]},
        {"raw": [0.2, 0.1], "right": [0.5, 0.6]},
        {"raw": [0.1, 0.2], "right": [0.6, 0.5]},
        {"raw": [0.1, 0.2], "right": [0.5, 1.5]},
        {"raw": [], "right": []},
    ],
)
def test_a_damaged_file_is_named(tmp_path, curve):
    (tmp_path / FILE).write_text(
        json.dumps({"measured": {"fitted_on": "", "curves": {"any": curve}}})
    )
    with pytest.raises(ValueError, match=r"confidence.json is damaged"):
        Calibration.load(tmp_path)


def test_a_file_without_the_pooled_curve_is_refused(tmp_path):
    curves = {"distance": {"raw": [0.1], "right": [0.5]}}
    (tmp_path / FILE).write_text(json.dumps({"measured": {"fitted_on": "", "curves": curves}}))
    with pytest.raises(ValueError, match="'any'"):
        Calibration.load(tmp_path)
