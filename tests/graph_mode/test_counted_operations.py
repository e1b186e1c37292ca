"""A random operation's seed counts the operations before it: TensorFlow 1.15's numbers, by random_seed.get_seed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fastscope.compat.v1 as tf


def matrix() -> Any:
    return tf.placeholder(tf.float32, [3, 3])


def image() -> Any:
    return tf.placeholder(tf.float32, [2, 8, 8, 3])


def ids() -> Any:
    return tf.placeholder(tf.int32, [None])


def branches() -> Any:
    return tf.cond(tf.placeholder(tf.bool, []), matrix, lambda: tf.zeros([3, 3]))


def loop(count: int) -> Any:
    return tf.while_loop(lambda a, *_: a < 3.0, lambda *a: [v for v in a], [tf.constant(0.0) for _ in range(count)])


COUNTS: list[tuple[Callable[[], Any], int]] = [
    (lambda: tf.reduce_sum(matrix()), 3),
    (lambda: tf.reduce_mean(matrix(), 1), 3),
    (lambda: tf.reshape(matrix(), [9]), 3),
    (lambda: tf.reshape(matrix(), [tf.constant(9)]), 4),
    (lambda: tf.reshape(matrix(), [-1, tf.constant(9)]), 5),
    (lambda: tf.expand_dims(matrix(), 0), 3),
    (lambda: tf.concat([matrix(), matrix()], 1), 4),
    (lambda: tf.split(matrix(), 3, 1), 4),
    (lambda: tf.transpose(matrix()), 3),
    (lambda: tf.matrix_transpose(matrix()), 3),
    (lambda: tf.tile(matrix(), [1, 2]), 3),
    (lambda: tf.one_hot(ids(), 3), 5),
    (lambda: tf.gather(matrix(), ids()), 4),
    (lambda: tf.nn.embedding_lookup(matrix(), ids()), 5),
    (lambda: tf.pad(matrix(), [[1, 1], [0, 0]]), 3),
    (lambda: tf.pad(matrix(), [[1, 1], [0, 0]], constant_values=1.0), 4),
    (lambda: tf.slice(matrix(), [0, 0], [1, 1]), 4),
    (lambda: matrix()[0], 5),
    (lambda: matrix()[tf.constant(1)], 8),
    (lambda: tf.range(3), 4),
    (lambda: tf.fill([2], 1.0), 3),
    (lambda: tf.ones_like(tf.placeholder(tf.float32, [None])), 4),
    (lambda: tf.cumsum(matrix()), 3),
    (lambda: tf.argmax(matrix(), 1), 3),
    (lambda: tf.nn.top_k(matrix(), 2), 3),
    (lambda: ids() / 2, 5),
    (lambda: tf.tensordot(matrix(), matrix(), 1), 13),
    (lambda: tf.nn.softmax_cross_entropy_with_logits_v2(labels=matrix(), logits=matrix()), 33),
    (lambda: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=ids(), logits=matrix()), 4),
    (lambda: tf.nn.depthwise_conv2d(image(), tf.zeros([3, 3, 3, 2]), [1, 1, 1, 1], "SAME"), 5),
    (lambda: tf.nn.conv2d_transpose(image(), tf.zeros([3, 3, 4, 3]), [2, 8, 8, 4], [1, 1, 1, 1]), 4),
    (lambda: tf.nn.fused_batch_norm(image(), tf.ones([3]), tf.zeros([3])), 6),
    (lambda: tf.image.resize_bilinear(image(), [4, 4]), 3),
    (branches, 8),
    (lambda: loop(1), 10),
    (lambda: loop(3), 24),
    (lambda: tf.logical_xor(tf.constant(True), tf.constant(False)), 6),
]


@pytest.mark.parametrize(("program", "expected"), COUNTS)
def test_counts(program: Callable[[], Any], expected: int) -> None:
    tf.set_random_seed(7)
    program()
    assert tf.random.get_seed(None) == (7, expected)


def test_first_values_after_other_operations_are_tensorflows() -> None:
    tf.set_random_seed(7)
    x = tf.placeholder(tf.float32, [None, 2, 2])
    flat = tf.reshape(x, [-1, 4])
    w = tf.get_variable("w", [2], initializer=tf.random_normal_initializer())
    tf.concat([flat, flat[:, :1]], 1)
    b = tf.get_variable("b", [2], initializer=tf.random_uniform_initializer())
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        found = session.run([w, b])
    expected = [[0.0969228595495224, -0.7595417499542236], [0.05466759204864502, 0.08486473560333252]]
    assert [value.tolist() for value in found] == expected
