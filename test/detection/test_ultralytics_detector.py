# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The YOLO adapter: labels, masks, versions and errors, with random weights and no download."""

import importlib.metadata
import importlib.util
import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from empty_floor import CAMERA, floor_depth

from smolrgpt_ros.checkpoints import DETECTOR
from smolrgpt_ros.checkpoints.checksums import sha256_of
from smolrgpt_ros.detection.detector import (
    Detection,
    Detections,
    DetectorError,
    RegionDetector,
    masks_of_boxes,
)
from smolrgpt_ros.detection.detector_settings import DetectorSettings, labels_from
from smolrgpt_ros.detection.feature_statistics import FeatureStatistics, statistics_file
from smolrgpt_ros.detection.ultralytics_detector import (
    UltralyticsDetector,
    import_ultralytics,
)
from smolrgpt_ros.scene.frame import RgbdFrame


class FakeYolo:
    """Answers like ``YOLO.predict`` and remembers what it was asked."""

    def __init__(self, masks, classes, scores):
        self.names = {0: "Pallet", 1: "buffer_region"}
        self.result = SimpleNamespace(
            masks=None if masks is None else SimpleNamespace(data=torch.tensor(masks).float()),
            boxes=SimpleNamespace(
                cls=torch.tensor(classes).float(), conf=torch.tensor(scores).float()
            ),
        )

    def predict(self, source, **options):
        self.source, self.options = source, options
        return [self.result]


def picture(rgb):
    """A frame without depth."""
    return RgbdFrame(rgb, None, None)


def fake_detector(masks, classes, scores, **settings):
    return UltralyticsDetector(
        FakeYolo(masks, classes, scores),
        name="fake",
        device="cpu",
        settings=DetectorSettings(**settings),
    )


def test_detections_come_best_first_with_mapped_labels():
    masks = np.zeros((2, 6, 9), bool)
    masks[0, 1:3, 1:4] = True
    masks[1, 2:5, 5:9] = True
    detector = fake_detector(masks, [0, 1], [0.5, 0.75])
    found = detector.detect(picture(np.zeros((6, 9, 3), np.uint8))).objects
    assert [(d.label, d.score) for d in found] == [("buffer", 0.75), ("pallet", 0.5)]
    np.testing.assert_array_equal(found[1].mask, masks[0])
    assert isinstance(detector, RegionDetector)
    assert detector.labels == ("pallet", "buffer")


def test_a_mask_that_is_kept_keeps_no_others_in_memory():
    """A history of frames holds some masks of a picture, not the stack of all of them."""
    masks = np.zeros((3, 6, 9), bool)
    masks[0, 1:3, 1:4] = masks[1, 2:5, 5:9] = masks[2, 4:6, 0:3] = True
    detector = fake_detector(masks, [0, 1, 0], [0.5, 0.75, 0.2], candidate_confidence=0.1)
    found = detector.detect(picture(np.zeros((6, 9, 3), np.uint8))).objects
    assert len(found) == 3
    assert [d.mask.base for d in found] == [None] * 3
    boxes = masks_of_boxes(np.array([[0, 0, 2, 2], [1, 1, 4, 3]], float), (5, 6))
    assert [mask.base for mask in boxes] == [None] * 2


def test_picture_is_passed_as_bgr_with_the_settings():
    settings = {"confidence": 0.4, "candidate_confidence": 0.2, "iou": 0.5, "image_size": 320}
    detector = fake_detector(None, [], [], **settings)
    rgb = np.zeros((4, 5, 3), np.uint8)
    rgb[..., 0] = 200
    assert detector.detect(picture(rgb)) == Detections()
    assert detector._model.source[0, 0].tolist() == [0, 0, 200]
    options = detector._model.options
    assert (options["conf"], options["iou"], options["imgsz"]) == (0.2, 0.5, 320)
    assert options["retina_masks"] is True and options["device"] == "cpu"
    detector.settings = DetectorSettings(0.9, candidate_confidence=1.0, image_size=0)
    detector.detect(picture(rgb))
    assert detector._model.options["conf"] == 0.9
    assert "imgsz" not in detector._model.options, "0: as the weights were trained"


