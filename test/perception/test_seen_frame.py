# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Regions that others sent: one object sent twice counts once. What a kept frame holds."""

import gc
from types import FunctionType, ModuleType

import numpy as np

from smolrgpt_ros.perception.seen_frame import SeenFrame, seen_with
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.region import Region

FRAME = RgbdFrame(np.zeros((20, 30, 3), np.uint8), None, None, notes=("a note of before",))


def region(id, columns, label="pallet", score=float("nan")):
    mask = np.zeros((20, 30), bool)
    mask[5:15, columns[0] : columns[1]] = True
    return Region(id, label, mask, score)


def test_duplicate_detections():
    """Masks of 100 and 90 pixels, 90 of them shared: overlap 0.9."""
    sent = (region(1, (3, 13), score=0.6), region(2, (3, 12), score=0.7), region(3, (20, 26)))
    seen = seen_with(FRAME, sent)
    assert [r.id for r in seen.regions] == [2, 3]
    assert seen.duplicates == 1
    assert seen.frame.notes == (
        "a note of before",
        "pallet 1 was left out: its mask is nearly that of pallet 2",
    )


def test_of_a_clients_regions_without_scores_the_first_stays():
    seen = seen_with(FRAME, (region(7, (3, 13)), region(4, (3, 13))))
    assert [r.id for r in seen.regions] == [7]


def test_what_a_client_names_stays():
    sent = (region(7, (3, 13)), region(4, (3, 13)))
    assert [r.id for r in seen_with(FRAME, sent, (4,)).regions] == [4]
    assert seen_with(FRAME, sent, (4, 7)).regions == sent


def test_what_shares_less_or_is_something_else_stays():
    """100 pixels, and 100 of which 80 are shared: overlap 0.67; a pallet fills its buffer."""
    sent = (region(1, (3, 13)), region(2, (5, 15)), region(3, (3, 13), "buffer"), region(4, (3, 3)))
    seen = seen_with(FRAME, sent)
    assert seen.regions == sent and seen.frame is FRAME and not seen.duplicates


def test_regions_without_a_label_are_named():
    """A buffer without its label holds nothing, and a transporter carries nothing."""
    sent = (region(1, (3, 13)), region(2, (15, 20), ""), region(5, (22, 26), "-"))
    seen = seen_with(FRAME, sent)
    assert seen.regions == sent and not seen.duplicates
    assert seen.frame.notes[1:] == (
        "regions without a label (2, 5) are of no class: nothing is known to stand in them or "
        "on them",
    )


def held_bytes(value):
    """Of all arrays that a value leads to; of a view, those of what it is a view of."""
    found, waiting, arrays = {id(value)}, [value], {}
    while waiting:
        for other in gc.get_referents(waiting.pop()):
            if id(other) in found or isinstance(other, type | ModuleType | FunctionType):
                continue
            found.add(id(other))
            if isinstance(other, np.ndarray):
                owner = other
                while isinstance(owner.base, np.ndarray):
                    owner = owner.base
                arrays[id(owner)] = owner.nbytes
            else:
                waiting.append(other)
    return sum(arrays.values())


def test_a_frame_that_was_asked_about_holds_its_images_and_little_more(make_scene, make_block):
    """Eight pallets, and what else may be one: each measured with and without others."""
    places = [(right, ahead) for ahead in (6.0, 8.0) for right in (-2.4, -0.8, 0.8, 2.4)]
    size = (0.8, 1.2, 0.5)
    blocks = [make_block(i, "pallet", at, size) for i, at in enumerate(places)]
    scene = make_scene(blocks, width=480, rows=360, focal=420.0)
    *regions, last = scene.regions
    seen = SeenFrame(scene.frame, tuple(regions), (Region(-1, "pallet", last.mask, 0.1),))
    images = scene.frame.rgb.nbytes + scene.frame.depth.nbytes
    geometries = [seen.geometry, seen.geometry.with_candidate(seen.candidates[0])]
    geometries += [seen.geometry.without(region.id) for region in regions[:3]]
    for geometry in geometries:
        for region in geometry.regions:
            assert not isinstance(geometry.estimate(region.id), str)
    assert images < held_bytes(seen) < 1.5 * images
