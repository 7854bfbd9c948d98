# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A reasoner's answer as pictures and markers show it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.reasoning.answer_view import view_of
from smolrgpt_ros.reasoning.reasoner import SpatialReasoner
from smolrgpt_ros.rendering.answer_view import IMAGE_UP
from smolrgpt_ros.rendering.highlight_roles import Roles


def test_a_choice_names_the_chosen_region_and_the_models_other_one(yard: Any) -> None:
    answer = SpatialReasoner(None).answer(yard.frame, yard.regions, "leftmost pallet")
    (chosen,) = answer.measured.region_ids
    other = next(i for i in answer.prompt_region_ids if i != chosen)
    text = f"The pallet [Region {answer.prompt_region_ids.index(other)}] is the leftmost."
    view = view_of(replace(answer, text=text, value=other, model="mini"), yard.regions)
    assert (view.kind, view.value, view.model) == (Kind.CHOICE, chosen, "mini")
    assert view.text == f"The pallet [{other}] is the leftmost."
    assert (view.roles.answer, view.roles.model_choice) == ((chosen,), (other,))
    assert other not in view.roles.rivals and view.up == IMAGE_UP


def test_a_height_stands_upright_on_the_floor(yard: Any) -> None:
    pallet = next(r.id for r in yard.regions if r.label == "pallet")
    geometry = FrameGeometry(yard.frame, yard.regions)
    answer = SpatialReasoner(None).answer(
        yard.frame, yard.regions, f"How tall is pallet {pallet}?", geometry=geometry
    )
    view = view_of(answer, yard.regions, geometry)
    assert view.kind is Kind.HEIGHT and view.roles == Roles(answer=(pallet,))
    assert geometry.plane is not None
    np.testing.assert_allclose(view.up, geometry.plane.up)
    assert np.linalg.norm(view.up) == pytest.approx(1.0)
    assert view_of(answer, yard.regions).up == IMAGE_UP, "without geometry"
