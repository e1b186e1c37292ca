"""FIFOQueue and its kin: tensors that wait between threads.

Source: tensorflow/python/ops/data_flow_ops.py (TF 1.15).
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..arrays import to_numpy
from ..arrays.dtypes import DType, as_dtype, int32, int64, string
from ..arrays.dtypes import bool as bool_
from ..arrays.philox import Philox, get_seed
from ..arrays.shapes import TensorShape, as_shape, shape_of_sizes
from ..data.steps import stacked
from ..errors import queues as errors
from ..graph import Graph, Operation, StaticShape, Tensor, current, get_default_graph
from ..graph.conversion import as_tensor
from ..graph.writing import write_down
from .storage import Storage

__all__ = ["FIFOQueue", "PaddingFIFOQueue", "PriorityQueue", "QueueBase", "RandomShuffleQueue"]

_numbers = itertools.count()
# of each graph, by their shared names: where the elements are, and what they are
_shared: weakref.WeakKeyDictionary[Graph, dict[str, Any]] = weakref.WeakKeyDictionary()


class QueueBase:
    """What the queues have in common; `FIFOQueue` and its kin make one."""

    _type, _default, _kind = "FIFOQueueV2", "fifo_queue", "FIFOQueue"
    _pads = False

    def __init__(
        self,
        capacity: int,
        dtypes: Any,
        shapes: Any = None,
        names: Sequence[str] | None = None,
        name: str | None = None,
        kept: int = 0,
        seed: Any = None,
        random: bool = False,
        is_sorted: bool = False,
        shared_name: str | None = None,
    ) -> None:
        recorder = current()
        if recorder is None:
            raise errors.needs_a_graph(self._kind)
        self._dtypes = [as_dtype(dtype) for dtype in (dtypes if isinstance(dtypes, (list, tuple)) else [dtypes])]
        given = [None] * len(self._dtypes) if shapes is None else _shape_list(shapes, len(self._dtypes))
        self._dims: list[StaticShape] = [as_shape(shape).sizes for shape in given]
        self._names = None if not names else [names] if isinstance(names, str) else list(names)
        if shapes is not None and any(dims is None or (None in dims and not self._pads) for dims in self._dims):
            raise errors.shapes_open(given, self._pads)
        if len(given) != len(self._dtypes):
            raise errors.shapes_per_component(len(given), len(self._dtypes))
        if self._names is not None and len(self._names) != len(self._dtypes):
            raise errors.names_per_component(len(self._names), len(self._dtypes))
        self._operation = recorder.add(self._type, recorder.claim(name or self._default), None, (), (), [((), string)])
        graph = get_default_graph()
        if graph.recorder is not None:
            graph.recorder.waits = True
        words = Philox(*get_seed(graph.seed, seed, len(recorder.operations))).words() if random else None
        self._storage = Storage(self._kind, f"_{next(_numbers)}_{self.name}", capacity, kept, words, is_sorted)
        if shared_name:
            self._share(_shared.setdefault(graph, {}), shared_name, (capacity, kept))

    def _share(self, known: dict[str, Any], shared_name: str, sizes: tuple[int, int]) -> None:
        """Have the elements of the queue in this graph that has this name, too.

        Raises:
            InvalidArgumentError: it is of another kind.
        """
        shapes = [None if dims is None else list(dims) for dims in self._dims]
        types = ", ".join(dtype.name for dtype in self._dtypes)
        facts = {"kind": self._kind, "sizes": sizes, "component types": types, "component shapes": shapes}
        storage, others = known.setdefault(shared_name, (self._storage, facts))
        for what, value in facts.items():
            if others[what] != value:
                raise errors.shared_otherwise(shared_name, what, others[what], value)
        self._storage = storage

    @property
    def name(self) -> str:
        """The full name."""
        return self._operation.name

    @property
    def queue_ref(self) -> Tensor:
        """The tensor that stands for the queue."""
        return self._operation.outputs[0]

    @property
    def dtypes(self) -> list[DType]:
        """The dtype of each component."""
        return self._dtypes

    @property
    def shapes(self) -> list[TensorShape]:
        """The static shape of each component."""
        return [shape_of_sizes(dims) for dims in self._dims]

    @property
    def names(self) -> list[str] | None:
        """The name of each component, or None."""
        return self._names

    # ---- putting in

    def _components(self, vals: Any, scope: str) -> dict[str, Tensor]:
        """Return what a program gives as tensors, by the names of TensorFlow's arguments."""
        recorder = current()
        assert recorder is not None
        if self._names and not isinstance(vals, Mapping):
            raise errors.no_dictionary(self._names)
        if isinstance(vals, Mapping):
            if not self._names:
                raise errors.no_names()
            if sorted(self._names) != sorted(vals):
                raise errors.other_names(self._names, list(vals))
            vals = [vals[name] for name in self._names]
        elif not isinstance(vals, (list, tuple)) or (len(self._dtypes) == 1 and not _is_one_of(vals)):
            vals = [vals]
        if len(vals) != len(self._dtypes):
            raise errors.number_of_components(len(vals), len(self._dtypes))
        found = {}
        for k, (value, dtype) in enumerate(zip(vals, self._dtypes, strict=True)):
            tensor = as_tensor(value, recorder, None if _is_tensor(value) else dtype, name=f"{scope}/component_{k}")
            if tensor.dtype.base_dtype is not dtype:
                raise errors.component_dtype(k, tensor.dtype.name, dtype.name)
            found[f"component_{k}"] = tensor
        return found

    def _check(self, tensors: Mapping[str, Tensor], rows: int) -> None:
        for tensor, dims in zip(tensors.values(), self._dims, strict=True):
            inner = None if tensor.dims is None else tensor.dims[rows:]
            fits = (
                dims is None
                or inner is None
                or (
                    len(dims) == len(inner)
                    and all(n is None or m is None or n == m for n, m in zip(dims, inner, strict=True))
                )
            )
            if not fits:
                raise errors.shapes_differ(shape_of_sizes(inner), shape_of_sizes(dims))

    def _written(
        self, type: str, name: str, function: Callable[..., Any], inputs: Mapping[str, Any], outputs: Any = ()
    ) -> Operation:
        recorder = current()
        if recorder is None:
            raise errors.needs_a_graph(self._kind)
        held = {"queue": self._storage}
        return write_down(recorder, type, name, function, inputs, outputs, held, is_list=True)

    def _claimed(self, what: str, name: str | None) -> str:
        recorder = current()
        if recorder is None:
            raise errors.needs_a_graph(self._kind)
        return recorder.claim(name or f"{self._operation.name.rpartition('/')[2]}_{what}")

    def enqueue(self, vals: Any, name: str | None = None) -> Operation:
        """Return the operation that puts an element in, when there is room for it.

        Args:
            vals: a tensor, a list of one for each component, or a dict by the components' names.
            name: of the operation, "fifo_queue_enqueue" by default.

        Raises:
            ValueError: another number, dtype or shape.
            CancelledError: when it runs: the queue is closed.
        """
        return self._enqueued(vals, name, many=False)

    def enqueue_many(self, vals: Any, name: str | None = None) -> Operation:
        """Return the operation that puts in as many elements as the first dimension has; see `enqueue`."""
        return self._enqueued(vals, name, many=True)

    def _enqueued(self, vals: Any, name: str | None, many: bool, keep: Any = None) -> Operation:
        """Return the operation that puts elements in; `keep`: only if it says so, of several perhaps each its own."""
        full_name = self._claimed("EnqueueMany" if many else "enqueue", name)
        tensors = self._components(vals, full_name)
        self._check(tensors, int(many))
        if many:
            self._check_counts(tensors)

        def put(*values: Any) -> list[Any]:
            given = [_kept(value) for value in values]
            wanted = given.pop() if keep is not None else True
            elements = list(zip(*given, strict=True)) if many else [given]
            self._put([e for e, w in zip(elements, np.broadcast_to(wanted, len(elements)), strict=True) if w])
            return []

        inputs = tensors if keep is None else {**tensors, "keep_input": keep}
        return self._written("QueueEnqueueManyV2" if many else "QueueEnqueueV2", full_name, put, inputs)

    def _check_counts(self, tensors: Mapping[str, Tensor]) -> None:
        if any(tensor.dims == () for tensor in tensors.values()):
            raise errors.many_of_a_scalar()
        counts = {tensor.dims[0] for tensor in tensors.values() if tensor.dims and tensor.dims[0] is not None}
        if len(counts) > 1:
            raise errors.counts_differ(sorted(counts))

    def _put(self, elements: list[Any]) -> None:
        for element in elements:
            for k, (value, dims) in enumerate(zip(element, self._dims, strict=True)):
                shape = np.shape(value)
                if dims is not None and (
                    len(dims) != len(shape) or any(n is not None and n != m for n, m in zip(dims, shape, strict=True))
                ):
                    raise errors.component_shape(k, dims, shape)
        self._storage.put(elements)

    # ---- taking out

    def _answer(self, outputs: list[Tensor]) -> Any:
        if self._names:
            return dict(zip(self._names, outputs, strict=True))
        return outputs[0] if len(outputs) == 1 else outputs

    def dequeue(self, name: str | None = None) -> Any:
        """Return the components of the next element, when there is one: a tensor, a list or a dict of them.

        Raises:
            OutOfRangeError: when it runs: the queue is closed and empty.
        """
        specs = list(zip(self._dims, self._dtypes, strict=True))
        operation = self._written(
            "QueueDequeueV2", self._claimed("Dequeue", name), lambda: list(self._storage.take(1)[0]), {}, specs
        )
        return self._answer(operation.outputs)

    def dequeue_many(self, n: Any, name: str | None = None) -> Any:
        """Return the components of the next `n` elements, stacked, when there are so many.

        Raises:
            ValueError: the shapes are not known.
            OutOfRangeError: when it runs: the queue is closed and has fewer.
        """
        return self._several("DequeueMany", n, name, up_to=False)

    def dequeue_up_to(self, n: Any, name: str | None = None) -> Any:
        """Return the components of the next `n` elements, or of those that are left in a closed queue, stacked.

        Raises:
            ValueError: the shapes are not known.
            OutOfRangeError: when it runs: the queue is closed and empty.
        """
        return self._several("DequeueUpTo", n, name, up_to=True)

    def _several(self, what: str, n: Any, name: str | None, up_to: bool) -> Any:
        full_name = self._claimed(what, name)
        if any(dims is None or (None in dims and not self._pads) for dims in self._dims):
            raise errors.shapes_needed(what)

        def take(count: Any) -> list[Any]:
            if count < 0:
                raise errors.negative_count(what, int(count))
            elements = self._storage.take(int(count), up_to)
            if not elements:
                return [
                    np.zeros((0, *(n or 0 for n in dims or ())), dtype.dtype)
                    for dims, dtype in zip(self._dims, self._dtypes, strict=True)
                ]
            return [self._stacked(arrays, k) for k, arrays in enumerate(zip(*elements, strict=True))]

        rows = None if up_to or _is_tensor(n) else int(n)
        specs = [((rows, *(dims or ())), dtype) for dims, dtype in zip(self._dims, self._dtypes, strict=True)]
        count = n if _is_tensor(n) else np.int32(n)
        return self._answer(self._written(f"Queue{what}V2", full_name, take, {"n": count}, specs).outputs)

    def _stacked(self, arrays: Sequence[Any], component: int) -> Any:
        if self._dtypes[component] is not string:
            return stacked(arrays, component)
        texts = np.empty((len(arrays), *np.shape(arrays[0])), object)
        for k, array in enumerate(arrays):
            texts[k] = array
        return texts

    # ---- the rest

    def close(self, cancel_pending_enqueues: bool = False, name: str | None = None) -> Operation:
        """Return the operation that lets nothing more in; what is there can still be taken out.

        Args:
            cancel_pending_enqueues: let what waits for room fail.
            name: of the operation, "fifo_queue_Close" by default.
        """

        def close() -> list[Any]:
            self._storage.close(cancel_pending_enqueues)
            return []

        return self._written("QueueCloseV2", self._claimed("Close", name), close, {})

    def reopen(self) -> None:
        """Let elements in again, if it is closed: all sessions share the queue, and the next one's threads fill it."""
        self._storage.reopen()

    def size(self, name: str | None = None) -> Tensor:
        """Return the number of elements, int32."""
        full_name = self._claimed("Size", name)
        count = self._written("QueueSizeV2", full_name, lambda: [np.int32(len(self._storage))], {}, [((), int32)])
        return count.outputs[0]

    def is_closed(self, name: str | None = None) -> Tensor:
        """Return whether the queue is closed."""
        full_name = self._claimed("Is_Closed", name)
        closed = self._written(
            "QueueIsClosedV2", full_name, lambda: [np.bool_(self._storage.closed)], {}, [((), bool_)]
        )
        return closed.outputs[0]


