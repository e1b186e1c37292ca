"""Dataset: elements one after the other, and what is made of them.

A dataset is a description. It knows the structure of its elements, the tensors of the graph that it uses, and how to
begin: a function that returns a Python iterator over elements, which are flat lists of arrays. Each method makes a new
description around `self`.

An iterator goes on after an error, as TensorFlow's do: a program may leave out what cannot be read. A Python generator
ends with its first error, so what can raise is a `map`, a `filter` or one of the classes in `steps`.

Source: tensorflow/python/data/ops/dataset_ops.py (TF 1.15).
"""

from __future__ import annotations

import glob
import itertools
import operator
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from .._store import VariableBase
from ..arrays import as_array, to_numpy
from ..arrays.dtypes import as_dtype, int64, string
from ..arrays.dtypes import bool as bool_
from ..arrays.philox import Philox, Shuffled, get_seed
from ..arrays.shapes import shape_of_sizes
from ..errors import data as errors
from ..errors.reprs import never_raises
from ..graph import Tensor, current, get_default_graph
from ..graph.conversion import as_tensor
from ..graph.sparse_tensor import SparseTensor, SparseTensorValue
from . import sources, steps
from .functions import ElementFunction, Values
from .padding import PaddedShape, by_spec, filler
from .sparse_elements import Held, held_in, rows_of, stored
from .structure import DatasetSpec, SparseSpec, Spec, flat, is_nested, mapped, packed, specs_of

__all__ = [
    "Context",
    "Dataset",
    "FixedLengthRecordDataset",
    "TFRecordDataset",
    "TextLineDataset",
    "Transformation",
    "common",
    "nested",
    "of_files",
]

Element = Sequence[Any]


class Context(NamedTuple):
    """One pass of an iterator.

    Attributes:
        values: of the tensors of the graph that the dataset uses.
        memory: what datasets keep from one repetition to the next.
    """

    values: Values
    memory: dict[Any, Any]