def test_a_network_with_four_inputs_gets_heights_above_the_floor():
    """Of a floor 4 m below the camera and a box on it, 0.15 m high: levels of a centimetre."""
    fake = FakeYolo(None, [], [])
    detector = UltralyticsDetector(fake, name="fake", device="cpu", heights=True)
    depth, box = floor_depth(4.0, 60.0), floor_depth(3.85, 60.0)
    depth[50:60, 40:60] = box[50:60, 40:60]
    rgb = np.zeros((*depth.shape, 3), np.uint8)
    rgb[..., 0] = 200
    detector.detect(RgbdFrame(rgb, depth, CAMERA))
    assert fake.source.shape == (*depth.shape, 4)
    assert fake.source[100, 5].tolist() == [0, 0, 200, 11]
    assert fake.source[55, 50].tolist() == [0, 0, 200, 26]
    detector.detect(picture(rgb))
    assert fake.source[55, 50].tolist() == [0, 0, 200, 0], "no depth: nothing is known"


def test_detections_below_the_confidence_are_weak():
    masks = np.zeros((3, 6, 9), bool)
    for index in range(3):
        masks[index, 1:3, 3 * index : 3 * index + 2] = True
    detector = fake_detector(masks, [0, 0, 1], [0.39, 0.4, 0.12], confidence=0.4)
    found = detector.detect(picture(np.zeros((6, 9, 3), np.uint8))).objects
    assert [(d.label, d.score, d.weak) for d in found] == [
        ("pallet", pytest.approx(0.4), False),
        ("pallet", pytest.approx(0.39), True),
        ("buffer", pytest.approx(0.12), True),
    ]


def test_masks_of_another_size_are_an_error_not_a_guess():
    detector = fake_detector(np.ones((1, 3, 3), bool), [0], [0.9])
    with pytest.raises(DetectorError, match=r"\(3, 3\).*\(4, 5\)"):
        detector.detect(picture(np.zeros((4, 5, 3), np.uint8)))


def test_a_buffer_has_no_holes_and_no_corner_of_the_next_one():
    mask = np.zeros((6, 9), bool)
    mask[1:5, 1:7] = True
    mask[2:4, 3:5] = False  # a pallet stands in it
    holed = mask.copy()
    mask[5, 8] = True
    expected = np.zeros((6, 9), bool)
    expected[1:5, 1:7] = True
    blank = picture(np.zeros((6, 9, 3), np.uint8))
    (found,) = fake_detector(mask[None], [1], [0.9]).detect(blank).objects
    np.testing.assert_array_equal(found.mask, expected)
    (pallet,) = fake_detector(mask[None], [0], [0.9]).detect(blank).objects
    np.testing.assert_array_equal(pallet.mask, holed)


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        ({0: "Pallet", 2: " Buffer  Region "}, {0: "pallet", 2: "buffer"}),
        (["rack", "transporter"], {0: "shelf", 1: "transporter"}),
    ],
)
def test_class_names_become_labels(names, labels):
    assert labels_from(names) == labels


def test_untried_versions_are_refused_with_the_command(monkeypatch):
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "8.3.200")
    with pytest.raises(DetectorError, match=r"8\.3\.200.*pip install 'ultralytics>=8\.4\.50"):
        import_ultralytics()


@pytest.mark.parametrize(
    "bad",
    [{"confidence": 0.0}, {"iou": 1.2}, {"image_size": 100}, {"max_detections": 0}],
)
def test_settings_outside_their_range_are_refused(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        DetectorSettings(**bad)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (("", 0.5, np.zeros((2, 2), bool)), "label"),
        (("pallet", 1.5, np.zeros((2, 2), bool)), "score"),
        (("pallet", 0.5, np.zeros((2, 2), np.uint8)), "bool"),
    ],
)
def test_detections_check_themselves(arguments, match):
    with pytest.raises(ValueError, match=match):
        Detection(*arguments)


