"""Convolutions and pools: against plain loops, and what they say of arguments that do not fit."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import fastscope
import fastscope.compat.v1 as tf
from fastscope import ops
from fastscope.arrays import to_numpy
from fastscope.errors import InvalidArgumentError, UnimplementedError
from fastscope.ops.windows import Slide

X = np.sin(np.arange(210.0) * 1.7).reshape(2, 7, 5, 3)
W = np.cos(np.arange(72.0) * 2.3).reshape(3, 2, 3, 4)


@pytest.fixture(autouse=True)
def at_once() -> None:
    fastscope.enable_eager_execution()


def windows(x: Any, window: Sequence[int], stride: Sequence[int], gap: Sequence[int], same: bool, fill: float) -> Any:
    """All windows `[N, rows, columns, *window, C]` of an array, one after the other."""
    counts, starts = [], []
    for n, k, s, d in zip(x.shape[1:3], window, stride, gap, strict=True):
        reach = (k - 1) * d + 1
        count = -(-n // s) if same else (n - reach) // s + 1
        counts.append(count)
        starts.append(-(max((count - 1) * s + reach - n, 0) // 2) if same else 0)
    found = np.full((len(x), *counts, *window, x.shape[-1]), fill)
    for i, j, a, b in itertools.product(*map(range, (*counts, *window))):
        row, column = starts[0] + i * stride[0] + a * gap[0], starts[1] + j * stride[1] + b * gap[1]
        if 0 <= row < x.shape[1] and 0 <= column < x.shape[2]:
            found[:, i, j, a, b] = x[:, row, column]
    return found


CASES = list(itertools.product([(1, 1), (2, 1), (2, 3)], [(1, 1), (1, 2), (2, 2)], ["SAME", "VALID"]))


@pytest.mark.parametrize(("stride", "gap", "padding"), CASES)
def test_convolutions_are_sums_over_windows(stride: Any, gap: Any, padding: str) -> None:
    seen = windows(X, (3, 2), stride, gap, padding == "SAME", 0.0)
    found = fastscope.nn.conv2d(X, W, list(stride), padding, dilations=list(gap))
    np.testing.assert_allclose(found, np.einsum("nijabc,abcf->nijf", seen, W), atol=1e-12)
    each = fastscope.nn.depthwise_conv2d(X, W, [1, *stride, 1], padding, rate=list(gap))
    expected = np.einsum("nijabc,abcm->nijcm", seen, W)
    np.testing.assert_allclose(each, expected.reshape(*expected.shape[:3], -1), atol=1e-12)


@pytest.mark.parametrize(("stride", "padding"), [(case[0], case[2]) for case in CASES if case[1] == (1, 1)])
def test_pools_look_at_windows(stride: Any, padding: str) -> None:
    seen = windows(X, (3, 2), stride, (1, 1), padding == "SAME", np.nan)
    found = fastscope.nn.max_pool(X, [3, 2], list(stride), padding)
    np.testing.assert_array_equal(found, np.nanmax(seen, axis=(3, 4)))
    found = fastscope.nn.avg_pool(X, [3, 2], list(stride), padding)
    np.testing.assert_allclose(found, np.nanmean(seen, axis=(3, 4)), atol=1e-12)


@pytest.mark.parametrize("forward", ["conv2d", "conv3d", "depthwise_conv2d"])
def test_ways_back_are_adjoint(forward: str) -> None:
    x, w = (X[:, :, None], W[:, None]) if forward == "conv3d" else (X, W)
    to_input = getattr(ops, f"{forward}_backprop_input")
    to_filter = getattr(ops, f"{forward}_backprop_filter")
    assert (to_input.__name__, to_filter.__name__) == (f"{forward}_backprop_input", f"{forward}_backprop_filter")
    strides = [1, *[2] * (x.ndim - 2), 1]
    y = getattr(ops, forward)(x, w, strides, "SAME")
    d = np.cos(np.arange(y.size) * 0.7).reshape(y.shape)
    expected = np.sum(y * d)
    np.testing.assert_allclose(np.sum(x * to_input(x.shape, w, d, strides, "SAME")), expected)
    np.testing.assert_allclose(np.sum(w * to_filter(x, w.shape, d, strides, "SAME", dilations=None)), expected)
    with pytest.raises(TypeError, match=forward):
        to_input(x.shape, w, d.astype(np.float32), strides, "SAME")


def test_channels_may_come_first() -> None:
    first = X.transpose(0, 3, 1, 2)
    for name, more in (("conv2d", (W,)), ("depthwise_conv2d", (W,))):
        function = getattr(fastscope.nn, name)
        found = function(first, *more, strides=[1, 1, 2, 2], padding="SAME", data_format="NCHW")
        expected = function(X, *more, strides=[1, 2, 2, 1], padding="SAME")
        np.testing.assert_allclose(found, expected.transpose(0, 3, 1, 2), atol=1e-12)


def test_a_batch_that_is_unrolled_in_parts_is_whole() -> None:
    x = np.tile(X, (60, 30, 30, 1)).astype(np.float32)
    w = W.astype(np.float32)
    found = fastscope.nn.conv2d(x, w, 1, "VALID")
    np.testing.assert_array_equal(found[:2], found[-2:])
    np.testing.assert_allclose(found[0], fastscope.nn.conv2d(x[:1], w, 1, "VALID")[0], rtol=1e-5, atol=1e-5)


def test_of_equal_elements_the_first_has_the_gradient() -> None:
    fastscope.disable_eager_execution()
    x = tf.ones([1, 3, 3, 1])
    with tf.Session() as session:
        (found,) = session.run(tf.gradients(tf.nn.max_pool(x, 2, 1, "VALID"), x))
    assert found[0, :, :, 0].tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 0]]


MESSAGES: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: tf.nn.conv2d(X, W, 1, "same"), ValueError, "Attr 'padding' of 'Conv2D' Op passed string 'same' not in"),
    (lambda: tf.nn.max_pool(X, 2, 2, "FULL"), ValueError, "Attr 'padding' of 'MaxPool' Op passed string"),
    (lambda: tf.nn.conv2d(X, W, [1, 2, 3], "SAME"), ValueError, "strides should be of length 1, 2 or 4 but was 3"),
    (
        lambda: tf.nn.conv2d(X, W, [2, 1, 1, 1], "SAME"),
        InvalidArgumentError,
        "Current implementation does not yet supp",
    ),
    (lambda: tf.nn.conv2d(X, W, [1, 0, 1, 1], "SAME"), ValueError, "Stride must be > 0, but got 0."),
    (lambda: tf.nn.conv2d(X, W, 1, "SAME", dilations=0), ValueError, "Dilation rate must be >= 1, but got 0."),
    (lambda: tf.nn.max_pool(X, [1, 0, 2, 1], 1, "SAME"), ValueError, "ksize must be > 0, but got 0."),
    (
        lambda: tf.nn.max_pool(X, [2, 2, 2, 1], 1, "SAME"),
        UnimplementedError,
        "Pooling is not yet supported on the batch",
    ),
    (
        lambda: tf.nn.avg_pool(X, [1, 1, 1, 3], 1, "SAME"),
        UnimplementedError,
        "Non-spatial pooling is not yet supported",
    ),
    (lambda: tf.nn.max_pool(X, [1, 2, 1, 3], 1, "SAME"), UnimplementedError, "MaxPooling supports exactly one of"),
    (
        lambda: tf.nn.max_pool(X, [1, 1, 1, 3], 1, "SAME"),
        UnimplementedError,
        "Depthwise max pooling requires the depth",
    ),
    (lambda: tf.nn.max_pool(X, [1, 1, 1, 2], [1, 1, 1, 2], "SAME"), UnimplementedError, "Depthwise max pooling requi"),
    (lambda: tf.nn.conv2d(X, W[:, :, :2], 1, "SAME"), ValueError, "Depth of input (3) is not a multiple of input dep"),
    (
        lambda: tf.nn.conv2d(X, W[:, :, :1, :3], 1, "SAME"),
        InvalidArgumentError,
        "convolution: input depth must be equal",
    ),
    (lambda: tf.nn.conv2d(X[:, :2], W, 1, "VALID"), ValueError, "Negative dimension size caused by subtracting 3 fr"),
    (lambda: tf.nn.conv2d(X[0], W, 1, "SAME"), ValueError, "Shape must be rank 4 but is rank 3"),
    (lambda: tf.nn.conv2d_transpose(X, W[..., :3], [2, 3, 9, 3], 2), InvalidArgumentError, "Conv2DSlowBackpropInput"),
    (lambda: tf.nn.convolution(X, W[None, None], "SAME"), ValueError, "convolution: num_spatial_dims must be one of"),
    (lambda: tf.nn.pool(X, [2] * 4, "MAX", "SAME"), ValueError, "pool: num_spatial_dims must be one of 1, 2, or 3 but"),
    (lambda: tf.nn.pool(X, [2, 2], "MIN", "SAME"), ValueError, "Unsupported pooling_type: 'MIN'. It is 'MAX' or 'AVG'"),
    (lambda: tf.nn.pool(X, [2, 2], "MAX", "SAME", [2, 2]), ValueError, "pooling with SAME padding is not implemented"),
    (
        lambda: tf.nn.pool(X, [2, 2], "MAX", "VALID", [2, 2], [2, 1]),
        ValueError,
        "strides > 1 not supported in conjunct",
    ),
    (lambda: tf.nn.pool(X, [2, 2], "MAX", "VALID", strides=[3, 1]), ValueError, "strides > window_shape not supported"),
    (
        lambda: tf.nn.pool(X, [2, 2], "MAX", "VALID", strides=[3]),
        ValueError,
        "len(strides)=1 but should be 2: a number",
    ),
    (lambda: tf.nn.pool(X, [2, 2], "MAX", "VALID", [0, 1]), ValueError, "dilation_rate"),
    (lambda: tf.nn.max_pool_v2(X[0, 0], 2, 2, "SAME"), ValueError, "Input tensor must be of rank 3, 4 or 5 but was 2:"),
    (
        lambda: tf.nn.with_space_to_batch(X, [2, 1], "SAME", lambda x, *_: x),
        ValueError,
        "filter_shape must be specified for SAME padding: the sizes of the window",
    ),
    (
        lambda: tf.nn.with_space_to_batch(X, [2, 1], "VALID", lambda x, *_: x, spatial_dims=[2, 1]),
        ValueError,
        "spatial_dims must be a monotonically increasing sequence of positive integers, got [2, 1]",
    ),
    (lambda: tf.nn.max_pool_with_argmax(X, 2, 2, "SAME", output_dtype=tf.uint8), ValueError, "Argument `output"),
    (lambda: tf.nn.max_pool_with_argmax(X, 2, 2, "SAME", "NCHW"), ValueError, "Argument `data_form"),
    (lambda: tf.nn.dilation2d(X, W[..., :2, 0], 1, 1, "SAME"), ValueError, "Dimensions must be equal, but are 3 and 2"),
    (
        lambda: tf.nn.fused_batch_norm(X, [1.0] * 3, [0.0] * 3, is_training=False),
        ValueError,
        "Both 'mean' and 'variance' must be given when is_training is False: write",
    ),
]


@pytest.mark.parametrize(("run", "error", "opening"), MESSAGES)
def test_messages(run: Callable[[], Any], error: type[Exception], opening: str) -> None:
    with pytest.raises(error) as raised:
        run()
    assert str(raised.value).startswith(opening)


def test_the_moments_of_a_batch_have_gradients() -> None:
    fastscope.disable_eager_execution()
    x = tf.constant(X)
    ones = tf.ones([3], tf.float64)
    _, mean, variance = tf.nn.fused_batch_norm(x, ones, ones)
    centre, spread = tf.nn.moments(x, [0, 1, 2])
    with tf.Session() as session:
        found, expected = session.run([tf.gradients(mean, x), tf.gradients(centre, x)])
        np.testing.assert_allclose(found, expected)
        found, expected = session.run([tf.gradients(variance, x), tf.gradients(spread * (70 / 69), x)])
        np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize("padding", ["SAME", "VALID", ((0, 0), (1, 0), (2, 3), (0, 0))])
@pytest.mark.parametrize("rows", [1, 2], ids=["plain", "dilated"])
def test_a_way_back_in_single_steps_is_one_product(padding: Any, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    facts: dict[str, Any] = {"strides": [1, 1, 1, 1], "padding": padding, "dilations": [1, rows, 1, 1]}
    d = np.cos(ops.conv2d(X, W, **facts))
    quick = ops.conv2d_backprop_input(X.shape, W, d, **facts)
    monkeypatch.setattr("fastscope.ops.windows.Slide.turned_round", lambda self: None)
    np.testing.assert_allclose(quick, ops.conv2d_backprop_input(X.shape, W, d, **facts), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("columns", [5, 1])
@pytest.mark.parametrize("stride", [(1, 1), (2, 1), (1, 5)])
@pytest.mark.parametrize("padding", ["SAME", "VALID", ((0, 0), (2, 1), (0, 0), (0, 0))])
@pytest.mark.parametrize("data_format", ["NHWC", "NCHW"])
def test_a_way_back_of_windows_over_a_whole_axis(
    columns: int, stride: Any, padding: Any, data_format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, w = X[:, :, :columns], np.cos(np.arange(36.0 * columns) * 2.3).reshape(3, columns, 3, 4)
    order = [data_format.index(letter) for letter in "NHWC"]
    x = x.transpose(np.argsort(order))
    strides = [[1, *stride, 1]["NHWC".index(letter)] for letter in data_format]
    if not isinstance(padding, str):
        padding = tuple(padding["NHWC".index(letter)] for letter in data_format)
    facts: dict[str, Any] = {"strides": strides, "padding": padding, "data_format": data_format}
    d = np.cos(ops.conv2d(x, w, **facts))
    quick = ops.conv2d_backprop_input(x.shape, w, d, **facts)
    np.testing.assert_allclose(np.sum(quick * x), np.sum(d * ops.conv2d(x, w, **facts)))
    monkeypatch.setattr("fastscope.ops.windows.Slide.without_a_covered_axis", lambda self: None)
    np.testing.assert_allclose(quick, ops.conv2d_backprop_input(x.shape, w, d, **facts), rtol=1e-9, atol=1e-12)


def test_windows_of_words_go_back_as_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    """A window over words has all of their vectors: slid back over each number it would be that many times the work."""
    taken: list[Any] = []
    turned_round = Slide.turned_round
    monkeypatch.setattr(Slide, "turned_round", lambda self: (taken.append(self.window), turned_round(self))[1])
    x, w = np.sin(np.arange(2 * 9 * 16.0)).reshape(2, 9, 16, 1), np.cos(np.arange(3 * 16 * 4.0)).reshape(3, 16, 1, 4)
    d = ops.conv2d(x, w, [1, 1, 1, 1], "VALID")
    ops.conv2d_backprop_input(x.shape, w, d, [1, 1, 1, 1], "VALID")
    ops.conv2d_backprop_input(x.shape, w, ops.conv2d(x, w, [1, 1, 1, 1], "SAME"), [1, 1, 1, 1], "SAME")
    assert taken == [(3,), (3, 16)]


# ---- pools over one dimension, with gaps, over channels, and with places


def test_a_pool_over_one_dimension() -> None:
    row = X[:, :, 0]
    for kind, one, of_any in (("max", "max_pool1d", "max_pool_v2"), ("avg", "avg_pool1d", "avg_pool_v2")):
        expected = getattr(fastscope.nn, f"{kind}_pool")(X[:, :, :1], [3, 1], [2, 1], "SAME")[:, :, 0]
        for name in (one, of_any):
            np.testing.assert_array_equal(getattr(fastscope.nn, name)(row, 3, 2, "SAME"), expected)
            first = getattr(fastscope.nn, name)(row.swapaxes(1, 2), [3], [1, 1, 2], "SAME", "NCW")
            np.testing.assert_array_equal(first, expected.swapaxes(1, 2))
        found = fastscope.nn.pool(row, [3], kind.upper(), "SAME", strides=[2])
        np.testing.assert_array_equal(to_numpy(found), expected)
    np.testing.assert_array_equal(
        fastscope.nn.max_pool_v2(X, 2, 2, "VALID"), fastscope.nn.max_pool2d(X, [2, 2], [1, 2, 2, 1], "VALID")
    )
    deep = X.reshape(2, 7, 5, 3, 1)
    np.testing.assert_array_equal(
        fastscope.nn.avg_pool_v2(deep, 2, 1, "VALID"), fastscope.nn.avg_pool3d(deep, [1, 2, 2, 2, 1], [1] * 5, "VALID")
    )


@pytest.mark.parametrize("first", [False, True], ids=["NHWC", "NCHW"])
def test_a_pool_with_gaps(first: bool) -> None:
    seen = windows(X, (3, 2), (1, 1), (2, 3), False, np.nan)
    x, layout = (X.transpose(0, 3, 1, 2), "NCHW") if first else (X, "NHWC")
    answers = {"MAX": seen.max(axis=(3, 4)), "AVG": seen.mean(axis=(3, 4))}
    largest = to_numpy(fastscope.nn.pool(x, [3, 2], "MAX", "VALID", [2, 3], data_format=layout))
    for kind, expected in answers.items():
        found = to_numpy(fastscope.nn.pool(x, [3, 2], kind, "VALID", [2, 3], data_format=layout))
        np.testing.assert_allclose(found.transpose(0, 2, 3, 1) if first else found, expected, atol=1e-12)
    fastscope.disable_eager_execution()
    fed = tf.placeholder(tf.float64, [None] * 4)
    with tf.Session() as session:
        pooled = tf.nn.pool(fed, [3, 2], "MAX", "VALID", [2, 3], data_format=layout)
        assert "BatchToSpaceND" in pooled.name
        np.testing.assert_array_equal(session.run(pooled, {fed: x}), largest)


def test_windows_with_gaps_by_the_batch_are_those_of_a_convolution() -> None:
    for padding in ("SAME", "VALID"):
        found = fastscope.nn.with_space_to_batch(
            X, [2, 2], padding, lambda x, spatial, padding: fastscope.nn.conv2d(x, W, 1, padding), W.shape[:2]
        )
        np.testing.assert_allclose(to_numpy(found), fastscope.nn.conv2d(X, W, 1, padding, dilations=2), atol=1e-12)
    same = fastscope.nn.with_space_to_batch(X, [1, 1], "SAME", lambda x, *told: told)
    assert same == (2, "SAME")


def test_a_pool_over_channels() -> None:
    fastscope.disable_eager_execution()
    x = tf.constant(np.tile(X, 2))
    window = [1, 1, 1, 3]
    pooled = tf.nn.max_pool(x, window, window, "VALID")
    assert pooled.shape.as_list() == [2, 7, 5, 2]
    (d,) = tf.gradients(pooled * np.arange(1.0, 3.0), x)
    with tf.Session() as session:
        values, slope = session.run([pooled, d])
        np.testing.assert_array_equal(values, np.repeat(X.max(-1, keepdims=True), 2, -1))
        expected = (X == X.max(-1, keepdims=True)) * 1.0
        np.testing.assert_array_equal(slope, np.concatenate([expected, 2 * expected], -1))
        (again,) = tf.gradients(tf.reduce_sum(d * x), x)
        np.testing.assert_array_equal(session.run(again), slope)


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_largest_elements_and_their_places(padding: str) -> None:
    output, argmax = fastscope.nn.max_pool_with_argmax(X, [3, 2], [2, 1], padding)
    np.testing.assert_array_equal(output, fastscope.nn.max_pool(X, [3, 2], [2, 1], padding))
    assert argmax.dtype == np.int64
    np.testing.assert_array_equal(
        X.reshape(2, -1)[np.arange(2)[:, None], argmax.reshape(2, -1)].ravel(), output.ravel()
    )
    whole = fastscope.nn.max_pool_with_argmax(
        X, [3, 2], [2, 1], padding, output_dtype=fastscope.int32, include_batch_in_index=True
    ).argmax
    assert whole.dtype == np.int32
    np.testing.assert_array_equal(X.ravel()[whole], output)
    low = np.full((1, 2, 2, 1), -np.inf)
    assert fastscope.nn.max_pool_with_argmax(low, 2, 1, "SAME").argmax.ravel().tolist() == [0, 1, 2, 3]
    fastscope.disable_eager_execution()
    x = tf.constant(X)
    with tf.Session() as session:
        for whole_batch in (False, True):
            found = tf.nn.max_pool_with_argmax(x, [3, 2], [2, 1], padding, include_batch_in_index=whole_batch)
            weights = np.cos(np.arange(output.size)).reshape(output.shape)
            other = tf.nn.max_pool(x, [3, 2], [2, 1], padding)
            pair = [tf.gradients(y * weights, x)[0] for y in (found.output, other)]
            np.testing.assert_allclose(*session.run(pair))


# ---- dilation and erosion


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize(("stride", "gap"), [((1, 1), (1, 1)), ((2, 1), (1, 2))])
def test_dilation_takes_the_largest_sum(padding: str, stride: Any, gap: Any) -> None:
    w = W[..., 0]
    seen = windows(X, (3, 2), stride, gap, padding == "SAME", np.nan)
    expected = np.nanmax(seen + w, axis=(3, 4))
    np.testing.assert_allclose(fastscope.nn.dilation2d(X, w, list(stride), list(gap), padding), expected)
    turned = fastscope.nn.erosion2d(X, w[::-1, ::-1], [1, *stride, 1], [1, *gap, 1], padding)
    np.testing.assert_allclose(turned, np.nanmin(seen - w, axis=(3, 4)))


def test_dilation_has_gradients() -> None:
    fastscope.disable_eager_execution()
    x, w = tf.constant(X), tf.constant(W[..., 0])
    with tf.Session():
        y = tf.nn.dilation2d(x, filters=w, strides=[1, 2, 1, 1], dilations=[1, 1, 2, 1], padding="SAME")
        errors = [tf.test.compute_gradient_error(a, a.shape.as_list(), y, y.shape.as_list(), v, 1e-6)
                  for a, v in ((x, X), (w, W[..., 0]))]  # fmt: skip
    assert max(errors) < 1e-6 and y.name == "Dilation2D:0"


# ---- transposed convolutions


def test_transposed_convolutions_over_other_dimensions() -> None:
    one, w = X[:, :, 0], W[:, 0]
    y = fastscope.nn.conv1d(one, w, 2, "SAME")
    d = np.cos(np.arange(y.size)).reshape(y.shape)
    for transposed in (fastscope.nn.conv1d_transpose, fastscope.nn.conv_transpose):
        found = transposed(d, w, one.shape, 2)
        np.testing.assert_allclose(np.sum(found * one), np.sum(d * y))
    first = fastscope.nn.conv1d_transpose(d.swapaxes(1, 2), w, [2, 3, 7], [2], "SAME", "NCW")
    np.testing.assert_allclose(first.swapaxes(1, 2), found, atol=1e-12)
    two = fastscope.nn.conv_transpose(fastscope.nn.conv2d(X, W, 1, "SAME"), W, X.shape, 1)
    np.testing.assert_array_equal(
        two, fastscope.nn.conv2d_transpose(fastscope.nn.conv2d(X, W, 1, "SAME"), W, X.shape, 1)
    )
    wide = fastscope.nn.atrous_conv2d(X, W, 2, "VALID")
    back = fastscope.nn.atrous_conv2d_transpose(np.cos(wide), W, X.shape, 2, "VALID")
    np.testing.assert_allclose(np.sum(back * X), np.sum(np.cos(wide) * wide))
    with pytest.raises(ValueError, match="conv_transpose: num_spatial_dims must be one of 1, 2, or 3 but saw 0"):
        fastscope.nn.conv_transpose(d, w, [2, 3], 1)
    fastscope.disable_eager_execution()
    x = tf.placeholder(tf.float64, [None, 7, 3])
    y = tf.nn.conv1d(x, w, 2, "SAME")
    again = tf.nn.conv1d_transpose(y, w, tf.stack([tf.shape(x)[0], 7, 3]), 2)
    with tf.Session() as session:
        np.testing.assert_allclose(session.run(again, {x: one}), session.run(tf.gradients(y, x, [y])[0], {x: one}))


def test_a_depthwise_convolution_by_its_longer_name() -> None:
    facts: Any = ([1, 2, 2, 1], "SAME")
    y = fastscope.nn.depthwise_conv2d_native(X, W, *facts)
    np.testing.assert_array_equal(y, fastscope.nn.depthwise_conv2d(X, W, *facts))
    back = fastscope.nn.depthwise_conv2d_native_backprop_input(X.shape, W, y, *facts)
    np.testing.assert_array_equal(back, fastscope.nn.depthwise_conv2d_backprop_input(X.shape, W, y, *facts))
    back = fastscope.nn.depthwise_conv2d_native_backprop_filter(X, W.shape, y, *facts)
    np.testing.assert_array_equal(back, fastscope.nn.depthwise_conv2d_backprop_filter(X, W.shape, y, *facts))
    empty = fastscope.nn.conv2d_backprop_filter(X, [3, 2, 3, 0], np.zeros([2, 7, 5, 0]), 1, "SAME")
    assert empty.shape == (3, 2, 3, 0)


# ---- the compiled ways beside the plain ones


@pytest.fixture
def plainly(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], Any]:
    """Callable(function) -> its answer without compiled code for windows."""

    def run(function: Callable[[], Any]) -> Any:
        with monkeypatch.context() as patch:
            patch.setattr("fastscope.fused.windows.compiled", lambda *arrays: False)
            return function()

    return run


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("stride", "gap", "padding"), [*CASES, ((2, 1), (1, 1), ((0, 0), (1, 0), (2, 3), (0, 0)))])
def test_compiled_products_of_windows(plainly: Any, dtype: Any, stride: Any, gap: Any, padding: Any) -> None:
    x, w = X.astype(dtype), np.tile(W, (1, 1, 1, 5)).astype(dtype)
    facts: Any = {"strides": [1, *stride, 1], "padding": padding, "dilations": [1, *gap, 1]}
    y = ops.conv2d(x, w, **facts)
    d = np.cos(np.arange(y.size)).reshape(y.shape).astype(dtype)
    for function in (
        lambda: ops.conv2d(x, w, **facts),
        lambda: ops.conv2d_backprop_input(x.shape, w, d, **facts),
        lambda: ops.conv2d_backprop_filter(x, w.shape, d, **facts),
    ):
        found, expected = function(), plainly(function)
        assert found.dtype == dtype and found.shape == expected.shape
        np.testing.assert_allclose(found, expected, rtol=1e-4 if dtype is np.float32 else 1e-10, atol=1e-5)


@pytest.mark.parametrize("spatial", [1, 3])
def test_compiled_products_of_windows_in_other_dimensions(plainly: Any, spatial: int) -> None:
    shape, window = (3, 6, 5, 4)[: spatial + 1], (3, 2, 2)[:spatial]
    x = np.sin(np.arange(np.prod(shape) * 7.0)).reshape(*shape, 7)
    w = np.cos(np.arange(np.prod(window) * 35.0)).reshape(*window, 7, 5)
    function = fastscope.nn.conv1d if spatial == 1 else fastscope.nn.conv3d
    for padding in ("SAME", "VALID"):
        run = lambda: function(x, w, 2, padding)  # noqa: B023, E731  # run at once
        np.testing.assert_allclose(run(), plainly(run), atol=1e-12)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("stride", "padding"), [(case[0], case[2]) for case in CASES if case[1] == (1, 1)])
def test_compiled_pools(plainly: Any, threads: int, dtype: Any, stride: Any, padding: str) -> None:
    fastscope.disable_eager_execution()
    fastscope.config.threading.set_intra_op_parallelism_threads(threads)
    values = np.round(np.tile(X, (5, 1, 1, 9)) * 2).astype(dtype)  # with many that are equal
    values[0, 1, 1, 2] = np.nan
    with tf.Graph().as_default():
        x = tf.constant(values)
        y = tf.nn.max_pool(x, [3, 2], list(stride), padding)
        (slope,) = tf.gradients(y * np.arange(1.0, 28.0).astype(dtype), x)

        def run() -> Any:
            with tf.Session() as session:
                return session.run([y, slope])

        for found, expected in zip(run(), plainly(run), strict=True):
            assert found.dtype == dtype
            np.testing.assert_allclose(found, expected, rtol=1e-6)
    fastscope.config.threading.set_intra_op_parallelism_threads(0)


def test_windows_that_are_not_within_an_array_are_an_error() -> None:
    from fastscope import _lstm
    from fastscope.fused import windows as fused

    x, b, one = np.zeros([4, 4], np.float32), np.zeros([3, 2], np.float32), np.zeros(1, np.int64)
    for at, runs, run in (([14], [0], 3), ([-1], [0], 3), ([0], [14], 3), ([0], [-2], 3), ([0], [0], 0)):
        with pytest.raises(InvalidArgumentError, match="fused windows: one of . elements in a row lies outside an arr"):
            fused.products(x, np.array(at), np.array(runs), run, b)
    with pytest.raises(InvalidArgumentError, match=r"expected b of shape \(2, N\), got \(3, 2\)"):
        fused.products(x, one, one, 2, b)
    with pytest.raises(InvalidArgumentError, match="fused windows"):
        _lstm.max_pool(np.zeros([1, 2, 2, 1]), (3, 1), (1, 1), np.zeros([1, 1, 2, 1]))
    with pytest.raises(InvalidArgumentError, match="expected y of shape"):
        _lstm.max_pool(np.zeros([1, 2, 2, 1]), (1, 1), (1, 1), np.zeros([1, 1, 2, 1]))
    with pytest.raises(InvalidArgumentError, match="expected x of shape"):
        _lstm.max_pool(np.zeros([2, 2, 1]), (1, 1), (1, 1), np.zeros([1, 1, 2, 1]))
