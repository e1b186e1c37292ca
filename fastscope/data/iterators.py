"""Iterators: where a graph reads a dataset.

Source: tensorflow/python/data/ops/iterator_ops.py (TF 1.15).
"""

from __future__ import annotations

import itertools
import threading
import weakref
from collections.abc import Iterator as PythonIterator
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..arrays import to_numpy
from ..arrays.dtypes import string
from ..errors import data as errors
from ..graph import Operation, Tensor, current, without_controls
from ..graph.needs import needed
from ..graph.plan import Plan
from ..graph.sparse_tensor import SparseTensor
from ..graph.writing import write_down
from .dataset import Context, Dataset, shown_element
from .sparse_elements import opened
from .structure import SparseSpec, flat, mapped, packed, specs_of

__all__ = ["Iterator", "initializable_iterator", "one_shot_iterator", "read_element"]

_handles: weakref.WeakValueDictionary[bytes, _State] = weakref.WeakValueDictionary()
_numbers = itertools.count()
_STATEFUL = ("VariableV2", "VarHandleOp")


class _State:
    """Where an iterator is, for all sessions."""

    def __init__(self, dataset: Dataset | None = None) -> None:
        self._first = dataset
        self._elements: PythonIterator[Sequence[Any]] | None = None
        self._lock = threading.RLock()
        self.specs: list[Any] = []  # of an element
        self.handle = f"iterator_{next(_numbers)}".encode()
        _handles[self.handle] = self

    def begin(self, dataset: Dataset, values: Sequence[Any]) -> None:
        """Go to the beginning of a dataset; `values` are those of its inputs."""
        arrays = [to_numpy(value) if hasattr(value, "dtype") else value for value in values]
        with self._lock:
            # copies: a variable's buffer changes
            given = dict(zip(dataset.element_inputs, map(np.array, arrays), strict=True))
            self._elements = dataset.begin(Context(given, {}))

    def next(self) -> list[Any]:
        """Return the next element.

        Raises:
            FailedPreconditionError: no initializer ran.
            OutOfRangeError: there is none.
        """
        with self._lock:
            if self._elements is None and self._first is not None:
                inputs = self._first.element_inputs
                self.begin(self._first, Plan(inputs, []).run([]) if inputs else [])
            if self._elements is None:
                raise errors.not_initialized()
            element = next(self._elements, None)
            if element is None:
                raise errors.end_of_sequence()
            return list(element)


class Iterator:
    """Where a graph reads a dataset, element by element.

    Attributes:
        initializer: the operation that goes to the beginning.
    """

    def __init__(self, structure: Any, state: _State, initializer: Operation | None = None) -> None:
        self._structure, self._state = structure, state
        self._initializer = initializer
        self._string_handle: Tensor | None = None
        state.specs = flat(structure)

    @staticmethod
    def from_structure(
        output_types: Any, output_shapes: Any = None, shared_name: str | None = None, output_classes: Any = None
    ) -> Iterator:
        """Return an iterator for any dataset of this structure: `make_initializer` gives what begins one."""
        return Iterator(specs_of(output_types, output_shapes, output_classes), _State())

    @staticmethod
    def from_string_handle(
        string_handle: Any, output_types: Any, output_shapes: Any = None, output_classes: Any = None
    ) -> Iterator:
        """Return an iterator that reads the one whose handle is fed: what `string_handle()` of it gave in a run."""
        return _FedIterator(specs_of(output_types, output_shapes, output_classes), string_handle)

    @property
    def initializer(self) -> Operation:
        """The operation that goes to the beginning.

        Raises:
            ValueError: it is a one-shot iterator, or one of `from_structure`, which has one for each dataset.
        """
        if self._initializer is None:
            raise errors.no_initializer()
        return self._initializer

    def make_initializer(self, dataset: Dataset, name: str | None = None) -> Operation:
        """Return the operation that goes to the beginning of a dataset.

        Raises:
            TypeError: its elements are of other types.
            ValueError: they have other parts.
        """
        types = mapped(lambda spec: spec.dtype, self._structure)
        if len(flat(types)) != len(flat(dataset.output_types)):
            raise errors.other_structure(types, dataset.output_types)
        if types != dataset.output_types:
            raise errors.other_types(types, dataset.output_types)
        pairs = zip(flat(self._structure), flat(dataset.element_spec), strict=True)
        if not all(_fits(wanted.dims, found.dims) for wanted, found in pairs):
            shapes = mapped(lambda spec: spec.shape, self._structure)
            raise errors.other_shapes(shapes, dataset.output_shapes)
        return _initializer(self._state, dataset, name)

    def get_next(self, name: str | None = None) -> Any:
        """Return the next element, a new one in each run.

        Raises:
            OutOfRangeError: when it runs: there is none.
        """
        if current() is None:
            return shown_element(self._structure, self._state.next())
        return read_element(self._structure, "IteratorGetNext", self._state.next, {}, name)

    def string_handle(self, name: str | None = None) -> Tensor:
        """Return the handle, whose value `from_string_handle` takes; without a name always the same tensor."""
        recorder = current()
        assert recorder is not None
        if name is None and self._string_handle is not None:
            return self._string_handle
        full_name = recorder.claim(name or "IteratorToStringHandle")
        state = self._state
        operation = write_down(
            recorder,
            "IteratorToStringHandle",
            full_name,
            lambda: np.array(state.handle, dtype=object),
            {},
            [((), string)],
        )
        if name is None:
            self._string_handle = operation.outputs[0]
        return operation.outputs[0]

    def __iter__(self) -> PythonIterator[Any]:
        if current() is not None:
            raise errors.not_iterable()
        return self

    def __next__(self) -> Any:
        from ..errors import OutOfRangeError

        try:
            return self.get_next()
        except OutOfRangeError:
            raise StopIteration from None

    @property
    def output_types(self) -> Any:
        """The dtypes of an element, in its structure."""
        return mapped(lambda spec: spec.dtype, self._structure)

    @property
    def output_shapes(self) -> Any:
        """The static shapes of an element, in its structure."""
        return mapped(lambda spec: spec.shape, self._structure)

    @property
    def output_classes(self) -> Any:
        """Tensor or SparseTensor for each thing in an element, in its structure."""
        return mapped(lambda spec: SparseTensor if isinstance(spec, SparseSpec) else Tensor, self._structure)


