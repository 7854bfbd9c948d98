# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Conditions outside the laboratory: what a real camera, detector and hall do to a frame.

Each condition changes one thing of ideal simulated frames: the scene, the depth, the masks, or what
is known of the camera.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.tolerances import Tolerances
from smolrgpt_ros.simulation.sensing.sensor import SensorModel
from smolrgpt_ros.simulation.sensing.truth import ObjectTruth
from smolrgpt_ros.simulation.warehouse import SimulatedFrame, simulate_frame
from smolrgpt_ros.simulation.world.parts import box
from smolrgpt_ros.simulation.world.scenes import FAMILIES
from smolrgpt_ros.simulation.world.spec import SceneSpec

Rng = np.random.Generator
Seen = tuple[RgbdFrame, tuple[Region, ...]]
"""What is given to the measurement."""

_LITTLE_IN_VIEW = 0.3  # share of an object in view, below which it counts as little
_FEWEST_PIXELS = 250  # of an object that is asked about
_BORDER = 1  # pixels from the picture's border within which a mask is cut


def _unchanged(shot: SimulatedFrame, rng: Rng) -> Seen:
    return shot.frame, shot.regions


def _all(shot: SimulatedFrame) -> tuple[ObjectTruth, ...]:
    return shot.truth.regions


@dataclass(frozen=True)
class Condition:
    """One condition of the stress test.

    Args:
        shoot: seed and family to an ideal frame with its truth.
        disturb: what the camera and the detector make of it.
        subjects: objects that the questions are about, at least one end of each distance.
        families: of cameras, for which it makes sense.
        heights: whether heights are asked about too.
        tolerances: that are stated for the camera.
    """

    shoot: Callable[[int, str], SimulatedFrame] = simulate_frame
    disturb: Callable[[SimulatedFrame, Rng], Seen] = _unchanged
    subjects: Callable[[SimulatedFrame], tuple[ObjectTruth, ...]] = _all
    families: tuple[str, ...] = FAMILIES
    heights: bool = False
    tolerances: Tolerances = field(default_factory=Tolerances)


# -- depth ----------------------------------------------------------------------------------------


def _sensor(model: SensorModel) -> Callable[[SimulatedFrame, Rng], Seen]:
    def disturb(shot: SimulatedFrame, rng: Rng) -> Seen:
        assert shot.frame.depth is not None
        return _with_depth(shot, model.depth(shot.frame.depth, shot.frame.rgb, rng))

    return disturb


def _correlated_noise(strength: float, pixels: float) -> Callable[[SimulatedFrame, Rng], Seen]:
    """Depth noise of ``strength`` times depth squared; white noise blurred by ``pixels``."""

    def disturb(shot: SimulatedFrame, rng: Rng) -> Seen:
        depth = shot.frame.depth
        assert depth is not None
        noise = cv2.GaussianBlur(rng.standard_normal(depth.shape, np.float32), (0, 0), pixels)
        noise = noise / np.float32(noise.std())
        return _with_depth(shot, (depth + strength * noise * depth**2).astype(np.float32))

    return disturb


def _scaled_depth(scale: float) -> Callable[[SimulatedFrame, Rng], Seen]:
    def disturb(shot: SimulatedFrame, rng: Rng) -> Seen:
        assert shot.frame.depth is not None
        return _with_depth(shot, shot.frame.depth * np.float32(scale))

    return disturb


def _with_depth(shot: SimulatedFrame, depth: NDArray[np.float32]) -> Seen:
    return replace(shot.frame, depth=depth), shot.regions


# -- masks ----------------------------------------------------------------------------------------


def _masks(
    change: Callable[[NDArray[np.uint8], Rng], NDArray[np.uint8]],
) -> Callable[[SimulatedFrame, Rng], Seen]:
    def disturb(shot: SimulatedFrame, rng: Rng) -> Seen:
        regions = []
        for region in shot.regions:
            mask = change(region.mask.astype(np.uint8), rng).astype(bool)
            regions.append(Region(region.id, region.label, mask if mask.any() else region.mask))
        return shot.frame, tuple(regions)

    return disturb


