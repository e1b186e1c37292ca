"""ops: values, dtype rules, names, and errors that say what was expected.

Everything runs on the CPU, and on a GPU where CuPy finds one.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from fastscope import ops
from fastscope.arrays import array_module, dtypes, gpu_count, parse_device, to_numpy
from fastscope.errors import InvalidArgumentError, UnimplementedError
from fastscope.graph import Action as Operation
from fastscope.graph import device, get_default_graph, reset_default_graph
from fastscope.scoping.scopes import get_variable, variable_scope
from fastscope.scoping.variables import Variable

# Distinct values, no zeros, no symmetry.
A = np.array([[1.0, -2.0, 3.5], [0.25, 5.0, -6.0]], np.float32)
B = np.array([[2.0, 4.0, -1.0], [8.0, 0.5, 3.0]], np.float32)


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


def check(result: Any, expected: Any, dtype: str | None = None, rtol: float = 1e-6) -> None:
    """Compare with NumPy's answer, in value, shape, and dtype (by default that of `expected`)."""
    expected = np.asarray(expected)
    result = to_numpy(result)
    assert result.shape == expected.shape
    assert result.dtype.name == (dtype or expected.dtype.name)
    np.testing.assert_allclose(result, expected, rtol=rtol)


# ---- making arrays


def test_constant(place: Any) -> None:
    for value, dtype in ((1.5, "float32"), ([1, 2], "int32"), (np.zeros(2), "float64")):
        array = ops.constant(value)
        assert isinstance(array, place.ndarray)
        check(array, value, dtype)
    check(ops.constant([1, 2, 3], shape=[2, 2]), [[1, 2], [3, 3]], "int32")
    check(ops.constant(7, "float64", [3]), [7, 7, 7], "float64")
    check(ops.constant([[1.0]], shape=[1, 1], verify_shape=True), [[1]], "float32")
    assert ops.constant("ab")[()] == b"ab" if place is np else True
    with pytest.raises(TypeError, match="Expected int32, got 1.5"):
        ops.constant(1.5, "int32")
    with pytest.raises(ValueError, match="Takes at most 4, but got 5"):
        ops.constant([1, 2, 3, 4, 5], shape=[2, 2])
    with pytest.raises(TypeError, match="Expected Tensor's shape"):
        ops.constant([1, 2, 3], shape=[2, 2], verify_shape=True)


def test_results_do_not_share_memory_with_what_they_were_made_of() -> None:
    array = here(A)
    for copy in (ops.constant(array), ops.identity(array), ops.cast(array, "float32")):
        copy[0, 0] = 99
    check(array, A)


def test_convert_to_tensor(place: Any) -> None:
    array = here(A)
    assert ops.convert_to_tensor(array) is array
    check(ops.convert_to_tensor(A, "float64"), A, "float64")
    assert isinstance(ops.convert_to_tensor([1]), place.ndarray)
    check(ops.convert_to_tensor([1, 2], preferred_dtype="float32"), [1, 2], "float32")
    check(ops.convert_to_tensor([1.5], preferred_dtype="int32"), [1.5], "float32")
    check(ops.convert_to_tensor(array, preferred_dtype="float64"), A)
    with pytest.raises(TypeError, match="Expected int32"):
        ops.convert_to_tensor(array, "int32")


def test_cast() -> None:
    check(ops.cast(here([1.7, -1.7]), dtypes.int32), [1, -1], "int32")
    check(ops.cast([True, False], "float32"), [1, 0], "float32")
    check(ops.cast(here(np.array([1 + 2j])), "float32"), [1], "float32")
    check(ops.cast(3, dtypes.float64._as_ref), 3.0, "float64")
    for value, dtype in (("3", "float32"), (3, "string")):
        with (
            pytest.raises(UnimplementedError, match="Cast .* is not supported: text is no number"),
            device("/cpu:0"),
        ):
            ops.cast(value, dtype)


