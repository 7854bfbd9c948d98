# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""One simulated frame in the files of a dataset: pictures, depth, camera, truth."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import cv2

from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.depth import metres
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.pictures import read_rgb

from ..sensing.truth import FrameTruth
from ..warehouse import OPTICAL_FRAME, SimulatedFrame, regions_of
from .storage import millimetres, relative_depth, write_picture, write_text

FOLDERS = ("images", "depths", "metric", "clean", "cameras", "truth")


def write_pictures(root: Path, index: int, shot: SimulatedFrame, image: str, noisy: bool) -> None:
    """Writes all files of a frame but its truth, see :func:`write_truth`.

    Args:
        root: holds ``FOLDERS``.
        shot: rendered.
        image: name of the colour picture.
        noisy: whether a sensor model took part; the ideal depth is then kept in ``clean/``.
    """
    stem, truth, frame = f"{index:06d}", shot.truth, shot.frame
    assert frame.depth is not None
    write_picture(root / "images" / image, frame.rgb[..., ::-1])
    write_picture(root / f"depths/{stem}_depth.png", relative_depth(frame.depth), noisy)
    write_picture(root / f"metric/{stem}.png", millimetres(frame.depth), noisy)
    if noisy and shot.ideal is not None:
        write_picture(root / f"clean/{stem}.png", millimetres(shot.ideal.depth))
    camera = {
        "intrinsics": asdict(truth.intrinsics),
        "position": truth.camera_position,
        "world_to_optical": truth.world_to_optical,
        "stamp_ns": frame.stamp_ns,
        "family": truth.family,
    }
    write_text(root / f"cameras/{stem}.json", json.dumps(camera))


def write_truth(root: Path, index: int, truth: FrameTruth) -> None:
    """Writes a frame's truth. Written last: its file marks the frame as finished."""
    write_text(_truth_file(root, index), json.dumps(truth.to_json()))


def is_finished(root: Path, index: int) -> bool:
    """Whether all files of a frame are there."""
    return _truth_file(root, index).is_file()


def read_frame(root: str | Path, index: int) -> SimulatedFrame:
    """Frame ``index`` of a written dataset, as its camera saw it, with its truth.

    Raises:
        FileNotFoundError: if the frame is not there.
    """
    base, stem = Path(root), f"{index:06d}"
    if not is_finished(base, index):
        raise FileNotFoundError(
            f"{_truth_file(base, index)} is missing: no finished frame {index} in {base}"
        )
    truth = FrameTruth.from_json(json.loads(_truth_file(base, index).read_text()))
    images = [base / f"images/{stem}.{e}" for e in ("png", "jpg")]
    found = next((p for p in images if p.is_file()), images[0])
    depth_file = base / f"metric/{stem}.png"
    metric = cv2.imread(str(depth_file), cv2.IMREAD_UNCHANGED)
    if metric is None:
        raise FileNotFoundError(f"{depth_file} is missing or not a picture")
    camera = json.loads((base / f"cameras/{stem}.json").read_text())
    intrinsics = CameraIntrinsics(**camera["intrinsics"])
    stamp_ns = int(camera["stamp_ns"])
    frame = RgbdFrame(read_rgb(found), metres(metric), intrinsics, stamp_ns, OPTICAL_FRAME)
    return SimulatedFrame(frame, regions_of(truth), truth)


def _truth_file(root: Path, index: int) -> Path:
    return root / f"truth/{index:06d}.json"
