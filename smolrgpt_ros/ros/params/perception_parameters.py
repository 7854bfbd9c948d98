# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Parameters of the ``spatial_query`` node: detector, image tracker, object memory."""

from __future__ import annotations

from smolrgpt_ros.detection.detector_settings import DetectorSettings
from smolrgpt_ros.detection.tracker import TrackerSettings
from smolrgpt_ros.perception.memory.remembered_object import USES, MemorySettings

from .parameters import ParameterSpec

TOPIC_TYPES = ("regions", "detections")
"""Values of ``detector.topic_type``: also the names of the topics."""

PERCEPTION_SPECS: tuple[ParameterSpec, ...] = (
    ParameterSpec(
        "detector.backend",
        "ultralytics",
        "Finds regions; ultralytics: YOLO; transformers: RT-DETR, D-FINE and others of that "
        "library; topic: another node, see detector.topic_type; none: clients send their own with "
        "each request.",
        choices=("ultralytics", "transformers", "topic", "none"),
        read_only=True,
    ),
    ParameterSpec(
        "detector.topic_type",
        "regions",
        "What another node publishes, with detector.backend topic; regions: "
        "smolrgpt_ros/RegionArray on the topic regions, as this node does; detections: "
        "vision_msgs/Detection2DArray on the topic detections, boxes that depth outlines.",
        choices=TOPIC_TYPES,
        read_only=True,
    ),
    ParameterSpec(
        "detector.label_info_topic",
        "",
        "With detector.topic_type detections, the topic of the other node's vision_msgs/LabelInfo, "
        "which names classes that it gives as numbers; empty: label_info beside its detections.",
        read_only=True,
    ),
    ParameterSpec(
        "detector.slop",
        0.01,
        "Largest difference of the stamps of an image and of what another node found in it, "
        "seconds; less than half the time between two images.",
        minimum=0.0,
        maximum=1.0,
    ),
    ParameterSpec(
        "detector.weights",
        "",
        "Weights of the detector. ultralytics: YOLO with masks, or boxes that depth outlines (.pt; "
        "no code in it is run), or an export of such; empty: those shipped with the package. "
        "transformers: a folder that save_pretrained wrote.",
        read_only=True,
    ),
    ParameterSpec(
        "detector.sha256",
        "",
        "SHA-256 that the detector's weights must have, hexadecimal; with detector.prompts as "
        "printed by 'sha256sum WEIGHTS PROMPTS | sha256sum', each named without its folder; "
        "empty: any.",
        read_only=True,
    ),
    ParameterSpec(
        "detector.prompts",
        "",
        "Classes of open-vocabulary weights (YOLOE): a file of ultralytics' "
        "save_prompt_embeddings (.npz); empty: the classes of the weights.",
        read_only=True,
    ),
    ParameterSpec(
        "detector.classes",
        "",
        "Classes to look for with open-vocabulary weights (YOLOE), in words, e.g. 'wooden pallet, "
        "forklift'; needs their text encoder; empty: those of detector.prompts.",
    ),
    ParameterSpec(
        "detector.labels",
        "",
        "Labels for class names of the weights, e.g. 'forklift=transporter, rack=shelf'; other "
        "names are labels themselves.",
        read_only=True,
    ),
    ParameterSpec(
        "detector.confidence",
        DetectorSettings.confidence,
        "Lowest score of a region, 0 to 1.",
        minimum=0.01,
        maximum=1.0,
    ),
    ParameterSpec(
        "detector.candidate_confidence",
        DetectorSettings.candidate_confidence,
        "Lowest score of a candidate, 0 to 1: no region, but an answer that it could change is not "
        "trusted and says so; 1: no candidates.",
        minimum=0.01,
        maximum=1.0,
    ),
    ParameterSpec(
        "detector.iou",
        DetectorSettings.iou,
        "Overlap (intersection over union) above which the weaker of two boxes is dropped "
        "(ultralytics).",
        minimum=0.05,
        maximum=1.0,
    ),
    ParameterSpec(
        "detector.image_size",
        DetectorSettings.image_size,
        "Longer side of the detector's input, pixels, a multiple of 32; "
        "0: the size it was trained with (ultralytics).",
        minimum=0,
        maximum=2048,
    ),
    ParameterSpec(
        "detector.trim_masks",
        True,
        "Take from the masks of pallets, transporters and shelves what depth shows out of such an "
        "object's reach.",
    ),
    ParameterSpec(
        "detector.outline_places",
        True,
        "Give places on the floor, seen at a flat angle, the outlines that lines on the floor "
        "have, unless a mask with a good score contradicts them; needs depth in metres.",
    ),
    ParameterSpec(
        "detector.max_rate",
        5.0,
        "Most frames processed in a second, Hz; waiting ones are replaced by newer ones.",
        minimum=0.1,
        maximum=120.0,
    ),
    ParameterSpec(
        "tracker.min_iou",
        TrackerSettings.min_iou,
        "Least mask overlap with the last frame for which a region keeps its id.",
        minimum=0.01,
        maximum=1.0,
    ),
    ParameterSpec(
        "tracker.max_missed",
        TrackerSettings.max_missed,
        "Frames for which an id is kept while the object is not found.",
        minimum=0,
        maximum=1000,
    ),
    ParameterSpec(
        "memory.use",
        MemorySettings.use,
        "What is remembered from frame to frame: objects: also those out of sight take part in "
        "answers, each with its age; positions: only the places of those in view, from several "
        "frames; off: ids.",
        choices=USES,
    ),
    ParameterSpec(
        "memory.frame",
        "odom",
        "Frame of TF that does not move with the camera (odom, map, or the camera's own where it "
        "is fixed); empty or unknown to TF: ids follow the image, nothing else is remembered.",
    ),
    ParameterSpec(
        "memory.confirm_sightings",
        MemorySettings.confirm_sightings,
        "Frames in which an object has to be found before it counts; until then it is a candidate "
        "that an answer may name.",
        minimum=1,
        maximum=100,
    ),
    ParameterSpec(
        "memory.time_limit",
        MemorySettings.time_limit_s,
        "Longest time for which an object is remembered without being seen, seconds.",
        minimum=0.0,
        maximum=86400.0,
    ),
    ParameterSpec(
        "memory.moving_time_limit",
        MemorySettings.moving_time_limit_s,
        "The same for what drives or walks (transporter, forklift, person), seconds.",
        minimum=0.0,
        maximum=86400.0,
    ),
)
