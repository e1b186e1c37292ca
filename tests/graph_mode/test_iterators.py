"""Iterators and what they take: handles, structures, files whose kinds are fed; as in TensorFlow 1.15."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope.compat.v1 as tf

D: Any = tf.data.Dataset
Iterator: Any = tf.data.Iterator


def fed_from(dataset: Any, like: Any) -> Any:
    """What a session reads by the handle of one iterator where another kind of element is expected."""
    handle = tf.placeholder(tf.string, [])
    following = Iterator.from_string_handle(handle, like.output_types, like.output_shapes).get_next()
    iterator = dataset.make_one_shot_iterator()
    with tf.Session() as session:
        return session.run(following, {handle: session.run(iterator.string_handle())})


def test_a_handle_of_other_elements_is_refused() -> None:
    assert fed_from(D.range(3, 5), D.range(2)) == 3
    assert fed_from(D.from_tensors([1, 2]), D.from_tensors([1, 2]).batch(2).map(lambda x: x[0])).tolist() == [1, 2]
    error = tf.errors.InvalidArgumentError
    with pytest.raises(error, match="Number of components does not match: expected 1 types but got 2"):
        fed_from(D.from_tensors((1, 2.0)), D.range(3))
    with pytest.raises(error, match="Data type mismatch at component 0: expected int64 but got int32"):
        fed_from(D.from_tensors(1), D.range(3))
    with pytest.raises(error, match=r"Incompatible shapes at component 0: expected \(\) but got \(2,\)"):
        fed_from(D.from_tensors(np.int64([1, 2])), D.range(3))


def test_an_iterator_has_one_handle() -> None:
    iterator = D.range(3).make_one_shot_iterator()
    assert iterator.string_handle() is iterator.string_handle()
    assert iterator.string_handle(name="h").op.name == "h"


def test_structures_that_differ() -> None:
    iterator = Iterator.from_structure((tf.int64, tf.float64), ([], []))
    with pytest.raises(ValueError, match="The two structures don't have the same nested structure: the iterator has"):
        iterator.make_initializer(D.from_tensors((1, 2, 3)))
    with pytest.raises(TypeError, match="Expected output types"):
        iterator.make_initializer(D.from_tensors((1, 2)))
    with pytest.raises(ValueError, match="The two structures don't have the same sequence length: the types are"):
        Iterator.from_structure((tf.int64, tf.float64), ([],))


def test_files_of_a_kind_that_is_fed(tmp_path: Path) -> None:
    plain, packed = tmp_path / "plain", tmp_path / "packed"
    plain.write_bytes(b"H12\n34\nF")
    packed.write_bytes(gzip.compress(b"H12\n34\nF"))
    records, whole = str(tmp_path / "records"), str(tmp_path / "whole")
    for path, kind in ((records, "GZIP"), (whole, "")):
        with tf.python_io.TFRecordWriter(path, tf.python_io.TFRecordOptions(kind)) as writer:
            writer.write(b"one")
    name, kind = tf.placeholder(tf.string, []), tf.placeholder_with_default("", [])
    size, ends = tf.placeholder(tf.int64, []), tf.placeholder(tf.int64, [])
    iterators = [
        dataset.make_initializable_iterator()
        for dataset in (
            tf.data.TextLineDataset(name, kind),
            tf.data.FixedLengthRecordDataset(name, size, ends, ends, compression_type=kind),
            tf.data.TFRecordDataset(name, kind),
        )
    ]
    following = [iterator.get_next() for iterator in iterators]
    with tf.Session() as session:

        def first(number: int, feeds: Any) -> Any:
            session.run(iterators[number].initializer, feeds)
            return session.run(following[number])

        assert first(0, {name: str(plain)}) == first(0, {name: str(packed), kind: "GZIP"}) == b"H12"
        sizes = {size: 3, ends: 1}
        assert first(1, {name: str(plain), **sizes}) == b"12\n"
        assert first(1, {name: str(packed), kind: "GZIP", **sizes}) == b"12\n"
        assert first(2, {name: whole}) == first(2, {name: records, kind: "GZIP"}) == b"one"
        with pytest.raises(tf.errors.UnimplementedError, match="Unsupported compression type"):
            first(0, {name: str(plain), kind: "ZIP"})
