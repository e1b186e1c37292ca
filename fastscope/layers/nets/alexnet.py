"""AlexNet in its second version, whose full layers are convolutions.

Source: tensorflow/contrib/slim/python/slim/nets/alexnet.py (TF 1.15); Krizhevsky, One weird trick for parallelizing
convolutional neural networks, 2014.
"""

from __future__ import annotations

from typing import Any

from ...scoping.arg_scopes import Scope
from ..slim.convolutions import conv2d
from ..slim.pools import max_pool2d
from ..slim.products import fully_connected
from .common import Ends, classified, collected, drawn_small, plain_arg_scope

__all__ = ["alexnet_v2", "alexnet_v2_arg_scope"]


def alexnet_v2_arg_scope(weight_decay: float = 0.0005) -> Scope:
    """Return the arguments for `arg_scope` around the network; `weight_decay` is the factor of the L2 regularizer."""
    return plain_arg_scope(weight_decay, biases=0.1)


def alexnet_v2(
    inputs: Any,
    num_classes: int = 1000,
    is_training: Any = True,
    dropout_keep_prob: float = 0.5,
    spatial_squeeze: bool = True,
    scope: Any = "alexnet_v2",
) -> tuple[Any, Ends]:
    """Return scores of classes for images.

    Args:
        inputs: `[N, height, width, channels]`, 224 x 224 for one answer an image.
        num_classes: how many there are.
        is_training: whether elements are dropped.
        dropout_keep_prob: the share that is kept then.
        spatial_squeeze: whether the result is `[N, num_classes]`; else `[N, 1, 1, num_classes]`, of larger images more.
        scope: variable scope.

    Returns:
        The scores, and the results of all layers: name -> tensor.
    """
    kinds = [conv2d, fully_connected, max_pool2d]
    with collected(scope, "alexnet_v2", inputs, kinds) as (sc, ends):
        net = conv2d(inputs, 64, [11, 11], 4, padding="VALID", scope="conv1")
        net = max_pool2d(net, [3, 3], 2, scope="pool1")
        net = conv2d(net, 192, [5, 5], scope="conv2")
        net = max_pool2d(net, [3, 3], 2, scope="pool2")
        for name, depth in (("conv3", 384), ("conv4", 384), ("conv5", 256)):
            net = conv2d(net, depth, [3, 3], scope=name)
        net = max_pool2d(net, [3, 3], 2, scope="pool5")
        rest = num_classes, is_training, dropout_keep_prob, spatial_squeeze
        return classified(net, sc, ends, (4096, 4096), 5, *rest, **drawn_small())


alexnet_v2.default_image_size = 224  # type: ignore[attr-defined]
