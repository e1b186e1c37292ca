"""tf.contrib's decoders, losses of sequences and chains of tags, at once and beside plain sums."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import fastscope as fs
from fastscope.contrib import crf, legacy_seq2seq, seq2seq

RNG = np.random.default_rng(7)
LOGITS = RNG.standard_normal((2, 3, 4)).astype(np.float32)
TARGETS = np.int32([[0, 3, 1], [2, 2, 0]])
WEIGHTS = np.float32([[1, 1, 0], [1, 0.5, 2]])


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    fs.reset_default_graph()
    fs.set_random_seed(2)
    with fs.device("/cpu:0"):
        yield
    fs.reset_default_graph()


def names() -> list[str]:
    return [variable.name for variable in fs.global_variables()]


# ---- losses

LOSSES = np.take_along_axis(
    np.log(np.exp(LOGITS).sum(2)) - LOGITS.transpose(2, 0, 1), TARGETS[None].astype(int), 0
)[0] * WEIGHTS  # fmt: skip


def test_losses_of_lists() -> None:
    steps = [list(np.moveaxis(x, 1, 0)) for x in (LOGITS, TARGETS, WEIGHTS)]
    each = legacy_seq2seq.sequence_loss_by_example(*steps)
    np.testing.assert_allclose(each, LOSSES.sum(1) / WEIGHTS.sum(1), rtol=1e-5)
    np.testing.assert_allclose(legacy_seq2seq.sequence_loss(*steps), each.sum() / 2, rtol=1e-6)
    total = legacy_seq2seq.sequence_loss(*steps, average_across_timesteps=False, average_across_batch=False)
    np.testing.assert_allclose(total, LOSSES.sum(), rtol=1e-5)


def test_losses_of_arrays() -> None:
    loss = seq2seq.sequence_loss
    np.testing.assert_allclose(loss(LOGITS, TARGETS, WEIGHTS), LOSSES.sum() / WEIGHTS.sum(), rtol=1e-5)
    each = loss(LOGITS, TARGETS, WEIGHTS, average_across_timesteps=False, average_across_batch=False)
    np.testing.assert_allclose(each, LOSSES, rtol=1e-5)
    found = loss(LOGITS, TARGETS, WEIGHTS, average_across_batch=False)
    np.testing.assert_allclose(found, LOSSES.sum(1) / WEIGHTS.sum(1), rtol=1e-5)
    twice = loss(LOGITS, TARGETS, WEIGHTS, softmax_loss_function=lambda labels, logits: 2 * labels)
    np.testing.assert_allclose(twice, (2 * TARGETS * WEIGHTS).sum() / WEIGHTS.sum(), rtol=1e-6)


# ---- decoders over lists


def test_a_model_in_both_modes(graph_mode: ModuleType) -> None:
    ids = [np.int32([0, 3]), np.int32([1, 2]), np.int32([3, 3])]

    def model(tf: Any) -> Any:
        cell = tf.nn.rnn_cell.GRUCell(3)
        return tf.contrib.legacy_seq2seq.embedding_attention_seq2seq(
            ids, ids, cell, 4, 5, 2, num_heads=2, feed_previous=True, initial_state_attention=True
        )

    with graph_mode.Session() as session:
        outputs, state = model(graph_mode)
        session.run(graph_mode.global_variables_initializer())
        weights = {v.name: session.run(v) for v in graph_mode.global_variables()}
        expected = session.run([*outputs, state])
    fs.enable_eager_execution()
    try:
        fs.reset_default_graph()
        with fs.variable_scope("", custom_getter=lambda getter, name, *args, **kwargs: getter(
            name, *args, **{**kwargs, "initializer": fs.constant_initializer(weights[f"{name}:0"])}
        )):  # fmt: skip
            outputs, state = model(fs)
    finally:
        fs.disable_eager_execution()
    assert sorted(weights) == sorted(names())
    for one, other in zip([*outputs, state], expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_a_flag_that_is_fed(graph_mode: ModuleType) -> None:
    tf = graph_mode
    ids = [tf.constant([0, 3]), tf.constant([1, 2]), tf.constant([3, 3])]
    flag = tf.placeholder(tf.bool, [])
    found = {}
    for name in ("embedding_rnn_seq2seq", "embedding_tied_rnn_seq2seq", "embedding_attention_seq2seq"):
        sizes = (4, 2) if "tied" in name else (4, 4, 2)
        for given in (flag, True, False):
            function = getattr(tf.contrib.legacy_seq2seq, name)
            with tf.variable_scope(name, reuse=tf.AUTO_REUSE):
                outputs, state = function(ids, ids, tf.nn.rnn_cell.BasicLSTMCell(3), *sizes, feed_previous=given)
            found[name, given] = [*outputs, *state]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for (name, given), tensors in found.items():
            if given is flag:
                for value in (True, False):
                    fed = session.run(tensors, {flag: value})
                    for one, other in zip(fed, session.run(found[name, value]), strict=True):
                        np.testing.assert_allclose(one, other, rtol=1e-6)


def test_one_encoder_and_several_decoders() -> None:
    ids = [np.int32([0, 3]), np.int32([1, 2])]
    cells = {name: fs.nn.rnn_cell.GRUCell(3) for name in ("a", "b")}
    outputs, states = legacy_seq2seq.one2many_rnn_seq2seq(
        ids, {"a": ids, "b": ids[:1]}, fs.nn.rnn_cell.GRUCell(3), cells, 4, {"a": 5, "b": 6}, 2
    )
    assert [x.shape for x in outputs["a"] + outputs["b"]] == [(2, 5), (2, 5), (2, 6)] and states["b"].shape == (2, 3)
    assert any(name.startswith("one2many_rnn_seq2seq/one2many_decoder_b/") for name in names())


def test_buckets() -> None:
    ids = [np.int32([0, 3]), np.int32([1, 2]), np.int32([2, 2])]
    weights = [np.ones(2, np.float32)] * 3

    def model(first: Any, second: Any) -> Any:
        return legacy_seq2seq.embedding_rnn_seq2seq(first, second, fs.nn.rnn_cell.GRUCell(3), 4, 4, 2)

    outputs, losses = legacy_seq2seq.model_with_buckets(ids, ids, ids, weights, [(1, 2), (3, 3)], model)
    assert [len(x) for x in outputs] == [2, 3] and len(set(names())) == len(names())
    expected = legacy_seq2seq.sequence_loss(outputs[1], ids, weights)
    np.testing.assert_allclose(losses[1], expected, rtol=1e-6)
    _, each = legacy_seq2seq.model_with_buckets(ids, ids, ids, weights, [(3, 3)], lambda *lists: (outputs[1], None),
                                                per_example_loss=True)  # fmt: skip
    np.testing.assert_allclose(each[0].mean(), expected, rtol=1e-6)


# ---- decoders in a loop


def test_a_decoder_runs_until_all_have_ended() -> None:
    inputs = RNG.standard_normal((2, 3, 5)).astype(np.float32)
    cell = fs.nn.rnn_cell.GRUCell(4)
    helper = seq2seq.TrainingHelper(inputs, [3, 1])
    decoder = seq2seq.BasicDecoder(cell, helper, cell.zero_state(2, fs.float32))
    outputs, state, lengths = seq2seq.dynamic_decode(decoder, impute_finished=True)
    with fs.variable_scope("decoder", reuse=True):
        expected, last = fs.nn.dynamic_rnn(cell, inputs, [3, 1], dtype=fs.float32)
    np.testing.assert_allclose(outputs.rnn_output, expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(state, last, rtol=1e-5, atol=1e-6)
    assert lengths.tolist() == [3, 1]
    assert outputs.sample_id.tolist() == expected.argmax(2).tolist()


def test_helpers_of_what_was_said() -> None:
    table = np.eye(4, dtype=np.float32)

    class Next(fs.nn.rnn_cell.RNNCell):
        """Says the number after its input."""

        output_size, state_size = 4, 1  # type: ignore[assignment]

        def call(self, inputs: Any, state: Any) -> Any:
            return fs.matmul(inputs, np.roll(table, 1, 1) * 50), state

    cell = Next()
    for helper in (
        seq2seq.GreedyEmbeddingHelper(table, [0, 2], 3),
        seq2seq.GreedyEmbeddingHelper(lambda ids: fs.gather(table, ids), [0, 2], 3),
        seq2seq.SampleEmbeddingHelper(table, [0, 2], 3, softmax_temperature=0.5, seed=1),
        seq2seq.InferenceHelper(
            lambda x: fs.cast(fs.argmax(x, -1), fs.int32), [], fs.int32, table[[0, 2]], lambda ids: fs.equal(ids, 3),
            lambda ids: fs.gather(table, ids),
        ),
        seq2seq.CustomHelper(
            lambda: (fs.constant([False, False]), table[[0, 2]]),
            lambda time, outputs, state: fs.cast(fs.argmax(outputs, -1), fs.int32),
            lambda time, outputs, state, sample_ids: (fs.equal(sample_ids, 3), fs.gather(table, sample_ids), state),
        ),
    ):  # fmt: skip
        decoder = seq2seq.BasicDecoder(cell, helper, np.zeros([2, 1], np.float32))
        outputs, _, lengths = seq2seq.dynamic_decode(decoder, output_time_major=True)
        assert lengths.tolist() == [3, 1] and outputs.sample_id[:, 0].tolist() == [1, 2, 3]
        outputs, _, lengths = seq2seq.dynamic_decode(decoder, maximum_iterations=2)
        assert lengths.tolist() == [2, 1] and outputs.sample_id.shape == (2, 2)


@pytest.mark.parametrize("kind", ["ids", "outputs", "both"])
@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_scheduled_sampling_gives_what_is_known_or_what_was_said(kind: str, probability: float) -> None:
    inputs = RNG.standard_normal((2, 3, 4)).astype(np.float32)
    beside = RNG.standard_normal((2, 3, 2)).astype(np.float32)
    table = RNG.standard_normal((4, 4)).astype(np.float32)
    said = np.float32([[0, 0, 90, 0], [0, 90, 0, 0]])
    if kind == "ids":
        helper: Any = seq2seq.ScheduledEmbeddingTrainingHelper(inputs, [3, 3], table, probability, seed=1)
        expected = (said.argmax(1), table[[2, 1]]) if probability else ([-1, -1], inputs[:, 1])
    elif kind == "outputs":
        helper = seq2seq.ScheduledOutputTrainingHelper(inputs, [3, 3], probability, next_inputs_fn=lambda x: x / 2)
        expected = ([1, 1], said / 2) if probability else ([0, 0], inputs[:, 1])
    else:
        helper = seq2seq.ScheduledOutputTrainingHelper(inputs, [3, 3], probability, auxiliary_inputs=beside)
        first = said if probability else inputs[:, 1]
        expected = ([int(probability)] * 2, np.hstack([first, beside[:, 1]]))
    finished, first_inputs = helper.initialize()
    assert first_inputs.shape == (2, 6 if kind == "both" else 4)
    samples = helper.sample(time=0, outputs=said, state=None)
    assert samples.tolist() == list(expected[0]) and samples.dtype == np.int32
    finished, following, _ = helper.next_inputs(time=0, outputs=said, state=None, sample_ids=samples)
    np.testing.assert_allclose(following, expected[1], rtol=1e-6)
    finished, following, _ = helper.next_inputs(time=2, outputs=said, state=None, sample_ids=samples)
    assert finished.tolist() == [True, True] and not following.any()


def test_scheduled_sampling_trains(graph_mode: ModuleType) -> None:
    tf = graph_mode
    inputs = RNG.standard_normal((2, 3, 4)).astype(np.float32)
    helper = tf.contrib.seq2seq.ScheduledOutputTrainingHelper(inputs, [3, 2], 0.5)
    cell = tf.nn.rnn_cell.GRUCell(4)
    decoder = tf.contrib.seq2seq.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32))
    outputs, _, lengths = tf.contrib.seq2seq.dynamic_decode(decoder)
    gradients = tf.gradients(tf.reduce_sum(outputs.rnn_output), tf.trainable_variables())
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        found, counts = session.run([gradients, lengths])
    assert counts.tolist() == [3, 2] and all(np.abs(gradient).max() > 0 for gradient in found)


# ---- chains of tags

SCORES, STEPS = RNG.standard_normal((3, 4, 3)), RNG.standard_normal((3, 3))
LENGTHS, TAGS = np.int32([4, 1, 3]), np.int32([[0, 2, 1, 1], [2, 0, 0, 0], [1, 1, 0, 0]])


def score_of(example: int, path: Any) -> float:
    tags = SCORES[example, range(len(path)), path].sum()
    return float(tags + sum(STEPS[a, b] for a, b in itertools.pairwise(path)))


PATHS = [list(itertools.product(range(3), repeat=int(n))) for n in LENGTHS]
ALL = [np.array([score_of(k, path) for path in paths]) for k, paths in enumerate(PATHS)]


def test_likelihoods_are_those_of_all_paths() -> None:
    found, given = crf.crf_log_likelihood(SCORES, TAGS, LENGTHS, STEPS)
    norms = [np.log(np.exp(scores).sum()) for scores in ALL]
    scores = [score_of(k, TAGS[k, :n]) for k, n in enumerate(LENGTHS)]
    np.testing.assert_allclose(found, np.subtract(scores, norms), rtol=1e-10)
    assert given is STEPS
    allowed = np.ones(SCORES.shape, bool)
    allowed[:, :, 2] = False
    some = [[s for s, path in zip(a, p, strict=True) if 2 not in path] for a, p in zip(ALL, PATHS, strict=True)]
    expected = [np.log(np.exp(scores).sum()) for scores in some]
    np.testing.assert_allclose(crf.crf_multitag_sequence_score(SCORES, allowed, LENGTHS, STEPS), expected, rtol=1e-10)
    assert crf.crf_log_norm(SCORES, [4, 0, 3], STEPS)[1] == 0


def test_the_best_path() -> None:
    tags, scores = crf.crf_decode(SCORES, STEPS, LENGTHS)
    for k, n in enumerate(LENGTHS):
        assert tuple(tags[k, :n]) == PATHS[k][ALL[k].argmax()] and not tags[k, n:].any()
        np.testing.assert_allclose(scores[k], ALL[k].max())
    path, score = crf.viterbi_decode(SCORES[0], STEPS)
    assert tuple(path) == PATHS[0][ALL[0].argmax()] and score == pytest.approx(ALL[0].max())


def test_the_gradient_of_a_likelihood_is_that_of_differences(graph_mode: ModuleType) -> None:
    tf = graph_mode
    x, steps = tf.placeholder(tf.float64, SCORES.shape), tf.placeholder(tf.float64, STEPS.shape)
    loss = tf.reduce_sum(tf.contrib.crf.crf_log_likelihood(x, TAGS, LENGTHS, steps)[0] * [1.0, -2.0, 0.5])
    slopes = tf.gradients(loss, [x, steps])
    with tf.Session() as session:
        found = session.run(slopes, {x: SCORES, steps: STEPS})
        for k, (place, shape) in enumerate(((x, SCORES.shape), (steps, STEPS.shape))):
            for index in [tuple(RNG.integers(0, shape)) for _ in range(6)]:
                values = []
                for shift in (1e-5, -1e-5):
                    feed = {x: SCORES.copy(), steps: STEPS.copy()}
                    feed[place][index] += shift
                    values.append(session.run(loss, feed))
                np.testing.assert_allclose(found[k][index], (values[0] - values[1]) / 2e-5, rtol=1e-5, atol=1e-7)


# ---- messages


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: legacy_seq2seq.attention_decoder([], 0, LOGITS, None), ValueError, "Must provide at least 1 input to"),
        (lambda: legacy_seq2seq.attention_decoder([0], 0, LOGITS, None, num_heads=0), ValueError,
         "With less than 1 heads, use a non-attention decoder"),
        (lambda: legacy_seq2seq.sequence_loss([LOGITS], [], []), ValueError, "Lengths of logits, weights, and targets"),
        (lambda: legacy_seq2seq.model_with_buckets([], [], [], [], [(1, 1)], abs), ValueError,
         "Length of encoder_inputs .0. must be at least that of last bucket .1."),
        (lambda: legacy_seq2seq.one2many_rnn_seq2seq([], {"a": []}, None, {}, 1, {}, 1), ValueError,
         "keys of dec_cells_dict != keys of decodre_inputs_dict"),
        (lambda: seq2seq.sequence_loss(LOGITS[0], TARGETS, WEIGHTS), ValueError,
         "Logits must be a .batch_size x sequence_length x logits. tensor"),
        (lambda: seq2seq.TrainingHelper(LOGITS, 3), ValueError, "Expected sequence_length to be a vector"),
        (lambda: seq2seq.ScheduledOutputTrainingHelper(LOGITS, [3, 3], [[0.5]]), ValueError,
         "sampling_probability must be either a scalar or a vector. saw shape: .1, 1."),
        (lambda: seq2seq.GreedyEmbeddingHelper(LOGITS[0], 0, 0), ValueError, "start_tokens must be a vector"),
        (lambda: seq2seq.GreedyEmbeddingHelper(LOGITS[0], [0], [0]), ValueError, "end_token must be a scalar"),
        (lambda: seq2seq.BasicDecoder(None, None, None), TypeError, "helper must be a Helper, received"),
        (lambda: seq2seq.BasicDecoder(None, seq2seq.Helper(), None, abs), TypeError, "output_layer must be a Layer"),
        (lambda: seq2seq.dynamic_decode(3), TypeError, "Expected decoder to be type Decoder, but saw"),
        (lambda: seq2seq.CustomHelper(abs, abs, abs).batch_size, ValueError, "batch_size accessed before initialize"),
    ],
)  # fmt: skip
def test_messages(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_sizes_that_are_not_known(graph_mode: ModuleType) -> None:
    tf = graph_mode
    cell, legacy = tf.nn.rnn_cell.GRUCell(3), tf.contrib.legacy_seq2seq
    state, x = tf.zeros([2, 3]), tf.placeholder(tf.float32, [2, None])
    with pytest.raises(ValueError, match=r"Shape\[2\] of attention_states must be known"):
        legacy.attention_decoder([x], state, tf.placeholder(tf.float32, [2, 3, None]), cell)
    with pytest.raises(ValueError, match="Could not infer input size from input"):
        legacy.attention_decoder([x], state, tf.zeros([2, 3, 4]), cell)
    with pytest.raises(ValueError, match="The number of tags, inputs' last dimension, must be known"):
        tf.contrib.crf.crf_log_likelihood(tf.placeholder(tf.float32, [2, 3, None]), [[0] * 3] * 2, [3, 3])