class Dataset:
    """Elements one after the other; made by the methods that begin with "from_", `range` and `zip`.

    Example:
        >>> dataset = tf.data.Dataset.range(5).map(lambda x: x * x).batch(2)
        >>> [batch.tolist() for batch in dataset]
        [[0, 1], [4, 9], [16]]

    In a graph it is read by an iterator: `dataset.make_one_shot_iterator().get_next()`.
    """

    def __init__(self, structure: Any, inputs: Iterable[Tensor], begin: Callable[[Context], Iterator[Element]]) -> None:
        self._structure = structure
        self.element_inputs = list(dict.fromkeys(inputs))
        self.begin = begin
        self._fused: Callable[[Any], Dataset] | None = None
        self._is_map = False

    def _made(
        self, begin: Callable[[Context], Iterator[Element]], structure: Any = None, inputs: Iterable[Tensor] = ()
    ) -> Dataset:
        kept = self._structure if structure is None else structure
        return Dataset(kept, [*self.element_inputs, *inputs], begin)

    # ---- what it is

    @property
    def output_types(self) -> Any:
        """The dtypes of an element, in its structure."""
        return mapped(lambda spec: spec if isinstance(spec, DatasetSpec) else spec.dtype, self._structure)

    @property
    def output_shapes(self) -> Any:
        """The static shapes of an element, in its structure."""
        return mapped(lambda spec: spec if isinstance(spec, DatasetSpec) else spec.shape, self._structure)

    @property
    def output_classes(self) -> Any:
        """Tensor or Dataset for each thing in an element, in its structure."""
        classes = {DatasetSpec: Dataset, SparseSpec: SparseTensor}
        return mapped(lambda spec: classes.get(type(spec), Tensor), self._structure)

    @property
    def element_spec(self) -> Any:
        """Shape and dtype of each thing in an element, in its structure."""
        return self._structure

    @never_raises
    def __repr__(self) -> str:
        shapes = mapped(lambda spec: _shown_shape(spec), self._structure)
        return f"<DatasetV1Adapter shapes: {_shown(shapes)}, types: {_shown(self.output_types)}>"

    def __iter__(self) -> Iterator[Any]:
        if current() is not None:
            raise errors.not_iterable()
        return map(lambda element: shown_element(self._structure, element), self.begin(Context({}, {})))

    # ---- making

    @staticmethod
    def from_tensors(tensors: Any) -> Dataset:
        """Return a dataset of one element."""
        components = mapped(_component, tensors)
        leaves = flat(components)
        return Dataset(
            mapped(_spec, components),
            _tensors(leaves),
            lambda context: iter([[_value(leaf, context) for leaf in leaves]]),
        )

    @staticmethod
    def from_tensor_slices(tensors: Any) -> Dataset:
        """Return a dataset of slices along the first dimension.

        Raises:
            ValueError: a tensor has no dimensions, or lengths differ.
        """
        components = mapped(lambda value: _component(value, many=True), tensors)
        leaves = flat(components)
        length = None
        for leaf in leaves:
            dims = _spec(leaf).dims
            if dims == ():
                raise errors.insufficient_rank(leaf)
            if dims is not None and dims[0] is not None:
                if length not in (None, dims[0]):
                    raise errors.lengths_differ(length, dims[0])
                length = dims[0]

        def begin(context: Context) -> Iterator[Element]:
            return zip(*(_value(leaf, context) for leaf in leaves), strict=True)

        def sliced(leaf: Any) -> Any:
            spec = _spec(leaf)
            return spec._replace(dims=spec.dims if spec.dims is None else spec.dims[1:])

        return Dataset(mapped(sliced, components), _tensors(leaves), begin)

    @staticmethod
    def from_sparse_tensor_slices(sparse_tensor: Any) -> Dataset:
        """Return a dataset of (indices, values, dense_shape) of each row of a SparseTensor."""
        rows = Dataset.from_tensor_slices(sparse_tensor)
        spec = rows.element_spec
        if not isinstance(spec, SparseSpec):
            raise errors.no_sparse_tensor(sparse_tensor)
        rank = None if spec.dims is None else len(spec.dims)
        parts = Spec((None, rank), int64), Spec((None,), spec.dtype), Spec((rank,), int64)

        def opened(element: Element) -> Element:
            held = held_in(element[0])
            assert held is not None
            return list(held.parts)

        return rows._made(lambda context: map(opened, rows.begin(context)), parts)

    @staticmethod
    def from_generator(
        generator: Callable[..., Any], output_types: Any, output_shapes: Any = None, args: Any = None
    ) -> Dataset:
        """Return a dataset of what a generator yields.

        Args:
            generator: callable(*args) -> an iterable; it is called for each pass.
            output_types: dtypes in the structure of an element.
            output_shapes: static shapes in the same structure; None = not known.
            args: tensors, whose values it gets.

        Raises:
            TypeError: `generator` is no function.
            InvalidArgumentError: when it is read: an element of another structure, type or shape.
        """
        if not callable(generator):
            raise errors.no_generator()
        structure = specs_of(output_types, output_shapes)
        leaves = [_component(arg) for arg in args or ()]

        def begin(context: Context) -> Iterator[Element]:
            return sources.Generated(generator, structure, [_value(leaf, context) for leaf in leaves])

        return Dataset(structure, _tensors(leaves), begin)

    @staticmethod
    def range(*args: Any) -> Dataset:
        """Return a dataset of integers, int64: `range(stop)`, `range(start, stop)`, `range(start, stop, step)`."""
        bounds = [_number(arg, "range") for arg in args]

        def begin(context: Context) -> Iterator[Element]:
            return ([np.int64(k)] for k in range(*(bound.of(context) for bound in bounds)))

        return Dataset(Spec((), int64), _inputs(bounds), begin)

    @staticmethod
    def zip(datasets: Any) -> Dataset:
        """Return a dataset of the elements of several, side by side, as long as the shortest.

        Raises:
            TypeError: a list, where a tuple has to be.
        """
        if isinstance(datasets, list):
            raise errors.zip_of_list()
        parts = flat(datasets)
        structure = mapped(lambda dataset: dataset.element_spec, datasets)

        def begin(context: Context) -> Iterator[Element]:
            elements = zip(*(part.begin(context) for part in parts), strict=False)
            return map(lambda parts: list(itertools.chain.from_iterable(parts)), elements)

        return Dataset(structure, [tensor for part in parts for tensor in part.element_inputs], begin)

    @staticmethod
    def list_files(file_pattern: Any, shuffle: bool | None = None, seed: int | None = None) -> Dataset:
        """Return a dataset of the paths that fit a pattern, or one of several.

        Args:
            shuffle: False = sorted.
            seed: of the order.

        Raises:
            InvalidArgumentError: when it is read: there are none.
        """
        patterns = _component(file_pattern)

        def begin(context: Context) -> Iterator[Element]:
            given = np.ravel(_value(patterns, context)).tolist()
            found = [path for pattern in given for path in sorted(glob.glob(pattern))]
            if not found:
                raise errors.no_files(given)
            return ([path] for path in found)

        made = Dataset(Spec((), string), _tensors([patterns]), begin)
        return made if shuffle is False else made.shuffle(1 << 16, seed)

    # ---- one element after the other

    def map(self, map_func: Callable[..., Any], num_parallel_calls: Any = None) -> Dataset:
        """Return a dataset of what a function makes of each element.

        The function is recorded once; what it does is run for each element.

        Args:
            map_func: callable(*element) -> tensors, a tuple or a dict of them.
            num_parallel_calls: kept for TF's sake.
        """
        function = self._function(map_func, "Dataset.map()")
        if function.dataset is not None:
            inner = function.dataset

            def inner_datasets(context: Context) -> Iterator[Element]:
                def one(element: Element) -> Element:
                    values = function.dataset_values(element, context.values)
                    return [_listed(inner.begin(Context(values, {})))]

                return map(one, self.begin(context))

            return self._made(inner_datasets, DatasetSpec(inner.element_spec), function.inputs)
        made = self._made(
            lambda context: map(lambda element: function(element, context.values), self.begin(context)),
            function.structure,
            function.inputs,
        )
        made._is_map = True
        return made

    def _function(self, function: Callable[..., Any], what: str) -> ElementFunction:
        return ElementFunction(function, self._structure, what, nested)

    def flat_map(self, map_func: Callable[..., Any]) -> Dataset:
        """Return a dataset of the elements of the datasets that a function makes of each element.

        Raises:
            TypeError: the function returns something else.
        """
        return self._opened(map_func, _Number(1), _Number(1))

    def interleave(
        self, map_func: Callable[..., Any], cycle_length: int = 1, block_length: int = 1, num_parallel_calls: Any = None
    ) -> Dataset:
        """Return a dataset as `flat_map` does, of several datasets in turns.

        Args:
            map_func: callable(*element) -> Dataset.
            cycle_length: how many take turns.
            block_length: how many elements of one at a time.
            num_parallel_calls: kept for TF's sake.

        Raises:
            TypeError: the function returns something else.
        """
        return self._opened(map_func, _number(cycle_length, "cycle_length"), _number(block_length, "block_length"))

    def _opened(self, map_func: Callable[..., Any], cycle: _Number, block: _Number) -> Dataset:
        function = self._function(map_func, "Dataset.flat_map()")
        inner = function.dataset
        if inner is None:
            raise errors.no_dataset("map_func", function.structure)

        def begin(context: Context) -> Iterator[Element]:
            def one(element: Element) -> Iterator[Element]:
                return inner.begin(Context(function.dataset_values(element, context.values), {}))

            length, run = _positive(cycle.of(context), "cycle_length"), _positive(block.of(context), "block_length")
            return steps.Interleaved(self.begin(context), one, length, run)

        return self._made(begin, inner.element_spec, [*function.inputs, *_inputs([cycle, block])])

    def filter(self, predicate: Callable[..., Any]) -> Dataset:
        """Return a dataset of the elements for which a function returns True.

        Raises:
            ValueError: it does not return a truth value.
        """
        function = self._function(predicate, "Dataset.filter()")
        spec = function.structure
        if not isinstance(spec, Spec) or spec.dtype is not bool_ or spec.dims not in ((), None):
            raise errors.no_predicate(spec)
        return self._made(
            lambda context: filter(lambda e: bool(function(e, context.values)[0]), self.begin(context)),
            inputs=function.inputs,
        )

    def reduce(self, initial_state: Any, reduce_func: Callable[..., Any]) -> Any:
        """Return what is left when a function takes in one element after the other.

        Args:
            initial_state: a tensor, a tuple or a dict of them.
            reduce_func: callable(state, element) -> the next state.
        """
        start = Dataset.from_tensors(initial_state)
        state = start.element_spec
        function = ElementFunction(reduce_func, (state, self._structure), "Dataset.reduce()", nested)

        def begin(context: Context) -> Iterator[Element]:
            now = next(start.begin(context))
            for element in self.begin(context):
                now = function([*now, *element], context.values)
            yield now

        made = Dataset(state, [*start.element_inputs, *self.element_inputs, *function.inputs], begin)
        return next(iter(made)) if current() is None else made.make_one_shot_iterator().get_next()

    def enumerate(self, start: int = 0) -> Dataset:
        """Return a dataset of (number, element)."""
        return Dataset.zip((Dataset.range(start, np.iinfo(np.int64).max), self))

    def apply(self, transformation_func: Callable[[Dataset], Any]) -> Any:
        """Return `transformation_func(self)`."""
        return transformation_func(self)

    # ---- which elements

    def take(self, count: Any) -> Dataset:
        """Return a dataset of the first `count` elements; -1 = all."""
        number = _number(count, "count")

        def begin(context: Context) -> Iterator[Element]:
            n = number.of(context)
            return self.begin(context) if n < 0 else steps.Sliced(self.begin(context), 0, n)

        return self._made(begin, inputs=number.inputs)

    def skip(self, count: Any) -> Dataset:
        """Return a dataset without the first `count` elements; -1 = without any."""
        number = _number(count, "count")

        def begin(context: Context) -> Iterator[Element]:
            n = number.of(context)
            return iter(()) if n < 0 else steps.Sliced(self.begin(context), n)

        return self._made(begin, inputs=number.inputs)

    def shard(self, num_shards: Any, index: Any) -> Dataset:
        """Return a dataset of each `num_shards`-th element, from number `index` on.

        Raises:
            InvalidArgumentError: when it is read: no such part.
        """
        every, first = _number(num_shards, "num_shards"), _number(index, "index")

        def begin(context: Context) -> Iterator[Element]:
            count, place = every.of(context), first.of(context)
            if count < 1 or not 0 <= place < count:
                raise errors.no_such_shard(count, place)
            return steps.Sliced(self.begin(context), place, step=count)

        return self._made(begin, inputs=_inputs([every, first]))

    def repeat(self, count: Any = None) -> Dataset:
        """Return a dataset of all elements `count` times; None or -1 = without end."""
        if self._fused is not None:  # TensorFlow makes one operation of shuffle and repeat, which draws another order
            return self._fused(count)
        number = _number(-1 if count is None else count, "count")

        def begin(context: Context) -> Iterator[Element]:
            rounds = steps.Rounds(lambda: self.begin(context), _rounds(number.of(context)))
            return map(operator.itemgetter(1), rounds)

        return self._made(begin, inputs=number.inputs)

    def concatenate(self, dataset: Dataset) -> Dataset:
        """Return a dataset of these elements, and then those of another one.

        Raises:
            TypeError: its elements are of other types.
        """
        if self.output_types != dataset.output_types:
            raise errors.types_differ(self.output_types, dataset.output_types)
        pairs = zip(flat(self._structure), flat(dataset.element_spec), strict=True)
        structure = packed(self._structure, [a._replace(dims=common(a.dims, b.dims)) for a, b in pairs])
        return self._made(
            lambda context: itertools.chain(self.begin(context), dataset.begin(context)),
            structure,
            dataset.element_inputs,
        )

    def cache(self, filename: Any = "") -> Dataset:
        """Return a dataset that keeps its elements once they were all made.

        Args:
            filename: "" = in memory, for this iterator; else in a file of TensorFlow's kind, from which another run
                reads them, whatever this dataset would make by then. Until all were made they are in memory.

        Raises:
            NotFoundError: when it is read: the file's folder is not there.
            UnimplementedError: when it is read: a SparseTensor is to be kept in a file.
        """
        path = _component(filename)
        count = len(flat(self._structure))

        def begin(context: Context) -> Iterator[Element]:
            name: Any = np.asarray(_value(path, context))[()]
            if not name:
                return steps.Kept(lambda: self.begin(context), context.memory, begin)
            from .cached import Filed

            return Filed(lambda: self.begin(context), os.fsdecode(name), count)

        return self._made(begin, inputs=_tensors([path]))

    def prefetch(self, buffer_size: Any) -> Dataset:
        """Return the same dataset: an element is made when it is asked for; kept for TF's sake.

        Raises:
            InvalidArgumentError: when it is read: a negative size that is not -1.
        """
        size = _number(-1 if buffer_size is None else buffer_size, "buffer_size")

        def begin(context: Context) -> Iterator[Element]:
            if size.of(context) < -1:
                raise errors.negative_buffer()
            return self.begin(context)

        return self._made(begin, inputs=size.inputs)

    def with_options(self, options: Any) -> Dataset:
        """Return the same dataset; kept for TF's sake."""
        return self._made(self.begin)

    def shuffle(
        self, buffer_size: Any, seed: int | None = None, reshuffle_each_iteration: bool | None = None
    ) -> Dataset:
        """Return a dataset in random order, TensorFlow's.

        Args:
            buffer_size: how many elements are drawn from.
            seed: of the order; None = from the graph's seed, or another one each time.
            reshuffle_each_iteration: False = each repetition has the same order.

        Raises:
            InvalidArgumentError: when it is read: no buffer.
        """
        size = _number(buffer_size, "buffer_size")
        graph = get_default_graph()
        operations = 0 if graph.recorder is None else len(graph.recorder.operations)
        seeds = get_seed(graph.seed, seed, operations)
        again = reshuffle_each_iteration is not False

        def begin(context: Context) -> Iterator[Element]:
            if not again:
                words = _words(context, begin, seeds, keep=False)
            else:
                parent = _words(context, begin, seeds, keep=True)
                words = Philox(next(parent), next(parent)).words()
            elements = steps.Rounds(lambda: self.begin(context), range(1))
            return Shuffled(elements, _positive(size.of(context), "buffer_size"), words)

        def fused(count: Any) -> Dataset:
            number = _number(-1 if count is None else count, "count")

            def begin_all(context: Context) -> Iterator[Element]:
                words = Philox(*seeds).words()
                elements = steps.Rounds(lambda: self.begin(context), _rounds(number.of(context)))
                return Shuffled(elements, _positive(size.of(context), "buffer_size"), words)

            return self._made(begin_all, inputs=_inputs([size, number]))

        made = self._made(begin, inputs=size.inputs)
        if again:
            made._fused = fused
        return made

    # ---- several elements

    def batch(self, batch_size: Any, drop_remainder: bool = False) -> Dataset:
        """Return a dataset of elements stacked, `batch_size` at a time.

        Args:
            batch_size: how many.
            drop_remainder: leave out a last batch that is smaller; then the first dimension is known.

        Raises:
            InvalidArgumentError: when it is read: shapes differ.
        """
        size = _number(batch_size, "batch_size")

        def begin(context: Context) -> Iterator[Element]:
            count = _positive(size.of(context), "Batch size")
            if any(isinstance(spec, DatasetSpec) for spec in flat(self._structure)):
                return self.begin(context)
            return steps.batched(self.begin(context), count, bool(drop_remainder), self._is_map)

        rows = size.static if drop_remainder else None

        def stacked(spec: Any) -> Any:
            return spec._replace(dims=None if spec.dims is None else (rows, *spec.dims))

        return self._made(begin, mapped(stacked, self._structure), size.inputs)

    def padded_batch(
        self, batch_size: Any, padded_shapes: Any, padding_values: Any = None, drop_remainder: bool = False
    ) -> Dataset:
        """Return a dataset of elements filled up and stacked, `batch_size` at a time.

        Args:
            batch_size, drop_remainder: see `batch`.
            padded_shapes: shapes in the structure of an element, also tensors of int64; None or -1 in one = the longest
                of a batch.
            padding_values: what is filled in, in the structure of an element, or one for all; None = 0 or "".

        Raises:
            ValueError: a shape is too small.
            TypeError: a value has another type.
            DataLossError: when it is read: an element is longer than its shape.
        """
        size = _number(batch_size, "batch_size")
        specs = flat(self._structure)
        if any(isinstance(spec, SparseSpec) for spec in specs):
            raise errors.sparse_padded()
        shapes = [PaddedShape(spec, shape) for spec, shape in by_spec(self._structure, padded_shapes)]
        fillers = [filler(spec, value) for spec, value in zip(specs, _values(specs, padding_values), strict=True)]
        rows = size.static if drop_remainder else None

        def begin(context: Context) -> Iterator[Element]:
            count = _positive(size.of(context), "Batch size")
            wanted = [shape.of(context.values) for shape in shapes]
            values = [_value(each, context) for each in fillers]
            return steps.padded_batches(self.begin(context), count, bool(drop_remainder), wanted, values)

        made = [
            Spec(None if shape.dims is None else (rows, *shape.dims), spec.dtype)
            for spec, shape in zip(specs, shapes, strict=True)
        ]
        given = [shape.given for shape in shapes if shape.given is not None]
        inputs = [*size.inputs, *given, *_tensors(fillers)]
        return self._made(begin, packed(self._structure, made), inputs)

    def window(self, size: Any, shift: Any = None, stride: Any = 1, drop_remainder: bool = False) -> Dataset:
        """Return a dataset of datasets: of `size` elements each, `stride` apart, the next one `shift` further on."""
        count, apart = _number(size, "size"), _number(stride, "stride")
        further = count if shift is None else _number(shift, "shift")

        def begin(context: Context) -> Iterator[Element]:
            return steps.Windows(
                self.begin(context), count.of(context), further.of(context), apart.of(context), bool(drop_remainder)
            )

        structure = mapped(DatasetSpec, self._structure)
        return self._made(begin, structure, _inputs([count, apart, further]))

    def unbatch(self) -> Dataset:
        """Return a dataset of the rows of each element."""

        def begin(context: Context) -> Iterator[Element]:
            return steps.Interleaved(self.begin(context), lambda element: zip(*element, strict=True), 1, 1)

        def row(spec: Spec) -> Spec:
            return Spec(spec.dims if spec.dims is None else spec.dims[1:], spec.dtype)

        return self._made(begin, mapped(row, self._structure))

    # ---- reading it

    def make_one_shot_iterator(self) -> Any:
        """Return an iterator that needs no initializer, and runs once.

        Raises:
            ValueError: the dataset uses what is fed, or a variable.
        """
        from .iterators import one_shot_iterator

        return one_shot_iterator(self)

    def make_initializable_iterator(self, shared_name: str | None = None) -> Any:
        """Return an iterator that begins when its initializer runs."""
        from .iterators import initializable_iterator

        return initializable_iterator(self)


