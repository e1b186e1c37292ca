"""`value_and_grad` and `function`: recorded once for each signature, run as plans."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest

import fastscope as fs
from fastscope.arrays import to_numpy

X = np.arange(6, dtype=np.float32).reshape(2, 3) / 7


def loss_of(x: Any) -> Any:
    w = fs.get_variable("w", [3, 2], initializer=fs.ones_initializer())
    return fs.reduce_mean(fs.square(fs.tanh(x @ w)))


def test_the_gradient_is_that_of_differences() -> None:
    loss, grads = fs.value_and_grad(loss_of)(X)
    (w,) = fs.trainable_variables()
    assert list(grads) == [w] and float(loss) == pytest.approx(float(np.mean(np.tanh(X @ np.ones((3, 2))) ** 2)))
    for place in np.ndindex(3, 2):
        moved = [np.ones((3, 2)), np.ones((3, 2))]
        moved[0][place] += 1e-3
        moved[1][place] -= 1e-3
        up, down = (np.mean(np.tanh(X.astype(float) @ m) ** 2) for m in moved)
        assert float(grads[w][place]) == pytest.approx((up - down) / 2e-3, rel=1e-3)


def test_it_is_recorded_once_for_a_signature_and_variables_are_read_where_they_lie() -> None:
    calls = []

    def counted(x: Any) -> Any:
        calls.append(x.shape)
        with fs.variable_scope("", reuse=fs.AUTO_REUSE):
            return loss_of(x)

    step = fs.value_and_grad(counted)
    first, grads = step(X)
    fs.train.GradientDescentOptimizer(0.5).apply_gradients(grads)
    second, _ = step(X)
    assert float(second) < float(first) and len(calls) == 1
    step(np.ones((4, 3), np.float32))
    assert len(calls) == 2


class State(NamedTuple):
    count: Any
    named: Any


def test_structures_go_in_and_come_out() -> None:
    @fs.function
    def both(state: State, scale: int) -> Any:
        return State(state.count + 1, {"a": [state.named["a"] * scale, "text"]}), None

    state, nothing = both(State(np.float32(2), {"a": X}), 3)
    assert nothing is None and state.count == 3 and state.named["a"][1] == "text"
    np.testing.assert_array_equal(state.named["a"][0], X * 3)
    state, _ = both(State(np.float32(2), {"a": X}), 5)  # another number: recorded again
    np.testing.assert_array_equal(state.named["a"][0], X * 5)


def test_more_than_the_loss() -> None:
    def with_outputs(x: Any) -> Any:
        w = fs.get_variable("w", [3], initializer=fs.ones_initializer())
        y = x * w
        return fs.reduce_sum(y), y

    (loss, y), grads = fs.value_and_grad(with_outputs, has_aux=True)(X)
    assert float(loss) == pytest.approx(X.sum()) and np.array_equal(to_numpy(y), X)
    np.testing.assert_allclose(to_numpy(grads[fs.trainable_variables()[0]]), X.sum(0))


def test_assignments_happen_and_results_are_the_callers_own() -> None:
    v = fs.Variable([1.0, 2.0])

    @fs.function
    def step(x: Any) -> Any:
        v.assign_add(x)
        return v.value()

    first = step(np.float32([1, 1]))
    np.testing.assert_array_equal(to_numpy(first), [2, 3])
    np.testing.assert_array_equal(to_numpy(step(np.float32([1, 1]))), [3, 4])
    np.testing.assert_array_equal(to_numpy(first), [2, 3])


def test_draws_are_new_in_each_call() -> None:
    draw = fs.function(lambda: fs.random_normal([3]))
    assert not np.array_equal(draw(), draw())


@pytest.mark.parametrize(
    ("body", "error", "words"),
    [
        (lambda x: x if x[0, 0] > 0 else -x, TypeError, "using a `tf.Tensor` as a Python `bool` is not allowed"),
        (lambda x: np.asarray(x), NotImplementedError, "Cannot convert a symbolic Tensor"),
        (lambda x: sum(row for row in x), TypeError, "iterating over `tf.Tensor` is not allowed"),
    ],
)
def test_what_cannot_be_recorded(body: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        fs.function(body)(X)
    np.testing.assert_array_equal(fs.function(lambda x: -x)(X), -X)  # nothing is left in force


def test_a_loss_with_dimensions() -> None:
    with pytest.raises(ValueError, match="needs a function that returns a scalar") as caught:
        fs.value_and_grad(lambda x: x * fs.get_variable("w", [3]))(X)
    assert "reduce_mean" in str(caught.value)


def test_a_tensor_that_got_out_is_refused_and_the_way_leads_there() -> None:
    kept = [np.ones((2, 3), np.float32)]

    def carry(x: Any) -> Any:
        kept[0] = kept[0] + x
        return fs.reduce_sum(kept[0])

    step = fs.function(carry)
    step(X)
    with pytest.raises(ValueError, match="was made where fastscope.value_and_grad or fastscope.function recorded"):
        step(np.ones((1, 3), np.float32))

    def carried(x: Any, before: Any) -> Any:
        return fs.reduce_sum(before + x), before + x

    step, state = fs.function(carried), np.zeros((2, 3), np.float32)
    for count in (1, 2, 3):
        total, state = step(X, state)
        assert float(total) == pytest.approx(count * X.sum())


def test_a_later_recording_finds_the_variables_of_the_first_one() -> None:
    def loss(x: Any) -> Any:
        with fs.variable_scope("net"):
            w = fs.get_variable("w", [3, 2])
            cell = fs.nn.rnn_cell.GRUCell(2)
            y, _ = fs.nn.dynamic_rnn(cell, fs.expand_dims(x @ w, 1), dtype=fs.float32)
            return fs.reduce_sum(fs.layers.dense(y, 1, name="out"))

    with fs.variable_scope("outer"):
        step = fs.value_and_grad(loss)
        _, first = step(X)
    _, second = step(np.ones((5, 3), np.float32))
    assert list(second) == list(first) == fs.trainable_variables() and len(first) == 7
    assert all(v.name.startswith("outer/net/") for v in first)
    with pytest.raises(ValueError, match="Variable w already exists"):  # what it did not make itself
        fs.get_variable("w", [3, 2])
        fs.function(lambda x: x @ fs.get_variable("w", [3, 2]))(X)


def test_a_later_recording_that_makes_variables_is_refused_and_leaves_none() -> None:
    step = fs.function(lambda x: fs.layers.dense(x, 2))
    step(X)
    with pytest.raises(
        ValueError, match="tried to create variables on non-first call: dense_1/kernel:0, dense_1/bias:0"
    ):
        step(np.ones((5, 3), np.float32))
    assert len(fs.global_variables()) == 2
    named = fs.function(lambda x: fs.layers.dense(x, 2, name="out"))
    # BLAS adds up a row in another order where it is alone
    np.testing.assert_allclose(to_numpy(named(X)[:1]), to_numpy(named(X[:1])), rtol=1e-5)


def test_a_fresh_graph_is_a_first_call() -> None:
    step = fs.function(lambda x: x @ fs.get_variable("w", [3, 2]))
    step(X)
    with fs.Graph().as_default():
        step(X[:1])
        assert [v.name for v in fs.global_variables()] == ["w:0"]


@pytest.mark.parametrize("when", ["recording", "running"])
def test_a_first_call_that_fails_leaves_nothing(when: str) -> None:
    outside = fs.nn.rnn_cell.BasicLSTMCell(2)

    def loss(x: Any, lengths: Any) -> Any:
        outputs, _ = fs.nn.dynamic_rnn(outside, x, lengths, dtype=fs.float32)
        if when == "recording" and lengths.shape[0] != 2:
            raise ZeroDivisionError
        return fs.reduce_sum(outputs * fs.get_variable("w", [2]))

    step, x = fs.value_and_grad(loss), np.ones((2, 5, 3), np.float32)
    with pytest.raises((ZeroDivisionError, ValueError, fs.errors.InvalidArgumentError)):
        step(x, np.int32([1, 2, 3]))
    assert fs.global_variables() == [] and not outside.built
    _, grads = step(x, np.int32([1, 2]))
    assert len(grads) == 3


def test_what_is_no_argument_stays_as_it_was_recorded() -> None:
    outside, draws = np.ones(3, np.float32), np.random.default_rng(1)
    step = fs.function(lambda x: fs.reduce_sum(x * outside + draws.standard_normal()))
    first = step(X)
    outside *= 2
    assert step(X) == first
    given = fs.function(lambda x, outside: fs.reduce_sum(x * outside))  # the way: an argument
    assert given(X, outside) == pytest.approx(2 * X.sum())
    kept = fs.Variable(np.ones(3, np.float32))  # or a variable
    read = fs.function(lambda x: fs.reduce_sum(x * kept))
    assert float(read(X)) == pytest.approx(X.sum())
    kept.assign(outside)
    assert float(read(X)) == pytest.approx(2 * X.sum())


def in_place(x: Any) -> Any:
    w = fs.get_variable("w", [3])
    w -= x
    return fs.reduce_sum(w)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (lambda x: (fs.reduce_sum(x), x), r"got a tuple of 2\. .*has_aux=True: `return loss, more`"),
        (lambda x: {"loss": fs.reduce_sum(x)}, r"got a dict of 1\. .*has_aux=True"),
        (lambda x: None, "got None: write `return loss`"),
        (lambda x: fs.reduce_sum(np.tanh(x)), r"np\.tanh computes at once.* Write tf\.tanh\(x\)"),
        (lambda x: np.sum(x), r"np\.add\.reduce computes at once.* Write tf\.reduce_sum\(x\)"),
        (lambda x: np.hypot(x, x), r"np\.hypot computes at once.* Fetch its value first, or write tf\.py_func\("),
        (lambda x: fs.reduce_sum(np.exp(fs.get_variable("w", [3])) * x), r"np\.exp computes .* Write tf\.exp\(x\)"),
        (in_place, r"would make an array called v and leave the variable as it is\. Write v\.assign_sub\(\.\.\.\)"),
    ],
)
def test_what_is_refused_says_what_to_write(body: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        fs.value_and_grad(body)(X)


def test_more_than_the_loss_is_a_pair() -> None:
    with pytest.raises(TypeError, match=r"the function returns a pair, \(loss, more\), got Tensor"):
        fs.value_and_grad(lambda x: fs.reduce_sum(x), has_aux=True)(X)


def test_assign_sub_is_the_way_to_write_in_place() -> None:
    w = fs.Variable([1.0, 2.0, 3.0])
    fs.function(lambda x: w.assign_sub(x))(np.float32([1, 1, 1]))
    assert w.numpy().tolist() == [0.0, 1.0, 2.0]


def test_numpy_s_operators_leave_the_work_to_the_tensor() -> None:
    a = np.float32([[1, 2, 3]])

    def results(x: Any) -> Any:
        added = np.ones((2, 3), np.float32)
        added += x
        return [a + x, a - x, np.float32(2) * x, a > x, a // (x + 1), added, np.add(a, x)]

    for made, expected in zip(fs.function(results)(X), results(X), strict=True):
        np.testing.assert_array_equal(made, expected)
    assert fs.function(lambda x: str(np.equal(a, x)))(X) == "False"  # identity, as `==` of tensors is
