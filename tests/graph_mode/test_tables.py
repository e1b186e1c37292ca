"""tf.contrib.lookup in a graph."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


def filled(tf: ModuleType, fetches: Any, feed: Any = None) -> Any:
    with tf.Session() as session:
        session.run(tf.tables_initializer())
        return session.run(fetches, feed)


def test_words_become_numbers_and_numbers_words(graph_mode: ModuleType) -> None:
    tf = graph_mode
    to_number = tf.contrib.lookup.index_table_from_tensor(["a", "b"], default_value=-1)
    to_word = tf.contrib.lookup.index_to_string_table_from_tensor(["x", "y"])
    words = tf.placeholder(tf.string, [None, 2])
    found = to_number.lookup(words)
    assert found.dtype is tf.int64 and found.shape.as_list() == [None, 2]
    numbers, written, size = filled(
        tf, [found, to_word.lookup(tf.constant([1, 5], tf.int64)), to_number.size()], {words: [["b", "zz"]]}
    )
    assert numbers.tolist() == [[1, -1]] and written.tolist() == [b"y", b"UNK"] and size == 2


def test_nothing_is_found_before_the_table_is_filled(graph_mode: ModuleType) -> None:
    tf = graph_mode
    table = tf.contrib.lookup.index_table_from_tensor(["a"])
    found = table.lookup(["a"])
    with tf.Session() as session:
        with pytest.raises(tf.errors.FailedPreconditionError, match="Table not initialized"):
            session.run(found)
        session.run(table.init)
        assert session.run(found) == [0]


def test_other_words_fall_into_buckets_as_in_tensorflow(graph_mode: ModuleType) -> None:
    tf = graph_mode
    table = tf.contrib.lookup.index_table_from_tensor(["a", "b"], num_oov_buckets=3)
    numbers = tf.contrib.lookup.index_table_from_tensor([3, 5, 8], num_oov_buckets=3, dtype=tf.int64)
    found, size, of_numbers = filled(
        tf,
        [
            table.lookup(tf.constant(["a", "zz", "q", "www", "ggg"])),
            table.size(),
            numbers.lookup(tf.constant([3, 8, 9, 10, -4], tf.int64)),
        ],
    )
    assert found.tolist() == [0, 3, 4, 3, 4] and size == 5 and of_numbers.tolist() == [0, 2, 5, 5, 4]
    only = tf.contrib.lookup.IdTableWithHashBuckets(None, 3)
    assert set(filled(tf, only.lookup(tf.constant(["a", "b", "c", "d"])))) <= {0, 1, 2}


def test_a_vocabulary_is_read_from_a_file(graph_mode: ModuleType, tmp_path: Path) -> None:
    tf, path = graph_mode, tmp_path / "words"
    path.write_text("x\ny\r\nz\n")
    name = tf.placeholder_with_default(str(path), [])
    table = tf.contrib.lookup.index_table_from_file(name, num_oov_buckets=1)
    back = tf.contrib.lookup.index_to_string_table_from_file(str(path), vocab_size=2)
    found, words = filled(tf, [table.lookup(tf.constant(["z", "q"])), back.lookup(tf.constant([1, 2], tf.int64))])
    assert found.tolist() == [2, 3] and words.tolist() == [b"y", b"UNK"]


def test_columns_of_a_file_fill_a_table(graph_mode: ModuleType, tmp_path: Path) -> None:
    tf, path = graph_mode, tmp_path / "columns"
    path.write_text("0,a\n7,b\n")
    reader = tf.contrib.lookup.TextFileInitializer(str(path), tf.string, 1, tf.int64, 0, delimiter=",")
    default = tf.constant(-1, tf.int64)
    table = tf.contrib.lookup.HashTable(reader, default, name="own")
    assert table.name == "own"
    assert filled(tf, table.lookup(tf.constant(["b", "c"]))).tolist() == [7, -1]


def test_a_sparse_tensor_keeps_its_places(graph_mode: ModuleType) -> None:
    tf = graph_mode
    table = tf.contrib.lookup.index_table_from_tensor(["a", "b"])
    found = filled(tf, table.lookup(tf.SparseTensor([[0, 1], [2, 0]], tf.constant(["b", "a"]), [3, 4])))
    assert found.indices.tolist() == [[0, 1], [2, 0]] and found.values.tolist() == [1, 0]
    assert found.dense_shape.tolist() == [3, 4]


def test_a_dataset_looks_up(graph_mode: ModuleType) -> None:
    tf = graph_mode
    table = tf.contrib.lookup.index_table_from_tensor(["a", "b"])
    words = tf.data.Dataset.from_tensor_slices(["b", "a"]).map(table.lookup).batch(2)
    iterator = words.make_initializable_iterator()
    with tf.Session() as session:
        session.run([tf.tables_initializer(), iterator.initializer])
        assert session.run(iterator.get_next()).tolist() == [1, 0]