Transformation = Callable[[Dataset], Dataset]
"""What `Dataset.apply` takes."""


# ---- what elements are made of


class _SparseComponent:
    """A SparseTensor that a program gives: a tensor of the graph or a value at hand, and what is known of it."""

    def __init__(self, value: Any, spec: SparseSpec) -> None:
        self.value, self.spec = value, spec


def _sparse_component(value: Any, many: bool) -> _SparseComponent:
    sparse = SparseTensor.from_value(value) if current() is None else value
    if isinstance(sparse, SparseTensor) and isinstance(sparse.indices, Tensor):
        return _SparseComponent(stored(sparse, many), SparseSpec(sparse.get_shape().sizes, sparse.dtype.base_dtype))
    held = Held(sparse.indices, sparse.values, sparse.dense_shape)
    spec = SparseSpec(tuple(held.sizes.tolist()), as_dtype(held.values.dtype))
    return _SparseComponent(rows_of(held) if many else held, spec)


def shown_element(structure: Any, element: Sequence[Any]) -> Any:
    """Return an element as a program gets it where everything is computed at once."""
    pairs = zip(flat(structure), element, strict=True)
    return packed(structure, [SparseTensor(*held.parts) if (held := held_in(v)) else v for _, v in pairs])


def _component(value: Any, many: bool = False) -> Any:
    """Return what a program gives as a tensor of the graph, or as an array at hand."""
    if isinstance(value, (SparseTensor, SparseTensorValue)):
        return _sparse_component(value, many)
    recorder = current()
    if recorder is not None and (isinstance(value, (Tensor, VariableBase)) or _holds_tensor(value)):
        return as_tensor(value, recorder)
    array = np.asarray(to_numpy(as_array(value)))
    return array.astype(object) if array.dtype.kind in "SU" else array


