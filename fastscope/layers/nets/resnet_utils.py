"""Residual networks: blocks of units, put one after another.

Source: tensorflow/contrib/slim/python/slim/nets/resnet_utils.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ...errors import nets as errors
from ...graph import GraphKeys
from ...ops.arranging import pad
from ...ops.nn import relu
from ...ops.reductions import reduce_mean
from ...scoping.arg_scopes import Scope, add_arg_scope, arg_scope
from ...scoping.initializers.contributed import variance_scaling_initializer
from ...scoping.regularizers import l2_regularizer
from ...scoping.scopes import variable_scope
from ..slim.convolutions import conv2d
from ..slim.norms import batch_norm
from ..slim.pools import max_pool2d
from ..slim.simple import softmax
from ..slim.utils import collect_named_outputs, convert_collection_to_dict
from .common import Ends

__all__ = ["Block", "conv2d_same", "resnet_arg_scope", "stack_blocks_dense", "subsample"]

Network = Callable[..., tuple[Any, Ends]]


class Block(NamedTuple):
    """A block of a residual network.

    Attributes:
        scope: its variable scope.
        unit_fn: callable(net, rate=, **arguments) -> result of a unit.
        args: the arguments of each unit: "depth", "depth_bottleneck" and "stride".
    """

    scope: str
    unit_fn: Callable[..., Any]
    args: Sequence[dict[str, Any]]


def subsample(inputs: Any, factor: int, scope: Any = None) -> Any:
    """Return every `factor`-th row and column of images `[N, height, width, channels]`."""
    return inputs if factor == 1 else max_pool2d(inputs, [1, 1], stride=factor, scope=scope)


def conv2d_same(inputs: Any, num_outputs: int, kernel_size: int, stride: int, rate: int = 1, scope: Any = None) -> Any:
    """Return a convolution that takes the rows and columns that `subsample` would take of one of stride 1.

    A stride with "SAME" padding takes others where a size is even.

    Args:
        inputs: images `[N, height, width, channels]`.
        num_outputs: number of filters.
        kernel_size: side of the window.
        stride: its step.
        rate: distance between the elements of a window.
        scope: variable scope.
    """
    if stride == 1:
        return conv2d(inputs, num_outputs, kernel_size, stride=1, rate=rate, padding="SAME", scope=scope)
    around = (kernel_size - 1) * rate
    sides = [around // 2, around - around // 2]
    inputs = pad(inputs, [[0, 0], sides, sides, [0, 0]])
    return conv2d(inputs, num_outputs, kernel_size, stride=stride, rate=rate, padding="VALID", scope=scope)


@add_arg_scope
def stack_blocks_dense(
    net: Any, blocks: Sequence[Block], output_stride: int | None = None, outputs_collections: Any = None
) -> Any:
    """Return the result of blocks, one after another, in the scopes "block1/unit_1" and so on.

    Args:
        net: images `[N, height, width, channels]`.
        blocks: the blocks.
        output_stride: how many times smaller images may become; once they are, windows have gaps instead of strides.
        outputs_collections: collection of the blocks' results.

    Raises:
        ValueError: the strides do not come to `output_stride`.
    """
    stride = rate = 1
    for block in blocks:
        with variable_scope(block.scope, "block", [net]) as sc:
            for k, unit in enumerate(block.args, 1):
                if output_stride is not None and stride > output_stride:
                    raise errors.stride_not_reached(output_stride, stride)
                with variable_scope(f"unit_{k}", values=[net]):
                    if stride == output_stride:
                        net = block.unit_fn(net, rate=rate, **{**unit, "stride": 1})
                        rate *= unit.get("stride", 1)
                    else:
                        net = block.unit_fn(net, rate=1, **unit)
                        stride *= unit.get("stride", 1)
            net = collect_named_outputs(outputs_collections, sc.name, net)
    if output_stride is not None and stride != output_stride:
        raise errors.stride_not_reached(output_stride, stride)
    return net


def resnet_arg_scope(
    weight_decay: float = 0.0001,
    batch_norm_decay: float = 0.997,
    batch_norm_epsilon: float = 1e-5,
    batch_norm_scale: bool = True,
) -> Scope:
    """Return the arguments for `arg_scope` around a residual network.

    Args:
        weight_decay: factor of the weights' L2 regularizer.
        batch_norm_decay, batch_norm_epsilon, batch_norm_scale: as those of `batch_norm`.
    """
    facts: dict[str, Any] = {
        "decay": batch_norm_decay,
        "epsilon": batch_norm_epsilon,
        "scale": batch_norm_scale,
        "updates_collections": GraphKeys.UPDATE_OPS,
    }
    with (
        arg_scope(
            [conv2d],
            weights_regularizer=l2_regularizer(weight_decay),
            weights_initializer=variance_scaling_initializer(),
            activation_fn=relu,
            normalizer_fn=batch_norm,
            normalizer_params=facts,
        ),
        arg_scope([batch_norm], **facts),
        arg_scope([max_pool2d], padding="SAME") as scope,
    ):
        return scope


class Family(NamedTuple):
    """What sets the two versions of residual networks apart.

    Attributes:
        name: "resnet_v1".
        bottleneck: its unit.
        before: arguments of the first convolution.
        after: callable(net) -> what follows the last block.
    """

    name: str
    bottleneck: Callable[..., Any]
    before: dict[str, Any]
    after: Callable[[Any], Any]

    def network(
        self,
        inputs: Any,
        blocks: Sequence[Block],
        num_classes: int | None,
        is_training: Any,
        global_pool: bool,
        output_stride: int | None,
        include_root_block: bool,
        reuse: Any,
        scope: Any,
    ) -> tuple[Any, Ends]:
        """Return result and results by name of a network of these blocks; see `resnet_v1.resnet_v1`."""
        with variable_scope(scope, self.name, [inputs], reuse=reuse) as sc:
            collection = sc.original_name_scope + "_end_points"
            kinds = [conv2d, self.bottleneck, stack_blocks_dense]
            with arg_scope(kinds, outputs_collections=collection), arg_scope([batch_norm], is_training=is_training):
                net = inputs
                if include_root_block:
                    if output_stride is not None:
                        if output_stride % 4:
                            raise errors.stride_not_by_four(output_stride)
                        output_stride //= 4
                    with arg_scope([conv2d], **self.before):
                        net = conv2d_same(net, 64, 7, stride=2, scope="conv1")
                    net = max_pool2d(net, [3, 3], stride=2, scope="pool1")
                net = self.after(stack_blocks_dense(net, blocks, output_stride))
                if global_pool:
                    net = reduce_mean(net, [1, 2], name="pool5", keepdims=True)
                if num_classes is not None:
                    net = conv2d(net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None, scope="logits")
                ends = convert_collection_to_dict(collection)
                if num_classes is not None:
                    ends["predictions"] = softmax(net, scope="predictions")
                return net, ends

    def block(self, scope: str, base_depth: int, num_units: int, stride: int) -> Block:
        """Return a block of units `[4 * base_depth]` wide, of which the last one has the stride."""
        unit = {"depth": base_depth * 4, "depth_bottleneck": base_depth}
        return Block(scope, self.bottleneck, [{**unit, "stride": 1}] * (num_units - 1) + [{**unit, "stride": stride}])

    def of_depth(self, count: int, units: tuple[int, int, int, int]) -> Network:
        """Return the network of `count` layers, whose four blocks have so many units."""
        name = f"{self.name}_{count}"
        sizes = zip((64, 128, 256, 512), units, (2, 2, 2, 1), strict=True)
        blocks = [self.block(f"block{k}", *size) for k, size in enumerate(sizes, 1)]

        def network(
            inputs: Any,
            num_classes: int | None = None,
            is_training: Any = True,
            global_pool: bool = True,
            output_stride: int | None = None,
            reuse: Any = None,
            scope: Any = name,
        ) -> tuple[Any, Ends]:
            return self.network(
                inputs, blocks, num_classes, is_training, global_pool, output_stride, True, reuse, scope
            )

        network.__name__ = network.__qualname__ = name
        network.__doc__ = f"Return the result of a residual network of {count} layers; see `{self.name}`."
        return network
