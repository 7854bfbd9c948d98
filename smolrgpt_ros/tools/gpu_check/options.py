# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What a run of the GPU check is asked to do; handed to each step's process as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
"""Of the checkout."""
PACKAGE = ROOT / "smolrgpt_ros"
STORED_QUESTIONS = Path(__file__).parent / "questions"
"""Folder of the stored questions, see ``stored_questions``."""


@dataclass(frozen=True)
class CheckOptions:
    """Settings of a run.

    Args:
        out: folder of the report; nothing is written outside it.
        device: ``cuda``, or ``cpu`` for a run that only shows that the steps run.
        small: sizes for a CPU: a few questions, tiny models, few pictures.
        size: of the benchmark's model, ``full`` or ``tiny``.
        fixture: folder of the reference checkpoint with its stored logits; may be absent.
        frames: folder of detector frames in the YOLO layout, used where MuJoCo cannot render.
        mini: folder of the model that ships.
        detector: weights of the detector that ships.
        questions: folder of stored questions.
        seconds: what the step that reads this may take.
    """

    out: Path
    device: str = "cuda"
    small: bool = False
    size: str = "full"
    fixture: Path | None = None
    frames: Path | None = None
    mini: Path = PACKAGE / "checkpoints" / "mini"
    detector: Path = PACKAGE / "checkpoints" / "detector" / "warehouse-seg.pt"
    questions: Path = STORED_QUESTIONS
    seconds: float = 480.0

    @property
    def work(self) -> Path:
        """Folder of caches and intermediate files; removed at the end."""
        return self.out / "work"

    def to_json(self) -> str:
        """One line that :meth:`from_json` reads."""
        values = asdict(self)
        return json.dumps({k: str(v) if isinstance(v, Path) else v for k, v in values.items()})

    @classmethod
    def from_json(cls, text: str) -> CheckOptions:
        """The inverse of :meth:`to_json`."""
        values: dict[str, Any] = json.loads(text)
        paths = {field.name for field in fields(cls) if "Path" in str(field.type)}
        for name in paths & {key for key, value in values.items() if value is not None}:
            values[name] = Path(values[name])
        return cls(**values)
