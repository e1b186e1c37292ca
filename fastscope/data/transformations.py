"""What `Dataset.apply` takes besides windows and choices: scan, unique, take_while and their kin.

Source: tensorflow/python/data/experimental/ops/ (TF 1.15).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ..arrays import to_numpy
from ..arrays.dtypes import bool as bool_
from ..arrays.dtypes import int32, int64, string
from ..arrays.shapes import as_shape
from ..errors import data as errors
from ..graph import current
from . import steps
from .dataset import Context, Dataset, Transformation, common, nested, shown_element
from .functions import ElementFunction
from .iterators import read_element
from .parsing import parse_example
from .sparse_elements import Held
from .structure import SparseSpec, Spec, flat, is_nested, mapped, packed

__all__ = [
    "Counter",
    "batch_and_drop_remainder",
    "dense_to_sparse_batch",
    "enumerate_dataset",
    "get_single_element",
    "ignore_errors",
    "padded_batch_and_drop_remainder",
    "parallel_interleave",
    "parse_example_dataset",
    "scan",
    "sloppy_interleave",
    "take_while",
    "unique",
]

Element = Sequence[Any]


def Counter(start: Any = 0, step: Any = 1, dtype: Any = int64) -> Dataset:
    """Return a dataset that counts from `start` on in steps of `step`, without end."""
    first = Dataset.from_tensors(np.array(0, np.int64)).repeat()
    start, step = (np.asarray(value, np.dtype(dtype.dtype)) for value in (start, step))
    return first.apply(scan(start, lambda state, _: (state + step, state)))


def enumerate_dataset(start: int = 0) -> Transformation:
    """Return what makes a dataset of (number, element)."""
    return lambda dataset: dataset.enumerate(start)


def ignore_errors() -> Transformation:
    """Return what makes a dataset of the elements that can be made: errors are left out.

    >>> parts = tf.data.Dataset.range(4).map(lambda x: 6 // x)
    >>> [int(x) for x in parts.apply(tf.data.experimental.ignore_errors())]
    [6, 3, 2]
    """
    return lambda dataset: dataset._made(lambda context: steps.Sound(dataset.begin(context)))


def parallel_interleave(
    map_func: Callable[..., Any],
    cycle_length: Any,
    block_length: Any = 1,
    sloppy: bool = False,
    buffer_output_elements: Any = None,
    prefetch_input_elements: Any = None,
) -> Transformation:
    """Return `interleave`; the order is always the same, and the last three are kept for TF's sake."""
    return lambda dataset: dataset.interleave(map_func, cycle_length, block_length)


def batch_and_drop_remainder(batch_size: Any) -> Transformation:
    """Return `Dataset.batch` without a last batch that is smaller."""
    return lambda dataset: dataset.batch(batch_size, drop_remainder=True)


def padded_batch_and_drop_remainder(batch_size: Any, padded_shapes: Any, padding_values: Any = None) -> Transformation:
    """Return `Dataset.padded_batch` without a last batch that is smaller."""
    return lambda dataset: dataset.padded_batch(batch_size, padded_shapes, padding_values, drop_remainder=True)


def sloppy_interleave(map_func: Any, cycle_length: Any, block_length: Any = 1) -> Transformation:
    """Return `parallel_interleave`, whose order is always the same here."""
    return parallel_interleave(map_func, cycle_length, block_length)


def parse_example_dataset(features: Any, num_parallel_calls: Any = 1) -> Transformation:
    """Return what makes a dataset of `parse_example` of each element, a vector of records."""
    return lambda dataset: dataset.map(lambda records: parse_example(records, features))


def take_while(predicate: Callable[..., Any]) -> Transformation:
    """Return what makes a dataset that ends before the first element for which a function returns False.

    Raises:
        ValueError: it does not return a truth value.
    """

    def applied(dataset: Dataset) -> Dataset:
        function = ElementFunction(predicate, dataset.element_spec, "take_while()", nested)
        spec = function.structure
        if not isinstance(spec, Spec) or spec.dtype is not bool_ or spec.dims not in ((), None):
            raise errors.no_truth_value()

        def begin(context: Context) -> Iterator[Element]:
            return itertools.takewhile(lambda e: bool(function(e, context.values)[0]), dataset.begin(context))

        return dataset._made(begin, inputs=function.inputs)

    return applied


def unique() -> Transformation:
    """Return what makes a dataset without the elements that were there before.

    Raises:
        TypeError: elements are something else than one tensor of int32, int64 or text.
    """

    def applied(dataset: Dataset) -> Dataset:
        spec = dataset.element_spec
        if not isinstance(spec, Spec) or spec.dtype not in (int32, int64, string):
            raise errors.nothing_to_compare()

        def begin(context: Context) -> Iterator[Element]:
            known: set[Any] = set()

            def is_new(element: Element) -> bool:
                array = np.asarray(element[0])
                key = (array.shape, tuple(array.ravel().tolist()))
                before = len(known)
                known.add(key)
                return len(known) > before

            return filter(is_new, dataset.begin(context))

        return dataset._made(begin)

    return applied


def scan(initial_state: Any, scan_func: Callable[..., Any]) -> Transformation:
    """Return what makes a dataset of what a function makes of a state and each element.

        >>> sums = tf.data.experimental.scan(np.int64(0), lambda total, x: (total + x, total + x))
        >>> [int(x) for x in tf.data.Dataset.range(5).apply(sums)]
        [0, 1, 3, 6, 10]

    Args:
        initial_state: a tensor, a tuple or a dict of them.
        scan_func: callable(state, element) -> (the next state, an element).

    Raises:
        TypeError: it returns something else, or a state of other types.
    """

    def applied(dataset: Dataset) -> Dataset:
        start = Dataset.from_tensors(initial_state)
        state, function = _scanned(scan_func, start.element_spec, dataset.element_spec)
        count = len(flat(state))

        def begin(context: Context) -> Iterator[Element]:
            now = list(next(start.begin(context)))

            def one(element: Element) -> Element:
                found = function([*now, *element], context.values)
                now[:] = found[:count]
                return found[count:]

            return map(one, dataset.begin(context))

        return dataset._made(begin, function.structure[1], [*start.element_inputs, *function.inputs])

    return applied


def _scanned(scan_func: Callable[..., Any], state: Any, element: Any) -> tuple[Any, ElementFunction]:
    """Return the specs of the state and the function; what of its shape changes is not known."""
    while True:
        function = ElementFunction(scan_func, (state, element), "scan()", nested)
        if not is_nested(function.structure) or len(function.structure) != 2:
            raise errors.no_state_and_element()
        following = function.structure[0]
        wanted, found = (mapped(lambda spec: spec.dtype, structure) for structure in (state, following))
        if wanted != found:
            raise errors.other_state(wanted, found)
        pairs = zip(flat(state), flat(following), strict=True)
        wider = packed(state, [a._replace(dims=common(a.dims, b.dims)) for a, b in pairs])
        if wider == state:
            return state, function
        state = wider


def dense_to_sparse_batch(batch_size: Any, row_shape: Any) -> Transformation:
    """Return what makes a dataset of SparseTensors, each of `batch_size` elements of several lengths.

    Args:
        row_shape: what each element has room in; None in it = as much as the largest of a batch takes.

    Raises:
        TypeError: an element is no single tensor.
        DataLossError: when it is read: an element is larger.
        InvalidArgumentError: when it is read: it has another rank.
    """
    room = as_shape(row_shape).as_list()

    def applied(dataset: Dataset) -> Dataset:
        spec = dataset.element_spec
        if not isinstance(spec, Spec):
            raise errors.no_single_component(dataset.output_types)

        def held(element: Element) -> Element:
            array = np.asarray(element[0])
            if array.ndim != len(room):
                raise errors.other_row_rank(array.shape, room)
            if any(have > size for have, size in zip(array.shape, room, strict=True) if size is not None):
                raise errors.larger_than_row(array.shape, room)
            sizes = [have if size is None else size for have, size in zip(array.shape, room, strict=True)]
            places = np.indices(array.shape, np.int64).reshape(array.ndim, -1).T
            return [Held(places, array.ravel(), sizes)]

        sparse = dataset._made(lambda context: map(held, dataset.begin(context)), SparseSpec(tuple(room), spec.dtype))
        return sparse.batch(batch_size)

    return applied


def get_single_element(dataset: Dataset) -> Any:
    """Return the only element of a dataset.

    Raises:
        TypeError: it is no dataset.
        InvalidArgumentError: when it runs: there is none, or more than one.
    """
    if not isinstance(dataset, Dataset):
        raise errors.no_dataset_given(dataset)

    def single(*values: Any) -> list[Any]:
        arrays = [np.array(to_numpy(value) if hasattr(value, "dtype") else value) for value in values]
        elements = dataset.begin(Context(dict(zip(dataset.element_inputs, arrays, strict=True)), {}))
        found = list(itertools.islice(elements, 2))
        if len(found) != 1:
            raise errors.no_single_element(bool(found))
        return list(found[0])

    if current() is None:
        return shown_element(dataset.element_spec, single())
    inputs = {f"input_{k}": tensor for k, tensor in enumerate(dataset.element_inputs)}
    return read_element(dataset.element_spec, "DatasetToSingleElement", single, inputs)
