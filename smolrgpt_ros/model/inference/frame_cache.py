# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Features of recent frames, kept between questions."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from torch import Tensor

from smolrgpt_ros.scene.frame import RgbdFrame

from .frame_regions import RegionInputs
from .fused_decoder import KeyValueCache

FrameKey = tuple[str, int, int]


def frame_key(frame: RgbdFrame) -> FrameKey:
    """Identity of a frame. Its ``id()`` is safe: the cache holds the frame as long as the key."""
    return frame.frame_id, frame.stamp_ns, id(frame)


@dataclass
class FrameFeatures:
    """Features of one frame, filled in as questions need them.

    Args:
        frame: kept so that no other frame can take its identity.
        prefix: key-value cache of the prompt up to the image tokens, one sequence.
        rgb_tokens: ``(N, D)`` image tokens.
        rgb_trunk, depth_trunk: ``(h, w, D)`` refined maps before the last upsampling.
        pooled: RGB and depth token of each region asked about, ``(D,)``; ``None`` without depth.
        has_depth: whether any pixel has depth; ``None`` while unknown.
    """

    frame: RgbdFrame
    prefix: KeyValueCache | None = None
    rgb_tokens: Tensor | None = None
    rgb_trunk: Tensor | None = None
    depth_trunk: Tensor | None = None
    pooled: dict[RegionInputs, tuple[Tensor, Tensor | None]] = field(default_factory=dict)
    has_depth: bool | None = None

    @property
    def nbytes(self) -> int:
        """Bytes kept alive, the frame's own arrays included."""
        arrays = [self.frame.rgb.nbytes]
        arrays.append(0 if self.frame.depth is None else self.frame.depth.nbytes)
        arrays.append(0 if self.prefix is None else self.prefix.nbytes)
        pooled = [tensor for tokens in self.pooled.values() for tensor in tokens]
        for tensor in (self.rgb_tokens, self.rgb_trunk, self.depth_trunk, *pooled):
            arrays.append(0 if tensor is None else tensor.numel() * tensor.element_size())
        return sum(arrays)


@dataclass
class FrameCache:
    """Least-recently-used features, bounded by memory. Used by one thread only.

    Args:
        limit_bytes: above it the oldest frames go; the newest always stays.
    """

    limit_bytes: int
    _frames: OrderedDict[FrameKey, FrameFeatures] = field(default_factory=OrderedDict)

    def get(self, frame: RgbdFrame) -> FrameFeatures:
        """The frame's features, new and empty if it is not known."""
        key = frame_key(frame)
        features = self._frames.get(key)
        if features is None:
            features = self._frames[key] = FrameFeatures(frame)
        else:
            self._frames.move_to_end(key)
        return features

    def trim(self) -> None:
        """Drop the oldest frames until the rest fits."""
        total = self.nbytes
        while total > self.limit_bytes and len(self._frames) > 1:
            _, oldest = self._frames.popitem(last=False)
            total -= oldest.nbytes

    def clear(self) -> None:
        self._frames.clear()

    @property
    def nbytes(self) -> int:
        return sum(features.nbytes for features in self._frames.values())

    def __len__(self) -> int:
        return len(self._frames)
