# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Numbers in the unit asked for, its square and its cube."""

from __future__ import annotations

import pytest

from smolrgpt_ros.language.question import Unit
from smolrgpt_ros.reasoning.measuring.number_wording import written


@pytest.mark.parametrize(
    ("value", "std", "of", "unit", "text"),
    [
        (1.27, None, "m", Unit.FOOT, "4.17 ft"),
        (13.314, 0.2, "m2", Unit.METRE, "13.31 m² (± 0.20)"),
        (13.314, 0.2, "m2", Unit.FOOT, "143.31 ft² (± 2.15)"),
        (1.399, None, "m3", Unit.METRE, "1.40 m³"),
        (1.399, None, "m3", Unit.CENTIMETRE, "1399000 cm³"),
    ],
)
def test_areas_and_volumes_are_written_in_the_unit_asked_for(
    value: float, std: float | None, of: str, unit: Unit, text: str
) -> None:
    assert written(value, std, of, unit) == text
