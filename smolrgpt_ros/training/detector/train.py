# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Training of the region detector: ultralytics segmentation on labelled frames."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from .augmentation import watch_pictures
from .input_channels import with_heights
from .plan import DetectorPlan

if TYPE_CHECKING:
    from ultralytics import YOLO
    from ultralytics.engine.trainer import BaseTrainer


class UnfinishedTrainingError(Exception):
    """A session was over before the training; the message says how far that is."""


@dataclass(frozen=True)
class TrainingOptions:
    """How a detector is trained, its recipe aside.

    Args:
        seed: of weights and order.
        start: weights to continue from, with the whole schedule, that take heights or colours
            alone; ``None``: from scratch.
        hours: wall-clock bound; ultralytics then fits the number of epochs to it. A run that is
            resumed keeps the number that was fitted, and ends when the time is over.
        session_end: time of the monotonic clock by which no further epoch is begun that would not
            end by then, so that another call continues with the same schedule; one epoch at least
            is trained.
        device: ``"cpu"``, or ``"cuda:0"`` for the first GPU.
        workers: processes that read pictures; 0: this one.
        threads: of a CPU that trains.
    """

    seed: int = 0
    start: Path | None = None
    hours: float | None = None
    session_end: float | None = None
    device: str = "cpu"
    workers: int = 0
    threads: int = 1


def train_detector(
    plan: DetectorPlan, description: Path, run_dir: Path, weights: Path, options: TrainingOptions
) -> dict[str, float]:
    """Trains the detector and keeps the best weights.

    Args:
        plan: sizes and schedule.
        description: from :func:`.yolo_layout.build_yolo_frames`.
        run_dir: ultralytics' run folder; a run that was killed is resumed.
        weights: where the best weights go, optimizer state stripped.

    Returns:
        Validation metrics by name.

    Raises:
        UnfinishedTrainingError: where epochs are left at the end of the session.
    """
    os.environ.setdefault("YOLO_AUTOINSTALL", "False")
    os.environ.setdefault("YOLO_OFFLINE", "True")
    # AGPL-3.0, an optional dependency: imported where it is used.
    from ultralytics import YOLO

    folder = run_dir / "detector" / "weights"
    if _may_resume(folder / "last.pt"):
        _resume(YOLO(str(folder / "last.pt")), options)
    elif not (folder / "best.pt").exists():
        run_dir.mkdir(parents=True, exist_ok=True)
        model = YOLO(str(_first_file(plan, run_dir, options.start)))
        _begin(model, plan, description, run_dir, options)
    metrics = YOLO(str(folder / "best.pt")).val(
        data=str(description),
        imgsz=plan.image_size,
        device=options.device,
        workers=options.workers,
        plots=False,
        overlap_mask=False,
        rect=True,
    )
    ship_weights(folder / "best.pt", weights)
    return {name: float(value) for name, value in metrics.results_dict.items()}


def _first_file(plan: DetectorPlan, run_dir: Path, start: Path | None) -> Path:
    """Weights or an architecture to begin with."""
    if start is None:
        return _architecture_file(plan, run_dir)
    return with_heights(start, run_dir / "start.pt")


def _resume(model: YOLO, options: TrainingOptions) -> None:
    _watch(model, options)
    if options.hours is not None:
        end = time.monotonic() + 3600 * options.hours
        model.add_callback("on_train_batch_end", partial(_stop_after, end))
    # With a time, ultralytics would count the epochs of the interrupted part as made in it.
    model.train(resume=True, time=None)


def _begin(
    model: YOLO, plan: DetectorPlan, description: Path, run_dir: Path, options: TrainingOptions
) -> None:
    _watch(model, options)
    model.train(
        data=str(description),
        project=str(run_dir.resolve()),
        name="detector",
        exist_ok=True,
        time=options.hours,
        seed=options.seed,
        device=options.device,
        workers=options.workers,
        pretrained=options.start is not None,
        plots=False,
        **_schedule(plan),
    )


def _watch(model: YOLO, options: TrainingOptions) -> None:
    """Adds what is done during a training that is begun or resumed."""
    model.add_callback("on_pretrain_routine_end", partial(_use_cpu_well, options.threads))
    model.add_callback("on_pretrain_routine_end", watch_pictures)
    rate = _FallingRate()
    model.add_callback("on_train_epoch_start", rate.begin_epoch)
    model.add_callback("on_train_batch_start", rate.begin_step)
    if options.session_end is not None:
        model.add_callback("on_fit_epoch_end", partial(_end_session, options.session_end))