def test_filled_arrays(place: Any) -> None:
    check(ops.zeros([2, 3]), np.zeros((2, 3)), "float32")
    check(ops.zeros(4, "int64"), np.zeros(4), "int64")
    check(ops.ones([2], dtypes.bool), [True, True])
    check(ops.zeros_like([1, 2]), [0, 0], "int32")
    check(ops.ones_like(here(A), "int8"), np.ones((2, 3)), "int8")
    check(ops.ones_like(here(A)), np.ones((2, 3)), "float32")
    check(ops.fill([2, 1], 3.5), [[3.5], [3.5]], "float32")
    check(ops.fill([2], 3), [3, 3], "int32")
    check(ops.eye(2), np.eye(2), "float32")
    check(ops.eye(2, 3, dtype="float64"), np.eye(2, 3), "float64")
    assert isinstance(ops.zeros([1]), place.ndarray)
    with pytest.raises(ValueError, match=r"tf.fill: value must have 0 dimensions, got shape \[2\]"):
        ops.fill([2], [1, 2])


def test_range() -> None:
    check(ops.range(5), range(5), "int32")
    check(ops.range(5.0), range(5), "float32")
    check(ops.range(3, 9, 2), [3, 5, 7], "int32")
    check(ops.range(1, 2, 0.25), [1, 1.25, 1.5, 1.75], "float32")
    check(ops.range(6, 0, -2), [6, 4, 2], "int32")
    check(ops.range(3, dtype="float64"), [0, 1, 2], "float64")


def test_random_arrays(place: Any) -> None:
    normal = ops.random_normal([20_000], 2.0, 3.0)
    assert isinstance(normal, place.ndarray)
    assert abs(float(normal.mean()) - 2) < 0.1
    assert abs(float(normal.std()) - 3) < 0.1
    cut = to_numpy(ops.truncated_normal([20_000], dtype="float64"))
    assert (cut.dtype, 1.9 < np.abs(cut).max() <= 2) == (np.float64, True)
    whole = to_numpy(ops.random_uniform([2000], 3, 6, "int32"))
    assert (whole.dtype, set(whole.tolist())) == (np.int32, {3, 4, 5})
    assert 0 <= float(ops.random_uniform([1000]).min()) < float(ops.random_uniform([]).max()) < 1
    with pytest.raises(ValueError, match="Must specify maxval"):
        ops.random_uniform([2], dtype="int32")


def test_random_arrays_repeat_in_a_seeded_graph() -> None:
    def program(seed: int | None) -> list[list[float]]:
        reset_default_graph()
        get_default_graph().seed = seed
        steps = [ops.random_normal([2]), ops.random_normal([2]), ops.random_uniform([2], seed=5)]
        return [to_numpy(step).tolist() for step in steps]

    first = program(3)
    assert program(3) == first
    assert program(4) != first
    assert program(None) != program(None)
    assert program(None)[2] == program(None)[2]  # its own seed is enough
    assert first[0] != first[1]  # and each step draws anew


# ---- arithmetic

BINARY = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "equal": np.equal,
    "not_equal": np.not_equal,
    "less": np.less,
    "less_equal": np.less_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
}


@pytest.mark.parametrize("name", BINARY)
def test_binary(name: str) -> None:
    op, expected = getattr(ops, name), BINARY[name]
    other = B.copy()
    other[1, 2] = A[1, 2]  # one equal pair
    check(op(here(A), here(other)), expected(A, other))
    check(op(here(A), 2), expected(A, np.float32(2)))
    check(op(1.5, here(A)), expected(np.float32(1.5), A))
    check(op(here(A), [4, 5, 6]), expected(A, np.float32([4, 5, 6])))
    check(op(here(A), np.float64(0.1)), expected(A, np.float32(0.1)))
    check(op(3, 2), expected(np.int32(3), np.int32(2)))
    assert str(op.__doc__).startswith("Return ")
    with pytest.raises(ValueError, match=rf"tf.{name}: .* \[2, 3\] and \[4\]"):
        op(here(A), here(np.zeros(4, np.float32)))
    with pytest.raises(TypeError, match=rf"tf.{name}: .*float32 and float64.*tf.cast\(x, tf.float32"):
        op(here(A), here(B.astype(np.float64)))
    with pytest.raises(TypeError, match="Expected int32, got 1.5"):
        op(here(np.array([1, 2], np.int32)), 1.5)