class FIFOQueue(QueueBase):
    """A queue whose elements come out in the order in which they went in.

    Args:
        capacity: how many elements it holds; who puts in more waits.
        dtypes: of each component.
        shapes: static shapes of each component; None = any.
        names: of each component: then elements are dicts.
        shared_name: queues of a graph that have one name here have the same elements.
        name: of the operation, "fifo_queue" by default.
    """

    def __init__(
        self,
        capacity: int,
        dtypes: Any,
        shapes: Any = None,
        names: Sequence[str] | None = None,
        shared_name: str | None = None,
        name: str = "fifo_queue",
    ) -> None:
        super().__init__(capacity, dtypes, shapes, names, name, shared_name=shared_name)


class PaddingFIFOQueue(QueueBase):
    """A FIFOQueue whose elements are filled up with zeros where several are taken out; None in a shape = any size."""

    _type, _default, _kind = "PaddingFIFOQueueV2", "padding_fifo_queue", "PaddingFIFOQueue"
    _pads = True

    def __init__(
        self,
        capacity: int,
        dtypes: Any,
        shapes: Any,
        names: Sequence[str] | None = None,
        shared_name: str | None = None,
        name: str = "padding_fifo_queue",
    ) -> None:
        super().__init__(capacity, dtypes, shapes, names, name, shared_name=shared_name)

    def _stacked(self, arrays: Sequence[Any], component: int) -> Any:
        longest = [max(sizes) for sizes in zip(*map(np.shape, arrays), strict=True)]
        filler = b"" if self._dtypes[component] is string else 0
        made = np.full((len(arrays), *longest), filler, self._dtypes[component].dtype)
        for k, array in enumerate(arrays):
            inside: Any = (k, *map(slice, np.shape(array)))
            made[inside] = array
        return made


