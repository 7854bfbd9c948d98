# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Measuring on exact scenes whose distances are plain arithmetic."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.language import question as q
from smolrgpt_ros.language.grounding import RegionView, ground
from smolrgpt_ros.reasoning.measuring.evaluation import Evaluation
from smolrgpt_ros.reasoning.measuring.evaluator import _plausible, evaluate, locate
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.region import Region


def ask(scene: Any, question: str, frame: RgbdFrame | None = None) -> Evaluation:
    frame = frame if frame is not None else scene.frame
    geometry = FrameGeometry(frame, scene.regions)
    views = [RegionView.of(r) for r in scene.regions]
    return evaluate(ground(question, views).question, geometry)


def between(a: tuple[float, float, float], b: tuple[float, float, float]) -> float:
    return math.dist(a, b)


# Middles of the yard's boxes: (right, ahead, height).
PALLET_11, PALLET_12, PALLET_13 = (-2.5, 7.0, 0.4), (1.6, 9.2, 0.3), (1.9, 6.7, 0.48)
VEHICLE_22, RACK_31, BUFFER_1, BUFFER_2 = (
    (-0.3, 5.2, 0.115),
    (4.6, 10.5, 1.5),
    (-2.6, 8.0, 0.0),
    (1.8, 8.0, 0.0),
)


@pytest.mark.parametrize(
    ("question", "metres"),
    [
        ("how far is pallet 11 from pallet 12", between(PALLET_11, PALLET_12)),
        ("how far is pallet 11 from transporter 22", between(PALLET_11, VEHICLE_22)),
        ("distance from pallet 13 to the shelf", between(PALLET_13, RACK_31)),
        ("distance buffer 1 buffer 2", between(BUFFER_1, BUFFER_2)),
        ("distance buffer 1 shelf 31", between(BUFFER_1, RACK_31)),
        # It rides over buffer 2 and so does not stand in it.
        ("how far is pallet 13 from buffer 2", between(PALLET_13, BUFFER_2)),
        ("how far is pallet 12 from buffer 1", between(PALLET_12, BUFFER_1)),
        ("how far is pallet 12 from the camera", between(PALLET_12, (0.0, 0.0, 6.0))),
    ],
)
def test_distance_is_centre_to_centre(yard: Any, question: str, metres: float) -> None:
    found = ask(yard, question)
    assert found.value == pytest.approx(metres, rel=0.03)
    assert found.unit == "m"
    assert isinstance(found.value, float) and found.std is not None
    assert abs(found.value - metres) < 3 * found.std < 1.0
    assert found.valid_ratio == 1.0 and found.reason == ""


@pytest.mark.parametrize("pallet", [11, 12])
def test_distance_is_zero_inside_a_buffer(yard: Any, pallet: int) -> None:
    found = ask(yard, f"how far is pallet {pallet} from buffer {pallet - 10}")
    assert (found.value, found.std) == (0.0, 0.0)


def test_left_right_needs_no_depth(yard: Any) -> None:
    for frame in (yard.frame, yard.without_depth()):
        found = ask(yard, "is pallet 12 left or right of transporter 22", frame)
        assert (found.value, found.region_ids) == ("right", (12, 22))
        assert found.valid_ratio is None and found.std is None


def test_count_by_footprint_without_what_rides(yard: Any) -> None:
    assert ask(yard, "how many pallets are in the leftmost buffer").value == 1
    found = ask(yard, "how many pallets are in the rightmost buffer")
    # Only pallet 12 stands in buffer 2.
    assert (found.value, found.unit) == (1, "count")
    assert found.region_ids == (12,)
    assert ask(yard, "how many transporters are in buffer 2").value == 1
    assert ask(yard, "how many pallets are in the buffer nearest to the shelf").value == 1


def test_empty_buffer(yard: Any, make_scene: Any) -> None:
    """Empty is what holds nothing by the rule of the count: here buffer 1 without its pallet."""
    assert ask(yard, "which buffer is empty").value is None
    assert ask(yard, "is buffer 1 empty").value is False
    cleared = make_scene(tuple(block for block in yard.blocks if block.id != 11))
    assert ask(cleared, "how many pallets are in buffer 1").value == 0
    assert ask(cleared, "which buffer is empty").region_ids == (1,)
    assert ask(cleared, "is buffer 1 empty").value is True
    assert ask(cleared, "is buffer 2 empty").value is False


