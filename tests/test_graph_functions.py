"""Each function in both modes: computed at once, and recorded and run with shapes known, partly known and unknown.

The static shape has to hold for what comes out, and the gradients of a graph that knows no shapes are those of one that
knows all.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import fastscope

A = np.float64([[1.0, -2.0, 3.5], [0.25, 5.0, -6.0]])
B = np.float64([[2.0, 4.0, -1.0], [8.0, 0.5, 3.0]])
P = np.float64([[0.5, 2.0, 0.125], [1.5, 0.75, 3.0]])  # positive
T = (np.arange(24.0) - 11.25).reshape(2, 3, 4) / 4
ROW, COLUMN = np.float64([1.5, -0.5, 2.0]), np.float64([[0.5], [-3.0]])
INTEGERS, DIVISORS = np.int32([[7, -3, 2], [0, 5, 4]]), np.int32([2, 3, 5])
IDS = np.int32([1, 0, 1])
TRUE = np.array([[True, False, True], [False, False, True]])

IMAGE = np.sin(np.arange(80.0) * 1.7).reshape(2, 5, 4, 2)
LAYERS = np.float64([1.0, 1.3, -0.7]).reshape(1, 3, 1, 1, 1)
FILTER = np.cos(np.arange(36.0) * 2.3).reshape(3, 2, 2, 3)

FUNCTIONS: list[tuple[Any, ...]] = [
    # arithmetic, with broadcasting
    *[(f"a {sign} b", A, other) for sign in "+-*/" for other in (B, ROW, COLUMN, np.float64(0.5))],
    *[(f"b {sign} a", A, other) for sign in "+-*/" for other in (ROW, COLUMN)],
    *[(f"a {sign} b", INTEGERS, DIVISORS) for sign in ("+", "-", "*", "/", "//", "%")],
    ("a ** b", P, B), ("a ** 2", A), ("2.0 ** a", A), ("1.0 - a", A), ("-a", A), ("a @ b", A, T[0]),
    *[(f"a {sign} b", A, ROW) for sign in ("<", "<=", ">", ">=")],
    *[(f"tf.{name}(a, b)", A, ROW) for name in ("equal", "not_equal", "maximum", "minimum")],
    ("tf.add_n([a, b, a])", A, B), ("tf.clip_by_value(a, -1.5, 2.0)", A),
    *[(f"tf.{name}(a)", P) for name in ("abs", "exp", "log", "sqrt", "square", "tanh", "sigmoid", "negative")],
    *[(f"tf.nn.{name}(a)", A) for name in ("relu", "softmax", "log_softmax", "l2_loss")],
    ("tf.nn.softmax(a, axis=0)", A), ("tf.cast(a, tf.int32)", A), ("tf.cast(a, tf.float64)", INTEGERS),
    # products
    ("tf.matmul(a, b)", A, T[0]), ("tf.matmul(a, b, transpose_a=True)", A, B),
    ("tf.matmul(a, b, transpose_b=True)", A, B),
    ("tf.matmul(a, b, transpose_b=True)", T, T), ("tf.nn.xw_plus_b(a, b, c)", A, T[0], T[0, 0]),
    ("tf.nn.bias_add(a, b)", T, T[0, 0]),
    # reductions
    *[
        (f"tf.reduce_{name}(a{options})", T)
        for name in ("sum", "mean", "max", "min")
        for options in ("", ", 1", ", [0, 2]", ", -1, keepdims=True", ", keepdims=True")
    ],
    ("tf.argmax(a, 1)", T), ("tf.argmin(a, 0)", A), ("tf.argmax(a, -1, output_type=tf.int32)", T),
    # shapes
    ("tf.reshape(a, [3, -1])", T), ("tf.reshape(a, [-1])", T), ("tf.reshape(a, [tf.shape(a)[0], -1])", T),
    ("tf.transpose(a)", T), ("tf.transpose(a, [1, 0, 2])", T),
    ("tf.expand_dims(a, 1)", A), ("tf.expand_dims(a, -1)", A),
    ("tf.squeeze(a, [1])", COLUMN), ("tf.squeeze(a)", COLUMN), ("tf.identity(a)", A),
    ("tf.concat([a, b], 0)", A, B), ("tf.concat([a, b, a], 1)", A, B), ("tf.concat([a, a], -1)", T),
    ("tf.stack([a, b])", A, B), ("tf.stack([a, b], axis=1)", A, B), ("tf.stack([a, b], -1)", A, B),
    ("tf.shape(a)", T), ("tf.size(a)", T), ("tf.rank(a)", T), ("tf.shape(a)[1] * 2", T),
    ("tf.zeros_like(a)", T), ("tf.ones_like(a)", A), ("tf.fill(tf.shape(a), 2.5)", A), ("tf.zeros(tf.shape(a))", A),
    ("tf.ones([tf.shape(a)[0], 2])", A), ("tf.range(tf.shape(a)[1])", A), ("tf.one_hot(a, 8)", INTEGERS),
    ("tf.one_hot(a, 3, on_value=2.0, off_value=-1.0, axis=0)", IDS), ("tf.eye(tf.shape(a)[1])", A),
    # slices
    *[
        (f"a[{index}]", T)
        for index in (
            "0", "-1", "0, 1", "0, 1, -1", ":1", "1:", ":, 1:", ":, ::2", ":, ::-1", "..., 0", "..., 1:3", "0, ...",
            "None", ":, None, 1", "0, :, 1:-1", "tf.shape(a)[0] - 1", ":, :tf.shape(a)[0]", "1:1",
        )
    ],
    # picking
    ("tf.gather(a, b)", A, IDS), ("tf.gather(a, b, axis=1)", T, IDS), ("tf.gather(a, b)", T, np.int32([[1], [0]])),
    ("tf.nn.embedding_lookup(a, b)", A, np.int32([[1, 0], [1, 1]])), ("tf.where(c, a, b)", A, B, TRUE),
    *[(f"tf.split(a, 2, axis=2)[{k}]", T) for k in (0, 1)], ("tf.split(a, [1, 2], axis=1)[1]", T),
    ("tf.unstack(a, num=3, axis=1)[2]", T),
    # single elements
    *[
        (f"tf.{name}(a)", P / 4.5)
        for name in (
            "acos", "asin", "asinh", "atan", "atanh", "ceil", "cos", "cosh", "erf", "erfc", "expm1", "floor",
            "is_finite", "is_inf", "is_nan", "lgamma", "log1p", "log_sigmoid", "reciprocal", "rint", "round", "rsqrt",
            "sign", "sin", "sinh", "tan",
        )
    ],
    ("tf.acosh(a)", P + 1), ("tf.digamma(a)", P), ("tf.scalar_mul(0.5, a)", A),
    *[(f"tf.{name}(a, b)", INTEGERS, DIVISORS) for name in ("div", "floordiv", "mod", "truncatediv", "truncatemod")],
    *[(f"tf.{name}(a, b)", A, ROW) for name in ("atan2", "div", "div_no_nan", "realdiv", "squared_difference")],
    *[
        (f"tf.nn.{name}(a)", A)
        for name in ("crelu", "elu", "leaky_relu", "relu6", "selu", "softplus", "softsign", "swish", "zero_fraction")
    ],
    ("tf.nn.l2_normalize(a, 1)", A), ("tf.nn.moments(a, [0, 2])[1]", T),
    ("tf.nn.moments(a, [1], keep_dims=True)[0]", T),
    ("tf.nn.batch_normalization(a, b, c, ROW, None, 0.01)".replace("ROW", "[0.5, 1.0, 2.0]"), A, ROW, P[0]),
    ("tf.nn.sigmoid_cross_entropy_with_logits(labels=b, logits=a)", A, P),
    # reductions and running sums
    *[
        (f"tf.reduce_{name}(a{options})", P)
        for name in ("prod", "logsumexp")
        for options in ("", ", 1", ", 0, keepdims=True")
    ],
    *[(f"tf.reduce_{name}(a, 1)", TRUE) for name in ("all", "any")],
    *[(f"tf.cumsum(a{options})", T) for options in ("", ", 1, exclusive=True", ", -1, reverse=True")],
    ("tf.cumprod(a, 1)", P), ("tf.norm(a, axis=1)", A), ("tf.norm(a, 1)", A), ("tf.norm(a, 3, axis=0)", A),
    ("tf.count_nonzero(a, 1)", INTEGERS), ("tf.segment_sum(a, [0, 1, 1])", T.reshape(3, 8)),
    ("tf.unsorted_segment_sum(a, [2, 0, 2], 4)", T.reshape(3, 8)),
    *[(f"tf.segment_{name}(a, [0, 2, 2])", T.reshape(3, 8)) for name in ("mean", "max", "min", "prod")],
    *[
        (f"tf.unsorted_segment_{name}(a, [1, 0, 1], {count})", T.reshape(3, 8))
        for name, count in (("max", 2), ("min", 2), ("prod", 3), ("mean", 3), ("sqrt_n", 3))
    ],
    ("tf.confusion_matrix([0, 2, 1], [1, 2, 1], 4, weights=a, dtype=tf.float64)", ROW),
    ("tf.confusion_matrix(a, [1, 2, 1])", np.int32([0, 2, 1])),
    ("tf.nn.bias_add(a, b, 'NCHW')", T, T[0, :, 0]),
    # repeated, padded, turned round
    ("tf.tile(a, [2, 1, 3])", T), ("tf.tile(a, [1, tf.shape(a)[1]])", A), ("tf.pad(a, [[1, 0], [2, 1]])", A),
    ("tf.pad(a, [[0, 1], [1, 1]], constant_values=2.5)", A), ("tf.pad(a, [[1, 0], [2, 1]], 'REFLECT')", A),
    ("tf.pad(a, [[1, 2], [2, 1]], 'SYMMETRIC')", A), ("tf.slice(a, [0, 1, 2], [-1, 2, 2])", T),
    ("tf.slice(a, [1, 0], [tf.shape(a)[0] - 1, 2])", A), ("tf.reverse(a, [0, -1])", T),
    ("tf.broadcast_to(a, [2, 2, 3])", A),
    ("tf.reverse_sequence(a, [1, 3], seq_axis=1, batch_axis=0)", T), ("tf.diag(a)", ROW), ("tf.diag_part(a)", P[:, :2]),
    ("tf.matrix_diag(a)", A), ("tf.matrix_band_part(a, 1, 0)", T), ("tf.sequence_mask(a, 4)", DIVISORS),
    ("tf.sequence_mask(a, dtype=tf.float32)", DIVISORS), ("tf.meshgrid(a, b)[0]", ROW, COLUMN[:, 0]),
    ("tf.meshgrid(a, b, indexing='ij')[1]", ROW, COLUMN[:, 0]),
    ("tf.cast(99 * tf.linspace(a, 2.0, 4), tf.int32)", np.float64(0.5)),
    # picked
    ("tf.gather_nd(a, [[0, 1], [1, 2], [0, 1]])", A), ("tf.gather_nd(a, [[1], [0]])", T),
    ("tf.gather_nd(a, tf.zeros([2, 3, 0], tf.int32))", A), ("tf.scatter_nd(tf.zeros([3, 0], tf.int32), a, [4])", T[0]),
    ("tf.nn.top_k(a, 2)[0]", A),
    ("tf.nn.top_k(a, 2)[1]", A), ("tf.scatter_nd([[1], [4], [1]], a, [6, 8])", T.reshape(3, 8)),
    ("tf.batch_gather(a, [[0, 0], [2, 1]])", T),
    ("tf.boolean_mask(a, [True, False])", A), ("tf.boolean_mask(a, b)", A, TRUE), ("tf.unique(a)[0]", IDS),
    ("tf.unique(a)[1]", IDS),
    ("tf.dynamic_partition(a, [1, 0, 1], 2)[1]", T.reshape(3, 8)),
    ("tf.dynamic_stitch([[0, 2], [1]], [a, b])", A, B[:1]),
    ("tf.nn.in_top_k(tf.cast(a, tf.float32), [0, 2], 1)", A), ("tf.setdiff1d(a, [0])[0]", IDS),
    ("tf.invert_permutation(a)", np.int32([2, 0, 1])),
    # products and matrices
    ("tf.tensordot(a, b, 1)", A, T[0]), ("tf.tensordot(a, b, [[2, 0], [1, 0]])", T, T[:, :, :].transpose(0, 2, 1)),
    ("tf.einsum('bij,bkj->bik', a, b)", T, T), ("tf.einsum('ij,j->i', a, b)", A, ROW), ("tf.trace(a)", P[:, :2]),
    *[(f"tf.{name}(a)", np.float64([[4, 1], [1, 3]])) for name in ("matrix_inverse", "matrix_determinant")],
    ("tf.cholesky(tf.matmul(a, a, transpose_b=True))", P[:, :2]),
    ("tf.matrix_solve(a, b)", np.float64([[4, 1], [1, 3]]), A), ("tf.cross(a, b)", A, B),
    # windows
    *[
        (f"tf.nn.conv2d(a, b, {options})", IMAGE, FILTER)
        for options in ("1, 'SAME'", "[1, 2, 1, 1], 'VALID'", "2, 'SAME', dilations=[1, 2, 2, 1]",
                        "1, [[0, 0], [1, 0], [2, 1], [0, 0]]")
    ],
    ("tf.nn.conv2d(a, b, [1, 1, 2, 1], 'SAME', data_format='NCHW')", IMAGE.transpose(0, 3, 1, 2), FILTER),
    ("tf.nn.conv2d_transpose(a, b, [tf.shape(a)[0], 9, 8, 2], 2)", IMAGE[..., :1].repeat(3, -1), FILTER),
    ("tf.nn.depthwise_conv2d(a, b, [1, 2, 2, 1], 'SAME')", IMAGE, FILTER),
    ("tf.nn.depthwise_conv2d(a, b, [1, 1, 1, 1], 'VALID', rate=[2, 1])", IMAGE, FILTER),
    ("tf.nn.separable_conv2d(a, b, c, [1, 1, 1, 1], 'SAME')", IMAGE, FILTER, FILTER.reshape(1, 1, 6, -1)),
    ("tf.nn.conv1d(a, b, 2, 'SAME')", IMAGE[:, 0], FILTER[0]), ("tf.nn.conv1d(a, b, 1, 'VALID')", IMAGE[0], FILTER[1]),
    ("tf.nn.atrous_conv2d(a, b, 2, 'SAME')", IMAGE, FILTER),
    ("tf.nn.convolution(a, b, 'VALID', strides=[2, 1])", IMAGE, FILTER),
    ("tf.nn.conv3d(a, b, [1, 1, 2, 1, 1], 'SAME')", IMAGE[:, None].repeat(2, 1), FILTER[None].repeat(2, 0)),
    *[
        (f"tf.nn.{kind}_pool(a, {options})", IMAGE)
        for kind in ("max", "avg")
        for options in ("2, 2, 'SAME'", "[1, 3, 2, 1], [1, 1, 2, 1], 'VALID'", "3, 2, 'SAME'")
    ],
    ("tf.nn.max_pool(a, 2, 1, 'SAME', 'NCHW')", IMAGE.transpose(0, 3, 1, 2)),
    *[(f"tf.nn.{kind}_pool3d(a, 2, 2, 'SAME')", np.sin(IMAGE[:, None] * LAYERS)) for kind in ("max", "avg")],
    ("tf.nn.pool(a, [2, 3], 'AVG', 'VALID', strides=[1, 2])", IMAGE),
    *[(f"tf.nn.pool(a, [2, 2], '{kind}', 'VALID', [1, 2])", IMAGE) for kind in ("MAX", "AVG")],
    *[(f"tf.nn.pool(a[:, 0], [2], '{kind}', 'SAME')", IMAGE) for kind in ("MAX", "AVG")],
    ("tf.nn.max_pool1d(a[:, 0], 2, 2, 'SAME')", IMAGE), ("tf.nn.avg_pool1d(a[:, 0], 3, 1, 'VALID')", IMAGE),
    ("tf.nn.max_pool2d(a, 2, 1, 'VALID')", IMAGE),
    ("tf.nn.max_pool(a, [1, 1, 1, 2], [1, 1, 1, 2], 'SAME')", IMAGE),
    ("tf.nn.max_pool_with_argmax(a, 2, 1, 'SAME')[0]", IMAGE),
    ("tf.nn.max_pool_with_argmax(a, [1, 2, 2, 1], 2, 'VALID', output_dtype=tf.int32)[1]", IMAGE),
    ("tf.nn.dilation2d(a, b, 1, 1, 'SAME')", IMAGE, FILTER[..., 0]),
    ("tf.nn.erosion2d(a, b, [1, 2, 1, 1], [1, 1, 2, 1], 'VALID')", IMAGE, FILTER[..., 0]),
    ("tf.nn.depthwise_conv2d_native(a, b, [1, 2, 2, 1], 'SAME')", IMAGE, FILTER),
    ("tf.nn.conv1d_transpose(a[:, 0], b[0], [2, 8, 3], 2)", IMAGE, FILTER.transpose(0, 1, 3, 2)),
    ("tf.nn.fused_batch_norm(a, b, c)[0]", IMAGE, ROW[:2], A[0, :2]),
    ("tf.nn.fused_batch_norm(a, b, c, [0.5, 1.0], [2.0, 3.0], is_training=False)[0]", IMAGE, ROW[:2], A[0, :2]),
    # in order, moved
    *[
        (f"tf.{name}(a{options})", T + 0.01 * T * T)
        for name in ("sort", "argsort")
        for options in ("", ", direction='DESCENDING'", ", axis=2")
    ],
    ("tf.sort(a, 0)", A), ("tf.roll(a, 1, 0)", A), ("tf.roll(a, [1, -2], [0, 1])", A),
    ("tf.roll(a, tf.shape(a)[0] - 1, 1)", A),
    *[(f"tf.unique_with_counts(a)[{k}]", IDS) for k in (0, 1, 2)],
    *[
        (f"tf.strided_slice(a, [0, 1, 0], [2, 3, 4]{options})", T)
        for options in ("", ", [1, 1, 2]", ", begin_mask=2, end_mask=5", ", shrink_axis_mask=2", ", new_axis_mask=1",
                        ", ellipsis_mask=2")
    ],
    ("tf.strided_slice(a, tf.stack([0, 1]), tf.shape(a))", A), ("tf.accumulate_n([a, b])", A, B),
    ("tf.shape_n([a, b])[1] + 0", A, T), ("tf.arg_max(a, 1)", T), ("tf.arg_min(a, 0)", A),
    ("tf.reverse_v2(a, [1])", A),
    # images
    ("tf.image.resize_nearest_neighbor(a, [7, 3])", IMAGE),
    ("tf.image.resize_nearest_neighbor(a, [3, 6], align_corners=True)", IMAGE),
    ("tf.image.resize_images(a, [3, 6], tf.image.ResizeMethod.NEAREST_NEIGHBOR)", IMAGE),
    ("tf.space_to_depth(a, 2)", IMAGE[:, :4]), ("tf.depth_to_space(a, 2)", IMAGE.reshape(2, 5, 2, 4)),
    ("tf.space_to_depth(a, 2, data_format='NCHW')", IMAGE.transpose(0, 1, 3, 2)[..., :4]),
    ("tf.extract_image_patches(a, [1, 3, 2, 1], [1, 2, 1, 1], [1, 1, 1, 1], 'SAME')", IMAGE),
    ("tf.extract_image_patches(a, [1, 2, 2, 1], [1, 1, 1, 1], [1, 2, 1, 1], 'VALID')", IMAGE),
    # complex numbers
    *[
        (f"tf.{part}({code})".replace("z", "tf.complex(a, b)"), P, B)
        for part, code in (
            ("real", "z * tf.conj(z) * z"), ("imag", "z / (z + 1.0)"), ("abs", "z"), ("angle", "z"),
            ("real", "tf.matmul(z, z, transpose_b=True)"), ("imag", "tf.tanh(z)"), ("real", "tf.exp(0.1 * z)"),
            ("imag", "tf.sqrt(z)"), ("real", "tf.log(z)"), ("imag", "tf.sin(0.1 * z)"), ("real", "tf.square(z)"),
            ("imag", "tf.pow(z, 0.1 * z)"), ("real", "tf.reciprocal(z)"), ("imag", "tf.reduce_mean(z, 1)"),
        )
    ],
    # of tf.math and tf.linalg
    *[(f"tf.math.reduce_{name}(a, 1)", T) for name in ("std", "variance", "euclidean_norm")],
    ("tf.math.xlogy(a, b)", A, P), ("tf.math.xdivy(a, b)", A, P), ("tf.math.multiply_no_nan(a, b)", A, P),
    ("tf.math.reciprocal_no_nan(a)", P), ("tf.math.polyval([a, b, a], b)", A, P),
    ("tf.nn.log_poisson_loss(a, b)", P, A), ("tf.nn.log_poisson_loss(a, b, True)", P, A),
    ("tf.nn.weighted_moments(a, [0], b)[1]", A, P), ("tf.nn.weighted_moments(a, [1], b, keep_dims=True)[0]", A, P),
    ("tf.nn.sufficient_statistics(a, [0])[2]", T), ("tf.nn.sufficient_statistics(a, [1, 2], b, True)[1]", T, ROW[:1]),
    ("tf.nn.sufficient_statistics(a, [1])[0]", T),
    *[(f"tf.nn.normalize_moments(*tf.nn.sufficient_statistics(a, [0], {shift}))[1]", T) for shift in ("None", "0.5")],
    ("tf.nn.batch_norm_with_global_normalization(a, b, c, b, c, 0.1, True)", A, A[0], P[0]),
    ("tf.nn.batch_norm_with_global_normalization(a, b, c, b, c, 0.1, False)", A, A[0], P[0]),
    ("tf.nn.embedding_lookup(a, b, max_norm=0.5)", A, IDS),
    ("tf.nn.embedding_lookup([a, a + 1.0], b, max_norm=9.0)", T, IDS),
    ("tf.required_space_to_batch_paddings(tf.shape(a), [2, 3, 4])[0]", T),
    ("tf.required_space_to_batch_paddings(tf.shape(a)[1:], [2, 3], [[1, 0], [0, 2]])[1]", T),
    ("tf.searchsorted(a, b)", np.sort(A), B), ("tf.searchsorted(a, b, 'right', tf.int64)", np.sort(A), B),
    ("tf.linalg.matvec(a, b)", A, ROW), ("tf.linalg.matvec(a, b, transpose_a=True)", A, A[:, 0]),
    ("tf.linalg.logdet(tf.matmul(a, a, transpose_b=True))", A), ("tf.linalg.adjoint(a)", T),
    ("tf.linalg.slogdet(tf.matmul(a, b, transpose_b=True))[1]", A, B),
    ("tf.matrix_triangular_solve(tf.matmul(a, a, transpose_b=True), b)", A, B),
    ("tf.matrix_triangular_solve(tf.matmul(a, a, transpose_b=True), b, False, True)", A, B),
    ("tf.self_adjoint_eigvals(tf.matmul(a, a, transpose_b=True))", A),
    ("tf.square(tf.self_adjoint_eig(tf.matmul(a, a, transpose_b=True))[1])", A),
    # losses
    ("tf.nn.softmax_cross_entropy_with_logits(labels=tf.one_hot(b, 3, dtype=a.dtype), logits=a)", A, np.int32([2, 0])),
    ("tf.nn.softmax_cross_entropy_with_logits_v2(tf.nn.softmax(b), a)", A, B),
    ("tf.nn.softmax_cross_entropy_with_logits_v2(tf.nn.softmax(b, 0), a, 0)", A, B),
    ("tf.nn.sparse_softmax_cross_entropy_with_logits(labels=b, logits=a)", A, np.int32([2, 0])),
]  # fmt: skip
ARRAYS = ["a", "b", "c"]
# the shape of what these return hangs on values
VALUES_DECIDE = [
    "tf.shape", "tf.segment_", "tf.confusion_matrix(a", "sequence_mask(a, dtype", "boolean_mask", "unique", "partition",
    "stitch", "setdiff1d",
]  # fmt: skip


def evaluate(tf: ModuleType, code: str, values: list[Any]) -> Any:
    return eval(code, {"tf": tf, **dict(zip(ARRAYS, values, strict=False))})


def loosened(value: Any, known: str) -> list[int | None] | None:
    """A placeholder's shape: all of it, none of its dimensions, every second one, or not even the rank."""
    shape = list(np.shape(value))
    some = [n if k % 2 else None for k, n in enumerate(shape)]
    return {"all": shape, "some": some, "rank": [None] * len(shape), "nothing": None}[known]