class _FedIterator(Iterator):
    """An iterator that reads another one."""

    def __init__(self, structure: Any, handle: Any) -> None:
        super().__init__(structure, _State())
        self._handle = handle

    def get_next(self, name: str | None = None) -> Any:
        def following(handle: Any) -> list[Any]:
            state = _state_of(handle)
            _check_specs(flat(self._structure), state.specs)
            return state.next()

        return read_element(self._structure, "IteratorGetNext", following, {"iterator": self._handle}, name)


def _check_specs(wanted: list[Any], found: list[Any]) -> None:
    """Refuse the elements of an iterator that are of another kind."""
    if len(wanted) != len(found):
        raise errors.other_number_of_components(len(wanted), len(found))
    for place, (one, other) in enumerate(zip(wanted, found, strict=True)):
        if one.dtype is not other.dtype:
            raise errors.other_component_type(place, one.dtype.name, other.dtype.name)
        if not one.shape.is_compatible_with(other.shape):
            raise errors.other_component_shape(place, one.shape, other.shape)


def _state_of(handle: Any) -> _State:
    key: Any = handle[()] if isinstance(handle, np.ndarray) else handle
    state = _handles.get(key.encode() if isinstance(key, str) else key)
    if state is None:
        raise errors.no_such_handle(key)
    return state


def read_element(structure: Any, type: str, function: Any, inputs: dict[str, Any], name: str | None = None) -> Any:
    """Write down the operation that makes an element, a flat list, and return its tensors in their structure."""
    recorder = current()
    assert recorder is not None
    specs = flat(structure)
    full_name = recorder.claim(name or type)
    outputs = [spec.as_tensor for spec in specs]
    operation = write_down(recorder, type, full_name, function, inputs, outputs, is_list=True)
    pairs = zip(specs, operation.outputs, strict=True)
    found = [opened(output, *spec) if isinstance(spec, SparseSpec) else output for spec, output in pairs]
    return packed(structure, found)


def _fits(wanted: Any, found: Any) -> bool:
    if wanted is None:
        return True
    return (
        found is not None
        and len(wanted) == len(found)
        and all(n is None or n == m for n, m in zip(wanted, found, strict=True))
    )


def _initializer(state: _State, dataset: Dataset, name: str | None = None) -> Operation:
    recorder = current()
    assert recorder is not None

    def begin(*values: Any) -> None:
        state.begin(dataset, values)

    full_name = recorder.claim(name or "MakeIterator")
    inputs = {f"input_{k}": tensor for k, tensor in enumerate(dataset.element_inputs)}
    with without_controls():
        return write_down(recorder, "MakeIterator", full_name, begin, inputs, ())


def one_shot_iterator(dataset: Dataset) -> Iterator:
    """Return an iterator that begins when it is first read.

    Raises:
        ValueError: the dataset uses what is fed, or a variable.
    """
    for operation in needed([tensor.op for tensor in dataset.element_inputs]):
        if operation.type in ("Placeholder", *_STATEFUL):
            raise errors.cannot_capture(operation, operation.type == "Placeholder")
    return Iterator(dataset.element_spec, _State(dataset))


def initializable_iterator(dataset: Dataset) -> Iterator:
    """Return an iterator that begins when its initializer runs."""
    state = _State()
    if current() is None:
        state.begin(dataset, [])
        return Iterator(dataset.element_spec, state)
    return Iterator(dataset.element_spec, state, _initializer(state, dataset))
