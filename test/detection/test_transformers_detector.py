# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Detectors of transformers: a tiny RT-DETR with random weights, and results by hand."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from smolrgpt_ros.detection.detector import DetectorError, RegionDetector
from smolrgpt_ros.detection.detector_settings import DetectorSettings
from smolrgpt_ros.detection.transformers_detector import TransformersDetector
from smolrgpt_ros.scene.frame import RgbdFrame

NAMES = {0: "Pallet", 1: "buffer_region"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A checkpoint of RT-DETR, 12 queries, as ``save_pretrained`` writes it."""
    from transformers import (
        RTDetrImageProcessor,
        RTDetrResNetConfig,
        RTDetrV2Config,
        RTDetrV2ForObjectDetection,
    )

    torch.manual_seed(0)
    backbone = RTDetrResNetConfig(
        embedding_size=8,
        hidden_sizes=[8, 8, 16, 16],
        depths=[1, 1, 1, 1],
        layer_type="basic",
        out_features=["stage2", "stage3", "stage4"],
    )
    config = RTDetrV2Config(
        backbone_config=backbone,
        encoder_in_channels=[8, 16, 16],
        encoder_hidden_dim=16,
        encoder_ffn_dim=16,
        encoder_attention_heads=2,
        d_model=16,
        decoder_ffn_dim=16,
        decoder_in_channels=[16, 16, 16],
        decoder_layers=2,
        decoder_attention_heads=2,
        num_queries=12,
        num_denoising=0,
        id2label=NAMES,
        label2id={name: index for index, name in NAMES.items()},
    )
    path = tmp_path_factory.mktemp("detector") / "tiny-rtdetr"
    RTDetrV2ForObjectDetection(config).save_pretrained(path)
    RTDetrImageProcessor(size={"height": 64, "width": 96}).save_pretrained(path)
    return path


def test_a_checkpoint_is_loaded_from_its_folder_and_gives_boxes_of_the_image(folder):
    settings = DetectorSettings(confidence=1e-6, candidate_confidence=1.0)
    detector = TransformersDetector.load(folder, device="cpu", settings=settings, sha256="ab")
    assert isinstance(detector, RegionDetector)
    assert (detector.name, detector.device, detector.sha256) == ("tiny-rtdetr", "cpu", "ab")
    assert detector.labels == ("pallet", "buffer")
    rgb = np.random.default_rng(0).integers(0, 255, (40, 60, 3), np.uint8)
    found = detector.detect(RgbdFrame(rgb, None, None)).objects
    assert found and all(d.box_only and not d.weak and d.mask.shape == (40, 60) for d in found)
    scores = [d.score for d in found]
    assert scores == sorted(scores, reverse=True)


class FakeModel:
    """A model whose outputs the fake processor ignores."""

    config = SimpleNamespace(id2label=NAMES)

    def __call__(self, **inputs):
        return inputs


class FakeProcessor:
    """Gives the results of a picture and keeps the threshold it was asked for."""

    def __call__(self, images, return_tensors):
        self.seen = images
        return self

    def to(self, device):
        return {}

    def post_process_object_detection(self, outputs, threshold, target_sizes):
        self.threshold, self.sizes = threshold, target_sizes
        boxes = [[1.0, 1.0, 4.0, 3.0], [0.0, 0.0, 2.0, 2.0], [8.0, 0.0, 9.5, 2.0]]
        return [
            {
                "scores": torch.tensor([0.2, 0.9, 0.6]),
                "labels": torch.tensor([0, 1, 0]),
                "boxes": torch.tensor(boxes),
            }
        ]


def test_results_are_ranked_named_and_marked():
    processor = FakeProcessor()
    detector = TransformersDetector(
        FakeModel(), processor, name="fake", device="cpu", labels={"pallet": "skid"},
        settings=DetectorSettings(confidence=0.5, candidate_confidence=0.15),
    )  # fmt: skip
    found = detector.detect(RgbdFrame(np.zeros((5, 8, 3), np.uint8), None, None)).objects
    # The third box lies outside the picture.
    assert [(d.label, d.score, d.weak) for d in found] == [
        ("buffer", pytest.approx(0.9), False),
        ("skid", pytest.approx(0.2), True),
    ]
    assert [int(d.mask.sum()) for d in found] == [4, 6]
    assert processor.threshold == 0.15 and processor.sizes == [(5, 8)]


def test_a_folder_without_a_detector_is_refused(tmp_path, folder):
    with pytest.raises(DetectorError, match=r"config.json is missing.*detector.weights"):
        TransformersDetector.load(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    with pytest.raises(DetectorError, match="cannot load the detector of"):
        TransformersDetector.load(tmp_path)
    if not torch.cuda.is_available():
        with pytest.raises(DetectorError, match=r"cannot load .*: device 'cuda' is asked for"):
            TransformersDetector.load(folder, device="cuda")
