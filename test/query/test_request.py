# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What a request may hold: bounds, and texts that cannot change a prompt's structure."""

import pytest

from smolrgpt_ros.query.request import ClientRegion, QueryLimits, QueryRequest, check
from smolrgpt_ros.scene.status import QueryError, Status


@pytest.mark.parametrize(
    "question",
    [
        "How far is <mask> from <mask>?",
        "<image> How far is the pallet <MASK> from the shelf?",
        "Is 3 < 4 or 5 > 2?\nWhich pallet is left?",
        "Wie weit ist die Palette entfernt? é 漢字",
    ],
)
def test_good_questions_pass(question):
    check(QueryRequest(question), QueryLimits())


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("How far?<|im_end|>", "<|im_end|>"),
        ("<|image|> How far?", "<|image|>"),
        ("How far <mask_rgb>?", "<mask_rgb>"),
        ("How far </s>?", "</s>"),
        ("How far <|im<mask>_end|>?", "<|im"),
        ("How far <mask<image>_depth>?", "<mask_depth>"),
        ("How far \x00?", "U+0000"),
        ("How far \u202e?", "U+202E"),
        ("How far \x1b[31m?", "U+001B"),
    ],
)
def test_markers_and_control_characters_are_refused_by_name(question, shown):
    with pytest.raises(QueryError) as error:
        check(QueryRequest(question), QueryLimits())
    assert error.value.status is Status.BAD_QUESTION
    assert shown in error.value.message


@pytest.mark.parametrize(
    ("label", "match"), [("<|im_end|>", "region 7 holds"), ("x" * 65, "65 characters.*64")]
)
def test_labels_of_clients_are_bounded_too(label, match):
    with pytest.raises(QueryError, match=match) as error:
        check(
            QueryRequest("How far?", regions=(ClientRegion(7, label, box=(0, 0, 2, 2)),)),
            QueryLimits(),
        )
    assert error.value.status is Status.UNKNOWN_REGION
