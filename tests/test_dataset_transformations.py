"""tf.data.experimental and tf.contrib.data, and padded_batch by tensors; the answers are those of TensorFlow 1.15."""

from __future__ import annotations

import gzip
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope as tf
from fastscope.arrays import to_numpy

D: Any = tf.data.Dataset
X: Any = tf.data.experimental
C: Any = tf.contrib.data
LENGTHS = (1, 5, 2, 9, 3, 4, 6, 1)
E = "an error"


@pytest.fixture(params=["at once", "graph"], autouse=True)
def mode(request: pytest.FixtureRequest) -> str:
    if request.param == "graph":
        request.getfixturevalue("graph_mode")
    return str(request.param)


def plain(value: Any) -> Any:
    if hasattr(value, "dense_shape"):
        parts = value.indices, value.values, value.dense_shape
        return tuple(to_numpy(part).tolist() for part in parts)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    return to_numpy(value).tolist() if hasattr(value, "dtype") else value


def outcomes(dataset: Any) -> list[Any]:
    """The elements, and E for what raises between them."""
    if tf.executing_eagerly():
        elements = iter(dataset)
        return taken(lambda: next(elements))
    iterator = dataset.make_initializable_iterator()
    following = iterator.get_next()
    with tf.Session() as session:
        session.run(iterator.initializer)
        return taken(lambda: session.run(following))


def taken(following: Any) -> list[Any]:
    found: list[Any] = []
    while True:
        try:
            found.append(plain(following()))
        except (StopIteration, tf.errors.OutOfRangeError):
            return found
        except tf.errors.OpError:
            found.append(E)