def _grown(pixels: int) -> Callable[[SimulatedFrame, Rng], Seen]:
    """Masks that end so many pixels beyond their objects; negative: inside them."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * abs(pixels) + 1,) * 2)
    morph = cv2.dilate if pixels > 0 else cv2.erode
    return _masks(
        lambda mask, _: np.asarray(morph(mask, disc, borderType=cv2.BORDER_REPLICATE), np.uint8)
    )


def _shifted(pixels: float) -> Callable[[SimulatedFrame, Rng], Seen]:
    """Each mask shifted in a direction of its own."""

    def shift(mask: NDArray[np.uint8], rng: Rng) -> NDArray[np.uint8]:
        angle = rng.uniform(0, 2 * np.pi)
        by = np.array([[1, 0, pixels * np.cos(angle)], [0, 1, pixels * np.sin(angle)]])
        size = mask.shape[::-1]
        return np.asarray(cv2.warpAffine(mask, by, size, flags=cv2.INTER_NEAREST), np.uint8)

    return _masks(shift)


# -- calibration ----------------------------------------------------------------------------------


def _camera(
    change: Callable[[CameraIntrinsics, Rng], CameraIntrinsics],
) -> Callable[[SimulatedFrame, Rng], Seen]:
    """Another calibration than that of the camera."""

    def disturb(shot: SimulatedFrame, rng: Rng) -> Seen:
        assert shot.frame.intrinsics is not None
        frame = replace(shot.frame, intrinsics=change(shot.frame.intrinsics, rng))
        return frame, shot.regions

    return disturb


def _focal(scale: float) -> Callable[[SimulatedFrame, Rng], Seen]:
    return _camera(lambda c, _: replace(c, fx=c.fx * scale, fy=c.fy * scale))


def _principal_point(pixels: float) -> Callable[[SimulatedFrame, Rng], Seen]:
    def change(camera: CameraIntrinsics, rng: Rng) -> CameraIntrinsics:
        angle = rng.uniform(0, 2 * np.pi)
        dx, dy = float(pixels * np.cos(angle)), float(pixels * np.sin(angle))
        return replace(camera, cx=camera.cx + dx, cy=camera.cy + dy)

    return _camera(change)


# -- scenes ---------------------------------------------------------------------------------------


def _turned(roll_deg: float = 0.0, up_deg: float = 0.0) -> Callable[[int, str], SimulatedFrame]:
    """The camera rolled, or pitched up against how it usually looks."""

    def change(scene: SceneSpec) -> SceneSpec:
        camera = scene.camera
        pitch = camera.pitch_deg - up_deg
        return replace(scene, camera=replace(camera, roll_deg=roll_deg, pitch_deg=pitch))

    return lambda seed, family: simulate_frame(seed, family, change=change)


def _from_afar(seed: int, family: str) -> SimulatedFrame:
    return simulate_frame(seed, family, distance=17.0)


def _close_up(seed: int, family: str) -> SimulatedFrame:
    return simulate_frame(seed, family, change=_approached)


def _approached(scene: SceneSpec) -> SceneSpec:
    """The camera before one of the pallets or vehicles, where nothing else is in its way."""
    eye = np.array(scene.camera.position)
    standing = [o for o in scene.objects if o.label != "buffer"]
    targets = [o for o in standing if o.label in ("pallet", "transporter") and o.carried_by < 0]
    for target in sorted(targets, key=lambda o: float(np.linalg.norm(o.centre - eye))):
        gap = np.array(target.centre[:2]) - eye[:2]
        ahead = gap / np.linalg.norm(gap)
        away = max(target.size[:2]) / 2 + 0.8
        position = np.array(target.centre[:2]) - ahead * away
        others = [o for o in standing if o is not target and o.carried_by != target.id]
        if any(o.footprint.depth_of(*position) > -0.6 for o in others):
            continue
        height = scene.camera.position[2]
        down = np.arctan2(height - target.size[2] / 2, away)
        camera = replace(
            scene.camera,
            position=(float(position[0]), float(position[1]), height),
            heading_deg=float(np.degrees(np.arctan2(ahead[1], ahead[0]))),
            pitch_deg=float(np.degrees(down)),
        )
        return replace(scene, camera=camera)
    return scene


def _crowded(seed: int, family: str) -> SimulatedFrame:
    """Goods stand in front of the pallets and vehicles; what shows little of itself is a region."""
    shot = simulate_frame(seed, family, looks="rich", change=_hidden_behind_goods)
    assert shot.ideal is not None
    truth = {o.id: o for o in _little_in_view(shot)}
    hidden = [Region(i, truth[i].label, shot.ideal.owner == i) for i in truth]
    return replace(shot, regions=(*(r for r in shot.regions if r.id not in truth), *hidden))


def _hidden_behind_goods(scene: SceneSpec) -> SceneSpec:
    rng = np.random.default_rng(len(scene.parts))
    eye, goods = np.array(scene.camera.position), []
    for item in scene.objects:
        if item.label not in ("pallet", "transporter") or item.carried_by >= 0:
            continue
        gap = eye[:2] - np.array(item.centre[:2])
        toward = gap / np.linalg.norm(gap)
        aside = np.array([-toward[1], toward[0]]) * rng.uniform(-0.4, 0.4)
        x, y = np.array(item.centre[:2]) + toward * rng.uniform(1.0, 1.3) + aside
        tall = float(rng.uniform(1.0, 1.5) if scene.family == "ceiling" else rng.uniform(0.5, 1.2))
        spot = (float(x), float(y))
        others = [o for o in scene.objects if o.label != "buffer"]
        if any(o.footprint.depth_of(*spot) > -0.4 for o in others):
            continue
        yaw = float(np.arctan2(toward[1], toward[0]))
        size = (0.6, float(rng.uniform(0.7, 1.1)), tall)
        goods.append(box((*spot, tall / 2), size, (0.7, 0.55, 0.35), "cardboard1", yaw))
    return replace(scene, parts=(*scene.parts, *goods))


# -- what is asked about --------------------------------------------------------------------------


def _little_in_view(shot: SimulatedFrame) -> tuple[ObjectTruth, ...]:
    return tuple(
        o
        for o in shot.truth.objects
        if o.label in ("pallet", "transporter")
        and 0 < o.visible_share < _LITTLE_IN_VIEW
        and o.visible_pixels > _FEWEST_PIXELS
    )


def _within(least: float, most: float) -> Callable[[SimulatedFrame], tuple[ObjectTruth, ...]]:
    """Objects whose seen surface is so many metres ahead."""

    def subjects(shot: SimulatedFrame) -> tuple[ObjectTruth, ...]:
        depth = shot.frame.depth
        assert depth is not None
        return tuple(
            o for o in shot.truth.regions if least <= float(np.nanmedian(depth[o.mask()])) <= most
        )

    return subjects


def _cut(shot: SimulatedFrame) -> tuple[ObjectTruth, ...]:
    """Objects that the picture's border cuts."""
    right, lower = shot.truth.width - _BORDER, shot.truth.height - _BORDER
    return tuple(
        o
        for o in shot.truth.regions
        if o.box[0] < _BORDER or o.box[1] < _BORDER or o.box[2] > right or o.box[3] > lower
    )


