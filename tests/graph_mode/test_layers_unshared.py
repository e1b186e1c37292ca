"""A function of unnamed layers that is called twice under AUTO_REUSE shares nothing: a warning, rare and right."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fastscope.compat.v1 as tf

Model = Callable[[Any], Any]


def discriminator(x: Any) -> Any:
    hidden = tf.layers.dense(x, 8, tf.nn.relu)
    return tf.layers.dense(hidden, 1)


def pictures() -> tuple[Any, Any]:
    real = tf.placeholder(tf.float32, [None, 8], name="real")
    noise = tf.random_normal([tf.shape(real)[0], 3])
    return real, tf.layers.dense(noise, 8, name="generator")


def told(run: Callable[[], None]) -> list[str]:
    """Return the warnings of a program."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run()
    assert all(one.category is UserWarning for one in caught)
    return [str(one.message) for one in caught]


def names() -> list[str]:
    return [v.name for v in tf.trainable_variables() if v.name.startswith("d/") and "kernel" in v.name]


def called_twice(model: Model) -> None:
    real, fake = pictures()
    with tf.variable_scope("d", reuse=tf.AUTO_REUSE):
        model(real)
        model(fake)


def test_a_model_that_is_called_twice_is_told_once_with_its_places() -> None:
    with pytest.warns(UserWarning) as caught:
        called_twice(discriminator)
    (warning,) = caught
    assert warning.filename == __file__
    text = str(warning.message)
    assert text.startswith(
        "'d/dense_2' was made beside 'd/dense', with the same shapes, by the same line under AUTO_REUSE: were they "
        "meant to share? They do not."
    )
    line, first, second = (part.strip().splitlines() for part in text.split("\n\n")[2:7:2])
    assert line[1].strip() == "hidden = tf.layers.dense(x, 8, tf.nn.relu)"
    assert first[1].strip() == "model(real)"
    assert second[1].strip() == "model(fake)"
    assert [f'File "{__file__}"' in part[0] for part in (line, first, second)] == [True] * 3
    assert names() == ["d/dense/kernel:0", "d/dense_1/kernel:0", "d/dense_2/kernel:0", "d/dense_3/kernel:0"]


def test_first_way_out_a_name() -> None:
    def model(x: Any) -> Any:
        return tf.layers.dense(tf.layers.dense(x, 8, tf.nn.relu, name="dense"), 1, name="dense_1")

    assert told(lambda: called_twice(model)) == []
    assert names() == ["d/dense/kernel:0", "d/dense_1/kernel:0"]


def test_second_way_out_one_object_that_is_called_twice() -> None:
    hidden, last = tf.layers.Dense(8, tf.nn.relu), tf.layers.Dense(1)
    assert told(lambda: called_twice(lambda x: last(hidden(x)))) == []
    assert names() == ["d/dense/kernel:0", "d/dense_1/kernel:0"]


def test_third_way_out_the_scope_opened_anew() -> None:
    def model(x: Any) -> Any:
        with tf.variable_scope("d", reuse=tf.AUTO_REUSE):
            return discriminator(x)

    def run() -> None:
        real, fake = pictures()
        model(real)
        model(fake)

    assert told(run) == []
    assert names() == ["d/dense/kernel:0", "d/dense_1/kernel:0"]


def test_if_two_layers_are_meant_names_say_so() -> None:
    def run() -> None:
        real, fake = pictures()
        with tf.variable_scope("d", reuse=tf.AUTO_REUSE):
            for name, x in (("a", real), ("b", fake)):
                tf.layers.dense(x, 8, name=name)

    assert told(run) == []


@pytest.mark.parametrize(
    "layer",
    [
        lambda x: tf.layers.Dense(4)(x),
        lambda x: tf.layers.conv1d(x[:, :, None], 2, 3),
        lambda x: tf.layers.Conv1D(2, 3)(x[:, :, None]),
        lambda x: tf.layers.batch_normalization(x),
    ],
    ids=["Dense", "conv1d", "Conv1D", "batch_normalization"],
)
def test_other_layers(layer: Model) -> None:
    (text,) = told(lambda: called_twice(layer))
    assert "were they meant to share?" in text


