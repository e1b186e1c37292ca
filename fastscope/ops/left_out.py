"""How many operations TensorFlow writes down for a call besides those that are written down here.

A random operation's seed counts the operations before it (see `graph.seeds`). Most of what is missing are constants:
an axis, a shape or a depth is an input there, and an attribute here.

Source: the graphs that TensorFlow 1.15 makes.
"""

from __future__ import annotations

from typing import Any, Final

from ..graph import Tensor

__all__ = ["left_out"]

# the arguments that are inputs in TensorFlow
_INPUTS: Final[dict[str, tuple[str, ...]]] = {
    "BroadcastTo": ("shape",),
    "ConcatV2": ("axis",),
    "Conv2DBackpropInput": ("input_sizes",),
    "Cumprod": ("axis",),
    "Cumsum": ("axis",),
    "ExpandDims": ("axis",),
    "Fill": ("dims",),
    "GatherV2": ("axis",),
    "HistogramFixedWidth": ("nbins",),
    "InTopKV2": ("k",),
    "LinSpace": ("num",),
    "MirrorPad": ("paddings",),
    "MatrixBandPart": ("num_lower", "num_upper"),
    "OneHot": ("depth", "on_value", "off_value"),
    "Pad": ("paddings",),
    "PadV2": ("paddings", "constant_values"),
    "Range": ("start", "limit", "delta"),
    "Reshape": ("shape",),
    "ResizeBilinear": ("size",),
    "ResizeNearestNeighbor": ("size",),
    "ReverseV2": ("axis",),
    "ScatterNd": ("shape",),
    "Slice": ("begin", "size"),
    "Split": ("axis",),
    "SplitV": ("axis",),
    "StridedSlice": ("begin", "end", "strides"),
    "Tile": ("multiples",),
    "TopKV2": ("k",),
    "Transpose": ("perm",),
}
_OF_LOSSES_OF_ROWS = 30  # the shapes, slices and reshapes around the one operation
_OF_LOSSES_OF_MORE = 16
_OF_TENSORDOT = 10, 24  # with all sizes known, and without


def left_out(type: str, values: dict[str, Any]) -> int:
    """Return the number for a call with these arguments, which are tensors or attributes by now."""
    inputs = _INPUTS.get(type)
    if inputs is not None:
        return sum(_constants(values[name]) for name in inputs if name in values) + _more(type, values)
    count = _OTHERS.get(type)
    return 0 if count is None else count(values)


def _constants(value: Any) -> int:
    """Return how many operations make an input of a value: of a list with tensors in it, a Pack of its elements."""
    if type(value) is Tensor:
        return 0
    if isinstance(value, (list, tuple)):
        numbers = sum(type(item) is not Tensor for item in value)
        return 1 if numbers == len(value) else 1 + numbers
    return 1


def _more(type: str, values: dict[str, Any]) -> int:
    if type == "Fill" and "tensor" in values:  # ones_like: its shape and the one
        return 2
    if type == "Transpose" and "perm" not in values:  # matrix_transpose
        return 1
    return 0


# Rules of gradients write down operations of these types, too, with arguments of their own: they count as they are.


def _of_quotient(values: dict[str, Any]) -> int:
    return 2 if "x" in values and values["x"].dtype.base_dtype.is_integer else 0


def _of_norm(values: dict[str, Any]) -> int:
    return 2 if values.get("is_training") else 0


def _of_tensordot(values: dict[str, Any]) -> int:
    known = all(tensor.get_shape().is_fully_defined() for tensor in (values["a"], values["b"]))
    return _OF_TENSORDOT[0 if known else 1]


def _of_sparse_losses(values: dict[str, Any]) -> int:
    return 0 if values["logits"].get_shape().ndims == 2 else _OF_LOSSES_OF_MORE


_OTHERS: Final[dict[str, Any]] = {
    "DepthwiseConv2dNative": lambda values: 2,  # its shape and its rate
    "FusedBatchNormV3": _of_norm,
    "RealDiv": _of_quotient,
    "SoftmaxCrossEntropyWithLogits": lambda values: _OF_LOSSES_OF_ROWS,
    "SparseSoftmaxCrossEntropyWithLogits": _of_sparse_losses,
    "Tensordot": _of_tensordot,
}
