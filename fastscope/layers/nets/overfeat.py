"""OverFeat, whose full layers are convolutions.

Source: tensorflow/contrib/slim/python/slim/nets/overfeat.py (TF 1.15); Sermanet et al., OverFeat: Integrated
recognition, localization and detection using convolutional networks, 2014.
"""

from __future__ import annotations

from typing import Any

from ...scoping.arg_scopes import Scope
from ..slim.convolutions import conv2d
from ..slim.pools import max_pool2d
from ..slim.products import fully_connected
from .common import Ends, classified, collected, drawn_small, plain_arg_scope

__all__ = ["overfeat", "overfeat_arg_scope"]


def overfeat_arg_scope(weight_decay: float = 0.0005) -> Scope:
    """Return the arguments for `arg_scope` around the network; `weight_decay` is the factor of the L2 regularizer."""
    return plain_arg_scope(weight_decay)


def overfeat(
    inputs: Any,
    num_classes: int = 1000,
    is_training: Any = True,
    dropout_keep_prob: float = 0.5,
    spatial_squeeze: bool = True,
    scope: Any = "overfeat",
) -> tuple[Any, Ends]:
    """Return scores of classes for images; arguments and result as `alexnet_v2`'s, images are 231 x 231."""
    kinds = [conv2d, fully_connected, max_pool2d]
    with collected(scope, "overfeat", inputs, kinds, is_plain_name=True) as (sc, ends):
        net = conv2d(inputs, 64, [11, 11], 4, padding="VALID", scope="conv1")
        net = max_pool2d(net, [2, 2], scope="pool1")
        net = conv2d(net, 256, [5, 5], padding="VALID", scope="conv2")
        net = max_pool2d(net, [2, 2], scope="pool2")
        for name, depth in (("conv3", 512), ("conv4", 1024), ("conv5", 1024)):
            net = conv2d(net, depth, [3, 3], scope=name)
        net = max_pool2d(net, [2, 2], scope="pool5")
        rest = num_classes, is_training, dropout_keep_prob, spatial_squeeze
        return classified(net, sc, ends, (3072, 4096), 6, *rest, **drawn_small())
