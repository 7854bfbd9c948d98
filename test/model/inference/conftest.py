# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Engines of the tiny model, with a growing and with a static cache."""

import copy
from collections.abc import Iterator

import pytest

from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration
from smolrgpt_ros.model.inference.engine import SmolRGPTEngine
from smolrgpt_ros.model.preprocessing.processor import SmolRGPTProcessor


@pytest.fixture
def engine(
    model: SmolRGPTForConditionalGeneration, processor: SmolRGPTProcessor
) -> Iterator[SmolRGPTEngine]:
    with SmolRGPTEngine(copy.deepcopy(model), processor, name="tiny", threads=1) as engine:
        yield engine


@pytest.fixture(params=["growing", "static"])
def either_engine(
    request: pytest.FixtureRequest,
    model: SmolRGPTForConditionalGeneration,
    processor: SmolRGPTProcessor,
) -> Iterator[SmolRGPTEngine]:
    static = request.param == "static"
    with SmolRGPTEngine(copy.deepcopy(model), processor, threads=1, static=static) as engine:
        yield engine
