"""Residual networks, version 1: units that add their inputs to what three convolutions make of them.

Source: tensorflow/contrib/slim/python/slim/nets/resnet_v1.py (TF 1.15); He et al.,
Deep residual learning for image recognition, 2015.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...ops.nn import relu
from ...scoping.arg_scopes import add_arg_scope
from ...scoping.scopes import variable_scope
from ..slim.convolutions import conv2d
from ..slim.utils import collect_named_outputs, last_dimension
from .common import Ends
from .resnet_utils import Block, Family, conv2d_same, resnet_arg_scope, subsample

__all__ = [
    "bottleneck",
    "resnet_arg_scope",
    "resnet_v1",
    "resnet_v1_50",
    "resnet_v1_101",
    "resnet_v1_152",
    "resnet_v1_200",
    "resnet_v1_block",
]


@add_arg_scope
def bottleneck(
    inputs: Any,
    depth: int,
    depth_bottleneck: int,
    stride: int,
    rate: int = 1,
    outputs_collections: Any = None,
    scope: Any = None,
) -> Any:
    """Return the result of a unit.

    Args:
        inputs: images `[N, height, width, channels]`.
        depth: channels of the result.
        depth_bottleneck: channels of the convolutions inside.
        stride: how many times smaller images become.
        rate: distance between the elements of a window.
        outputs_collections: collection of the result.
        scope: variable scope.
    """
    with variable_scope(scope, "bottleneck_v1", [inputs]) as sc:
        if depth == last_dimension(inputs.get_shape(), min_rank=4):
            shortcut = subsample(inputs, stride, "shortcut")
        else:
            shortcut = conv2d(inputs, depth, [1, 1], stride=stride, activation_fn=None, scope="shortcut")
        residual = conv2d(inputs, depth_bottleneck, [1, 1], stride=1, scope="conv1")
        residual = conv2d_same(residual, depth_bottleneck, 3, stride, rate=rate, scope="conv2")
        residual = conv2d(residual, depth, [1, 1], stride=1, activation_fn=None, scope="conv3")
        return collect_named_outputs(outputs_collections, sc.name, relu(shortcut + residual))


_FAMILY = Family("resnet_v1", bottleneck, {}, after=lambda net: net)


def resnet_v1(
    inputs: Any,
    blocks: Sequence[Block],
    num_classes: int | None = None,
    is_training: Any = True,
    global_pool: bool = True,
    output_stride: int | None = None,
    include_root_block: bool = True,
    reuse: Any = None,
    scope: Any = None,
) -> tuple[Any, Ends]:
    """Return the result of a residual network.

    Args:
        inputs: images `[N, height, width, channels]`.
        blocks: see `resnet_v1_block`.
        num_classes: how many; None for the features alone.
        is_training: whether the moments are the batch's.
        global_pool: whether the mean over the image is taken.
        output_stride: how many times smaller images may become; None for what the strides come to.
        include_root_block: whether a convolution of 7 x 7 and a pool come first.
        reuse: as in variable_scope.
        scope: variable scope.

    Returns:
        The features or scores `[N, height, width, channels]`, 1 x 1 after `global_pool`, and the results of all layers:
        name -> tensor.

    Raises:
        ValueError: the strides do not come to `output_stride`.
    """
    return _FAMILY.network(
        inputs, blocks, num_classes, is_training, global_pool, output_stride, include_root_block, reuse, scope
    )


resnet_v1.default_image_size = 224  # type: ignore[attr-defined]
resnet_v1_block = _FAMILY.block
resnet_v1_50 = _FAMILY.of_depth(50, (3, 4, 6, 3))
resnet_v1_101 = _FAMILY.of_depth(101, (3, 4, 23, 3))
resnet_v1_152 = _FAMILY.of_depth(152, (3, 8, 36, 3))
resnet_v1_200 = _FAMILY.of_depth(200, (3, 24, 36, 3))
