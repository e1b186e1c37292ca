"""Blocks of space moved into the batch, and back.

Legend: a block takes `block_shape[k]` steps along dimension k + 1; dimension 0 is the batch.

Source: tensorflow/core/kernels/spacetobatch_op.cc, batchtospace_op.cc; tensorflow/python/ops/array_ops.py (TF 1.15).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..arrays import array_module, to_numpy
from ..arrays.dtypes import int32
from ..arrays.typing import Array
from ..errors import arrays as array_errors
from ..errors import shapes as errors
from . import shape_rules as rules
from .creation import cast, constant
from .function import op
from .operands import operand
from .scoped import inner, within
from .shaping import stack
from .static import get_static_value, is_tensor

__all__ = [
    "batch_to_space",
    "batch_to_space_nd",
    "required_space_to_batch_paddings",
    "space_to_batch",
    "space_to_batch_nd",
]


def _checked(x: Any, blocks: Any, margins: Any) -> tuple[Any, Any]:
    """Return what is known of the sizes of blocks, and of the margins: two for each."""
    if blocks is None:
        return None, None
    if margins is not None:
        margins = _pairs(margins)
        if len(margins) != len(blocks):
            raise errors.dimension_differs(0, (len(margins), 2), (len(blocks), 2))
        if any(n is not None and n < 0 for pair in margins for n in pair):
            raise errors.negative_paddings()
    if x is None:
        return None, None
    rules.at_least(x, len(blocks) + 1)
    if any(size is not None and size < 1 for size in blocks):
        raise errors.block_not_positive()
    return blocks, [(None, None)] * len(blocks) if margins is None else margins


def _pairs(margins: Any) -> list[tuple[Any, Any]]:
    """Return margins as pairs; what is known of a tensor comes as one list."""
    flat = [n for item in margins for n in (item if isinstance(item, (list, tuple, np.ndarray)) else [item])]
    return list(zip(flat[::2], flat[1::2], strict=False))


def _batched(x: Any, *, block_shape: Any, paddings: Any) -> Any:
    blocks, margins = _checked(x, block_shape, paddings)
    if blocks is None:
        return None if x is None else rules.unknown(len(x))
    batch, inner = x[0], list[Any]()
    for size, block, (before, after) in zip(x[1:], blocks, margins, strict=False):
        padded = rules.plus(size, rules.plus(before, after))
        if padded is None or block is None:
            inner.append(None)
        elif padded % block:
            raise errors.not_divisible(padded, block)
        else:
            inner.append(padded // block)
        batch = rules.times(batch, block)
    return (batch, *inner, *x[1 + len(blocks) :])


def _spaced(x: Any, *, block_shape: Any, crops: Any) -> Any:
    blocks, margins = _checked(x, block_shape, crops)
    if blocks is None:
        return None if x is None else rules.unknown(len(x))
    batch, inner = x[0], list[Any]()
    for size, block, (before, after) in zip(x[1:], blocks, margins, strict=False):
        whole, cut = rules.times(size, block), rules.plus(before, after)
        inner.append(None if cut is None else rules.minus(whole, cut))
        if None in (batch, block):
            batch = None
            continue
        if batch % block:
            raise errors.not_divisible(batch, block)
        batch //= block
    return (batch, *inner, *x[1 + len(blocks) :])


def _host(values: Any) -> Any:
    return np.array([to_numpy(v) for v in values], np.int64) if isinstance(values, (list, tuple)) else to_numpy(values)


@op("SpaceToBatchND", "input", shape=_batched)
def space_to_batch_nd(input: Any, block_shape: Any, paddings: Any, name: str | None = None) -> Array:
    """Return the array with the places within a block moved in front of the batch.

    Args:
        input: `[N, size...]`.
        block_shape: steps of a block along each of the dimensions after the batch.
        paddings: a pair for each of them: zeros before and after.
        name: of the operation.

    Raises:
        ValueError: the padded sizes are no multiples of the block's.
    """
    x, blocks = operand(input), _host(block_shape).tolist()
    margins = _host(paddings).reshape(-1, 2).tolist()
    _batched(x.shape, block_shape=blocks, paddings=margins)
    count = len(blocks)
    x = array_module(x).pad(x, [(0, 0), *margins, *[(0, 0)] * (x.ndim - 1 - count)])
    inner = [size // block for size, block in zip(x.shape[1:], blocks, strict=False)]
    cut = x.reshape(x.shape[0], *(n for pair in zip(inner, blocks, strict=True) for n in pair), *x.shape[1 + count :])
    order = [*range(2, 2 * count + 1, 2), 0, *range(1, 2 * count + 1, 2), *range(2 * count + 1, cut.ndim)]
    moved: Array = cut.transpose(order)
    return moved.reshape(x.shape[0] * math.prod(blocks), *inner, *x.shape[1 + count :])


@op("BatchToSpaceND", "input", shape=_spaced)
def batch_to_space_nd(input: Any, block_shape: Any, crops: Any, name: str | None = None) -> Array:
    """Return what `space_to_batch_nd` was given; `crops` is what is cut off, a pair for each dimension of a block.

    Raises:
        ValueError: the batch is no multiple of the block, or more is cut off than there is.
    """
    x, blocks = operand(input), _host(block_shape).tolist()
    margins = _host(crops).reshape(-1, 2).tolist()
    _spaced(x.shape, block_shape=blocks, crops=margins)
    count, batch = len(blocks), x.shape[0] // math.prod(blocks)
    cut = x.reshape(*blocks, batch, *x.shape[1:])
    order = [count, *(n for k in range(count) for n in (count + 1 + k, k)), *range(2 * count + 1, cut.ndim)]
    inner = [size * block for size, block in zip(x.shape[1:], blocks, strict=False)]
    whole = cut.transpose(order).reshape(batch, *inner, *x.shape[1 + count :])
    kept = [slice(before, size - after) for size, (before, after) in zip(inner, margins, strict=True)]
    result: Array = whole[(slice(None), *kept)]
    return result


def required_space_to_batch_paddings(
    input_shape: Any, block_shape: Any, base_paddings: Any = None, name: str | None = None
) -> tuple[Array, Array]:
    """Return paddings with which sizes are multiples of blocks, and the crops that take off what was added.

    Args:
        input_shape, block_shape: `[n]`, sizes and the blocks that shall divide them.
        base_paddings: `[n, 2]`, what is added before and after in any case; None = nothing.
        name: of the name scope.

    Returns:
        Both int32 `[n, 2]`, arguments of `space_to_batch_nd` and `batch_to_space_nd`.

    Raises:
        ValueError: the lengths differ.
    """
    with within(name, "required_space_to_batch_paddings"):
        values = [input_shape, block_shape, 0 if base_paddings is None else base_paddings]
        sizes, blocks, base = (_known(value) for value in values)
        count = len(blocks) if isinstance(blocks, np.ndarray) else blocks.get_shape()[0].value
        if isinstance(base, np.ndarray) and not base.ndim:
            base = np.zeros((count, 2), np.int32)
        for value, dims in ((sizes, [count]), (base, [count, 2])):
            shape = value.shape if isinstance(value, np.ndarray) else value.dims
            if shape is None:
                continue
            if len(shape) != len(dims) or any(n not in (None, m) for n, m in zip(shape, dims, strict=True)):
                raise array_errors.incompatible_shapes(tuple(shape), tuple(dims), "are incompatible")
        start, end = base[:, 0], base[:, 1]
        more = (blocks - (sizes + start + end) % blocks) % blocks
        pairs = [(start, end + more), (start * 0, more)]
        found = [
            constant(np.stack(pair, 1), name=inner(own_name))
            if isinstance(more, np.ndarray)
            else stack(list(pair), 1, name=inner(own_name))
            for pair, own_name in zip(pairs, ("paddings", "crops"), strict=True)
        ]
        return found[0], found[1]


def _known(value: Any) -> Any:
    """Return numbers as an int32 array where they are known, else as a tensor."""
    if isinstance(value, (list, tuple)) and any(map(is_tensor, value)):
        value = stack(list(value))
    static = get_static_value(value)
    return cast(value, int32) if static is None else np.asarray(static, np.int32)


def space_to_batch(input: Any, paddings: Any, block_size: int, name: str | None = None) -> Array:
    """Return `space_to_batch_nd` of images `[N, height, width, channels]` with square blocks."""
    result: Array = space_to_batch_nd(input, [block_size] * 2, paddings, name=name)
    return _image(result)


def batch_to_space(input: Any, crops: Any, block_size: int, name: str | None = None) -> Array:
    """Return `batch_to_space_nd` of images `[N, height, width, channels]` with square blocks."""
    result: Array = batch_to_space_nd(input, [block_size] * 2, crops, name=name)
    return _image(result)


def _image(result: Any) -> Any:
    """Return a tensor of which at least the rank is known."""
    if hasattr(result, "set_shape"):
        result.set_shape([None] * 4)
    return result
