# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What stands on the floor beside all masks, in scenes of exact boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from block_scene import YARD, Block, Scene

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.geometry.unexplained_volumes import UnexplainedVolume
from smolrgpt_ros.scene.masks import overlap
from smolrgpt_ros.scene.region import Region


def unexplained(
    scene: Scene, without: Sequence[int], weak: Sequence[int] = ()
) -> tuple[UnexplainedVolume, ...]:
    """What stands in a scene of which some blocks are no regions, and some weak detections."""
    regions = [r for r in scene.regions if r.id not in (*without, *weak)]
    candidates = [Region(-r.id, r.label, r.mask, 0.2) for r in scene.regions if r.id in weak]
    return FrameGeometry(scene.frame, regions, candidates).unexplained


def test_regions_and_weak_detections_explain_what_stands_there(yard: Scene) -> None:
    assert unexplained(yard, ()) == ()
    assert unexplained(yard, (), weak=(12, 22)) == ()


@pytest.mark.parametrize("noise", [0.0, 0.0012])
def test_a_pallet_without_a_region_is_found_where_it_stands(noise: float) -> None:
    scene = Scene(YARD, noise=noise)
    (found,) = unexplained(scene, [12])
    # Block 12 is 1.2 x 1.1 x 0.6 m at (1.6, 9.2); its back is not seen, its top is.
    assert found.place == pytest.approx((1.6, 9.2), abs=0.15)
    assert found.size == pytest.approx((1.2, 1.1), abs=0.2)
    assert found.top == pytest.approx(0.6, abs=0.02 + 20 * noise)
    true = next(r.mask for r in scene.regions if r.id == 12)
    assert overlap(found.mask, true) > 0.6
    assert not found.cut
    assert found.could_be("pallet")
    assert not found.could_be("transporter") and not found.could_be("shelf")
    assert not found.could_be("buffer") and not found.could_be("person")


def test_an_empty_transporter_is_low_enough_for_both(yard: Scene) -> None:
    (found,) = unexplained(yard, [22])
    assert found.top == pytest.approx(0.23, abs=0.02)
    assert found.could_be("transporter") and found.could_be("pallet")


def test_a_floor_region_explains_nothing_that_stands_in_it(yard: Scene) -> None:
    buffer = next(r for r in yard.regions if r.id == 1)
    pallet = next(r for r in yard.regions if r.id == 11)
    assert (buffer.mask & pallet.mask).sum() == pallet.mask.sum()
    (found,) = unexplained(yard, [11])
    assert found.could_be("pallet")


def test_neither_walls_nor_pillars_nor_people_could_be_pallets(make_scene: type[Scene]) -> None:
    room = (
        Block(1, "", (0.0, 12.0), (16.0, 0.2, 4.0)),
        Block(2, "", (2.5, 7.0), (0.3, 0.3, 4.0)),
        Block(3, "", (-1.0, 6.0), (0.5, 0.35, 1.75), 30.0),
        Block(4, "", (-3.6, 8.0), (1.3, 0.6, 2.1)),
    )
    scene = make_scene(room, height=3.0, pitch_deg=15.0)
    found = unexplained(scene, [1, 2, 3, 4])
    # The trolley and the person; what else there is are ends of the wall where the picture ends.
    assert [f.top for f in found[:2]] == pytest.approx([2.1, 1.75], abs=0.03)
    assert found[0].size == pytest.approx((1.3, 0.6), abs=0.1)
    labels = ("pallet", "transporter", "shelf")
    assert not any(f.could_be(label) for f in found for label in labels)


def test_a_long_thing_may_be_several_pallets_where_its_top_is_seen(
    make_scene: type[Scene],
) -> None:
    row = Block(1, "", (0.5, 8.0), (3.9, 1.2, 0.9))
    seen = make_scene([row], height=3.0, pitch_deg=20.0)
    (found,) = unexplained(seen, [1])
    assert found.size[0] == pytest.approx(3.9, abs=0.3)
    assert not found.cut and found.could_be("pallet")
    # From so low a camera the picture ends below the row's top: it may go on to the roof.
    cut = make_scene([row], height=1.0, pitch_deg=25.0)
    (found,) = unexplained(cut, [1])
    assert found.cut and not found.could_be("pallet")


def test_bare_floor_and_depth_with_holes_show_nothing(make_scene: type[Scene]) -> None:
    scene = make_scene([Block(1, "", (9.0, -5.0), (1.0, 1.0, 1.0))], noise=0.0012)
    depth = np.array(scene.frame.depth)
    depth[::3, ::2] = np.nan
    depth[40:80, 100:160] = np.nan
    frame = replace(scene.frame, depth=depth)
    assert FrameGeometry(frame, ()).unexplained == ()
    assert FrameGeometry(scene.without_depth(), ()).unexplained == ()
