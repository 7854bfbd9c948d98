# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A simulated scene in a file, for the cameras and detectors of the soak test and the attack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Header

from smolrgpt_ros.ros.convert.camera_info import camera_info_of
from smolrgpt_ros.ros.convert.images import encode_image
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.simulation.datasets.storage import millimetres
from smolrgpt_ros.simulation.warehouse import SimulatedFrame


@dataclass(frozen=True, eq=False)
class StoredScene:
    """What a camera shows, and what a detector finds in it.

    Args:
        rgb: shape (H, W, 3), uint8.
        depth: shape (H, W), uint16, millimetres, 0 where nothing was measured.
        intrinsics: of both.
        labels: of R regions.
        masks: shape (R, H, W), bool.
    """

    rgb: NDArray[np.uint8]
    depth: NDArray[np.uint16]
    intrinsics: CameraIntrinsics
    labels: Sequence[str]
    masks: NDArray[np.bool_]

    @classmethod
    def of(cls, simulated: SimulatedFrame) -> StoredScene:
        """The scene of a simulated frame."""
        frame, regions = simulated.frame, simulated.regions
        assert frame.depth is not None and frame.intrinsics is not None
        masks = np.stack([region.mask for region in regions])
        labels = tuple(region.label for region in regions)
        return cls(frame.rgb, millimetres(frame.depth), frame.intrinsics, labels, masks)

    @classmethod
    def read(cls, path: Path) -> StoredScene:
        """The scene of a file that :meth:`write` wrote."""
        stored = np.load(path)
        height, width = stored["depth"].shape
        fx, fy, cx, cy = stored["camera"].tolist()
        return cls(
            stored["rgb"],
            stored["depth"],
            CameraIntrinsics(width, height, fx, fy, cx, cy),
            tuple(map(str, stored["labels"])),
            stored["masks"],
        )

    def write(self, path: Path) -> None:
        """Write the scene as a file of NumPy (.npz)."""
        camera = self.intrinsics
        np.savez(
            path,
            rgb=self.rgb,
            depth=self.depth,
            camera=np.array([camera.fx, camera.fy, camera.cx, camera.cy]),
            labels=np.array(self.labels),
            masks=self.masks,
        )

    def messages(self, header: Header) -> tuple[CameraInfo, Image, Image]:
        """Calibration, colour and depth of the camera."""
        return (
            camera_info_of(self.intrinsics, header),
            encode_image(self.rgb, "rgb8", header),
            encode_image(self.depth, "16UC1", header),
        )