def test_pow() -> None:
    check(ops.pow(2, 3), 8, "int32")
    check(ops.pow(here(B), 2), B**2)
    check(ops.pow(here(np.float32([4, 9])), 0.5), np.float32([2, 3]))


def test_divide_integers() -> None:
    check(ops.divide(here(np.int32([7])), 2), [3.5], "float64")
    check(ops.divide(here(np.int8([7])), 2), [3.5], "float32")


UNARY = {
    "negative": (np.negative, A),
    "abs": (np.abs, A),
    "square": (np.square, A),
    "sqrt": (np.sqrt, np.abs(A)),
    "exp": (np.exp, A),
    "log": (np.log, np.abs(A)),
    "tanh": (np.tanh, A),
    "sigmoid": (lambda x: 1 / (1 + np.exp(-x.astype(np.float64))), A),
}


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_unary(name: str, dtype: str) -> None:
    expected, x = UNARY[name]
    x = x.astype(dtype)
    rtol = 1e-5 if dtype == "float32" else 1e-13
    check(getattr(ops, name)(here(x)), expected(x).astype(dtype), rtol=rtol)
    scalar = getattr(ops, name)(x[0].tolist())
    check(scalar, expected(x[0].astype(np.float32)).astype(np.float32), rtol=1e-5)


def test_integers_where_floats_are_wanted() -> None:
    for name in ("sqrt", "exp", "log", "tanh", "sigmoid", "l2_loss", "softmax", "log_softmax"):
        with pytest.raises(TypeError, match=rf"tf.{name} takes floating .* int32.*tf.cast"):
            getattr(ops, name)([1, 2])
    check(ops.square(-3), 9, "int32")
    check(ops.abs(-3), 3, "int32")
    check(ops.negative(here(np.int8([3]))), [-3], "int8")


def test_sigmoid_far_out() -> None:
    with np.errstate(all="raise", under="ignore"):
        x = np.float32([-1000, -80, -20, 20, 1000])
        expected = np.float32([0, math.exp(-80), math.exp(-20), 1, 1])
        check(ops.sigmoid(here(x)), expected, rtol=1e-5)


def test_matmul(place: Any) -> None:
    check(ops.matmul(here(A), here(B.T)), A @ B.T)
    check(ops.matmul(here(A), here(B), transpose_b=True), A @ B.T)
    check(ops.matmul(here(A), here(B), transpose_a=True), A.T @ B)
    check(ops.matmul(here(A.T), here(B), True, True), A @ B.T)
    batch = np.arange(30, dtype=np.float32).reshape(5, 2, 3)
    check(ops.matmul(here(batch), here(batch), transpose_b=True), batch @ batch.swapaxes(1, 2))
    if place is np:  # CuPy broadcasts batches too, but its double on the CPU does not
        check(ops.matmul(batch, B.T), batch @ B.T)
    check(ops.matmul([[1, 2]], [[3], [4]]), [[11]], "int32")
    for matrices in (A, batch):
        half = ops.cast(matrices, "bfloat16")
        assert ops.matmul(half, half, transpose_b=True).dtype == half.dtype
    with pytest.raises(ValueError, match=r"but are 3 and 2: a has shape \[2, 3\].*transpose_a=True"):
        ops.matmul(here(A), here(B))
    with pytest.raises(ValueError, match=r"are 2 and 3: .*\[3, 2\], transpose_a=True; "):
        ops.matmul(here(A), here(B.T), transpose_a=True)
    with pytest.raises(ValueError, match=r"b must have at least 2 dimensions, got shape \[3\]"):
        ops.matmul(here(A), here(B[0]))


def test_add_n() -> None:
    array = here(A)
    check(ops.add_n([array, here(B), here(A)]), A + B + A)
    check(array, A)
    check(ops.add_n(array), A)
    check(ops.add_n([lambda: 2.0, here(np.float32(3))]), np.float32(5))
    with pytest.raises(ValueError, match="at least one Tensor"):
        ops.add_n([])
    with pytest.raises(ValueError, match=r"Shapes must be equal, but are \[2, 3\], \[3\]"):
        ops.add_n([here(A), here(A[0])])


