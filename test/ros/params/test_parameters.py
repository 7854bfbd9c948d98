# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Parameters: descriptors, checks, and settings that fit together."""

from typing import ClassVar

import pytest
from rclpy.parameter import Parameter

from smolrgpt_ros.ros.params.parameters import (
    ParameterError,
    ParameterSpec,
    check_changes,
    unknown_parameters,
)
from smolrgpt_ros.ros.params.query_parameters import QUERY_SPECS
from smolrgpt_ros.ros.params.settings import Settings
from smolrgpt_ros.scene.tolerances import Tolerances

DEFAULTS = {spec.key: spec.default for spec in QUERY_SPECS}
NUMBER = ParameterSpec("group.number", 0.5, "A number.", minimum=0.0, maximum=1.0)
CHOICE = ParameterSpec("choice", "a", "A choice.", choices=("a", "b"), read_only=True)


def test_descriptors_tell_range_choices_and_permission():
    descriptor = NUMBER.descriptor()
    assert (NUMBER.key, descriptor.description) == ("group_number", "A number.")
    assert descriptor.floating_point_range[0].to_value == 1.0 and not descriptor.integer_range
    integer = ParameterSpec("n", 3, "Whole.", minimum=1, maximum=9).descriptor()
    assert (integer.integer_range[0].from_value, integer.integer_range[0].step) == (1, 1)
    descriptor = CHOICE.descriptor()
    assert descriptor.read_only and descriptor.additional_constraints == "one of: a, b"


@pytest.mark.parametrize("spec", QUERY_SPECS, ids=lambda spec: spec.name)
def test_every_parameter_of_the_node_is_described_and_has_an_allowed_default(spec):
    assert spec.description.endswith((".", "…"))
    spec.check(spec.default)
    if isinstance(spec.default, (int, float)) and not isinstance(spec.default, bool):
        assert spec.minimum is not None and spec.maximum is not None, "a number needs a range"


def test_names_are_unique():
    assert (
        len({spec.name for spec in QUERY_SPECS})
        == len({spec.key for spec in QUERY_SPECS})
        == len(QUERY_SPECS)
    )


@pytest.mark.parametrize(
    ("spec", "value", "match"),
    [
        (NUMBER, 1.5, r"group\.number must be in \[0\.0, 1\.0\], found 1\.5"),
        (CHOICE, "c", "choice must be one of a, b, found 'c'"),
    ],
)
def test_values_not_allowed_are_named(spec, value, match):
    with pytest.raises(ParameterError, match=match):
        spec.check(value)


def test_changes_are_laid_over_or_refused_as_a_whole():
    current = {"group_number": 0.5, "choice": "a"}
    good = [Parameter("group.number", value=0.75), Parameter("use_sim_time", value=True)]
    values, result = check_changes((NUMBER, CHOICE), current, good)
    assert result.successful and values == {"group_number": 0.75, "choice": "a"}
    bad = [Parameter("group.number", value=0.75), Parameter("choice", value="c")]
    values, result = check_changes((NUMBER, CHOICE), current, bad)
    assert not result.successful and "choice" in result.reason and values == current


def test_settings_carry_values_to_their_rooms():
    values = DEFAULTS | {
        "detector_confidence": 0.8,
        "tracker_max_missed": 3,
        "query_max_age": 7.0,
        "query_max_pending": 5,
        "watch_max_rate": 4.0,
        "memory_time_limit": 9.0,
        "tolerance_depth_scale": 0.03,
        "sync_slop": 0.02,
    }
    settings = Settings.from_values(values)
    assert settings.detector.confidence == 0.8
    assert settings.tracker.max_missed == 3
    assert (settings.limits.max_age_s, settings.limits.max_pending) == (7.0, 5)
    assert settings.watch_limits.max_rate_hz == 4.0
    assert (settings.memory.time_limit_s, settings.memory.moving_time_limit_s) == (9.0, 5.0)
    assert settings.tolerances == Tolerances(depth_scale=0.03)
    assert settings.pairing.slop_s == 0.02


def test_settings_check_what_a_range_cannot():
    with pytest.raises(ValueError, match="multiple of 32"):
        Settings.from_values(DEFAULTS | {"detector_image_size": 100})


def test_settings_are_a_copy():
    values = dict(DEFAULTS)
    settings = Settings.from_values(values)
    values["device"] = "cuda"
    assert settings.device == "auto"


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"cameras": ("front", "a b")}, "cameras must be.*a b"),
        ({"cameras": ("front", "front")}, "different names"),
        ({"cameras": ()}, "cameras must be"),
        ({"cameras": ("front", "")}, "cameras must be"),
        ({"model_sha256": "abc"}, r"model\.sha256 must be 64 hexadecimal digits"),
        ({"detector_labels": "rack"}, r"detector\.labels must be like.*'rack'"),
        ({"detector_labels": "rack=shelf,=pallet"}, r"detector\.labels"),
        ({"gravity_up": "0 1"}, r"gravity_up must be three numbers like '0, -1, 0', found '0 1'"),
        ({"gravity_up": "0 0 0"}, "gravity_up must be"),
        ({"gravity_up": "0 nan 1"}, "gravity_up must be"),
        ({"detector_sha256": "g" * 64}, r"detector\.sha256"),
    ],
)
def test_structural_nonsense_is_named(changes, match):
    with pytest.raises(ValueError, match=match):
        Settings.from_values(DEFAULTS | changes)


def test_up_becomes_a_unit_vector():
    assert Settings.from_values(DEFAULTS | {"gravity_up": "0, 3 ,-4"}).gravity_up == (0, 0.6, -0.8)
    assert Settings.from_values(DEFAULTS).gravity_up is None


def test_cameras_and_transports_reach_the_settings():
    settings = Settings.from_values(
        DEFAULTS
        | {"cameras": ["front", "rear"], "transport_rgb": "compressed", "model_sha256": "A" * 64}
    )
    assert settings.cameras == ("front", "rear")
    assert settings.pairing.rgb_transport == "compressed"
    assert Settings.from_values(DEFAULTS).cameras == ("",)


def test_misspelt_parameters_are_found():
    class Given:
        _parameter_overrides: ClassVar = dict.fromkeys(
            ["choice", "chioce", "use_sim_time", "qos_overrides./tf.reliability"]
        )

        def has_parameter(self, name):
            return name == "use_sim_time"

    assert unknown_parameters(Given(), (NUMBER, CHOICE)) == ["chioce"]
