"""tf.data: elements, structures and iterators as in TensorFlow 1.15; the answers were recorded from it."""

from __future__ import annotations

import collections
import gzip
import tempfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope as tf

D: Any = tf.data.Dataset
P = collections.namedtuple("P", "a b")
FOLDER = tempfile.TemporaryDirectory()


def listed(dataset: Any) -> list[Any]:
    """The elements, as plain Python; read by an iterator where there is a graph."""
    if tf.executing_eagerly():
        return [plain(element) for element in dataset]
    following, found = dataset.make_one_shot_iterator().get_next(), []
    with tf.Session() as session:
        try:
            while True:
                found.append(plain(session.run(following)))
        except tf.errors.OutOfRangeError:
            return found


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        items = [plain(item) for item in value]
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    return np.asarray(value).tolist()


def written(data: bytes) -> str:
    """The path of a file with these bytes."""
    with tempfile.NamedTemporaryFile(dir=FOLDER.name, delete=False) as file:
        file.write(data)
    return file.name


@pytest.fixture(params=["at once", "graph"])
def mode(request: pytest.FixtureRequest) -> str:
    if request.param == "graph":
        request.getfixturevalue("graph_mode")
    return str(request.param)


PROGRAMS: list[tuple[Any, list[Any]]] = [
    (lambda r: r.take(2), [0, 1]),
    (lambda r: r.take(-1).skip(4), [4, 5]),
    (lambda r: r.skip(-1), []),
    (lambda r: r.batch(4), [[0, 1, 2, 3], [4, 5]]),
    (lambda r: r.batch(4, drop_remainder=True), [[0, 1, 2, 3]]),
    (lambda r: D.zip((r.take(2), r.skip(3))), [(0, 3), (1, 4)]),
    (lambda r: D.zip({"a": r.take(2), "b": r}), [{"a": 0, "b": 0}, {"a": 1, "b": 1}]),
    (lambda r: r.take(2).concatenate(D.range(1)), [0, 1, 0]),
    (lambda r: D.from_tensors([1, 2]), [[1, 2]]),
    (lambda r: D.from_tensors(np.arange(3)).batch(2), [[[0, 1, 2]]]),
    (lambda r: r.take(3).flat_map(lambda x: D.range(x)), [0, 0, 1]),
    (lambda r: r.shard(2, 1), [1, 3, 5]),
    (lambda r: r.prefetch(1).with_options(None).take(1), [0]),
    (lambda r: r.take(3).padded_batch(3, []), [[0, 1, 2]]),
    (lambda r: D.range(2).repeat(2), [0, 1, 0, 1]),
    (lambda r: D.range(3).repeat().take(5), [0, 1, 2, 0, 1]),
    (lambda r: D.range(0).repeat(), []),
    (lambda r: D.range(3).cache().repeat(2), [0, 1, 2, 0, 1, 2]),
    (lambda r: D.range(5, 1, -2), [5, 3]),
    (lambda r: r.take(4).window(2).flat_map(lambda w: w.batch(2)), [[0, 1], [2, 3]]),
    (
        lambda r: D.range(10).window(3, shift=2, stride=2, drop_remainder=True).flat_map(lambda w: w.batch(3)),
        [[0, 2, 4], [2, 4, 6], [4, 6, 8]],
    ),
    (lambda r: D.range(7).window(1, shift=3).flat_map(lambda w: w), [0, 3, 6]),
    (lambda r: r.map(lambda x: x * x, num_parallel_calls=2).filter(lambda x: x > 4), [9, 16, 25]),
    (lambda r: r.take(2).map(lambda x: {"k": (x, x + 1)}), [{"k": (0, 1)}, {"k": (1, 2)}]),
    (lambda r: r.take(2).map(lambda x: [x, x + 1]), [(0, 1), (1, 2)]),
    (lambda r: r.take(2).enumerate(5), [(5, 0), (6, 1)]),
    (lambda r: r.batch(2).apply(tf.data.experimental.unbatch()), [0, 1, 2, 3, 4, 5]),
    (lambda r: r.apply(tf.data.experimental.map_and_batch(lambda x: x * 2, 3)), [[0, 2, 4], [6, 8, 10]]),
    (lambda r: r.apply(tf.data.experimental.shuffle_and_repeat(6, count=1, seed=1)).batch(6), [[3, 5, 0, 4, 1, 2]]),
    (lambda r: r.apply(tf.data.experimental.prefetch_to_device("/gpu:0")).take(1), [0]),
    (
        lambda r: D.range(4).interleave(lambda x: D.from_tensors(x).repeat(3), cycle_length=2, block_length=2),
        [0, 0, 1, 1, 0, 1, 2, 2, 3, 3, 2, 3],
    ),
    (
        lambda r: r.interleave(lambda x: D.from_tensors(x).repeat(x), cycle_length=3),
        [1, 2, 3, 2, 3, 4, 3, 4, 5, 4, 5, 4, 5, 5, 5],
    ),
    (
        lambda r: D.from_tensor_slices(P([1, 2], {"x": [3, 4], "w": [5.0, 6.0]})),
        [P(1, {"x": 3, "w": 5.0}), P(2, {"x": 4, "w": 6.0})],
    ),
    (lambda r: D.from_tensor_slices(np.array(["a", "b"])), [b"a", b"b"]),
    (lambda r: D.from_generator(lambda: iter([1, 2]), tf.int32), [1, 2]),
    (lambda r: D.from_generator(lambda n: iter(range(n)), tf.int64, args=(3,)), [0, 1, 2]),
    (
        lambda r: D.from_generator(lambda: ((i, [float(i)] * 2) for i in range(2)), (tf.int32, tf.float32), ([], [2])),
        [(0, [0.0, 0.0]), (1, [1.0, 1.0])],
    ),
    (
        lambda r: D.from_generator(lambda: iter([[1], [2, 3]]), tf.int32, [None]).padded_batch(2, [3], -1),
        [[[1, -1, -1], [2, 3, -1]]],
    ),
    (
        lambda r: D.from_generator(
            lambda: iter([([1], "a"), ([1, 2], "bc")]), (tf.int32, tf.string), ([None], [])
        ).padded_batch(3, ([None], []), padding_values=(9, "")),
        [([[1, 9], [1, 2]], [b"a", b"bc"])],
    ),
    (lambda r: D.from_tensor_slices({"a": [[1], [2]]}).padded_batch(2, {"a": [-1]}), [{"a": [[1], [2]]}]),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_elements(mode: str, number: int) -> None:
    make, wanted = PROGRAMS[number]
    assert listed(make(D.range(6))) == wanted


def test_reduce(mode: str) -> None:
    total = D.range(5).reduce((np.int64(0), np.int64(1)), lambda state, x: (state[0] + x, state[1]))
    found = total if mode == "at once" else tf.Session().run(total)
    assert plain(found) == (10, 1)


def test_a_function_is_recorded_once(mode: str) -> None:
    calls = []

    def double(x: Any) -> Any:
        calls.append(x)
        return x * 2

    assert listed(D.range(5).map(double)) == [0, 2, 4, 6, 8] and len(calls) == 1


def test_what_an_element_is() -> None:
    dataset = D.from_tensors((np.int32(1), {"a": np.float32(2)}))
    assert repr(dataset) == "<DatasetV1Adapter shapes: ((), {a: ()}), types: (tf.int32, {a: tf.float32})>"
    assert dataset.output_types == (tf.int32, {"a": tf.float32}) and dataset.output_classes[1]["a"].__name__ == "Tensor"
    assert tf.data.get_output_types(D.range(2)) == tf.int64 and tf.data.get_output_shapes(D.range(2)).as_list() == []
    assert tf.data.get_output_classes(D.range(2)) is dataset.output_classes[0] and dataset.element_spec[0].dims == ()
    assert D.range(3).batch(2).output_shapes.as_list() == [None]
    assert D.range(3).batch(2, True).output_shapes.as_list() == [2]
    assert D.from_tensor_slices([[1, 2], [3, 4]]).padded_batch(2, [None]).output_shapes.as_list() == [None, None]
    assert D.range(2).concatenate(D.from_tensors(np.array([1]))).output_shapes.ndims is None
    assert D.range(2).window(2).output_classes is tf.data.Dataset
    assert "Dataset" in repr(D.range(2).window(2))


def raises(reason: Exception) -> Any:
    """Return a generator function that raises after one element."""

    def generator() -> Any:
        yield 1
        raise reason

    return generator


@pytest.mark.parametrize(
    ("error", "text", "call"),
    [
        (ValueError, "has insufficient rank for batching.", lambda: D.from_tensor_slices(1.0)),
        (
            ValueError,
            "Dimensions 3 and 2 are not compatible",
            lambda: D.from_tensor_slices((np.arange(3), np.arange(2))),
        ),
        (
            TypeError,
            "Unsupported return value from function passed to Dataset.map(): None.",
            lambda: D.range(2).map(lambda x: None),
        ),
        (
            ValueError,
            "`predicate` return type must be convertible to a scalar boolean",
            lambda: D.range(3).filter(lambda x: x),
        ),
        (TypeError, "`map_func` must return a `Dataset` object. Got", lambda: D.range(3).flat_map(lambda x: x)),
        (
            TypeError,
            "The argument to `Dataset.zip()` must be a nested structure",
            lambda: D.zip([D.range(2), D.range(2)]),
        ),
        (
            TypeError,
            "Two datasets to concatenate have different types",
            lambda: D.range(2).concatenate(D.from_tensors(1.0)),
        ),
        (ValueError, "batch_size: Shape must be rank 0 but is rank 1", lambda: D.range(3).batch([1])),
        (tf.errors.InvalidArgumentError, "Batch size must be greater than zero", lambda: listed(D.range(3).batch(0))),
        (
            tf.errors.InvalidArgumentError,
            "buffer_size must be greater than zero",
            lambda: listed(D.range(3).shuffle(0)),
        ),
        (
            ValueError,
            "The padded shape (0,) is not compatible with the corresponding input component",
            lambda: D.from_tensor_slices([[1], [2]]).padded_batch(2, [0]),
        ),
        (
            TypeError,
            "Padding value tensor (3.0) does not match output type",
            lambda: D.range(3).padded_batch(2, [], 3.0),
        ),
        (
            tf.errors.DataLossError,
            "Attempted to pad to a smaller size than the input element",
            lambda: listed(D.from_generator(lambda: iter([[1, 2]]), tf.int32, [None]).padded_batch(2, [1])),
        ),
        (
            tf.errors.InvalidArgumentError,
            "in component 0. First element had shape [1] and element 1 had shape [2]",
            lambda: listed(D.from_generator(lambda: iter([[1], [2, 3]]), tf.int32, [None]).batch(2)),
        ),
        (TypeError, "`generator` must be callable.", lambda: D.from_generator([1], tf.int32)),
        (
            tf.errors.InvalidArgumentError,
            "The expected type was int32, but the yielded element was a.",
            lambda: listed(D.from_generator(lambda: iter(["a"]), tf.int32)),
        ),
        (
            tf.errors.InvalidArgumentError,
            "yielded an element of shape (2,) where an element of shape (3,) was expected.",
            lambda: listed(D.from_generator(lambda: iter([[1, 2]]), tf.int32, [3])),
        ),
        (
            tf.errors.InvalidArgumentError,
            "that did not match the expected structure. The expected structure was (tf.int32,), but",
            lambda: listed(D.from_generator(lambda: iter([(1, 2)]), (tf.int32,))),
        ),
        (
            tf.errors.UnknownError,
            "ZeroDivisionError: division by zero\nThe function that was given to Dataset.from_generator raised it.",
            lambda: listed(D.from_generator(lambda: 1 / 0, tf.int32)),
        ),
        *(
            (
                error,
                f"{type(reason).__name__}: n\n",
                lambda reason=reason: listed(D.from_generator(raises(reason), tf.int32)),
            )
            for error, reason in (
                (tf.errors.InvalidArgumentError, ValueError("n")),
                (tf.errors.InvalidArgumentError, TypeError("n")),
                (tf.errors.ResourceExhaustedError, MemoryError("n")),
                (tf.errors.UnimplementedError, NotImplementedError("n")),
                (tf.errors.UnknownError, OSError("n")),
                (tf.errors.UnknownError, tf.errors.OutOfRangeError(None, None, "n")),
            )
        ),
        (
            tf.errors.UnknownError,
            "RuntimeError: generator raised StopIteration\n",
            lambda: listed(D.from_generator(raises(StopIteration()), tf.int32)),
        ),
        (
            tf.errors.NotFoundError,
            "No such file or directory",
            lambda: listed(tf.data.TextLineDataset("/no/such/file")),
        ),
        (
            tf.errors.InvalidArgumentError,
            "has body length 7 bytes, which is not an exact multiple of the record length (2 bytes). Check",
            lambda: listed(tf.data.FixedLengthRecordDataset(written(b"H1234567F"), 2, 1, 1)),
        ),
        (
            tf.errors.InvalidArgumentError,
            "header (1 bytes) and footer (1 bytes)",
            lambda: listed(tf.data.FixedLengthRecordDataset(written(b"H"), 2, 1, 1)),
        ),
        (tf.errors.InvalidArgumentError, "No files matched pattern", lambda: listed(D.list_files("/no/such/*"))),
    ],
)
def test_errors(mode: str, error: Any, text: str, call: Any) -> None:
    with pytest.raises(error) as caught:
        call()
    assert text in str(caught.value)


def test_files(mode: str, tmp_path: Path) -> None:
    for k in range(2):
        (tmp_path / f"f{k}").write_bytes(f"a{k}\nb{k}\r\n".encode())
    names = [str(tmp_path / f"f{k}") for k in range(2)]
    lines = tf.data.TextLineDataset
    assert listed(lines(names)) == [b"a0", b"b0", b"a1", b"b1"] == listed(lines(D.from_tensor_slices(names)))
    assert listed(D.list_files(str(tmp_path / "f*"), shuffle=False)) == [name.encode() for name in names]
    assert sorted(listed(D.list_files(str(tmp_path / "f*"), seed=1))) == [name.encode() for name in names]
    assert listed(D.from_tensor_slices(names).flat_map(lambda name: lines(name).skip(1))) == [b"b0", b"b1"]
    assert listed(tf.data.FixedLengthRecordDataset(names[0], 3, 1, 3)) == [b"0\nb"]
    (tmp_path / "z").write_bytes(gzip.compress(b"x\ny"))
    assert listed(lines(str(tmp_path / "z"), "GZIP")) == [b"x", b"y"]
    (tmp_path / "z").write_bytes(zlib.compress(b"x\ny"))
    assert listed(lines(str(tmp_path / "z"), "ZLIB")) == [b"x", b"y"]
    with tf.python_io.TFRecordWriter(str(tmp_path / "r")) as writer:
        writer.write(b"one")
        writer.write(b"two")
    assert listed(tf.data.TFRecordDataset([str(tmp_path / "r")])) == [b"one", b"two"]


# ---- errors, and what comes behind them


def outcomes(dataset: Any) -> list[Any]:
    """The elements, and "ERR" for each error; 12 at most."""
    following, found = dataset.make_one_shot_iterator().get_next(), []
    with tf.Session() as session:
        while len(found) < 12:
            try:
                found.append(plain(session.run(following)))
            except tf.errors.OutOfRangeError:
                break
            except tf.errors.OpError:
                found.append("ERR")
    return found


def numbers(texts: str, function: Any = tf.string_to_number) -> Any:
    return D.from_tensor_slices([text.encode() for text in texts]).map(function)


def by_python(text: Any) -> Any:
    return tf.py_func(lambda t: np.float32(t), [text], tf.float32)


def yields() -> Any:
    yield 0
    yield "x"
    yield 2


E = "ERR"
BROKEN: list[tuple[Any, list[Any]]] = [
    (lambda: numbers("1x34"), [1, E, 3, 4]),
    (lambda: numbers("1x34").map(lambda x: x * 2, num_parallel_calls=2), [2, E, 6, 8]),
    (lambda: numbers("1x34").prefetch(2), [1, E, 3, 4]),
    (lambda: numbers("1x34").repeat(2), [1, E, 3, 4, 1, E, 3, 4]),
    (lambda: numbers("x").repeat(3), [E, E, E]),
    (lambda: D.from_tensor_slices([b"1", b"x", b"3"]).filter(lambda s: tf.string_to_number(s) > 1), [E, b"3"]),
    (lambda: numbers("1x34567").batch(3), [E, [4, 5, 6], [7]]),
    (lambda: numbers("1x34567").batch(3, drop_remainder=True), [E, [4, 5, 6]]),
    (lambda: numbers("12x").batch(2), [[1, 2], E]),
    (lambda: numbers("1x34567").prefetch(1).batch(3), [E, [3, 4, 5], [6, 7]]),
    (lambda: numbers("1x34567").padded_batch(3, []), [E, [3, 4, 5], [6, 7]]),
    (lambda: numbers("1x34567").apply(tf.data.experimental.map_and_batch(lambda x: x, 2)), [E, [3, 4], [5, 6], [7]]),
    (
        lambda: D.from_tensor_slices([b"1,2", b"x,3", b"4,5"]).map(lambda s: tf.decode_csv(s, [[0], [0]])).batch(1),
        [([1], [2]), E, ([4], [5])],
    ),
    (lambda: numbers("1x34", by_python).shuffle(1, seed=1), [1, E, 3, 4]),
    (lambda: numbers("1x34567").shuffle(3, seed=1), [E, 3, 5, 1, 7, 4, 6]),
    (lambda: numbers("x12").shuffle(3, seed=1), [E, 1, 2]),
    (lambda: numbers("x1").shuffle(1, seed=1).repeat(2), [E, 1, E, 1]),
    (lambda: numbers("x").shuffle(4, seed=1).repeat(2), [E, E]),
    (lambda: numbers("1x34567").take(3), [1, E, 3, 4]),
    (lambda: numbers("1x34567").skip(3), [E, 5, 6, 7]),
    (lambda: numbers("1x34567").shard(2, 0), [1, E, 4, 6]),
    (lambda: numbers("1x34").cache().repeat(2), [1, E, 3, 4, 1, 3, 4]),
    (lambda: numbers("1x").concatenate(numbers("x2")), [1, E, E, 2]),
    (lambda: D.zip((D.range(9), numbers("1x3"))), [(0, 1), E, (2, 3)]),
    (lambda: D.zip((numbers("1x3"), D.range(9))), [(1, 0), E, (3, 1)]),
    (lambda: D.range(3).interleave(lambda i: numbers("1x34"), 2, 2), [1, E, 3, 1, E, 3, 4, 4, 1, E, 3, 4]),
    (lambda: numbers("1x34").interleave(lambda x: D.from_tensors(x).repeat(2), 2), [1, E, 3, 1, 3, 4, 4]),
    (lambda: D.from_tensor_slices([1, 0, 2]).flat_map(lambda n: D.from_tensors(1).map(lambda k: k // n)), [1, E, 0]),
    (lambda: numbers("1x34567").batch(2).unbatch(), [E, 3, 4, 5, 6, 7]),
    (lambda: numbers("1x345").window(3, 1, 1, True).flat_map(lambda w: w.batch(3)), [E, E, [3, 4, 5]]),
    (lambda: numbers("1x3x56").window(2, 2, 2).flat_map(lambda w: w.batch(2)), [[1, 3], [3, 5], [5]]),
    (lambda: numbers("123x56").window(1, 3, 1, True).flat_map(lambda w: w.batch(1)), [[1], E]),
    (lambda: D.from_generator(yields, tf.int64), [0, E, 2]),
    (lambda: D.from_generator(lambda: (1 // k for k in (1, 0, 1)), tf.int64), [1, E]),
    (lambda: tf.data.TextLineDataset([written(b"a"), "/no/such/file"]), [b"a", *[E] * 11]),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(BROKEN)))
def test_an_iterator_goes_on_after_an_error(graph_mode: Any, number: int) -> None:
    make, expected = BROKEN[number]
    assert outcomes(make()) == expected


def test_an_iterator_of_what_is_computed_at_once_goes_on_too() -> None:
    elements = iter(numbers("1x3"))
    assert next(elements) == 1
    with pytest.raises(tf.errors.InvalidArgumentError):
        next(elements)
    assert [plain(element) for element in elements] == [3]


def test_a_damaged_record_leads_to_the_next_file(graph_mode: Any, tmp_path: Path) -> None:
    whole, damaged = str(tmp_path / "whole"), str(tmp_path / "damaged")
    with tf.python_io.TFRecordWriter(whole) as writer:
        for record in (b"one", b"two", b"three"):
            writer.write(record)
    data = bytearray(Path(whole).read_bytes())
    data[32] ^= 1
    Path(damaged).write_bytes(data)
    assert outcomes(tf.data.TFRecordDataset([damaged, whole])) == [b"one", E, b"one", b"two", b"three"]


# ---- order


def test_orders_are_tensorflow_s(mode: str) -> None:
    assert listed(D.range(10).shuffle(10, seed=1).batch(10).repeat(2)) == [
        [0, 9, 5, 1, 2, 7, 3, 8, 6, 4], [8, 9, 7, 5, 4, 6, 2, 1, 0, 3],
    ]  # fmt: skip
    assert (
        listed(D.range(10).shuffle(10, seed=1, reshuffle_each_iteration=False).batch(10).repeat(2))
        == [[7, 9, 3, 6, 5, 1, 8, 4, 0, 2]] * 2
    )
    assert listed(D.range(4).shuffle(4, seed=1).repeat(2).batch(8)) == [[3, 0, 1, 2, 1, 3, 2, 0]]
    assert listed(D.range(0).shuffle(4, seed=1).repeat()) == []
    assert sorted(listed(D.range(9).shuffle(4))) == list(range(9))


# ---- iterators


def test_an_iterator_of_what_is_computed_at_once() -> None:
    iterator = tf.data.make_one_shot_iterator(D.range(2))
    assert iterator.get_next() == 0 and list(iterator) == [1]
    with pytest.raises(tf.errors.OutOfRangeError, match="End of sequence"):
        iterator.get_next()
    assert list(tf.data.make_initializable_iterator(D.range(2))) == [0, 1]


def test_one_shot(graph_mode: Any) -> None:
    iterator = D.range(3).make_one_shot_iterator()
    one, two = iterator.get_next(), iterator.get_next(name="foo")
    assert (one.name, two.name) == ("IteratorGetNext:0", "foo:0") and iterator.output_types == tf.int64
    assert iterator.output_shapes.as_list() == [] and iterator.output_classes.__name__ == "Tensor"
    with tf.Session() as session:
        assert sorted(session.run([one, two])) == [0, 1] and session.run(one) == 2
        with pytest.raises(tf.errors.OutOfRangeError, match="End of sequence"):
            session.run(one)
    with pytest.raises(ValueError, match="Iterator does not have an initializer"):
        iterator.initializer
    for what, name in ((tf.placeholder(tf.int64, []), "placeholder"), (tf.Variable(np.int64(3)), "stateful node")):
        with pytest.raises(ValueError, match=f"Cannot capture a {name} .name:"):
            D.range(2).map(lambda x, what=what: x + what).make_one_shot_iterator()
    for thing in (D.range(2), iterator):
        with pytest.raises(RuntimeError, match="is only supported inside of tf.function or when eager"):
            iter(thing)


def test_initializable(graph_mode: Any) -> None:
    values, n = tf.placeholder(tf.int64, [None]), tf.placeholder(tf.int64, [])
    offset = tf.Variable(np.int64(10))
    iterator = D.from_tensor_slices(values).map(lambda x: x + offset).repeat(n).make_initializable_iterator()
    following = iterator.get_next()
    with tf.Session() as session:
        with pytest.raises(tf.errors.FailedPreconditionError, match="the iterator has not been initialized"):
            session.run(following)
        session.run(offset.initializer)
        session.run(iterator.initializer, {values: [1, 2], n: 1})
        assert session.run(following) == 11
        session.run(offset.assign(20))  # the iterator has the value of its beginning, as the pass goes on
        assert session.run(following) == 12
        session.run(iterator.initializer, {values: [7], n: 2})
        assert [session.run(following), session.run(following)] == [27, 27]


def test_structures_and_handles(graph_mode: Any) -> None:
    one, two = D.range(2), D.range(10, 13)
    iterator = tf.data.Iterator.from_structure(one.output_types, one.output_shapes)
    following, begin = iterator.get_next(), [iterator.make_initializer(each) for each in (one, two)]
    handle = tf.placeholder(tf.string, [])
    fed = tf.data.Iterator.from_string_handle(handle, tf.int64, []).get_next()
    shots = [each.make_one_shot_iterator() for each in (one, two)]
    with tf.Session() as session:
        session.run(begin[0])
        assert session.run(following) == 0
        session.run(begin[1])
        assert session.run(following) == 10
        handles = session.run([shot.string_handle() for shot in shots])
        assert [session.run(fed, {handle: handles[k]}) for k in (0, 1, 0, 1)] == [0, 10, 1, 11]
        with pytest.raises(tf.errors.InvalidArgumentError, match="is no handle of an iterator"):
            session.run(fed, {handle: "other"})
    with pytest.raises(TypeError, match="Expected output types tf.int64 but got dataset with output types tf.float32"):
        iterator.make_initializer(D.from_tensors(np.float32(1)))
    with pytest.raises(TypeError, match="Expected output shapes compatible with TensorShape"):
        tf.data.Iterator.from_structure(tf.int64, [2]).make_initializer(D.range(3))


def test_sizes_can_be_tensors(graph_mode: Any) -> None:
    n = tf.placeholder(tf.int64, [])
    dataset = D.range(n).skip(n - 4).batch(n // 2).take(tf.constant(1, tf.int64)).shuffle(n)
    iterator = dataset.make_initializable_iterator()
    following = iterator.get_next()
    with tf.Session() as session:
        session.run(iterator.initializer, {n: 6})
        assert session.run(following).tolist() == [2, 3, 4]
    with pytest.raises(ValueError, match="batch_size: Shape must be rank 0"):
        D.range(3).batch(tf.placeholder(tf.int64, [1]))


def test_loops_and_python_inside_a_function(graph_mode: Any) -> None:
    def function(x: Any) -> Any:
        return tf.cond(x > 0, lambda: tf.py_func(lambda a: a * 2, [x], tf.int64), lambda: -x)

    assert listed(D.range(-1, 3).map(function)) == [1, 0, 2, 4]