def _holds_tensor(value: Any) -> bool:
    return isinstance(value, list) and any(
        isinstance(item, (Tensor, VariableBase)) or _holds_tensor(item) for item in value
    )


def _spec(component: Any) -> Any:
    if isinstance(component, _SparseComponent):
        return component.spec
    if isinstance(component, Tensor):
        return Spec(component.dims, component.dtype.base_dtype)
    return Spec(tuple(component.shape), as_dtype(component.dtype))


def _tensors(leaves: Iterable[Any]) -> list[Tensor]:
    values = (leaf.value if isinstance(leaf, _SparseComponent) else leaf for leaf in leaves)
    return [value for value in values if isinstance(value, Tensor)]


def _value(leaf: Any, context: Context) -> Any:
    if isinstance(leaf, _SparseComponent):
        leaf = leaf.value
    return context.values[leaf] if isinstance(leaf, Tensor) else leaf


class _Number(NamedTuple):
    """An integer that a program gives, or a tensor that will have it."""

    given: Any

    @property
    def static(self) -> int | None:
        return None if isinstance(self.given, Tensor) else self.given

    @property
    def inputs(self) -> list[Tensor]:
        return [self.given] if isinstance(self.given, Tensor) else []

    def of(self, context: Context) -> int:
        return int(_value(self.given, context))


