"""Curves of confidence: read, written, refused where damaged."""

import json
import math

import pytest

from smolrgpt_ros.model.calibration import FILE, Calibration, Curve

CURVES = Calibration(
    {"distance": Curve((0.2, 0.6), (0.5, 0.9)), "any": Curve((0.0, 1.0), (0.0, 0.8))}, "a test"
)


def test_a_kind_has_its_curve_and_others_the_pooled_one():
    assert CURVES("distance", 0.3) == pytest.approx(0.6)
    assert CURVES("distance", 0.1) == 0.5  # below the curve: its end
    assert CURVES("clearance", 0.5) == pytest.approx(0.4)
    assert math.isnan(CURVES("distance", float("nan")))


def test_what_is_saved_is_read(tmp_path):
    assert Calibration.load(tmp_path) is None
    CURVES.save(tmp_path)
    assert Calibration.load(tmp_path) == CURVES


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
    (tmp_path / FILE).write_text(json.dumps({"fitted_on": "", "curves": {"any": curve}}))
    with pytest.raises(ValueError, match=r"confidence.json is damaged"):
        Calibration.load(tmp_path)


def test_a_file_without_the_pooled_curve_is_refused(tmp_path):
    curves = {"distance": {"raw": [0.1], "right": [0.5]}}
    (tmp_path / FILE).write_text(json.dumps({"fitted_on": "", "curves": curves}))
    with pytest.raises(ValueError, match="'any'"):
        Calibration.load(tmp_path)
