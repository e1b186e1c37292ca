"""The functions of tf.nn: against formulas in float64, at the edges, and in what they refuse."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from fastscope import ops
from fastscope.arrays import gpu_count, parse_device, to_numpy
from fastscope.graph import device, get_default_graph, reset_default_graph
from fastscope.ops import further
from fastscope.scoping.partitioners import fixed_size_partitioner
from fastscope.scoping.scopes import get_variable

LOGITS = np.array([[1.0, -2.0, 3.5], [0.25, 5.0, -6.0]])
TABLE = np.arange(21, dtype=np.float32).reshape(7, 3) * 1.5


@pytest.fixture(autouse=True, params=["/cpu:0", pytest.param("/gpu:0", marks=pytest.mark.gpu)])
def place(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Put new arrays on one device after the other; the value is numpy or cupy."""
    if "gpu" in request.param and not gpu_count():
        pytest.skip("no GPU")
    reset_default_graph()
    with device(request.param):
        yield parse_device(request.param).xp
    reset_default_graph()


def here(array: Any) -> Any:
    """Return an array on the device under test."""
    return ops.constant(array)


def check(result: Any, expected: Any, rtol: float = 1e-12) -> None:
    """Compare value, shape and dtype with NumPy's answer."""
    result, expected = to_numpy(result), np.asarray(expected)
    assert (result.shape, result.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(result, expected, rtol=rtol)


def softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return the formula, without care for overflow."""
    return np.exp(x) / np.exp(x).sum(axis, keepdims=True)


def test_relu() -> None:
    check(ops.relu(here(LOGITS)), np.maximum(LOGITS, 0))
    check(ops.relu(here(np.int32([-3, 4]))), np.int32([0, 4]))


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_softmax(axis: int | None) -> None:
    expected = softmax(LOGITS, -1 if axis is None else axis)
    for given in ({"axis": axis}, {"dim": axis}):
        check(ops.softmax(here(LOGITS), **given), expected)
        check(ops.log_softmax(here(LOGITS), **given), np.log(expected))
    check(ops.softmax(here(LOGITS), axis), expected)


def test_softmax_of_large_numbers() -> None:
    x = np.array([1000.0, 999.0, -1000.0])
    ratio = 1 / (1 + math.exp(-1))
    check(ops.softmax(here(x)), np.array([ratio, 1 - ratio, 0]))
    check(ops.log_softmax(here(x))[:2], np.log([ratio, 1 - ratio]))
    assert float(ops.log_softmax(here(x))[2]) == pytest.approx(-2000 + math.log(ratio))


def test_softmax_of_nothing() -> None:
    for shape in ((0,), (2, 0), (0, 3)):
        for function in (ops.softmax, ops.log_softmax):
            check(function(here(np.zeros(shape, np.float32))), np.zeros(shape, np.float32))


def test_softmax_errors() -> None:
    with pytest.raises(ValueError, match="tf.softmax: axis 2"):
        ops.softmax(here(LOGITS), 2)
    with pytest.raises(ValueError, match="tf.log_softmax: logits must have at least 1"):
        ops.log_softmax(1.5)
    with pytest.raises(ValueError, match="Cannot specify both 'dim' and 'axis'"):
        ops.softmax(here(LOGITS), axis=1, dim=1)


def test_affine() -> None:
    weights = np.arange(12.0).reshape(3, 4) - 5
    bias = np.array([0.5, -1.0, 2.0, 7.0])
    check(ops.xw_plus_b(here(LOGITS), here(weights), here(bias)), LOGITS @ weights + bias)
    check(ops.bias_add(here(LOGITS), [1, 2, 3]), LOGITS + [1, 2, 3])
    ops.xw_plus_b(here(LOGITS), here(weights), here(bias), name="xw")
    assert get_default_graph().unique_name("xw") == "xw_1"
    for value, wrong in ((LOGITS, [1, 2]), (LOGITS, [[1], [2], [3]]), (LOGITS[0], [1, 2, 3])):
        with pytest.raises(ValueError, match="the bias must be a vector .* got value of shape"):
            ops.bias_add(here(value), wrong)
    with pytest.raises(ValueError, match="but are 3 and 4"):
        ops.xw_plus_b(here(LOGITS), here(weights.T), here(bias))


def test_l2_loss() -> None:
    check(ops.l2_loss(here(LOGITS)), (LOGITS**2).sum() / 2)


# ---- embeddings


@pytest.mark.parametrize("ids", [[3, 0, 3, 6], [[1], [5]], 2])
def test_embedding_lookup(ids: Any) -> None:
    check(ops.embedding_lookup(here(TABLE), ids), TABLE[ids])


@pytest.mark.parametrize("ids", [list(range(7)), [[6, 2], [0, 3]]])
def test_embedding_in_parts(ids: Any) -> None:
    dealt = [here(TABLE[k::3]) for k in range(3)]
    check(ops.embedding_lookup(dealt, ids), TABLE[ids])
    runs = [here(part) for part in (TABLE[:3], TABLE[3:5], TABLE[5:])]
    check(ops.embedding_lookup(runs, ids, "div"), TABLE[ids])
    check(
        ops.embedding_lookup(runs, np.zeros((0, 2), np.int32), "div"),
        np.zeros((0, 2, 3), np.float32),
    )


def test_embedding_of_a_partitioned_variable() -> None:
    v = get_variable("v", initializer=TABLE, partitioner=fixed_size_partitioner(3))
    check(ops.embedding_lookup(v, [6, 2, 3], "div"), TABLE[[6, 2, 3]])
    columns = get_variable("c", initializer=TABLE, partitioner=lambda shape, dtype: [1, 3])
    check(ops.embedding_lookup(columns, [6, 2, 3]), TABLE[[6, 2, 3]])
    whole = get_variable("w", initializer=TABLE)
    check(ops.embedding_lookup(whole, [6, 2]), TABLE[[6, 2]])


@pytest.mark.parametrize("ids", [[6, 0, 1], [[6, 2], [1, 3]], 4])
def test_long_embeddings_are_cut(ids: Any) -> None:
    lengths = np.sqrt((TABLE[ids] ** 2).sum(-1, keepdims=True))
    expected = TABLE[ids] * np.minimum(1.0, 7.0 / np.maximum(lengths, 1e-9)).astype(np.float32)
    check(ops.embedding_lookup(here(TABLE), ids, max_norm=7.0), expected, 1e-6)
    parts = [here(TABLE[k::3]) for k in range(3)]
    check(ops.embedding_lookup(parts, ids, max_norm=7.0, validate_indices=False), expected, 1e-6)
    blocks = here(TABLE.reshape(7, 3, 1) * np.float32([1, 2]))
    whole = TABLE[ids][..., None] * np.float32([1, 2])
    both = np.sqrt((whole**2).sum((-1, -2), keepdims=True))
    check(ops.embedding_lookup(blocks, ids, max_norm=7.0), whole * np.minimum(1, 7 / np.maximum(both, 1e-9)), 1e-6)


def test_embedding_errors(place: Any) -> None:
    with pytest.raises(ValueError, match="Need at least one param"):
        ops.embedding_lookup([], [0])
    with pytest.raises(ValueError, match=r"`partition_strategy` should be one of \('mod', 'div'\)"):
        ops.embedding_lookup([here(TABLE), here(TABLE)], [0], "no")
    with pytest.raises(TypeError, match="'ids' has DataType float32"):
        ops.embedding_lookup(here(TABLE), [0.5])
    if place is np:
        for wrong in (7, -1):
            with pytest.raises(IndexError, match=rf"= {wrong} is not in \[0, 7"):
                ops.embedding_lookup(TABLE, [0, wrong])


# ---- dropout


def test_dropout() -> None:
    x = np.full((100, 50), 3.0, np.float32)
    dropped = to_numpy(ops.dropout(here(x), 0.8))
    kept = dropped != 0
    np.testing.assert_allclose(dropped[kept], 3 / 0.8, rtol=1e-6)
    assert 0.75 < kept.mean() < 0.85
    assert dropped.dtype == np.float32
    by_rate = to_numpy(ops.dropout(here(x), rate=0.7))
    assert 0.25 < (by_rate != 0).mean() < 0.35


def test_dropout_of_whole_rows() -> None:
    x = np.ones((200, 5))
    dropped = to_numpy(ops.dropout(here(x), 0.5, noise_shape=[200, 1]))
    assert (dropped == dropped[:, :1]).all()
    assert 0 < dropped[:, 0].mean() < 2


def test_dropout_has_the_sizes_of_x_where_there_are_none() -> None:
    kept = to_numpy(ops.dropout(here(np.ones([6, 50, 4])), 0.5, noise_shape=[None, 1, None]))
    assert (kept == kept[:, :1]).all() and set(np.unique(kept)) == {0, 2}
    with pytest.raises(ValueError, match="Cannot convert a partially known TensorShape to a Tensor: noise_shape=.None"):
        ops.dropout(here(np.ones([6, 5, 4])), 0.5, noise_shape=[None, 1])


def test_dropout_draws_anew_and_repeats_when_seeded() -> None:
    def masks(seed: int | None, op_seed: int | None) -> list[Any]:
        reset_default_graph()
        get_default_graph().seed = seed
        return [to_numpy(ops.dropout(ops.ones([40]), 0.5, seed=op_seed)).tolist() for _ in range(2)]

    for seed, op_seed in ((1, None), (1, 5), (None, 5)):
        first, second = masks(seed, op_seed)
        assert first != second  # a seeded mask is not the same mask in every step
        assert masks(seed, op_seed) == [first, second]
    assert masks(None, None) != masks(None, None)


def test_dropout_edges() -> None:
    x = here(LOGITS)
    kept = ops.dropout(x, 1.0)
    check(kept, LOGITS)
    assert kept is not x
    for wrong in (0.0, 1.5, -0.5):
        with pytest.raises(ValueError, match=rf"keep_prob must be in \(0, 1\], got {wrong:g}"):
            ops.dropout(x, wrong)
    with pytest.raises(ValueError, match="`keep_prob` must be provided"):
        ops.dropout(x)
    with pytest.raises(ValueError, match="Cannot specify both"):
        ops.dropout(x, 0.5, rate=0.5)
    with pytest.raises(TypeError, match="tf.dropout takes floating"):
        ops.dropout([1, 2], 0.5)


# ---- cross entropies


def test_sparse_cross_entropy(place: Any) -> None:
    expected = -np.log(softmax(LOGITS))[[0, 1], [2, 0]]
    function = ops.sparse_softmax_cross_entropy_with_logits
    check(function(labels=[2, 0], logits=here(LOGITS)), expected)
    check(function(labels=[[2], [0]], logits=here(LOGITS[:, None])), expected[:, None])
    check(function(labels=2, logits=here(LOGITS[0])), expected[0])
    single = function(labels=[2, 0], logits=here(LOGITS.astype(np.float32)))
    check(single, expected.astype(np.float32), rtol=1e-6)
    if place is np:
        for wrong in (3, -1):
            with pytest.raises(ValueError, match=rf"label value of {wrong} which is outside .*\[0, 3\)"):
                function(labels=[0, wrong], logits=LOGITS)
    else:
        assert np.isnan(to_numpy(function(labels=[3, -1], logits=here(LOGITS)))).all()


def test_cross_entropy() -> None:
    labels = np.array([[0.5, 0.2, 0.3], [0.0, 1.0, 0.0]])
    function = ops.softmax_cross_entropy_with_logits
    expected = -(labels * np.log(softmax(LOGITS))).sum(1)
    check(function(labels=here(labels), logits=here(LOGITS)), expected)
    columns = -(labels * np.log(softmax(LOGITS, 0))).sum(0)
    check(function(labels=here(labels), logits=here(LOGITS), dim=0), columns)
    with pytest.raises(ValueError, match=r"\[3, 2\] and \[2, 3\]"):
        function(labels=here(labels.T), logits=here(LOGITS))
    with pytest.raises(TypeError, match="float64 and float32"):
        function(labels=here(labels), logits=here(LOGITS.astype(np.float32)))


@pytest.mark.parametrize(
    "function",
    [ops.sparse_softmax_cross_entropy_with_logits, ops.softmax_cross_entropy_with_logits],
)
def test_cross_entropies_want_their_arguments_named(function: Any) -> None:
    for args, kwargs in (
        ((LOGITS, LOGITS), {}),
        ((), {"labels": [1, 2]}),
        ((), {"logits": LOGITS}),
    ):
        with pytest.raises(ValueError, match=r"^Only call `\w+` with named arguments"):
            function(*args, **kwargs)


def test_sparse_cross_entropy_errors() -> None:
    function = ops.sparse_softmax_cross_entropy_with_logits
    with pytest.raises(ValueError, match=r"expected \[2\], got labels of shape \[1\]"):
        function(labels=[1], logits=here(LOGITS))
    with pytest.raises(ValueError, match="softmax_cross_entropy_with_logits"):
        function(labels=[[0, 1, 0], [1, 0, 0]], logits=here(LOGITS))
    with pytest.raises(TypeError, match="'labels' has DataType float32"):
        function(labels=[1.0, 2.0], logits=here(LOGITS))


def test_in_top_k_says_no_where_it_cannot_say() -> None:
    rows = np.float32([[0.1, 0.4, 0.2, 0.3], [0.1, np.nan, 0.2, 0.05], [0.1, np.inf, 0.2, 0.3], [0.5, 0.4, 0.2, 0.3]])
    found = [ops.in_top_k(here(rows), np.int32(targets), 2) for targets in ([1, 2, 1, 0], [3, 1, 1, 7], [0, 0, 0, -1])]
    assert [to_numpy(row).tolist() for row in found] == [
        [True, False, False, True], [True, False, False, False], [False, False, False, False],
    ]  # fmt: skip
    assert to_numpy(ops.in_top_k(here(np.zeros([2, 0])), np.int32([0, 1]), 1)).tolist() == [False, False]


def test_half_floats_have_the_moments_of_exact_ones() -> None:
    x = (1000 + np.sin(np.arange(600.0))).astype(np.float16)
    for found in (ops.moments(here(x), [0]), further.weighted_moments(here(x), [0], np.float16(1))):
        mean, variance = (to_numpy(value) for value in found)
        assert mean.dtype == variance.dtype == np.float16
        assert abs(float(mean) - x.astype(float).mean()) < 0.5
        assert abs(float(variance) - x.astype(float).var()) < 1e-2


def test_relu6_of_integers() -> None:
    check(ops.relu6(here(np.int32([-3, 4, 9]))), np.int32([0, 4, 6]))
    with pytest.raises(TypeError, match="elu"):
        ops.elu(here(np.int32([1])))


def test_reverse_sequence_takes_its_lengths_to_where_the_array_is(place: Any) -> None:
    rows, wanted = np.arange(6.0).reshape(2, 3), [[1.0, 0.0, 2.0], [5.0, 4.0, 3.0]]
    for lengths in (np.array([2, 3]), place.asarray([2, 3]), [2, 3]):
        assert isinstance(ops.reverse_sequence(rows, lengths, 1), np.ndarray)
        assert to_numpy(ops.reverse_sequence(rows, lengths, 1)).tolist() == wanted
        assert to_numpy(ops.reverse_sequence(here(rows), lengths, 1)).tolist() == wanted


def test_no_nan_is_the_same_as_another() -> None:
    nan = math.nan
    different, places, counts = ops.unique_with_counts(here([1.0, nan, 2.0, nan, 1.0, nan]))
    np.testing.assert_array_equal(to_numpy(different), [1.0, nan, 2.0, nan, nan])
    assert to_numpy(places).tolist() == [0, 1, 2, 3, 0, 4]
    assert to_numpy(counts).tolist() == [2, 1, 1, 1, 1]
