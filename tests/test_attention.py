"""Attention and beam search at once, beside plain sums; what a graph answers is in the recorded programs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import fastscope as fs
from fastscope.contrib import seq2seq
from fastscope.errors import InvalidArgumentError

RNG = np.random.default_rng(11)
MEMORY = RNG.standard_normal((2, 3, 4)).astype(np.float32)
X = RNG.standard_normal((2, 5)).astype(np.float32)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    fs.reset_default_graph()
    fs.set_random_seed(2)
    with fs.device("/cpu:0"):
        yield
    fs.reset_default_graph()


def softmax(x: Any) -> Any:
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def weights() -> dict[str, Any]:
    return {variable.op.name: variable.numpy() for variable in fs.global_variables()}


def test_a_step_looks_at_the_memory() -> None:
    mechanism = seq2seq.BahdanauAttention(6, MEMORY, memory_sequence_length=[2, 3])
    cell = seq2seq.AttentionWrapper(fs.nn.rnn_cell.GRUCell(3), mechanism, attention_layer_size=4)
    output, state = cell(X, cell.zero_state(2, fs.float32))
    w = weights()
    memory = MEMORY.copy()
    memory[0, 2:] = 0
    keys = memory @ w["memory_layer/kernel"]
    query = state.cell_state @ w["attention_wrapper/bahdanau_attention/query_layer/kernel"]
    score = (w["attention_wrapper/bahdanau_attention/attention_v"] * np.tanh(keys + query[:, None])).sum(2)
    score[0, 2:] = -np.inf
    shares = softmax(score)
    context = np.einsum("nl,nls->ns", shares, memory)
    kernel = w["attention_wrapper/attention_layer/kernel"]
    np.testing.assert_allclose(state.alignments, shares, rtol=1e-5)
    np.testing.assert_allclose(output, np.hstack([state.cell_state, context]) @ kernel, rtol=1e-5, atol=1e-6)
    assert (cell.output_size, state.time) == (4, 1) and state.attention is output


def test_several_mechanisms() -> None:
    mechanisms = [seq2seq.LuongAttention(3, MEMORY, scale=True), seq2seq.LuongAttention(3, MEMORY[:, :2])]
    cell = seq2seq.AttentionWrapper(fs.nn.rnn_cell.GRUCell(3), mechanisms, output_attention=False)
    first = cell.zero_state(2, fs.float32).clone(cell_state=np.ones([2, 3], np.float32))
    output, state = cell(X, first)
    assert (output.shape, state.attention.shape, cell.output_size) == ((2, 3), (2, 8), 3)
    assert [x.shape for x in state.alignments] == [(2, 3), (2, 2)] and cell.state_size.attention == 8
    np.testing.assert_allclose(state.alignments[1].sum(1), [1, 1], rtol=1e-6)


def test_hardmax() -> None:
    assert seq2seq.hardmax([[0.5, 2.0, 1.0], [3.0, 0.0, 0.0]]).tolist() == [[0, 1, 0], [1, 0, 0]]


# ---- beams

TABLE = RNG.standard_normal((4, 4)) * 2  # logits of what follows a symbol


class Following(fs.nn.rnn_cell.RNNCell):
    """Its logits depend on the symbol before alone."""

    output_size, state_size = 4, 1  # type: ignore[assignment]

    def call(self, inputs: Any, state: Any) -> Any:
        return fs.matmul(inputs, TABLE), state


def best_of_all(start: int, steps: int) -> tuple[tuple[int, ...], float]:
    """The best sequence by looking at each; 3 is the end."""
    logs = np.log(softmax(TABLE))
    found = {}
    for path in itertools.product(range(4), repeat=steps):
        cut = path[: path.index(3) + 1] if 3 in path else path
        found[cut + (3,) * (steps - len(cut))] = sum(logs[a, b] for a, b in itertools.pairwise((start, *cut)))
    best = max(found, key=lambda path: found[path])
    return best, found[best]


def test_a_wide_beam_finds_the_best_sequence() -> None:
    start = seq2seq.tile_batch(np.zeros([2, 1]), 16)
    decoder = seq2seq.BeamSearchDecoder(Following(), np.eye(4), [0, 1], 3, start, 16)
    found, state, lengths = seq2seq.dynamic_decode(decoder, maximum_iterations=3)
    for k in range(2):
        path, score = best_of_all(k, 3)
        best = tuple(found.predicted_ids[k, :, 0])
        assert best + (3,) * (3 - len(best)) == path
        np.testing.assert_allclose(state.log_probs[k, 0], score, rtol=1e-6)
    assert lengths.shape == (2, 16)


def test_lengths_count_for_scores() -> None:
    for penalty in (0.0, 3.0):
        start = seq2seq.tile_batch(np.zeros([1, 1]), 8)
        decoder = seq2seq.BeamSearchDecoder(Following(), np.eye(4), [0], 3, start, 8, length_penalty_weight=penalty)
        found, _, _ = seq2seq.dynamic_decode(decoder, maximum_iterations=3)
        totals = found.beam_search_decoder_output.scores
        assert totals.shape == (1, 3, 8) and (np.diff(totals[0, -1]) <= 1e-12).all()


def test_a_history_is_followed_back() -> None:
    found = []
    for reorders in (False, True):
        with fs.Graph().as_default():
            fs.set_random_seed(5)
            memory = np.repeat(MEMORY, 3, 0)
            mechanism = seq2seq.LuongAttention(4, memory)
            cell = seq2seq.AttentionWrapper(fs.nn.rnn_cell.GRUCell(4), mechanism, 4, alignment_history=True)
            state = cell.zero_state(6, fs.float32).clone(cell_state=memory[:, 0])
            search = seq2seq.BeamSearchDecoder(
                cell, TABLE.astype(np.float32), [0, 1], 3, state, 3, reorder_tensor_arrays=reorders
            )
            output, final, _ = seq2seq.dynamic_decode(search, maximum_iterations=4, output_time_major=True)
        found.append((final.cell_state.alignment_history, output.beam_search_decoder_output.parent_ids, final.lengths))
    (plain, parents, lengths), (followed, again, _) = found
    steps, moved = len(parents), 0
    plain, followed = (history.reshape(steps, 2, 3, 3) for history in (plain.stack(), followed))
    assert (parents == again).all()
    for n, w in itertools.product(range(2), range(3)):
        beam = w
        for t in reversed(range(int(lengths[n].max()))):
            own = beam if t < lengths[n, w] else w
            np.testing.assert_allclose(followed[t, n, w], plain[t, n, own], rtol=1e-6)
            moved += own != w
            beam = int(parents[t, n, beam])
    assert moved


def test_tiles_and_trees() -> None:
    assert seq2seq.tile_batch({"a": np.int32([1, 2])}, 2)["a"].tolist() == [1, 1, 2, 2]
    ids = np.int32([[[1, 2]], [[3, 4]], [[5, 6]]])
    parents = np.int32([[[0, 0]], [[1, 0]], [[1, 0]]])
    tree = seq2seq.gather_tree(ids, parents, [3], 9)
    assert tree[:, 0].T.tolist() == [[1, 4, 5], [2, 3, 6]]
    assert seq2seq.gather_tree(ids, parents, [2], 3)[:, 0].T.tolist() == [[2, 3, 3], [1, 4, 3]]


# ---- messages


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: seq2seq.AttentionWrapper(None, 3), TypeError, "attention_mechanism must be an AttentionMechanism or"),
        (lambda: seq2seq.AttentionWrapper(None, seq2seq.LuongAttention(3, MEMORY), 3, attention_layer=abs), ValueError,
         "Only one of attention_layer_size and attention_layer should be set"),
        (lambda: seq2seq.AttentionWrapper(None, seq2seq.LuongAttention(3, MEMORY), [3, 4]), ValueError,
         "exactly one integer per attention_mechanism, saw: 2 vs 1"),
        (lambda: seq2seq.LuongAttention(3, MEMORY)(X, None), ValueError, "Incompatible or unknown inner dimensions"),
        (lambda: seq2seq.AttentionWrapper(None, seq2seq.LuongAttention(3, MEMORY)).call(X, X), TypeError,
         "Expected state to be instance of AttentionWrapperState"),
        (lambda: seq2seq.gather_tree(np.zeros([3, 1, 2], int), [[[0, 0]], [[0, 5]], [[0, 1]]], [3], 9),
         InvalidArgumentError, r"Saw parent id 5 at .batch, time, beam. == .0, 0, 1."),
        (lambda: seq2seq.tile_batch(3, 2), ValueError, "t must have statically known rank"),
        (lambda: seq2seq.BeamSearchDecoder(None, X, [0], 0, X, 2, coverage_penalty_weight=1.0).initialize(), ValueError,
         "coverage_penalty_weight must be 0.0 if no cell is attentional"),
    ],
)  # fmt: skip
def test_messages(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_a_depth_that_is_not_known(graph_mode: ModuleType) -> None:
    memory = graph_mode.placeholder(fs.float32, [None, 3, None])
    with pytest.raises(ValueError, match="Expected memory to have fully defined inner dims, but saw shape"):
        graph_mode.contrib.seq2seq.LuongAttention(3, memory)
