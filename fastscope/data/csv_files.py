"""Files of comma-separated values as datasets.

Source: tensorflow/python/data/experimental/ops/readers.py, core/kernels/data/experimental/csv_dataset_op.cc (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from ..errors import data as errors
from . import sources
from .dataset import Dataset, of_files
from .decoding import decode_csv

__all__ = ["CsvDataset"]


class CsvDataset(Dataset):
    """The lines of files of comma-separated values: a tuple with a tensor for each column.

    Args:
        filenames: text, a list of it, a tensor or a dataset of it.
        record_defaults: for each column its dtype, or the value that stands for an empty field, which has the column's
            dtype: a number, text, or a constant tensor of one element.
        compression_type: "", "GZIP" or "ZLIB", or a tensor of it.
        buffer_size: kept for TF's sake.
        header: whether the first line of each file is left out.
        field_delim: what separates fields.
        use_quote_delim: whether a field can stand in double quotes, where it may have `field_delim` and ends of lines.
        na_value: what stands for an empty field, too.
        select_cols: numbers of the columns that are wanted, rising; None = all.

    Raises:
        ValueError: `select_cols` do not rise, or there is not a default for each.
        InvalidArgumentError: when it is read: another number of fields, or a field that is missing or no such value.
    """

    def __init__(
        self,
        filenames: Any,
        record_defaults: Sequence[Any],
        compression_type: Any = None,
        buffer_size: Any = None,
        header: bool = False,
        field_delim: str = ",",
        use_quote_delim: bool = True,
        na_value: str = "",
        select_cols: Sequence[int] | None = None,
    ) -> None:
        columns = None if select_cols is None else list(select_cols)
        if columns is not None:
            if len(columns) != len(record_defaults):
                raise errors.columns_and_defaults(len(columns), len(record_defaults))
            if any(a >= b for a, b in pairwise(columns)):
                raise errors.columns_rise(columns)

        def reader(compression: Any) -> Callable[[bytes], Iterator[bytes]]:
            return lambda path: _records(sources.lines(path, compression), header, use_quote_delim)

        def fields(line: Any) -> tuple[Any, ...]:
            return tuple(
                decode_csv(line, record_defaults, field_delim, use_quote_delim, na_value=na_value, select_cols=columns)
            )

        read = Dataset(*of_files(filenames, {"compression": compression_type}, reader)).map(fields)
        super().__init__(read.element_spec, read.element_inputs, read.begin)


def _records(lines: Iterator[bytes], header: bool, quoted: bool) -> Iterator[bytes]:
    """Yield records: lines, of which some go on where a quote is open at their end."""
    if header:
        next(lines, None)
    record: bytes | None = None
    for line in lines:
        record = line if record is None else record + b"\n" + line
        if not (quoted and record.count(b'"') % 2):
            yield record
            record = None
    if record is not None:
        yield record
