"""Inception, version 3: windows of one row or one column, and a second set of scores half way.

Source: tensorflow/contrib/slim/python/slim/nets/inception_v3.py (TF 1.15); Szegedy et al., Rethinking the Inception
architecture for computer vision, 2015.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...graph import GraphKeys
from ...ops.shaping import concat
from ...scoping.arg_scopes import Scope, arg_scope
from ...scoping.initializers import TruncatedNormal
from ...scoping.scopes import variable_scope
from ..slim.convolutions import conv2d
from ..slim.norms import batch_norm
from ..slim.pools import avg_pool2d
from ..slim.simple import dropout, softmax
from . import branches
from .common import Ends

__all__ = ["inception_v3", "inception_v3_arg_scope", "inception_v3_base"]


def _mixed_5(d: int, first: str = "Conv2d_0a_1x1", five: str = "Conv2d_0b_5x5") -> Any:
    """Return four branches: 1 x 1, 5 x 5 after it, 3 x 3 twice after it, and a pool."""
    return (
        (("Conv2d_0a_1x1", 64),),
        ((first, 48), (five, 64)),
        (("Conv2d_0a_1x1", 64), ("Conv2d_0b_3x3", 96), ("Conv2d_0c_3x3", 96)),
        (("AvgPool_0a_3x3", 0), ("Conv2d_0b_1x1", d)),
    )


def _mixed_6(n: int) -> Any:
    """Return four branches: 1 x 1, 7 x 7 as a row and a column after it, that twice, and a pool."""
    twice = ("Conv2d_0b_7x1", n), ("Conv2d_0c_1x7", n), ("Conv2d_0d_7x1", n), ("Conv2d_0e_1x7", 192)
    return (
        (("Conv2d_0a_1x1", 192),),
        (("Conv2d_0a_1x1", n), ("Conv2d_0b_1x7", n), ("Conv2d_0c_7x1", 192)),
        (("Conv2d_0a_1x1", n), *twice),
        (("AvgPool_0a_3x3", 0), ("Conv2d_0b_1x1", 192)),
    )


def _mixed_7(column: str) -> Any:
    """Return four branches: 1 x 1, a row beside a column after it, that after 3 x 3, and a pool."""
    return (
        (("Conv2d_0a_1x1", 320),),
        (("Conv2d_0a_1x1", 384), (f"Conv2d_0b_1x3 {column}", 384)),
        (("Conv2d_0a_1x1", 448), ("Conv2d_0b_3x3", 384), ("Conv2d_0c_1x3 Conv2d_0d_3x1", 384)),
        (("AvgPool_0a_3x3", 0), ("Conv2d_0b_1x1", 192)),
    )


_TABLE = (
    ("Conv2d_1a_3x3", 32),
    ("Conv2d_2a_3x3", 32),
    ("Conv2d_2b_3x3", 64),
    ("MaxPool_3a_3x3", 0),
    ("Conv2d_3b_1x1", 80),
    ("Conv2d_4a_3x3", 192),
    ("MaxPool_5a_3x3", 0),
    ("Mixed_5b", _mixed_5(32)),
    ("Mixed_5c", _mixed_5(64, "Conv2d_0b_1x1", "Conv_1_0c_5x5")),  # so they are called in checkpoints
    ("Mixed_5d", _mixed_5(64)),
    (
        "Mixed_6a",
        (
            (("Conv2d_1a_1x1", 384),),
            (("Conv2d_0a_1x1", 64), ("Conv2d_0b_3x3", 96), ("Conv2d_1a_1x1", 96)),
            (("MaxPool_1a_3x3", 0),),
        ),
    ),
    ("Mixed_6b", _mixed_6(128)),
    ("Mixed_6c", _mixed_6(160)),
    ("Mixed_6d", _mixed_6(160)),
    ("Mixed_6e", _mixed_6(192)),
    (
        "Mixed_7a",
        (
            (("Conv2d_0a_1x1", 192), ("Conv2d_1a_3x3", 320)),
            (("Conv2d_0a_1x1", 192), ("Conv2d_0b_1x7", 192), ("Conv2d_0c_7x1", 192), ("Conv2d_1a_3x3", 192)),
            (("MaxPool_1a_3x3", 0),),
        ),
    ),
    ("Mixed_7b", _mixed_7("Conv2d_0b_3x1")),
    ("Mixed_7c", _mixed_7("Conv2d_0c_3x1")),
)


def inception_v3_base(
    inputs: Any,
    final_endpoint: str = "Mixed_7c",
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

    def layer(net: Any, names: str, channels: int, place: int | None = None, length: int = 0) -> Any:
        found = []
        for name in names.split():
            between = place is None
            window = [3, 3] if name == "Conv2d_1a_1x1" else None  # its name says something else
            padded = name == "Conv2d_2b_3x3" or not (between or "_1a_" in name)
            found.append(branches.slid(net, name, depth(channels), between, "SAME" if padded else "VALID", window))
        return found[0] if len(found) == 1 else concat(found, 3)

    with variable_scope(scope, "InceptionV3", [inputs]):
        return branches.built(inputs, _TABLE, final_endpoint, layer)


def inception_v3(
    inputs: Any,
    num_classes: int = 1000,
    is_training: Any = True,
    dropout_keep_prob: float = 0.8,
    min_depth: int = 16,
    depth_multiplier: float = 1.0,
    prediction_fn: Callable[..., Any] = softmax,
    spatial_squeeze: bool = True,
    reuse: Any = None,
    scope: Any = "InceptionV3",
) -> tuple[Any, Ends]:
    """Return scores of classes for images.

    Args:
        inputs: `[N, 299, 299, channels]`; larger ones with `spatial_squeeze=False`.
        num_classes: how many there are.
        is_training: whether moments are the batch's and elements are dropped.
        dropout_keep_prob: the share that is kept then.
        min_depth, depth_multiplier: as those of `inception_v3_base`.
        prediction_fn: callable(scores, scope=) -> what is found as "Predictions".
        spatial_squeeze: whether the result is `[N, num_classes]`; else `[N, 1, 1, num_classes]`.
        reuse: as in variable_scope.
        scope: variable scope.

    Returns:
        The scores, and the results of all layers: name -> tensor; those half way are "AuxLogits".

    Raises:
        ValueError: the factor is not above 0.
    """
    depth = branches.depth_of(depth_multiplier, min_depth)
    with (
        variable_scope(scope, "InceptionV3", [inputs, num_classes], reuse=reuse) as sc,
        arg_scope([batch_norm, dropout], is_training=is_training),
    ):
        net, ends = inception_v3_base(inputs, scope=sc, min_depth=min_depth, depth_multiplier=depth_multiplier)
        with variable_scope("AuxLogits"):
            half = avg_pool2d(ends["Mixed_6e"], [5, 5], stride=3, padding="VALID", scope="AvgPool_1a_5x5")
            half = conv2d(half, depth(128), [1, 1], stride=1, padding="SAME", scope="Conv2d_1b_1x1")
            window = branches.smaller_window(half, 5)
            name = "Conv2d_2a_{}x{}".format(*window)
            start = TruncatedNormal(0.0, 0.01)
            half = conv2d(half, depth(768), window, 1, "VALID", weights_initializer=start, scope=name)
            start = TruncatedNormal(0.0, 0.001)
            scores = branches.scored(half, num_classes, spatial_squeeze, "Conv2d_2b_1x1", weights_initializer=start)
            ends["AuxLogits"] = scores
        with variable_scope("Logits"):
            net = dropout(branches.pooled(net, 8), keep_prob=dropout_keep_prob, scope="Dropout_1b")
            ends["PreLogits"] = net
            scores = branches.scored(net, num_classes, spatial_squeeze, "Conv2d_1c_1x1")
        ends["Logits"] = scores
        ends["Predictions"] = prediction_fn(scores, scope="Predictions")
        return scores, ends


inception_v3.default_image_size = 299  # type: ignore[attr-defined]


def inception_v3_arg_scope(
    weight_decay: float = 0.00004,
    batch_norm_var_collection: str = "moving_vars",
    batch_norm_decay: float = 0.9997,
    batch_norm_epsilon: float = 0.001,
    updates_collections: Any = GraphKeys.UPDATE_OPS,
    use_fused_batchnorm: bool = True,
) -> Scope:
    """Return the arguments for `arg_scope` around the network.

    Args:
        weight_decay: factor of the weights' L2 regularizer.
        batch_norm_var_collection: collection of the moving averages.
        batch_norm_decay, batch_norm_epsilon, updates_collections: as those of `batch_norm`.
        use_fused_batchnorm: whether one operation does it.
    """
    facts = batch_norm_decay, batch_norm_epsilon, updates_collections
    return branches.inception_arg_scope(weight_decay, batch_norm_var_collection, *facts, fused=use_fused_batchnorm)
