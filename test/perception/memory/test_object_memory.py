# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Objects over time, seen by a camera that drives past exact boxes."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from smolrgpt_ros.geometry.object_estimate import ObjectEstimate
from smolrgpt_ros.perception.memory.object_memory import ObjectMemory, observe
from smolrgpt_ros.perception.memory.remembered_object import MemorySettings, MemoryState
from smolrgpt_ros.perception.seen_frame import SeenFrame
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.region import Region

SECOND = 1_000_000_000
#: In the fixed frame: x right, y ahead, z up of the camera at the start. Nothing is symmetric.
PALLET, OTHER, VEHICLE = (-1.2, 6.0), (1.1, 7.4), (2.2, 5.2)
SIZES = {
    "pallet": (1.2, 1.2, 0.6),
    "transporter": (1.44, 0.85, 0.23),
    "shelf": (1.0, 2.8, 3.0),
    "box": (1.2, 1.2, 0.6),
    "buffer": (2.0, 5.0, 0.0),
}


@pytest.fixture
def look(make_scene, make_block):
    """``look(objects, at=(x, y), second=0)`` -> the seen frame and the camera's pose.

    ``objects``: ``(track id, label, (x, y) in the fixed frame)``, with their size and what lifts
    them where these differ; ``found``: detected ids.
    """

    def take(objects, at=(0.0, 0.0), second=0.0, found=None, noise=0.0, score=0.9, **camera):
        def block(i, label, place, size=None, bottom=0.0):
            relative = (place[0] - at[0], place[1] - at[1])
            return make_block(i, label, relative, size or SIZES[label], 0.0, bottom)

        scene = make_scene([block(*item) for item in objects], noise=noise, **camera)
        frame = RgbdFrame(
            scene.frame.rgb,
            scene.frame.depth,
            scene.frame.intrinsics,
            int(second * SECOND) + SECOND,
        )
        regions = tuple(
            Region(r.id, r.label, r.mask, score)
            for r in scene.regions
            if r.mask.any() and (found is None or r.id in found)
        )
        pitch = np.radians(scene.pitch_deg)
        sin, cos = np.sin(pitch), np.cos(pitch)
        rotation = np.array([[1.0, 0.0, 0.0], [0.0, -sin, cos], [0.0, -cos, -sin]])
        pose = Pose("map", rotation, np.array([*at, scene.height]))
        return SeenFrame(frame, regions), pose

    return take


def run(steps, settings=None, memory=None):
    """The last observed frame of ``(seen, pose)`` steps, and the memory."""
    memory = memory or ObjectMemory(lambda: settings or MemorySettings())
    observed = None
    for seen, pose in steps:
        observed = memory.observe(seen, pose)
    return observed, memory


def in_map(observed, region_id, pose):
    return pose.apply(observed.geometry.estimate(region_id).centre[None])[0]


THREE = ((1, "pallet", PALLET), (2, "pallet", OTHER), (3, "transporter", VEHICLE))


def test_an_object_keeps_its_id_when_the_image_tracker_gives_it_another(look):
    first = look(THREE)
    renumbered = look(((7, "pallet", PALLET), (8, "pallet", OTHER)), at=(0.3, 0.2), second=0.2)
    before, memory = run([first])
    after, _ = run([renumbered], memory=memory)
    names = {r.id: r.label for r in before.regions}
    assert names == {1: "pallet", 2: "pallet", 3: "transporter"}
    seen_now = [r.id for r in after.regions if not r.seen_age_s]
    assert seen_now == [1, 2]
    assert in_map(after, 1, renumbered[1])[:2] == pytest.approx(PALLET, abs=0.05)
    assert in_map(after, 2, renumbered[1])[:2] == pytest.approx(OTHER, abs=0.05)


def test_an_object_out_of_view_is_remembered_with_its_age_and_its_place(look):
    start, away = look(THREE), look(THREE, at=(9.0, 0.0), second=3.0)
    assert [r.id for r in away[0].regions] == []  # the camera has driven on
    observed, _ = run([start, look(THREE, second=0.2), away])
    ages = {r.id: r.seen_age_s for r in observed.regions}
    assert ages == {1: pytest.approx(2.8), 2: pytest.approx(2.8), 3: pytest.approx(2.8)}
    found = observed.geometry.estimate(1)
    # 10.2 m to the left and 6 m ahead, its middle 0.3 m high; the camera is 6 m high.
    assert np.linalg.norm(found.centre) == pytest.approx(
        np.hypot(np.hypot(10.2, 6.0), 5.7), abs=0.08
    )
    assert not next(r for r in observed.regions if r.id == 1).mask.any()


