"""Inceptions: blocks of branches whose results are put side by side.

A network is a table: (name, depth) is a convolution or a pool, (name, branches) a block, whose branches are tuples of
such pairs. A name tells what it is: "Conv2d_0b_1x7" is a convolution with a window of 1 x 7, a stride of 2 is where it
says "1a" or a pool stands between blocks.

Source: tensorflow/contrib/slim/python/slim/nets/inception_v1.py, inception_v2.py, inception_v3.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...errors import nets as errors
from ...graph import GraphKeys
from ...ops.nn import relu
from ...ops.shaping import concat, squeeze
from ...scoping.arg_scopes import Scope, arg_scope
from ...scoping.initializers.contributed import variance_scaling_initializer
from ...scoping.regularizers import l2_regularizer
from ...scoping.scopes import variable_scope
from ..slim.convolutions import conv2d
from ..slim.norms import batch_norm
from ..slim.pools import avg_pool2d, max_pool2d
from ..slim.products import fully_connected
from .common import Ends

__all__ = ["Layer", "built", "depth_of", "inception_arg_scope", "scored", "slid", "smaller_window"]

# callable(net, name, depth, place in its branch, length of the branch) -> result
Layer = Callable[..., Any]
Table = Sequence[tuple[str, Any]]


def built(net: Any, table: Table, final_endpoint: str, layer: Layer) -> tuple[Any, Ends]:
    """Return the result of a table up to one of its names, and all results by name.

    Args:
        net: images `[N, height, width, channels]`.
        table: the network.
        final_endpoint: name of the last one wanted.
        layer: makes a layer.

    Raises:
        ValueError: the table has no such name.
    """
    names = [name for name, _ in table]
    if final_endpoint not in names:
        raise errors.unknown_endpoint(final_endpoint, names)
    ends = {}
    for name, what in table[: names.index(final_endpoint) + 1]:
        net = layer(net, name, what) if isinstance(what, int) else _block(net, name, what, layer)
        ends[name] = net
    return net, ends


def _block(net: Any, name: str, branches: Sequence[Table], layer: Layer) -> Any:
    with variable_scope(name):
        results = []
        for k, branch in enumerate(branches):
            with variable_scope(f"Branch_{k}"):
                result = net
                for place, (part, depth) in enumerate(branch):
                    result = layer(result, part, depth, place, len(branch))
                results.append(result)
        return concat(results, 3)


def slid(net: Any, name: str, depth: int, between: bool, padding: str, window: Any = None, **more: Any) -> Any:
    """Return a convolution or a pool, by its name.

    Args:
        net: images.
        name: "MaxPool_1a_3x3", the scope.
        depth: channels of the result.
        between: whether it stands between blocks.
        padding: of images.
        window: where it is another one than the name says.
        more: arguments of a convolution.
    """
    kind, place, size = name.rsplit("_", 2)
    window = window or [int(side) for side in size.split("x")]
    stride = 2 if place == "1a" or (between and kind == "MaxPool") else 1
    if kind in _POOLS:
        return _POOLS[kind](net, window, stride=stride, padding=padding, scope=name)
    return more.pop("convolution", conv2d)(net, depth, window, stride=stride, padding=padding, scope=name, **more)


_POOLS: dict[str, Any] = {"MaxPool": max_pool2d, "AvgPool": avg_pool2d}


def depth_of(depth_multiplier: float, min_depth: int) -> Callable[[int], int]:
    """Return the function from the paper's number of channels to that of a thinner or wider network.

    Raises:
        ValueError: the multiplier is not above 0.
    """
    if depth_multiplier <= 0:
        raise errors.no_depth(depth_multiplier)
    return lambda depth: max(int(depth * depth_multiplier), min_depth)


def scored(net: Any, num_classes: int, spatial_squeeze: bool, scope: str, **more: Any) -> Any:
    """Return scores `[N, num_classes]`, or `[N, 1, 1, num_classes]`, of images of one element."""
    scores = conv2d(net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None, scope=scope, **more)
    return squeeze(scores, [1, 2], name="SpatialSqueeze") if spatial_squeeze else scores


def pooled(net: Any, window: int) -> Any:
    """Return the mean over each window, not larger than images are."""
    sides = smaller_window(net, window)
    return avg_pool2d(net, sides, padding="VALID", scope="AvgPool_1a_{}x{}".format(*sides))


def inception_arg_scope(
    weight_decay: float,
    batch_norm_var_collection: str,
    batch_norm_decay: float = 0.9997,
    batch_norm_epsilon: float = 0.001,
    updates_collections: Any = GraphKeys.UPDATE_OPS,
    use_batch_norm: bool = True,
    **more: Any,
) -> Scope:
    """Return the arguments of an Inception: convolutions are normalized over the batch.

    Args:
        weight_decay: factor of the weights' L2 regularizer.
        batch_norm_var_collection: collection of the moving averages.
        batch_norm_decay, batch_norm_epsilon, updates_collections: as those of `batch_norm`.
        use_batch_norm: whether they are.
        more: further arguments of `batch_norm`.
    """
    averages = [batch_norm_var_collection]
    kept = {"beta": None, "gamma": None, "moving_mean": averages, "moving_variance": averages}
    facts: dict[str, Any] = {
        "decay": batch_norm_decay,
        "epsilon": batch_norm_epsilon,
        "updates_collections": updates_collections,
        "variables_collections": kept,
        **more,
    }
    regularizer = l2_regularizer(weight_decay)
    with (
        arg_scope([conv2d, fully_connected], weights_regularizer=regularizer),
        arg_scope(
            [conv2d],
            weights_initializer=variance_scaling_initializer(),
            activation_fn=relu,
            normalizer_fn=batch_norm if use_batch_norm else None,
            normalizer_params=facts if use_batch_norm else {},
        ) as scope,
    ):
        return scope


def smaller_window(net: Any, window: int) -> list[int]:
    """Return the sides of a window, not larger than images are, where their size is known."""
    sizes = net.get_shape().as_list()[1:3]
    return [window, window] if None in sizes else [min(size, window) for size in sizes]
