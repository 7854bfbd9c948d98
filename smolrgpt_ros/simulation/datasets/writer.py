"""The published dataset layout, written from the simulator, with metric depth and cameras beside.

As published: ``train.json`` (the benchmark's four kinds) and ``train.parquet`` (the same as the
training sets have it); ``images/%06d.png``; ``depths/%06d_depth.png``, the benchmark's picture of
depth. Ours: ``relations.json`` and ``.parquet`` (relations and sizes, the same layout),
``metric/%06d.png`` (the camera's depth, 16UC1, millimetres, 0 = invalid), ``clean/%06d.png`` (depth
without the sensor model), ``cameras/%06d.json``, ``truth/%06d.json``. A frame is finished when its
truth file exists, so an interrupted run goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.frame import CameraIntrinsics, RgbdFrame

from ..questions.questions import KINDS, Question, generate_questions
from ..questions.relation_questions import generate_relations
from ..questions.relation_truth import RELATION_KINDS
from ..sensing.sensor import SensorModel
from ..sensing.truth import FrameTruth
from ..warehouse import OPTICAL_FRAME, SimulatedFrame, regions_of, simulate_frame
from ..world.scenes import FAMILIES
from .published_layout import Entry, metres, write_json, write_parquet

Progress = Callable[[int, int], None]
FOLDERS = ("images", "depths", "metric", "clean", "cameras", "truth", "questions")
QUESTION_FILES = ("train", "relations")


@dataclass(frozen=True)
class _Job:
    out: str
    index: int
    seed: int
    family: str
    width: int
    height: int
    sensor: SensorModel | None
    extension: str
    per_kind: int
    phrasing: str
    relations: int
    rich: bool


def write_dataset(
    out: str | Path,
    seeds: Sequence[int],
    family_mix: str = "ceiling",
    width: int = 640,
    height: int = 360,
    sensor: SensorModel | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    *,
    extension: str = "png",
    per_kind: int = 4,
    phrasing: str = "train",
    relations: int = 1,
    rich: bool = False,
) -> int:
    """Writes one frame per seed; returns how many questions it asked.

    Args:
        seeds: frame ``i`` of the dataset is the scene of ``seeds[i]``.
        family_mix: ``"ceiling"``, ``"robot"``, or ``"mix"``: half of each, by the seed's parity.
        workers: processes. The files are the same for any number of them.
        progress: called with (frames done, frames in all).
        extension: of the colour pictures, ``"png"`` or ``"jpg"``.
        per_kind: questions of each of the benchmark's four kinds a frame, at most.
        phrasing: ``"train"`` or ``"heldout"``.
        relations: questions of each kind of relation and size a frame, at most.
        rich: scenes with more in them, see ``simulate_frame``.

    Raises:
        ValueError: for an unknown family mix or extension, or where ``out`` holds another run.
        RuntimeError: if this host cannot render.
    """
    if family_mix not in (*FAMILIES, "mix"):
        raise ValueError(f"family must be one of {(*FAMILIES, 'mix')}, found {family_mix!r}")
    if extension not in ("png", "jpg"):
        raise ValueError(f"extension must be png or jpg, found {extension!r}")
    root = Path(out)
    for folder in FOLDERS:
        (root / folder).mkdir(parents=True, exist_ok=True)
    settings = (family_mix, width, height, sensor, extension, per_kind, phrasing, relations, rich)
    _claim(root, seeds, *settings)
    jobs = [
        _Job(
            str(root), i, seed, family_of(seed, family_mix), width, height, sensor, extension,
            per_kind, phrasing, relations, rich,
        )
        for i, seed in enumerate(seeds)
    ]  # fmt: skip
    todo = [job for job in jobs if not _finished(root, job)]
    done = len(jobs) - len(todo)
    if progress:
        progress(done, len(jobs))
    for _ in _run(todo, workers):
        done += 1
        if progress:
            progress(done, len(jobs))
    entries: dict[str, list[Entry]] = {name: [] for name in QUESTION_FILES}
    for job in jobs:
        asked = json.loads((root / f"questions/{job.index:06d}.json").read_text())
        for name, items in asked.items():
            entries[name].extend(Entry.from_json(item) for item in items)
    for name, kept in entries.items():
        write_json(root / f"{name}.json", kept)
        write_parquet(root / f"{name}.parquet", kept, root.resolve().name)
    return sum(len(kept) for kept in entries.values())


def family_of(seed: int, family_mix: str) -> str:
    """The camera family of a seed under a mix."""
    return family_mix if family_mix != "mix" else FAMILIES[seed % 2]


def entries_of(truth: FrameTruth, questions: Iterable[Question], image: str) -> list[Entry]:
    """Questions as entries of the published layouts."""
    entries = []
    for question in questions:
        identity = f"{truth.family}/{truth.seed}/{question.text}/{question.object_ids}"
        # As in the benchmark about half of the questions carry the image tag; by hash, not chance.
        digest = hashlib.md5(identity.encode(), usedforsecurity=False).hexdigest()
        normalized = question.normalized
        entries.append(
            Entry(
                digest,
                image,
                question.text,
                question.answer,
                tuple(truth.objects[i].rle or {} for i in question.object_ids),
                question.category,
                str(normalized) if question.category == "mcq" else normalized,
                tagged=int(digest[0], 16) < 8,
            )
        )
    return entries


def depth_picture(depth: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Planar z as the benchmark shows it: 8 bit, linear, near dark, stretched per image.

    The smallest valid depth becomes 0 and the largest 255. Invalid pixels are written as 255, like
    the farthest. Metres cannot be read back.
    """
    valid = np.isfinite(depth)
    picture = np.full(depth.shape, 255, np.uint8)
    if valid.any():
        low, high = float(depth[valid].min()), float(depth[valid].max())
        scale = 255.0 / (high - low) if high > low else 0.0
        picture[valid] = np.round((depth[valid] - low) * scale).astype(np.uint8)
    return picture


