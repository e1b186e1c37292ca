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
from fastscope.errors import InvalidArgumentError

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
    (lambda: tf.nn.max_pool(X, [2, 2, 2, 1], 1, "SAME"), ValueError, "Current implementation does not yet support ks"),
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
    (lambda: tf.nn.pool(X, [2], "MAX", "SAME"), ValueError, "pool: num_spatial_dims must be one of 1, 2, or 3 but saw"),
    (lambda: tf.nn.pool(X, [2, 2], "MIN", "SAME"), ValueError, "Unsupported pooling_type: 'MIN'. It is 'MAX' or 'AVG'"),
    (lambda: tf.nn.pool(X, [2, 2], "MAX", "SAME", [2, 2]), ValueError, "tf.nn.pool: dilation_rate must be 1, got [2, "),
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