def test_empty_vehicle_and_its_nearest_pallet(yard: Any) -> None:
    assert ask(yard, "which transporter is empty").region_ids == (22,)
    found = ask(yard, "which pallet should the empty transporter pick")
    # 13 lies 2.7 m from 22, 11 lies 2.9 m away.
    gaps = [between(VEHICLE_22, p) for p in (PALLET_11, PALLET_12, PALLET_13)]
    assert found.value == (11, 12, 13)[int(np.argmin(gaps))]
    assert found.region_ids == (found.value,)


@pytest.mark.parametrize(
    ("question", "chosen"),
    [
        ("leftmost pallet", 11),
        ("rightmost pallet", 13),
        ("which pallet is farthest from transporter 22", 12),
        ("nearest buffer to the shelf", 2),
        ("which pallet is nearest to the camera", 13),
        ("which pallet is the second from the left", 12),
    ],
)
def test_the_object_of_a_superlative_is_chosen(yard: Any, question: str, chosen: int) -> None:
    assert ask(yard, question).value == chosen


def test_size_and_underside(yard: Any) -> None:
    geometry = FrameGeometry(yard.frame, yard.regions)
    sizes = {11: (1.2, 1.2, 0.8), 13: (1.2, 1.2, 0.5), 22: (1.44, 0.85, 0.23), 2: (5.0, 2.1, 0.0)}
    for region_id, size in sizes.items():
        found = geometry.estimate(region_id)
        assert not isinstance(found, str)
        assert sorted(found.size) == pytest.approx(sorted(size), abs=0.2)
        assert found.rides == (region_id == 13)


def test_camera_pose_is_found_from_the_floor(yard: Any) -> None:
    plane = FrameGeometry(yard.frame, yard.regions).plane
    assert plane is not None and plane.offset == pytest.approx(6.0, abs=0.01)


def test_hidden_side_is_completed(make_scene: Any, make_block: Any) -> None:
    """A low camera sees only the front of a pallet; its middle lies half a pallet behind."""
    front = make_block(1, "pallet", (-1.0, 4.0), (1.2, 1.2, 1.1))
    other = make_block(2, "pallet", (1.2, 6.0), (1.2, 1.2, 1.1))
    scene = make_scene((front, other), height=0.8, pitch_deg=5.0)
    found = ask(scene, "how far is pallet 1 from pallet 2")
    assert found.value == pytest.approx(math.hypot(2.2, 2.0), rel=0.06)
    surface = np.median(FrameGeometry(scene.frame, scene.regions).estimate(1).points[:, 2])  # type: ignore[union-attr]
    assert surface < 3.55  # the plain median of what is seen is half a metre short


def test_object_cut_by_the_image_border_is_completed(make_scene: Any, make_block: Any) -> None:
    cut = make_block(1, "pallet", (-4.6, 6.0), (1.2, 1.2, 0.6))
    whole = make_block(2, "pallet", (1.0, 6.5), (1.2, 1.2, 0.6))
    scene = make_scene((cut, whole))
    columns = np.nonzero(scene.regions[0].mask)[1]
    assert columns.min() == 0  # the border does cut it
    found = ask(scene, "distance pallet 1 pallet 2")
    assert found.value == pytest.approx(math.hypot(5.6, 0.5), rel=0.05)
    assert found.std is not None and found.std > 0.04


def test_noise_and_holes(yard: Any, make_scene: Any) -> None:
    noisy = make_scene(yard.blocks, noise=0.0012)
    depth = noisy.frame.depth.copy()
    depth[np.random.default_rng(3).random(depth.shape) < 0.2] = np.nan
    frame = RgbdFrame(noisy.frame.rgb, depth, noisy.frame.intrinsics)
    found = ask(noisy, "how far is pallet 11 from pallet 12", frame)
    assert found.value == pytest.approx(between(PALLET_11, PALLET_12), rel=0.06)
    assert found.valid_ratio == pytest.approx(0.8, abs=0.05)
    error = abs(float(found.value or 0) - between(PALLET_11, PALLET_12))
    assert found.std is not None and error < 2 * found.std < 0.3


def test_says_why_it_cannot(yard: Any) -> None:
    question = "how far is pallet 11 from pallet 12"
    nothing = ask(yard, question, yard.without_depth())
    assert (nothing.value, nothing.std) == (None, None)
    assert "no depth" in nothing.reason
    uncalibrated = RgbdFrame(yard.frame.rgb, yard.frame.depth, None)
    assert "not calibrated" in ask(yard, question, uncalibrated).reason
    depth = yard.frame.depth.copy()
    depth[yard.regions[2].mask] = np.nan
    blind = ask(yard, question, RgbdFrame(yard.frame.rgb, depth, yard.frame.intrinsics))
    assert blind.value is None and "region 11 has no depth" in blind.reason


