"""Files and text that become arrays: read_file, decode_csv.

Source: tensorflow/core/kernels/decode_csv_op.cc, whole_file_read_ops.cc (TF 1.15).
"""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..arrays import to_numpy, unwrap
from ..arrays.dtypes import DType, as_dtype, string
from ..errors import data as errors
from ..errors import files as file_errors
from ..graph import Operation, StaticShape, Tensor, current
from ..graph.writing import write_down

__all__ = ["decode_csv", "matching_files", "read_file", "write_file"]


def called(
    type: str,
    name: str | None,
    function: Callable[..., Any],
    inputs: dict[str, Any],
    specs: Callable[..., list[tuple[StaticShape, DType]]],
    is_list: bool = False,
) -> Any:
    """Write one operation down, or call its function now.

    Args:
        function: callable(*arrays on the host).
        specs: callable(*static shapes of the inputs) -> static shape and dtype of each output.

    Returns:
        The output; with `is_list` a list of them; the operation where it has none.
    """
    recorder = current()

    def on_the_host(*values: Any) -> Any:
        return function(*(np.asarray(to_numpy(value) if hasattr(value, "dtype") else value) for value in values))

    if recorder is None:
        arrays = [_as_array(unwrap(value)) for value in inputs.values()]
        found = on_the_host(*arrays)
        return found if is_list or found is None or found.ndim else found[()]
    full_name = recorder.claim(name or type)
    operation = write_down(recorder, type, full_name, on_the_host, inputs, (), is_list=is_list)
    for dims, dtype in specs(*(tensor.dims for tensor in operation.inputs)):
        operation.outputs.append(Tensor(operation, len(operation.outputs), dims, dtype))
    if is_list:
        return list(operation.outputs)
    return operation.outputs[0] if operation.outputs else operation


def _as_array(value: Any) -> Any:
    return value if hasattr(value, "dtype") and value.dtype.kind not in "SU" else np.asarray(value, dtype=object)


def as_bytes(value: Any) -> bytes:
    """Return an element of an array of text as bytes."""
    return value.encode() if isinstance(value, str) else bytes(value)


def _mapped(function: Callable[[bytes], Any], array: Any, dtype: Any) -> Any:
    made = np.empty(array.size, dtype)
    made[:] = [function(as_bytes(item)) for item in array.ravel().tolist()]
    return made.reshape(array.shape)


# ---- files


def read_file(filename: Any, name: str | None = None) -> Any:
    """Return the bytes of a file.

    Raises:
        NotFoundError: when it runs: there is none.
    """

    def read(path: Any) -> Any:
        text = os.fsdecode(as_bytes(path[()]))
        try:
            with open(text, "rb") as file:
                return np.array(file.read(), dtype=object)
        except OSError as reason:
            raise file_errors.of_system(text, reason) from None

    return called("ReadFile", name, read, {"filename": filename}, lambda _: [((), string)])


def write_file(filename: Any, contents: Any, name: str | None = None) -> Operation | None:
    """Write bytes into a file; the folders that it lies in are made."""

    def write(path: Any, data: Any) -> None:
        text = os.fsdecode(as_bytes(path[()]))
        try:
            os.makedirs(os.path.dirname(text) or ".", exist_ok=True)
            with open(text, "wb") as file:
                file.write(as_bytes(data[()]))
        except OSError as reason:
            raise file_errors.of_system(text, reason) from None

    found: Operation | None = called(
        "WriteFile", name, write, {"filename": filename, "contents": contents}, lambda *_: []
    )
    return found


def matching_files(pattern: Any, name: str | None = None) -> Any:
    """Return the paths that fit a pattern, or one of several, sorted, `[n]`."""

    def find(patterns: Any) -> Any:
        found = [path for each in patterns.ravel().tolist() for path in sorted(glob.glob(as_bytes(each)))]
        return _text_array(found)

    return called("MatchingFiles", name, find, {"pattern": pattern}, lambda _: [((None,), string)])


def _text_array(texts: Sequence[bytes]) -> Any:
    made = np.empty(len(texts), object)
    made[:] = texts
    return made


def parsed_number(text: bytes, dtype: DType) -> Any:
    """Return the number that a text is.

    Raises:
        ValueError: it is none of this dtype.
    """
    plain = text.strip().decode("latin-1")
    if "_" in plain:  # Python takes it for a separator
        raise ValueError
    if dtype.is_integer:
        number = int(plain)
        bounds = np.iinfo(dtype.dtype)
        if not bounds.min <= number <= bounds.max:
            raise ValueError
        return number
    return float.fromhex(plain) if plain.lower().lstrip("+-").startswith("0x") else float(plain)