# what these do depends on how many dimensions there are
NEED_RANK = [
    *[f"tf.segment_{name}" for name in ("mean", "max", "min", "prod")],
    *[f"tf.unsorted_segment_{name}" for name in ("max", "min", "prod", "mean", "sqrt_n")],
    "tf.nn.bias_add(a, b, 'NCHW')",
    "tf.boolean_mask(a, b)",
    "tf.nn.convolution",
    "tf.image.resize_images",
    "tf.sort(a, 0)",
    "tf.tensordot",
    "tf.sort(a, axis",
    "tf.argsort(a, axis",
]


# CuPy's quotients and logarithms of complex numbers, as the CPU double compiles them: 1 / (0.75 + 0.5j) is nan
WRONG_ON_THE_DOUBLE = ["tf.angle(tf.c", "tf.sqrt(tf.c", "tf.log(tf.c", "tf.pow(tf.c", "tf.reciprocal(tf.c"]


def skip_if_wrong(code: str) -> None:
    if "cupy_on_cpu" in sys.modules and any(word in code for word in WRONG_ON_THE_DOUBLE):
        pytest.skip("the CPU double computes it wrongly")


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function[0])
@pytest.mark.parametrize("known", ["all", "some", "rank", "nothing"])
def test_recorded_is_as_computed(graph_mode: ModuleType, function: tuple[Any, ...], known: str) -> None:
    code, *values = function
    if known == "nothing" and any(code.startswith(word) for word in NEED_RANK):
        pytest.skip("needs a rank")
    skip_if_wrong(code)
    fastscope.enable_eager_execution()
    with fastscope.device("/cpu:0"):
        expected = np.asarray(evaluate(fastscope, code, [fastscope.constant(value) for value in values]))
    fastscope.disable_eager_execution()
    tf = graph_mode
    with tf.Graph().as_default(), tf.Session() as session:
        fed = [tf.placeholder(value.dtype, loosened(value, known)) for value in values]
        result = evaluate(tf, code, fed)
        feed = dict(zip(fed, values, strict=True))
        found = session.run(result, feed)
        assert found.dtype == expected.dtype == result.dtype.as_numpy_dtype
        np.testing.assert_allclose(found, expected, rtol=1e-6)
        static = result.get_shape()
        assert static.is_compatible_with(found.shape)
        if known == "all" and not any(word in code for word in VALUES_DECIDE):
            assert static.as_list() == list(found.shape)
        if result.dtype.is_floating:
            check_gradients(tf, session, result, feed)