def test_a_recorded_function() -> None:
    def loss_of(real: Any, fake: Any) -> Any:
        with tf.variable_scope("d", reuse=tf.AUTO_REUSE):
            a = discriminator(real)
            b = discriminator(fake)
        return tf.reduce_mean(a) - tf.reduce_mean(b)

    def run() -> None:
        step = tf.value_and_grad(loss_of)
        for count in (2, 3):  # recorded for each shape
            step(np.ones([count, 8], np.float32), np.zeros([count, 8], np.float32))

    tf.enable_eager_execution()
    (text,) = told(run)
    assert text.startswith("'d/dense_2' was made beside 'd/dense'")


# ---- where it is no mistake


def without_reuse() -> None:
    real, fake = pictures()
    with tf.variable_scope("d"):
        discriminator(real)
        discriminator(fake)


def stack_of_layers() -> None:
    x, _ = pictures()
    with tf.variable_scope("d", reuse=tf.AUTO_REUSE):
        for _ in range(4):
            x = x + tf.nn.relu(tf.layers.dense(x, 8))


def stack_of_blocks() -> None:
    def block(x: Any) -> Any:
        return tf.nn.relu(tf.layers.dense(x, 8))

    x, _ = pictures()
    with tf.variable_scope("d", reuse=tf.AUTO_REUSE):
        hidden = block(x)
        hidden = block(hidden)
        block(tf.concat([hidden[:, :4], x[:, 4:]], 1))


def heads() -> None:
    def head(x: Any) -> Any:
        return tf.layers.dense(tf.layers.dense(x, 8, tf.nn.relu), 8)

    x, _ = pictures()
    with tf.variable_scope("d", reuse=tf.AUTO_REUSE):
        policy = head(x)
        value = head(x)
        assert policy.name != value.name


def layers_of_several_inputs() -> None:
    with tf.variable_scope("d", reuse=tf.AUTO_REUSE):
        [tf.layers.dense(x, 8) for x in pictures()]


def two_lines() -> None:
    real, fake = pictures()
    with tf.variable_scope("d", reuse=tf.AUTO_REUSE):
        tf.layers.dense(real, 8)
        tf.layers.dense(fake, 8)


def other_shapes() -> None:
    def model(x: Any) -> Any:
        return tf.layers.dense(x, 4)

    real, fake = pictures()
    with tf.variable_scope("d", reuse=tf.AUTO_REUSE):
        model(real)
        model(fake[:, :5])


def layers_without_weights() -> None:
    def model(x: Any) -> Any:
        return tf.layers.dropout(tf.layers.flatten(x), training=True)

    called_twice(model)


def opened_again() -> None:
    real, fake = pictures()
    for _ in range(2):
        with tf.variable_scope("d", reuse=tf.AUTO_REUSE):
            discriminator(real)
    with tf.variable_scope("d", reuse=tf.AUTO_REUSE):
        discriminator(fake)
    assert len(names()) == 2


@pytest.mark.parametrize(
    "program",
    [
        without_reuse,
        stack_of_layers,
        stack_of_blocks,
        heads,
        layers_of_several_inputs,
        two_lines,
        other_shapes,
        layers_without_weights,
        opened_again,
    ],
    ids=lambda program: program.__name__,
)
def test_no_warning(program: Callable[[], None]) -> None:
    assert told(program) == []


def test_a_dropped_graph_is_not_kept() -> None:
    import gc
    import weakref

    with tf.Graph().as_default() as graph:
        told(lambda: called_twice(discriminator))
    kept = weakref.ref(graph)
    del graph
    gc.collect()
    assert kept() is None