def test_a_missed_object_in_view_stays_where_it_is(look):
    steps = [look(THREE), look(THREE, second=0.2), look(THREE, second=0.4, found={2, 3})]
    observed, _ = run(steps)
    missed = next(r for r in observed.regions if r.id == 1)
    assert missed.seen_age_s == pytest.approx(0.2)
    true = next(r.mask for r in look(THREE)[0].regions if r.id == 1)
    shared = np.count_nonzero(true & missed.mask) / np.count_nonzero(true | missed.mask)
    assert shared > 0.8


def test_an_object_whose_place_is_seen_to_be_empty_is_forgotten(look):
    gone = THREE[1:]
    steps = [look(THREE), look(THREE, second=0.2), look(gone, second=0.4)]
    once, memory = run(steps)
    assert 1 in {r.id for r in once.regions}  # one look may err
    twice, _ = run([look(gone, second=0.6)], memory=memory)
    assert {r.id for r in twice.regions} == {2, 3}


def test_an_object_behind_another_is_remembered(look):
    hidden = (1, "pallet", (0.0, 9.0))
    wall = (4, "shelf", (0.0, 6.5))
    steps = [look((hidden,)), look((hidden,), second=0.2)]
    steps += [look((hidden, wall), second=0.4 + 0.2 * i, found={4}) for i in range(4)]
    observed, _ = run(steps)
    remembered = next(r for r in observed.regions if r.id == 1)
    assert remembered.seen_age_s == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("label", "second", "kept"),
    [("pallet", 50.0, True), ("pallet", 70.0, False), ("transporter", 4.0, True),
     ("transporter", 7.0, False)],
)  # fmt: skip
def test_what_is_not_seen_is_forgotten_after_its_time(look, label, second, kept):
    objects = ((1, label, PALLET),)
    away = look(objects, at=(8.0, 0.0), second=second)
    observed, _ = run([look(objects), look(objects, second=0.2), away])
    assert [r.id for r in observed.regions] == ([1] if kept else [])


def test_the_independent_part_of_the_deviation_shrinks_and_the_shared_part_stays(look):
    objects = THREE[:1]
    single = look(objects, noise=0.004)
    alone = single[0].geometry.estimate(1)
    steps = [look(objects, second=0.2 * i, noise=0.004) for i in range(9)]
    observed, _ = run(steps)
    several = observed.geometry.estimate(1)
    ratio = np.trace(several.covariance) / np.trace(alone.covariance)
    assert 0.5 < ratio < 0.62  # a half stays, a ninth of the other half with a little drift


def test_a_second_sighting_confirms_and_a_single_one_is_a_candidate(look):
    new = (*THREE, (5, "pallet", (-2.4, 8.3)))
    once, memory = run([look(THREE), look(new, second=0.2)])
    assert {r.id for r in once.regions} == {1, 2, 3}
    assert [(c.id, c.label) for c in once.candidates] == [(-1, "pallet")]
    twice, _ = run([look(new, second=0.4)], memory=memory)
    assert {r.id for r in twice.regions} == {1, 2, 3, 4} and not twice.candidates


def test_everything_of_the_first_frame_counts(look):
    observed, _ = run([look(THREE)])
    assert len(observed.regions) == 3 and not observed.candidates


def test_another_world_is_not_mixed_with_the_one_before(look):
    other = ((11, "pallet", (0.3, 4.9)), (12, "shelf", (-2.8, 9.5)), (13, "pallet", (3.0, 8.6)))
    away = (4, "pallet", (9.5, 6.0))
    steps = [look((away,), at=(9.0, 0.0)), look((away,), at=(9.0, 0.0), second=0.2)]
    steps += [look(THREE, second=0.4), look(THREE, second=0.6)]
    before, memory = run(steps)
    assert len(before.regions) == 4
    after, _ = run([look(other, second=0.8)], memory=memory)
    assert [(r.label, r.seen_age_s) for r in after.regions] == [
        ("pallet", 0.0), ("shelf", 0.0), ("pallet", 0.0),
    ]  # fmt: skip


def test_an_object_that_was_moved_is_where_it_is_seen(look):
    start = [look(THREE, second=0.2 * i) for i in range(3)]
    moved = (THREE[0], THREE[1], (3, "transporter", (0.2, 4.4)))
    last = look(moved, second=0.8)
    observed, _ = run([*start, last])
    assert in_map(observed, 3, last[1])[:2] == pytest.approx((0.2, 4.4), abs=0.05)