def check_gradients(tf: ModuleType, session: Any, result: Any, feed: dict[Any, Any]) -> None:
    """Of what the graph calls a gradient, compare a direction with the difference quotient."""
    count = session.run(tf.size(result), feed)
    weights = np.cos(np.arange(count)).astype(result.dtype.as_numpy_dtype)
    total = tf.reduce_sum(tf.reshape(result, [-1]) * weights)
    fed = [x for x in feed if x.dtype.is_floating]
    step = 1e-6
    for x, gradient in zip(fed, tf.gradients(total, fed), strict=True):
        direction = np.sin(1.0 + np.arange(feed[x].size)).reshape(feed[x].shape)
        above, below = (session.run(total, {**feed, x: feed[x] + sign * step * direction}) for sign in (1, -1))
        if gradient is None:
            assert above == below
            continue
        gradient = session.run(tf.convert_to_tensor(gradient), feed)
        assert gradient.shape == feed[x].shape and gradient.dtype == feed[x].dtype
        assert x.get_shape().is_compatible_with(gradient.shape)
        np.testing.assert_allclose((gradient * direction).sum(), (above - below) / (2 * step), rtol=1e-4, atol=1e-5)


# their gradients have none, as in TensorFlow, or are those of a mean that is taken for a constant
NO_SECOND = [
    "dilation2d",
    "erosion2d",
    "with_argmax",
    "sparse_softmax",
    "digamma",
    "logits_v2(",
    "moments(a, [0, 2])[1]",
]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function[0])
def test_gradients_have_gradients(graph_mode: ModuleType, function: tuple[Any, ...]) -> None:
    tf = graph_mode
    code, *values = function
    if any(word in code for word in NO_SECOND):
        pytest.skip("has no second derivative")
    skip_if_wrong(code)
    with tf.Graph().as_default(), tf.Session() as session:
        fed = [tf.placeholder(value.dtype, value.shape) for value in values]
        result = evaluate(tf, code, fed)
        floats = [x for x in fed if x.dtype.is_floating]
        if not result.dtype.is_floating:
            return
        feed = dict(zip(fed, values, strict=True))
        weights = tf.cast(tf.cos(tf.cast(tf.range(tf.size(result)), tf.float64)), result.dtype)
        # squared, so that the second derivative of what is linear is not nothing
        total = tf.reduce_sum(tf.reshape(tf.square(result), [-1]) * weights)
        for gradient in tf.gradients(total, floats):
            if gradient is not None:
                check_gradients(tf, session, tf.convert_to_tensor(gradient), feed)
