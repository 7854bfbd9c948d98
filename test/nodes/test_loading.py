# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What is loaded, what is refused before it is opened, and what is given back."""

import json
import sys
import weakref
from types import SimpleNamespace
from typing import Any

import pytest

from smolrgpt_ros.checkpoints.checksums import (
    ChecksumError,
    folder_sha256,
    listing_sha256,
    sha256_of,
)
from smolrgpt_ros.detection.detector import Detections, DetectorError
from smolrgpt_ros.detection.ultralytics_detector import UltralyticsDetector
from smolrgpt_ros.nodes.loading import LoadingError, load_detector, load_engine, load_readers
from smolrgpt_ros.nodes.models import Models
from smolrgpt_ros.ros.convert.vision import VisionMessagesMissing
from smolrgpt_ros.ros.params.query_parameters import QUERY_SPECS
from smolrgpt_ros.ros.params.settings import Settings

DEFAULTS = {spec.key: spec.default for spec in QUERY_SPECS}


def settings(**values):
    return Settings.from_values(DEFAULTS | values)


def test_no_model_and_no_detector_are_none():
    nothing = settings(model_backend="none", detector_backend="topic")
    assert load_engine(nothing) is None and load_detector(nothing) is None
    assert load_detector(settings(detector_backend="none")) is None


def test_a_pickle_with_another_checksum_is_not_opened(tmp_path):
    weights = tmp_path / "bad.pt"
    weights.write_bytes(b"cos\nsystem\n")
    with pytest.raises(ChecksumError, match=r"detector\.sha256"):
        load_detector(settings(detector_weights=str(weights), detector_sha256="1" * 64))


def test_prompts_of_a_detector_count_in_its_checksum(tmp_path):
    weights, prompts = tmp_path / "own.pt", tmp_path / "own.npz"
    weights.write_bytes(b"weights")
    prompts.write_bytes(b"prompts")
    alone = sha256_of(weights)
    given = dict(detector_weights=str(weights), detector_prompts=str(prompts))
    with pytest.raises(ChecksumError, match=listing_sha256([weights, prompts])):
        load_detector(settings(**given, detector_sha256=alone))


def test_adapter_and_base_of_the_reading_model_have_a_checksum(tmp_path):
    adapter, base = tmp_path / "reader.safetensors", tmp_path / "base.gguf"
    adapter.write_bytes(b"adapter")
    base.write_bytes(b"base")
    given = dict(reading="both", reading_adapter=str(adapter), reading_base=str(tmp_path))
    meant = listing_sha256([adapter, base])
    for changed in (adapter, base):
        kept = changed.read_bytes()
        changed.write_bytes(b"another")
        with pytest.raises(ChecksumError, match=rf"{meant}.*reading\.sha256"):
            load_readers(settings(**given, reading_sha256=meant))
        changed.write_bytes(kept)


def test_a_changed_tokenizer_or_config_has_another_checksum(tmp_path):
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    meant = folder_sha256(tmp_path)
    given = dict(model_path=str(tmp_path), model_sha256=meant)
    for name in ("tokenizer.json", "config.json"):
        (tmp_path / name).write_text("{ }")
        with pytest.raises(ChecksumError, match=rf"{meant}.*model\.sha256"):
            load_engine(settings(**given))
        (tmp_path / name).write_text("{}")


