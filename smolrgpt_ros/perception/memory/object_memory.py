# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Objects over time: confirmed by several sightings, fused, kept while they are out of sight."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.geometry.object_estimate import ObjectEstimate
from smolrgpt_ros.geometry.size_priors import is_flat
from smolrgpt_ros.scene.plane import Plane
from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.region import Region

from ..seen_frame import SeenFrame
from .association import Candidate, agrees, associate, duplicates
from .fusion import better_of, can_move, fused, predicted
from .placed_box import PlacedBox
from .remembered_object import CLOCK_RESET_S, MemorySettings, MemoryState, RememberedObject
from .visibility import Sight, hidden_pixels, look_at, outline

#: Share of a place's variance that sightings have in common: calibration, floor, the class's size,
#: the edges of masks seen from nearly the same place.
_SHARED_PART = 0.5
#: Overlap of two boxes of a place below which it is elsewhere: the camera's pose jumped.
_SAME_PLACE = 0.2
#: Frames in a row that have to see through a remembered object before it is forgotten.
_EMPTY_LOOKS = 2
#: Share of the objects of a view that one look has to find gone, and their least number: it is
#: another world then, such as a simulation's next scene, or a robot that was carried elsewhere.
_GONE_SHARE, _FEWEST_GONE = 0.5, 2


@dataclass(frozen=True, eq=False)
class _Sighting:
    region: Region
    candidate: Candidate
    found: ObjectEstimate | None


@dataclass(frozen=True, eq=False)
class _ExpectedView:
    """A remembered object in the optical frame, the floor it stands on, and where it would be seen.

    ``outline`` has shape ``(H, W)``, bool.
    """

    found: ObjectEstimate
    plane: Plane
    outline: NDArray[np.bool_]


def observe(
    state: MemoryState,
    seen: SeenFrame,
    pose: Pose | None,
    settings: MemorySettings,
    camera: str = "",
) -> tuple[MemoryState, SeenFrame]:
    """Remember what a frame shows, and add to it what is remembered.

    Args:
        state: after the frame before; of any camera.
        seen: the frame with its tracked regions; their ids are track ids.
        pose: of the camera in the fixed frame at the frame's stamp; ``None`` where it is not known:
            ids are kept by the tracks in the image, and nothing out of sight is remembered.
        settings: may differ from frame to frame.
        camera: whose frame it is.

    Returns:
        The state for the next frame; the frame with ids of objects, fused places and, where
        ``settings.use`` says so, remembered objects with their ages.
    """
    stamp_ns = seen.frame.stamp_ns
    pose = pose if settings.use != "off" else None
    fixed = pose.frame_id if pose is not None else state.frame_id
    last_ns = state.last_ns.get(camera, 0)
    if stamp_ns < last_ns - CLOCK_RESET_S * 1e9 or fixed != state.frame_id:
        state = MemoryState(next_id=state.next_id, frame_id=fixed)
    sightings, left_out = _without_duplicates(_sightings(seen, pose, camera))
    objects, of_sighting = _updated(state, sightings, stamp_ns)
    next_id = max([state.next_id, *(known.id + 1 for known in objects)])
    seen_ids = set(of_sighting)
    views = _expected_views(objects, seen_ids, seen, pose)
    objects = _still_there(objects, seen_ids, seen, views)
    kept = tuple(o for o in objects if o.id in seen_ids or _is_kept(o, stamp_ns, settings))
    # A view of which little is known cannot be confirmed yet: all of it counts.
    known_again = sum(known.id < state.next_id for known in kept if known.id in seen_ids)
    needed = settings.confirm_sightings if 2 * known_again >= len(sightings) else 1
    observed = _observed(
        kept, sightings, of_sighting, seen, pose, settings, needed, views, left_out
    )
    newest = {**state.last_ns, camera: max(stamp_ns, state.last_ns.get(camera, 0))}
    return MemoryState(kept, next_id, newest, fixed), observed


class ObjectMemory:
    """The memory of one or several cameras; thread-safe.

    Args:
        settings: called at each frame, so that they may change.
    """

    def __init__(self, settings: Callable[[], MemorySettings]) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._state = MemoryState()

    @property
    def state(self) -> MemoryState:
        """After the newest frame."""
        with self._lock:
            return self._state

    def observe(self, seen: SeenFrame, pose: Pose | None, camera: str = "") -> SeenFrame:
        """See :func:`observe`."""
        settings = self._settings()
        if settings.use != "off" and pose is not None:
            # Outside the lock: the fit of a frame takes longer than all else together.
            seen.geometry.prepare([region.id for region in seen.regions])
        with self._lock:
            self._state, observed = observe(self._state, seen, pose, settings, camera)
        return observed


