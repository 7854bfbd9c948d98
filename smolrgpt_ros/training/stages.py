"""The stages of the mini: tower and language apart, then the published three-stage curriculum.

tower             dense labels, no decoder (``tower``)
language          decoder and geometry encoder, on geometry tokens alone: cheap steps, no picture
rgb_alignment     stage 1: the RGB connector, on captions; decoder and tower frozen
region_alignment  stage 2: connectors and refiners, on region descriptions; decoder and tower frozen
sft               stage 3: all but the tower, on questions
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from ..model.modeling import SmolRGPTForConditionalGeneration
from ..model.processing import SmolRGPTProcessor
from . import sampling
from .batches import FrameTokens, answer_loss
from .build import load_part, save_part
from .frames import CachedFrames
from .loop import Schedule, fit
from .recipe import Recipe
from .sampling import Sampler
from .tower import pretrain_tower

STAGES = ("tower", "language", "rgb_alignment", "region_alignment", "sft")

_TRAINED = {
    "tower": ("vision_tower",),
    "language": ("language_model", "geometry_encoder"),
    "rgb_alignment": ("rgb_connector",),
    "region_alignment": ("rgb_connector", "depth_connector", "rgb_refiner", "depth_refiner"),
    "sft": (
        "rgb_connector",
        "depth_connector",
        "rgb_refiner",
        "depth_refiner",
        "geometry_encoder",
        "language_model",
    ),
}


@dataclass(frozen=True, eq=False)
class TrainingRun:
    """Everything the stages share.

    Args:
        recipe: sizes and schedules.
        frames: the training frames.
        folder: of the run; each stage leaves its modules in ``parts/<module>.safetensors``.
    """

    recipe: Recipe
    frames: CachedFrames
    model: SmolRGPTForConditionalGeneration
    processor: SmolRGPTProcessor
    folder: Path

    def part(self, name: str) -> Path:
        return self.folder / "parts" / f"{name}.safetensors"


def run_stage(run: TrainingRun, name: str, deadline: float | None = None) -> None:
    """Train one stage, from what the stages before it left, and leave its modules for the next.

    Args:
        name: one of ``STAGES``.
        deadline: ``time.time()`` after which the stage saves its state and stops; its modules are
            then left as they are.

    Raises:
        ValueError: on an unknown stage.
        FileNotFoundError: if a stage it builds on has not run.
    """
    if name not in STAGES:
        raise ValueError(f"stage must be one of {STAGES}, found {name!r}")
    plan = run.recipe.stages[name]
    schedule = Schedule(steps=plan.steps, learning_rate=plan.learning_rate)
    _load_earlier(run, name)
    trained = {part: getattr(run.model, part) for part in _TRAINED[name]}
    run.model.requires_grad_(False)
    for module in trained.values():
        module.requires_grad_(True)
    if name == "tower":
        pretrain_tower(
            run.model,
            run.frames,
            schedule,
            run.folder,
            batch=plan.frames,
            seed=run.recipe.seed,
            deadline=deadline,
        )
    else:
        _run_decoder_stage(run, name, trained, schedule, deadline)
    for part, module in trained.items():
        save_part(module, run.part(part))


def _load_earlier(run: TrainingRun, name: str) -> None:
    """The modules that earlier stages trained; the first that trains a module starts it fresh."""
    needed: dict[str, str] = {}
    for stage in STAGES[: STAGES.index(name)]:
        if name == "language" and stage == "tower":
            continue  # language needs no picture: the two may run side by side
        needed |= dict.fromkeys(_TRAINED[stage], stage)
    for part in needed:
        load_part(getattr(run.model, part), run.part(part))


def _run_decoder_stage(
    run: TrainingRun,
    name: str,
    trained: dict[str, nn.Module],
    schedule: Schedule,
    deadline: float | None,
) -> None:
    plan = run.recipe.stages[name]
    sampler = _sampler(run, name, plan.questions)
    patches = None if name == "language" else _tower_output(run)
    head = "<|im_start|>user\n" if patches is None else run.processor.prefix
    prefix = run.processor.encode(head)

    def backward(step: int) -> dict[str, float]:
        rng = np.random.default_rng((run.recipe.seed, STAGES.index(name), step))
        index = rng.choice(len(run.frames), size=plan.frames, replace=False)
        examples = [e for slot, f in enumerate(index) for e in sampler(slot, int(f), rng)]
        tokens = None if patches is None else [_frame_tokens(run, patches, int(f)) for f in index]
        return answer_loss(run.model, prefix, examples, tokens)

    fit(name, trained, backward, schedule, run.folder, deadline=deadline)


def _sampler(run: TrainingRun, name: str, count: int) -> Sampler:
    frames, processor = run.frames, run.processor
    if name == "language":
        return sampling.mixed(
            [
                (
                    0.85,
                    sampling.answers(
                        frames, processor, count, without_geometry=0.0, without_depth=0.05
                    ),
                ),
                (0.15, sampling.descriptions(frames, processor, 1, with_geometry=True)),
            ]
        )
    if name == "rgb_alignment":
        return sampling.captions(frames, processor)
    if name == "region_alignment":
        return sampling.descriptions(frames, processor, count, with_geometry=False)
    return sampling.mixed(
        [
            (
                0.9,
                sampling.answers(
                    frames, processor, count, without_geometry=0.25, without_depth=0.08
                ),
            ),
            (0.1, sampling.descriptions(frames, processor, count // 2, with_geometry=False)),
        ]
    )


def _tower_output(run: TrainingRun) -> np.ndarray:
    """The frozen tower's tokens of every frame, RGB then depth: ``(F, 2, P, C)`` float16."""
    path = run.folder / "patches.npy"
    if not path.exists():
        config = run.model.config
        shape = (
            len(run.frames),
            2,
            config.patch_grid**2,
            config.vision_config.hidden_size,
        )
        partial = path.with_suffix(".partial.npy")
        array = np.lib.format.open_memmap(partial, mode="w+", dtype=np.float16, shape=shape)
        with torch.inference_mode():
            for start in tqdm(range(0, len(run.frames), 16), desc="tower output"):
                index = np.arange(start, min(start + 16, len(run.frames)))
                for modality, pixels in (
                    (0, run.frames.pixel_values(index)),
                    (1, run.frames.depth_values(index)),
                ):
                    array[index, modality] = run.model.encode_images(pixels).half().numpy()
        array.flush()
        partial.rename(path)
    return np.load(path, mmap_mode="r")


def _frame_tokens(run: TrainingRun, patches: np.ndarray, frame: int) -> FrameTokens:
    rows = run.frames.regions(frame)
    masks = torch.from_numpy(run.frames.masks[rows].astype(np.float32) / 255)
    both = torch.from_numpy(patches[frame].astype(np.float32))
    found = run.model.picture_tokens(both[:1], both[1:], [masks])[0]
    assert found.rgb is not None and found.depth is not None
    return FrameTokens(found.image, found.rgb, found.depth)


def minutes_from_now(minutes: float | None) -> float | None:
    """A deadline for :func:`run_stage`."""
    return None if minutes is None else time.time() + 60 * minutes