def test_clip_by_value() -> None:
    check(ops.clip_by_value(here(A), -1, 3.0), np.clip(A, -1, 3))
    check(ops.clip_by_value(here(A), -1, here(np.abs(B))), np.clip(A, -1, np.abs(B)))


def test_where() -> None:
    check(ops.where(here(A) > 0, here(A), here(B)), np.where(A > 0, A, B))
    check(ops.where([True, False], here(A), here(B)), np.stack([A[0], B[1]]))
    check(ops.where(True, here(A), here(B)), A)
    check(ops.where(here(A) > 0, here(A), 0), np.maximum(A, 0))
    check(ops.where(here(A) > 0), [[0, 0], [0, 2], [1, 0], [1, 1]], "int64")
    with pytest.raises(ValueError, match="must both be non-None or both be None"):
        ops.where(here(A) > 0, here(A))
    # three bools would fit the columns if NumPy were asked
    with pytest.raises(ValueError, match=r"condition of shape \[3\] chooses rows"):
        ops.where([True, False, True], here(A), here(B))


# ---- reductions


@pytest.mark.parametrize("name", ["reduce_sum", "reduce_mean", "reduce_max", "reduce_min"])
@pytest.mark.parametrize("axis", [None, 0, -1, [0, 2], (1,), np.int64(1)])
@pytest.mark.parametrize("keep", [False, True])
def test_reductions(name: str, axis: Any, keep: bool) -> None:
    x = np.random.default_rng(3).normal(size=(2, 3, 4))
    op, expected = getattr(ops, name), getattr(np, name.removeprefix("reduce_"))
    axes = tuple(axis) if isinstance(axis, list) else axis
    answer = expected(x, axis=axes, keepdims=keep)
    check(op(here(x), axis, keep), answer, rtol=1e-12)
    check(op(here(x), reduction_indices=axis, keep_dims=keep), answer, rtol=1e-12)
    check(op(here(x), axis=axis, keepdims=keep), answer, rtol=1e-12)


def test_reductions_keep_the_dtype() -> None:
    for dtype in ("float32", "int8", "int32", "float16"):
        x = here(np.array([3, 4, 6], dtype))
        check(ops.reduce_sum(x), 13, dtype)
        check(ops.reduce_max(x), 6, dtype)
    check(ops.reduce_mean(here(np.int32([-3, -4]))), -3, "int32")  # cut towards zero
    check(ops.reduce_mean([1, 2]), 1, "int32")
    check(ops.reduce_mean(here(np.float32([1, 2]))), 1.5, "float32")


def test_reduction_errors() -> None:
    with pytest.raises(ValueError, match=r"tf.reduce_sum: axis 7 is not there, .*\[-2, 1\]"):
        ops.reduce_sum(here(A), 7)
    with pytest.raises(ValueError, match="Cannot specify both 'reduction_indices' and 'axis'"):
        ops.reduce_sum(here(A), 1, reduction_indices=[0])
    with pytest.raises(ValueError, match="Cannot specify both 'keep_dims' and 'keepdims'"):
        ops.reduce_max(here(A), keepdims=True, keep_dims=True)


@pytest.mark.parametrize(("dtype", "least", "most"), [("float32", -np.inf, np.inf), ("int32", -(2**31), 2**31 - 1)])
def test_reductions_of_nothing(dtype: str, least: Any, most: Any) -> None:
    nothing = here(np.zeros((0, 3), dtype))
    check(ops.reduce_max(nothing), np.array(least, dtype))
    check(ops.reduce_min(nothing, 0), np.array([most] * 3, dtype))
    check(ops.reduce_max(nothing, 1, keepdims=True), np.zeros((0, 1), dtype))
    check(ops.argmax(nothing, 1), np.zeros(0, np.int64))
    for function in (ops.argmax, ops.argmin):
        with pytest.raises(InvalidArgumentError, match=r"Reduction axis 0 is empty in shape \[0, 3\]: there is"):
            function(nothing)


def test_a_nan_shows() -> None:
    x = here(np.float32([[1, np.nan, 3], [5, 4, 2]]))
    check(ops.reduce_max(x, 1), np.float32([np.nan, 5]))
    check(ops.reduce_min(x, 1), np.float32([np.nan, 2]))
    check(ops.argmax(x, 1), [1, 0], "int64")
    check(ops.argmin(x, 1), [1, 2], "int64")


