# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Where one frame is in another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Pose:
    """Where a frame is in ``frame_id``: ``p = rotation @ p_source + translation``.

    Args:
        frame_id: the frame that points are moved to.
        rotation: shape ``(3, 3)``, float64.
        translation: shape ``(3,)``, float64, metres.
    """

    frame_id: str
    rotation: NDArray[np.float64]
    translation: NDArray[np.float64]

    @classmethod
    def identity(cls, frame_id: str) -> Pose:
        """A frame in itself."""
        return cls(frame_id, np.eye(3), np.zeros(3))

    def apply(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Points of shape ``(N, 3)``, metres, moved to :attr:`frame_id`."""
        return np.asarray(points @ self.rotation.T + self.translation, np.float64)

    def apply_inverse(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Points of :attr:`frame_id`, shape ``(N, 3)``, metres, in the frame that this places."""
        return np.asarray((points - self.translation) @ self.rotation, np.float64)