def test_missing_weights_name_the_file_and_the_parameter(tmp_path):
    with pytest.raises(DetectorError, match=r"nothing\.pt.*detector\.weights"):
        UltralyticsDetector.load(tmp_path / "nothing.pt")


def test_damaged_weights_are_one_clear_error(tmp_path):
    pytest.importorskip("ultralytics")
    path = tmp_path / "broken.pt"
    path.write_bytes(b"not weights")
    with pytest.raises(DetectorError, match=r"broken\.pt"):
        UltralyticsDetector.load(path)


class Evil:
    """Leaves a file where it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.mark.parametrize("switch", [True, False])
def test_weights_that_carry_code_are_refused_and_run_nothing(tmp_path, switch):
    pytest.importorskip("ultralytics")
    from ultralytics.nn import tasks

    tasks.SAFE_LOAD = switch  # as left by an import before this package's
    trace = tmp_path / "trace"
    weights = tmp_path / "evil-seg.pt"
    torch.save({"model": Evil(trace)}, weights)
    with pytest.raises(DetectorError, match=r"evil-seg\.pt"):
        UltralyticsDetector.load(weights, device="cpu")
    assert not trace.exists()


def test_the_weights_that_ship_are_loaded_safely():
    pytest.importorskip("ultralytics")
    assert "pallet" in UltralyticsDetector.load(DETECTOR, device="cpu").labels


def test_real_yolo_gives_full_size_masks_offline(tmp_path):
    pytest.importorskip("ultralytics")
    yolo = import_ultralytics()
    assert os.environ["YOLO_OFFLINE"] == "True"
    torch.manual_seed(0)
    model = yolo("yolo11n-seg.yaml", verbose=False)
    path = tmp_path / "tiny-seg.pt"
    model.save(path)
    threads = torch.get_num_threads()
    detector = UltralyticsDetector.load(
        path, device="cpu", settings=DetectorSettings(confidence=1e-6, image_size=64)
    )
    assert torch.get_num_threads() == threads
    assert (detector.name, detector.device) == ("tiny-seg", "cpu")
    rgb = np.random.default_rng(0).integers(0, 255, (48, 80, 3), np.uint8)
    found = detector.detect(picture(rgb)).objects
    assert found, "random weights at confidence 1e-6 propose something"
    assert all(d.mask.shape == (48, 80) and d.mask.any() for d in found)


def test_novelty_compares_a_picture_with_the_statistics_of_its_weights(tmp_path):
    pytest.importorskip("ultralytics")
    torch.manual_seed(0)
    path = tmp_path / "tiny-seg.pt"
    import_ultralytics()("yolo11n-seg.yaml", verbose=False).save(path)
    settings = DetectorSettings(image_size=64)
    rng = np.random.default_rng(0)
    noise, blank = rng.integers(0, 255, (8, 64, 64, 3), np.uint8), np.zeros((64, 64, 3), np.uint8)
    without = UltralyticsDetector.load(path, device="cpu", settings=settings)
    assert without.detect(picture(noise[0])).novelty is None
    features = np.array([without.features(rgb) for rgb in noise])
    # Of the picture and of 3 x 4 parts; channels of the neck's three maps.
    assert features.shape == (8, 1 + 12, 64 + 128 + 256)
    assert not np.allclose(features[0], without.features(blank))
    made = FeatureStatistics.of(features[:5], features[5:], sha256_of(path))
    made.save(statistics_file(path))
    detector = UltralyticsDetector.load(path, device="cpu", settings=settings)
    assert detector.detect(picture(noise[6])).novelty == pytest.approx(
        made.novelty(features[6]), rel=1e-3
    )
    unlike = detector.detect(picture(blank)).novelty
    assert unlike is not None and unlike > 1.5


def test_a_model_of_boxes_gives_boxes(tmp_path):
    pytest.importorskip("ultralytics")
    path = tmp_path / "boxes.pt"
    torch.manual_seed(0)
    import_ultralytics()("yolo11n.yaml", verbose=False).save(path)
    settings = DetectorSettings(confidence=1e-6, candidate_confidence=1.0, image_size=64)
    found = (
        UltralyticsDetector.load(path, device="cpu", settings=settings)
        .detect(picture(np.random.default_rng(0).integers(0, 255, (48, 80, 3), np.uint8)))
        .objects
    )
    assert found and all(d.box_only and d.mask.shape == (48, 80) for d in found)
    for detection in found:
        rows, columns = np.nonzero(detection.mask)
        assert detection.mask.sum() == (np.ptp(rows) + 1) * (np.ptp(columns) + 1)


def test_a_model_of_neither_masks_nor_boxes_is_refused(tmp_path):
    pytest.importorskip("ultralytics")
    path = tmp_path / "names.pt"
    import_ultralytics()("yolo11n-cls.yaml", verbose=False).save(path)
    with pytest.raises(DetectorError, match=r"'classify', expected one for 'segment' or 'detect'"):
        UltralyticsDetector.load(path)


def save_random_weights(path, task, channels):
    """Of a small network that takes pictures of so many channels."""
    from ultralytics.nn import tasks

    torch.manual_seed(0)
    name, network = {
        "segment": ("yolo11n-seg.yaml", tasks.SegmentationModel),
        "detect": ("yolo11n.yaml", tasks.DetectionModel),
    }[task]
    model = import_ultralytics()(name, verbose=False)
    if channels != 3:
        model.model = network(name, ch=channels, verbose=False)
        model.model.task = task
    model.save(path)


def test_weights_of_another_number_of_channels_are_refused(tmp_path):
    pytest.importorskip("ultralytics")
    path = tmp_path / "six.pt"
    save_random_weights(path, "segment", 6)
    with pytest.raises(DetectorError, match=r"six\.pt takes pictures of 6 channels, expected 3"):
        UltralyticsDetector.load(path, device="cpu")


@pytest.mark.parametrize(("task", "channels"), [("segment", 3), ("detect", 3), ("segment", 4)])
def test_an_exported_model_finds_what_its_weights_find(tmp_path, task, channels):
    pytest.importorskip("ultralytics")
    path = tmp_path / "weights.pt"
    save_random_weights(path, task, channels)
    yolo = import_ultralytics()
    exported = yolo(str(path), verbose=False).export(format="torchscript", imgsz=64, verbose=False)
    settings = DetectorSettings(confidence=1e-6, candidate_confidence=1.0, image_size=64)
    rgb = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    own, other = (
        UltralyticsDetector.load(weights, device="cpu", settings=settings)
        for weights in (path, exported)
    )
    assert other.labels == own.labels
    a, b = own.detect(picture(rgb)).objects, other.detect(picture(rgb)).objects
    assert len(a) == len(b) and len(a) > 0
    assert [d.box_only for d in b] == [task == "detect"] * len(b)
    with pytest.raises(DetectorError, match=r"exported model: expected a \.pt file"):
        other.features(rgb)
    assert [d.score for d in a] == pytest.approx([d.score for d in b], rel=1e-3)


def test_labels_of_ones_own_go_before_the_usual_ones():
    names = {0: "Forklift", 1: "rack", 2: "cone"}
    labels = {"forklift": "transporter", "rack": "cabinet"}
    assert labels_from(names, labels) == {0: "transporter", 1: "cabinet", 2: "cone"}


@pytest.fixture(scope="module")
def open_vocabulary(tmp_path_factory):
    """YOLOE with random weights and one class; prompts for two others."""
    import_ultralytics()
    from ultralytics import YOLOE

    folder = tmp_path_factory.mktemp("yoloe")
    weights, prompts = folder / "yoloe-11n-seg.pt", folder / "prompts.npz"
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(2)
    model = YOLOE("yoloe-11n-seg.yaml")
    model.set_classes(["cone"], torch.randn(1, 1, 512, generator=generator))
    model.save(weights)
    model.set_classes(["wooden pallet", "forklift"], torch.randn(1, 2, 512, generator=generator))
    model.save_prompt_embeddings(prompts)
    return weights, prompts


def test_open_vocabulary_weights_look_for_the_prompts(open_vocabulary):
    weights, prompts = open_vocabulary
    assert UltralyticsDetector.load(weights, device="cpu").labels == ("cone",)
    labels = {"wooden pallet": "pallet", "forklift": "transporter"}
    detector = UltralyticsDetector.load(weights, device="cpu", prompts=prompts, labels=labels)
    assert detector.labels == ("pallet", "transporter")


def test_prompts_must_be_there_and_fit_the_weights(open_vocabulary, tmp_path):
    weights, prompts = open_vocabulary
    with pytest.raises(DetectorError, match=r"not found: .*none.npz; set .*detector.prompts"):
        UltralyticsDetector.load(weights, device="cpu", prompts=tmp_path / "none.npz")
    other = weights.with_name("yoloe-11s-seg.pt")
    other.write_bytes(weights.read_bytes())
    with pytest.raises(DetectorError, match=r"cannot load .*'yoloe-11n' cannot be loaded"):
        UltralyticsDetector.load(other, device="cpu", prompts=prompts)


def test_classes_in_words_are_looked_for_from_then_on(open_vocabulary, monkeypatch):
    generator, asked = torch.Generator().manual_seed(3), []

    def encode(self, texts):
        asked.append(texts)
        return torch.randn(1, len(texts), 512, generator=generator)

    from ultralytics import YOLOE

    monkeypatch.setattr(YOLOE, "get_text_pe", encode)
    settings = DetectorSettings(confidence=1e-6, candidate_confidence=1.0, image_size=64)
    labels = {"wooden pallet": "pallet"}
    detector = UltralyticsDetector.load(
        open_vocabulary[0],
        device="cpu",
        classes=["wooden pallet", "person"],
        labels=labels,
        settings=settings,
    )
    assert detector.labels == ("pallet", "person")
    rgb = np.random.default_rng(0).integers(0, 255, (48, 64, 3), np.uint8)
    first = detector.detect(picture(rgb)).objects
    assert first and {d.label for d in first} <= {"pallet", "person"}
    classes = detector.encoded(("stacked chair",))
    assert detector.labels == ("pallet", "person"), "nothing has changed yet"
    detector.look_for(classes)
    assert detector.labels == ("stacked chair",)
    found = detector.detect(picture(rgb)).objects
    assert found and {d.label for d in found} == {"stacked chair"}
    assert asked == [["wooden pallet", "person"], ["stacked chair"]]
    assert detector.features(rgb).shape[1] == 64 + 128 + 256, "of the network of now"


def test_without_the_text_encoder_the_missing_package_is_named(open_vocabulary):
    detector = UltralyticsDetector.load(open_vocabulary[0], device="cpu")
    if importlib.util.find_spec("clip") is not None:
        pytest.skip("the text encoder's package is installed here")
    with pytest.raises(
        DetectorError, match=r"ultralytics/CLIP.*mobileclip_blt\.ts.*detector\.prompts"
    ):
        detector.encoded(["pallet"])
    assert detector.labels == ("cone",)


def test_ordinary_weights_take_no_classes_in_words():
    with pytest.raises(
        DetectorError, match=r"no others.*leave the parameter detector\.classes empty"
    ):
        UltralyticsDetector.load(DETECTOR, device="cpu", classes=["pallet"])


def test_ordinary_weights_take_no_prompts(open_vocabulary):
    with pytest.raises(DetectorError, match=r"takes no prompts.*yoloe in its name"):
        UltralyticsDetector.load(DETECTOR, device="cpu", prompts=open_vocabulary[1])
