"""Monotonic attention beside plain loops, and attention mechanisms that a program makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import fastscope as fs
from fastscope.contrib import seq2seq

RNG = np.random.default_rng(5)
MEMORY = RNG.standard_normal((2, 5, 4)).astype(np.float32)
CHOSEN = RNG.uniform(0.1, 0.9, (3, 6))
BEFORE = RNG.dirichlet(np.ones(6), 3)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    fs.reset_default_graph()
    fs.set_random_seed(2)
    with fs.device("/cpu:0"):
        yield
    fs.reset_default_graph()


def plain(chosen: Any, before: Any) -> Any:
    """The recurrence that the shares follow, a step of the memory at a time."""
    shares, reached = np.zeros_like(chosen), np.zeros(len(chosen))
    for k in range(chosen.shape[1]):
        reached = before[:, k] + (reached * (1 - chosen[:, k - 1]) if k else 0)
        shares[:, k] = chosen[:, k] * reached
    return shares


@pytest.mark.parametrize("mode", ["recursive", "parallel"])
def test_shares_follow_the_recurrence(mode: str) -> None:
    np.testing.assert_allclose(seq2seq.monotonic_attention(CHOSEN, BEFORE, mode), plain(CHOSEN, BEFORE), rtol=1e-6)


def test_hard_shares_move_to_the_next_chosen_step() -> None:
    chosen, before = np.float32([[0, 1, 0, 1, 1], [1, 0, 0, 0, 0]]), np.float32([[0, 0, 1, 0, 0], [0, 1, 0, 0, 0]])
    shares = seq2seq.monotonic_attention(chosen, before, "hard")
    assert shares.tolist() == [[0, 0, 0, 1, 0], [0, 0, 0, 0, 0]] == plain(chosen, before).tolist()


def test_a_product_that_does_not_underflow() -> None:
    x = np.float32([[0.5, 0.0, 0.25], [1e-30, 1e-30, 1.0]])
    found = seq2seq.safe_cumprod(x, axis=1, exclusive=True)
    np.testing.assert_allclose(found[0, :2], [1, 0.5], rtol=1e-6)
    assert (found[:, 2] > 0).tolist() == [True, False] and found[1, 1] > 0


@pytest.mark.parametrize("name", ["BahdanauMonotonicAttention", "LuongMonotonicAttention"])
def test_a_decoder_moves_on_in_a_graph(name: str, graph_mode: ModuleType) -> None:
    tf = graph_mode
    kind = getattr(tf.contrib.seq2seq, name)
    mechanism = kind(3, MEMORY, memory_sequence_length=[5, 3], score_bias_init=-0.5, sigmoid_noise=0.5, mode="hard")
    cell = tf.contrib.seq2seq.AttentionWrapper(tf.nn.rnn_cell.GRUCell(3), mechanism, alignment_history=True)
    helper = tf.contrib.seq2seq.TrainingHelper(RNG.standard_normal((2, 4, 3)).astype(np.float32), [4, 4])
    decoder = tf.contrib.seq2seq.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32))
    _, state, _ = tf.contrib.seq2seq.dynamic_decode(decoder)
    scope = f"decoder/attention_wrapper/{name[: name.index('Mono')].lower()}_monotonic_attention"
    names = [variable.op.name for variable in tf.global_variables()]
    assert f"{scope}/attention_score_bias" in names
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        first, shares = session.run([mechanism.initial_alignments(2, tf.float32), state.alignment_history.stack()])
        assert session.run(f"{scope}/attention_score_bias:0") == -0.5
    assert first.tolist() == [[1, 0, 0, 0, 0]] * 2
    assert set(shares.flat) == {0, 1}
    place = [[int(row.argmax()) if row.any() else 9 for row in step] for step in shares]
    assert place == sorted(place, key=lambda pair: pair[0]) and (np.diff(place, axis=0) >= 0).all()


def test_without_noise_all_ways_agree() -> None:
    query = RNG.standard_normal((2, 3)).astype(np.float32)
    state = np.float32([[1, 0, 0, 0, 0], [0.5, 0.5, 0, 0, 0]])
    found = []
    for mode in ("recursive", "parallel"):
        mechanism = seq2seq.LuongMonotonicAttention(3, MEMORY, scale=True, mode=mode)
        mechanism.memory_layer.kernel.assign(np.float32(np.arange(12).reshape(4, 3) % 5 - 2) / 4)
        mechanism.keys = mechanism.memory_layer(mechanism.values)
        shares, after = mechanism(query, state)
        assert after is shares
        found.append(shares)
    np.testing.assert_allclose(*found, rtol=1e-5, atol=1e-7)


def test_a_mechanism_of_the_programs_own() -> None:
    class Cumulative(seq2seq.BahdanauAttention):
        """Adds the shares before to the scores, as location-sensitive attention does."""

        def __call__(self, query: Any, state: Any) -> Any:
            with fs.variable_scope(None, "cumulative", [query]):
                v = fs.get_variable("v", [self._num_units], initializer=fs.ones_initializer())
                sums = self.keys + fs.expand_dims(self.query_layer(query), 1)
                energy = fs.reduce_sum(v * fs.tanh(sums), [2]) + state
            shares = self._probability_fn(energy, state)
            return shares, shares + state

    mechanism = Cumulative(3, MEMORY, memory_sequence_length=[5, 2], probability_fn=fs.sigmoid)
    shares, after = mechanism(RNG.standard_normal((2, 6)).astype(np.float32), np.ones([2, 5], np.float32))
    assert shares[1, 2:].tolist() == [0, 0, 0] and (shares[0] > 0).all()
    np.testing.assert_allclose(after, shares + 1, rtol=1e-6)


def test_a_mechanism_of_layers_that_are_given(graph_mode: ModuleType) -> None:
    from fastscope.compat.tensorflow import Inner

    tf = graph_mode
    inner = Inner("tensorflow.contrib.seq2seq.python.ops.attention_wrapper")

    class Additive(inner._BaseAttentionMechanism):  # type: ignore[misc,name-defined]
        """BahdanauAttention as programs wrote it by hand."""

        def __init__(self, units: int, memory: Any, lengths: Any) -> None:
            super().__init__(
                query_layer=tf.layers.Dense(units, name="query_layer", use_bias=False),
                memory_layer=tf.layers.Dense(units, name="memory_layer", use_bias=False),
                memory=memory, probability_fn=lambda score, state: tf.nn.softmax(score), memory_sequence_length=lengths,
            )  # fmt: skip
            self._units = units

        def __call__(self, query: Any, state: Any) -> Any:
            with tf.variable_scope(None, "bahdanau_attention", [query]):
                v = tf.get_variable("attention_v", [self._units])
                shares = self._probability_fn(inner._bahdanau_score(self.query_layer(query), self.keys, v), state)
            return shares, shares

    query = RNG.standard_normal((2, 6)).astype(np.float32)
    found = []
    for make in (Additive, tf.contrib.seq2seq.BahdanauAttention):
        with tf.variable_scope("a", reuse=tf.AUTO_REUSE, initializer=tf.random_normal_initializer(seed=1)):
            mechanism = make(3, MEMORY, [5, 2])
            cell = tf.contrib.seq2seq.AttentionWrapper(tf.nn.rnn_cell.GRUCell(6), mechanism)
            found.append(cell(query, cell.zero_state(2, tf.float32))[0])
            found.append(inner._compute_attention(mechanism, tf.constant(query), None, None)[1])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        own, own_shares, theirs, shares = session.run(found)
    np.testing.assert_allclose(own_shares.sum(1), [1, 1], rtol=1e-5)
    assert own.shape == theirs.shape == (2, 4) and own_shares.shape == shares.shape and (shares[1, 2:] == 0).all()


def test_another_mode() -> None:
    with pytest.raises(ValueError, match="mode must be 'recursive', 'parallel', or 'hard', got 'soft'"):
        seq2seq.monotonic_attention(CHOSEN, BEFORE, "soft")
