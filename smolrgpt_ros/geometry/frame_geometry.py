# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Metric geometry of one frame and its regions, computed once and only as far as asked."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.depth_noise import DepthNoise, depth_noise
from smolrgpt_ros.scene.floor_fit import fit_ground_plane
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.plane import Plane, roll_of
from smolrgpt_ros.scene.region import Region

from .box_evidence import box_problems
from .box_points import BoxSamples
from .calibration import CalibrationErrors
from .carried_loads import loads_near, nearest_loads, vehicles_near
from .depth_sampling import FEWEST_SAMPLES, surfaces_of
from .footprint import Footprint
from .ground_rectangles import ground_problems
from .mask_alignment import MaskAlignment, align_masks
from .object_draft import ObjectDraft
from .object_estimate import ObjectEstimate
from .observations import FitProblem
from .plausibility import Plausibility, plausibility_of
from .rectangle_fit import fit_rectangles
from .region_masks import RegionMasks
from .resting import OFF_FLOOR, at_rest, lowest_part
from .size_priors import SIZES, is_flat, stands_on_floor


class FrameGeometry:
    """A frame, all regions in view, and where depth places their objects.

    Values are computed when first asked for and kept; safe to share between threads.

    Args:
        frame: with depth and intrinsics, or without (then nothing metric is known).
        regions: every region in view, ids unique; those a question does not mention still show what
            is floor and what carries what.
        candidates: regions that may be objects as well, with other ids; nothing here is about them
            but :meth:`with_candidate`.

    Raises:
        ValueError: if two regions have the same id.
    """

    def __init__(
        self, frame: RgbdFrame, regions: Sequence[Region], candidates: Sequence[Region] = ()
    ) -> None:
        self.frame = frame
        self.regions = tuple(regions)
        self.candidates = tuple(candidates)
        self._by_id = {region.id: region for region in self.regions}
        if len(self._by_id) < len(self.regions):
            ids = [region.id for region in self.regions]
            twice = sorted({i for i in ids if ids.count(i) > 1})
            raise ValueError(f"regions of a frame must have different ids, found twice: {twice}")
        self._lock = threading.RLock()
        self._plane: Plane | None = None
        self._plane_known = False
        self._noise: DepthNoise | None = None
        self._fitted: dict[int, ObjectEstimate | str] = {}
        self._resting: dict[int, ObjectEstimate | str] = {}
        self._alignment: MaskAlignment | None = None
        self._with: dict[int, FrameGeometry] = {}
        self._without: dict[int, FrameGeometry] = {}

    def with_regions(
        self,
        regions: Sequence[Region],
        known: Mapping[int, ObjectEstimate],
        candidates: Sequence[Region] = (),
        frame: RgbdFrame | None = None,
    ) -> FrameGeometry:
        """The same frame and floor with other regions.

        Args:
            regions, candidates, frame: in place of those of before; the frame with more notes.
            known: by region id, objects whose place is known already, optical frame.
        """
        return self._same_floor(FrameGeometry(frame or self.frame, regions, candidates), known)

    def with_candidate(self, candidate: Region) -> FrameGeometry:
        """The same frame if a candidate was an object: it is one of the regions."""
        with self._lock:
            made = self._with.get(candidate.id)
            if made is None:
                apart = FrameGeometry(self.frame, (*self.regions, candidate))
                made = self._same_floor(apart, self._fitted_apart_from(candidate))
                self._with[candidate.id] = made
            return made

    def without(self, region_id: int) -> FrameGeometry:
        """The same frame if a region was no object."""
        with self._lock:
            made = self._without.get(region_id)
            if made is None:
                made = FrameGeometry(self.frame, [r for r in self.regions if r.id != region_id])
                self._same_floor(made, self._fitted_apart_from(self.region(region_id)))
                made._alignment = self._alignment
                self._without[region_id] = made
            return made

    def _fitted_apart_from(self, region: Region) -> dict[int, ObjectEstimate | str]:
        """Fits that a region took no part in: of all but its possible vehicles, or its loads."""
        near = {*loads_near(region, self.regions), *vehicles_near(region, self.regions), region.id}
        return {i: found for i, found in self._fitted.items() if i not in near}

    def _same_floor(
        self, made: FrameGeometry, known: Mapping[int, ObjectEstimate | str]
    ) -> FrameGeometry:
        with self._lock:
            made._fitted.update(known)
            made._plane, made._plane_known = self._plane, self._plane_known
            made._noise = self._noise
        return made

    @property
    def why_not(self) -> str:
        """Why nothing metric is known, one clause; ``""`` where it is."""
        if self.frame.depth is None:
            return "the frame has no depth"
        if self.frame.intrinsics is None:
            return self.frame.uncalibrated
        return ""

    @property
    def plane(self) -> Plane | None:
        """The floor, ``None`` where it cannot be seen."""
        with self._lock:
            if not self._plane_known:
                objects = (r.boxed for r in self.regions if not is_flat(r.label))
                frame = self.frame
                self._plane = fit_ground_plane(
                    frame.depth, frame.intrinsics, objects, up=frame.up, noise=self.noise.strength
                )
                self._plane_known = True
            return self._plane

    @property
    def roll_deg(self) -> float | None:
        """Roll of the camera, clockwise as seen from behind it; ``None`` where it is not known."""
        if self.plane is not None:
            return roll_of(self.plane.up.tolist())
        return None if self.frame.up is None else roll_of(self.frame.up)

    @cached_property
    def plausibility(self) -> Plausibility:
        """What speaks against depth and calibration."""
        if self.why_not:
            return Plausibility()
        return plausibility_of(self.frame, self.regions, self.plane)

    @property
    def noise(self) -> DepthNoise:
        """Of the depth; none without depth."""
        with self._lock:
            if self._noise is None:
                depth = self.frame.depth
                self._noise = depth_noise(depth) if depth is not None else DepthNoise()
            return self._noise

    @property
    def calibration(self) -> CalibrationErrors:
        """What errors of the camera's calibration do to the scene; the camera is calibrated."""
        assert self.frame.intrinsics is not None
        return CalibrationErrors.of(self.frame.intrinsics, self.frame.tolerances)

    @property
    def _mask_alignment(self) -> MaskAlignment:
        """The masks that are measured, by region id."""
        with self._lock:
            if self._alignment is None:
                seen = [region for region in self.regions if region.box is not None]
                self._alignment = align_masks(self.frame, seen, self.plane, self.noise)
            return self._alignment

    def region(self, region_id: int) -> Region:
        """The region with an id.

        Raises:
            LookupError: if no region of the frame has it.
        """
        region = self._by_id.get(region_id)
        if region is None:
            raise LookupError(f"region {region_id} is not in view; in view: {sorted(self._by_id)}")
        return region

    def estimate(self, region_id: int) -> ObjectEstimate | str:
        """The object of a region, or one sentence why depth cannot place it."""
        with self._lock:
            if region_id not in self._resting:
                self.prepare((region_id,))
                self._resting[region_id] = self._at_rest(self.region(region_id))
            return self._resting[region_id]

    def prepare(self, region_ids: Iterable[int]) -> None:
        """Fits the boxes of several regions: together they cost little more than one."""
        with self._lock:
            missing = dict.fromkeys(i for i in region_ids if i not in self._fitted)
            # A vehicle says how high its load rests; a load is a prior of its vehicle's centre.
            vehicles = [v for i in missing for v in self._possible_vehicles(i)]
            missing |= dict.fromkeys(i for i in vehicles if i not in self._fitted)
            loads = [load for i in missing for load in self.possible_loads(i)]
            missing |= dict.fromkeys(i for i in loads if i not in self._fitted)
            visible = []
            for region_id in missing:
                if self.why_not:
                    self._fitted[region_id] = self.why_not
                elif self.region(region_id).box is None:
                    self._fitted[region_id] = f"the mask of region {region_id} is empty"
                else:
                    visible.append(region_id)
            visible.sort(key=lambda i: self.region(i).label == "transporter")
            self._estimate(visible)

    def possible_loads(self, region_id: int) -> tuple[int, ...]:
        """Ids of the pallets that a vehicle may carry, see :func:`loads_near`."""
        return loads_near(self.region(region_id), self.regions)

    def _possible_vehicles(self, region_id: int) -> tuple[int, ...]:
        """Ids of the vehicles that may carry a pallet, see :func:`vehicles_near`."""
        return vehicles_near(self.region(region_id), self.regions)

    def _at_rest(self, region: Region) -> ObjectEstimate | str:
        """The object of a region that was fitted, as high as it rests on others."""
        found, plane = self._fitted[region.id], self.plane
        if isinstance(found, str) or found.footprint is None or plane is None:
            return found
        if stands_on_floor(region.label):
            return found
        if region.label == "pallet":
            below = self._possible_vehicles(region.id)
        elif lowest_part(found, plane) > OFF_FLOOR:
            standing = (r.id for r in self.regions if not is_flat(r.label))
            below = tuple(i for i in standing if i != region.id)
        else:
            return found
        self.prepare(below)
        others = [self._fitted[i] for i in below]
        return at_rest(found, [o for o in others if not isinstance(o, str)], plane)

    # -- several objects --------------------------------------------------------------------

    def _estimate(self, region_ids: Sequence[int]) -> None:
        drafts: dict[int, ObjectDraft] = {}
        standing = self._covered_pixels(r for r in self.regions if not is_flat(r.label))
        for flat in (True, False):
            group = [i for i in region_ids if is_flat(self.region(i).label) == flat]
            if group:
                drafts |= self._drafts(group, flat, standing)
        if not drafts:
            return
        plane = self.plane
        assert plane is not None  # without a floor nothing is drafted
        estimated, together = nearest_loads(drafts, self._fitted, self.possible_loads, plane)
        for vehicle, load in estimated.items():
            drafts[vehicle] = drafts[vehicle].with_load(load)
        self._fit(drafts, together, plane)

    def _drafts(
        self, region_ids: Sequence[int], flat: bool, standing: NDArray[np.bool_]
    ) -> dict[int, ObjectDraft]:
        """Objects ready for the fit, of regions that are all flat or all not; for the others notes
        why depth cannot place them."""
        regions, plane = [self.region(i) for i in region_ids], self.plane
        alignment = self._mask_alignment
        masks = RegionMasks([alignment.masks[i] for i in region_ids])
        surfaces = surfaces_of(self.frame, masks, self.noise)
        problems: list[FitProblem | None] = [None] * len(regions)
        labels = [region.label for region in regions]
        if plane is not None and flat:
            priors = [SIZES[label] for label in labels]
            problems = ground_problems(
                self.frame, masks, plane, priors, self.noise, alignment.tape_sigma, standing
            )
        elif plane is not None:
            vehicles = self._covered_pixels(r for r in self.regions if r.label == "transporter")
            samples = BoxSamples.of(
                self.frame,
                masks,
                labels,
                surfaces,
                plane,
                self.noise,
                alignment.edge_sigma,
                standing,
            )
            problems = box_problems(self.frame, samples, labels, vehicles, standing)
        drafts = {}
        for i, (region, problem) in enumerate(zip(regions, problems, strict=True)):
            points, ratio = surfaces.points[surfaces.part(i)], float(surfaces.valid_ratio[i])
            name = f"region {region.id}"
            if len(points) < FEWEST_SAMPLES:
                few = f"{len(points)} pixels with depth, needed are {FEWEST_SAMPLES}"
                self._fitted[region.id] = f"{name} has {few if len(points) else 'no depth'}"
            elif plane is None:
                self._fitted[region.id] = ObjectEstimate.without_floor(region.label, points, ratio)
            elif problem is not None:
                drafts[region.id] = ObjectDraft(problem, points, ratio)
            elif flat:
                self._fitted[region.id] = f"the floor of {name} is hidden"
            else:
                self._fitted[region.id] = f"{name} does not stand out from the floor"
        return drafts

    def _covered_pixels(self, regions: Iterable[Region]) -> NDArray[np.bool_]:
        """Where any of some regions shows, shape ``(H, W)``."""
        covered = np.zeros((self.frame.height, self.frame.width), bool)
        alignment = self._mask_alignment
        for region in regions:
            if region.box is not None:
                mask = alignment.masks[region.id]
                covered[mask.window] |= mask.patch
        return covered

    def _fit(
        self, drafts: Mapping[int, ObjectDraft], carried: Mapping[int, int], plane: Plane
    ) -> None:
        """Fits all footprints at once.

        Args:
            drafts: by region id.
            carried: ids of loads by ids of their vehicles.
            plane: the floor.
        """
        row = {region_id: i for i, region_id in enumerate(drafts)}
        fits = fit_rectangles(
            [draft.problem.starts for draft in drafts.values()],
            [draft.problem.observations for draft in drafts.values()],
            {row[vehicle]: row[load] for vehicle, load in carried.items()},
        )
        for (region_id, draft), fit in zip(drafts.items(), fits, strict=True):
            problem, (long, short) = draft.problem, fit.values[3:].tolist()
            footprint = Footprint.of(fit, problem.errors, problem.unlikely_side(long, short))
            self._fitted[region_id] = ObjectEstimate.on_floor(
                self.region(region_id).label,
                plane,
                footprint,
                problem.vertical,
                footprint.seen_sides(problem.rim, problem.border, problem.behind, problem.most),
                draft.points,
                draft.valid_ratio,
            )
