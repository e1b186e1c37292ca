"""Inception, version 1: GoogLeNet.

Source: tensorflow/contrib/slim/python/slim/nets/inception_v1.py (TF 1.15); Szegedy et al., Going deeper with
convolutions, 2014.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...scoping.arg_scopes import Scope, arg_scope
from ...scoping.initializers import TruncatedNormal
from ...scoping.scopes import variable_scope
from ..slim.convolutions import conv2d
from ..slim.norms import batch_norm
from ..slim.pools import avg_pool2d
from ..slim.products import fully_connected
from ..slim.simple import dropout, softmax
from . import branches
from .common import Ends

__all__ = ["inception_v1", "inception_v1_arg_scope", "inception_v1_base"]


def _mixed(a: int, b: tuple[int, int], c: tuple[int, int], d: int, last: str = "Conv2d_0b_3x3") -> Any:
    """Return four branches: 1 x 1, 3 x 3 after 1 x 1 twice, and a pool."""
    return (
        (("Conv2d_0a_1x1", a),),
        (("Conv2d_0a_1x1", b[0]), ("Conv2d_0b_3x3", b[1])),
        (("Conv2d_0a_1x1", c[0]), (last, c[1])),
        (("MaxPool_0a_3x3", 0), ("Conv2d_0b_1x1", d)),
    )


_TABLE = (
    ("Conv2d_1a_7x7", 64),
    ("MaxPool_2a_3x3", 0),
    ("Conv2d_2b_1x1", 64),
    ("Conv2d_2c_3x3", 192),
    ("MaxPool_3a_3x3", 0),
    ("Mixed_3b", _mixed(64, (96, 128), (16, 32), 32)),
    ("Mixed_3c", _mixed(128, (128, 192), (32, 96), 64)),
    ("MaxPool_4a_3x3", 0),
    ("Mixed_4b", _mixed(192, (96, 208), (16, 48), 64)),
    ("Mixed_4c", _mixed(160, (112, 224), (24, 64), 64)),
    ("Mixed_4d", _mixed(128, (128, 256), (24, 64), 64)),
    ("Mixed_4e", _mixed(112, (144, 288), (32, 64), 64)),
    ("Mixed_4f", _mixed(256, (160, 320), (32, 128), 128)),
    ("MaxPool_5a_2x2", 0),
    ("Mixed_5b", _mixed(256, (160, 320), (32, 128), 128, last="Conv2d_0a_3x3")),  # so it is called in checkpoints
    ("Mixed_5c", _mixed(384, (192, 384), (48, 128), 128)),
)


def _layer(net: Any, name: str, depth: int, place: int | None = None, length: int = 0) -> Any:
    return branches.slid(net, name, depth, place is None, "SAME")


def inception_v1_base(inputs: Any, final_endpoint: str = "Mixed_5c", scope: Any = "InceptionV1") -> tuple[Any, Ends]:
    """Return the result of the network up to one of its layers, and the results of all: name -> tensor.

    Args:
        inputs: images `[N, height, width, channels]`.
        final_endpoint: the last layer wanted.
        scope: variable scope.

    Raises:
        ValueError: there is no such layer.
    """
    start = TruncatedNormal(0.0, 0.01)
    with (
        variable_scope(scope, "InceptionV1", [inputs]),
        arg_scope([conv2d, fully_connected], weights_initializer=start),
    ):
        return branches.built(inputs, _TABLE, final_endpoint, _layer)


def inception_v1(
    inputs: Any,
    num_classes: int = 1000,
    is_training: Any = True,
    dropout_keep_prob: float = 0.8,
    prediction_fn: Callable[..., Any] = softmax,
    spatial_squeeze: bool = True,
    reuse: Any = None,
    scope: Any = "InceptionV1",
) -> tuple[Any, Ends]:
    """Return scores of classes for images.

    Args:
        inputs: `[N, 224, 224, channels]`.
        num_classes: how many there are.
        is_training: whether moments are the batch's and elements are dropped.
        dropout_keep_prob: the share that is kept then.
        prediction_fn: callable(scores, scope=) -> what is found as "Predictions".
        spatial_squeeze: whether the result is `[N, num_classes]`; else `[N, 1, 1, num_classes]`.
        reuse: as in variable_scope.
        scope: variable scope.

    Returns:
        The scores, and the results of all layers: name -> tensor.
    """
    with (
        variable_scope(scope, "InceptionV1", [inputs, num_classes], reuse=reuse) as sc,
        arg_scope([batch_norm, dropout], is_training=is_training),
    ):
        net, ends = inception_v1_base(inputs, scope=sc)
        with variable_scope("Logits"):
            net = avg_pool2d(net, [7, 7], stride=1, scope="MaxPool_0a_7x7")
            net = dropout(net, dropout_keep_prob, scope="Dropout_0b")
            scores = branches.scored(net, num_classes, spatial_squeeze, "Conv2d_0c_1x1")
            ends["Logits"] = scores
            ends["Predictions"] = prediction_fn(scores, scope="Predictions")
        return scores, ends


inception_v1.default_image_size = 224  # type: ignore[attr-defined]


def inception_v1_arg_scope(
    weight_decay: float = 0.00004, use_batch_norm: bool = True, batch_norm_var_collection: str = "moving_vars"
) -> Scope:
    """Return the arguments for `arg_scope` around the network.

    Args:
        weight_decay: factor of the weights' L2 regularizer.
        use_batch_norm: whether convolutions are normalized over the batch.
        batch_norm_var_collection: collection of the moving averages.
    """
    return branches.inception_arg_scope(weight_decay, batch_norm_var_collection, use_batch_norm=use_batch_norm)