def inverse() -> Any:
    return D.range(5).map(lambda x: 4 // (x - 1))


def sequences() -> Any:
    return D.from_generator(lambda: ([7] * k for k in LENGTHS), tf.int64, [None])


def length(sequence: Any) -> Any:
    return tf.shape(sequence)[0]


def repeated(count: int) -> list[Any]:
    return [D.from_tensors(np.int32(k)).repeat(count) for k in range(3)]


def filled(size: int) -> list[int]:
    """A sequence as `bucket_by_sequence_length` fills it up with -1."""
    return [7] * size + [-1] * (10 - size)


PROGRAMS: dict[str, tuple[Any, list[Any]]] = {
    "windows": (
        lambda: D.range(10).apply(X.group_by_window(lambda x: x % 3, lambda key, w: w.batch(4), 4)),
        [[0, 3, 6, 9], [1, 4, 7], [2, 5, 8]],
    ),
    "windows of several batches": (
        lambda: (
            D.range(10)
            .map(lambda x: 9 - x)
            .apply(X.group_by_window(lambda x: x % 3, lambda key, w: w.batch(2).map(lambda b: (key, b)), 3))
        ),
        [(0, [9, 6]), (0, [3]), (2, [8, 5]), (2, [2]), (1, [7, 4]), (1, [1]), (0, [0])],
    ),
    "windows of several sizes": (
        lambda: D.range(10).apply(
            X.group_by_window(lambda x: x % 2, lambda key, w: w.batch(4), window_size_func=lambda key: (key + 1) * 2)
        ),
        [[0, 2], [4, 6], [1, 3, 5, 7], [8], [9]],
    ),
    "windows of pairs": (
        lambda: D.zip((D.range(6), D.range(6))).apply(
            X.group_by_window(lambda x, y: x % 2, lambda key, w: w.batch(2), 2)
        ),
        [([0, 2], [0, 2]), ([1, 3], [1, 3]), ([4], [4]), ([5], [5])],
    ),
    "windows after an error": (
        lambda: inverse().apply(X.group_by_window(lambda x: x % 2, lambda key, w: w.batch(2), 2)),
        [E, [-4, 4], [2], [1]],
    ),
    "errors in windows": (
        lambda: D.range(6).apply(
            X.group_by_window(lambda x: x % 2, lambda key, w: w.map(lambda x: 4 // (x - 1)), 2)
        ),
        [-4, 4, E, 2, 1, 1],
    ),
    "windows of nothing": (
        lambda: D.range(3).apply(X.group_by_window(lambda x: x % 2, lambda key, w: w.batch(4), 0)),
        [E, E, E],
    ),
    "buckets": (
        lambda: sequences().apply(X.bucket_by_sequence_length(length, [3, 6], [2, 3, 2])),
        [
            [[7, 0], [7, 7]],
            [[7] * 5, [7, 7, 7, 0, 0], [7, 7, 7, 7, 0]],
            [[7] * 9, [7] * 6 + [0] * 3],
            [[7]],
        ],
    ),
    "buckets up to their ends": (
        lambda: (
            sequences()
            .filter(lambda x: length(x) < 6)
            .apply(X.bucket_by_sequence_length(length, [3, 6], [2, 3, 2], pad_to_bucket_boundary=True))
        ),
        [[[7, 0], [7, 7]], [[7] * 5, [7, 7, 7, 0, 0], [7, 7, 7, 7, 0]], [[7, 0]]],
    ),
    "buckets without an end": (
        lambda: sequences().apply(
            X.bucket_by_sequence_length(length, [3, 6], [2, 3, 2], pad_to_bucket_boundary=True)
        ),
        [[[7, 0], [7, 7]], [[7] * 5, [7, 7, 7, 0, 0], [7, 7, 7, 7, 0]], E, [[7, 0]]],
    ),
    "whole buckets": (
        lambda: sequences().apply(X.bucket_by_sequence_length(length, [3, 6], [2, 3, 2], drop_remainder=True)),
        [[[7, 0], [7, 7]], [[7] * 5, [7, 7, 7, 0, 0], [7, 7, 7, 7, 0]], [[7] * 9, [7] * 6 + [0] * 3]],
    ),
    "buckets of numbers": (
        lambda: D.range(7).apply(
            X.bucket_by_sequence_length(lambda x: tf.cast(x, tf.int32) * 2, [3, 6], [2, 3, 2], no_padding=True)
        ),
        [[0, 1], [3, 4], [5, 6], [2]],
    ),
    "buckets of one shape": (
        lambda: sequences().apply(
            X.bucket_by_sequence_length(
                length, [3, 6], [2, 3, 2], padded_shapes=[10], padding_values=tf.constant(-1, tf.int64)
            )
        ),
        [[filled(1), filled(2)], [filled(5), filled(3), filled(4)], [filled(9), filled(6)], [filled(1)]],
    ),
    "buckets of pairs": (
        lambda: (
            D.range(4)
            .map(lambda x: (tf.range(x), {"n": x}))
            .apply(
                X.bucket_by_sequence_length(lambda x, _: length(x), [2, 4], [2, 2, 1], pad_to_bucket_boundary=True)
            )
        ),
        [([[0], [0]], {"n": [0, 1]}), ([[0, 1, 0], [0, 1, 2]], {"n": [2, 3]})],
    ),
    "interleaved": (
        lambda: D.range(4).apply(X.parallel_interleave(lambda x: D.from_tensors(x).repeat(x + 1), 2)),
        [0, 1, 1, 2, 2, 3, 2, 3, 3, 3],
    ),
    "without errors": (lambda: inverse().apply(X.ignore_errors()), [-4, 4, 2, 1]),
    "numbered": (lambda: D.range(3).apply(X.enumerate_dataset(4)), [(4, 0), (5, 1), (6, 2)]),
    "scanned": (
        lambda: D.range(5).apply(X.scan(np.int64(10), lambda state, x: (state + x, (state, x)))),
        [(10, 0), (10, 1), (11, 2), (13, 3), (16, 4)],
    ),
    "scanned with two states": (
        lambda: D.range(3).apply(X.scan((1, [2.0]), lambda state, x: ((state[0] + 1, state[1] * 2), state[1]))),
        [[2.0], [4.0], [8.0]],
    ),
    "scanned with a state that grows": (
        lambda: D.range(3).apply(X.scan(tf.constant([1.0]), lambda state, x: (tf.concat([state, state], 0), state))),
        [[1.0], [1.0] * 2, [1.0] * 4],
    ),
    "scanned after an error": (
        lambda: inverse().apply(X.scan(np.int64(0), lambda state, x: (state + x, state + x))),
        [-4, E, 0, 2, 3],
    ),
    "unique": (lambda: D.from_tensor_slices([3, 1, 3, 2, 1]).apply(X.unique()), [3, 1, 2]),
    "unique words": (lambda: D.from_tensor_slices(["a", "b", "a"]).apply(X.unique()), [b"a", b"b"]),
    "unique rows": (lambda: D.from_tensor_slices([[1, 2], [1, 2], [3, 1]]).apply(X.unique()), [[1, 2], [3, 1]]),
    "while": (lambda: D.range(9).apply(X.take_while(lambda x: x < 4)), [0, 1, 2, 3]),
    "chosen": (
        lambda: X.choose_from_datasets(repeated(2), D.from_tensor_slices(np.int64([0, 1, 1, 2, 0, 0, 2, 1, 2, 2]))),
        [0, 1, 1, 2, 0, 2],
    ),
    "chosen from outside": (
        lambda: X.choose_from_datasets(repeated(2), D.from_tensor_slices(np.int64([0, 3, 1]))),
        [0, E, 1],
    ),
    "sampled": (
        lambda: X.sample_from_datasets(repeated(6), seed=5),
        [0, 0, 0, 2, 2, 0, 2, 1, 0, 0, 1, 2, 1, 1, 1, 2, 2, 1],
    ),
    "sampled with weights": (
        lambda: X.sample_from_datasets(repeated(6), [0.1, 0.1, 0.8], seed=5),
        [2, 2, 0, 2, 2, 1, 2, 2, 0, 0, 1, 1, 0, 1, 1, 0, 1, 0],
    ),
    "sampled with weights that change": (
        lambda: X.sample_from_datasets(repeated(6)[:2], D.from_tensors([0.3, 0.7]).repeat(), seed=5),
        [0, 0, 0, 1, 1, 0, 1, 1, 1, 0, 1, 0],
    ),
    "sampled from one": (lambda: X.sample_from_datasets([D.range(3)]), [0, 1, 2]),
    "random numbers": (
        lambda: X.RandomDataset(3).take(5),
        [3534849767, 279844183, 888998500, 1099633400, 2034269327],
    ),
    "counted": (lambda: X.Counter(3, 2).take(4), [3, 5, 7, 9]),
    "counted down": (lambda: X.Counter(0, -1, tf.int32).take(4), [0, -1, -2, -3]),
    "sparse": (
        lambda: sequences().skip(6).apply(X.dense_to_sparse_batch(3, [10])),
        [([[0, 0], [0, 1], [0, 2], [0, 3], [0, 4], [0, 5], [1, 0]], [7] * 7, [2, 10])],
    ),
    "sparse in little room": (
        lambda: sequences().apply(X.dense_to_sparse_batch(3, [3])),
        [E, E, E, E, ([[0, 0]], [7], [1, 3])],
    ),
    "sparse of another rank": (lambda: sequences().take(2).apply(X.dense_to_sparse_batch(3, [3, 3])), [E, E]),
    "whole batches": (lambda: D.range(5).apply(C.batch_and_drop_remainder(2)), [[0, 1], [2, 3]]),
    "whole padded batches": (
        lambda: sequences().take(4).apply(C.padded_batch_and_drop_remainder(3, [-1])),
        [[[7, 0, 0, 0, 0], [7] * 5, [7, 7, 0, 0, 0]]],
    ),
    "sloppy": (lambda: D.range(3).apply(C.sloppy_interleave(lambda x: D.from_tensors(x).repeat(x), 2)), [1, 2, 2]),
    "padded to a tensor": (
        lambda: sequences().take(2).padded_batch(2, tf.constant([6], tf.int64), tf.constant(9, tf.int64)),
        [[[7] + [9] * 5, [7] * 5 + [9]]],
    ),
    "padded to sizes of another rank": (
        lambda: D.from_generator(lambda: iter([[1]]), tf.int64).padded_batch(2, [2, 2]),
        [E],
    ),
}  # fmt: skip


def csv(*args: Any, text: bytes, **kwargs: Any) -> list[Any]:
    """The records of a file with this text."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(text)
        file.flush()
        return outcomes(X.CsvDataset(file.name, *args, **kwargs))


def test_comma_separated_values(tmp_path: Path) -> None:
    text, crlf = b'x,y,z\n1,2.5,abc\n2,,"d,e"\n', b"x,y,z\r\n3,4.5,\r\n"
    types = [tf.int32, [9.0], tf.string]
    assert csv(types, header=True, text=text) == [(1, 2.5, b"abc"), (2, 9.0, b"d,e")]
    assert csv(types, header=True, text=crlf) == [E]
    assert csv([tf.int32, tf.float32, ["no"]], header=True, text=crlf) == [(3, 4.5, b"no")]
    assert csv([tf.int32, tf.string], text=b'1,"a\nb"\n2,"c""d"\n') == [(1, b"a\nb"), (2, b'c"d')]
    assert csv([tf.string] * 2, use_quote_delim=False, text=b'1,"a\nb"\n') == [(b"1", b'"a'), E]
    assert csv([tf.int32, [5], tf.int32], field_delim="|", na_value="NA", text=b"1|NA|3") == [(1, 5, 3)]
    assert csv([tf.int32] * 2, select_cols=[0, 2], text=b"1,x,3\n") == [(1, 3)]
    assert csv([tf.int32] * 2, text=b"1,2\nx,4\n5,6") == [(1, 2), E, (5, 6)]
    packed = tmp_path / "packed"
    packed.write_bytes(gzip.compress(b"7,8\n"))
    dataset = X.CsvDataset([str(packed)] * 2, [tf.int64, tf.float64], "GZIP")
    assert outcomes(dataset) == [(7, 8.0)] * 2 and dataset.output_types == (tf.int64, tf.float64)
    with pytest.raises(ValueError, match="select_cols should match output size: got 2 columns and 1 record_defaults"):
        X.CsvDataset("f", [tf.int32], select_cols=[0, 2])
    with pytest.raises(ValueError, match=r"select_cols should be strictly increasing indices, got \[2, 0\]"):
        X.CsvDataset("f", [tf.int32] * 2, select_cols=[2, 0])


def test_rows_of_a_sparse_tensor() -> None:
    value = tf.SparseTensor([[0, 1], [2, 0], [2, 2]], [5.0, 6.0, 7.0], [3, 4])
    dataset = D.from_sparse_tensor_slices(value)
    assert outcomes(dataset) == [([[1]], [5.0], [4]), ([], [], [4]), ([[0], [2]], [6.0, 7.0], [4])]
    assert dataset.output_types == (tf.int64, tf.float32, tf.int64)
    assert [shape.as_list() for shape in dataset.output_shapes] == [[None, 1], [None], [1]]
    with pytest.raises(TypeError, match="`sparse_tensor` must be a `tf.SparseTensor` object, got "):
        D.from_sparse_tensor_slices([1, 2])


@pytest.mark.parametrize("name", PROGRAMS)
def test_elements(name: str) -> None:
    make, wanted = PROGRAMS[name]
    assert outcomes(make()) == wanted


def test_what_is_known_of_the_elements() -> None:
    def shape(dataset: Any) -> Any:
        return dataset.output_shapes.as_list()

    assert shape(sequences().apply(X.bucket_by_sequence_length(length, [3], [2, 2]))) == [None, None]
    assert shape(sequences().apply(X.bucket_by_sequence_length(length, [3], [2, 2], [10]))) == [None, 10]
    assert shape(sequences().apply(X.dense_to_sparse_batch(3, [10]))) == [None, 10]
    assert shape(D.range(4).apply(C.batch_and_drop_remainder(2))) == [2]
    assert shape(D.range(5).apply(X.scan([1.0], lambda s, x: (tf.concat([s, s], 0), s)))) == [None]
    assert shape(X.choose_from_datasets([D.from_tensors([1]), D.from_tensors([1, 2])], D.range(2))) == [None]


def test_sizes_that_are_fed(graph_mode: Any) -> None:
    size, filler = tf.placeholder(tf.int64, [1]), tf.placeholder(tf.int64, [])
    dataset = D.from_tensor_slices(np.int64([3, 2])).flat_map(
        lambda n: D.range(n).map(lambda x: tf.fill([x], filler * 2)).padded_batch(2, size, filler)
    )
    assert dataset.output_shapes.as_list() == [None, None]
    last = D.from_tensors([1.0]).padded_batch(1, [size[0]])
    iterator, other = dataset.make_initializable_iterator(), last.make_initializable_iterator()
    following = iterator.get_next()
    with tf.Session() as session:
        session.run([iterator.initializer, other.initializer], {size: [4], filler: 7})
        found = [session.run(following).tolist() for _ in range(3)]
        assert found == [[[7] * 4, [14, 7, 7, 7]], [[14, 14, 7, 7]], [[7] * 4, [14, 7, 7, 7]]]
        assert session.run(other.get_next()).tolist() == [[1.0, 0.0, 0.0, 0.0]]


def test_the_only_element() -> None:
    def run(dataset: Any) -> Any:
        found = X.get_single_element(dataset)
        return plain(found if tf.executing_eagerly() else tf.Session().run(found))

    assert run(D.range(3).batch(3)) == [0, 1, 2]
    assert run(D.from_tensors((1, [2.0]))) == (1, [2.0])
    with pytest.raises(tf.errors.InvalidArgumentError, match="Dataset had more than one element"):
        run(D.range(3))
    with pytest.raises(tf.errors.InvalidArgumentError, match="Dataset was empty"):
        run(D.range(0))
    with pytest.raises(TypeError, match="`dataset` must be a `tf.data.Dataset` object, got 3"):
        X.get_single_element(3)


def test_the_only_element_of_what_is_fed(graph_mode: Any) -> None:
    n = tf.placeholder(tf.int64, [])
    total = X.get_single_element(D.range(n).batch(10))
    assert total.op.type == "DatasetToSingleElement"
    with tf.Session() as session:
        assert [session.run(total, {n: k}).tolist() for k in (2, 3)] == [[0, 1], [0, 1, 2]]


def test_records(tmp_path: Any) -> None:
    records = [
        tf.train.Example(features=tf.train.Features(feature={"x": tf.train.Feature(int64_list={"value": [k]})}))
        for k in range(3)
    ]
    dataset = D.from_tensor_slices([record.SerializeToString() for record in records]).batch(2)
    parsed = dataset.apply(X.parse_example_dataset({"x": tf.FixedLenFeature([], tf.int64)}))
    assert outcomes(parsed.map(lambda found: found["x"])) == [[0, 1], [2]]


@pytest.mark.parametrize(
    ("error", "text", "call"),
    [
        (ValueError, "Must pass either window_size or window_size_func", lambda: X.group_by_window(lambda x: x, None)),
        (ValueError, "Must pass either", lambda: X.group_by_window(lambda x: x, None, 1, lambda k: k)),
        (
            ValueError,
            "Tensor conversion requested dtype int64 for Tensor with dtype int32",
            lambda: D.range(3).apply(X.group_by_window(lambda x: tf.cast(x, tf.int32), lambda k, w: w.batch(1), 1)),
        ),
        (
            ValueError,
            "`key_func` must return a single tf.int64 scalar tensor. tf.reduce_max(x)",
            lambda: D.range(3).batch(2).apply(X.group_by_window(lambda x: x, lambda k, w: w.batch(1), 1)),
        ),
        (
            TypeError,
            "`reduce_func` must return a `Dataset` object",
            lambda: D.range(3).apply(X.group_by_window(lambda x: x, lambda k, w: k, 1)),
        ),
        (
            ValueError,
            "len(bucket_batch_sizes) must equal len(bucket_boundaries) + 1, got 2 for 2 boundaries",
            lambda: X.bucket_by_sequence_length(length, [3, 6], [2, 3]),
        ),
        (
            TypeError,
            "The scan function must return a pair comprising the new state and the output value",
            lambda: D.range(3).apply(X.scan(1, lambda state, x: state)),
        ),
        (
            TypeError,
            "The element types for the new state must match the initial state. Expected <dtype: 'int32'>; got <dtype: "
            "'float32'>",
            lambda: D.range(3).apply(X.scan(1, lambda state, x: (2.0, state))),
        ),
        (
            TypeError,
            "only supports inputs with a single `tf.int32`, `tf.int64`, or `tf.string`",
            lambda: D.from_tensor_slices([3.0]).apply(X.unique()),
        ),
        (
            ValueError,
            "`predicate` must return a scalar boolean tensor",
            lambda: D.range(3).apply(X.take_while(lambda x: x)),
        ),
        (
            TypeError,
            "All datasets must have the same type and class",
            lambda: X.choose_from_datasets([D.from_tensors(1), D.from_tensors(1.0)], D.range(2)),
        ),
        (
            TypeError,
            "`choice_dataset` must be a dataset of scalar `tf.int64` tensors",
            lambda: X.choose_from_datasets([D.from_tensors(1)], D.from_tensors(1)),
        ),
        (
            ValueError,
            "`weights` must be a vector of length `len(datasets)`, 2",
            lambda: X.sample_from_datasets([D.range(3), D.range(3)], [1.0]),
        ),
        (
            TypeError,
            "`weights` must be convertible to a tensor of `tf.float32` or `tf.float64` elements",
            lambda: X.sample_from_datasets([D.range(3), D.range(3)], [1, 2]),
        ),
        (
            TypeError,
            "requires an input whose elements have a single component, whereas the input has (tf.int64, tf.int64)",
            lambda: D.zip((D.range(2), D.range(2))).apply(X.dense_to_sparse_batch(3, [3])),
        ),
        (
            tf.errors.DataLossError,
            "Input element had shape ([5]) that is larger than the row shape ([3]). None in row_shape",
            lambda: first(sequences().skip(1).apply(X.dense_to_sparse_batch(1, [3]))),
        ),
        (
            tf.errors.InvalidArgumentError,
            "Input element had shape ([1]) that is incompatible with the row shape ([3, 3])",
            lambda: first(sequences().apply(X.dense_to_sparse_batch(1, [3, 3]))),
        ),
        (
            tf.errors.InvalidArgumentError,
            "Selector index out of range: 3 >= 3",
            lambda: first(X.choose_from_datasets(repeated(2), D.from_tensors(np.int64(3)))),
        ),
        (
            tf.errors.InvalidArgumentError,
            "Window size must be greater than zero, but got 0",
            lambda: first(D.range(3).apply(X.group_by_window(lambda x: x, lambda key, w: w, 0))),
        ),
        (
            tf.errors.InvalidArgumentError,
            "component0: expected rank 2 but got element with rank 1",
            lambda: first(D.from_generator(lambda: iter([[1]]), tf.int64).padded_batch(2, [2, 2])),
        ),
        (
            ValueError,
            "The `num_parallel_batches` and `num_parallel_calls` arguments are mutually exclusive",
            lambda: X.map_and_batch(lambda x: x, 2, 1, num_parallel_calls=2),
        ),
    ],
)  # fmt: skip
def test_errors(error: Any, text: str, call: Any) -> None:
    with pytest.raises(error) as caught:
        call()
    assert text in str(caught.value)


def first(dataset: Any) -> Any:
    if tf.executing_eagerly():
        return next(iter(dataset))
    return tf.Session().run(dataset.make_one_shot_iterator().get_next())


def test_tensors_that_are_no_shapes(graph_mode: Any) -> None:
    with pytest.raises(TypeError, match=r"must be a 1-D tensor of tf.int64 values, but its element type was int32"):
        sequences().padded_batch(2, tf.constant([4]))
    with pytest.raises(ValueError, match=r"must be a 1-D tensor of tf.int64 values, but its shape was \(\)"):
        sequences().padded_batch(2, tf.placeholder(tf.int64, []))
    with pytest.raises(TypeError, match=r"Padding value tensor \(.*\) does not match output type: tf.int64"):
        sequences().padded_batch(2, [4], tf.placeholder(tf.int32, []))
    found = first(sequences().padded_batch(1, tf.shape([1, 2, 3], out_type=tf.int64) + 1))
    assert found.tolist() == [[7, 0, 0, 0]]
