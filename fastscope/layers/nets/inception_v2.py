"""Inception, version 2: two convolutions of 3 x 3 for one of 5 x 5, normalized over the batch.

Source: tensorflow/contrib/slim/python/slim/nets/inception_v2.py (TF 1.15); Ioffe and Szegedy, Batch normalization,
2015.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...scoping.arg_scopes import Scope, arg_scope
from ...scoping.initializers import TruncatedNormal
from ...scoping.scopes import variable_scope
from ..slim.convolutions import separable_conv2d
from ..slim.norms import batch_norm
from ..slim.simple import dropout, softmax
from . import branches
from .common import Ends

__all__ = ["inception_v2", "inception_v2_arg_scope", "inception_v2_base"]


def _mixed(a: int, b: tuple[int, int], c: tuple[int, int], d: int, pool: str = "AvgPool_0a_3x3") -> Any:
    """Return four branches: 1 x 1, 3 x 3 after it, 3 x 3 twice after it, and a pool."""
    return (
        (("Conv2d_0a_1x1", a),),
        (("Conv2d_0a_1x1", b[0]), ("Conv2d_0b_3x3", b[1])),
        (("Conv2d_0a_1x1", c[0]), ("Conv2d_0b_3x3", c[1]), ("Conv2d_0c_3x3", c[1])),
        ((pool, 0), ("Conv2d_0b_1x1", d)),
    )


def _halved(a: tuple[int, int], b: tuple[int, int]) -> Any:
    """Return three branches that halve the sides of images."""
    return (
        (("Conv2d_0a_1x1", a[0]), ("Conv2d_1a_3x3", a[1])),
        (("Conv2d_0a_1x1", b[0]), ("Conv2d_0b_3x3", b[1]), ("Conv2d_1a_3x3", b[1])),
        (("MaxPool_1a_3x3", 0),),
    )


_TABLE = (
    ("Conv2d_1a_7x7", 64),
    ("MaxPool_2a_3x3", 0),
    ("Conv2d_2b_1x1", 64),
    ("Conv2d_2c_3x3", 192),
    ("MaxPool_3a_3x3", 0),
    ("Mixed_3b", _mixed(64, (64, 64), (64, 96), 32)),
    ("Mixed_3c", _mixed(64, (64, 96), (64, 96), 64)),
    ("Mixed_4a", _halved((128, 160), (64, 96))),
    ("Mixed_4b", _mixed(224, (64, 96), (96, 128), 128)),
    ("Mixed_4c", _mixed(192, (96, 128), (96, 128), 128)),
    ("Mixed_4d", _mixed(160, (128, 160), (128, 160), 96)),
    ("Mixed_4e", _mixed(96, (128, 192), (160, 192), 96)),
    ("Mixed_5a", _halved((128, 192), (192, 256))),
    ("Mixed_5b", _mixed(352, (192, 320), (160, 224), 128)),
    ("Mixed_5c", _mixed(352, (192, 320), (192, 224), 128, pool="MaxPool_0a_3x3")),
)


def inception_v2_base(
    inputs: Any,
    final_endpoint: str = "Mixed_5c",
    min_depth: int = 16,
    depth_multiplier: float = 1.0,
    scope: Any = None,
) -> tuple[Any, Ends]:
    """Return the result of the network up to one of its layers, and the results of all: name -> tensor.

    Args:
        inputs: images `[N, height, width, channels]`.
        final_endpoint: the last layer wanted.
        min_depth: the least number of channels.
        depth_multiplier: factor of the numbers of channels.
        scope: variable scope.

    Raises:
        ValueError: there is no such layer, or the factor is not above 0.
    """
    depth = branches.depth_of(depth_multiplier, min_depth)

    def layer(net: Any, name: str, channels: int, place: int | None = None, length: int = 0) -> Any:
        more: dict[str, Any] = {}
        if name == "Conv2d_1a_7x7":
            more = {"convolution": separable_conv2d, "depth_multiplier": min(int(depth(64) / 3), 8)}
        if name in _STARTS:
            more["weights_initializer"] = TruncatedNormal(0.0, _STARTS[name])
        elif name == "Conv2d_0a_1x1" and length > 1:
            more["weights_initializer"] = TruncatedNormal(0.0, 0.09)
        return branches.slid(net, name, depth(channels), place is None, "SAME", **more)

    with variable_scope(scope, "InceptionV2", [inputs]):
        return branches.built(inputs, _TABLE, final_endpoint, layer)


# standard deviation of the first weights
_STARTS = {"Conv2d_1a_7x7": 1.0, "Conv2d_2b_1x1": 0.1, "Conv2d_0b_1x1": 0.1}


def inception_v2(
    inputs: Any,
    num_classes: int = 1000,
    is_training: Any = True,
    dropout_keep_prob: float = 0.8,
    min_depth: int = 16,
    depth_multiplier: float = 1.0,
    prediction_fn: Callable[..., Any] = softmax,
    spatial_squeeze: bool = True,
    reuse: Any = None,
    scope: Any = "InceptionV2",
) -> tuple[Any, Ends]:
    """Return scores of classes for images.

    Args:
        inputs: `[N, 224, 224, channels]`; of other sizes with `spatial_squeeze=False`.
        num_classes: how many there are.
        is_training: whether moments are the batch's and elements are dropped.
        dropout_keep_prob: the share that is kept then.
        min_depth, depth_multiplier: as those of `inception_v2_base`.
        prediction_fn: callable(scores, scope=) -> what is found as "Predictions".
        spatial_squeeze: whether the result is `[N, num_classes]`; else `[N, 1, 1, num_classes]`.
        reuse: as in variable_scope.
        scope: variable scope.

    Returns:
        The scores, and the results of all layers: name -> tensor.

    Raises:
        ValueError: the factor is not above 0.
    """
    branches.depth_of(depth_multiplier, min_depth)
    with (
        variable_scope(scope, "InceptionV2", [inputs, num_classes], reuse=reuse) as sc,
        arg_scope([batch_norm, dropout], is_training=is_training),
    ):
        net, ends = inception_v2_base(inputs, scope=sc, min_depth=min_depth, depth_multiplier=depth_multiplier)
        with variable_scope("Logits"):
            net = dropout(branches.pooled(net, 7), keep_prob=dropout_keep_prob, scope="Dropout_1b")
            scores = branches.scored(net, num_classes, spatial_squeeze, "Conv2d_1c_1x1")
        ends["Logits"] = scores
        ends["Predictions"] = prediction_fn(scores, scope="Predictions")
        return scores, ends


inception_v2.default_image_size = 224  # type: ignore[attr-defined]


def inception_v2_arg_scope(weight_decay: float = 0.00004, batch_norm_var_collection: str = "moving_vars") -> Scope:
    """Return the arguments for `arg_scope` around the network.

    Args:
        weight_decay: factor of the weights' L2 regularizer.
        batch_norm_var_collection: collection of the moving averages.
    """
    return branches.inception_arg_scope(weight_decay, batch_norm_var_collection)