def test_the_weaker_of_two_masks_of_one_object_is_dropped(look):
    seen, pose = look(THREE)
    copy = seen.regions[0]
    weaker = Region(9, "box", copy.mask, 0.4)
    twice = SeenFrame(seen.frame, (*seen.regions, weaker))
    observed, _ = run([(twice, pose)])
    assert [r.label for r in observed.regions] == ["pallet", "pallet", "transporter"]
    assert observed.duplicates == 1 and observed.geometry.frame is observed.frame
    assert observed.frame.notes == (
        "a box was left out: its mask and its place are about those of a pallet with a better "
        "score",
    )


def test_stacked_objects_are_two_although_the_box_of_the_upper_one_reaches_the_floor(look):
    stacked = (2, "pallet", (-0.5, 6.0), SIZES["pallet"], 0.6)
    objects = ((1, "pallet", (-0.5, 6.0)), stacked, (3, "pallet", (2.0, 7.0)))
    camera = {"height": 3.0, "pitch_deg": 25.0}
    observed, _ = run([look(objects, second=0.2 * i, **camera) for i in range(2)])
    assert [r.id for r in observed.regions] == [1, 2, 3]
    assert observed.duplicates == 0 and not observed.frame.notes


def test_a_place_is_where_its_best_score_has_it(look):
    """The second sighting of a place shows 4.2 of its 5 m, with a lower score or a higher one."""
    whole, part = (1, "buffer", (0.4, 7.0)), (1, "buffer", (0.4, 6.6), (2.0, 4.2, 0.0))
    for score, length, middle in ((0.5, 5.0, 7.0), (0.95, 4.2, 6.6)):
        last = look((part,), second=0.2, score=score)
        observed, _ = run([look((whole,), score=0.9), last])
        (region,) = observed.regions
        found = observed.geometry.estimate(region.id)
        assert max(found.size) == pytest.approx(length, abs=0.15)
        assert in_map(observed, region.id, last[1])[1] == pytest.approx(middle, abs=0.15)


def test_a_place_that_is_elsewhere_starts_anew(look):
    """The camera's pose jumps by 3 m; then a better sighting than the first one there moves the
    place by 0.4 m, however good those before the jump were."""
    scored = ((0.9, 6.0, 0.0), (0.5, 9.0, 0.2), (0.6, 9.4, 0.4))
    steps = [
        look(((1, "buffer", (0.4, y)),), second=second, score=score) for score, y, second in scored
    ]
    observed, memory = run(steps)
    (region,) = observed.regions
    assert in_map(observed, region.id, steps[-1][1])[1] == pytest.approx(9.4, abs=0.15)
    (known,) = (known for known in memory.state.objects if known.id == region.id)
    assert known.box_score == 0.6
    # 3 m are no deviation of what is seen now.
    assert np.sqrt(np.diag(known.box.covariance)).max() < 0.5


def test_what_the_border_cuts_stays_a_lower_bound(look):
    """The upper border is (125 / 280) above the optical axis, 24.06 degrees, and the axis is 15
    degrees below level. At the shelf's front, 4.6 m ahead, it is 2 + 4.6 * tan(9.06) = 2.73 m high;
    the shelf is 5 m high, and 3 m are typical."""
    objects = ((1, "shelf", (0.5, 6.0), (1.0, 2.8, 5.0)), (2, "pallet", (-2.0, 6.0)))
    steps = [look(objects, second=0.2 * i, height=2.0, pitch_deg=15.0) for i in range(3)]
    alone = steps[0][0].geometry.estimate(1)
    observed, _ = run(steps)
    found = observed.geometry.estimate(1)
    assert found.seen[2] == pytest.approx(2.73, abs=0.05)
    assert found.top_sigma == pytest.approx(alone.top_sigma)
    assert found.bottom_sigma == pytest.approx(alone.bottom_sigma)


def test_after_a_jump_of_the_cameras_pose_an_object_is_as_far_as_it_is_seen(look):
    """The pallet's middle is 1.2 m left, 6 m ahead and 5.7 m below the camera: 8.362 m. The mean of
    its places in the fixed frame would be up to 0.1 m nearer."""
    objects = ((1, "pallet", PALLET), (2, "pallet", (1.5, 7.0)))
    seen, pose = look(objects, second=0.6)
    jumped = Pose("map", pose.rotation, pose.translation + np.array([0.0, 0.22, 0.0]))
    steps = [look(objects, second=0.1 * i) for i in range(5)]
    observed, _ = run([*steps, (seen, jumped)])
    assert [r.id for r in observed.regions] == [1, 2]
    found = observed.geometry.estimate(1)
    assert np.linalg.norm(found.centre) == pytest.approx(8.362, abs=0.03)


