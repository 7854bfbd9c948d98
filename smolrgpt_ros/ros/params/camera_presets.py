# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Presets of cameras: topics, encodings and frame of a driver, and how exact the camera is, as YAML
files. Free of ROS."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from smolrgpt_ros.scene.tolerances import Tolerances

TOPICS = ("rgb", "camera_info", "depth", "depth_info")
#: Fields of ``Tolerances`` that are the camera's; masks are the detector's.
TOLERANCES = ("focal_length", "principal_point", "depth_scale", "registration")


@dataclass(frozen=True)
class CameraPreset:
    """One file of ``config/cameras``.

    Args:
        name: of the file, without its ending.
        description: the cameras it is for and their driver.
        start: the command that starts the driver with depth registered to colour.
        topics: by ``TOPICS``: colour images, their calibration, registered depth, its calibration
            (which RViz's DepthCloud wants beside the depth images).
        encodings: of ``rgb`` and ``depth``, those the driver may send.
        depth_unit: metres per step of the depth images; 0, the default: as REP-118 says.
        frame: optical frame of the colour images, to which depth is registered.
        sources: where the driver's own documents say so.
        tolerances: the camera's, as its data sheet states them; those that it does not state have
            the defaults of ``Tolerances``.
        tolerance_sources: address of the data sheet that states each tolerance of the file, or
            ``none found`` and where its value is from.
    """

    name: str
    description: str
    start: str
    topics: dict[str, str]
    encodings: dict[str, tuple[str, ...]]
    frame: str
    sources: tuple[str, ...]
    depth_unit: float = 0.0
    tolerances: Tolerances = field(default_factory=Tolerances)
    tolerance_sources: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> CameraPreset:
        """The preset of a file.

        Raises:
            ValueError: naming the file and the field that is missing or unknown.
        """
        data: Any = yaml.safe_load(path.read_text())
        try:
            topics = {key: str(data["topics"][key]) for key in TOPICS}
            encodings = {key: tuple(data["encodings"][key]) for key in ("rgb", "depth")}
            known: dict[str, Any] = {"name": path.stem, "topics": topics, "encodings": encodings}
            known |= {key: str(data[key]) for key in ("description", "start", "frame")}
            known["sources"] = tuple(data["sources"])
            known["depth_unit"] = float(data.get("depth_unit", 0.0))
            if not 0.0 <= known["depth_unit"] <= 1.0:
                raise ValueError(f"camera preset {path} has depth_unit {known['depth_unit']:g}")
            stated = data.get("tolerances", {})
            known["tolerances"] = _tolerances(path, stated)
            known["tolerance_sources"] = {name: str(stated[name]["source"]) for name in stated}
        except (KeyError, TypeError) as error:
            raise ValueError(f"camera preset {path} lacks {error}") from error
        fields = set(known) - {"tolerance_sources"}
        unknown = (set(data) - fields) | (set(data["topics"]) - set(TOPICS))
        if unknown:
            raise ValueError(f"camera preset {path} has unknown fields: {sorted(unknown)}")
        return cls(**known)


def _tolerances(path: Path, data: dict[str, dict[str, Any]]) -> Tolerances:
    if unknown := set(data) - set(TOLERANCES):
        raise ValueError(f"camera preset {path} has unknown tolerances: {sorted(unknown)}")
    for name, stated in data.items():
        if (
            not isinstance(stated, dict)
            or set(stated) != {"value", "source"}
            or not stated["source"]
        ):
            raise ValueError(
                f"camera preset {path}: tolerance {name} must have a value and the source that "
                f"states it, found {stated!r}"
            )
    try:
        return Tolerances(**{name: float(stated["value"]) for name, stated in data.items()})
    except ValueError as error:
        raise ValueError(f"camera preset {path}: {error}") from error


def read_presets(folder: str | Path) -> dict[str, CameraPreset]:
    """All presets of a folder by name.

    Raises:
        ValueError: if there are none, or one cannot be read.
    """
    presets = [CameraPreset.read(path) for path in sorted(Path(folder).glob("*.yaml"))]
    if not presets:
        raise ValueError(f"no camera presets in {folder}")
    return {preset.name: preset for preset in presets}
