"""TensorArray: values that a loop writes one after the other, and that are read or stacked.

A TensorArray has a `flow`, which says in which order things happen to it: each write gives a TensorArray with a new
one. Where everything is computed at once the flow is the array of values itself.

Source: tensorflow/python/ops/tensor_array_ops.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..arrays import array_module
from ..arrays.dtypes import FLOW, RESOURCE, DType, as_dtype, int32, int64
from ..arrays.elements import Elements, Parts, merged_parts
from ..arrays.shapes import TensorShape, as_shape
from ..errors import flow as errors
from ..graph import current
from .creation import cast, convert_to_tensor, identity, no_op
from .folding import constant_value
from .function import dtype_of, op
from .scoped import inner, within

__all__ = [
    "TensorArray",
    "flow_of",
    "gathered_parts",
    "joined_parts",
    "no_parts",
    "part",
    "part_at",
    "scattered_parts",
    "split_parts",
    "sum_of_parts",
    "with_flows",
]


class TensorArray:
    """An array of tensors.

        >>> squares = tf.TensorArray(tf.int32, 3).write(0, 1).write(1, 4).write(2, 9)
        >>> squares.stack()
        array([1, 4, 9], dtype=int32)

    Each place is written once. What changes it returns the changed one: go on with that.

    Args:
        dtype: of the elements.
        size: how many there are.
        dynamic_size: whether a write past the end makes room.
        clear_after_read: whether an element is let go once it was read; None = True.
        tensor_array_name, colocate_with_first_write_call: kept for TF's sake.
        handle, flow: of another TensorArray, which this one shall be as well.
        infer_shape: whether the first element tells the static shape of all.
        element_shape: what is known of the shape of an element.
        name: of the operation, "TensorArray" by default.

    Raises:
        ValueError: there is no size.
    """

    def __init__(
        self,
        dtype: Any,
        size: Any = None,
        dynamic_size: bool | None = None,
        clear_after_read: bool | None = None,
        tensor_array_name: str | None = None,
        handle: Any = None,
        flow: Any = None,
        infer_shape: bool = True,
        element_shape: Any = None,
        colocate_with_first_write_call: bool = True,
        name: str | None = None,
    ) -> None:
        if handle is None and flow is None and size is None:
            raise errors.array_needs_size()
        self._dtype = as_dtype(dtype).base_dtype
        self._grows = bool(dynamic_size)
        self._size = size
        self._infers = infer_shape or element_shape is not None
        self._shapes: list[TensorShape] = [] if element_shape is None else [as_shape(element_shape)]
        if flow is not None or handle is not None:
            self.handle, self.flow = handle, handle if flow is None else flow
        else:
            clears = clear_after_read is None or bool(clear_after_read)
            recorder = current()
            label = (name or "TensorArray") if recorder is None else recorder.claim(name or "TensorArray")
            facts = (self._dtype, self._grows, clears, self.element_shape, label)
            self.handle, self.flow = _made(size, *facts, name=None if recorder is None else f"{label}/")

    @property
    def dtype(self) -> DType:
        """The dtype of an element."""
        return self._dtype

    @property
    def element_shape(self) -> TensorShape:
        """What is known of the shape of an element."""
        return self._shapes[0] if self._shapes else TensorShape(None)

    def _with(self, flow: Any) -> TensorArray:
        """Return this array as it is after `flow`."""
        found = TensorArray.__new__(TensorArray)
        found.__dict__.update(self.__dict__)
        found.flow = flow
        return found

    def identity(self) -> TensorArray:
        """Return the same array, through an operation that can wait for others."""
        return self._with(identity(self.flow))

    def read(self, index: Any, name: str | None = None) -> Any:
        """Return the element at `index`, zeros if it was never written."""
        return _read(self.flow, index, self._dtype, self.element_shape, name=name)

    def write(self, index: Any, value: Any, name: str | None = None) -> TensorArray:
        """Return the array with `value` at `index`.

        Raises:
            ValueError: the value's static shape is not that of the others.
        """
        with within(name, "TensorArrayWrite"):
            element = self._element(value)
            self._learn(element.shape)
            return self._with(_write(self.flow, index, element, name=inner("TensorArrayWriteV3")))

    def stack(self, name: str | None = None) -> Any:
        """Return all elements as one tensor `[size, ...]`."""
        with within(name, "TensorArrayStack"):
            return _gather(self.flow, None, self._dtype, self.element_shape, name=inner("TensorArrayGatherV3"))

    def gather(self, indices: Any, name: str | None = None) -> Any:
        """Return the elements at `indices` as one tensor `[len(indices), ...]`."""
        return _gather(self.flow, indices, self._dtype, self.element_shape, name=name)

    def concat(self, name: str | None = None) -> Any:
        """Return all elements, joined along their first axis."""
        return _concat(self.flow, self._dtype, self.element_shape, name=name)[0]

    def unstack(self, value: Any, name: str | None = None) -> TensorArray:
        """Return the array with the parts of `value` along its first axis."""
        with within(name, "TensorArrayUnstack"):
            return self.scatter(None, value)

    def scatter(self, indices: Any, value: Any, name: str | None = None) -> TensorArray:
        """Return the array with the parts of `value` along its first axis at `indices`."""
        with within(name, "TensorArrayScatter"):
            elements = self._element(value)
            if len(elements.shape):
                self._learn(elements.shape[1:])
            return self._with(_scatter(self.flow, indices, elements, name=inner("TensorArrayScatterV3")))

    def split(self, value: Any, lengths: Any, name: str | None = None) -> TensorArray:
        """Return the array with parts of `value` along its first axis, of these lengths."""
        with within(name, "TensorArraySplit"):
            whole = self._element(value)
            self._learn(_split_shape(whole, lengths))
            lengths = cast(convert_to_tensor(lengths), int64)
            return self._with(_split(self.flow, whole, lengths, name=inner("TensorArraySplitV3")))

    def size(self, name: str | None = None) -> Any:
        """Return how many elements there are."""
        if not self._grows and self._size is not None:
            return convert_to_tensor(self._size, dtype=int32)
        return _size(self.flow, name=name)

    def close(self, name: str | None = None) -> Any:
        """Return an operation that does nothing: what nobody needs is let go by itself."""
        return no_op(name=name)

    def mark_used(self) -> None:
        """Do nothing: what is not used is no error here."""

    def grad(self, source: Any, flow: Any = None, name: str | None = None) -> Any:
        """Raise: gradients of a TensorArray are no TensorArray here; `tf.gradients` goes through."""
        raise errors.no_gradient_array()

    def _element(self, value: Any) -> Any:
        if hasattr(value, "read_value") and current() is None:
            value = value.read_value()  # what is kept must not change with the variable
        return convert_to_tensor(value, name="value", preferred_dtype=self._dtype)

    def _learn(self, shape: Any) -> None:
        """Add what an element tells of the shape of all; arrays that came from each other know the same."""
        if not self._infers:
            return
        shape = TensorShape(shape)
        if not self._shapes:
            self._shapes.append(shape)
        elif not self._shapes[0].is_compatible_with(shape):
            raise errors.element_shapes_differ(shape, self._shapes[0])
        else:
            self._shapes[0] = self._shapes[0].merge_with(shape)


def _split_shape(value: Any, lengths: Any) -> TensorShape:
    """Return what is known of the parts of a value that is split: they may be of different lengths."""
    known, shape = constant_value(lengths), TensorShape(value.shape)
    if known is None or not shape.rank or np.ndim(known) != 1 or not len(known) or np.ptp(known):
        return TensorShape(None)
    return TensorShape([int(known[0]), *shape.as_list()[1:]])


def flow_of(value: Any) -> Any:
    """Return the flow of a TensorArray, and anything else as it is."""
    return value.flow if isinstance(value, TensorArray) else value


def with_flows(like: Sequence[Any], values: Sequence[Any]) -> list[Any]:
    """Return `values`, a TensorArray with this flow where there is one in `like`."""
    return [a._with(b) if isinstance(a, TensorArray) else b for a, b in zip(like, values, strict=True)]


# ---- what a graph must know of them


def _own_dtype(values: dict[str, Any]) -> DType:
    return as_dtype(values["dtype"])


def _scalar(*shapes: Any) -> Any:
    return ()


def _element_dims(*shapes: Any, element_shape: Any) -> Any:
    return element_shape.sizes


def _stacked_dims(*shapes: Any, element_shape: Any) -> Any:
    count = shapes[0][0] if shapes and shapes[0] else None
    return None if element_shape.sizes is None else (count, *element_shape.sizes)


def _joined_dims(*shapes: Any, element_shape: Any) -> Any:
    dims = element_shape.sizes
    return [None if not dims else (None, *dims[1:]), (None,)]


def _pair_of_array(*shapes: Any) -> Any:
    return [(2,), ()]


def _like(*shapes: Any) -> Any:
    return shapes[-1]


# ---- the functions


@op(
    "TensorArrayV3", "size:int32", name="TensorArray", shape=_pair_of_array, dtype=lambda values: [RESOURCE, FLOW],
    returns=tuple,
)  # fmt: skip
def _made(
    size: Any,
    dtype: DType,
    grows: bool,
    clears: bool,
    element_shape: TensorShape,
    label: str,
    name: str | None = None,
) -> tuple[Any, Any]:
    elements = Elements(label, dtype, int(size), grows, clears, element_shape.sizes)
    return elements, elements


@op("TensorArrayReadV3", "index:int32", shape=_element_dims, dtype=_own_dtype)
def _read(flow: Any, index: Any, dtype: DType, element_shape: TensorShape, name: str | None = None) -> Any:
    _tell_shape(flow, element_shape)
    return flow.read(int(index))


@op("TensorArrayWriteV3", "index:int32|value", shape=_scalar, dtype=FLOW)
def _write(flow: Any, index: Any, value: Any, name: str | None = None) -> Any:
    flow.write(int(index), value)
    return flow


@op("TensorArrayGatherV3", "indices?:int32", shape=_stacked_dims, dtype=_own_dtype)
def _gather(flow: Any, indices: Any, dtype: DType, element_shape: TensorShape, name: str | None = None) -> Any:
    """None for `indices`: all of them."""
    _tell_shape(flow, element_shape)
    return flow.gather(range(len(flow)) if indices is None else np.ravel(_host(indices)))


def _tell_shape(elements: Elements, shape: TensorShape) -> None:
    if elements.shape is None and shape.is_fully_defined():
        elements.shape = tuple(shape.as_list())


@op("TensorArrayScatterV3", "indices?:int32|value", shape=_scalar, dtype=FLOW)
def _scatter(flow: Any, indices: Any, value: Any, name: str | None = None) -> Any:
    for index, place in zip(_numbers(indices, value), range(len(value)), strict=True):
        flow.write(index, value[place, ...])  # an array also where it is one text
    return flow


def _numbers(indices: Any, value: Any) -> list[int]:
    return list(range(len(value))) if indices is None else [int(index) for index in _host(indices)]


def _host(indices: Any) -> Any:
    return indices if isinstance(indices, np.ndarray) or not hasattr(indices, "get") else indices.get()


@op("TensorArrayConcatV3", shape=_joined_dims, dtype=lambda values: [values["dtype"], int64], returns=tuple)
def _concat(flow: Any, dtype: DType, element_shape: TensorShape, name: str | None = None) -> tuple[Any, Any]:
    _tell_shape(flow, element_shape)
    joined, lengths = flow.concat()
    return joined, np.array(lengths, np.int64)


@op("TensorArraySplitV3", "value|lengths:int64", shape=_scalar, dtype=FLOW)
def _split(flow: Any, value: Any, lengths: Any, name: str | None = None) -> Any:
    flow.check_split(value, np.asarray(_host(lengths)))
    for index, element in enumerate(_pieces(value, lengths)):
        flow.write(index, element)
    return flow


def _pieces(value: Any, lengths: Any) -> list[Any]:
    ends = np.cumsum(_host(np.asarray(lengths) if isinstance(lengths, (list, tuple)) else lengths))
    return [value[end - length : end] for end, length in zip(ends, np.diff(ends, prepend=0), strict=True)]


@op("TensorArraySizeV3", shape=_scalar, dtype=int32)
def _size(flow: Any, name: str | None = None) -> Any:
    return np.int32(len(flow))


# ---- gradients: of some elements, by their numbers


@op("TensorArrayNoParts", shape=_scalar, dtype=FLOW)
def no_parts(name: str | None = None) -> Parts:
    """Return the gradient of a TensorArray on which nothing depends."""
    return {}


@op("TensorArrayPart", "index:int32|d", shape=_scalar, dtype=FLOW)
def part(index: Any, d: Any, name: str | None = None) -> Parts:
    """Return the gradient of a TensorArray whose element at `index` has the gradient `d`."""
    return {int(index): d}


@op("TensorArrayPartAt", "index:int32|like", shape=_like, dtype=dtype_of("like"))
def part_at(parts: Any, index: Any, like: Any, name: str | None = None) -> Any:
    """Return the gradient of the element at `index`, which is `like`."""
    found = parts.get(int(index))
    return array_module(like).zeros_like(like) if found is None else found


@op("TensorArrayScatteredParts", "indices?:int32|d", shape=_scalar, dtype=FLOW)
def scattered_parts(indices: Any, d: Any, name: str | None = None) -> Parts:
    """Return the gradient of a TensorArray whose elements at `indices` have the gradients `d`; None for all of them."""
    found: Parts = {}
    for index, element in zip(_numbers(indices, d), d, strict=True):
        merged_parts(found, {index: element})
    return found


@op("TensorArrayGatheredParts", "indices?:int32|like", shape=_like, dtype=dtype_of("like"))
def gathered_parts(parts: Any, indices: Any, like: Any, name: str | None = None) -> Any:
    """Return the gradients `[n, ...]` of the elements at `indices`, which were those of `like`; None for all."""
    found = array_module(like).zeros_like(like)
    for place, index in enumerate(_numbers(indices, like)):
        if index in parts:
            found[place] = parts[index]
    return found


@op("TensorArraySplitParts", "d|lengths:int64", shape=_scalar, dtype=FLOW)
def split_parts(d: Any, lengths: Any, name: str | None = None) -> Parts:
    """Return the gradient of a TensorArray whose elements, of these lengths, were joined."""
    return dict(enumerate(_pieces(d, lengths)))


@op("TensorArrayJoinedParts", "like|lengths:int64", shape=lambda like, lengths: like, dtype=dtype_of("like"))
def joined_parts(parts: Any, like: Any, lengths: Any, name: str | None = None) -> Any:
    """Return the gradients of elements of these lengths, joined."""
    found = array_module(like).zeros_like(like)
    for index, piece in enumerate(_pieces(found, lengths)):
        if index in parts:
            piece[...] = parts[index]
    return found


@op("TensorArraySumOfParts", "parts*", shape=_scalar, dtype=FLOW)
def sum_of_parts(parts: Any, name: str | None = None) -> Parts:
    """Return the sum of several gradients of one TensorArray."""
    found: Parts = {}
    for one in parts:
        merged_parts(found, one)
    return found


# what reads graphs writes down
MADE = _made
READ = _read
WRITE = _write
GATHER = _gather
SCATTER = _scatter
CONCAT = _concat
SPLIT = _split
