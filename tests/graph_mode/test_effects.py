"""case, tuple, py_func, Print, print, Assert and its kind, check_numerics."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope.compat.v1 as tf


def run(fetches: Any, feed_dict: Any = None) -> Any:
    with tf.Session() as session:
        return session.run(fetches, feed_dict)


# ---- case


def test_case() -> None:
    x = tf.placeholder(tf.float32, [])
    y = tf.case([(x < 1.0, lambda: tf.constant(10)), (x < 2.0, lambda: tf.constant(20))], default=lambda: 30)
    assert y.name == "case/cond/Merge:0"
    assert [run(y, {x: v}) for v in (0.0, 1.5, 3.0)] == [10, 20, 30]
    one = tf.case([(x < 1.0, lambda: x * 2.0), (x > 5.0, lambda: x * 3.0)], exclusive=True)
    assert [run([one, tf.gradients(one, x)[0]], {x: v}) for v in (0.5, 6.0)] == [[1.0, 2.0], [18.0, 3.0]]
    with pytest.raises(tf.errors.InvalidArgumentError, match="None of conditions evaluated as True"):
        run(one, {x: 3.0})
    both = tf.case([(x < 1.0, lambda: 1), (x < 2.0, lambda: 2)], exclusive=True, default=lambda: 0)
    with pytest.raises(tf.errors.InvalidArgumentError, match="exclusive=True: more than 1 conditions"):
        run(both, {x: 0.0})


@pytest.mark.parametrize(
    ("error", "words", "pairs"),
    [
        (TypeError, "fns must be a list, tuple, or dict", lambda: 3),
        (ValueError, "not enough values to unpack (expected 2, got 0)", list),
        (TypeError, "Each entry in pred_fn_pairs must be a 2-tuple", lambda: [tf.constant(True)]),
        (TypeError, "pred must be a Tensor, got: True", lambda: [(True, lambda: 1)]),
        (TypeError, "pred must be Tensor of type bool: Const:0", lambda: [(tf.constant(1), lambda: 1)]),
        (TypeError, "fn for pred Const:0 must be callable", lambda: [(tf.constant(True), 1)]),
    ],
)
def test_pairs_that_are_none(error: type[Exception], words: str, pairs: Callable[[], Any]) -> None:
    with pytest.raises(error) as caught:
        tf.case(pairs(), default=lambda: 1)
    assert words in str(caught.value)


# ---- tuple and group


def test_tuple_waits_for_all() -> None:
    v, a = tf.Variable(0.0), tf.constant(1.0)
    first, nothing, op = tf.tuple([a, None, v.assign_add(1.0).op], control_inputs=[v.assign_add(10.0)])
    assert nothing is None and first.name == "tuple/control_dependency:0"
    with tf.Session() as session:
        session.run(v.initializer)
        assert session.run(first) == 1.0
        assert session.run(v) == 11.0
        assert session.run(op) is None
    with pytest.raises(ValueError, match=r"Must have at least one Tensor: \[None\]"):
        tf.tuple([None])
    with pytest.raises(TypeError, match=r"Expected tf.group\(\) expected Tensor arguments not '3' with type"):
        tf.group(3)


# ---- py_func


def test_py_func() -> None:
    seen: list[Any] = []

    def function(a: Any, b: Any, c: Any) -> Any:
        seen.append((type(a), type(b), c))
        return a * 2, "text"

    doubled, text = tf.py_func(function, [tf.constant([1.0]), tf.constant(2), "word"], [tf.float32, tf.string])
    assert doubled.shape.ndims is None and doubled.op.type == "PyFunc"
    value, word = run([doubled, text])
    assert (value.tolist(), word) == ([2.0], b"text")
    assert seen == [(np.ndarray, np.int32, b"word")]
    assert type(tf.py_func(lambda: None, [], [])) is tf.Operation
    x = tf.constant(1.0)
    assert tf.gradients(tf.numpy_function(lambda v: v, [x], tf.float32), x) == [None]


def test_a_py_func_in_a_branch_and_in_a_loop_is_called_as_often_as_these_run() -> None:
    calls: list[int] = []
    pred = tf.placeholder(tf.bool, [])

    def noted(k: int) -> Any:
        found = tf.py_func(lambda: calls.append(k) or np.float32(k), [], tf.float32)  # type: ignore[func-returns-value]
        found.set_shape([])
        return found

    y = tf.cond(pred, lambda: noted(1), lambda: noted(2))
    assert [run(y, {pred: p}) for p in (True, False)] == [1.0, 2.0]
    assert calls == [1, 2]
    assert run(tf.while_loop(lambda i: i < 3.0, lambda i: i + noted(1), [0.0])) == 3.0
    assert calls == [1, 2, 1, 1, 1]


def raised(reason: Exception) -> Any:
    raise reason


@pytest.mark.parametrize(
    ("error", "words", "function"),
    [
        ("InvalidArgumentError", "0-th value returned by pyfunc_", lambda: np.float64(1.0)),
        ("InvalidArgumentError", "is double, but expects float", lambda: np.float64(1.0)),
        ("InvalidArgumentError", "returns 2 values, but expects to see 1 values", lambda: (1, 2)),
        ("UnknownError", "ZeroDivisionError: division by zero", lambda: 1 / 0),
        ("InvalidArgumentError", "ValueError: n", lambda: raised(ValueError("n"))),
        ("UnimplementedError", "NotImplementedError: n", lambda: raised(NotImplementedError("n"))),
        ("ResourceExhaustedError", "MemoryError: n", lambda: raised(MemoryError("n"))),
        ("OutOfRangeError", "StopIteration: n", lambda: raised(StopIteration("n"))),
        ("InvalidArgumentError", "TypeError: n", lambda: raised(TypeError("n"))),
        ("UnknownError", "KeyError: 'n'", lambda: raised(KeyError("n"))),
        ("UnknownError", "NotFoundError: n", lambda: raised(tf.errors.NotFoundError(None, None, "n"))),
    ],
)
def test_what_goes_wrong_in_a_py_func(error: str, words: str, function: Any) -> None:
    with pytest.raises(getattr(tf.errors, error)) as caught:
        run(tf.py_func(function, [], tf.float32))
    assert words in str(caught.value)
    if "pyfunc" not in str(caught.value):
        assert "The function that was given to tf.py_func raised it." in str(caught.value)


def test_py_func_of_something_else() -> None:
    with pytest.raises(ValueError, match="Expected func to be callable, got func of type <class 'int'>"):
        tf.py_func(3, [], tf.float32)  # type: ignore[arg-type]


# ---- printing


def test_print_writes_when_it_runs(capsys: pytest.CaptureFixture[str]) -> None:
    x = tf.constant([1.0, 2.0])
    y = tf.Print(x, [x, tf.shape(x), tf.constant("s"), tf.constant(np.arange(6).reshape(3, 2))], "msg: ")
    z = tf.Print(x, [tf.constant(np.arange(10)), tf.constant([1 / 3, 1e10, np.nan])], first_n=2, summarize=4)
    assert run(y).tolist() == [1.0, 2.0]
    assert capsys.readouterr().err == "msg: [1 2][2][s][[0 1][2...]...]\n"
    with tf.Session() as session:
        for _ in range(4):
            session.run(z)
    assert capsys.readouterr().err == 2 * "[0 1 2 3...][0.333333343 1e+10 nan]\n"
    assert run(tf.gradients(z * 3.0, x)[0]).tolist() == [3.0, 3.0]


def test_print_of_anything(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    x = tf.constant(np.arange(10.0))
    operation = tf.print("a", x, x > 4.0, tf.constant("s"), 3, None, {"k": [x, "t"]}, sep="|", end="E\n")
    assert (operation.type, operation.name, run(operation)) == ("PrintV2", "PrintV2", None)
    shown = "[0 1 2 ... 7 8 9]"
    assert capsys.readouterr().err == f"a|{shown}|[0 0 0 ... 1 1 1]|\"s\"|3|None|{{'k': [{shown}, 't']}}E\n"
    run(tf.print(tf.constant(np.arange(8).reshape(2, 2, 2)), output_stream=sys.stdout))
    assert capsys.readouterr().out == "[[[0 1]\n  [2 3]]\n\n [[4 5]\n  [6 7]]]\n"
    run([tf.print("b", x, output_stream=f"file://{tmp_path}/log", summarize=-1)])
    assert (tmp_path / "log").read_text() == "b [0 1 2 3 4 5 6 7 8 9]\n"
    run(tf.print("c", output_stream=logging.info))
    with pytest.raises(ValueError, match="Unrecognized keyword arguments for tf.print"):
        tf.print("x", foo=1)
    with pytest.raises(ValueError, match="Unsupported output stream, logging level, or file.nowhere"):
        tf.print("x", output_stream="nowhere")


# ---- assertions


def test_assert() -> None:
    x = tf.placeholder(tf.float32, [], name="x")
    with tf.control_dependencies([tf.Assert(x > 0.0, [x, "why"])]):
        y = x * 2.0
    assert run(y, {x: 1.0}) == 2.0
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"assertion failed: \[-1\] \[why\]"):
        run(y, {x: -1.0})
    with pytest.raises(ValueError, match="Shape must be rank 0 but is rank 1 for 'Assert_1/AssertGuard/Switch'"):
        tf.Assert(tf.constant([True]), [x])


COMPARISONS = [
    ("assert_equal", "==", [1.0, 2.0]),
    ("assert_none_equal", "!=", [3.0, 9.0]),
    ("assert_less", "<", [5.0, 5.0]),
    ("assert_less_equal", "<=", [2.0, 2.0]),
    ("assert_greater", ">", [0.0, 0.0]),
    ("assert_greater_equal", ">=", [1.0, 1.0]),
]


@pytest.mark.parametrize(("name", "symbol", "y"), COMPARISONS)
def test_comparisons(name: str, symbol: str, y: list[float]) -> None:
    x = tf.placeholder(tf.float32, [2], name="x")
    operation = getattr(tf, name)(x, y, message="oops")
    assert run(operation, {x: [1.0, 2.0]}) is None
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        run(operation, {x: [-1.0, 9.0]})
    opening = f"assertion failed: [oops] [Condition x {symbol} y did not hold element-wise:] [x (x:0) = ] [-1 9] [y ("
    assert str(caught.value).startswith(opening)


@pytest.mark.parametrize(
    ("name", "symbol", "good", "bad"),
    [
        ("assert_positive", ">", 1, 0),
        ("assert_negative", "<", -1, 0),
        ("assert_non_negative", ">=", 0, -1),
        ("assert_non_positive", "<=", 0, 1),
    ],
)
def test_signs_and_what_is_known_when_the_line_is_written(name: str, symbol: str, good: int, bad: int) -> None:
    assert run(getattr(tf, name)(tf.constant(good))) is None
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        getattr(tf, name)(tf.constant(bad, name="c"))
    text, _, known = str(caught.value).rpartition("\n")
    assert text == f"\nCondition x {symbol} 0 did not hold element-wise:\nx (c:0) = \n{bad}"
    assert known == "This is known when the line is written, before anything runs."


def test_near() -> None:
    x = tf.placeholder(tf.float32, [])
    assert run(tf.assert_near(x, 1.0, rtol=0.1), {x: 1.05}) is None
    with pytest.raises(tf.errors.InvalidArgumentError, match="x and y not equal to tolerance rtol = 0.1"):
        run(tf.assert_near(x, 1.0, rtol=0.1), {x: 1.5})


def test_ranks_and_dtypes() -> None:
    x, unknown = tf.constant(1, name="x"), tf.placeholder(tf.float32, name="u")
    assert run([tf.assert_rank(x, 0), tf.assert_rank_at_least(x, 0), tf.assert_rank_in(x, [0, 1])]) == [None] * 3
    with pytest.raises(ValueError, match="m.  Tensor x:0 must have rank 1.  Received rank 0, shape"):
        tf.assert_rank(x, 1, message="m")
    with pytest.raises(ValueError, match="Tensor x:0 must have rank at least 1.  Received rank 0"):
        tf.assert_rank_at_least(x, 1)
    with pytest.raises(ValueError, match=r"Tensor x:0 must have rank in \(1, 2\).  Received rank 0"):
        tf.assert_rank_in(x, [1, 2])
    assert run(tf.assert_rank(unknown, 1), {unknown: [1.0]}) is None
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"\[Tensor u:0 must have rank\] \[1\] \[Received"):
        run(tf.assert_rank(unknown, 1), {unknown: 1.0})
    assert run([tf.assert_type(x, tf.int32), tf.assert_integer(x), tf.assert_scalar(x)]) == [None, None, 1]
    with pytest.raises(TypeError, match="m  x:0 must be of type <dtype: 'float32'>"):
        tf.assert_type(x, tf.float32, message="m")
    with pytest.raises(TypeError, match='Expected "x" to be integer type.  Found: u:0 of dtype'):
        tf.assert_integer(unknown)
    with pytest.raises(ValueError, match=r"Expected scalar shape for Const:0, saw shape: \(1,\)"):
        tf.assert_scalar(tf.constant([1]))


def test_check_numerics() -> None:
    x = tf.placeholder(tf.float32, [2])
    y = tf.verify_tensor_all_finite(tf.check_numerics(x, "bad") * 2.0, "worse")
    assert run([y, tf.gradients(y, x)[0]], {x: [1.0, 2.0]})[1].tolist() == [2.0, 2.0]
    for value, kinds in (([np.nan, 1.0], "NaN"), ([np.inf, 1.0], "Inf"), ([np.inf, np.nan], "Inf and NaN")):
        with pytest.raises(tf.errors.InvalidArgumentError, match=f"bad : Tensor had {kinds} values"):
            run(y, {x: value})


def test_every_tensor_is_checked() -> None:
    x = tf.placeholder(tf.float32, [])
    y = tf.log(x, name="lg")
    checks = tf.add_check_numerics_ops()
    assert run([y, checks], {x: 1.0}) == [0.0, None]
    with pytest.raises(tf.errors.InvalidArgumentError, match="lg:0 : Tensor had Inf values"):
        run([y, checks], {x: 0.0})
    tf.cond(x > 0.0, lambda: x, lambda: x * 2.0)
    with pytest.raises(ValueError, match="is not compatible with TensorFlow control flow operations"):
        tf.add_check_numerics_ops()


# ---- a variable's value, or the first one before it has any


def test_initialized_value_has_gradients() -> None:
    v = tf.Variable(2.0, name="v")
    w = tf.Variable(v * 4.0, name="w")
    y = w.initialized_value() * 3.0
    of_v, of_w = tf.gradients(y, [v, w])
    with tf.Session() as session:
        session.run(v.initializer)
        assert session.run([y, of_v]) == [24.0, 12.0]  # w has no value: v's counts
        session.run(w.initializer)
        assert session.run([y, of_v, of_w]) == [24.0, 0.0, 3.0]


def test_losses_of_rows_and_of_more_have_tensorflows_names() -> None:
    loss = tf.nn.sparse_softmax_cross_entropy_with_logits
    names = [
        loss(labels=tf.zeros(shape[:-1], tf.int32), logits=tf.zeros(shape), name=name).op.name
        for shape, name in (([2, 3], None), ([2, 2, 3], None), ([3], "x"))
    ]
    inner = "SparseSoftmaxCrossEntropyWithLogits"
    assert names == [f"{inner}/{inner}", f"{inner}_1/Reshape_2", "x/Reshape_2"]