class _FallingRate:
    """Lowers the rate at every step, to the schedule's last one at the last step.

    Ultralytics lowers it once an epoch, so the last of four epochs has a quarter of the first
    rate throughout.
    """

    def __init__(self) -> None:
        self._steps = 0

    def begin_epoch(self, trainer: BaseTrainer) -> None:
        self._steps = 0

    def begin_step(self, trainer: BaseTrainer) -> None:
        passed = trainer.epoch + self._steps / len(trainer.train_loader)
        for group in trainer.optimizer.param_groups:
            group["lr"] = group["initial_lr"] * trainer.lf(passed)
        self._steps += 1


def _may_resume(checkpoint: Path) -> bool:
    """Whether a checkpoint is of a run that was interrupted: a finished one has no optimizer."""
    import torch

    if not checkpoint.exists():
        return False
    # Our own file, written by ultralytics; its format is a pickle.
    return bool(torch.load(checkpoint, map_location="cpu", weights_only=False)["epoch"] >= 0)


def _stop_after(end: float, trainer: BaseTrainer) -> None:
    """Ends a training, with validation and weights, at a time of the monotonic clock."""
    trainer.stop = trainer.stop or time.monotonic() > end


def _end_session(end: float, trainer: BaseTrainer) -> None:
    """Ends a session after an epoch, its checkpoint written, if the next one would end too late."""
    if not trainer.stop and time.monotonic() + trainer.epoch_time > end:
        raise UnfinishedTrainingError(
            f"{trainer.epoch + 1} of {trainer.epochs} epochs are trained; "
            "the same command trains the others"
        )


def _use_cpu_well(threads: int, trainer: BaseTrainer) -> None:
    """Sets threads and memory layout for a CPU, and trains in bfloat16 where it has tiles (AMX)."""
    import torch

    if trainer.device.type != "cpu":
        return
    # Ultralytics takes one core less than there are.
    torch.set_num_threads(threads)
    # Channels last: a step takes 0.8 times as long.
    for network in (trainer.model, trainer.ema.ema):
        network.to(memory_format=torch.channels_last)
    # Set here and not as the argument ``amp``, which ultralytics refuses for CPUs. AVX-512's
    # bfloat16 without tiles takes longer than float32.
    trainer.amp = torch.cpu._is_amx_tile_supported()


def _architecture_file(plan: DetectorPlan, folder: Path) -> Path:
    """Writes ultralytics' architecture with the plan's depth and width; returns the file."""
    from ultralytics.nn.tasks import yaml_model_load

    layout = yaml_model_load(plan.architecture)
    layout["scales"][layout["scale"]] = [plan.depth, plan.width, 1024]
    file = folder / plan.architecture
    file.write_text(yaml.safe_dump(layout))
    return file


def _schedule(plan: DetectorPlan) -> dict[str, object]:
    """Ultralytics' arguments for sizes, optimizer and augmentation."""
    return {
        "epochs": plan.epochs,
        "imgsz": plan.image_size,
        "batch": plan.batch,
        # Its check of mixed precision would fetch weights from the network.
        "amp": False,
        # Frames share one shape, so rectangular batches save two fifths of the pixels; a buffer's
        # mask contains what stands on it, so masks must be allowed to overlap.
        "rect": True,
        "mosaic": 0.0,
        "close_mosaic": 0,  # which would make the transforms anew
        "overlap_mask": False,
        "scale": 0.4,
        "translate": 0.1,
        "degrees": 3.0,
        "shear": 2.0,
        "fliplr": 0.5,
        "optimizer": "AdamW",
        "lr0": plan.learning_rate,
        "lrf": 0.02,
        # A step a batch: by default gradients of several batches are accumulated to 64 pictures.
        "nbs": plan.batch,
        "warmup_epochs": 0.2,
        "warmup_bias_lr": 0.0,  # the default of 0.1 is for SGD
    }


def ship_weights(trained: Path, out: Path) -> None:
    """Copies trained weights without the paths of the machine they were trained on.

    Args:
        trained: a checkpoint of a finished ultralytics run.
        out: the file to write.
    """
    import torch

    # Our own file, just written by ultralytics; its format is a pickle.
    checkpoint = torch.load(trained, map_location="cpu", weights_only=False)
    model = checkpoint["model"]
    # The model's own attributes too: a model that continues from weights holds their path.
    for settings in (checkpoint["train_args"], model.args, model.yaml, vars(model)):
        for name, value in settings.items():
            if isinstance(value, str) and ("/" in value or "\\" in value):
                settings[name] = Path(value).name
    checkpoint["git"] = None
    out.parent.mkdir(parents=True, exist_ok=True)
    torch.save(checkpoint, out)
