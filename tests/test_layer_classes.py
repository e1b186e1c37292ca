"""Layers as objects, those of convolutions, pools and normalization, and what a layer of the user's can do."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import fastscope as fs

IMAGES = np.random.default_rng(3).standard_normal((2, 5, 6, 3)).astype(np.float32)
SERIES = IMAGES[:, :, 0]


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    fs.reset_default_graph()
    fs.set_random_seed(3)
    with fs.device("/cpu:0"):
        yield
    fs.reset_default_graph()


def names() -> list[str]:
    return [variable.name for variable in fs.global_variables()]


# ---- both modes

CALLS = {
    "conv1d": lambda tf, x, s: tf.layers.conv1d(s, 4, 2, padding="causal", activation="relu"),
    "conv1d first": lambda tf, x, s: tf.layers.conv1d(s, 4, 2, 2, data_format="channels_first"),
    "conv2d": lambda tf, x, s: tf.layers.conv2d(x, 4, [2, 3], 2, "SAME"),
    "conv2d first": lambda tf, x, s: tf.layers.conv2d(x, 4, 2, data_format="channels_first"),
    "conv2d dilated": lambda tf, x, s: tf.layers.conv2d(x, 4, 2, dilation_rate=2, use_bias=False),
    "conv2d_transpose": lambda tf, x, s: tf.layers.conv2d_transpose(x, 4, 3, 2),
    "conv2d_transpose first": lambda tf, x, s: tf.layers.conv2d_transpose(
        x, 4, 3, (1, 2), "same", data_format="channels_first"
    ),
    "conv3d": lambda tf, x, s: tf.layers.conv3d(x[..., None], 2, 2),
    "conv3d_transpose": lambda tf, x, s: tf.layers.conv3d_transpose(x[..., None], 2, 2, 2, "same"),
    "separable_conv1d": lambda tf, x, s: tf.layers.separable_conv1d(s, 4, 2, padding="causal", depth_multiplier=2),
    "separable_conv2d": lambda tf, x, s: tf.layers.separable_conv2d(x, 4, 2, activation=tf.tanh),
    "max_pooling1d": lambda tf, x, s: tf.layers.max_pooling1d(s, 2, 2),
    "max_pooling1d first": lambda tf, x, s: tf.layers.max_pooling1d(s, 2, 1, data_format="channels_first"),
    "average_pooling2d": lambda tf, x, s: tf.layers.average_pooling2d(x, 2, (1, 2), "same"),
    "max_pooling3d": lambda tf, x, s: tf.layers.max_pooling3d(x[..., None], 2, 2),
    "average_pooling3d": lambda tf, x, s: tf.layers.average_pooling3d(x[..., None], 2, 2),
    "batch_normalization": lambda tf, x, s: tf.layers.batch_normalization(x, training=True),
    "batch_normalization first": lambda tf, x, s: tf.layers.batch_normalization(x, 1, fused=False, training=True),
    "batch_normalization of rows": lambda tf, x, s: tf.layers.batch_normalization(s[:, 0], scale=False, training=True),
    "flatten first": lambda tf, x, s: tf.layers.flatten(x, data_format="channels_first"),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_graph_computes_what_a_call_computes(call: str) -> None:
    import fastscope.compat.v1 as tf

    fs.enable_eager_execution()
    computed = CALLS[call](fs, IMAGES, SERIES)
    made = [(variable.name, variable.numpy()) for variable in fs.global_variables() if "moving" not in variable.name]
    fs.disable_eager_execution()
    try:
        with tf.Graph().as_default() as graph, tf.Session(graph=graph) as session:
            x, s = tf.placeholder(tf.float32, IMAGES.shape), tf.placeholder(tf.float32, SERIES.shape)
            y = CALLS[call](tf, x, s)
            session.run(tf.global_variables_initializer())
            for name, value in made:
                next(v for v in tf.global_variables() if v.name == name).load(value, session)
            found = session.run(y, {x: IMAGES, s: SERIES})
    finally:
        fs.enable_eager_execution()
    assert y.shape.as_list() == list(computed.shape)
    np.testing.assert_allclose(found, computed, rtol=1e-5, atol=1e-6)


def test_convolutions_agree_with_plain_sums() -> None:
    y = fs.layers.conv2d(IMAGES, 4, (2, 3), bias_initializer=fs.ones_initializer(), name="c")
    kernel = fs.global_variables()[0].numpy()
    windows = np.lib.stride_tricks.sliding_window_view(IMAGES, (2, 3), (1, 2))
    np.testing.assert_allclose(y, np.einsum("nijcab,abcf->nijf", windows, kernel) + 1, rtol=1e-4, atol=1e-5)
    first = fs.layers.conv2d(
        np.moveaxis(IMAGES, -1, 1), 4, (2, 3), bias_initializer=fs.ones_initializer(), name="c", reuse=True,
        data_format="channels_first",
    )  # fmt: skip
    np.testing.assert_allclose(np.moveaxis(first, 1, -1), y, rtol=1e-5, atol=1e-6)


# ---- objects


def test_a_layer_keeps_its_weights() -> None:
    layer = fs.layers.Conv2D(4, 2, name="c")
    assert not layer.built and layer.weights == []
    a, b = layer(IMAGES), layer.apply(IMAGES)
    np.testing.assert_array_equal(a, b)
    assert names() == ["c/kernel:0", "c/bias:0"]
    assert [v.name for v in layer.trainable_weights] == names()
    assert layer.count_params() == 2 * 2 * 3 * 4 + 4
    assert layer.compute_output_shape([None, 5, 6, 3]).as_list() == [None, 4, 5, 4] == [None, *a.shape[1:]]
    assert repr(layer) == "<Conv2D name='c' scope_name='c'>"


def test_shapes_are_foretold() -> None:
    for layer in (
        fs.layers.Conv2D(4, 3, 2, "same"),
        fs.layers.Conv2D(4, 2, dilation_rate=2, data_format="channels_first"),
        fs.layers.Conv2DTranspose(4, 2, 3),
        fs.layers.Conv2DTranspose(4, 3, 2, "same", data_format="channels_first"),
        fs.layers.MaxPooling2D(2, 2),
        fs.layers.AveragePooling2D(3, (1, 2), "same", "channels_first"),
        fs.layers.BatchNormalization(),
        fs.layers.Dropout(),
        fs.layers.Flatten(),
        fs.layers.Dense(7),
    ):
        assert layer.compute_output_shape(IMAGES.shape) == layer(IMAGES).shape, layer


def test_a_layer_of_the_user_s() -> None:
    class Scale(fs.layers.Layer):
        def build(self, input_shape: Any) -> None:
            self.factor = self.add_variable("factor", [int(input_shape[-1])], initializer=fs.ones_initializer())
            self.built = True

        def call(self, inputs: Any, twice: bool = False) -> Any:
            return inputs * self.factor * (2 if twice else 1)

    layer = Scale()
    x = np.ones([2, 3], np.float32)
    np.testing.assert_array_equal(layer(x), x)
    np.testing.assert_array_equal(layer(x, twice=True), x * 2)
    assert names() == ["scale/factor:0"] and layer.name == "scale_1"
    Scale(name="other")(x)
    assert names()[1:] == ["other/factor:0"]
    frozen = Scale(trainable=False)
    frozen(x)
    assert (frozen.trainable_weights, [v.name for v in frozen.non_trainable_weights]) == ([], ["scale_1/factor:0"])


def test_a_layer_made_in_call_finds_its_weights_again() -> None:
    class Old(fs.layers.Layer):
        def call(self, inputs: Any) -> Any:
            return inputs @ fs.get_variable("w", [3, 2])

    layer, x = Old(), np.ones([2, 3], np.float32)
    np.testing.assert_array_equal(layer(x), layer(x))
    assert names() == ["old/w:0"] == [v.name for v in layer.weights]


def test_a_failed_call_leaves_nothing() -> None:
    layer = fs.layers.Conv2D(4, 9)
    with pytest.raises(ValueError, match="Negative dimension size caused by subtracting 9 from 5"):
        layer(IMAGES)
    assert names() == [] and not layer.built


# ---- batch normalization


def test_batch_normalization_moves_its_averages_where_it_computes() -> None:
    layer = fs.layers.BatchNormalization(momentum=0.5)
    x = np.float32([[1, 2], [3, 6]])
    y = layer(x, training=True)
    np.testing.assert_allclose(y, [[-1, -1], [1, 1]], atol=1e-3)
    np.testing.assert_allclose(layer.moving_mean.numpy(), [1, 2])
    np.testing.assert_allclose(layer.moving_variance.numpy(), [1, 2.5])
    np.testing.assert_allclose(layer(x), (x - [1, 2]) / np.sqrt(np.float32([1, 2.5]) + 1e-3), rtol=1e-6)
    assert fs.get_collection(fs.GraphKeys.UPDATE_OPS) == []


def test_a_recorded_function_trains_batch_normalization() -> None:
    layer = fs.layers.BatchNormalization(momentum=0.5)
    x = np.float32([[1, 2], [3, 6]])
    layer(x)
    step = fs.value_and_grad(lambda x: fs.reduce_sum(layer(x, training=True) ** 2))
    step(x)
    np.testing.assert_allclose(layer.moving_mean.numpy(), [1, 2])
    step(x)
    np.testing.assert_allclose(layer.moving_mean.numpy(), [1.5, 3])


# ---- functions beside classes


def test_a_function_takes_what_its_class_takes() -> None:
    pairs = {"dense": "Dense", "conv2d": "Conv2D", "conv2d_transpose": "Conv2DTranspose", "dropout": "Dropout"}
    for function, kind in pairs.items():
        _, *own = inspect.signature(getattr(fs.layers, kind).__init__).parameters.values()
        of_class = {one.name: one.default for one in own if one.kind is not one.VAR_KEYWORD}
        parameters = inspect.signature(getattr(fs.layers, function)).parameters
        of_function = {name: one.default for name, one in parameters.items()}
        for name in ("inputs", "reuse", "training"):
            of_function.pop(name, None)
        assert of_function == of_class, function


# ---- messages


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: fs.layers.conv2d(x, 4, (2, 2, 2)), ValueError, "The `kernel_size` argument must be a tuple of 2"),
        (lambda x: fs.layers.conv2d(x, 4, "a"), ValueError, "integers. Received: a. One number stands for all"),
        (lambda x: fs.layers.conv2d(x, 4, 2, padding="full"), ValueError, "The `padding` argument must be"),
        (lambda x: fs.layers.conv2d(x, 4, 2, padding="causal"), ValueError, "Causal padding is only supported for"),
        (lambda x: fs.layers.conv2d(x, 4, 2, data_format="NHWC"), ValueError, "The `data_format` argument must be one"),
        (lambda x: fs.layers.conv2d(x[0], 4, 2), ValueError, "layer conv2d_1 is incompatible with the layer: expected "
         "ndim=4, found ndim=3"),
        (lambda x: fs.layers.conv2d(x, 4, 2, 2, dilation_rate=2), ValueError, "strides > 1 not supported in"),
        (lambda x: fs.layers.conv2d(x.astype(int), 4, 2), TypeError, "Unable to build `Conv2D` layer with non"),
        (lambda x: fs.layers.Conv2D(4, 2, colour=3), TypeError, "Keyword argument not understood: colour"),
        (lambda x: fs.layers.BatchNormalization(4)(x), ValueError, "Invalid axis: 4. The inputs have 4 dimensions"),
        (lambda x: fs.layers.BatchNormalization("last"), TypeError, "type given: <class 'str'>. Write -1 for"),
        (lambda x: fs.layers.BatchNormalization([1, -3])(x), ValueError, r"Duplicate axis: \[1, 1\]. Leave one of"),
        (lambda x: fs.layers.BatchNormalization(virtual_batch_size=0)(x), ValueError, "Got 0; None is the whole batch"),
        (lambda x: fs.layers.BatchNormalization(0, virtual_batch_size=1)(x), ValueError, "axis cannot include 0. Give"),
        (lambda x: fs.layers.BatchNormalization(virtual_batch_size=1, adjustment=len)(x), ValueError,
         "adjustment cannot be specified. Leave one of them out"),
        (lambda x: fs.layers.BatchNormalization(renorm=True, renorm_clipping={"r": 1}), ValueError,
         r"contains keys not in \['rmax', 'rmin', 'dmax'\]. Write {'rmax'"),
        (lambda x: fs.layers.max_pooling2d(x, 2, None), ValueError, "must not be None. Write strides=pool_size"),
        (lambda x: fs.layers.Dense(2).compute_output_shape([1, None]), ValueError, "defined, but saw: .*Give its size"),
    ],
)  # fmt: skip
def test_messages(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call(IMAGES)


def test_a_layer_takes_what_its_specification_says() -> None:
    class Takes(fs.layers.Layer):
        pass

    def refusal(**facts: Any) -> str:
        layer = Takes(name="takes")
        layer.input_spec = fs.layers.InputSpec(**facts)
        with pytest.raises(ValueError, match="^Input 0 of layer takes is incompatible with the layer: ") as caught:
            layer(IMAGES)
        return str(caught.value).partition("layer: ")[2]

    assert refusal(min_ndim=5).startswith(": expected min_ndim=5, found ndim=4. Full shape received: [2, 5, 6, 3]")
    assert refusal(max_ndim=3).startswith("expected max_ndim=3, found ndim=4")
    assert refusal(dtype=fs.int32).startswith("expected dtype=int32, found dtype=float32")
    assert refusal(shape=[2, None, 7, 3]).startswith("expected shape=[2, None, 7, 3], found shape=[2, 5, 6, 3]")
    told = refusal(axes={-1: 4})
    assert told.startswith("expected axis -1 of input shape to have value 4 but received input with shape [2, 5, 6, 3]")
    assert "make another one for other inputs" in told


def test_depths_that_are_not_known(graph_mode: ModuleType) -> None:
    tf = graph_mode
    with pytest.raises(
        ValueError, match=r"channel dimension of the inputs should be defined. Found `None`.*call tensor"
    ):
        tf.layers.conv2d(tf.placeholder(tf.float32, [None, 4, 4, None]), 3, 3)
    with pytest.raises(ValueError, match="Input has undefined `axis` dimension"):
        tf.layers.batch_normalization(tf.placeholder(tf.float32, [None, None]))


def test_a_layer_that_returns_nothing() -> None:
    class Silent(fs.layers.Layer):
        def call(self, inputs: Any) -> Any:
            return None

    with pytest.raises(
        ValueError, match="A layer's `call` method should return a Tensor .*Does it end without `return`"
    ):
        Silent()(IMAGES)