def _sightings(seen: SeenFrame, pose: Pose | None, camera: str) -> list[_Sighting]:
    plane = seen.geometry.plane if pose is not None else None
    sightings = []
    for region in seen.regions:
        found, box = None, None
        if pose is not None and plane is not None:
            estimate = seen.geometry.estimate(region.id)
            if isinstance(estimate, ObjectEstimate):
                found, box = estimate, PlacedBox.of(estimate, plane, pose, _SHARED_PART)
        candidate = Candidate(region.label, (camera, region.id), box)
        sightings.append(_Sighting(region, candidate, found))
    return sightings


def _without_duplicates(sightings: list[_Sighting]) -> tuple[list[_Sighting], tuple[str, ...]]:
    """Without the weaker of two sightings of one object, whatever their labels; and one sentence
    for each that is left out."""
    ranked = sorted(sightings, key=lambda s: -_score(s.region))
    boxes = [sighting.candidate.box for sighting in ranked]
    twice = duplicates(boxes, [sighting.region.boxed for sighting in ranked])
    dropped = {id(ranked[later]) for later in twice}
    left_out = tuple(
        f"a {ranked[later].region.label or 'region'} was left out: its mask and its place are "
        f"about those of a {ranked[earlier].region.label or 'region'} with a better score"
        for later, earlier in twice.items()
    )
    return [sighting for sighting in sightings if id(sighting) not in dropped], left_out


def _score(region: Region) -> float:
    return region.score if region.score == region.score else 1.0


def _updated(
    state: MemoryState, sightings: Sequence[_Sighting], stamp_ns: int
) -> tuple[list[RememberedObject], list[int]]:
    """All objects after the sightings, and the object id of each sighting."""
    expected = []
    for known in state.objects:
        box = known.box
        if box is not None:
            box = predicted(box, known.label, known.age_s(stamp_ns))
        expected.append(Candidate(known.label, known.track, box))
    matches = associate(expected, [sighting.candidate for sighting in sightings])
    matches |= _renamed(expected, sightings, matches)
    objects = {known.id: known for known in state.objects}
    next_id, of_sighting = state.next_id, []
    for index, sighting in enumerate(sightings):
        region, candidate = sighting.region, sighting.candidate
        if index in matches:
            known, box = state.objects[matches[index]], expected[matches[index]].box
            box, box_score = _next_box(box, candidate.box, known.box_score, region)
            scores = dict(known.label_scores)
            scores[region.label] = scores.get(region.label, 0.0) + _score(region)
            objects[known.id] = replace(
                known,
                track=candidate.track,
                label_scores=scores,
                score=region.score,
                sightings=known.sightings + 1,
                last_ns=stamp_ns,
                box=box,
                box_score=box_score,
                empty_looks=0,
            )
            of_sighting.append(known.id)
        else:
            scores = {region.label: _score(region)}
            objects[next_id] = RememberedObject(
                next_id,
                candidate.track,
                scores,
                region.score,
                1,
                stamp_ns,
                candidate.box,
                _score(region),
            )
            of_sighting.append(next_id)
            next_id += 1
    return list(objects.values()), of_sighting


def _renamed(
    expected: Sequence[Candidate], sightings: Sequence[_Sighting], matches: Mapping[int, int]
) -> dict[int, int]:
    """Objects of sightings that take the room of an unseen object of another label."""
    unseen = [j for j in range(len(expected)) if j not in matches.values()]
    new = [i for i in range(len(sightings)) if i not in matches]
    boxes = [expected[j].box for j in unseen] + [sightings[i].candidate.box for i in new]
    found: dict[int, int] = {}
    for later, earlier in duplicates(boxes).items():
        if earlier < len(unseen) <= later and unseen[earlier] not in found.values():
            found[new[later - len(unseen)]] = unseen[earlier]
    return found


def _next_box(
    known: PlacedBox | None, seen: PlacedBox | None, best: float, region: Region
) -> tuple[PlacedBox | None, float]:
    """An object's box after a sighting, and the best score of the sightings that it is of;
    ``best`` is that before."""
    score = _score(region)
    if known is None:
        return seen, score
    if seen is None:
        return known, best
    if is_flat(region.label):
        if known.overlap(seen) >= _SAME_PLACE:
            return better_of(known, seen, seen_is_better=score >= best), max(best, score)
    elif agrees(known, seen):
        return fused(known, seen), max(best, score)
    # An object that is elsewhere than expected was moved, or the camera's pose jumped.
    return seen, score


