# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Entries as the model gets them: loss on the answer alone, bad samples named."""

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from smolrgpt_ros.model.preprocessing.processor import SmolRGPTProcessor
from smolrgpt_ros.training.data.examples import IGNORED, BadSampleError, collate, make_example
from smolrgpt_ros.training.data.sources import open_source

CHATML = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + "
    "'<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|im_start|>assistant\n' }}{% endif %}"
)
WITH_SYSTEM = (
    "{% if messages[0]['role'] != 'system' %}<|im_start|>system\nYou help.<|im_end|>\n{% endif %}"
    + CHATML
)


@pytest.mark.parametrize("template", [None, CHATML, WITH_SYSTEM])
def test_loss_falls_on_the_answer_token_by_token(write_data, tiny, template):
    _, processor = tiny
    # Templates of the tokenizer change nothing: the prompt is the published one.
    processor.tokenizer.chat_template = template
    source = open_source(write_data(1))
    example = make_example(source[0], source.folder(0), processor, 500)
    tokenizer = processor.tokenizer
    expected = (
        "<|im_start|>user\n"
        + "<|image|>" * 4
        + "Which is left, <mask_rgb><mask_depth> or <mask_rgb><mask_depth>?<|im_end|>\n"
        + "<|im_start|>assistant\n[Region 0] is left.<|im_end|>\n"
    )
    assert tokenizer.decode(example.input_ids) == expected
    learned = [
        (place, token)
        for place, (token, label) in enumerate(zip(example.input_ids, example.labels, strict=True))
        if label != IGNORED
    ]
    assert tokenizer.decode([token for _, token in learned]) == "[Region 0] is left.<|im_end|>"
    places = [place for place, _ in learned]
    assert places == list(range(places[0], places[0] + len(places)))
    assert all(example.labels[place] == token for place, token in learned)
    before = tokenizer.decode(example.input_ids[: places[0]])
    assert before.endswith("<|im_start|>assistant\n")


def test_plain_chatml_is_what_we_spell_out(tiny):
    _, processor = tiny
    processor.tokenizer.chat_template = CHATML
    turns = [{"role": "user", "content": "What is it?"}, {"role": "assistant", "content": "Left."}]
    text = processor.tokenizer.apply_chat_template(turns, tokenize=False)
    assert (
        text == processor.build_prompt("What is it?").replace("<|image|>", "") + "Left.<|im_end|>\n"
    )


def test_batches_keep_what_belongs_to_each_sample(write_data, tiny):
    model, processor = tiny
    source = open_source(write_data(3))
    (source.folder(1) / "depths/000001_depth.png").unlink()
    examples = [make_example(source[i], source.folder(i), processor, 500) for i in range(3)]
    batch = collate(examples, processor)
    assert batch["pixel_values"].shape == (3, 3, 32, 32)
    assert [None if d is None else d.shape for d in batch["depth_values"]] == [
        (3, 32, 32),
        None,
        (3, 32, 32),
    ]
    assert [len(m) for m in batch["region_masks"]] == [2, 1, 2]
    lengths = [len(e.input_ids) for e in examples]
    assert batch["attention_mask"].sum(1).tolist() == lengths
    assert batch["labels"][1, lengths[1] :].eq(IGNORED).all()
    # Together they give what each gives alone.
    together = model(**{k: v for k, v in batch.items() if k != "labels"}).logits
    for index, example in enumerate(examples):
        alone = collate([example], processor)
        logits = model(**{k: v for k, v in alone.items() if k != "labels"}).logits[0]
        assert torch.allclose(together[index, : lengths[index]], logits, atol=1e-5)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda item, folder: item.update(freeform_answer=""), "no answer"),
        (lambda item, folder: (folder / "images/000000.png").unlink(), "picture"),
        (lambda item, folder: (folder / "images/000000.png").write_bytes(b"x"), "picture"),
        (lambda item, folder: item["rle"][0].update(size=[9, 9]), "picture"),
        (lambda item, folder: item["rle"][0].update(counts="?"), "masks"),
    ],
)
def test_bad_samples_have_a_reason(write_data, tiny, change, reason):
    path = write_data(1)
    items = json.loads(path.read_text())
    change(items[0], path.parent)
    path.write_text(json.dumps(items))
    source = open_source(path)
    with pytest.raises(BadSampleError) as error:
        make_example(source[0], path.parent, tiny[1], 500)
    assert error.value.reason == reason


def test_long_texts_are_not_cut(write_data, tiny):
    source = open_source(write_data(1))
    with pytest.raises(BadSampleError, match=r"too long.*at most 20"):
        make_example(source[0], source.folder(0), tiny[1], 20)


def test_geometry_is_read_from_the_simulators_files(write_data, tiny):
    plain = tiny[1]
    processor = SmolRGPTProcessor(plain.tokenizer, replace(plain.options, geometry=True))
    path = write_data(1)
    source, folder = open_source(path), path.parent
    empty = make_example(source[0], folder, processor, 500).region_geometry
    assert empty is not None and empty.shape[0] == 2
    assert not empty.any()
    (folder / "metric").mkdir()
    (folder / "cameras").mkdir()
    depth = np.full((24, 32), 4000, np.uint16)
    cv2.imwrite(str(folder / "metric/000000.png"), depth)
    camera = {"width": 32, "height": 24, "fx": 30.0, "fy": 30.0, "cx": 15.5, "cy": 11.5}
    (folder / "cameras/000000.json").write_text(json.dumps({"intrinsics": camera}))
    found = make_example(source[0], folder, processor, 500).region_geometry
    assert found is not None
    assert found[:, 2].tolist() == pytest.approx([4.0, 4.0])
    # Columns 3-7 and 10-14: centres 5 and 12 -> (5 - 15.5) * 4 / 30 and (12 - 15.5) * 4 / 30.
    assert found[:, 0].tolist() == pytest.approx([-1.4, -0.4667], abs=1e-3)