def test_an_index_that_points_to_another_folder_is_refused_without_a_checksum(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "other.safetensors").write_text("")
    index = {"weight_map": {"a": "../elsewhere/model.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(ChecksumError, match=r"elsewhere/model\.safetensors"):
        load_engine(settings(model_path=str(tmp_path)))


def test_detections_of_another_node_need_their_messages(monkeypatch):
    def missing():
        raise VisionMessagesMissing("apt install ros-jazzy-vision-msgs")

    boxes = settings(detector_backend="topic", detector_topic_type="detections")
    monkeypatch.setattr("smolrgpt_ros.nodes.loading.vision_messages", missing)
    with pytest.raises(LoadingError, match=r"detector\.topic_type.*ros-jazzy-vision-msgs"):
        load_detector(boxes)
    assert load_detector(settings(detector_backend="topic")) is None


@pytest.mark.parametrize("there", [[], ["config.json"]])
def test_an_incomplete_folder_names_what_is_missing(tmp_path, there):
    for name in there:
        (tmp_path / name).write_text("{}")
    missing = "model.safetensors" if there else "config.json"
    with pytest.raises(LoadingError, match=rf"{missing} is missing.*model\.path"):
        load_engine(settings(model_path=str(tmp_path)))


class Engine:
    name, device, dtype = "mini", "cpu", "float32"
    calibration, trained_on, busy_s = None, None, 0.0

    def __init__(self):
        self.closed = False
        self.itself: Any = None

    def answer(self, *args, **options):
        return "an answer"

    def close(self):
        self.closed = True


def test_models_are_loaded_timed_and_given_back():
    engine = Engine()
    models = Models(lambda settings: None, lambda settings: engine)
    text = models.load(settings(detector_backend="none"))
    assert "mini on cpu (float32)" in text and "detector none" in text
    timed: Any = models.engine
    assert timed.answer(None, [], "Which?") == "an answer"
    assert timed.seconds.quantile(0.5) >= 0.0  # NaN where nothing is kept
    assert models.loaded and not models.on_gpu
    models.unload()
    assert engine.closed and models.engine is None and not models.loaded


def test_an_engine_of_a_gpu_is_gone_when_its_memory_is_given_back(monkeypatch):
    engine = Engine()
    engine.device = "cuda:0"
    engine.itself = engine  # as modules refer to each other
    alive = weakref.ref(engine)
    found = []
    cuda = SimpleNamespace(empty_cache=lambda: found.append(alive()))
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
    engines = [engine]
    models = Models(lambda settings: None, lambda settings: engines.pop())
    del engine
    models.load(settings(detector_backend="none"))
    assert models.on_gpu and alive() is not None
    models.unload()
    assert found == [None]


def test_what_fails_to_load_leaves_nothing_behind():
    def fail(settings):
        raise LoadingError("no model")

    models = Models(lambda settings: None, fail)
    with pytest.raises(LoadingError, match="no model"):
        models.load(settings())
    assert not models.loaded and models.engine is None


class WordsYolo:
    """Answers like an ``ultralytics.YOLOE``."""

    def __init__(self):
        self.names = {0: "cone"}

    def get_text_pe(self, texts):
        if "unpronounceable" in texts:
            raise OSError("mobileclip_blt.ts is not there")
        return f"embeddings of {texts}"

    def set_classes(self, names, embeddings):
        assert embeddings == f"embeddings of {names}"
        self.names = dict(enumerate(names))


def test_classes_in_words_change_while_the_detector_is_loaded():
    words = UltralyticsDetector(WordsYolo(), name="words", device="cpu")
    models = Models(lambda settings: words, lambda settings: None)
    before = settings(detector_classes="")
    models.load(before)
    assert models.labels == ("cone",)
    after = settings(detector_classes="wooden pallet,  person")
    models.check(before, after)
    assert models.labels == ("cone",), "checked, not yet set"
    models.apply(after)
    assert models.labels == ("wooden pallet", "person")
    with pytest.raises(DetectorError, match=r"mobileclip_blt\.ts is not there"):
        models.check(after, settings(detector_classes="unpronounceable"))
    with pytest.raises(DetectorError, match="cannot become empty"):
        models.check(after, before)
    models.apply(after)
    assert models.labels == ("wooden pallet", "person")


def test_classes_in_words_are_for_one_backend():
    models = Models(lambda settings: Fixed(), lambda settings: None)
    models.load(settings())
    with pytest.raises(DetectorError, match="backend ultralytics, found transformers"):
        models.check(
            settings(), settings(detector_backend="transformers", detector_classes="pallet")
        )


class Fixed:
    name, device, labels, sha256 = "fixed", "cpu", ("pallet",), ""

    def detect(self, frame):
        return Detections()


@pytest.mark.parametrize("text", ["pallet,", "pallet, pallet", ",pallet"])
def test_classes_are_different_names(text):
    with pytest.raises(ValueError, match=r"detector\.classes must be different names"):
        settings(detector_classes=text)