@pytest.mark.parametrize("dtype", [">f4", ">f8", ">i4", ">f2"])
def test_numbers_in_the_other_order_of_bytes(dtype: str) -> None:
    swapped, plain = B.astype(dtype), B.astype(np.dtype(dtype).newbyteorder("="))
    ones = np.ones_like(plain)
    for result in (
        ops.identity(swapped), ops.reshape(swapped, [2, 3]), ops.multiply(swapped, ones), ops.multiply(ones, swapped),
        ops.gather(swapped, np.array([0, 1], ">i8")), ops.concat([swapped], 0), ops.split(swapped, 1)[0],
        Variable(swapped, name="v").numpy(), Variable(plain, name="w").assign(swapped).numpy(),
    ):  # fmt: skip
        assert to_numpy(result).dtype.isnative
        check(result, plain)
    for left, right in ((swapped, plain.T), (plain, swapped.T), (swapped, swapped.T)):
        check(ops.matmul(left, right), plain @ plain.T)


def test_argmax() -> None:
    check(ops.argmax(here(A)), A.argmax(0), "int64")
    check(ops.argmax(here(A), 1), A.argmax(1), "int64")
    check(ops.argmin(here(A), dimension=1), A.argmin(1), "int64")
    check(ops.argmin(here(A), -1, output_type=dtypes.int32), A.argmin(1), "int32")
    with pytest.raises(ValueError, match="Cannot specify both 'dimension' and 'axis'"):
        ops.argmax(here(A), 1, dimension=1)
    with pytest.raises(ValueError, match="tf.argmin: axis 2"):
        ops.argmin(here(A), 2)


# ---- shapes

X = np.arange(24, dtype=np.float32).reshape(2, 3, 4)


def test_reshape() -> None:
    check(ops.reshape(here(X), [4, 6]), X.reshape(4, 6))
    check(ops.reshape(here(X), (-1, 8)), X.reshape(3, 8))
    check(ops.reshape(here(X), [-1]), X.ravel())
    check(ops.reshape(here(X[:0]), [0, 7]), np.zeros((0, 7)), "float32")
    check(ops.reshape(3, []), 3, "int32")
    check(ops.reshape(here(X), ops.shape(here(X))), X)
    for shape, why in (
        ([4, 2], "tensor with 24 values, but the requested shape has 8. tf"),
        ([-1, 7], "tensor with 24 values, but the requested shape requires a multiple of 7. tf"),
        ([-1, -1], "Only one input size may be -1, not both 0 and 1. tf"),
    ):
        with pytest.raises(ValueError, match=f"{why}.*shape \\[2, 3, 4\\] to"):
            ops.reshape(here(X), shape)


def test_transpose() -> None:
    check(ops.transpose(here(X)), X.T)
    check(ops.transpose(here(X), [1, 0, 2]), X.transpose(1, 0, 2))
    for perm in ([0], [0, 1, 1], [0, 1, 3]):
        with pytest.raises(ValueError, match=r"tf.transpose: perm .* expected each of \[0, 1, 2\]"):
            ops.transpose(here(X), perm)


def test_dimensions_of_one() -> None:
    check(ops.expand_dims(here(A), 1), A[:, None])
    check(ops.expand_dims(here(A), -1), A[..., None])
    check(ops.expand_dims(here(A), dim=0), A[None])
    with pytest.raises(ValueError, match="tf.expand_dims: axis 7"):
        ops.expand_dims(here(A), 7)
    with pytest.raises(ValueError, match="tf.expand_dims: `axis` must be provided"):
        ops.expand_dims(here(A))
    one = X[:1, :, None]
    check(ops.squeeze(here(one)), X[0])
    check(ops.squeeze(here(one), [0]), X[0][:, None])
    check(ops.squeeze(here(one), squeeze_dims=[-2]), X[:1])
    with pytest.raises(ValueError, match=r"Can not squeeze dim\[1\], expected a dimension of 1, got 3"):
        ops.squeeze(here(one), 1)


