"""map_fn, scan, foldl and foldr: loops over the first axis of their elements.

Source: tensorflow/python/ops/map_fn.py, functional_ops.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..arrays import nest
from ..arrays.shapes import TensorShape
from ..errors import flow as errors
from ..graph import Tensor
from .creation import constant, convert_to_tensor
from .loops import while_loop
from .scoped import within
from .shaping import shape
from .tensor_array import TensorArray

__all__ = ["foldl", "foldr", "map_fn", "scan"]

Function = Callable[..., Any]


def map_fn(
    fn: Function,
    elems: Any,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    name: str | None = None,
) -> Any:
    """Return what `fn` makes of each element along the first axis, stacked.

        >>> tf.map_fn(lambda row: row * 2, tf.constant([[1, 2], [3, 4]]))
        array([[2, 4],
               [6, 8]], dtype=int32)

    Args:
        fn: callable(element) -> a structure of tensors.
        elems: a tensor, or a structure of tensors of one length. A list is one: of several tensors.
        dtype: of what `fn` returns, in its structure; None = that of `elems`.
        parallel_iterations, swap_memory: kept for TF's sake.
        back_prop: whether gradients go through.
        infer_shape: whether all results have one shape.
        name: of its name scope, "map" by default.

    Raises:
        TypeError: `fn` is no function.
        ValueError: elements without a first axis; a result of another structure.
    """
    with _opened(fn, name, "map"):
        sequence = _Sequence(elems)
        wanted = nest.packed(elems, sequence.dtypes) if dtype is None else dtype
        results = [TensorArray(kind, sequence.length, infer_shape=infer_shape) for kind in nest.flattened(wanted)]

        def compute(i: Any, arrays: list[TensorArray]) -> Any:
            values = fn(sequence.element(i))
            nest.check_same(wanted, values)
            return i + 1, [array.write(i, value) for array, value in zip(arrays, nest.flattened(values), strict=True)]

        arrays = while_loop(
            lambda i, _: i < sequence.length,
            compute,
            (constant(0), results),
            back_prop=back_prop,
            maximum_iterations=sequence.length,
        )[1]
        return nest.packed(wanted, sequence.stacked(arrays))


def scan(
    fn: Function,
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    reverse: bool = False,
    name: str | None = None,
) -> Any:
    """Return each value of `a = fn(a, element)`, stacked.

        >>> tf.scan(lambda a, x: a + x, tf.constant([1, 2, 3]))
        array([1, 3, 6], dtype=int32)

    Args:
        fn: callable(a, element) -> the next `a`, in the structure of the first.
        elems: a tensor, or a structure of tensors of one length. A list is one: of several tensors.
        initializer: the first `a`; None = the first element, which is a result as it is.
        reverse: begin at the last element.
        name: of its name scope, "scan" by default; the rest as in `map_fn`.

    Raises:
        TypeError: `fn` is no function.
        ValueError: elements without a first axis; a result of another structure.
    """
    with _opened(fn, name, "scan"):
        sequence = _Sequence(elems)
        n = sequence.length
        structure = elems if initializer is None else initializer
        begin = n - 1 if reverse else 0
        if initializer is None:
            first = nest.flattened(sequence.element(begin))
        else:
            first = [convert_to_tensor(value) for value in nest.flattened(initializer)]
        results = [
            TensorArray(a.dtype, n, element_shape=a.shape if infer_shape else None, infer_shape=infer_shape)
            for a in first
        ]
        if initializer is None:
            results = [array.write(begin, a) for array, a in zip(results, first, strict=True)]
            begin = n - 2 if reverse else 1

        def compute(i: Any, a: list[Any], arrays: list[TensorArray]) -> Any:
            values = fn(nest.packed(structure, a), sequence.element(i))
            nest.check_same(structure, values)
            flat = nest.flattened(values)
            written = [array.write(i, value) for array, value in zip(arrays, flat, strict=True)]
            return i - 1 if reverse else i + 1, flat, written

        arrays = while_loop(
            lambda i, _a, _arrays: i >= 0 if reverse else i < n,
            compute,
            (begin, first, results),
            back_prop=back_prop,
            maximum_iterations=n,
        )[2]
        return nest.packed(structure, sequence.stacked(arrays))


def foldl(
    fn: Function,
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """Return the last value of `a = fn(a, element)`, from the first element to the last.

    Args:
        initializer: the first `a`; None = the first element. The rest as in `scan`.
    """
    with _opened(fn, name, "foldl"):
        sequence = _Sequence(elems)
        start = 1 if initializer is None else 0
        first = sequence.element(0) if initializer is None else initializer
        return while_loop(
            lambda i, a: i < sequence.length,
            lambda i, a: [i + 1, fn(a, sequence.element(i))],
            [constant(start), first],
            back_prop=back_prop,
            maximum_iterations=sequence.length,
        )[1]


def foldr(
    fn: Function,
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """Return the last value of `a = fn(a, element)`, from the last element to the first; see `foldl`."""
    with _opened(fn, name, "foldr"):
        sequence = _Sequence(elems)
        n = sequence.length
        start = n - 1 if initializer is None else n
        first = sequence.element(n - 1) if initializer is None else initializer
        return while_loop(
            lambda i, a: i > 0,
            lambda i, a: [i - 1, fn(a, sequence.element(i - 1))],
            [start, first],
            back_prop=back_prop,
            maximum_iterations=n,
        )[1]


def _opened(fn: Any, name: str | None, default_name: str) -> Any:
    """Return the name scope of a loop over elements, once it is clear that `fn` is a function."""
    if not callable(fn):
        raise errors.not_callable("fn")
    return within(name, default_name)


class _Sequence:
    """What is looped over.

    Attributes:
        dtypes: of its tensors.
        length: how many elements there are: an int, or a tensor where it is not known.
    """

    def __init__(self, elems: Any) -> None:
        self._structure = elems
        tensors: list[Any] = [convert_to_tensor(value, name="elem") for value in nest.flattened(elems)]
        self._shapes = [TensorShape(tensor.shape) for tensor in tensors]
        if any(known.rank == 0 for known in self._shapes):
            raise errors.elements_without_axis(len(tensors))
        self.dtypes = [tensor.dtype for tensor in tensors]
        lengths = [known.sizes[0] for known in self._shapes if known.sizes is not None]
        self._known = next((length for length in lengths if length is not None), None)
        self.length: Any = shape(tensors[0])[0] if self._known is None else self._known
        # an element may be read often: by the loop, and as the first value
        self._arrays = [
            TensorArray(tensor.dtype, self.length, clear_after_read=False).unstack(tensor) for tensor in tensors
        ]

    def element(self, i: Any) -> Any:
        """Return the element with the number `i`, in the structure of all."""
        return nest.packed(self._structure, [array.read(i) for array in self._arrays])

    def stacked(self, arrays: list[TensorArray]) -> list[Any]:
        """Return what was written for each element, as tensors of as many."""
        found = [array.stack() for array in arrays]
        for tensor in found:
            if isinstance(tensor, Tensor) and tensor.dims is not None:
                tensor.set_shape([self._known, *tensor.dims[1:]])
        return found
