"""Variables: an array with a name, a buffer that stays, and first values that depend on the name alone."""

from __future__ import annotations

import gc
import inspect
import itertools
import weakref
from typing import Any

import numpy as np
import pytest

import fastscope as tf


def address(v: Any) -> int:
    return int(v.array.__array_interface__["data"][0])


# ---- the buffer


def test_the_buffer_never_moves() -> None:
    v = tf.get_variable("v", [2, 3], initializer=tf.zeros_initializer())
    at, view = address(v), v.array
    v.assign([[1, 2, 3], [4, 5, 6]])
    v.assign_add(np.full([2, 3], 10.0, np.float32))
    v.assign_sub([[1, 1, 1], [2, 2, 2]])
    assert view.tolist() == [[10, 11, 12], [12, 13, 14]]
    v.load([[0, 1, 2], [3, 4, 5]], tf.Session())
    v.initializer.run()
    tf.Session().run(tf.global_variables_initializer())
    np.add(v, 7, out=v)
    assert (address(v), view is v.array, view.tolist()) == (at, True, [[7] * 3] * 2)


def test_each_write_raises_the_version_by_one() -> None:
    v = tf.Variable([1.0, 2.0])
    seen = [v.version]
    writes = [lambda: v.assign([3, 4]), lambda: v.assign_add([1, 1]), v.initializer.run, lambda: np.add(v, 1, out=v)]
    for write in writes:
        write()
        seen.append(v.version)
    assert [b - a for a, b in itertools.pairwise(seen)] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ([1.0, 2.0, 3.0], ValueError),
        ([[1.0, 2.0]], ValueError),
        (5.0, ValueError),
        ([1.0, "two"], TypeError),
        ([1.0, [2.0]], ValueError),
        ([1j, 2.0], TypeError),
        (np.array([True, False]), TypeError),
        (object(), (TypeError, ValueError)),
    ],
)
@pytest.mark.parametrize("write", ["assign", "assign_add", "assign_sub", "load"])
def test_a_bad_value_changes_nothing(write: str, value: Any, error: Any) -> None:
    v = tf.Variable([1.5, 2.5], name="v")
    version = v.version
    with pytest.raises(error):
        getattr(v, write)(value)
    assert (v.numpy().tolist(), v.version) == ([1.5, 2.5], version)


def test_a_ragged_value_is_named() -> None:
    with pytest.raises(ValueError, match="Give nested lists of equal lengths"):
        tf.Variable([1.0, 2.0]).load([[1], [2, 3]])


def test_an_integer_variable_takes_no_floats() -> None:
    n = tf.Variable([1, 2])
    with pytest.raises(TypeError):
        n.assign([0.5, 1.0])
    for large in (np.array([2**40, 1]), [2**40, 1]):
        with pytest.raises(OverflowError, match="got 1099511627776"):
            n.assign(large)
    assert (n.dtype.name, n.assign_add([3, 4]).numpy().tolist()) == ("int32_ref", [4, 6])


def test_assign_functions_and_what_they_return() -> None:
    v = tf.Variable([1.0, 2.0])
    assert tf.assign_sub(tf.assign_add(tf.assign(v, [5, 6]), [1, 1]), [2, 3]) is v
    assert v.numpy().tolist() == [4.0, 4.0]


def test_the_initial_value_is_copied() -> None:
    source = np.array([1.0, 2.0])
    v = tf.Variable(source)
    w = tf.Variable(v)
    source[:] = 9
    v.assign([3.0, 4.0])
    assert (v.dtype.base_dtype, w.numpy().tolist()) == (tf.float64, [1.0, 2.0])


# ---- TF1's attributes


def test_attributes() -> None:
    with tf.variable_scope("s"):
        v = tf.get_variable("v", [2, 3], trainable=False, constraint=abs)
    assert (v.name, v.op.name, v.shape.as_list(), v.get_shape(), v.trainable) == ("s/v:0", "s/v", [2, 3], (2, 3), False)
    assert (v.dtype.name, v.dtype.base_dtype, v.device, v.constraint) == ("float32_ref", tf.float32, "", abs)
    assert repr(v) == "<tf.Variable 's/v:0' shape=(2, 3) dtype=float32_ref>"
    assert (v.op.type, v.graph, len(v)) == ("VariableV2", tf.get_default_graph(), 2)
    assert tf.get_variable("r", [1], use_resource=True).dtype.name == "float32"


