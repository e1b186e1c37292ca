"""tf.contrib.lookup where everything is computed at once; graph_mode/test_tables.py has the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope as fs
from fastscope.contrib import lookup


def test_at_once_a_table_is_full() -> None:
    table = lookup.index_table_from_tensor(["a", "b"], num_oov_buckets=3)
    assert table.lookup(["a", "zz", "q"]).tolist() == [0, 3, 4] and int(table.size()) == 5
    weights = lookup.HashTable(lookup.KeyValueTensorInitializer([1, 2], [3.0, 4.0]), -1.0)
    np.testing.assert_array_equal(weights.lookup(np.array([[2, 7]], np.int32)), np.array([[4.0, -1.0]], np.float32))


@pytest.mark.parametrize(
    ("wrong", "error", "says"),
    [
        (lambda p: lookup.index_table_from_tensor(), ValueError, "mapping must be specified"),
        (lambda p: lookup.index_table_from_file(), ValueError, "vocabulary_file must be specified and must not be"),
        (lambda p: lookup.index_table_from_file(p, vocab_size=0), ValueError, "vocab_size must be greater than 0, got"),
        (lambda p: lookup.index_table_from_file(p, vocab_size=9), fs.errors.InvalidArgumentError, "expected 9 but got"),
        (lambda p: lookup.index_table_from_file(p + "no"), fs.errors.NotFoundError, "No such file or directory. It is"),
        (lambda p: lookup.index_table_from_tensor(["a"], -1), ValueError, "num_oov_buckets must be greater or equal"),
        (lambda p: lookup.index_table_from_tensor(["a"], dtype=fs.float32), TypeError, "Only integer and string keys"),
        (lambda p: lookup.index_table_from_tensor(fs.constant([1]), 1), ValueError, "Give dtype=tf.int64 for a table"),
        (lambda p: lookup.index_table_from_tensor(["a"]).lookup(np.array([1])), TypeError, "Signature mismatch. Keys"),
        (lambda p: lookup.index_table_from_tensor(["a", "a"]), fs.errors.FailedPreconditionError, "Key a has 0 and"),
        (lambda p: lookup.IdTableWithHashBuckets(None, 2, lookup.HasherSpec("no", 1)), TypeError, "hasher_spec must"),
        (lambda p: lookup.TextFileInitializer(p, "string", 3, "int64", -1), fs.errors.InvalidArgumentError,
         "Invalid number of columns in file line 0 (x) expected 4 got 1"),
        (lambda p: lookup.TextFileInitializer(p, "string", -2, "int64", 0), fs.errors.InvalidArgumentError,
         "Field x in line 0 is not a valid int64"),
    ],
)  # fmt: skip
def test_what_makes_no_table_is_told(wrong: Any, error: type[Exception], says: str, tmp_path: Path) -> None:
    path = tmp_path / "words"
    path.write_text("x\n")
    with pytest.raises(error) as caught:
        made = wrong(str(path))
        lookup.HashTable(made, -1)
    assert says in str(caught.value)