def _number(value: Any, what: str) -> _Number:
    if isinstance(value, (Tensor, VariableBase)):
        value = _component(value)
        dims = value.dims if isinstance(value, Tensor) else value.shape
        if dims:
            raise errors.no_scalar(what, dims)
        return _Number(value)
    if np.ndim(value):
        raise errors.no_scalar(what, np.shape(value))
    return _Number(int(as_int64(value)))


def as_int64(value: Any) -> Any:
    """Return a number as int64.

    Raises:
        TypeError: it is no integer.
    """
    return as_array(value, int64)


def _inputs(numbers: Iterable[_Number]) -> list[Tensor]:
    return [tensor for number in numbers for tensor in number.inputs]


def _positive(size: int, what: str) -> int:
    if size < 1:
        raise errors.not_positive(what)
    return size


def _rounds(count: int) -> Iterable[int]:
    return itertools.count() if count < 0 else range(count)


def _words(context: Context, key: Any, seeds: tuple[int, int], keep: bool) -> Iterator[int]:
    """Return the random words of an operation; with `keep` they go on where the last pass stopped."""
    if not keep and seeds != (0, 0):
        return Philox(*seeds).words()
    found: Iterator[int] = context.memory.setdefault(key, None) or Philox(*seeds).words()
    context.memory[key] = found
    return found


