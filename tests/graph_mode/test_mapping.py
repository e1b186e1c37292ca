"""map_fn, scan, foldl and foldr, and TensorArrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fastscope.compat.v1 as tf

X = np.array([[0.3, -1.2], [0.8, 0.1], [-0.5, 1.7]])


def run(fetches: Any, feed_dict: Any = None) -> Any:
    with tf.Session() as session:
        return session.run(fetches, feed_dict)


def gradients_are_right(y: Any, xs: dict[Any, Any]) -> None:
    """Hold tf.gradients to central differences."""
    with tf.Session() as session:
        found = session.run(tf.gradients(y, list(xs)), xs)
        for x, gradient in zip(xs, found, strict=True):
            expected = np.zeros_like(xs[x])
            for place in np.ndindex(expected.shape):
                sides = []
                for step in (1e-6, -1e-6):
                    moved = xs[x].copy()
                    moved[place] += step
                    sides.append(np.sum(session.run(y, {**xs, x: moved})))
                expected[place] = (sides[0] - sides[1]) / 2e-6
            np.testing.assert_allclose(gradient, expected, rtol=2e-6, atol=1e-9)


@pytest.mark.parametrize("rows", [3, None])
def test_map_fn(rows: int | None) -> None:
    x, w = tf.placeholder(tf.float64, [rows, 2]), tf.placeholder(tf.float64, [2])
    y, s = tf.map_fn(lambda row: (tf.tanh(row * w), tf.reduce_sum(row)), x, dtype=(tf.float64, tf.float64))
    assert (y.shape.as_list(), s.shape.as_list()) == ([rows, 2], [rows])
    values = {x: X, w: np.array([1.5, -0.5])}
    found = run([y, s], values)
    np.testing.assert_allclose(found[0], np.tanh(X * values[w]), rtol=1e-12)
    np.testing.assert_allclose(found[1], X.sum(1), rtol=1e-12)
    gradients_are_right(y * 2.0 + s[:, tf.newaxis], values)


def test_map_fn_over_nothing_and_over_several() -> None:
    x = tf.placeholder(tf.float64, [None, 2])
    assert run(tf.map_fn(lambda row: row * 2.0, x), {x: np.zeros([0, 2])}).shape == (0, 2)
    a, b = tf.constant([1, 2]), tf.constant([3, 4])
    assert run(tf.map_fn(lambda e: e["a"] * e["b"], {"a": a, "b": b}, dtype=tf.int32)).tolist() == [3, 8]
    assert tf.map_fn(lambda e: e, a, name="m").name == "m/TensorArrayStack/TensorArrayGatherV3:0"


def test_scan() -> None:
    x, a = tf.placeholder(tf.float64, [None, 2]), tf.placeholder(tf.float64, [2])
    values = {x: X, a: np.array([0.2, -0.3])}
    for reverse in (False, True):
        y = tf.scan(lambda h, row: tf.tanh(h * 0.5 + row), x, initializer=a, reverse=reverse)
        h, expected = values[a], []
        for row in X[::-1] if reverse else X:
            h = np.tanh(h * 0.5 + row)
            expected.append(h)
        np.testing.assert_allclose(run(y, values), expected[::-1] if reverse else expected, rtol=1e-12)
        gradients_are_right(y * tf.constant([[1.0, 2.0], [3.0, -1.0], [0.5, 0.7]], tf.float64), values)
    gradients_are_right(tf.scan(lambda h, row: h * row, x), {x: X})


def test_folds() -> None:
    x = tf.placeholder(tf.float64, [None, 2])
    assert run(tf.foldl(lambda a, row: a - row, x), {x: X}).tolist() == (X[0] - X[1] - X[2]).tolist()
    assert run(tf.foldr(lambda a, row: a - row, x), {x: X}).tolist() == (X[2] - X[1] - X[0]).tolist()
    gradients_are_right(tf.foldr(lambda a, row: tf.sin(a) * row, x), {x: X})
    gradients_are_right(tf.foldl(lambda a, row: a * 0.5 + row * row, x, initializer=tf.ones([2], tf.float64)), {x: X})


def test_what_does_not_fit_is_told() -> None:
    x = tf.constant(X)
    with pytest.raises(TypeError, match="fn must be callable"):
        tf.map_fn(3, x)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="elems must be a 1\\+ dimensional Tensor, not a scalar"):
        tf.scan(lambda a, e: a, tf.constant(1.0))
    with pytest.raises(ValueError, match="elements in elems must be 1\\+ dimensional Tensors, not scalars"):
        tf.map_fn(lambda e: e, [1, 2])
    with pytest.raises(ValueError, match="is a sequence, while substructure"):
        tf.map_fn(lambda e: (e, e), x)
    wrong = tf.map_fn(lambda e: tf.cast(e, tf.float32), x)
    with pytest.raises(tf.errors.InvalidArgumentError, match="TensorArray dtype is double but Op is trying to write"):
        run(wrong)


# ---- TensorArrays


def test_an_array_that_is_written_in_a_loop_and_read_in_it() -> None:
    """Fibonacci's numbers times x: what was written is read, twice each."""
    x = tf.placeholder(tf.float64, [])
    start = tf.TensorArray(tf.float64, 8, clear_after_read=False).write(0, x).write(1, tf.square(x))
    array = tf.while_loop(
        lambda i, a: i < 8, lambda i, a: (i + 1, a.write(i, a.read(i - 1) + a.read(i - 2))), [2, start]
    )[1]
    y = array.stack()
    assert y.shape.as_list() == [None]
    assert run(y, {x: 3.0}).tolist() == [3, 9, 12, 21, 33, 54, 87, 141]
    gradients_are_right(y, {x: np.array(1.5)})