CONDITIONS: Mapping[str, Condition] = {
    "clean": Condition(),
    "usual sensor": Condition(disturb=_sensor(SensorModel())),
    "rough sensor": Condition(disturb=_sensor(SensorModel.rough())),
    "correlated noise": Condition(disturb=_correlated_noise(0.005, 6.0)),
    "masks -3 px": Condition(disturb=_grown(-3)),
    "masks +3 px": Condition(disturb=_grown(3)),
    "masks shifted 3 px": Condition(disturb=_shifted(3.0)),
    "focal length +2 %": Condition(disturb=_focal(1.02), tolerances=Tolerances(focal_length=0.02)),
    "focal length -2 %": Condition(disturb=_focal(0.98), tolerances=Tolerances(focal_length=0.02)),
    "principal point 13 px": Condition(
        disturb=_principal_point(13.0), tolerances=Tolerances(principal_point=13.0)
    ),
    "depth scale +2 %": Condition(
        disturb=_scaled_depth(1.02), tolerances=Tolerances(depth_scale=0.02)
    ),
    "crowded": Condition(shoot=_crowded, subjects=_little_in_view),
    "rolled 15 deg": Condition(shoot=_turned(roll_deg=15.0)),
    "rolled 90 deg": Condition(shoot=_turned(roll_deg=90.0)),
    "rolled 180 deg": Condition(shoot=_turned(roll_deg=180.0)),
    "pitched up 15 deg": Condition(shoot=_turned(up_deg=15.0)),
    "15 to 22 m": Condition(shoot=_from_afar, subjects=_within(15.0, 22.0)),
    "0.5 to 1.5 m": Condition(shoot=_close_up, subjects=_within(0.5, 1.5), families=("robot",)),
    "cut by the border": Condition(subjects=_cut, heights=True),
}
"""By name, in the order of the report."""
