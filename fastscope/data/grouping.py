"""Elements that go together: windows of those with one key, and batches of sequences of about one length.

Source: tensorflow/python/data/experimental/ops/grouping.py,
core/kernels/data/experimental/group_by_window_dataset_op.cc (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ..arrays.dtypes import int64
from ..arrays.shapes import TensorShape
from ..errors import data as errors
from ..graph import control_dependencies
from ..ops import constant, convert_to_tensor, identity, less, less_equal, logical_and, reduce_min, where
from ..ops.asserting import Assert
from .dataset import Context, Dataset, Transformation, nested
from .functions import ElementFunction
from .structure import DatasetSpec, Spec, is_nested

__all__ = ["bucket_by_sequence_length", "group_by_window"]

Element = Sequence[Any]


def group_by_window(
    key_func: Callable[..., Any],
    reduce_func: Callable[..., Any],
    window_size: Any = None,
    window_size_func: Callable[..., Any] | None = None,
) -> Transformation:
    """Return what makes a dataset of those that a function makes of elements with one key.

        >>> by_parity = tf.data.experimental.group_by_window(lambda x: x % 2, lambda key, window: window.batch(3), 3)
        >>> [batch.tolist() for batch in tf.data.Dataset.range(7).apply(by_parity)]
        [[0, 2, 4], [1, 3, 5], [6]]

    Args:
        key_func: callable(*element) -> int64.
        reduce_func: callable(key, dataset of up to `window_size` elements) -> Dataset.
        window_size: how many of one key go together; or
        window_size_func: callable(key) -> how many, int64.

    Raises:
        ValueError: both or none of the last two; a key that is no single int64.
        TypeError: `reduce_func` returns something else.
        InvalidArgumentError: when it is read: a window of no elements.
    """
    if (window_size is None) == (window_size_func is None):
        raise errors.one_window_size()
    size_of = window_size_func if window_size_func is not None else lambda key: window_size
    return lambda dataset: _grouped(dataset, key_func, reduce_func, size_of)


def _grouped(
    dataset: Dataset, key_func: Callable[..., Any], reduce_func: Callable[..., Any], size_func: Callable[..., Any]
) -> Dataset:
    key_spec = Spec((), int64)
    what, structure = "group_by_window()", dataset.element_spec
    key = ElementFunction(lambda *e: convert_to_tensor(key_func(*e), dtype=int64), structure, what, nested)
    size = ElementFunction(lambda k: convert_to_tensor(size_func(k), dtype=int64), key_spec, what, nested)
    for argument, function in (("key_func", key), ("window_size_func", size)):
        if function.structure.dims not in ((), None):
            raise errors.no_single_int64(argument)
    reduced = ElementFunction(reduce_func, (key_spec, DatasetSpec(structure)), what, nested)
    inner = reduced.dataset
    if inner is None:
        raise errors.no_dataset("reduce_func", reduced.structure)

    def begin(context: Context) -> Iterator[Element]:
        def elements_of(key: int, window: list[Element]) -> Iterator[Element]:
            return inner.begin(Context(reduced.dataset_values([np.int64(key), window], context.values), {}))

        return _Grouped(
            dataset.begin(context),
            lambda element: int(key(element, context.values)[0]),
            lambda k: int(size([np.int64(k)], context.values)[0]),
            elements_of,
        )

    return dataset._made(begin, inner.element_spec, [*key.inputs, *size.inputs, *reduced.inputs])


class _Grouped(Iterator[Element]):
    """The elements of what `elements_of` makes of windows; at the end of those with fewer, the smallest key first.

    An element for which there is an error is left out.
    """

    def __init__(
        self,
        elements: Iterator[Element],
        key_of: Callable[[Element], int],
        size_of: Callable[[int], int],
        elements_of: Callable[[int, list[Element]], Iterator[Element]],
    ) -> None:
        self._elements, self._key_of, self._size_of, self._elements_of = elements, key_of, size_of, elements_of
        self._windows: dict[int, list[Element]] = {}
        self._sizes: dict[int, int] = {}
        self._now: Iterator[Element] = iter(())

    def __next__(self) -> Element:
        while (found := next(self._now, None)) is None:
            key = self._next_key()
            self._now = self._elements_of(key, self._windows.pop(key))
        return found

    def _next_key(self) -> int:
        """Return the key of the next window."""
        for element in self._elements:
            key = self._key_of(element)
            if key not in self._sizes:
                size = self._size_of(key)
                if size < 1:
                    raise errors.window_size(size)
                self._sizes[key] = size
            window = self._windows.setdefault(key, [])
            window.append(element)
            if len(window) == self._sizes[key]:
                return key
        if not self._windows:
            raise StopIteration
        return min(self._windows)


def bucket_by_sequence_length(
    element_length_func: Callable[..., Any],
    bucket_boundaries: Sequence[int],
    bucket_batch_sizes: Sequence[int],
    padded_shapes: Any = None,
    padding_values: Any = None,
    pad_to_bucket_boundary: bool = False,
    no_padding: bool = False,
    drop_remainder: bool = False,
) -> Transformation:
    """Return what makes a dataset of batches of elements of about one length.

    Args:
        element_length_func: callable(*element) -> its length, int32.
        bucket_boundaries: ascending; a length belongs to the bucket before the first boundary that is above it.
        bucket_batch_sizes: how many elements a batch has, for each bucket: one more than boundaries.
        padded_shapes, padding_values: see `Dataset.padded_batch`; None = the dataset's shapes, and zeros.
        pad_to_bucket_boundary: fill sizes that are not known up to the boundary less one, not to the longest.
        no_padding: stack the elements as they are.
        drop_remainder: leave out batches that are smaller.

    Raises:
        ValueError: another number of batch sizes.
        InvalidArgumentError: when it is read, with `pad_to_bucket_boundary`: an element of the last bucket.
    """
    if len(bucket_batch_sizes) != len(bucket_boundaries) + 1:
        raise errors.batch_sizes_of_buckets(len(bucket_batch_sizes), len(bucket_boundaries))
    limits = np.iinfo(np.int32)
    lowest, highest = [limits.min, *bucket_boundaries], [*bucket_boundaries, limits.max]
    sizes = np.array(bucket_batch_sizes, np.int64)

    def bucket(*element: Any) -> Any:
        length = element_length_func(*element)
        return reduce_min(where(logical_and(less_equal(lowest, length), less(length, highest))))

    def size_of(number: Any) -> Any:
        return constant(sizes)[number]

    def batch(number: Any, window: Dataset) -> Dataset:
        size = size_of(number)
        if no_padding:
            return window.batch(size, drop_remainder)
        shapes = window.output_shapes if padded_shapes is None else padded_shapes
        if pad_to_bucket_boundary:
            shapes = _filled(shapes, _last_length(number, bucket_boundaries))
        return window.padded_batch(size, shapes, padding_values, drop_remainder)

    return group_by_window(bucket, batch, window_size_func=size_of)


def _last_length(number: Any, boundaries: Sequence[int]) -> Any:
    """Return the largest length in a bucket."""
    what = "When pad_to_bucket_boundary=True, elements must have length < max(bucket_boundaries)."
    with control_dependencies([Assert(less(number, np.int64(len(boundaries))), [what, number])]):
        return constant(np.array(boundaries, np.int64))[identity(number)] - 1


def _filled(shapes: Any, size: Any) -> Any:
    """Return shapes with `size` for what is not known of them."""
    if isinstance(shapes, dict):
        return {key: _filled(shape, size) for key, shape in shapes.items()}
    if is_nested(shapes) and any(is_nested(shape) or isinstance(shape, (list, TensorShape)) for shape in shapes):
        return tuple(_filled(shape, size) for shape in shapes)
    sizes = shapes.as_list() if isinstance(shapes, TensorShape) else shapes
    return [size if n is None or n == -1 else n for n in sizes]