def common(a: Any, b: Any) -> Any:
    """Return the static shape that fits both."""
    if a is None or b is None or len(a) != len(b):
        return None
    return tuple(n if n == m else None for n, m in zip(a, b, strict=True))


def _listed(elements: Iterator[Element]) -> list[Element]:
    return list(elements)


def nested(spec: DatasetSpec, tensor: Tensor) -> Dataset:
    """Return the dataset that stands for those in elements, where a function is recorded."""
    return Dataset(spec.element, [tensor], lambda context: iter(context.values[tensor]))


def _shown_shape(spec: Any) -> str:
    if isinstance(spec, DatasetSpec):
        return "Dataset"
    return str(shape_of_sizes(spec.dims))


def _shown(structure: Any) -> str:
    """Return a structure as TensorFlow shows it: the keys of a dict without quotes."""
    if isinstance(structure, dict):
        return "{" + ", ".join(f"{key}: {_shown(value)}" for key, value in structure.items()) + "}"
    if is_nested(structure):
        return "(" + ", ".join(map(_shown, structure)) + ")"
    return structure if isinstance(structure, str) else f"tf.{structure.name}"


def _values(specs: Sequence[Spec], values: Any) -> list[Any]:
    if values is None:
        return [None] * len(specs)
    found = flat(values)
    return found * len(specs) if not is_nested(values) else found


