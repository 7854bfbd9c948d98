# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A region of interest in one frame: what it is, where its pixels are."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike

from .masks import Box, BoxedMask, Mask

#: Seconds since an object was seen up to which it counts as seen: its detection may have failed in
#: a frame or two, and another camera may have seen it just now.
_JUST_SEEN_S = 1.0


def region_name(label: str, region_id: int) -> str:
    """By which people name a region: "pallet 3", or "region 3" of an unknown class."""
    return f"{label or 'region'} {region_id}"


class _MaskField:
    """The field ``mask`` of a region: given whole or boxed, kept boxed, read whole."""

    def __get__(self, region: Region | None, owner: type[Region]) -> Mask:
        if region is None:
            raise AttributeError("mask")  # which says to dataclass that it has no default
        return region.boxed.whole()

    def __set__(self, region: Region, mask: Mask | BoxedMask) -> None:
        if not isinstance(mask, BoxedMask):
            if mask.ndim != 2 or mask.dtype != np.bool_:
                raise ValueError(
                    f"region {region.id}: mask must be (H, W) bool, found {mask.shape} {mask.dtype}"
                )
            mask = BoxedMask.of(mask)
        object.__setattr__(region, "boxed", mask)


@dataclass(frozen=True, eq=False)
class Region:
    """One region of a frame.

    Args:
        id: of the object over time (track id) or of the client's choosing; unique in a frame.
        label: class name, lower case, e.g. ``"pallet"``; empty where unknown.
        mask: shape ``(H, W)``, bool, in the frame's pixels; or a :class:`BoxedMask`, as which it is
            kept. Reading it makes the whole mask anew, not to be written to.
        score: detector confidence in [0, 1]; NaN for client regions.
        seen_age_s: since the object was last seen, seconds; 0: it is seen in this frame. Of one
            that is remembered, the mask is where it would be seen, and may be empty.

    Raises:
        ValueError: if the mask is not a two-dimensional bool array.
    """

    id: int
    label: str
    mask: _MaskField = _MaskField()
    score: float = float("nan")
    seen_age_s: float = 0.0
    #: What is kept of the mask.
    boxed: BoxedMask = field(init=False, repr=False)

    @property
    def name(self) -> str:
        """See :func:`region_name`."""
        return region_name(self.label, self.id)

    @property
    def only_remembered(self) -> bool:
        """Whether no camera has just seen the object: it may be gone."""
        return self.seen_age_s > _JUST_SEEN_S

    @property
    def is_labelled(self) -> bool:
        """Whether its label names a class: one without a letter or digit does not."""
        return any(map(str.isalnum, self.label))

    @classmethod
    def from_mask(cls, mask: ArrayLike, label: str, id: int = 1) -> Region:
        """A region of an array of any numeric type, where everything but 0 belongs to the object.

        Args:
            mask: shape (H, W), of the image's size.
            label: class name, lower case.
            id: by which questions name it; different ones for several regions.

        Raises:
            TypeError: if ``mask`` holds no numbers, ``label`` is no text or ``id`` no whole number.
            ValueError: if ``mask`` is not of shape (H, W).
        """
        if not isinstance(label, str) or isinstance(id, bool) or not isinstance(id, Integral):
            raise TypeError(f"a region needs a label and a number, found {label!r:.60} and {id!r}")
        array = np.asarray(mask)
        if array.dtype.kind not in "biuf":
            raise TypeError(f"a mask needs numbers, found an array of {array.dtype}")
        if array.ndim != 2:
            raise ValueError(f"a mask must be (H, W), found shape {array.shape}")
        return cls(int(id), label, array != 0)

    @property
    def box(self) -> Box | None:
        """Around the mask; ``None`` for an empty mask."""
        return self.boxed.box

    @cached_property
    def centroid(self) -> tuple[float, float] | None:
        """Mean ``(x, y)`` of the mask's pixels; ``None`` for an empty mask."""
        return self.boxed.centroid
