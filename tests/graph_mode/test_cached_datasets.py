"""Datasets whose elements are kept in a file; its names are those that TensorFlow 1.15 gives them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import fastscope.compat.v1 as tf

D: Any = tf.data.Dataset


def read(dataset: Any, count: int = 99, feeds: Any = None) -> list[Any]:
    iterator = dataset.make_initializable_iterator()
    following, found = iterator.get_next(), []
    with tf.Session() as session:
        session.run(iterator.initializer, feeds)
        try:
            for _ in range(count):
                found.append(
                    tuple(part.tolist() if hasattr(part, "tolist") else part for part in session.run(following))
                )
        except tf.errors.OutOfRangeError:
            pass
    return found


def test_elements_are_made_once_for_all_runs(tmp_path: Path) -> None:
    calls: list[Any] = []

    def source(count: int) -> Any:
        def noted(x: Any) -> Any:
            double = tf.py_func(lambda value: calls.append(value) or value * 2, [x], tf.int64)  # type: ignore[func-returns-value]
            return double, tf.as_string(x)

        return D.range(count).map(noted)

    wanted, file = [(0, b"0"), (2, b"1"), (4, b"2")], str(tmp_path / "a")
    assert read(source(3).cache(file)) == wanted and len(calls) == 3
    assert read(source(5).cache(file)) == wanted and len(calls) == 3
    assert tf.train.list_variables(file) == [(f"      {k}_{part}", []) for k in range(3) for part in (0, 1)]
    # half read, nothing is kept
    other = str(tmp_path / "b")
    assert read(source(3).cache(other), 2) == wanted[:2] and len(calls) == 5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.data-00000-of-00001", "a.index"]
    assert read(source(3).cache(other).repeat(2)) == wanted * 2 and len(calls) == 8
    name = tf.placeholder(tf.string, [])
    assert read(source(9).cache(name), feeds={name: other}) == wanted and len(calls) == 8


def test_arrays_and_text_come_back_as_they_were(tmp_path: Path) -> None:
    dataset = D.range(3).map(lambda x: (tf.fill([x], 1.5), tf.stack([tf.as_string(x), "é"]), x > 1))
    file = str(tmp_path / "c")
    first = read(dataset.cache(file))
    assert first[2] == ([1.5, 1.5], [b"2", "é".encode()], True) and read(dataset.cache(file)) == first


def test_what_cannot_be_kept(tmp_path: Path) -> None:
    with pytest.raises(tf.errors.NotFoundError, match="no/dir; No such file or directory"):
        read(D.range(2).map(lambda x: (x,)).cache(str(tmp_path / "no/dir")))
    sparse = D.from_tensors(tf.SparseTensor([[0]], [1], [2]))
    iterator = sparse.cache(str(tmp_path / "s")).make_one_shot_iterator()
    with tf.Session() as session, pytest.raises(tf.errors.UnimplementedError, match="A file keeps no SparseTensors"):
        session.run(iterator.get_next())
    assert not list(tmp_path.iterdir())
    kept = sparse.cache().repeat(2).make_one_shot_iterator().get_next()
    with tf.Session() as session:
        assert [session.run(kept).values.tolist() for _ in range(2)] == [[1], [1]]
