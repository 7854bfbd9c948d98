# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Whether a pallet stands on the floor or on a vehicle, from what shows about its underside.

The vehicle need not be a region: other objects may hide most of it, or a detector missed it.

* The base of a pallet on the floor shows about 0.1 m above it; of one on a deck nothing does.
* Where the lower edge of a pallet hangs in front of what is farther, it is as high as the deck.
* Right below the lower edge, as far away as the pallet, a vehicle shows, or something as high as a
  deck that is no region.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import rays
from smolrgpt_ros.scene.depth_noise import DepthNoise
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.height_picture import pixel_heights
from smolrgpt_ros.scene.plane import Plane

from .depth_sampling import RimSamples, smoothed_depth
from .lower_edge import LowerEdge
from .noise import BOTTOM_SIGMA, UNSURE_HEIGHTS, depth_sigma, floor_height_sigma
from .object_heights import Heights
from .region_masks import Flags, RegionMasks, pixels_below
from .size_priors import SIZES

Floats = NDArray[np.float64]

_DECK = SIZES["transporter"].height

# Metres above the floor: where the base of a pallet on the floor shows, above floor that its mask
# includes, and where the base of one on a deck does.
_LOW_BASE, _HIGH_BASE = (0.05, 0.17), (0.2, 0.4)
_MOST_PIXELS = 1000  # of each pallet
_FEWEST_BASE = 20  # pixels in both bands
_STRAY = 0.1  # share of the pixels of a pallet's mask that may be of what is behind it
# Share of the low band in both. From the first on the base is on the floor, whatever else shows. Up
# to the last the object rides where places show a deck; a mask that takes in a strip of the
# vehicle, or noise, gives loads on decks shares between.
_STANDS, _DOUBTFUL, _RIDES_SHARE = 0.2, 0.1, 0.05

_BELOW = 2  # pixels from the lower edge to what the pallet would rest on
_AT_DECK = _DECK - 0.06, _DECK + 0.1  # metres above the floor: lower edges of a load
_FOOT = 0.1  # metres above the floor, up to which a lower edge is that of a pallet on the floor
_FEWEST_FOOT = 3  # such places
_SUPPORT = 0.06, _DECK + 0.06  # metres above the floor: what shows of a vehicle
_SUPPORT_APART = 0.35  # metres of depth between a pallet and what it rests on, at most
_MOST_OF_EDGE = 0.7  # metres above the floor: edges higher than that are of the load
# Places from which a pallet rides, from which it surely does, and, where heights do not tell, that
# show a vehicle.
_RIDES, _SURELY_RIDES, _RIDES_UNSURE = 2, 6, 6

# How often a vehicle carried pallets that show no base on the floor, on 360 simulated frames, half
# of them crowded, by the number of places that show a deck: more than five (123 of 123), two to
# five (11 of 12), one (2 of 5), and none although the base shows above 0.2 m (0 of 30).
_CARRIED_MANY, _CARRIED_FEW, _CARRIED_ONE, _CARRIED_NOT = 1.0, 0.9, 0.4, 0.05
# The same where the share of the low band is between, on a detector's masks (260 frames, 120 of
# them robots'): 0.06 to 0.1 (22 of 23), 0.1 to 0.2 (15 of 30); with fewer places 1 of 14.
_CARRIED_LOW, _CARRIED_DOUBTFUL = 0.9, 0.5
# Where the whole base is hidden the picture says nothing, and what is left is the share of pallets
# that are on vehicles: 0.12 of all simulated ones, 5 of 14 of those whose base is hidden. It
# makes the answer doubtful.
_CARRIED_UNSEEN = 0.25
# Where heights do not tell and no vehicle shows, right below or as a region below it
# (30 of 1001, on 160 frames of ceiling cameras under correlated noise).
_CARRIED_UNSURE = 0.03


@dataclass(frozen=True)
class Underside:
    """What carries an object.

    Args:
        height: of its underside above the floor, metres: 0, or that of a deck.
        on_vehicle: probability that a vehicle carries it, in view or not.
        sigma: standard deviation of the height, metres.
        on_something: probability that anything else than the floor or a vehicle carries it.
        hidden: whether nothing is seen near the floor, and something may hide what is lower.
    """

    height: float = 0.0
    on_vehicle: float = 0.0
    sigma: float = BOTTOM_SIGMA
    on_something: float = 0.0
    hidden: bool = False

    def with_edge(self, edge: LowerEdge | None, pallet: bool) -> Underside:
        """The same where nothing of the object is seen near the floor.

        Args:
            edge: see :func:`.lower_edge`; ``None`` elsewhere.
            pallet: whether it is one, of which more is known.
        """
        if edge is None:
            return self
        if edge.own:
            return Underside(edge.height, sigma=edge.sigma, on_something=1.0)
        if not pallet:
            return replace(self, on_something=_CARRIED_UNSEEN, hidden=True)
        return replace(self, hidden=self.height == 0.0 and self.on_vehicle >= _CARRIED_UNSEEN)