def test_two_empty_vehicles_are_no_choice(make_scene: Any, make_block: Any) -> None:
    size = (1.44, 0.85, 0.23)
    scene = make_scene(
        (
            make_block(1, "transporter", (-1.5, 6.0), size),
            make_block(2, "transporter", (1.5, 6.5), size, 30.0),
        )
    )
    found = ask(scene, "which transporter is empty")
    assert (found.value, found.region_ids) == (None, (1, 2))


def test_the_empty_one_is_known_where_anothers_deck_is_hidden(
    make_scene: Any, make_block: Any
) -> None:
    """A rack stands before the other vehicle: of that only its nose shows below."""
    blocks = (
        make_block(1, "transporter", (-1.5, 4.0), (1.44, 0.85, 0.23)),
        make_block(2, "transporter", (1.5, 6.0), (0.85, 1.44, 0.23)),
        make_block(3, "shelf", (1.6, 4.6), (1.3, 0.4, 2.0)),
    )
    scene = make_scene(blocks, height=1.6, pitch_deg=12.0)
    hidden = ask(scene, "which transporter is loaded")
    assert hidden.value is None
    assert hidden.reason == "what is on the deck is hidden"
    empty = ask(scene, "which transporter is empty")
    assert (empty.region_ids, empty.probability) == ((1,), 0.5)
    assert empty.doubts == ("transporter 2 could be meant as well: what is on the deck is hidden",)
    assert ask(scene, "the empty transporter").value == 1


def test_empty_mask_has_no_side(yard: Any) -> None:
    empty = Region(5, "pallet", np.zeros((240, 320), bool))
    relation = q.Relation(q.RelationKind.LEFT_RIGHT, q.Ids((5,)), q.Ids((11,)))
    found = evaluate(relation, FrameGeometry(yard.frame, [empty, yard.regions[2]]))
    assert found.value is None and "empty" in found.reason


def test_locate_selects_in_the_frame(yard: Any) -> None:
    geometry = FrameGeometry(yard.frame, yard.regions)
    pallets, vehicles = q.OfClass("pallet"), q.Ids((21, 22), "transporter")
    farthest = q.Ranked(pallets, q.DistanceTo(q.Ids((22,))), q.Extreme.MOST)
    empty, loaded = q.State(q.LoadState.EMPTY), q.State(q.LoadState.LOADED)
    assert locate(farthest, geometry) == 12
    assert locate(q.Where(vehicles, empty), geometry) == 22
    # The only candidate is not taken for the empty one if it carries a load.
    assert locate(q.Where(q.Ids((22,)), empty), geometry) == 22
    assert locate(q.Where(q.Ids((21,)), empty), geometry) is None
    assert locate(q.Where(q.Ids((21,)), loaded), geometry) == 21
    assert locate(pallets, geometry) is None
    nowhere = FrameGeometry(yard.without_depth(), yard.regions)
    assert locate(q.Where(vehicles, empty), nowhere) is None


@pytest.mark.parametrize(
    "question",
    ["how far is pallet 11 from the camera", "how far is pallet 11 from pallet 12"],
)
def test_depth_in_another_unit_is_not_measured_and_the_cause_is_named(
    yard: Any, question: str
) -> None:
    assert yard.frame.depth is not None
    millimetres = dataclasses.replace(yard.frame, depth=yard.frame.depth * np.float32(1000.0))
    found = ask(yard, question, millimetres)
    assert not found.answered and found.value is None and found.values == ()
    for cause in ("1.2e+03 times the usual", "is depth in another unit (depth.unit"):
        assert cause in found.reason


def test_numbers_that_are_not_finite_are_not_measured() -> None:
    for found in (
        Evaluation(value=math.nan, unit="m"),
        Evaluation(value=math.inf, unit="m3"),
        Evaluation(value=2.0, unit="m", std=math.nan),
        Evaluation(unit="m", region_ids=(1, 2), values=(2.0, 1000.5)),
        Evaluation(value=1e9 + 1e3, unit="m3"),
    ):
        assert not _plausible(found).answered
    for found in (
        Evaluation(value=999.0, unit="m", std=0.1),
        Evaluation(value=5000.0, unit="m3"),
        Evaluation(value=True, probability=0.7),
        Evaluation(value="left"),
    ):
        assert _plausible(found) is found
