# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Features added to names, by hand: the rules of reference on short texts."""

import pytest
import torch

from smolrgpt_ros.model.architecture.region_names import NameMemory, NameRules

NAME, COMMA, COLON, WORD, END = 10, 1, 2, 3, 4
DISTANCE, HEIGHT = 20, 21
RULES = NameRules(NAME, 5, separators=(COMMA, COLON), end=END, headings=(DISTANCE, HEIGHT))


def table(batch=1, regions=3):
    """One number per entry: 10 x reference + region, 100 more per sample, 1000 for heights."""
    rows, columns = torch.meshgrid(torch.arange(regions), torch.arange(regions), indexing="ij")
    entries = (10 * rows + columns).float()[None] + 100 * torch.arange(batch)[:, None, None]
    more = 1000 * torch.arange(2)[:, None, None]
    return (entries[:, None] + more)[..., None]


def added(texts, memory):
    ids = torch.tensor(texts)
    found, trace = RULES.add_features(torch.zeros(*ids.shape, 1), ids, memory)
    return found[..., 0].tolist(), trace.at_end()


def test_running_text_sets_the_reference_and_a_list_keeps_it():
    # "pallet [1] and pallet [2]: [0], [1]. word [0]"
    text = [WORD, NAME + 1, WORD, NAME + 2, COLON, NAME, COMMA, NAME + 1, WORD, NAME]
    found, after = added([text], NameMemory.fresh(table()))
    # [1] without a reference; [2] relative to 1; the list and the last name relative to 2.
    assert found == [[0, 11, 0, 12, 0, 20, 0, 21, 0, 20]]
    assert (after.reference.tolist(), after.previous.tolist()) == ([0], [NAME])


def test_in_a_list_without_a_reference_each_region_stands_alone():
    found, after = added([[COLON, NAME + 1, COMMA, NAME + 2]], NameMemory.fresh(table()))
    assert found == [[0, 11, 0, 22]]
    assert after.reference.tolist() == [-1]


def test_the_end_of_a_turn_ends_the_reference():
    found, after = added([[WORD, NAME + 1, END, COLON, NAME + 2]], NameMemory.fresh(table()))
    assert found == [[0, 11, 0, 0, 22]]
    assert after.reference.tolist() == [-1]


def test_names_beyond_the_prompts_regions_add_no_features():
    found, _ = added([[WORD, NAME + 4, NAME + 7]], NameMemory.fresh(table()))
    assert found == [[0, 0, 0]]


def test_token_by_token_is_the_same_as_at_once():
    generator = torch.Generator().manual_seed(3)
    signs = [COMMA, COLON, WORD, END, DISTANCE, HEIGHT]
    choices = torch.tensor([*signs, NAME, NAME + 1, NAME + 2, NAME + 4])
    ids = choices[torch.randint(len(choices), (4, 60), generator=generator)]
    together, trace = RULES.add_features(torch.zeros(4, 60, 1), ids, NameMemory.fresh(table(4)))
    memory, steps, references, quantities = NameMemory.fresh(table(4)), [], [], []
    for position in range(60):
        one = ids[:, position : position + 1]
        step, trace_of_one = RULES.add_features(torch.zeros(4, 1, 1), one, memory)
        memory = trace_of_one.at_end()
        steps.append(step)
        references.append(memory.reference)
        quantities.append(memory.quantity)
    assert torch.equal(together, torch.cat(steps, 1))
    assert torch.equal(trace.at_end().reference, memory.reference)
    counts = torch.tensor([7, 60, 1, 33])
    kept = trace.after(counts)
    for row, count in enumerate(counts.tolist()):
        assert kept.reference[row] == references[count - 1][row]
        assert kept.quantity[row] == quantities[count - 1][row]
        assert kept.previous[row] == ids[row, count - 1]
    assert 0 < together[together > 0].min() < 1000 < together.max()


def test_a_heading_ends_the_reference_and_says_what_the_names_behind_it_carry():
    text = [WORD, NAME + 1, HEIGHT, COLON, NAME + 2, DISTANCE, NAME, COLON, NAME + 2, HEIGHT, END]
    ids = torch.tensor([[*text, NAME + 1]])
    memory = NameMemory.fresh(table())
    found, trace = RULES.add_features(torch.zeros(1, 12, 1), ids, memory)
    # [1]; the height of [2]; [0], and the distance of [2] from it; after the turn a distance again.
    assert found[0, :, 0].tolist() == [0, 11, 0, 0, 1022, 0, 0, 0, 2, 0, 0, 11]
    assert trace.quantities[0].tolist() == [0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0]
    kept = trace.after(torch.tensor([4]))
    assert (kept.quantity.item(), kept.reference.item()) == (1, -1)
    step, _ = RULES.add_features(torch.zeros(1, 1, 1), ids[:, 4:5], kept)
    assert step.item() == 1022


def test_sequences_that_go_on_keep_their_memory():
    _, memory = added([[WORD, NAME], [WORD, NAME + 2]], NameMemory.fresh(table(2)))
    found, _ = added([[COMMA, NAME + 1]], memory.select(torch.tensor([1])))
    assert found == [[0, 121]]


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_the_embeddings_keep_their_dtype(dtype):
    ids = torch.tensor([[WORD, NAME + 1]])
    found, _ = RULES.add_features(torch.zeros(1, 2, 1, dtype=dtype), ids, NameMemory.fresh(table()))
    assert found.dtype == dtype
