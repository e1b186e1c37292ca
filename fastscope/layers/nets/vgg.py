"""VGG: convolutions of 3 x 3 in five groups, a pool after each; full layers are convolutions.

Source: tensorflow/contrib/slim/python/slim/nets/vgg.py (TF 1.15); Simonyan and Zisserman, Very deep convolutional
networks for large-scale image recognition, 2014.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...scoping.arg_scopes import Scope
from ..slim.convolutions import conv2d
from ..slim.pools import max_pool2d
from ..slim.products import fully_connected
from ..slim.repeating import repeat
from .common import Ends, classified, collected, plain_arg_scope

__all__ = ["vgg_16", "vgg_19", "vgg_a", "vgg_arg_scope", "vgg_d", "vgg_e"]

_DEPTHS = (64, 128, 256, 512, 512)


def vgg_arg_scope(weight_decay: float = 0.0005) -> Scope:
    """Return the arguments for `arg_scope` around the network; `weight_decay` is the factor of the L2 regularizer."""
    return plain_arg_scope(weight_decay, pads_pools=False)


def _of(name: str, counts: tuple[int, ...]) -> Callable[..., tuple[Any, Ends]]:
    """Return the network whose groups have so many convolutions."""
    kinds = [conv2d, max_pool2d] if name == "vgg_a" else [conv2d, fully_connected, max_pool2d]

    def network(
        inputs: Any,
        num_classes: int = 1000,
        is_training: Any = True,
        dropout_keep_prob: float = 0.5,
        spatial_squeeze: bool = True,
        scope: Any = name,
    ) -> tuple[Any, Ends]:
        with collected(scope, name, inputs, kinds, is_plain_name=name == "vgg_19") as (sc, ends):
            net = inputs
            for group, (count, depth) in enumerate(zip(counts, _DEPTHS, strict=True), 1):
                net = repeat(net, count, conv2d, depth, [3, 3], scope=f"conv{group}")
                net = max_pool2d(net, [2, 2], scope=f"pool{group}")
            rest = num_classes, is_training, dropout_keep_prob, spatial_squeeze
            return classified(net, sc, ends, (4096, 4096), 7, *rest)

    network.__name__ = network.__qualname__ = name
    network.__doc__ = f"""Return scores of classes for images, by {sum(counts) + 3} layers that have weights.

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
    network.default_image_size = 224  # type: ignore[attr-defined]
    return network


vgg_a = _of("vgg_a", (1, 1, 2, 2, 2))
vgg_d = vgg_16 = _of("vgg_16", (2, 2, 3, 3, 3))
vgg_e = vgg_19 = _of("vgg_19", (2, 2, 4, 4, 4))
