"""Gradients of convolutions: each is linear in both, so that three functions of each kind are closed under them.

Source: tensorflow/python/ops/nn_grad.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

from .. import ops as _ops
from ..graph import Operation
from ..ops.convolution import (
    conv2d,
    conv2d_backprop_filter,
    conv2d_backprop_input,
    conv3d,
    conv3d_backprop_filter,
    conv3d_backprop_input,
    depthwise_conv2d,
    depthwise_conv2d_backprop_filter,
    depthwise_conv2d_backprop_input,
)
from .registry import rule

ops: Any = _ops


def _facts(op: Operation) -> dict[str, Any]:
    return {name: op.attributes[name] for name in ("strides", "padding", "data_format", "dilations")}


def _rules(type: str, back: str, forward: Any, to_input: Any, to_filter: Any) -> None:
    """Register the rules of a convolution, and of its two gradients."""

    @rule(type)
    def convolution(op: Operation, d: Any) -> Any:
        x, filter = op.inputs
        return (
            to_input(ops.shape(x), filter, d, **_facts(op)),
            to_filter(x, ops.shape(filter), d, **_facts(op)),
        )

    @rule(back.format("Input"))
    def input_gradient(op: Operation, dd: Any) -> Any:
        filter, d = op.attributes["filter"], op.attributes["out_backprop"]
        of_filter = to_filter(dd, ops.shape(filter), d, **_facts(op))
        return _in_place(op, filter=of_filter, out_backprop=forward(dd, filter, **_facts(op)))

    @rule(back.format("Filter"))
    def filter_gradient(op: Operation, dd: Any) -> Any:
        x, d = op.attributes["input"], op.attributes["out_backprop"]
        of_x = to_input(ops.shape(x), dd, d, **_facts(op))
        return _in_place(op, input=of_x, out_backprop=forward(x, dd, **_facts(op)))


def _in_place(op: Operation, **found: Any) -> list[Any]:
    """Return gradients of some arguments at the places of these among the inputs."""
    of_tensor = {op.attributes[name]: gradient for name, gradient in found.items()}
    return [of_tensor.get(tensor) for tensor in op.inputs]


_rules("Conv2D", "Conv2DBackprop{}", conv2d, conv2d_backprop_input, conv2d_backprop_filter)
_rules("Conv3D", "Conv3DBackprop{}V2", conv3d, conv3d_backprop_input, conv3d_backprop_filter)
_rules(
    "DepthwiseConv2dNative",
    "DepthwiseConv2dNativeBackprop{}",
    depthwise_conv2d,
    depthwise_conv2d_backprop_input,
    depthwise_conv2d_backprop_filter,
)
