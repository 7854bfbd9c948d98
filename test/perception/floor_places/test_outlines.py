# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Places seen at a flat angle get the outlines of the lines on the floor, and nothing else does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from taped_floor import CAMERA, HEIGHT, WIDTH, beside, detected, half_of, plane, scene

from smolrgpt_ros.detection.detector import Detection
from smolrgpt_ros.perception.floor_places.floor_view import FloorView
from smolrgpt_ros.perception.floor_places.outlines import with_place_outlines
from smolrgpt_ros.scene.masks import overlap


def outlined(detections, frame) -> tuple[Detection, ...]:
    """The detections of a single frame."""
    return with_place_outlines(detections, frame)[0]


@pytest.mark.parametrize("weak", [False, True])
def test_a_place_of_which_half_is_found_gets_its_lines(weak):
    frame, true = scene(plane())
    half = half_of(true)
    assert overlap(half, true) < 0.6
    (found,) = outlined([detected(half, weak=weak)], frame)
    assert overlap(found.mask, true) > 0.9
    assert (found.label, found.score, found.weak) == ("buffer", 0.5, False)


def test_a_large_picture_is_looked_at_in_part():
    frame, true = scene(plane(), camera=CAMERA.scaled(2 * WIDTH, 2 * HEIGHT))
    view = FloorView.of(frame)
    assert view is not None and (view.every, view.in_sight.shape) == (2, (HEIGHT, WIDTH))
    (found,) = outlined([detected(half_of(true))], frame)
    assert overlap(found.mask, true) > 0.9


def test_what_stands_in_a_place_is_of_its_mask_and_what_stands_beside_it_is_not():
    frame, true = scene(plane())
    floor = plane()
    assert frame.depth is not None
    depth = frame.depth.copy()
    boxes = []
    for right in (0.2, 3.2):  # metres right of the camera, 4.3 ahead: in the place, and beside it
        points = np.array([[right - 0.4, 4.3, 0.0], [right + 0.4, 4.3, 1.0]])
        optical = floor.to_optical(points)
        columns = np.rint(optical[:, 0] / optical[:, 2] * 250 + 159.5).astype(int)
        rows = np.rint(optical[:, 1] / optical[:, 2] * 250 + 119.5).astype(int)
        box = np.zeros((HEIGHT, WIDTH), bool)
        box[rows[1] : rows[0], columns[0] : columns[1]] = True
        depth[box] = optical[0, 2]
        boxes.append(box)
    standing = [detected(box, "pallet", score=0.9) for box in boxes]
    found = outlined([*standing, detected(half_of(true))], replace(frame, depth=depth))
    assert [d.label for d in found] == ["pallet", "pallet", "buffer"]
    place = found[2].mask
    assert place[boxes[0]].all()
    assert not place[boxes[1] & ~true].any()
    assert overlap(place, true | boxes[0]) > 0.9


def test_two_detections_of_one_place_are_one_the_better():
    frame, true = scene(plane())
    other = true & ~half_of(true)
    found = outlined([detected(half_of(true), score=0.3), detected(other)], frame)
    assert [d.score for d in found] == [0.5]
    assert overlap(found[0].mask, true) > 0.9


def test_a_sure_mask_gets_lines_that_agree_with_it_and_no_others():
    frame, true = scene(plane())
    half = half_of(true)
    (kept,) = outlined([detected(half, score=0.61)], frame)
    assert np.array_equal(kept.mask, half)
    columns = np.flatnonzero(true.any(axis=0))
    most = true & (np.arange(WIDTH) < columns[0] + 3 * len(columns) // 4)
    assert 0.6 < overlap(most, true) < 0.9
    (lined,) = outlined([detected(most, score=0.61)], frame)
    assert overlap(lined.mask, true) > 0.9


def test_masks_stay_where_no_lines_are_or_nothing_is_measured():
    bare, true = scene(plane(), taped=False)
    taped, _ = scene(plane())
    found = (detected(half_of(true)), detected(true, "pallet"))
    for frame in (bare, replace(taped, depth=None), replace(taped, intrinsics=None)):
        assert outlined(found, frame) == found


def test_masks_seen_from_above_stay():
    frame, true = scene(plane(height=4.0, down_deg=40.0))
    found = (detected(half_of(true)),)
    assert true.sum() > 3000
    assert outlined(found, frame) == found


def test_a_mask_elsewhere_does_not_get_the_lines():
    frame, true = scene(plane())
    elsewhere = beside(true)
    found = (detected(elsewhere),)
    assert outlined(found, frame) == found


def test_pixels_of_the_floor_and_back():
    frame, _ = scene(plane())
    view = FloorView.of(frame)
    assert view is not None and view.plane.offset == pytest.approx(1.2, abs=0.02)
    points = np.array([[0.5, 3.0], [-1.0, 6.0], [0.0, -2.0]])
    pixels, inside = view.pixels(points)
    assert inside.tolist() == [True, True, False]
    for (column, row), point in zip(np.rint(pixels[:2]).astype(int), points, strict=False):
        assert view.ground[row, column] == pytest.approx(point, abs=0.1)
        assert view.in_sight[row, column]
    # 3 m ahead, 1.2 m below: a pixel covers (3^2 + 1.2^2) / (1.2 * 250) m along the view.
    ahead = view.widths(np.array([[0.0, 3.0]]), np.array([0.0, 1.0]))
    assert ahead[0] == pytest.approx(10.44 / 300, rel=0.05)
    across = view.widths(np.array([[0.0, 3.0]]), np.array([1.0, 0.0]))
    assert across[0] == pytest.approx(3 / 250, rel=0.01)
