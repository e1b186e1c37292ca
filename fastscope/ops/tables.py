"""Look-up tables: from words to numbers, and back.

A table is filled when its initializer runs, as in TensorFlow; where everything is computed at once, when it is made.

Source: tensorflow/python/ops/lookup_ops.py, tensorflow/contrib/lookup/lookup_ops.py (TF 1.15).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ..arrays import as_array, to_numpy, unwrap
from ..arrays.dtypes import DType, as_dtype, int64, string
from ..arrays.shapes import TensorShape
from ..errors import tables as errors
from ..graph import GraphKeys, Operation, StaticShape, Tensor, add_to_collection, current, name_scope
from ..graph.conversion import as_tensor
from ..graph.sparse_tensor import SparseTensor
from ..graph.writing import write_down
from .creation import group
from .hashing import fingerprint
from .operands import on_device

__all__ = [
    "FastHashSpec",
    "HashTable",
    "HasherSpec",
    "IdTableWithHashBuckets",
    "KeyValueTensorInitializer",
    "LookupInterface",
    "TextFileIdTableInitializer",
    "TextFileIndex",
    "TextFileInitializer",
    "TextFileStringTableInitializer",
    "index_table_from_file",
    "index_table_from_tensor",
    "index_to_string_table_from_file",
    "index_to_string_table_from_tensor",
    "string_to_index_table_from_file",
    "string_to_index_table_from_tensor",
]


class TextFileIndex:
    """What `TextFileInitializer` takes of a line, besides the number of a column."""

    WHOLE_LINE = -2
    LINE_NUMBER = -1


class KeyValueTensorInitializer:
    """Fills a table with keys and values.

    Args:
        keys, values: `[n]`.
        key_dtype, value_dtype: None = those that they have.
        name: kept for TF's sake.

    Raises:
        ValueError: there is not one value for each key.
    """

    def __init__(
        self, keys: Any, values: Any, key_dtype: Any = None, value_dtype: Any = None, name: str | None = None
    ) -> None:
        self._inputs = {"keys": _made(keys, key_dtype), "values": _made(values, value_dtype)}
        self.key_dtype, self.value_dtype = (as_dtype(part.dtype).base_dtype for part in self._inputs.values())
        shapes = [TensorShape(part.shape) for part in self._inputs.values()]
        shapes[0].with_rank(1).merge_with(shapes[1])

    def _pairs(self, keys: Any, values: Any) -> list[list[Any]]:
        if keys.shape != values.shape:
            raise errors.values_count(keys.shape, values.shape)
        return [np.ravel(to_numpy(part)).tolist() for part in (keys, values)]


class _Numbered:
    """Fills a table with words and their places in a list; `words_are_keys`: from the words to the places."""

    def __init__(self, words: Any, words_are_keys: bool) -> None:
        self._inputs = {"keys" if words_are_keys else "values": words}
        self._words_are_keys = words_are_keys
        found = as_dtype(words.dtype).base_dtype
        found = int64 if found.is_integer else found
        self.key_dtype, self.value_dtype = (found, int64) if words_are_keys else (int64, found)

    def _pairs(self, words: Any) -> list[list[Any]]:
        listed = np.ravel(to_numpy(words)).tolist()
        places = list(range(len(listed)))
        return [listed, places] if self._words_are_keys else [places, listed]


class TextFileInitializer:
    """Fills a table with the lines of a file.

    Args:
        filename: of a text file.
        key_dtype, value_dtype: of what stands in the columns.
        key_index, value_index: the number of a column, or TextFileIndex.WHOLE_LINE, or TextFileIndex.LINE_NUMBER.
        vocab_size: how many lines there are; None = all.
        delimiter: between columns.
        name: kept for TF's sake.
    """

    def __init__(
        self,
        filename: Any,
        key_dtype: Any,
        key_index: int,
        value_dtype: Any,
        value_index: int,
        vocab_size: int | None = None,
        delimiter: str = "\t",
        name: str | None = None,
    ) -> None:
        self.key_dtype, self.value_dtype = as_dtype(key_dtype), as_dtype(value_dtype)
        self._columns = (key_index, self.key_dtype), (value_index, self.value_dtype)
        self._size, self._delimiter = vocab_size, delimiter.encode()
        self._inputs = {"filename": _made(filename, string)}

    def _pairs(self, filename: Any) -> list[list[Any]]:
        path = os.fsdecode(np.asarray(filename, object).item())
        try:
            with open(path, "rb") as file:
                lines = [line.removesuffix(b"\n").removesuffix(b"\r") for line in file]
        except FileNotFoundError:
            raise errors.no_vocabulary(path) from None
        if self._size is not None and len(lines) < self._size:
            raise errors.short_vocabulary(path, len(lines), self._size)
        lines = lines[: self._size]
        return [self._column(index, dtype, lines) for index, dtype in self._columns]

    def _column(self, index: int, dtype: DType, lines: list[bytes]) -> list[Any]:
        if index == TextFileIndex.LINE_NUMBER:
            return list(range(len(lines)))
        return [self._field(line, place, index, dtype) for place, line in enumerate(lines)]

    def _field(self, line: bytes, place: int, index: int, dtype: DType) -> Any:
        fields = [line] if index == TextFileIndex.WHOLE_LINE else line.split(self._delimiter)
        if index >= len(fields):
            raise errors.few_columns(place, line, index, len(fields))
        field = fields[max(index, 0)]
        try:
            return field if dtype is string else dtype.as_numpy_dtype(field)
        except ValueError:
            raise errors.bad_field(place, field, dtype) from None


class TextFileStringTableInitializer(TextFileInitializer):
    """Fills a table with the lines of a file, by their numbers: int64 to text."""

    def __init__(
        self,
        filename: Any,
        key_column_index: int = TextFileIndex.LINE_NUMBER,
        value_column_index: int = TextFileIndex.WHOLE_LINE,
        vocab_size: int | None = None,
        delimiter: str = "\t",
        name: str = "text_file_string_table_init",
    ) -> None:
        super().__init__(filename, int64, key_column_index, string, value_column_index, vocab_size, delimiter, name)


class TextFileIdTableInitializer(TextFileInitializer):
    """Fills a table with the numbers of the lines of a file: text, or `key_dtype`, to int64."""

    def __init__(
        self,
        filename: Any,
        key_column_index: int = TextFileIndex.WHOLE_LINE,
        value_column_index: int = TextFileIndex.LINE_NUMBER,
        vocab_size: int | None = None,
        delimiter: str = "\t",
        name: str = "text_file_id_table_init",
        key_dtype: Any = string,
    ) -> None:
        super().__init__(filename, key_dtype, key_column_index, int64, value_column_index, vocab_size, delimiter, name)


def _made(value: Any, dtype: Any) -> Any:
    """Return a value as a tensor, or where everything is computed at once as an array on the host."""
    recorder = current()
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    wanted = None if dtype is None else as_dtype(dtype)
    if recorder is None:
        return to_numpy(as_array(unwrap(value), None if hasattr(value, "dtype") else wanted))
    return as_tensor(value, recorder, None if isinstance(value, Tensor) else wanted)


class LookupInterface:
    """A table.

    Attributes:
        key_dtype, value_dtype: DTypes.
        name: of the table.
        initializer: the operation that fills it, also as `init`; `tf.tables_initializer()` runs those of all tables.
    """

    key_dtype: DType
    value_dtype: DType
    name: str
    initializer: Operation | None = None
    _default: Any = None

    @property
    def init(self) -> Operation | None:
        """The operation that fills it, by its older name."""
        return self.initializer

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """Return the values of keys: an array of their shape, or a SparseTensor for one.

        Args:
            keys: an array, tensor or SparseTensor of keys.
            name: of the name scope.

        Raises:
            TypeError: keys of another dtype.
            FailedPreconditionError: when it runs: nobody filled the table.
        """
        if isinstance(keys, SparseTensor):
            return SparseTensor(keys.indices, self.lookup(keys.values, name), keys.dense_shape)
        given = keys if hasattr(keys, "dtype") else _made(keys, self.key_dtype)
        if as_dtype(given.dtype).base_dtype is not self.key_dtype:
            raise errors.keys_of_another_dtype(self.key_dtype, as_dtype(given.dtype))
        dims = given.dims if isinstance(given, Tensor) else tuple(np.shape(given))
        inputs = {"keys": given} | ({"default_value": self._default} if isinstance(self._default, Tensor) else {})
        return self._computed("Lookup", "LookupTableFindV2", self._found, inputs, dims, self.value_dtype, name)

    def size(self, name: str | None = None) -> Any:
        """Return how many numbers or values there are, int64."""
        return self._computed("Size", "LookupTableSizeV2", lambda: np.int64(self._count()), {}, (), int64, name)

    def _computed(
        self,
        what: str,
        type: str,
        function: Callable[..., Any],
        inputs: Mapping[str, Any],
        dims: StaticShape,
        dtype: DType,
        name: str | None,
    ) -> Any:
        recorder = current()
        if recorder is None:
            return on_device(np.asarray(function(*(to_numpy(unwrap(value)) for value in inputs.values()))))
        with name_scope(name, f"{self.name}_{what}"):
            return write_down(recorder, type, recorder.claim(type), function, inputs, [(dims, dtype)]).outputs[0]

    def _found(self, keys: Any, default: Any = None) -> Any:
        raise NotImplementedError

    def _count(self) -> int:
        raise NotImplementedError


def _each(function: Callable[[Any], Any], keys: Any, dtype: DType) -> Any:
    """Return an array of what a function makes of each key."""
    array = np.asarray(to_numpy(keys))
    found = np.empty(array.size, dtype.dtype)
    found[:] = [function(key) for key in array.ravel().tolist()]
    return found.reshape(array.shape)


class HashTable(LookupInterface):
    """A table from keys to values, which keeps what it was filled with.

        >>> table = tf.contrib.lookup.HashTable(tf.contrib.lookup.KeyValueTensorInitializer(["a"], [7.0]), 0.0)
        >>> table.lookup(["a", "b"])
        array([7., 0.], dtype=float32)

    Args:
        initializer: KeyValueTensorInitializer or TextFileInitializer.
        default_value: of keys that are not there.
        shared_name: kept for TF's sake.
        name: "hash_table" by default.
    """

    def __init__(
        self, initializer: Any, default_value: Any, shared_name: str | None = None, name: str | None = None
    ) -> None:
        self.key_dtype, self.value_dtype = initializer.key_dtype, initializer.value_dtype
        self._default, self._contents = default_value, None  # type: tuple[Any, dict[Any, Any] | None]
        if not isinstance(default_value, Tensor):
            self._default = to_numpy(as_array(unwrap(default_value), self.value_dtype)).item()
        self._filler = initializer
        recorder = current()
        if recorder is None:
            self.name = name or "hash_table"
            self._fill(*initializer._inputs.values())
            return
        with name_scope(name, "hash_table") as scope:
            full = scope.rstrip("/")
            self.name = full.rpartition("/")[2]
            with name_scope("table_init"):
                reads = isinstance(initializer, TextFileInitializer)
                type = "InitializeTableFromTextFileV2" if reads else "LookupTableImportV2"
                self.initializer = write_down(
                    recorder, type, recorder.claim(type), self._fill, initializer._inputs, (), is_list=True
                )
        add_to_collection(GraphKeys.TABLE_INITIALIZERS, self.initializer)

    @property
    def default_value(self) -> Any:
        """The value of keys that are not there."""
        return self._default

    def _fill(self, *given: Any) -> list[Any]:
        contents: dict[Any, Any] = {}
        for key, value in zip(*self._filler._pairs(*given), strict=True):
            if contents.setdefault(key, value) != value:
                raise errors.key_twice(key, contents[key], value)
        self._contents = contents
        return []

    def _filled(self) -> dict[Any, Any]:
        if self._contents is None:
            raise errors.not_filled(self.name)
        return self._contents

    def _found(self, keys: Any, default: Any = None) -> Any:
        contents, other = self._filled(), self._default if default is None else default
        return _each(lambda key: contents.get(key, other), keys, self.value_dtype)

    def _count(self) -> int:
        return len(self._filled())


class HasherSpec(NamedTuple):
    """How words are hashed; only `FastHashSpec` is there."""

    hasher: str
    key: Any


FastHashSpec = HasherSpec("fasthash", None)


class IdTableWithHashBuckets(LookupInterface):
    """A table from words to numbers, int64, whose unknown words get one of a few more numbers, by their hash.

    Args:
        table: HashTable of the known words; None = there are none.
        num_oov_buckets: how many more numbers there are.
        hasher_spec: FastHashSpec.
        name: of the table, where `table` has none.
        key_dtype: text or integers; None = that of the table, or text.

    Raises:
        TypeError: keys that are neither text nor integers, or another hash.
    """

    def __init__(
        self,
        table: HashTable | None,
        num_oov_buckets: int,
        hasher_spec: HasherSpec = FastHashSpec,
        name: str | None = None,
        key_dtype: Any = None,
    ) -> None:
        if hasher_spec is not None and hasher_spec != FastHashSpec:
            raise errors.other_hash(hasher_spec)
        known = string if table is None else table.key_dtype
        keys, stored = _checked_keys(known if key_dtype is None else key_dtype, num_oov_buckets)
        if table is not None and stored is not table.key_dtype:
            raise errors.keys_of_another_dtype(table.key_dtype, keys)
        self._table, self._buckets = table, num_oov_buckets
        self.key_dtype, self.value_dtype = keys, int64
        if table is not None:
            self.name, self.initializer = table.name, table.initializer
        else:
            self.name = name or "hash_bucket"
            self.initializer = None if current() is None else group()

    def _found(self, keys: Any, default: Any = None) -> Any:
        contents = {} if self._table is None else self._table._filled()
        first, buckets = len(contents), self._buckets
        other = -1 if self._table is None else self._table._default

        def number(key: Any) -> int:
            known = contents.get(key)
            if known is not None:
                return known
            text = key if isinstance(key, bytes) else b"%d" % key
            return first + fingerprint(text) % buckets if buckets else other

        return _each(number, keys, int64)

    def _count(self) -> int:
        return self._buckets + (0 if self._table is None else self._table._count())


# ---- vocabularies


def _numbered(
    initializer: Any, buckets: int, default_value: int, key_dtype: DType, hasher: HasherSpec, name: str | None
) -> LookupInterface:
    table = HashTable(initializer, default_value, name="hash_table")
    return IdTableWithHashBuckets(table, buckets, hasher, name, key_dtype) if buckets else table


def _checked_keys(dtype: Any, buckets: int) -> tuple[DType, DType]:
    """Return the dtype of keys, and the one that the table has."""
    found = as_dtype(dtype)
    if buckets < 0:
        raise errors.negative_buckets(buckets)
    if found is not string and not found.is_integer:
        raise errors.no_keys(found)
    return found, string if found is string else int64


def index_table_from_tensor(
    mapping: Any = None,
    num_oov_buckets: int = 0,
    default_value: int = -1,
    hasher_spec: HasherSpec = FastHashSpec,
    dtype: Any = string,
    name: str | None = None,
    vocabulary_list: Any = None,
) -> LookupInterface:
    """Return a table from words to their places in a list, int64.

        >>> table = tf.contrib.lookup.index_table_from_tensor(["emerson", "lake"])
        >>> table.lookup(["lake", "palmer"])
        array([ 1, -1])

    Args:
        mapping: the words `[n]`.
        num_oov_buckets: how many more numbers there are for other words, which their hash chooses.
        default_value: the number of other words, where there are none.
        hasher_spec: FastHashSpec: FarmHash chooses.
        dtype: of the words, text or integers.
        name: of the name scope.
        vocabulary_list: `mapping`, by its other name.

    Raises:
        ValueError: no words, or a negative number of buckets.
        TypeError: keys that are neither text nor integers.
        FailedPreconditionError: when it runs: `tf.tables_initializer()` did not.
    """
    mapping = vocabulary_list if mapping is None else mapping
    if mapping is None:
        raise errors.no_mapping()
    keys, _ = _checked_keys(dtype, num_oov_buckets)
    with name_scope(name, "string_to_index"):
        words = _made(mapping, keys)
        found = as_dtype(words.dtype).base_dtype
        if found.is_integer != keys.is_integer:
            raise errors.other_words(keys, found)
        return _numbered(_Numbered(words, True), num_oov_buckets, default_value, keys, hasher_spec, name)


def index_table_from_file(
    vocabulary_file: Any = None,
    num_oov_buckets: int = 0,
    vocab_size: int | None = None,
    default_value: int = -1,
    hasher_spec: HasherSpec = FastHashSpec,
    key_dtype: Any = string,
    name: str | None = None,
    key_column_index: int = TextFileIndex.WHOLE_LINE,
    value_column_index: int = TextFileIndex.LINE_NUMBER,
    delimiter: str = "\t",
) -> LookupInterface:
    """Return a table from the lines of a file to their numbers, int64; see `index_table_from_tensor`.

    Args:
        vocabulary_file: path of a text file, or a tensor of it.
        vocab_size: how many lines are read; None = all.
        key_dtype: of the words, text or integers.
        key_column_index, value_column_index, delimiter: see `TextFileInitializer`.

    Raises:
        ValueError: no file, no word, or a negative number of buckets.
        NotFoundError: when the table is filled: there is no such file.
    """
    if vocabulary_file is None or (isinstance(vocabulary_file, str) and not vocabulary_file):
        raise errors.no_file_given()
    if vocab_size is not None and vocab_size < 1:
        raise errors.no_words(vocab_size, vocabulary_file)
    keys, stored = _checked_keys(key_dtype, num_oov_buckets)
    with name_scope(name, "string_to_index"):
        initializer = TextFileIdTableInitializer(
            vocabulary_file, key_column_index, value_column_index, vocab_size, delimiter, key_dtype=stored
        )
        return _numbered(initializer, num_oov_buckets, default_value, keys, hasher_spec, name)


def index_to_string_table_from_tensor(
    mapping: Any = None, default_value: str = "UNK", name: str | None = None, vocabulary_list: Any = None
) -> HashTable:
    """Return a table from numbers, int64, to the words at their places in a list.

    Args:
        mapping: the words `[n]`.
        default_value: of other numbers.
        name: of the name scope.
        vocabulary_list: `mapping`, by its other name.

    Raises:
        ValueError: no words.
    """
    mapping = vocabulary_list if mapping is None else mapping
    if mapping is None:
        raise errors.no_mapping()
    with name_scope(name, "index_to_string"):
        return HashTable(_Numbered(_made(mapping, string), False), default_value)


def index_to_string_table_from_file(
    vocabulary_file: Any,
    vocab_size: int | None = None,
    default_value: str = "UNK",
    name: str | None = None,
    key_column_index: int = TextFileIndex.LINE_NUMBER,
    value_column_index: int = TextFileIndex.WHOLE_LINE,
    delimiter: str = "\t",
) -> HashTable:
    """Return a table from numbers, int64, to the lines of a file; see `index_table_from_file`."""
    if vocabulary_file is None or (isinstance(vocabulary_file, str) and not vocabulary_file):
        raise errors.no_file_given()
    if vocab_size is not None and vocab_size < 1:
        raise errors.no_words(vocab_size, vocabulary_file)
    with name_scope(name, "index_to_string"):
        initializer = TextFileStringTableInitializer(
            vocabulary_file, key_column_index, value_column_index, vocab_size, delimiter
        )
        return HashTable(initializer, default_value)


string_to_index_table_from_tensor = index_table_from_tensor
string_to_index_table_from_file = index_table_from_file
