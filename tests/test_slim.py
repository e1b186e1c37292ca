"""tf.contrib.layers and slim, at once; names and numbers of graphs are in the recorded programs."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import fastscope as fs
from fastscope.arrays import to_numpy
from fastscope.contrib import slim

IMAGES = np.random.default_rng(5).standard_normal((2, 4, 5, 6)).astype(np.float32)
ROWS = IMAGES[:, 0, 0]


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    fs.reset_default_graph()
    with fs.device("/cpu:0"):
        yield
    fs.reset_default_graph()


def names(key: str = fs.GraphKeys.GLOBAL_VARIABLES) -> list[str]:
    return [variable.name for variable in fs.get_collection(key)]


def normed(x: Any, axes: Any, epsilon: float) -> Any:
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + epsilon)


def test_fully_connected() -> None:
    y = slim.fully_connected(ROWS, 3, weights_regularizer=slim.l2_regularizer(0.5))
    weights, _ = fs.global_variables()
    assert names() == ["fully_connected/weights:0", "fully_connected/biases:0"] == names("model_variables")
    np.testing.assert_allclose(y, np.maximum(ROWS @ weights.numpy(), 0), rtol=1e-5)
    (loss,) = fs.losses.get_regularization_losses()
    np.testing.assert_allclose(loss, (weights.numpy() ** 2).sum() / 4, rtol=1e-6)
    linear = fs.contrib.layers.linear(ROWS, 3, scope="fully_connected", reuse=True)
    np.testing.assert_allclose(linear, ROWS @ weights.numpy(), rtol=1e-5)
    bare = slim.fully_connected(ROWS, 3, biases_initializer=None, variables_collections={"weights": ["mine"]})
    assert names("mine") == ["fully_connected_1/weights:0"] and bare.shape == (2, 3)


def test_convolutions_and_pools() -> None:
    assert slim.conv2d(IMAGES, 4, 3).shape == (2, 4, 5, 4)
    assert slim.conv2d(IMAGES, 4, [3, 2], 2, "VALID", data_format="NCHW", scope="first").shape == (2, 4, 2, 3)
    assert slim.convolution(IMAGES[..., None], 4, 2, normalizer_fn=slim.batch_norm).shape == (2, 4, 5, 6, 4)
    assert slim.conv1d(IMAGES[0], 4, 3, rate=2, padding="VALID").shape == (4, 1, 4)
    assert slim.conv2d_transpose(IMAGES, 4, 3, 2).shape == (2, 8, 10, 4)
    assert slim.separable_conv2d(IMAGES, 4, 3, 2).shape == (2, 4, 5, 4)
    each = slim.separable_conv2d(IMAGES, None, 3, 2, scope="each")
    assert each.shape == (2, 4, 5, 12) and names()[-2:] == ["each/depthwise_weights:0", "each/biases:0"]
    np.testing.assert_allclose(slim.max_pool2d(IMAGES, 2), fs.nn.max_pool(IMAGES, 2, 2, "VALID"))
    np.testing.assert_allclose(slim.avg_pool2d(IMAGES, 2, 1, "SAME"), fs.nn.avg_pool(IMAGES, 2, 1, "SAME"))
    assert slim.max_pool3d(IMAGES[..., None], 2).shape == (2, 2, 2, 3, 1)


def test_normalizations() -> None:
    np.testing.assert_allclose(slim.layer_norm(IMAGES), normed(IMAGES, (1, 2, 3), 1e-12), rtol=1e-4, atol=1e-5)
    first = np.moveaxis(IMAGES, -1, 1)
    np.testing.assert_allclose(slim.instance_norm(IMAGES), normed(IMAGES, (1, 2), 1e-6), rtol=1e-4, atol=1e-5)
    y = slim.instance_norm(first, data_format="NCHW")
    np.testing.assert_allclose(y, normed(first, (2, 3), 1e-6), rtol=1e-4, atol=1e-5)
    grouped = normed(IMAGES.reshape(2, 4, 5, 3, 2), (1, 2, 4), 1e-6).reshape(IMAGES.shape)
    np.testing.assert_allclose(slim.group_norm(IMAGES, groups=3), grouped, rtol=1e-4, atol=1e-5)
    y = slim.group_norm(first, 3, channels_axis=1, reduction_axes=(2, 3), center=False, scale=False)
    np.testing.assert_allclose(y, np.moveaxis(grouped, -1, 1), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(slim.unit_norm(ROWS, 1), ROWS / np.linalg.norm(ROWS, axis=1, keepdims=True), rtol=1e-5)
    assert names()[:2] == ["LayerNorm/beta:0", "LayerNorm/gamma:0"]


def test_batch_norm_moves_its_averages() -> None:
    y = slim.batch_norm(ROWS, decay=0.5, scale=True)
    np.testing.assert_allclose(y, normed(ROWS, 0, 1e-3), rtol=1e-4, atol=1e-5)
    assert [name.partition("/")[2] for name in names()] == ["beta:0", "gamma:0", "moving_mean:0", "moving_variance:0"]
    mean, variance = (v.numpy() for v in fs.global_variables()[2:])
    np.testing.assert_allclose(mean, ROWS.mean(0) / 2, rtol=1e-5)
    np.testing.assert_allclose(variance, 0.5 + ROWS.var(0, ddof=1) / 2, rtol=1e-5)
    y = slim.batch_norm(ROWS, decay=0.5, renorm=True, renorm_decay=0.5, zero_debias_moving_mean=False)
    np.testing.assert_allclose(y, ROWS - 0 * y, rtol=1e-2, atol=1e-2)  # corrected towards mean 0 and deviation 1
    mean, variance = (v.numpy() for v in fs.global_variables()[-5:-3])
    np.testing.assert_allclose(mean, ROWS.mean(0) / 2, rtol=1e-5)


def test_averages_that_no_collection_takes_move_with_the_result(graph_mode: ModuleType) -> None:
    tf = graph_mode
    x, training = tf.placeholder(tf.float32, [None, 4, 5, 6]), tf.placeholder(tf.bool, [])
    y = tf.contrib.layers.batch_norm(x, 0.5, is_training=training, updates_collections=None)
    assert tf.get_collection(tf.GraphKeys.UPDATE_OPS) == []
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(y, {x: IMAGES, training: False})
        average = tf.global_variables()[1]
        assert average.name == "BatchNorm/moving_mean:0" and not session.run(average).any()
        session.run(y, {x: IMAGES, training: True})
        np.testing.assert_allclose(session.run(average), IMAGES.mean((0, 1, 2)) / 2, rtol=1e-4, atol=1e-6)


def test_others() -> None:
    assert slim.flatten(IMAGES).shape == (2, 120)
    assert slim.one_hot_encoding([2, 0], 3).tolist() == [[0, 0, 1], [1, 0, 0]]
    np.testing.assert_allclose(slim.softmax(IMAGES).sum(-1), np.ones((2, 4, 5)), rtol=1e-5)
    np.testing.assert_allclose(slim.maxout(ROWS, 3), ROWS.reshape(2, 3, 2).max(-1))
    assert (slim.dropout(ROWS, 0.5, is_training=False) == ROWS).all()
    assert slim.bias_add(ROWS, initializer=fs.ones_initializer()).tolist() == (ROWS + 1).tolist()
    table = slim.embed_sequence([[0, 1], [1, 1]], 3, 2, unique=True)
    again = slim.embed_sequence([[0, 1], [1, 1]], scope="EmbedSequence", reuse=True)
    np.testing.assert_array_equal(table, again)
    slim.repeat(ROWS, 2, slim.fully_connected, 3, scope="fc")
    slim.stack(ROWS, slim.fully_connected, [3, (4,)])
    assert [name for name in names() if "weights" in name] == [
        "fc/fc_1/weights:0", "fc/fc_2/weights:0", "Stack/fully_connected_1/weights:0",
        "Stack/fully_connected_2/weights:0",
    ]  # fmt: skip
    weights = slim.get_variables_by_name("weights")
    total = slim.apply_regularization(slim.l1_regularizer(1.0), weights)
    np.testing.assert_allclose(total, sum(np.abs(w.numpy()).sum() for w in weights), rtol=1e-5)
    initial = fs.contrib.layers.variance_scaling_initializer(uniform=True)([100, 50])
    assert np.abs(initial).max() <= np.sqrt(6 / 100) < np.abs(initial).max() * 1.01


# ---- scopes of arguments


def test_arguments_of_a_scope() -> None:
    @slim.add_arg_scope
    def layer(x: int, k: int = 1, m: int = 0) -> tuple[int, int, int]:
        return x, k, m

    with slim.arg_scope([layer], k=3) as outer:
        with slim.arg_scope([layer], m=2):
            assert (layer(1), layer(1, k=5)) == ((1, 3, 2), (1, 5, 2))
        assert layer(1) == (1, 3, 0)
    assert layer(1) == (1, 1, 0)
    with slim.arg_scope(outer):
        assert layer(1) == (1, 3, 0) and slim.current_arg_scope() == outer
    assert slim.arg_scoped_arguments(layer) == ("k", "m") and slim.has_arg_scope(slim.conv2d)
    with slim.arg_scope([slim.conv2d, slim.fully_connected], activation_fn=None):
        assert (slim.fully_connected(ROWS, 50) < 0).any()


# ---- variables


def test_variables_are_found() -> None:
    with fs.variable_scope("a") as scope:
        w = slim.model_variable("w", [2])
        v = slim.variable("v", [2], collections=["others"])
    b = slim.local_variable([1.0], name="b")
    g = slim.global_variable([1.0], name="g")
    assert slim.get_variables(scope) == [w] == slim.get_model_variables() == slim.get_variables("a", "w")
    assert (fs.get_collection("others"), slim.get_local_variables()) == ([v], [b])
    assert slim.get_variables_to_restore() == [w, g] and slim.get_variables_to_restore(["a"]) == [w]
    assert slim.get_variables_to_restore(exclude=["g"]) == [w] == slim.get_variables_by_suffix("w")
    assert slim.get_unique_variable("a/w") is w and slim.get_variable_full_name(w) == "a/w"
    assert slim.filter_variables([w, g], ["a/", "g"], ["^g"]) == [w]
    assert slim.get_trainable_variables() == [w, v]
    slim.add_model_variable(g)
    slim.add_model_variable(g)
    assert slim.get_model_variables() == [w, g]


def test_end_points(graph_mode: ModuleType) -> None:
    tf = graph_mode
    x = tf.placeholder(tf.float32, [None, 4])
    with tf.contrib.slim.arg_scope([tf.contrib.slim.fully_connected], outputs_collections="ends"):
        y = tf.contrib.slim.fully_connected(x, 3, scope="a")
    found = tf.contrib.slim.utils.convert_collection_to_dict("ends", clear_collection=True)
    assert found == {"a": y} and tf.get_collection("ends") == []


# ---- messages


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: slim.fully_connected(ROWS, "3"), ValueError, "num_outputs type should be one of"),
        (lambda: slim.conv1d(IMAGES, 3, 2), ValueError, "Convolution expects input with rank 3, got 4"),
        (lambda: slim.convolution(ROWS, 3, 2), ValueError, "Convolution not supported for input with rank 2"),
        (lambda: slim.max_pool2d(IMAGES, 2, data_format="HW"), ValueError, "data_format has to be either NCHW or NHWC"),
        (lambda: slim.unit_norm(ROWS, 2), ValueError, "dim must be positive but smaller than the input rank"),
        (lambda: slim.group_norm(IMAGES, 7), ValueError, "Invalid groups 7 for 6 channels"),
        (lambda: slim.group_norm(IMAGES, 4), ValueError, "6 channels is not commensurate with 4 groups"),
        (lambda: slim.embed_sequence([0]), ValueError, "Must specify vocab size and embedding dimension when not reus"),
        (lambda: slim.apply_regularization(abs), ValueError, "No weights to regularize"),
        (lambda: slim.get_unique_variable("x"), ValueError, "Couldn't find variable x"),
        (lambda: slim.get_variables_to_restore("x"), TypeError, "include is provided but is not a list or a tuple"),
        (lambda: slim.arg_scope([len], x=1).__enter__(), ValueError, "len is not decorated with @add_arg_scope"),
        (lambda: slim.arg_scope({}, x=1).__enter__(), ValueError, "When attempting to re-use a scope by suppling"),
        (lambda: slim.arg_scope(len).__enter__(), TypeError, "list_ops_or_scope must either be a list/tuple"),
        (lambda: slim.arg_scoped_arguments(len), ValueError, "builtins.len is not decorated"),
        (lambda: slim.conv2d(IMAGES, 3, 2, data_format="HW"), ValueError, "Invalid data_format: 'HW'. Write one of"),
        (lambda: slim.maxout(IMAGES, 4), ValueError, r"number of features\(6\) is not a multiple of num_units\(4\)"),
        (lambda: slim.utils.constant_value(None), ValueError, "Give a bool, a tensor or a variable"),
        (lambda: slim.utils.constant_value(fs.Variable(1.0), fs.int32), ValueError, "instead of .*. Write tf.cast"),
        (lambda: slim.utils.static_cond(True, 1, 2), TypeError, "fn1 must be callable. Write lambda: 1"),
        (lambda: slim.utils.last_dimension(fs.TensorShape([None])), ValueError, "of shape must be known but is None"),
        (lambda: slim.legacy_linear(np.ones(3, "f"), 2), ValueError, "rank of x must be at least 2 not: 1. tensor"),
        (lambda: slim.utils.two_element_tuple([1]), ValueError, r"2 elements: \[1\]. One number stands for both"),
        (lambda: slim.utils.two_element_tuple("2"), ValueError, "or a TensorShape of length 2. Got '2'"),
        (lambda: slim.utils.n_positive_integers(0, 1), ValueError, "n must be a positive integer. Got 0"),
        (lambda: slim.utils.n_positive_integers(2, [1]), ValueError, r"received \[1\]. One number stands for all"),
        (lambda: slim.utils.n_positive_integers(2, 0), ValueError, "but received 0. The smallest is 1"),
        (lambda: slim.batch_norm(ROWS, renorm=True, updates_collections=None), ValueError, "debias_moving_mean. Leave"),
    ],
)  # fmt: skip
def test_messages(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_a_name_that_several_variables_begin_with() -> None:
    slim.variable("wide", [1])
    slim.variable("wider", [1])
    with pytest.raises(
        ValueError, match=r"Variable wid does not uniquely identify a variable. Write one of \['wide', "
    ):
        slim.get_unique_variable("wid")


def test_slim_has_the_modules_of_its_parts() -> None:
    layers: Any = fs.contrib.layers
    assert slim.layers.fully_connected is slim.fully_connected
    assert slim.regularizers.l2_regularizer is layers.l2_regularizer
    assert slim.initializers.xavier_initializer is layers.xavier_initializer


def test_divisive_normalization_at_once() -> None:
    """The layer computes at once, and from below its bounds only gradients that lift come back."""
    rows = ROWS.reshape(2, -1, ROWS.shape[-1])
    layer = fs.contrib.layers.GDN(gamma_init=0.5)
    wanted = rows / np.sqrt(1 + 0.5 * rows**2)
    np.testing.assert_allclose(to_numpy(layer(rows)), wanted, rtol=1e-5)
    first = fs.contrib.layers.gdn(np.moveaxis(rows, -1, 1), gamma_init=0.5, data_format="channels_first")
    np.testing.assert_allclose(np.moveaxis(to_numpy(first), 1, -1), wanted, rtol=1e-5)
    root = layer.trainable_variables[0]
    root.assign(np.full(root.shape, -1.0, np.float32))
    np.testing.assert_allclose(to_numpy(layer.beta), np.full(root.shape, 1e-6), rtol=1e-4)
    for sign in (1.0, -1.0):
        _, gradients = fs.value_and_grad(lambda sign=sign: fs.reduce_sum(layer.beta) * sign)()
        slope = to_numpy(gradients[root])
        assert (slope < 0).all() if sign < 0 else not slope.any()