def millimetres(depth: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Metres with NaN as 16UC1 (REP-118): whole millimetres, 0 where nothing was measured."""
    return np.round(np.nan_to_num(depth * 1000, nan=0.0).clip(0, 65535)).astype(np.uint16)


def read_frame(root: str | Path, index: int, clean: bool = False) -> SimulatedFrame:
    """Frame ``index`` of a written dataset, as its camera saw it, with its truth.

    Args:
        clean: with the depth that an ideal camera would have measured.

    Raises:
        FileNotFoundError: if the frame is not there.
    """
    base, stem = Path(root), f"{index:06d}"
    truth_file = base / f"truth/{stem}.json"
    if not truth_file.is_file():
        raise FileNotFoundError(f"{truth_file} is missing: no finished frame {index} in {base}")
    truth = FrameTruth.from_json(json.loads(truth_file.read_text()))
    images = [base / f"images/{stem}.{e}" for e in ("png", "jpg")]
    found = next((p for p in images if p.is_file()), images[0])
    picture = cv2.imread(str(found), cv2.IMREAD_COLOR)
    # Without a sensor model the camera's own depth is the clean one.
    depths = [base / f"{folder}/{stem}.png" for folder in ("clean", "metric")[not clean :]]
    depth_file = next((p for p in depths if p.is_file()), depths[-1])
    metric = cv2.imread(str(depth_file), cv2.IMREAD_UNCHANGED)
    if picture is None or metric is None:
        raise FileNotFoundError(f"{found} or {depth_file} is missing or damaged")
    camera = json.loads((base / f"cameras/{stem}.json").read_text())
    intrinsics = CameraIntrinsics(**camera["intrinsics"])
    rgb = np.ascontiguousarray(picture[..., ::-1]).astype(np.uint8, copy=False)
    frame = RgbdFrame(rgb, metres(metric), intrinsics, int(camera["stamp_ns"]), OPTICAL_FRAME)
    return SimulatedFrame(frame, regions_of(truth), truth)


def _run(jobs: list[_Job], workers: int) -> Iterable[int]:
    if workers <= 1 or len(jobs) < 2:
        return map(_write_frame, jobs)
    # A forked OpenGL context is unusable; every process makes its own.
    context = multiprocessing.get_context("spawn")

    def spread() -> Iterable[int]:
        with context.Pool(workers) as pool:
            yield from pool.imap_unordered(_write_frame, jobs, chunksize=4)

    return spread()


def _write_frame(job: _Job) -> int:
    cv2.setNumThreads(1)
    shot = simulate_frame(job.seed, job.family, job.width, job.height, job.sensor, rich=job.rich)
    root, stem, truth, frame = Path(job.out), f"{job.index:06d}", shot.truth, shot.frame
    assert frame.depth is not None
    image = f"{stem}.{job.extension}"
    fast, grain = _png_options(noisy=False), _png_options(noisy=job.sensor is not None)
    quality = [cv2.IMWRITE_JPEG_QUALITY, 92] if job.extension == "jpg" else fast
    _write_picture(root / "images" / image, frame.rgb[..., ::-1], quality)
    _write_picture(root / f"depths/{stem}_depth.png", depth_picture(frame.depth), grain)
    _write_picture(root / f"metric/{stem}.png", millimetres(frame.depth), grain)
    if job.sensor is not None and shot.ideal is not None:
        _write_picture(root / f"clean/{stem}.png", millimetres(shot.ideal.depth), fast)
    camera = {
        "intrinsics": asdict(truth.intrinsics),
        "position": truth.camera_position,
        "world_to_optical": truth.world_to_optical,
        "stamp_ns": frame.stamp_ns,
        "family": truth.family,
    }
    _write_text(root / f"cameras/{stem}.json", json.dumps(camera))
    # A stream for each file: more questions of one do not change those of the other.
    streams = [
        np.random.default_rng([job.seed, FAMILIES.index(job.family), n]) for n in (4242, 4243)
    ]
    asked = {
        "train": generate_questions(truth, streams[0], KINDS, job.per_kind, job.phrasing),
        "relations": generate_relations(
            truth, streams[1], RELATION_KINDS, job.relations, job.phrasing
        ),
    }
    entries = {
        name: [entry.to_json() for entry in entries_of(truth, questions, image)]
        for name, questions in asked.items()
    }
    _write_text(root / f"questions/{stem}.json", json.dumps(entries))
    _write_text(root / f"truth/{stem}.json", json.dumps(truth.to_json()))
    return job.index


def _png_options(noisy: bool) -> list[int]:
    options = [cv2.IMWRITE_PNG_COMPRESSION, 1]
    # Trying every filter on every row costs more than it saves; older OpenCV cannot be told.
    if hasattr(cv2, "IMWRITE_PNG_FILTER"):
        options += [cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_SUB]
    if noisy:
        # Noise repeats nothing: looking for repetitions costs time and saves no space.
        options += [cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_HUFFMAN_ONLY]
    return options


def _finished(root: Path, job: _Job) -> bool:
    return (root / f"truth/{job.index:06d}.json").is_file()


def _claim(root: Path, seeds: Sequence[int], *settings: object) -> None:
    """Refuses to mix two different runs in one folder; more frames of the same run are welcome."""
    text = json.dumps([asdict(s) if isinstance(s, SensorModel) else s for s in settings])
    note, wanted = root / "simulated.json", list(seeds)
    if note.is_file():
        known = json.loads(note.read_text())
        before = known["seeds"]
        shared = min(len(before), len(wanted))
        if known["settings"] != text or before[:shared] != wanted[:shared]:
            raise ValueError(
                f"{root} holds a dataset made with other settings ({known['settings']}, seeds from "
                f"{before[:1]}); these are {text}, seeds from {wanted[:1]}: choose another folder"
            )
        wanted = max(before, wanted, key=len)
    _write_text(note, json.dumps({"settings": text, "seeds": wanted}))


def _write_text(path: Path, text: str) -> None:
    # Written aside and renamed: a killed run leaves no half file that looks finished.
    aside = path.with_name(f"{path.name}.{os.getpid()}.part")
    aside.write_text(text)
    aside.replace(path)


def _write_picture(path: Path, picture: NDArray[Any], options: list[int]) -> None:
    if not cv2.imwrite(str(path), picture, options):
        raise OSError(f"could not write {path}")
