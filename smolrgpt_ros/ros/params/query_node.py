"""The parameters of the ``spatial_query`` node, each with its description and range."""

from __future__ import annotations

from smolrgpt_ros.reasoning.answer import POLICIES

from ..inputs.pairing import COLOR_TRANSPORTS, DEPTH_TRANSPORTS
from ..qos import PRESETS
from .parameters import ParameterSpec

_QOS = tuple(PRESETS)
_QOS_TEXT = "; ".join(f"{name}: {text}" for name, text in PRESETS.items())

SPECS: tuple[ParameterSpec, ...] = (
    ParameterSpec(
        "autostart",
        True,
        "Configure and activate when the node starts; false under a lifecycle manager.",
        read_only=True,
    ),
    ParameterSpec(
        "cameras",
        ("",),
        "Names of the cameras, each with its own inputs <name>/rgb/image_raw and so on and outputs "
        "~/<name>/regions and so on; one empty name: a single camera without a name.",
        read_only=True,
    ),
    ParameterSpec(
        "model.backend",
        "smolrgpt",
        "Generates answers; none: nothing is generated, answers hold measured values only.",
        choices=("smolrgpt", "none"),
        read_only=True,
    ),
    ParameterSpec(
        "model.path",
        "",
        "Directory of the SmolRGPT checkpoint (config.json, model.safetensors, …); "
        "empty: the one shipped with the package.",
        read_only=True,
    ),
    ParameterSpec(
        "model.sha256",
        "",
        "SHA-256 that the model's model.safetensors must have, hexadecimal; empty: any.",
        read_only=True,
    ),
    ParameterSpec(
        "model.dtype",
        "auto",
        "Number type of the model; float16, int8: smaller weights on a CPU.",
        choices=("auto", "float32", "bfloat16", "float16", "int8"),
        read_only=True,
    ),
    ParameterSpec(
        "device",
        "auto",
        "Device of model and detector: auto (a GPU where there is one), cpu, cuda, cuda:1, …",
        read_only=True,
    ),
    ParameterSpec(
        "threads",
        0,
        "CPU threads of the model; 0: torch's default. Fewer are faster beside other processes.",
        minimum=0,
        maximum=256,
        read_only=True,
    ),
    ParameterSpec(
        "detector.backend",
        "ultralytics",
        "Finds regions; topic: another node, which publishes them on the topic regions; "
        "none: clients send their own with each request.",
        choices=("ultralytics", "topic", "none"),
        read_only=True,
    ),
    ParameterSpec(
        "detector.weights",
        "",
        "YOLO segmentation weights (.pt; no code in them is run); "
        "empty: those shipped with the package.",
        read_only=True,
    ),
    ParameterSpec(
        "detector.sha256",
        "",
        "SHA-256 that the detector's weights must have, hexadecimal; empty: any.",
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
        "detector.labels",
        "",
        "Labels for class names of the weights, e.g. 'forklift=transporter, rack=shelf'; other "
        "names are labels themselves.",
        read_only=True,
    ),
    ParameterSpec(
        "detector.confidence",
        0.35,
        "Lowest score of a region, 0 to 1.",
        minimum=0.01,
        maximum=1.0,
    ),
    ParameterSpec(
        "detector.iou",
        0.6,
        "Overlap (intersection over union) above which the weaker of two boxes is dropped.",
        minimum=0.05,
        maximum=1.0,
    ),
    ParameterSpec(
        "detector.image_size",
        0,
        "Longer side of the detector's input, pixels, a multiple of 32; "
        "0: the size it was trained with.",
        minimum=0,
        maximum=2048,
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
        0.25,
        "Least mask overlap with the last frame for which a region keeps its id.",
        minimum=0.01,
        maximum=1.0,
    ),
    ParameterSpec(
        "tracker.max_missed",
        10,
        "Frames for which an id is kept while the object is not found.",
        minimum=0,
        maximum=1000,
    ),
    ParameterSpec(
        "use_depth",
        True,
        "Pair colour with depth; false: answer from colour alone, nothing is measured.",
        read_only=True,
    ),
    ParameterSpec(
        "depth.unit",
        0.0,
        "Metres per step of the depth images, e.g. 0.00025 for steps of a quarter of a millimetre; "
        "0: as REP-118 says, 0.001 for 16UC1 and mono16, 1 for 32FC1.",
        minimum=0.0,
        maximum=1.0,
    ),
    ParameterSpec(
        "depth.assume_registered",
        False,
        "Trust depth whose frame_id differs from colour's to be registered to it.",
    ),
    ParameterSpec(
        "depth.reproject",
        True,
        "Reproject depth of another camera into the colour image, by TF and depth/camera_info; "
        "false: refuse it.",
    ),
    ParameterSpec(
        "transport.rgb",
        "raw",
        "Transport of colour: raw images, or <topic>/compressed (JPEG or PNG).",
        choices=COLOR_TRANSPORTS,
        read_only=True,
    ),
    ParameterSpec(
        "transport.depth",
        "raw",
        "Transport of depth: raw images, <topic>/compressedDepth (PNG or RVL) or "
        "<topic>/compressed (16-bit PNG).",
        choices=DEPTH_TRANSPORTS,
        read_only=True,
    ),
    ParameterSpec(
        "regions.exact",
        False,
        "Positions on ~/regions as exact as in responses, at about 50 ms of CPU for each frame; "
        "false: the middle of the visible surface, moved back by half the class's typical depth.",
    ),
    ParameterSpec(
        "sync.slop",
        0.04,
        "Largest difference of the stamps of colour and depth of one frame, seconds.",
        minimum=0.0,
        maximum=1.0,
        read_only=True,
    ),
    ParameterSpec(
        "sync.queue_size",
        10,
        "Images of each input kept while looking for a partner.",
        minimum=1,
        maximum=200,
        read_only=True,
    ),
    ParameterSpec(
        "qos.rgb",
        "sensor_data",
        f"Quality of service of rgb/image_raw. {_QOS_TEXT}.",
        choices=_QOS,
        read_only=True,
    ),
    ParameterSpec(
        "qos.depth",
        "sensor_data",
        f"Quality of service of depth/image_raw. {_QOS_TEXT}.",
        choices=_QOS,
        read_only=True,
    ),
    ParameterSpec(
        "qos.camera_info",
        "sensor_data",
        f"Quality of service of rgb/camera_info. {_QOS_TEXT}.",
        choices=_QOS,
        read_only=True,
    ),
    ParameterSpec(
        "history.size",
        10,
        "Frames kept for queries that name a stamp.",
        minimum=1,
        maximum=300,
        read_only=True,
    ),
    ParameterSpec(
        "answer.policy",
        "agree",
        "Value of an answer's field trusted; model: the generated one; measured: the measured one; "
        "agree: the measured one where both agree.",
        choices=POLICIES,
    ),
    ParameterSpec(
        "vocabulary.file",
        "",
        "YAML file of the site's own synonyms for labels, as config/vocabulary.yaml; empty: those "
        "that ship alone.",
        read_only=True,
    ),
    ParameterSpec(
        "query.max_age",
        2.0,
        "Largest age of the newest frame for an answer, seconds, where the request sets none.",
        minimum=0.01,
        maximum=3600.0,
    ),
    ParameterSpec(
        "query.timeout",
        30.0,
        "Longest time to answer, seconds, where the request sets none.",
        minimum=0.1,
        maximum=600.0,
    ),
    ParameterSpec(
        "query.max_pending",
        8,
        "Queries answered at the same time; further ones end with BUSY.",
        minimum=1,
        maximum=64,
        read_only=True,
    ),
    ParameterSpec(
        "query.max_abandoned",
        4,
        "Queries that ended without the model returning, above which queries end with NOT_READY.",
        minimum=1,
        maximum=64,
        read_only=True,
    ),
    ParameterSpec(
        "query.max_future",
        1.0,
        "Longest time by which a request's stamp may be ahead of the node's clock and frames, "
        "seconds.",
        minimum=0.0,
        maximum=3600.0,
    ),
    ParameterSpec(
        "query.max_question_length",
        1000,
        "Longest question, characters.",
        minimum=10,
        maximum=10000,
    ),
    ParameterSpec(
        "target_frame",
        "",
        "Frame of the positions in responses where the request sets none; "
        "empty: the camera's optical frame.",
    ),
    ParameterSpec(
        "tf_timeout",
        0.2,
        "Longest wait for a transform at the image's stamp, seconds.",
        minimum=0.0,
        maximum=5.0,
    ),
    ParameterSpec(
        "markers.lifetime",
        2.0,
        "Seconds after which RViz removes a region's marker without a newer one.",
        minimum=0.1,
        maximum=60.0,
    ),
    ParameterSpec(
        "markers.answer_lifetime",
        10.0,
        "Seconds for which the last answer is shown in markers and the annotated image.",
        minimum=0.0,
        maximum=600.0,
    ),
)
