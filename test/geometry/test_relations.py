"""Relations and sizes on the yard, whose boxes are known to the millimetre."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from smolrgpt_ros.geometry.footprint import Footprint
from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.geometry.relations import _rectangle_gap
from smolrgpt_ros.language.grounding import RegionView, ground
from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.reasoning.query.evaluation import Evaluation
from smolrgpt_ros.reasoning.query.evaluator import evaluate
from smolrgpt_ros.rendering.highlight_roles import roles_of


def ask(scene: Any, question: str, frame: Any = None) -> Evaluation:
    frame = frame if frame is not None else scene.frame
    geometry = FrameGeometry(frame, scene.regions)
    views = [RegionView(r.id, r.label, r.centroid) for r in scene.regions]
    return evaluate(ground(question, views).question, geometry)


# Middles (right, ahead, height): pallet 11 (-2.5, 7.0, 0.4), 12 (1.6, 9.2, 0.3),
# 13 (1.9, 6.7, 0.48), transporter 22 (-0.3, 5.2, 0.115), rack 31 (4.6, 10.5, 1.5).
@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("is pallet 11 behind pallet 12", "front"),
        ("is pallet 12 in front of transporter 22", "behind"),
        ("is pallet 13 above or below transporter 22", "above"),
        ("is pallet 11 above the shelf", "below"),
        ("is pallet 11 bigger than transporter 22", "bigger"),  # 1.15 against 0.28 cubic metres
        ("is transporter 21 larger than the shelf", "smaller"),
        ("is pallet 12 taller than pallet 11", "shorter"),
        ("is the shelf shorter than pallet 11", "taller"),
        # Pallet 11, turned by 20 degrees, is 1.54 m across the view, the narrow rack 1.00 m.
        ("is pallet 11 wider than the shelf", "wider"),
    ],
)
def test_comparisons(yard: Any, question: str, word: str) -> None:
    found = ask(yard, question)
    assert (found.value, found.unit, found.std) == (word, "", None)


@pytest.mark.parametrize(
    ("question", "metres"),
    [
        ("horizontal distance from pallet 11 to pallet 12", math.hypot(4.1, 2.2)),
        ("horizontal distance between pallet 13 and the shelf", math.hypot(2.7, 3.8)),
        ("vertical distance between pallet 11 and the shelf", 1.1),
        ("how tall is pallet 11", 0.8),
        ("how high is the shelf", 3.0),
        ("how tall is pallet 13", 0.5),
        ("how wide is pallet 12", 1.2),
        ("how wide is pallet 11", 1.2),
        # From the right side of buffer 1 (x = -1.55) to the left side of buffer 2 (x = 0.75).
        ("clearance between buffer 1 and buffer 2", 2.3),
    ],
)
def test_lengths(yard: Any, question: str, metres: float) -> None:
    found = ask(yard, question)
    assert found.value == pytest.approx(metres, rel=0.05, abs=0.05)
    assert found.unit == "m" and isinstance(found.value, float)
    assert found.std is not None and abs(found.value - metres) < 3 * found.std < 1.0


@pytest.mark.parametrize(
    ("question", "hour"),
    [
        # From (-0.3, 5.2) to (4.6, 10.5): 42.8 degrees to the right.
        ("at what o'clock is the shelf, seen from transporter 22", 1),
        # The way back: 222.8 degrees.
        ("at what o'clock is transporter 22, seen from the shelf", 7),
        # From (1.6, 9.2) to (-2.5, 7.0): 241.8 degrees.
        ("clock direction from pallet 12 to pallet 11", 8),
    ],
)
def test_clock(yard: Any, question: str, hour: int) -> None:
    found = ask(yard, question)
    assert (found.value, found.unit) == (hour, "hour")
    assert found.std is not None and 0 < found.std < 0.2


def test_nothing_is_claimed_of_what_is_unknown(yard: Any) -> None:
    without = ask(yard, "is pallet 11 taller than pallet 12", yard.without_depth())
    assert without.value is None
    assert "depth" in without.reason
    tie = ask(yard, "is transporter 21 taller than transporter 22")
    assert tie.value is None and "too little differs" in tie.reason


def footprint(x: float, y: float, size: tuple[float, float], yaw_deg: float = 0.0) -> Footprint:
    yaw = math.radians(yaw_deg)
    axes = np.array([[math.cos(yaw), math.sin(yaw)], [-math.sin(yaw), math.cos(yaw)]])
    return Footprint(np.array([x, y]), axes, size, np.eye(2) * 1e-4, (0.01, 0.01))


@pytest.mark.parametrize(
    ("other", "gap"),
    [
        (footprint(5.0, 0.0, (2.0, 2.0)), 2.0),  # beside: 5 - 2 - 1
        (footprint(0.0, 4.0, (2.0, 2.0)), 2.5),  # ahead: 4 - 0.5 - 1
        (footprint(6.0, 4.5, (2.0, 2.0)), math.hypot(3.0, 3.0)),  # corner to corner
        (footprint(4.0, 0.0, (2.0, 2.0), 45.0), 2.0 - math.sqrt(2.0)),  # a corner towards it
        (footprint(0.0, 0.0, (0.2, 8.0)), 0.0),  # a cross: no corner inside the other
        (footprint(1.0, 0.2, (0.5, 0.5)), 0.0),  # inside
    ],
)
def test_gap_between_rectangles(other: Footprint, gap: float) -> None:
    one = footprint(0.0, 0.0, (4.0, 1.0))
    assert _rectangle_gap(one, other) == pytest.approx(gap, abs=1e-9)
    assert _rectangle_gap(other, one) == pytest.approx(gap, abs=1e-9)


@pytest.mark.parametrize(
    ("kind", "measured", "answer", "context"),
    [
        (Kind.TALLER_SHORTER, (4, 9), (4,), (9,)),
        (Kind.DIRECTION, (9, 4), (9, 4), ()),
        (Kind.CLEARANCE, (), (4, 9), ()),  # not measured: the two asked about
        (Kind.WIDTH, (9,), (9,), (4,)),
        (Kind.HEIGHT, (), (4,), (9,)),
    ],
)
def test_regions_of_a_relation_are_its_ends(
    kind: Kind, measured: tuple[int, ...], answer: tuple[int, ...], context: tuple[int, ...]
) -> None:
    roles = roles_of(kind, {4: "pallet", 9: "shelf"}, measured, None)
    assert (roles.answer, roles.context, roles.model_choice, roles.rivals) == (
        answer,
        context,
        (),
        (),
    )