class PriorityQueue(QueueBase):
    """A queue whose elements come out with the smallest number first.

    Args:
        capacity: see `FIFOQueue`.
        types, shapes: of each component but the number, int64, which stands before them.
        names: of all components; None = elements are no dicts.
        shared_name: queues of a graph that have one name here have the same elements.
        name: of the operation, "priority_queue" by default.
    """

    _type, _default, _kind = "PriorityQueueV2", "priority_queue", "PriorityQueue"

    def __init__(
        self,
        capacity: int,
        types: Any,
        shapes: Any = None,
        names: Sequence[str] | None = None,
        shared_name: str | None = None,
        name: str = "priority_queue",
    ) -> None:
        below = list(types) if isinstance(types, (list, tuple)) else [types]
        given = [None] * len(below) if shapes is None else _shape_list(shapes, len(below))
        super().__init__(capacity, [int64, *below], [(), *given], names, name, is_sorted=True, shared_name=shared_name)


class RandomShuffleQueue(QueueBase):
    """A queue whose elements come out in random order.

    Args:
        capacity, dtypes, shapes, names: see `FIFOQueue`.
        min_after_dequeue: how many elements stay in it, to be mixed with those that come, until it is closed.
        seed: of the order.
        shared_name: queues of a graph that have one name here have the same elements.
        name: of the operation, "random_shuffle_queue" by default.
    """

    _type, _default, _kind = "RandomShuffleQueueV2", "random_shuffle_queue", "RandomShuffleQueue"

    def __init__(
        self,
        capacity: int,
        min_after_dequeue: int,
        dtypes: Any,
        shapes: Any = None,
        names: Sequence[str] | None = None,
        seed: int | None = None,
        shared_name: str | None = None,
        name: str = "random_shuffle_queue",
    ) -> None:
        super().__init__(
            capacity, dtypes, shapes, names, name, min_after_dequeue, seed, random=True, shared_name=shared_name
        )


def _shape_list(shapes: Any, count: int) -> list[Any]:
    """Return a shape for each component; one shape may be given for the only one."""
    if count == 1 and (not isinstance(shapes, (list, tuple)) or not shapes or not _is_shape(shapes[0])):
        return [shapes]
    return list(shapes)


def _is_shape(value: Any) -> bool:
    return isinstance(value, (list, tuple, TensorShape))


def _is_tensor(value: Any) -> bool:
    return isinstance(value, Tensor) or hasattr(value, "_recorded")


def _is_one_of(vals: Sequence[Any]) -> bool:
    """Return whether a list holds the only component, and is not that component."""
    return len(vals) == 1


def _kept(value: Any) -> Any:
    """Return a copy of a value on the host: a variable's buffer changes while the element waits."""
    if not hasattr(value, "dtype"):
        return value
    array = np.array(to_numpy(value))
    return array if array.ndim else array[()]