def test_concat_and_stack() -> None:
    check(ops.concat([here(A), here(B)], 0), np.concatenate([A, B]))
    check(ops.concat([here(A), here(B[:, :1])], -1), np.concatenate([A, B[:, :1]], 1))
    check(ops.concat(here(A), 0), A)
    check(ops.stack([here(A), here(B)]), np.stack([A, B]))
    check(ops.stack([here(A), here(B)], -1), np.stack([A, B], -1))
    check(ops.stack([1.5, 2]), [1.5, 2], "float32")
    with pytest.raises(ValueError, match=r"but axis 0 must be equal, got shapes \[2, 3\], \[3, 2\]"):
        ops.concat([here(A), here(A.T)], 0)
    with pytest.raises(ValueError, match="all dimensions but axis 1"):
        ops.concat([here(A), here(A[0])], 1)
    with pytest.raises(ValueError, match="tf.concat: axis 5"):
        ops.concat([here(A), here(B)], 5)
    with pytest.raises(TypeError, match=r"\(values, axis\).*swap"):
        ops.concat(1, [here(A), here(B)])
    with pytest.raises(TypeError, match="tf.concat: .*float32 and int32"):
        ops.concat([here(A), here(B.astype(np.int32))], 0)
    with pytest.raises(ValueError, match=r"tf.stack: Shapes must be equal, but are \[2, 3\], \[3\]"):
        ops.stack([here(A), here(A[0])])


def test_split_and_unstack() -> None:
    for pieces, cut in ((3, [1, 1, 1]), ([1, 2], [1, 2]), ([2, -1], [2, 1]), ([-1, 0], [3, 0])):
        found = ops.split(here(A), pieces, 1)
        assert isinstance(found, list)
        ends = np.cumsum(cut)[:-1]
        for piece, expected in zip(found, np.split(A, ends, 1), strict=True):
            check(piece, expected)
    for pieces in (2, [1, 1], [4, -1], [-1, -1], 0):
        even = r"can't split axis 1 of size 3 .*\[2, 3\]|split_dim 1 \(size = 3\) and num_split"
        with pytest.raises(ValueError, match=even):
            ops.split(here(A), pieces, axis=1)
    for axis in (0, 1, -1):
        rows = ops.unstack(here(A), axis=axis)
        for row, expected in zip(rows, np.moveaxis(A, axis, 0), strict=True):
            check(row, expected)
    assert len(ops.unstack(here(A), 2)) == 2
    with pytest.raises(ValueError, match=r"num=5, but dimension 0 of shape \[2, 3\] is 2"):
        ops.unstack(here(A), 5)


def test_shape_questions() -> None:
    for answer, expected in (
        (ops.shape(here(X)), [2, 3, 4]),
        (ops.size(here(X)), 24),
        (ops.rank(here(X)), 3),
    ):
        assert isinstance(answer, np.ndarray)
        check(answer, expected, "int32")
    check(ops.shape([[1]], out_type=dtypes.int64), [1, 1], "int64")


def test_one_hot() -> None:
    check(ops.one_hot([2, 0], 3), [[0, 0, 1], [1, 0, 0]], "float32")
    check(ops.one_hot([[1], [0]], 2), [[[0, 1]], [[1, 0]]], "float32")
    check(ops.one_hot([-1, 3], 3), np.zeros((2, 3)), "float32")
    check(ops.one_hot([1], 3, 5, 2), [[2, 5, 2]], "int32")
    check(ops.one_hot([1], 3, off_value=-1.0), [[-1, 1, -1]], "float32")
    check(ops.one_hot(1, 3, dtype="int64"), [0, 1, 0], "int64")
    check(ops.one_hot([2, 0], 3, axis=0), [[0, 1], [0, 0], [1, 0]], "float32")
    with pytest.raises(TypeError, match="tf.one_hot: .*'indices' has DataType float32"):
        ops.one_hot([1.5], 3)
    with pytest.raises(ValueError, match="depth must be non-negative but is -3"):
        ops.one_hot([1], -3)