def test_each_way_in_and_out_of_an_array_and_its_gradients() -> None:
    x = tf.placeholder(tf.float64, [3, 2])
    row = tf.placeholder(tf.float64, [2])
    values = {x: X, row: np.array([0.7, -0.9])}

    def array() -> Any:
        return tf.TensorArray(tf.float64, 4, clear_after_read=False).scatter([2, 0, 3], x).write(1, row * row)

    gradients_are_right(array().gather([1, 2, 2, 0]) ** 3, values)
    gradients_are_right(array().stack() ** 2 + array().read(1), values)
    gradients_are_right(tf.TensorArray(tf.float64, 3).unstack(x).concat() * tf.concat([row, row, row], 0), values)
    split = tf.TensorArray(tf.float64, 2, infer_shape=False).split(x, [1, 2])
    gradients_are_right(tf.reduce_prod(split.read(1)) * row, values)


def test_second_derivatives_through_an_array() -> None:
    x = tf.placeholder(tf.float64, [3])
    y = tf.TensorArray(tf.float64, 3).unstack(x * x * x).stack()
    (first,) = tf.gradients(y, x)
    (second,) = tf.gradients(first, x)
    value = np.array([1.0, 2.0, -3.0])
    np.testing.assert_allclose(run([first, second], {x: value}), [3 * value**2, 6 * value], rtol=1e-12)


def test_an_array_out_of_a_branch() -> None:
    pred, x = tf.placeholder(tf.bool, []), tf.placeholder(tf.float64, [2])
    array = tf.TensorArray(tf.float64, 2)
    array = tf.cond(pred, lambda: array.write(0, x), lambda: array.write(1, x * 3.0))
    y = array.stack()
    value = np.array([1.0, 2.0])
    (g,) = tf.gradients(y * y, x)
    with tf.Session() as session:
        assert session.run(y, {pred: False, x: value}).tolist() == [[0, 0], [3, 6]]
        assert session.run([y, g], {pred: True, x: value})[1].tolist() == [2, 4]
        assert session.run([y, g], {pred: False, x: value})[1].tolist() == [18, 36]


def test_each_run_begins_with_an_empty_array() -> None:
    x = tf.placeholder(tf.float32, [])
    y = tf.TensorArray(tf.float32, 2).write(0, x).write(1, x + 1.0).stack()
    with tf.Session() as session:
        assert [session.run(y, {x: k}).tolist() for k in (1.0, 5.0)] == [[1, 2], [5, 6]]


def test_names_and_what_is_known() -> None:
    array = tf.TensorArray(tf.float32, 3, name="ta")
    assert (array.handle.name, array.handle.dtype.name, array.flow.name) == ("ta:0", "resource", "ta:1")
    array = array.write(0, [1.0, 2.0])
    assert array.flow.name == "TensorArrayWrite/TensorArrayWriteV3:0"
    assert array.stack().name == "TensorArrayStack/TensorArrayGatherV3:0"
    assert array.read(0).shape.as_list() == [2]
    assert array.element_shape.as_list() == [2]
    assert (array.identity().read(0).name, array.dtype) == ("TensorArrayReadV3_1:0", tf.float32)
    grown = tf.TensorArray(tf.float32, 0, dynamic_size=True).write(4, 1.0)
    assert run([array.size(), grown.size()]) == [3, 5]