# ---- files


def of_files(
    filenames: Any, options: Mapping[str, Any], reader: Callable[..., Callable[[bytes], Iterator[bytes]]]
) -> tuple[Any, list[Tensor], Any]:
    """Return structure, inputs and beginning of a dataset of what is read of each file.

    Args:
        filenames: text, a list of it, a tensor or a dataset of it.
        options: what `reader` takes by name, some of them tensors.
        reader: callable(**options) -> callable(path) -> records.
    """
    given = {name: _component(value) if isinstance(value, Tensor) else value for name, value in options.items()}
    if isinstance(filenames, Dataset):

        def names(context: Context) -> Iterator[bytes]:
            return map(lambda element: element[0], filenames.begin(context))

        inputs = filenames.element_inputs
    else:
        paths = _component(filenames)
        inputs = _tensors([paths])

        def names(context: Context) -> Iterator[bytes]:
            return iter(np.ravel(_value(paths, context)).tolist())

    def begin(context: Context) -> Iterator[Element]:
        paths = map(
            lambda n: n.encode() if isinstance(n, str) else n[()] if isinstance(n, np.ndarray) else n, names(context)
        )
        read = reader(**{name: _option(value, context) for name, value in given.items()})
        return map(lambda item: [np.array(item, dtype=object)], sources.Contents(paths, read))

    return Spec((), string), [*inputs, *_tensors(given.values())], begin