def _expected_views(
    objects: Sequence[RememberedObject], seen_ids: set[int], seen: SeenFrame, pose: Pose | None
) -> dict[int, _ExpectedView]:
    """Where the objects that are not seen would be seen, by id; of those with a place."""
    plane = seen.geometry.plane if pose is not None else None
    camera = seen.frame.intrinsics
    views: dict[int, _ExpectedView] = {}
    if pose is None or plane is None or camera is None:
        return views
    for known in objects:
        if known.box is not None and known.id not in seen_ids:
            box = predicted(known.box, known.label, known.age_s(seen.frame.stamp_ns))
            found = box.estimate(known.label, plane, pose)
            views[known.id] = _ExpectedView(found, plane, outline(found, plane, camera))
    return views


def _still_there(
    objects: Sequence[RememberedObject],
    seen_ids: set[int],
    seen: SeenFrame,
    views: Mapping[int, _ExpectedView],
) -> list[RememberedObject]:
    """The objects without those whose place is seen to be empty."""
    looked: list[RememberedObject] = []
    sights: list[Sight] = []
    for known in objects:
        if view := views.get(known.id):
            sight = look_at(view.found, view.plane, seen.frame, view.outline)
            sights.append(sight)
            looks = known.empty_looks + 1 if sight is Sight.EMPTY else 0
            known = replace(known, empty_looks=looks)
        looked.append(known)
    gone, there = sights.count(Sight.EMPTY), len(seen_ids) + sights.count(Sight.OCCUPIED)
    if gone >= _FEWEST_GONE and gone >= _GONE_SHARE * (gone + there):
        return [known for known in looked if known.id in seen_ids]
    return [known for known in looked if known.empty_looks < _EMPTY_LOOKS]


def _is_kept(known: RememberedObject, stamp_ns: int, settings: MemorySettings) -> bool:
    """Whether an object that is not seen is still remembered."""
    age_s = known.age_s(stamp_ns)
    moving = can_move(known.label)
    return age_s <= (settings.moving_time_limit_s if moving else settings.time_limit_s)


def _observed(
    objects: Sequence[RememberedObject],
    sightings: Sequence[_Sighting],
    of_sighting: Sequence[int],
    seen: SeenFrame,
    pose: Pose | None,
    settings: MemorySettings,
    needed: int,
    views: Mapping[int, _ExpectedView],
    left_out: tuple[str, ...],
) -> SeenFrame:
    """The frame as queries see it."""
    by_id = {known.id: known for known in objects}
    plane = seen.geometry.plane if pose is not None else None
    regions: list[Region] = []
    candidates = list(seen.candidates)
    known_places: dict[int, ObjectEstimate] = {}
    for sighting, object_id in zip(sightings, of_sighting, strict=True):
        known, region = by_id[object_id], sighting.region
        region = Region(object_id, known.label, region.boxed, region.score)
        if known.sightings < needed:
            least = min((c.id for c in candidates), default=0)
            candidates.append(Region(least - 1, known.label, region.boxed, region.score))
            continue
        regions.append(region)
        if sighting.found is None or known.box is None or plane is None or pose is None:
            continue
        if known.sightings == 1:
            known_places[object_id] = sighting.found
        else:
            known_places[object_id] = known.box.estimate(known.label, plane, pose, sighting.found)
    for known in objects if settings.use == "objects" else ():
        view = views.get(known.id)
        if view is None or known.sightings < needed:
            continue
        mask = view.outline
        if not is_flat(known.label):  # a place on the floor is whole, with what stands on it
            mask = mask & ~hidden_pixels(view.found, view.plane, seen.frame, mask)
        # Another camera may have seen it at the same time: it is not seen here.
        age_s = max(known.age_s(seen.frame.stamp_ns), 1e-3)
        regions.append(Region(known.id, known.label, mask, known.score, age_s))
        known_places[known.id] = view.found
    frame, geometry = seen.frame, None
    if left_out:
        frame = replace(frame, notes=(*frame.notes, *left_out))
    if pose is not None:
        geometry = seen.geometry.with_regions(regions, known_places, candidates, frame)
    return replace(
        seen,
        frame=frame,
        regions=tuple(regions),
        candidates=tuple(candidates),
        placed=geometry,
        duplicates=seen.duplicates + len(left_out),
    )
