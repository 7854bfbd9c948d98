# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The parameters of the ``spatial_query`` node as one typed value."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from smolrgpt_ros.detection.detector_settings import DetectorSettings
from smolrgpt_ros.detection.tracker import TrackerSettings
from smolrgpt_ros.perception.candidates import MaskRules
from smolrgpt_ros.perception.memory.remembered_object import MemorySettings
from smolrgpt_ros.query.request import QueryLimits
from smolrgpt_ros.query.watch.request import WatchLimits
from smolrgpt_ros.scene.frame import Direction
from smolrgpt_ros.scene.tolerances import Tolerances

from ..inputs.pairing import PairingSettings
from ..qos import profile

#: Largest timeout a request may ask for, seconds.
_MAX_TIMEOUT_S = 600.0


@dataclass(frozen=True)
class Settings:
    """All parameters, typed. Made by :meth:`from_values`, replaced as a whole when one changes."""

    values: Mapping[str, Any]
    """By :attr:`.parameters.ParameterSpec.key`, as declared; the fields below are made of them."""

    cameras: tuple[str, ...]
    labels: Mapping[str, str]
    classes: tuple[str, ...]
    detector: DetectorSettings
    masks: MaskRules
    tracker: TrackerSettings
    memory: MemorySettings
    limits: QueryLimits
    watch_limits: WatchLimits
    pairing: PairingSettings
    vocabulary: Path | None
    gravity_up: Direction | None
    tolerances: Tolerances

    autostart: bool
    device: str
    threads: int
    model_backend: str
    model_path: str
    model_sha256: str
    model_dtype: str
    detector_backend: str
    detector_weights: str
    detector_sha256: str
    detector_prompts: str
    detector_max_rate: float
    detector_topic_type: str
    detector_label_info_topic: str
    detector_slop: float
    gravity_frame: str
    gravity_imu_topic: str
    camera_info_rectified: bool
    depth_unit: float
    depth_assume_registered: bool
    depth_reproject: bool
    memory_frame: str
    history_size: int
    answer_policy: str
    answer_sure_score: float
    reading: str
    reading_adapter: str
    reading_base: str
    reading_sha256: str
    reading_trust_model: bool
    target_frame: str
    tf_timeout: float
    markers_lifetime: float
    markers_answer_lifetime: float

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Settings:
        """Settings of parameter values by key.

        Raises:
            ValueError: if values don't fit together or are outside their range.
        """
        for key in ("model_sha256", "detector_sha256", "reading_sha256"):
            if values[key] and not re.fullmatch(r"[0-9a-fA-F]{64}", values[key]):
                name = key.replace("_", ".")
                raise ValueError(f"{name} must be 64 hexadecimal digits, found {values[key]!r:.80}")
        named = {f.name: values[f.name] for f in fields(cls) if f.name in values}
        made = dict(
            values=dict(values),
            detector=_detector(values),
            tracker=TrackerSettings(values["tracker_min_iou"], values["tracker_max_missed"]),
            masks=MaskRules(values["detector_trim_masks"], values["detector_outline_places"]),
            memory=_memory(values),
            limits=_limits(values),
            watch_limits=_watch_limits(values),
            pairing=_pairing(values),
            cameras=_cameras(tuple(values["cameras"])),
            labels=_labels(values["detector_labels"]),
            classes=_classes(values["detector_classes"]),
            gravity_up=_direction(values["gravity_up"]),
            tolerances=Tolerances(
                **{f.name: values[f"tolerance_{f.name}"] for f in fields(Tolerances)}
            ),
            vocabulary=Path(values["vocabulary_file"]) if values["vocabulary_file"] else None,
        )
        return cls(**(named | made))


def _detector(values: Mapping[str, Any]) -> DetectorSettings:
    return DetectorSettings(
        confidence=values["detector_confidence"],
        candidate_confidence=values["detector_candidate_confidence"],
        iou=values["detector_iou"],
        image_size=values["detector_image_size"],
    )


def _memory(values: Mapping[str, Any]) -> MemorySettings:
    return MemorySettings(
        use=values["memory_use"],
        confirm_sightings=values["memory_confirm_sightings"],
        time_limit_s=values["memory_time_limit"],
        moving_time_limit_s=values["memory_moving_time_limit"],
    )


def _limits(values: Mapping[str, Any]) -> QueryLimits:
    return QueryLimits(
        max_age_s=values["query_max_age"],
        timeout_s=values["query_timeout"],
        max_timeout_s=_MAX_TIMEOUT_S,
        max_pending=values["query_max_pending"],
        max_question_length=values["query_max_question_length"],
        max_future_s=values["query_max_future"],
        max_abandoned=values["query_max_abandoned"],
    )


def _watch_limits(values: Mapping[str, Any]) -> WatchLimits:
    return WatchLimits(
        max_watches=values["watch_max_watches"],
        max_rate_hz=values["watch_max_rate"],
        timeout_s=values["watch_timeout"],
    )


def _pairing(values: Mapping[str, Any]) -> PairingSettings:
    return PairingSettings(
        use_depth=values["use_depth"],
        slop_s=values["sync_slop"],
        queue_size=values["sync_queue_size"],
        rgb_qos=profile(values["qos_rgb"]),
        depth_qos=profile(values["qos_depth"]),
        info_qos=profile(values["qos_camera_info"]),
        rgb_transport=values["transport_rgb"],
        depth_transport=values["transport_depth"],
    )


def _direction(text: str) -> Direction | None:
    """``"0, -1, 0"`` -> a unit vector; ``None`` for nothing."""
    if not text.strip():
        return None
    try:
        x, y, z = (float(part) for part in text.replace(",", " ").split())
    except ValueError:
        x = y = z = math.nan
    length = math.hypot(x, y, z)
    if not 1e-6 < length < math.inf:
        raise ValueError(f"gravity_up must be three numbers like '0, -1, 0', found {text!r:.80}")
    return x / length, y / length, z / length


def _labels(text: str) -> dict[str, str]:
    """``"a=b, c=d"`` -> labels by class name, lower case."""
    pairs = [part.split("=") for part in text.lower().split(",")] if text.strip() else []
    if any(len(pair) != 2 or not all(word.strip() for word in pair) for pair in pairs):
        raise ValueError(
            f"detector.labels must be like 'forklift=transporter, rack=shelf', found {text!r:.80}"
        )
    return {name.strip(): label.strip() for name, label in pairs}


def _classes(text: str) -> tuple[str, ...]:
    """``"wooden pallet, forklift"`` -> names, in order."""
    names = tuple(" ".join(part.split()) for part in text.split(",")) if text.strip() else ()
    if not all(names) or len(set(names)) < len(names):
        raise ValueError(
            "detector.classes must be different names like 'wooden pallet, forklift', "
            f"found {text!r:.80}"
        )
    return names


def _cameras(names: tuple[str, ...]) -> tuple[str, ...]:
    good = all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) for name in names)
    if names != ("",) and not (names and good and len(set(names)) == len(names)):
        raise ValueError(
            "cameras must be different names of letters, digits and _, such as [front, rear], or "
            f"one empty name, found {list(names)}"
        )
    return names
