# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Fetching other weights in one command, from a small Hub on this machine, and how it breaks."""

import argparse
import functools
import io
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from small_hub import SmallHub, running
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from smolrgpt_ros.checkpoints import DETECTOR
from smolrgpt_ros.checkpoints.checksums import ChecksumError
from smolrgpt_ros.model.architecture.config import SmolRGPTConfig
from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration
from smolrgpt_ros.model.checkpoints.download import DownloadError, download
from smolrgpt_ros.model.checkpoints.published import PublishedCheckpointError, save_published
from smolrgpt_ros.tools.fetch import detector as detector_source
from smolrgpt_ros.tools.fetch.cli import add_parser

TAR = "datasets/Abdrah/SmolRGPT-ICCV2025-Weights/weights.tar"
TOKENIZER = "HuggingFaceTB/SmolLM2-360M-Instruct/tokenizer.json"
YOLO = "v8.4.0/yolo11n-seg.pt"


def tiny_config() -> SmolRGPTConfig:
    """A model of a tiny vocabulary, of which the last three tokens are the placeholders."""
    return SmolRGPTConfig(
        vision_config={
            "hidden_size": 24,
            "intermediate_size": 48,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "image_size": 64,
        },
        text_config={
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 1,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "head_dim": 8,
            "vocab_size": 103,
            "initializer_range": 0.3,
        },
        image_token_id=100,
        mask_rgb_token_id=101,
        mask_depth_token_id=102,
    )


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Files of the Hub: a tiny checkpoint in the published layout, and its tokenizer."""
    folder = tmp_path_factory.mktemp("published")
    torch.manual_seed(1)
    save_published(SmolRGPTForConditionalGeneration(tiny_config()), folder / "sft")
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.add(folder / "sft", "weights/sft")
    words = ["<unk>", "<|im_start|>", "<|im_end|>", "\n", *map(chr, range(32, 127)), "<extra>"]
    backend = Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend,
        unk_token="<unk>",
        bos_token="<|im_start|>",
        eos_token="<|im_end|>",
        pad_token="<|im_end|>",
    )
    tokenizer.save_pretrained(folder / "tokenizer")
    files = {TAR: archive.getvalue()}
    for name in ("tokenizer.json", "tokenizer_config.json"):
        repository = TOKENIZER.rpartition("/")[0]
        files[f"{repository}/{name}"] = (folder / "tokenizer" / name).read_bytes()
    return files


@pytest.fixture
def hub(published: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallHub]:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("time.sleep", lambda seconds: None)  # between retries
    with running(SmallHub(published | {YOLO: DETECTOR.read_bytes()})) as server:
        here = functools.partial(download, endpoint=server.url)
        monkeypatch.setattr("smolrgpt_ros.model.checkpoints.download.download", here)
        fetch = functools.partial(detector_source.fetch_detector, releases=server.url)
        monkeypatch.setattr(detector_source, "fetch_detector", fetch)
        yield server


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """``smolrgpt fetch`` into a folder; returns what it printed, progress included."""
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())

    def command(*words: str) -> str:
        arguments = parser.parse_args(["fetch", *words, "--out", str(tmp_path)])
        assert arguments.run(arguments) == 0
        return "".join(capsys.readouterr())

    return command


def test_the_published_model_in_one_command(
    hub: SmallHub, run: Callable[..., str], tmp_path: Path
) -> None:
    said = run("published")
    assert "asked:    Please check: the pallet <mask> is at the left side" in said
    assert "answered: " in said and "true:     The pallet [Region 0] is to the left" in said
    assert f"model:={tmp_path / 'published'}" in said and "model.sha256: " in said
    for file in ("weights.tar", "tokenizer/tokenizer.json", "tokenizer/tokenizer_config.json"):
        assert (tmp_path / f"{file}.lock").is_file()
    hub.requests.clear()
    again = run("published")
    assert "delete it to convert again" in again and "trusted" not in again
    assert not [request for request in hub.requests if request.startswith("GET")]


def test_a_connection_that_breaks_is_taken_up_where_it_was(
    hub: SmallHub, run: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is kept is a multiple of it: 10 MB of the true file.
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 1000)
    hub.sends = 150_000
    assert "model:=" in run("published")
    assert any(request.endswith("weights.tar from 150000") for request in hub.requests)


def test_a_transfer_that_is_cut_off_for_good_leaves_no_model(
    hub: SmallHub, run: Callable[..., str], tmp_path: Path
) -> None:
    hub.sends = 0
    with pytest.raises(DownloadError, match=r"weights.tar at .* transfer failed .*again"):
        run("published")
    assert not (tmp_path / "published").exists()


def test_a_tokenizer_that_is_not_there_is_named(
    hub: SmallHub, run: Callable[..., str], tmp_path: Path
) -> None:
    del hub.files[TOKENIZER]
    with pytest.raises(DownloadError, match=r"SmolLM2-360M-Instruct/tokenizer.json .*not found"):
        run("published")
    assert not (tmp_path / "published").exists()


def test_weights_in_another_layout_leave_no_model(
    hub: SmallHub, run: Callable[..., str], tmp_path: Path
) -> None:
    hub.files[TAR] = b"no tar"
    with pytest.raises(PublishedCheckpointError, match="neither a folder nor a tar"):
        run("published")
    assert not (tmp_path / "published").exists()


def test_weights_that_the_owner_replaced_are_refused(
    hub: SmallHub, run: Callable[..., str], tmp_path: Path
) -> None:
    run("published")
    (tmp_path / "weights.tar").unlink()
    hub.files[TAR] += b"\0" * 512
    with pytest.raises(ChecksumError, match=r"weights.tar is .*, expected "):
        run("published")


def test_a_detector_in_one_command(hub: SmallHub, run: Callable[..., str], tmp_path: Path) -> None:
    said = run("detector", "yolo11n-seg")
    assert "trusted as it came" in said and "it knows 6 classes (" in said
    assert f"detector.weights: {tmp_path / 'yolo11n-seg.pt'}" in said
    assert "detector.sha256: " in said and "AGPL-3.0" in said
    hub.requests.clear()
    assert "trusted" not in run("detector", "yolo11n-seg.pt")
    assert not hub.requests


def test_a_detector_that_is_not_the_locked_one_is_deleted(
    hub: SmallHub, run: Callable[..., str], tmp_path: Path
) -> None:
    run("detector", "yolo11n-seg")
    (tmp_path / "yolo11n-seg.pt").write_bytes(b"another")
    with pytest.raises(ChecksumError, match=r"yolo11n-seg.pt is .*, expected .*\.lock"):
        run("detector", "yolo11n-seg")
    assert not (tmp_path / "yolo11n-seg.pt").exists()


def test_a_detector_that_is_not_released_or_not_there(
    hub: SmallHub, run: Callable[..., str], tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=r"'yolo11n-sge'; near it: yolo11n-seg"):
        run("detector", "yolo11n-sge")
    with pytest.raises(DownloadError, match=r"yolo26n-seg.pt of http.*transfer failed"):
        run("detector", "yolo26n-seg")
    assert not list(tmp_path.iterdir())
