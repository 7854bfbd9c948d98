# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The regions of one frame by id."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from block_scene import YARD, Block, Scene

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.geometry.object_estimate import ObjectEstimate
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.lens import Lens
from smolrgpt_ros.scene.region import Region

FRAME = RgbdFrame(np.zeros((8, 12, 3), np.uint8), None, None)


def region(region_id: int, columns: slice, label: str = "pallet") -> Region:
    mask = np.zeros((8, 12), bool)
    mask[2:5, columns] = True
    return Region(region_id, label, mask)


def test_regions_are_found_by_their_ids() -> None:
    right, left = region(9, slice(7, 10)), region(4, slice(1, 3))
    geometry = FrameGeometry(FRAME, [right, left])
    assert geometry.region(4) is left and geometry.region(9) is right
    assert geometry.estimate(9) == "the frame has no depth"


def test_what_has_too_little_depth_says_how_much() -> None:
    """Two pixels of six have depth, none of the other region's."""
    depth = np.full((8, 12), np.nan, np.float32)
    depth[2:4, 1] = 2.0
    camera = CameraIntrinsics(12, 8, 10.0, 10.0, 6.0, 4.0)
    frame = RgbdFrame(FRAME.rgb, depth, camera)
    geometry = FrameGeometry(frame, [region(9, slice(7, 10)), region(4, slice(1, 3))])
    assert geometry.estimate(4) == "region 4 has 2 pixels with depth, needed are 8"
    assert geometry.estimate(9) == "region 9 has no depth"


def test_an_unknown_id_names_those_in_view() -> None:
    geometry = FrameGeometry(FRAME, [region(9, slice(7, 10)), region(4, slice(1, 3))])
    with pytest.raises(LookupError, match=r"region 0 is not in view; in view: \[4, 9\]"):
        geometry.estimate(0)


def test_two_regions_with_one_id_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"found twice: \[7\]"):
        FrameGeometry(FRAME, [region(7, slice(1, 3)), region(7, slice(7, 10)), region(1, slice(5))])


def test_possible_loads_are_ids_of_pallets_near_the_vehicle_in_the_picture() -> None:
    vehicle = region(3, slice(4, 6), "transporter")
    beside, away = region(20, slice(6, 8)), region(30, slice(9, 12))
    geometry = FrameGeometry(FRAME, [away, vehicle, beside])
    assert geometry.possible_loads(3) == (20,)
    assert geometry.possible_loads(20) == ()


def test_a_vehicle_is_fitted_again_where_what_stands_on_it_is_no_object() -> None:
    """The load was a prior of the vehicle's centre; what is far from both is kept."""
    blocks = (
        Block(3, "transporter", (-0.6, 7.0), (1.44, 0.85, 0.23), 25.0),
        Block(20, "pallet", (-0.5, 7.1), (1.2, 1.2, 0.9), 25.0, bottom=0.23),
        Block(30, "shelf", (3.5, 9.0), (2.8, 1.0, 2.0)),
    )
    scene = Scene(blocks, height=2.0, pitch_deg=15.0)
    vehicle, load, shelf = scene.regions
    geometry = FrameGeometry(scene.frame, scene.regions)
    geometry.prepare((3, 20, 30))
    alone = FrameGeometry(scene.frame, [vehicle, shelf])
    loaded, unloaded = centre(geometry, 3), centre(alone, 3)
    assert np.abs(loaded - unloaded).max() > 1e-4
    assert centre(geometry.without(20), 3) == pytest.approx(unloaded, abs=1e-5)
    assert centre(alone.with_candidate(load), 3) == pytest.approx(loaded, abs=1e-5)
    assert geometry.without(20).estimate(30) is geometry.estimate(30)
    assert geometry.without(30).estimate(3) is geometry.estimate(3)


def centre(geometry: FrameGeometry, region_id: int) -> np.ndarray:
    found = geometry.estimate(region_id)
    assert isinstance(found, ObjectEstimate)
    return found.centre


def between(geometry: FrameGeometry, one: int, other: int) -> float:
    """Distance of the centres of two objects, metres."""
    return float(np.linalg.norm(centre(geometry, one) - centre(geometry, other)))


@pytest.mark.parametrize(
    "lens", [Lens(False, (-0.25, 0.05, 0.0, 0.0)), Lens(True, (0.02, -0.01, 0.0, 0.0))]
)
def test_objects_seen_through_a_lens_are_where_they_are(lens: Lens) -> None:
    scene = Scene(YARD, lens=lens, focal=220.0)
    geometry = FrameGeometry(scene.frame, scene.regions)
    # From (-2.5, 7.0) to (1.6, 9.2), middles at heights of 0.4 and 0.3 m.
    assert between(geometry, 11, 12) == pytest.approx(4.654, abs=0.02)
    camera = scene.frame.intrinsics
    assert camera is not None
    pinhole = replace(scene.frame, intrinsics=replace(camera, lens=None))
    assert abs(between(FrameGeometry(pinhole, scene.regions), 11, 12) - 4.654) > 0.05
