# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Questions with their full answers, read back as their truth."""

from __future__ import annotations

import re

import numpy as np
import pytest
from numpy.random import default_rng
from small_yard import OBJECTS, TRUTH

from smolrgpt_ros.language.kinds import kind_of
from smolrgpt_ros.language.trained_questions import form_of
from smolrgpt_ros.language.verdicts import read_verdict
from smolrgpt_ros.reasoning.answer import agree
from smolrgpt_ros.simulation.true_answers.true_answers import TrueAnswers
from smolrgpt_ros.training.mini.form_sampler import FormSampler
from smolrgpt_ros.training.mini.worked_examples import draw_example


@pytest.mark.parametrize("pairs", [False, True])
def test_every_example_reads_back_as_its_truth(pairs):
    truth, rng, forms = TrueAnswers(TRUTH), default_rng(3), set()
    for number in range(300):
        words = ("pallet", "buffer") if number % 2 else ()
        found = draw_example(truth, OBJECTS, rng, words, most_regions=32, pairs=pairs)
        assert found is not None
        kind, ids = kind_of(found.question), found.prompt.region_ids
        assert found.form == form_of(found.question) != ""
        assert found.prompt.text.count("<mask>") == len(ids) == len(set(ids))
        assert "transporter" not in found.prompt.text + found.answer
        read = read_verdict(found.answer, kind, ids)
        assert agree(kind, read.value, found.truth.value), (found.prompt.text, found.answer)
        forms.add(found.form)
    assert len(forms) > (15 if pairs else 30)


def test_the_verdict_of_a_difference_is_that_of_its_digits():
    truth, rng, seen = TrueAnswers(TRUTH), default_rng(4), 0
    while seen < 30:
        found = draw_example(truth, OBJECTS, rng, (), most_regions=32, pairs=True)
        assert found is not None and isinstance(found.truth.value, int | float | str)
        if found.form.startswith("difference"):
            seen += 1
            (least, most) = re.findall(r"Asked ([\d.]+) from ([\d.]+): \d", found.answer)[0]
            number = float(found.truth.value)
            assert abs(number) == pytest.approx(float(most) - float(least), abs=1e-9)
            assert f"{abs(number):.2f} m" in found.answer


def test_a_prompt_has_no_more_regions_than_the_model_has_names():
    for seed in range(20):
        found = draw_example(TrueAnswers(TRUTH), OBJECTS, default_rng(seed), (), most_regions=2)
        assert found is None or len(found.prompt.region_ids) <= 2
    assert draw_example(TrueAnswers(TRUTH), OBJECTS[:1], default_rng(1), (), most_regions=9) is None


def test_most_questions_have_a_trained_form():
    sampler = FormSampler(OBJECTS, default_rng(5))
    assert np.mean([bool(form_of(sampler.draw())) for _ in range(300)]) > 0.95