def _option(value: Any, context: Context) -> Any:
    """Return an option of a reader: a number, or text."""
    if not isinstance(value, Tensor):
        return value
    found = np.asarray(context.values[value])[()]
    return found.decode() if isinstance(found, bytes) else found


class TextLineDataset(Dataset):
    """The lines of files, without their ends.

    Args:
        filenames: text, a list of it, a tensor or a dataset of it.
        compression_type: "", "GZIP" or "ZLIB", or a tensor of it.
        buffer_size: kept for TF's sake.
        num_parallel_reads: kept for TF's sake.
    """

    def __init__(
        self, filenames: Any, compression_type: Any = None, buffer_size: Any = None, num_parallel_reads: Any = None
    ) -> None:
        def reader(compression: Any) -> Callable[[bytes], Iterator[bytes]]:
            return lambda path: sources.lines(path, compression)

        super().__init__(*of_files(filenames, {"compression": compression_type}, reader))


class TFRecordDataset(Dataset):
    """The records of TFRecord files; for the arguments see `TextLineDataset`."""

    def __init__(
        self, filenames: Any, compression_type: Any = None, buffer_size: Any = None, num_parallel_reads: Any = None
    ) -> None:
        from ..records.tfrecord import read_records

        def reader(compression: Any) -> Callable[[bytes], Iterator[bytes]]:
            return lambda path: read_records(path, compression)

        super().__init__(*of_files(filenames, {"compression": compression_type}, reader))


class FixedLengthRecordDataset(Dataset):
    """The records of files in which all have one length.

    Args:
        filenames, compression_type, buffer_size, num_parallel_reads: see `TextLineDataset`.
        record_bytes: how long a record is.
        header_bytes: how much stands before the first one.
        footer_bytes: how much stands after the last one.

    Raises:
        InvalidArgumentError: when it is read: what a file has between header and footer is no whole number of records.
    """

    def __init__(
        self,
        filenames: Any,
        record_bytes: Any,
        header_bytes: Any = None,
        footer_bytes: Any = None,
        buffer_size: Any = None,
        compression_type: Any = None,
        num_parallel_reads: Any = None,
    ) -> None:
        def reader(size: Any, header: Any, footer: Any, compression: Any) -> Callable[[bytes], Iterator[bytes]]:
            sizes = int(size), int(header or 0), int(footer or 0)
            return lambda path: sources.fixed_records(path, *sizes, compression, exact=True)

        options = {
            "size": record_bytes,
            "header": header_bytes,
            "footer": footer_bytes,
            "compression": compression_type,
        }
        super().__init__(*of_files(filenames, options, reader))
