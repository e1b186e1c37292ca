"""What several image networks share.

Source: tensorflow/contrib/slim/python/slim/nets (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ...ops.nn import relu
from ...ops.shaping import squeeze
from ...scoping.arg_scopes import Scope, arg_scope
from ...scoping.initializers import Constant, TruncatedNormal, Zeros
from ...scoping.regularizers import l2_regularizer
from ...scoping.scopes import variable_scope
from ..slim.convolutions import conv2d
from ..slim.pools import max_pool2d
from ..slim.products import fully_connected
from ..slim.simple import dropout
from ..slim.utils import convert_collection_to_dict

__all__ = ["Ends", "classified", "collected", "drawn_small", "plain_arg_scope"]

Ends = dict[str, Any]


def plain_arg_scope(weight_decay: float, biases: float = 0.0, pads_pools: bool = True) -> Scope:
    """Return the arguments of a network of plain convolutions.

    Args:
        weight_decay: factor of the weights' L2 regularizer.
        biases: their first value.
        pads_pools: whether the padding of pools is among them.
    """
    start = Constant(biases) if biases else Zeros()
    kinds = [conv2d, fully_connected]
    regularizer = l2_regularizer(weight_decay)
    with (
        arg_scope(kinds, activation_fn=relu, biases_initializer=start, weights_regularizer=regularizer),
        arg_scope([conv2d], padding="SAME"),
        arg_scope([max_pool2d] if pads_pools else [], padding="VALID") as scope,
    ):
        return scope


@contextmanager
def collected(scope: Any, default: str, inputs: Any, kinds: list[Any], is_plain_name: bool = False) -> Iterator[Any]:
    """Open a network's scope, in which layers of some kinds put their results into a collection.

    Args:
        scope: the scope, or None for `default`.
        inputs: of the network.
        kinds: functions of layers.
        is_plain_name: whether the collection is called after the scope's name, else after its operations'.

    Yields:
        The scope, and a function that returns what was collected: name -> result.
    """
    with variable_scope(scope, default, [inputs]) as sc:
        collection = (sc.name if is_plain_name else sc.original_name_scope) + "_end_points"
        with arg_scope(kinds, outputs_collections=collection):
            yield sc, lambda: convert_collection_to_dict(collection)


def classified(
    net: Any,
    sc: Any,
    ends: Callable[[], Ends],
    depths: tuple[int, int],
    window: int,
    num_classes: int,
    is_training: Any,
    dropout_keep_prob: float,
    spatial_squeeze: bool,
    **first: Any,
) -> tuple[Any, Ends]:
    """Return scores of classes, by three convolutions that stand for full layers, and all results by name.

    Args:
        net: result of the convolutions before.
        sc: the network's scope.
        ends: returns what was collected.
        depths: channels of the first two.
        window: of the first.
        first: arguments of the first two that others do not have.
    """
    net = conv2d(net, depths[0], [window, window], padding="VALID", scope="fc6", **first)
    net = dropout(net, dropout_keep_prob, is_training=is_training, scope="dropout6")
    net = conv2d(net, depths[1], [1, 1], scope="fc7", **first)
    net = dropout(net, dropout_keep_prob, is_training=is_training, scope="dropout7")
    last = {"biases_initializer": Zeros()} if first else {}
    net = conv2d(net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None, scope="fc8", **last)
    found = ends()
    if spatial_squeeze:
        net = squeeze(net, [1, 2], name="fc8/squeezed")
        found[f"{sc.name}/fc8"] = net
    return net, found


def drawn_small() -> dict[str, Any]:
    """Return how AlexNet and OverFeat start their full layers."""
    return {"weights_initializer": TruncatedNormal(0.0, 0.005), "biases_initializer": Constant(0.1)}