def test_identity_and_hash() -> None:
    v, w = tf.Variable([1.0]), tf.Variable([1.0])
    assert v == v and v != w and len({v, w, v}) == 2 and {v: 1}[v] == 1
    assert (v in [w, v], [w, v].index(v)) == (True, 1)


def test_values_on_the_host() -> None:
    v = tf.Variable([1.5, 2.5])
    copies = [v.numpy(), v.read_value(), v.initialized_value(), v.initial_value]
    v.initial_value[0] = 7
    v.initializer.run()
    for copy in copies:
        assert copy.tolist() == [1.5, 2.5]
        copy[:] = 0
    assert v.numpy().tolist() == [1.5, 2.5]
    assert v.value() is v.array


class Counting(tf.initializers.Initializer):
    def __init__(self) -> None:
        self.calls: list[Any] = []

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Any:
        self.calls.append(list(shape))
        return np.full(shape, 4)


def test_it_is_declared_at_once_and_made_on_first_use() -> None:
    initializer = Counting()
    v = tf.get_variable("v", [2, 3], initializer=initializer)
    assert (initializer.calls, v.shape, v._initialized) == ([], (2, 3), False)
    assert (v.array.dtype, v.array.sum(), initializer.calls, v._initialized) == (np.float32, 24, [[2, 3]], True)


def test_any_callable_is_called_once() -> None:
    calls: list[Any] = []

    def initializer(shape: Any, dtype: Any) -> Any:
        calls.append((shape, dtype))
        return np.full(shape, 4)

    v = tf.get_variable("v", [2, 3], initializer=initializer)
    assert (v.array.sum(), v.numpy().sum(), calls) == (24, 24, [([2, 3], tf.float32)])


def test_weak_references_and_collection() -> None:
    died: list[str] = []
    graph = tf.Graph()
    with graph.as_default():
        v = tf.get_variable("v", [2], initializer=lambda shape, dtype, graph=graph: np.ones(shape))  # a cycle
        weakref.finalize(v, died.append, "v")
        assert weakref.ref(v)() is v
    del v, graph
    gc.collect()
    assert died == ["v"]


def test_help_shows_the_arguments() -> None:
    class Mine(tf.Variable):
        def __init__(self, size: int) -> None:
            super().__init__(np.zeros(size))

    assert list(inspect.signature(tf.Variable).parameters)[:3] == ["initial_value", "trainable", "collections"]
    assert str(inspect.signature(Mine)).startswith("(size: ")


# ---- NumPy