# ---- CSV


def decode_csv(
    records: Any,
    record_defaults: Sequence[Any],
    field_delim: str = ",",
    use_quote_delim: bool = True,
    name: str | None = None,
    na_value: str = "",
    select_cols: Sequence[int] | None = None,
) -> list[Any]:
    """Return the fields of lines, a tensor for each column.

    Args:
        records: text of any shape, each a line.
        record_defaults: for each column a list with the value that stands for an empty field, or an empty list where
            there has to be one; its type is the column's.
        field_delim: what separates fields.
        use_quote_delim: whether a field can stand in double quotes, two of which are one inside it.
        name: of the operation, "DecodeCSV" by default.
        na_value: what stands for an empty field, too.
        select_cols: numbers of the columns that are wanted, in their order; None = all.

    Raises:
        InvalidArgumentError: when it runs: a line with another number of fields, or a field that is no such value.
    """
    defaults = [_default(value) for value in record_defaults]
    dtypes = [as_dtype(array.dtype) for array in defaults]

    def decode(lines: Any) -> list[Any]:
        rows = [as_bytes(line) for line in lines.ravel().tolist()]
        columns: list[list[Any]] = [[] for _ in defaults]
        for k, row in enumerate(rows):
            fields = csv_fields(row, field_delim.encode(), use_quote_delim)
            if select_cols is not None:
                fields = [fields[column] for column in select_cols if column < len(fields)]
            if len(fields) != len(defaults):
                raise errors.fields_of_a_line(len(defaults), len(fields), k)
            for m, field in enumerate(fields):
                columns[m].append(_field(field, dtypes[m], defaults[m], na_value.encode(), m, k))
        return [_column(column, dtype).reshape(lines.shape) for column, dtype in zip(columns, dtypes, strict=True)]

    return list(
        called(
            "DecodeCSV",
            name,
            decode,
            {"records": records},
            lambda dims: [(dims, dtype) for dtype in dtypes],
            is_list=True,
        )
    )


def _default(value: Any) -> Any:
    if isinstance(value, Tensor):
        value = value.op.attributes["value"]
    if isinstance(value, DType):  # there is none
        return np.empty(0, value.dtype)
    array = np.asarray(unwrap(value))
    if array.dtype.kind in "SUO":
        return _text_array([as_bytes(item) for item in array.ravel().tolist()])
    return np.ravel(
        array.astype({"f": np.float32, "i": np.int32}[array.dtype.kind]) if isinstance(value, list) else array
    )


def _field(field: bytes, dtype: DType, default: Any, na_value: bytes, column: int, record: int) -> Any:
    if not field or field == na_value:
        if not default.size:
            raise errors.field_missing(column, record)
        return default[0]
    if dtype is string:
        return field
    try:
        return parsed_number(field, dtype)
    except ValueError:
        shown = dtype.name.replace("float32", "float").replace("float64", "double")
        raise errors.bad_field(column, record, shown, field.decode("latin-1")) from None


def _column(values: list[Any], dtype: DType) -> Any:
    return _text_array(values) if dtype is string else np.array(values, dtype.dtype)


def csv_fields(line: bytes, delimiter: bytes, quotes: bool) -> list[bytes]:
    """Return the fields of a line; of an empty one there are none.

    Raises:
        InvalidArgumentError: a quote where none can be.
    """
    if not quotes or b'"' not in line:
        return line.split(delimiter) if line else []
    fields, at = [], 0
    while at <= len(line):
        if line[at : at + 1] == b'"':
            field, at = _quoted(line, at + 1)
            if at < len(line) and line[at : at + 1] != delimiter:
                raise errors.unescaped_quote()
        else:
            end = line.find(delimiter, at)
            end = len(line) if end < 0 else end
            field = line[at:end]
            if b'"' in field:
                raise errors.stray_quote()
            at = end
        fields.append(field)
        at += 1
    return fields


def _quoted(line: bytes, at: int) -> tuple[bytes, int]:
    """Return the field whose opening quote is before `at`, and the place after its closing one."""
    parts = []
    while True:
        end = line.find(b'"', at)
        if end < 0:
            raise errors.unescaped_quote()
        parts.append(line[at:end])
        if line[end + 1 : end + 2] != b'"':
            return b'"'.join(parts), end + 1
        at = end + 2
