"""The noise of depth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.statistics import SIGMA_PER_MAD


def depth_noise(depth: NDArray[np.float32]) -> float:
    """Spread of a pixel's depth over depth squared, 1/metres; 0 where it cannot be told.

    A stereo camera's noise grows with the square of the distance. Second differences along the
    rows cancel what is smooth, and their median ignores edges.
    """
    rows = depth[:: max(1, depth.shape[0] // 60)]
    columns = slice(1, -1, max(1, depth.shape[1] // 120))
    left, middle, right = rows[:, :-2], rows[:, 1:-1], rows[:, 2:]
    bend = (left[:, columns] - 2 * middle[:, columns] + right[:, columns]) / middle[:, columns] ** 2
    bend = np.abs(bend[np.isfinite(bend)])
    return SIGMA_PER_MAD * float(np.median(bend)) / np.sqrt(6.0) if bend.size >= 100 else 0.0