def test_operators() -> None:
    x, v = np.array([[1.0, 2.0]], np.float32), tf.Variable([[1.0, 2.0], [3.0, 4.0]], name="v")
    assert (x @ v).tolist() == [[7.0, 10.0]] and (v @ x.T).tolist() == [[5.0], [11.0]]
    assert (v + 1).tolist() == [[2, 3], [4, 5]] == (1 + v).tolist()
    assert (v - 1).tolist() == [[0, 1], [2, 3]] and (1 - v).tolist() == [[0, -1], [-2, -3]]
    assert (v / 2).tolist() == [[0.5, 1], [1.5, 2]] and (12 / v).tolist() == [[12, 6], [4, 3]]
    assert (v**2).tolist() == [[1, 4], [9, 16]] and (2**v).tolist() == [[2, 4], [8, 16]]
    assert (v // 2).tolist() == [[0, 1], [1, 2]] and (v % 2).tolist() == [[1, 0], [1, 0]]
    assert (-v).tolist() == [[-1, -2], [-3, -4]] and abs(-v).tolist() == (+v).tolist() == v.numpy().tolist()
    assert (v < 3).tolist() == [[True, True], [False, False]] and (v >= 3).tolist() == [[False, False], [True, True]]
    assert (v > x).tolist() == [[False, False], [True, True]] and (v <= 1).tolist() == [[True, False], [False, False]]
    assert (v * v).tolist() == [[1, 4], [9, 16]]
    n = tf.Variable([6, 3])
    assert (n & 2).tolist() == [2, 2] and (n | 1).tolist() == [7, 3] and (1 ^ n).tolist() == [7, 2]
    assert (~n).tolist() == [-7, -4]


def test_scalars_are_numbers() -> None:
    n, x = tf.Variable(3), tf.Variable(0.5)
    assert (int(n), float(x), [10, 11, 12, 13][n], "abcdef"[: n.numpy()]) == (3, 0.5, 13, "abc")


def test_a_variable_is_true_whatever_its_value() -> None:
    for value in (0, False, [0.0, 1.0], np.zeros([0, 2])):
        assert bool(tf.Variable(value)) is True
    unused = tf.get_variable("unused", [2])
    assert unused and not unused._initialized


def test_ufuncs_and_functions() -> None:
    v, w = tf.Variable([[1.0, 4.0]]), tf.Variable([[9.0, 16.0]])
    assert np.sqrt(v).tolist() == [[1, 2]] and np.add.reduce(v, axis=1).tolist() == [5]
    assert np.concatenate([v, w, np.zeros([1, 2])]).shape == (3, 2)
    assert np.stack((v, w), axis=1).shape == (1, 2, 2) and np.where(v > w, v, w).tolist() == [[9, 16]]
    assert np.einsum("ij,kj->ik", v, w).tolist() == [[73]] and np.mean(v) == 2.5
    out = np.empty([1, 2], np.float32)
    assert np.multiply(v, w, out=out) is out and out.tolist() == [[9, 64]]
    assert np.subtract(w, v, out=v) is v and v.numpy().tolist() == [[8, 12]]


def test_out_is_noticed_in_functions_too() -> None:
    v = tf.Variable([[1.0, 2.0]])
    version = v.version
    np.matmul(np.ones([1, 1], np.float32), np.array([[3.0, 4.0]], np.float32), out=v)
    np.clip(np.array([[5.0, 9.0]], np.float32), 0, 6, out=v)
    assert (v.numpy().tolist(), v.version) == ([[5.0, 6.0]], version + 2)


@pytest.mark.parametrize(
    "write",
    [
        lambda v: np.copyto(v, 5),
        lambda v: np.put(v, [0, 1, 2, 3], 5),
        lambda v: np.putmask(v, [[True] * 2] * 2, 5),
        lambda v: np.place(v, np.full([2, 2], True), [5]),
        lambda v: np.concatenate([np.full([1, 2], 5, np.float32)] * 2, out=v),
        lambda v: np.copyto(dst=v, src=5),
        lambda v: np.put(a=v, ind=[0, 1, 2, 3], v=5),
        lambda v: np.place(arr=v, mask=np.full([2, 2], True), vals=[5]),
        lambda v: np.add.at(v, (slice(None),), [[4, 3], [2, 1]]),
    ],
)
def test_functions_that_write_are_noticed(write: Any) -> None:
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    version = v.version
    write(v)
    assert (v.numpy().tolist(), v.version > version) == ([[5, 5], [5, 5]], True)


def test_a_function_answers_the_variable_that_it_wrote() -> None:
    v, n = tf.Variable([1.0, 2.0]), tf.Variable([1, 2])
    assert np.clip([5.0, 6.0], 0, 5, out=v, dtype=np.float32) is v and np.copyto(v, 5) is None
    assert np.frexp(v, out=(None, n))[1] is n and n.numpy().tolist() == [3, 3]


@pytest.mark.parametrize(
    "view",
    [
        np.ravel, np.transpose, np.squeeze, np.real, np.atleast_2d, np.flip, np.rot90, np.diagonal,
        lambda v: np.reshape(v, [4]), lambda v: np.swapaxes(v, 0, 1), lambda v: np.moveaxis(v, 0, 1),
        lambda v: np.expand_dims(v, 0), lambda v: np.einsum("ij->ji", v), lambda v: np.split(v, 2)[0],
        lambda v: np.array_split(v, 2)[0], lambda v: np.broadcast_arrays(v, np.ones(2))[0],
    ],
)  # fmt: skip
def test_a_view_that_a_function_makes_cannot_be_written(view: Any) -> None:
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with pytest.raises(ValueError, match="read-only"):
        view(v)[...] = 5
    assert not v._exported


@pytest.mark.parametrize(
    "write",
    [
        lambda v: np.clip(v, 3, 5, v),
        lambda v: np.dot(np.eye(2, dtype=np.float32), np.ones([2, 2], np.float32), v),
        lambda v: np.take(np.ones([2, 2], np.float32), [0, 1], 0, v),
        lambda v: np.cumsum(v, 0, None, v),
        lambda v: np.nan_to_num(v, copy=False, nan=0),
    ],
)
def test_a_write_that_would_go_unseen_is_refused(write: Any) -> None:
    v = tf.Variable([[1.0, 2.0], [3.0, np.nan]])
    with pytest.raises(ValueError, match="read-only|not acceptable"):
        write(v)
    assert v.numpy()[0].tolist() == [1, 2]


def test_a_write_that_fails_half_way_is_noticed() -> None:
    v = tf.Variable([1.0, 2.0])
    version = v.version
    with pytest.raises(IndexError):
        np.put(v, [0, 7], 5)
    assert (v.numpy().tolist(), v.version > version) == ([5, 2], True)


def test_reads_are_no_writes() -> None:
    v, version = tf.Variable([[1.0, 2.0], [3.0, 4.0]]), 0
    _ = (np.sum(v), np.mean(v, axis=0), np.linalg.norm(v), np.concatenate([v, v]), np.add.reduce(v), v @ v)
    assert (v.version, v._exported) == (version, False)


def test_array_protocols() -> None:
    v = tf.Variable([[1.0, 2.0]])
    assert np.asarray(v) is v.array and np.array(v) is not v.array
    assert np.asarray(v, dtype=np.float64).tolist() == [[1.0, 2.0]] and np.asarray(v, dtype=np.float64).dtype == "f8"
    shared = np.from_dlpack(v)
    v.assign([[3, 4]])
    assert shared.tolist() == [[3, 4]]
    assert not hasattr(v, "__cuda_array_interface__")


def test_an_item_is_a_value_and_writing_one_is_refused() -> None:
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    item = v[0]
    item += 5
    assert (v.numpy().tolist(), v[1, 0], v[:, 1].tolist()) == ([[1, 2], [3, 4]], 3.0, [2, 4])
    with pytest.raises(TypeError):
        v[0] = 9  # type: ignore[index]


def test_who_has_the_array_may_write_to_it() -> None:
    v = tf.Variable([1.0, 2.0])
    _ = (v + 1, v.numpy(), v[0], v @ v, v._read())
    assert not v._exported
    v.array[1] = 7
    assert v._exported and v.numpy().tolist() == [1, 7]


# ---- a variable is an array


def test_it_has_an_array_s_attributes() -> None:
    w = np.array([[3.0, 1.0, 2.0], [6.0, 5.0, 4.0]], np.float32)
    v = tf.Variable(w)
    for name in ("T", "real", "imag", "ndim", "size", "itemsize", "nbytes", "strides"):
        np.testing.assert_array_equal(getattr(v, name), getattr(w, name))
    calls: dict[str, tuple[Any, ...]] = {
        "all": (), "any": (1,), "argmax": (0,), "argmin": (), "argpartition": (1,), "argsort": (), "astype": ("int64",),
        "clip": (2, 4), "compress": ([True, False, True], 1), "conj": (), "conjugate": (), "copy": (), "cumprod": (0,),
        "cumsum": (1,), "diagonal": (), "dot": (w.T,), "flatten": (), "item": (4,), "max": (1,), "mean": (0,),
        "min": (), "nonzero": (), "prod": (), "ravel": (), "repeat": (2, 0), "reshape": (3, 2), "round": (),
        "squeeze": (), "std": (0,), "sum": (0,), "swapaxes": (0, 1), "take": ([2, 0], 1), "tobytes": (), "tolist": (),
        "trace": (), "transpose": (1, 0), "var": (), "view": ("int32",),
    }  # fmt: skip
    for name, arguments in calls.items():
        np.testing.assert_array_equal(getattr(v, name)(*arguments), getattr(w, name)(*arguments), err_msg=name)
    assert (v.item(1, 0), v.item((0, 2)), v.item(-1), v[0, :1].item()) == (6.0, 2.0, 4.0, 3.0)
    assert v.sum(axis=1, keepdims=True).tolist() == [[6.0], [15.0]]
    assert tf.Variable([1, 3]).searchsorted(2) == 1 and tf.Variable([1, 0]).choose([[5, 6], [7, 8]]).tolist() == [7, 6]
    assert v.dot(tf.Variable([1.0, 0.0, 0.0])).tolist() == [3.0, 6.0] and v.astype(tf.float64).dtype == np.float64
    missing = {name for name in dir(np.ndarray) if not name.startswith("_") and not hasattr(tf.Variable, name)}
    assert missing <= {
        "byteswap",
        "dump",
        "dumps",
        "getfield",
        "newbyteorder",
        "ptp",
        "to_device",
        "tofile",
        "tostring",
    }


def test_what_an_attribute_gives_is_a_value() -> None:
    v = tf.Variable(np.arange(6, dtype=np.float32).reshape(2, 3))
    taken = [
        v.T,
        v.real,
        v.reshape(-1),
        v.ravel(),
        v.squeeze(),
        v.swapaxes(0, 1),
        v.view(),
        v.diagonal(),
        v.transpose(),
    ]
    before = [value.tolist() for value in taken]
    v.assign(np.full([2, 3], 7.0, np.float32))
    assert [value.tolist() for value in taken] == before
    for value in taken:
        value[...] = 9.0
    assert v.tolist() == [[7.0] * 3] * 2


def test_its_size_does_not_make_it() -> None:
    w = tf.get_variable("w", [3, 4], tf.float64)
    assert (w.ndim, w.size, w.itemsize, w.nbytes) == (2, 12, 8, 96) and not w._initialized
    parts = tf.get_variable("p", [6], partitioner=tf.fixed_size_partitioner(2))
    assert (parts.ndim, parts.size, parts.nbytes, parts.sum().shape) == (1, 6, 24, ())


def test_what_is_computed_has_them_too() -> None:
    with tf.variable_scope("s", regularizer=tf.contrib.layers.l2_regularizer(2.0)):
        tf.get_variable("w", [2], initializer=tf.ones_initializer())
    (loss,) = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    assert (loss.item(), loss.ndim, loss.reshape(1).tolist()) == (2.0, 0, [2.0])
    loss += 1.0
    assert loss == 3.0


@pytest.mark.parametrize("dtype", ["float32", "float64", "int8", "bfloat16", "bool"])
@pytest.mark.parametrize("shape", [(3, 4), (1000, 101), (70_001,)])
def test_a_large_buffer_begins_where_a_cache_line_does(shape: tuple[int, ...], dtype: str) -> None:
    """And is an array like others: of its shape, writable, in C's order, of no other variable's memory."""
    with tf.Graph().as_default(), tf.device("/cpu:0"):
        values = np.arange(np.prod(shape)).reshape(shape) % 2
        one, other = (tf.Variable(tf.cast(values, dtype)) for _ in range(2))
        for variable in (one, other):
            array = variable.array
            assert array.shape == shape and array.dtype == tf.as_dtype(dtype).as_numpy_dtype and array.flags.carray
            assert array.nbytes < 1 << 16 or array.ctypes.data % 64 == 0
            np.testing.assert_array_equal(array.astype(int), values)
        one.assign(tf.cast(1 - values, dtype))
        np.testing.assert_array_equal(one.numpy().astype(int), 1 - values)
        np.testing.assert_array_equal(other.numpy().astype(int), values)
        assert np.shares_memory(other.array, other.array) and not np.shares_memory(one.array, other.array)