def test_a_label_goes_by_all_sightings(look):
    as_box = ((4, "box", PALLET), *THREE[1:])
    steps = [look(THREE), look(THREE, second=0.2), look(as_box, second=0.4)]
    observed, _ = run(steps)
    assert {r.id: r.label for r in observed.regions} == {1: "pallet", 2: "pallet", 3: "transporter"}
    assert all(not r.seen_age_s for r in observed.regions)


def test_without_a_fixed_frame_ids_follow_the_tracks_and_nothing_else_is_remembered(look):
    seen, _ = look(THREE)
    later, _ = look(THREE[:2], second=0.2)
    observed, memory = run([(seen, None), (later, None)])
    assert [(r.id, r.seen_age_s) for r in observed.regions] == [(1, 0.0), (2, 0.0)]
    assert isinstance(observed.geometry.estimate(1), ObjectEstimate)  # by this frame alone
    assert all(known.box is None for known in memory.state.objects)


def test_tracks_alone_are_followed_without_a_graph_library(look, monkeypatch):
    """networkx, 300 modules, is for sightings of which several may be of one object."""
    monkeypatch.setitem(sys.modules, "networkx", None)
    frames = [look(THREE, second=second)[0] for second in (0.0, 0.1)]
    observed, _ = run([(seen, None) for seen in frames])
    assert [region.id for region in observed.regions] == [1, 2, 3]


def test_ids_are_never_used_again(look):
    state, settings = MemoryState(), MemorySettings(confirm_sightings=1)
    ids = []
    for index, seen_from in enumerate(((0.0, 0.0), (0.0, 0.0), (40.0, 0.0), (0.0, 0.0))):
        second = 100.0 * index
        seen, pose = look(((index + 1, "pallet", PALLET),), at=seen_from, second=second)
        state, observed = observe(state, seen, pose, settings)
        ids.append([r.id for r in observed.regions])
    assert ids == [[1], [1], [], [2]]


def test_a_clock_that_is_set_back_starts_anew(look):
    _, memory = run([look(THREE, second=100.0), look(THREE, second=100.2)])
    observed, _ = run([look(THREE[:1], second=1.0)], memory=memory)
    assert [r.label for r in observed.regions] == ["pallet"]
    assert len(memory.state.objects) == 1


def test_a_camera_whose_clock_is_behind_erases_nothing(look):
    """One camera's stamps are 1.2 s behind those of the other; tracks alone."""
    memory, ids = ObjectMemory(MemorySettings), []
    right, _ = look(((1, "pallet", PALLET),))
    for second in (10.0, 10.2, 10.4):
        left, _ = look(THREE, second=second)
        late = replace(right.frame, stamp_ns=left.frame.stamp_ns - 1_200_000_000)
        observed = memory.observe(left, None, "left")
        behind = memory.observe(replace(right, frame=late), None, "right")
        ids.append([region.id for region in (*observed.regions, *behind.regions)])
    assert ids == [[1, 2, 3, 4]] * 3


def test_two_cameras_share_what_they_remember(look):
    memory = ObjectMemory(MemorySettings)
    left, pose = look(THREE)
    right, right_pose = look(((1, "pallet", (8.0, 6.0)),), at=(8.0, 0.0), second=0.1)
    for _ in range(2):
        memory.observe(left, pose, "left")
        observed = memory.observe(right, right_pose, "right")
    here = [r for r in observed.regions if not r.seen_age_s]
    assert len(here) == 1 and len(observed.regions) == 4
    # Track 1 of one camera is not track 1 of the other.
    assert in_map(observed, here[0].id, right_pose)[:2] == pytest.approx((8.0, 6.0), abs=0.05)


def test_only_positions_are_used_where_the_parameter_says_so(look):
    settings = MemorySettings(use="positions")
    observed, _ = run([look(THREE), look(THREE[1:], at=(0.1, 0.0), second=0.2)], settings)
    assert {r.id for r in observed.regions} == {2, 3}


@pytest.mark.parametrize(
    ("wrong", "named"), [({"use": "on"}, "'on'"), ({"confirm_sightings": 0}, "found 0")]
)
def test_settings_are_checked(wrong, named):
    with pytest.raises(ValueError, match=named):
        MemorySettings(**wrong)