@dataclass(frozen=True, eq=False)
class UndersideEvidence:
    """Places of rims that show what objects rest on, ``(M,)`` each.

    Args:
        hangs: the lower edge hangs in front of what is farther, as high as a deck.
        on_vehicle: right below, as far away, a vehicle shows.
        on_something: the same of something as high as a deck that is no region.
        on_floor: the lower edge hangs at the floor.
    """

    hangs: Flags
    on_vehicle: Flags
    on_something: Flags
    on_floor: Flags

    @staticmethod
    def of(
        frame: RgbdFrame,
        masks: RegionMasks,
        rims: RimSamples,
        heights: Heights,
        noise: DepthNoise,
        vehicles: Flags,
        standing: Flags,
    ) -> UndersideEvidence:
        """Of all rims of a frame.

        Args:
            frame: with depth and intrinsics.
            masks: the regions.
            rims: of the regions.
            heights: of the rims above the floor.
            noise: of the depth.
            vehicles, standing: where vehicles, and where all standing objects show, ``(H, W)``.
        """
        plane = heights.plane
        c, r = pixels_below(masks, rims.columns, rims.rows, plane, _BELOW)
        z, below = pixel_heights(frame, plane, c, r)
        edge, own_z = heights.rim, rims.points[:, 2]
        parts = [rims.part(i) for i in range(len(masks))]
        own = [m.holds(r[part], c[part]) for m, part in zip(masks.masks, parts, strict=True)]
        with np.errstate(invalid="ignore"):
            low_edge = rims.lower & ~np.concatenate(own) & (edge < _MOST_OF_EDGE)
            apart = _SUPPORT_APART + 3 * depth_sigma(noise.between(_BELOW), own_z)
            together = low_edge & (np.abs(z - own_z) < apart)
            least = _SUPPORT[0] + 3 * floor_height_sigma(noise.strength, z, plane.offset)
            as_deck = (below > least) & (below < _SUPPORT[1]) & (edge > _FOOT)
            at_deck = (edge > _AT_DECK[0]) & (edge < _AT_DECK[1])
            on_floor = rims.hangs & (edge < _FOOT)
        seen = vehicles[r, c]
        return UndersideEvidence(
            rims.hangs & at_deck, together & seen, together & as_deck & ~standing[r, c], on_floor
        )

    def underside(self, rim: slice, noise: float, low_share: float | None) -> Underside:
        """What carries a pallet.

        Args:
            rim: its places.
            noise: standard deviation of heights there, metres.
            low_share: see :func:`low_base_share`.
        """
        vehicle = self.on_vehicle[rim]
        if noise > UNSURE_HEIGHTS:
            rides = np.count_nonzero(vehicle) >= _RIDES_UNSURE
            return Underside(_DECK, _CARRIED_MANY) if rides else Underside(0.0, _CARRIED_UNSURE)
        places = np.count_nonzero(vehicle | self.hangs[rim] | self.on_something[rim])
        if low_share is None:
            if np.count_nonzero(self.on_floor[rim]) >= _FEWEST_FOOT:
                return Underside()
        elif low_share >= (_STANDS if places >= _RIDES else _RIDES_SHARE):
            return Underside()
        elif low_share >= _DOUBTFUL:
            return Underside(0.0, _CARRIED_DOUBTFUL)
        elif low_share >= _RIDES_SHARE:
            return Underside(_DECK, _CARRIED_LOW)
        if places >= _RIDES:
            return Underside(_DECK, _CARRIED_MANY if places >= _SURELY_RIDES else _CARRIED_FEW)
        if places:
            return Underside(0.0, _CARRIED_ONE)
        return Underside(0.0, _CARRIED_UNSEEN if low_share is None else _CARRIED_NOT)


def mask_heights(
    frame: RgbdFrame, masks: RegionMasks, regions: Sequence[int], plane: Plane, noise: DepthNoise
) -> list[Floats]:
    """Heights of evenly spread pixels of each of some regions above the floor, metres, those at its
    edges too: the feet of a pallet are a few pixels wide. In a noisy image they are means over
    neighbours."""
    depth, camera, pairs = frame.depth, frame.intrinsics, masks.pairs
    assert depth is not None and camera is not None
    if not regions:
        return []
    grids = []
    for region in regions:
        patch, (x0, y0, _, _) = pairs[region]
        step = max(1, round(math.sqrt(patch.size / _MOST_PIXELS)))
        first = step // 2
        rows, columns = np.nonzero(patch[first::step, first::step])
        grids.append((rows * step + (first + y0), columns * step + (first + x0)))
    rows, columns = (np.concatenate(part) for part in zip(*grids, strict=True))
    counts = [len(part) for part, _ in grids]
    owner = np.repeat(np.array(regions), counts)
    z, _, _ = smoothed_depth(depth, masks, rows, columns, owner, noise)
    heights = rays(camera, columns, rows) @ plane.up * z + plane.offset
    return np.split(heights, np.cumsum(counts[:-1]))


def low_base_share(heights: Floats) -> float | None:
    """Of what shows of a pallet about its base, the share too low for one that rides on a deck.

    Unlike the lowest edge of a mask it does not hinge on a few pixels of a vehicle that the mask
    includes.

    Args:
        heights: of its pixels above the floor, metres.

    Returns:
        ``None`` where too little shows, or nothing below and nothing above what an empty pallet on
        a deck shows: it may be one, or low goods on a base that is hidden.
    """
    low, high = (
        np.count_nonzero((lowest <= heights) & (heights < highest))
        for lowest, highest in (_LOW_BASE, _HIGH_BASE)
    )
    if low == 0 and np.count_nonzero(heights >= _HIGH_BASE[1]) < _STRAY * high:
        return None
    return low / (low + high) if low + high >= _FEWEST_BASE else None
