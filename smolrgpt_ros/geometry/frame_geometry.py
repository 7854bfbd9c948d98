"""Metric geometry of one frame and its regions, computed once and only as far as asked."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.floor_fit import fit_ground_plane
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.plane import Plane
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.statistics import median

from .box_evidence import prospects_of
from .depth_sampling import MOST_AT_ONCE, Masks, surfaces_of
from .footprint import Footprint
from .ground_rectangles import outlines_of
from .noise import depth_noise
from .object_estimate import ObjectEstimate
from .observations import Prospect
from .rectangle_fit import fit_rectangles, seat_sigma
from .size_priors import SIZES, is_flat

_NOISY_FROM = 5e-5  # 1/metres: 5 mm of noise at 10 m
_CARRIED_WITHIN = 0.9  # metres: from what is seen of a vehicle to the middle of its load
_FEWEST = 8  # pixels with depth


class FrameGeometry:
    """A frame, all regions in view, and what depth tells about them.

    Values are computed when first asked for and kept; safe to share between threads.

    Args:
        frame: with depth and intrinsics, or without (then only image positions are known).
        regions: every region in view, ids unique; those a question does not mention still tell
            what is floor and what carries what.

    Raises:
        ValueError: if two regions have the same id.
    """

    def __init__(self, frame: RgbdFrame, regions: Sequence[Region]) -> None:
        self.frame = frame
        self.regions = tuple(regions)
        self._by_id = {region.id: region for region in self.regions}
        if len(self._by_id) < len(self.regions):
            ids = [region.id for region in self.regions]
            twice = sorted({i for i in ids if ids.count(i) > 1})
            raise ValueError(f"regions of a frame must have different ids, found twice: {twice}")
        self._lock = threading.RLock()
        self._plane: Plane | None = None
        self._plane_known = False
        self._noise: float | None = None
        self._objects: dict[int, ObjectEstimate | str] = {}

    @property
    def why_not(self) -> str:
        """Why nothing metric can be said, ``""`` where it can."""
        if self.frame.depth is None:
            return "the frame has no depth"
        if self.frame.intrinsics is None:
            return "the camera is not calibrated"
        return ""

    @property
    def plane(self) -> Plane | None:
        """The floor, ``None`` where it cannot be seen."""
        with self._lock:
            if not self._plane_known:
                standing = [r.mask for r in self.regions if not is_flat(r.label)]
                self._plane = fit_ground_plane(self.frame.depth, self.frame.intrinsics, standing)
                self._plane_known = True
            return self._plane

    @property
    def noise(self) -> float:
        """Spread of a pixel's depth over depth squared, 1/metres; 0 for an ideal picture."""
        with self._lock:
            if self._noise is None:
                noise = depth_noise(self.frame.depth) if self.frame.depth is not None else 0.0
                self._noise = noise if noise > _NOISY_FROM else 0.0
            return self._noise

    def region(self, region_id: int) -> Region:
        """The region with an id.

        Raises:
            LookupError: if no region of the frame has it.
        """
        region = self._by_id.get(region_id)
        if region is None:
            raise LookupError(f"region {region_id} is not in view; in view: {sorted(self._by_id)}")
        return region

    def centroid(self, region_id: int) -> tuple[float, float] | None:
        """Mask centroid of a region, pixels ``(x, y)``; ``None`` for an empty mask."""
        return self.region(region_id).centroid

    def estimate(self, region_id: int) -> ObjectEstimate | str:
        """The object of a region, or one sentence why depth cannot place it."""
        with self._lock:
            self.prepare((region_id,))
            return self._objects[region_id]

    def prepare(self, region_ids: Iterable[int]) -> None:
        """Estimates the objects of several regions: together they cost little more than one."""
        with self._lock:
            todo = dict.fromkeys(i for i in region_ids if i not in self._objects)
            # What a vehicle carries tells where it is.
            loads = [load for i in todo for load in self.possible_loads(i)]
            todo |= dict.fromkeys(i for i in loads if i not in self._objects)
            known = []
            for region_id in todo:
                if self.why_not:
                    self._objects[region_id] = self.why_not
                elif self.region(region_id).box is None:
                    self._objects[region_id] = f"the mask of region {region_id} is empty"
                else:
                    known.append(region_id)
            known.sort(key=lambda i: self.region(i).label == "transporter")
            for first in range(0, len(known), MOST_AT_ONCE):
                self._estimate(known[first : first + MOST_AT_ONCE])

    def possible_loads(self, region_id: int) -> tuple[int, ...]:
        """Ids of the pallets that a vehicle may carry: those whose picture touches its own."""
        vehicle = self.region(region_id)
        if vehicle.label != "transporter" or vehicle.box is None:
            return ()
        x0, y0, x1, y1 = vehicle.box
        width, height = x1 - x0, y1 - y0
        loads = []
        for region in self.regions:
            if region.label != "pallet" or (near := region.box) is None:
                continue
            across = min(near[2], x1 + width) > max(near[0], x0 - width)
            if across and min(near[3], y1 + height) > max(near[1], y0 - height):
                loads.append(region.id)
        return tuple(loads)

    # -- several objects --------------------------------------------------------------------

    def _estimate(self, region_ids: Sequence[int]) -> None:
        drafts: dict[int, _Draft] = {}
        for flat in (True, False):
            group = [i for i in region_ids if is_flat(self.region(i).label) == flat]
            if group:
                drafts |= self._drafted(group, flat)
        known, carried = self._carried(drafts)
        for region_id, load in known.items():
            drafts[region_id] = drafts[region_id].seated(load)
        self._fit(drafts, carried)

    def _drafted(self, group: Sequence[int], flat: bool) -> dict[int, _Draft]:
        """What is known of regions that all lie on the floor or all stand; says why of others."""
        regions, plane = [self.region(i) for i in group], self.plane
        boxes = [region.box for region in regions if region.box is not None]
        masks = Masks([region.mask for region in regions], boxes)
        surfaces = surfaces_of(self.frame, masks, self.noise)
        prospects: list[Prospect | None] = [None] * len(group)
        labels = [region.label for region in regions]
        if plane is not None and flat:
            priors = [SIZES[label] for label in labels]
            prospects = outlines_of(self.frame, masks, plane, priors, self.noise)
        elif plane is not None:
            prospects = prospects_of(
                self.frame, masks, labels, surfaces, plane, self.noise, self._vehicles()
            )
        drafts = {}
        for i, (region_id, prospect) in enumerate(zip(group, prospects, strict=True)):
            points, ratio = surfaces.points[surfaces.part(i)], float(surfaces.valid_ratio[i])
            name = f"region {region_id}"
            if len(points) < _FEWEST:
                self._objects[region_id] = (
                    f"{name} has no depth ({ratio:.0%} of its pixels are valid)"
                )
            elif plane is None:
                self._objects[region_id] = ObjectEstimate.without_floor(labels[i], points, ratio)
            elif prospect is not None:
                drafts[region_id] = _Draft(prospect, points, ratio)
            elif flat:
                self._objects[region_id] = f"the floor of {name} is hidden"
            else:
                self._objects[region_id] = f"{name} does not stand out from the floor"
        return drafts

    def _vehicles(self) -> NDArray[np.bool_] | None:
        """Where vehicles show, shape ``(H, W)``; ``None`` where none is in view."""
        masks = [r.mask for r in self.regions if r.label == "transporter"]
        if len(masks) < 2:
            return masks[0] if masks else None
        return np.logical_or.reduce(masks)

    def _fit(self, drafts: Mapping[int, _Draft], carried: Mapping[int, int]) -> None:
        plane, row = self.plane, {region_id: i for i, region_id in enumerate(drafts)}
        prospects = [draft.prospect for draft in drafts.values()]
        fits = fit_rectangles(
            [p.starts for p in prospects],
            [p.evidence for p in prospects],
            {row[vehicle]: row[load] for vehicle, load in carried.items()},
        )
        for (region_id, draft), fit in zip(drafts.items(), fits, strict=True):
            assert plane is not None
            self._objects[region_id] = ObjectEstimate.on_floor(
                self.region(region_id).label,
                plane,
                Footprint.of(fit, draft.prospect.floor_error),
                draft.prospect.heights,
                draft.points,
                draft.valid_ratio,
            )

    def _carried(self, drafts: Mapping[int, _Draft]) -> tuple[dict[int, Footprint], dict[int, int]]:
        """What vehicles carry, which tells where they are: loads that are known, and others."""
        known: dict[int, Footprint] = {}
        drafted: dict[int, int] = {}
        for region_id, draft in drafts.items():
            middle, nearest = draft.middle(self.plane), _CARRIED_WITHIN
            for other in self.possible_loads(region_id):
                above = self._objects.get(other)
                if isinstance(above, ObjectEstimate) and above.rides and above.footprint:
                    place = above.footprint.centre
                elif other in drafts and drafts[other].prospect.heights[0] > 0:
                    place = drafts[other].prospect.starts[0, :2]
                else:
                    continue
                apart = float(np.linalg.norm(place - middle))
                if apart >= nearest:
                    continue
                nearest = apart
                known.pop(region_id, None)
                drafted.pop(region_id, None)
                if other in drafts:
                    drafted[region_id] = other
                elif isinstance(above, ObjectEstimate) and above.footprint:
                    known[region_id] = above.footprint
        return known, drafted


@dataclass(frozen=True, eq=False)
class _Draft:
    """An object before its footprint is fitted."""

    prospect: Prospect
    points: NDArray[np.float64]
    valid_ratio: float

    def middle(self, plane: Plane | None) -> NDArray[np.float64]:
        """Of what is seen, on the floor, shape ``(2,)``, metres."""
        assert plane is not None
        return median(plane.to_floor(self.points)[:, :2])

    def seated(self, load: Footprint) -> _Draft:
        """A vehicle below its load, which tells where its centre is."""
        seat = (load.centre, seat_sigma(*load.sigma))
        return replace(self, prospect=self.prospect.seated(seat))