def test_gather(place: Any) -> None:
    check(ops.gather(here(A), [1, 0, 1]), A[[1, 0, 1]])
    check(ops.gather(here(A), [[2], [0]], axis=1), A[:, [[2], [0]]])
    check(ops.gather(here(A), 1), A[1])
    with pytest.raises(TypeError, match="tf.gather: .*'indices' has DataType float32"):
        ops.gather(here(A), [0.5])
    if place is np:
        for wrong in (5, -1):
            with pytest.raises(IndexError, match=rf"= {wrong} is not in \[0, 2\)"):
                ops.gather(A, [0, wrong])


# ---- what is shared by all


def test_variables_are_operands(place: Any) -> None:
    v = Variable(A, name="v")
    check(ops.add(v, 1), A + 1)
    check(ops.matmul(v, v, transpose_b=True), A @ A.T, rtol=1e-5)
    assert isinstance(ops.add(v, v), place.ndarray)
    views = [
        ops.reshape(v, [3, 2]),
        ops.transpose(v),
        ops.squeeze(v),
        ops.expand_dims(v, 0),
        ops.split(v, 3, 1)[0],
        ops.unstack(v)[0],
        ops.identity(v),
        ops.convert_to_tensor(v),
    ]
    for view in views:
        view[...] = 99  # a result is a value: writing into it leaves the variable alone
    check(v.numpy(), A)


def test_a_name_draws_from_the_name_table() -> None:
    names = [ops.group(name=n).name for n in ("c", "c", "C", "a/b", "k/", "k/")]
    assert names == ["c", "c_1", "C_2", "a/b", "k", "k"]
    ops.add(1, 2, name="sum")
    ops.add(1, 2, "sum")
    assert get_default_graph().unique_name("sum") == "sum_2"
    ops.add(1, 2)
    assert get_default_graph().unique_name("Add") == "Add"
    ops.constant(1.0, name="v")
    assert get_variable("v", [1]).name == "v_1:0"  # as in TF: the constant took the name
    with variable_scope("s"):
        assert ops.no_op(name="x").name == "s/x"
    for bad in ("b c", "", "_x"):
        with pytest.raises(ValueError, match=f"'{bad}' is not a valid"):
            ops.zeros([1], name=bad)


def test_every_function_takes_a_name() -> None:
    found = {name: value for name, value in vars(ops).items() if inspect.isfunction(value)}
    assert len(found) > 200
    for name in found.keys() - {
        "assigned_slice",
        "dense_rows",
        "get_static_value",
        "is_numeric_tensor",
        "is_tensor",
        "sliced",
    }:
        assert "name" in inspect.signature(found[name]).parameters, name


def test_operations() -> None:
    done: list[int] = []
    first = Operation("first", lambda: done.append(1))
    second = Operation("second", lambda: done.append(2))
    both = ops.group(first, [second, ops.no_op()], here(A))
    assert done == []
    both.run()
    assert done == [1, 2]
    assert (ops.no_op().name, both.name) == ("NoOp", "group_deps")


def test_arrays_on_the_host_follow_those_on_a_gpu(place: Any) -> None:
    mixed = ops.add(A, here(B))
    assert array_module(mixed) is place
    check(mixed, A + B)
    check(ops.matmul(here(A), B, transpose_b=True), A @ B.T)
    check(ops.concat([A, here(B)], 0), np.concatenate([A, B]))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32, np.float16])
@pytest.mark.parametrize("ids", [[0, 2, -1, 2], [[0, 1], [1, -1]], [], [1, 1, 0, 3]], ids=str)
@pytest.mark.parametrize("rest", [(), (3,), (2, 2), (0,)], ids=str)
def test_sums_of_segments_are_those_of_a_loop(dtype: Any, ids: Any, rest: tuple[int, ...]) -> None:
    places = np.array(ids, np.int32)
    x = np.arange(places.size * math.prod(rest)).reshape(places.shape + rest).astype(dtype)
    expected = np.zeros((4, *rest), dtype)
    for place in np.ndindex(places.shape):
        if places[place] >= 0:  # a negative id drops its row
            expected[places[place]] += x[place]
    found = ops.unsorted_segment_sum(here(x), places, 4)
    np.testing.assert_array_equal(to_numpy(found), expected)
    assert found.dtype == dtype