@pytest.mark.parametrize(
    ("words", "make"),
    [
        ("Tried to write to index 2 but array is not resizeable and size is: 2", lambda a: a.write(2, 1.0).stack()),
        ("Could not write to TensorArray index 0 because", lambda a: a.write(0, 1.0).write(0, 2.0).stack()),
        ("Could not read index 0 twice because it was", lambda a: [w := a.write(0, 1.0), w.read(0) + w.read(0)][1]),
        ("Tried to read from index 5 but array size is: 2", lambda a: a.read(5)),
        ("Could not read from TensorArray index 1. Furthermore, the element", lambda a: a.read(1)),
        (
            "dtype is float but Op is trying to write dtype int32",
            lambda a: a.write(0, tf.constant(1)).stack(),
        ),
    ],
)
def test_what_goes_wrong_when_it_runs(words: str, make: Any) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        run(make(tf.TensorArray(tf.float32, 2)))
    assert words in str(caught.value)


def test_what_goes_wrong_when_it_is_written() -> None:
    with pytest.raises(ValueError, match="Size must be provided if handle is not provided"):
        tf.TensorArray(tf.float32)
    with pytest.raises(ValueError, match=r"Inconsistent shapes: saw \(1,\) but expected \(\)"):
        tf.TensorArray(tf.float32, 2).write(0, 1.0).write(1, [1.0])
    with pytest.raises(NotImplementedError, match="the gradient of a TensorArray is no TensorArray here"):
        tf.TensorArray(tf.float32, 2).grad("gradients")
    with pytest.raises(tf.errors.UnimplementedError, match="has size zero, but element shape <unknown> is not fully"):
        run(tf.TensorArray(tf.float32, 0).stack())


def test_static_shapes_come_together() -> None:
    array = tf.TensorArray(tf.float32, 6)
    for sizes, known in (
        ([None, None, 3], [None, None, 3]),
        ([None] * 3, [None, None, 3]),
        ([2, None, 3], [2, None, 3]),
    ):
        array = array.write(0, tf.placeholder(tf.float32, sizes))
        assert array.read(0).shape.as_list() == known
    array = array.split(tf.placeholder(tf.float32, [4, 5, 3]), tf.constant([2, 2]))
    assert array.element_shape.as_list() == [2, 5, 3]
    uneven = tf.TensorArray(tf.float32, 0, dynamic_size=True).split(tf.ones([3, 2]), [1, 2])
    assert uneven.read(0).shape.rank is None


def test_an_empty_array_has_the_shape_that_it_was_told() -> None:
    array = tf.TensorArray(tf.float32, 0)
    array.unstack(tf.zeros([0, 3, 5])).mark_used()
    stacked, joined = run([array.stack(), array.concat()])
    assert (stacked.shape, joined.shape) == ((0, 3, 5), (0, 5))


def test_an_array_of_texts_and_lengths_of_any_integers() -> None:
    texts = tf.TensorArray(tf.string, 3).unstack(["a", "b", "c"])
    parts = tf.TensorArray(tf.float32, 2).split(
        tf.constant([1.0, 2.0, 3.0]), tf.placeholder_with_default(np.int64([2, 1]), [2])
    )
    found = run([texts.read(1), parts.read(0), parts.close()])
    assert found[0] == b"b" and found[1].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda a: a(2).write(0, 3.0).write(1, [4.0]).concat(), "Concat saw a scalar shape at index 0 but requires at"),
        (lambda a: a(2).write(0, [3.0]).write(1, [[4.0]]).concat(), "inconsistent shapes.  Index 0 has (excepting"),
        (lambda a: a(2).split([1.0, 2.0], [1]).flow, "Expected sum of lengths to be equal to values.shape[0], but sum"),
        (lambda a: a(2).split([1.0, 2.0], 1).flow, "Expected lengths to be a vector, received shape: []"),
        (lambda a: a(1).split(1.0, [1]).flow, "Expected value to be at least a vector, but received shape: []"),
        (lambda a: a(2).split([1.0], [1]).flow, "size is not equal to the size of lengths (2 vs. 1), and the"),
    ],
)
def test_what_does_not_join_or_split(make: Any, words: str) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        run(make(lambda size: tf.TensorArray(tf.float32, size, infer_shape=False)))
    assert words in str(caught.value)
