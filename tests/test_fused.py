"""Holds every implementation of `fused` to scalar arithmetic and to finite differences.

Shapes: T max_time 5, N batch_size 3, D input_depth 4, H num_units 2 unless a test says otherwise.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from fastscope import arrays, fused
from fastscope.errors import InvalidArgumentError
from fastscope.fused import LSTMStateTuple, PackCache, reference

T, N, D, H = 5, 3, 4, 2
FORGET_BIAS = 0.75
TOLERANCE = {np.dtype(np.float32): 2e-6, np.dtype(np.float64): 1e-12}


class Problem:
    """Random arguments of one LSTM, in the array type of one implementation."""

    def __init__(
        self,
        asarray: Callable[[Any], Any],
        dtype: Any,
        t: int = T,
        n: int = N,
        d: int = D,
        h: int = H,
    ) -> None:
        rng = np.random.default_rng([t, n, d, h])

        def draw(*shape: int) -> Any:
            return asarray(rng.normal(0.3, 0.8, shape).astype(dtype))

        self.x, self.c, self.h = draw(t, n, d), draw(n, h), draw(n, h)
        self.kernel, self.bias = draw(d + h, 4 * h), draw(4 * h)
        self.d_outputs = draw(t, n, h)
        self.d_state = LSTMStateTuple(c=draw(n, h), h=draw(n, h))
        self.lengths = asarray(np.array([(2 + 3 * row) % (t + 1) for row in range(n)], np.int32))

    def five(self) -> tuple[Any, ...]:
        return self.x, self.c, self.h, self.kernel, self.bias


@pytest.fixture(params=["reference", "cpu", pytest.param("cuda", marks=pytest.mark.gpu)])
def module(request: pytest.FixtureRequest) -> ModuleType:
    if request.param == "cuda" and not arrays.gpu_count():
        pytest.skip("needs CuPy and a GPU")
    return __import__(f"fastscope.fused.{request.param}", fromlist=["lstm_step"])


@pytest.fixture
def asarray(module: ModuleType) -> Callable[[Any], Any]:
    return arrays.import_cupy().asarray if module.__name__.endswith("cuda") else np.asarray


@pytest.fixture(params=[np.float32, np.float64], ids=["float32", "float64"])
def dtype(request: pytest.FixtureRequest) -> Any:
    return np.dtype(request.param)


@pytest.fixture
def problem(asarray: Callable[[Any], Any], dtype: Any) -> Problem:
    return Problem(asarray, dtype)


def logistic(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def scalar_lstm(x: Any, c: Any, h: Any, kernel: Any, bias: Any, lengths: Any = None) -> tuple[Any, Any, Any]:
    """The equations of the cell, one number at a time, in Python's own floats."""
    x, c, h, kernel, bias = (arrays.to_numpy(a).astype(np.float64) for a in (x, c, h, kernel, bias))
    lengths = [len(x)] * len(h) if lengths is None else arrays.to_numpy(lengths)
    units = h.shape[1]
    outputs = np.zeros((len(x), *h.shape))
    for n in range(len(h)):
        for t in range(min(len(x), lengths[n])):
            z = [bias[k] + sum(v * kernel[row, k] for row, v in enumerate([*x[t, n], *h[n]])) for k in range(4 * units)]
            for u in range(units):
                i, j, f, o = (z[gate * units + u] for gate in range(4))
                c[n, u] = c[n, u] * logistic(f + FORGET_BIAS) + logistic(i) * math.tanh(j)
                h[n, u] = outputs[t, n, u] = math.tanh(c[n, u]) * logistic(o)
    return outputs, c, h


def close(got: Any, expected: Any, dtype: Any, scale: float = 1.0) -> None:
    got = arrays.to_numpy(got)
    assert got.dtype == dtype
    np.testing.assert_allclose(got, expected, rtol=0, atol=scale * TOLERANCE[dtype])


FUNCTIONS = [
    "lstm_step",
    "lstm_step_ids",
    "lstm_sequence",
    "lstm_sequence_vjp",
    "product",
    "softmax_losses",
    "sum_by_row",
    "sgd_update",
    "momentum_update",
    "rmsprop_update",
    "adam_update",
]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_signatures_are_the_references(module: ModuleType, name: str) -> None:
    """A module may take more, by keyword, but nothing less and nothing in another place."""

    def parameters(function: Any) -> dict[str, tuple[Any, Any]]:
        found = inspect.signature(function).parameters.values()
        return {p.name: (p.kind, p.default) for p in found}

    ours, expected = parameters(getattr(module, name)), parameters(getattr(reference, name))
    assert list(ours)[: len(expected)] == list(expected)
    assert expected.items() <= ours.items()


LAYOUTS = {
    "rows": lambda a: a,
    "columns": lambda a: np.asfortranarray(a),
    "every other": lambda a: np.repeat(np.repeat(a, 2, 0), 2, 1)[::2, ::2],
    "backwards": lambda a: a[::-1, ::-1].copy()[::-1, ::-1],
}


PRODUCTS = [(1, 5, 7), (2, 40, 33), (3, 4, 16), (70, 300, 18), (130, 20, 90), (7, 0, 3), (0, 3, 2), (3, 2, 0)]


@pytest.mark.parametrize("shape", PRODUCTS)
@pytest.mark.parametrize("left", LAYOUTS)
@pytest.mark.parametrize("right", LAYOUTS)
def test_product(
    module: ModuleType, asarray: Callable[[Any], Any], dtype: Any, shape: tuple[int, int, int], left: str, right: str
) -> None:
    m, k, n = shape
    rng = np.random.default_rng(m)
    a, b = (LAYOUTS[x](rng.normal(0, 0.2, s).astype(dtype)) for x, s in ((left, (m, k)), (right, (k, n))))
    close(module.product(asarray(a), asarray(b)), a.astype(np.float64) @ b.astype(np.float64), dtype)


@pytest.mark.parametrize("shape", [(1, 1), (3, 7), (4, 16), (40, 101), (0, 3)], ids=str)
def test_softmax_losses(module: ModuleType, asarray: Callable[[Any], Any], dtype: Any, shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(shape)
    logits, labels = rng.normal(0, 5, shape).astype(dtype), rng.integers(0, shape[1], shape[0])
    losses, gradient = module.softmax_losses(asarray(logits), asarray(labels))
    probabilities = arrays.to_numpy(gradient)
    probabilities[np.arange(len(labels)), labels] += 1
    exponentials = np.exp(logits.astype(np.float64))
    expected = exponentials / exponentials.sum(axis=1, keepdims=True)
    close(probabilities, expected, dtype)
    close(losses, -np.log(expected[np.arange(len(labels)), labels]), dtype, 10)


def test_softmax_losses_of_extremes(module: ModuleType, asarray: Callable[[Any], Any], dtype: Any) -> None:
    """Huge logits are as good as small ones, -inf is a probability of 0, and a NaN or inf spoils its row alone."""
    logits = np.zeros((5, 21), dtype)
    logits[0] += 1e4
    logits[1, 3:] = -np.inf
    logits[2, 20] = np.nan
    logits[3, 2] = np.inf
    logits[4, :20] = -1e4
    labels = np.array([5, 1, 0, 0, 20])
    with np.errstate(invalid="ignore"):
        losses, gradient = module.softmax_losses(asarray(logits), asarray(labels))
    losses, probabilities = arrays.to_numpy(losses), arrays.to_numpy(gradient)
    probabilities[np.arange(5), labels] += 1
    close(losses[[0, 1, 4]], np.log([21, 3, 1]), dtype)
    close(probabilities[1], [1 / 3] * 3 + [0] * 18, dtype)
    close(probabilities[4], [0] * 20 + [1], dtype)
    assert np.isnan(losses[[2, 3]]).all() and np.isnan(probabilities[[2, 3]]).any(axis=1).all()


@pytest.mark.parametrize("size", [0, 1, 90])
def test_sum_by_row(module: ModuleType, asarray: Callable[[Any], Any], dtype: Any, size: int) -> None:
    rng = np.random.default_rng(size)
    rows, ids = rng.normal(size=(size, 5)).astype(dtype), rng.integers(0, 7, size).astype(np.int32)
    expected = np.zeros((8, 5))
    for row, place in zip(rows, ids, strict=True):
        expected[place] += row
    for layout in (rows, np.asfortranarray(rows)):
        close(module.sum_by_row(asarray(layout), asarray(ids), 8), expected, dtype, 10)


class TestForward:
    def test_step(self, module: ModuleType, problem: Problem, dtype: Any) -> None:
        _, c, h = scalar_lstm(problem.x[:1], *problem.five()[1:])
        state = module.lstm_step(problem.x[0], *problem.five()[1:], FORGET_BIAS)
        assert isinstance(state, LSTMStateTuple)
        close(state.c, c, dtype)
        close(state.h, h, dtype)

    @pytest.mark.parametrize("with_lengths", [False, True])
    @pytest.mark.parametrize("keep", [False, True])
    def test_sequence(self, module: ModuleType, problem: Problem, dtype: Any, with_lengths: bool, keep: bool) -> None:
        lengths = problem.lengths if with_lengths else None
        outputs, c, h = scalar_lstm(*problem.five(), lengths)
        got, state, tape = module.lstm_sequence(*problem.five(), FORGET_BIAS, lengths, keep=keep)
        close(got, outputs, dtype)
        close(state.c, c, dtype)
        close(state.h, h, dtype)
        assert (tape is not None) == keep

    def test_lengths_of_every_kind(
        self, module: ModuleType, problem: Problem, asarray: Callable[[Any], Any], dtype: Any
    ) -> None:
        """0 leaves the initial state, more than T means T."""
        lengths = asarray(np.array([0, 3, 99], np.int64))
        outputs, c, h = scalar_lstm(*problem.five(), np.array([0, 3, T]))
        got, state, _ = module.lstm_sequence(*problem.five(), FORGET_BIAS, lengths)
        close(got, outputs, dtype)
        close(state.c, c, dtype)
        close(state.h, h, dtype)
        assert (state.c[0] == problem.c[0]).all()

    @pytest.mark.parametrize(
        "shape",
        [
            (0, 3, 4, 2),
            (5, 0, 4, 2),
            (5, 3, 0, 2),
            (5, 1, 0, 2),
            (5, 3, 4, 0),
            (1, 1, 1, 1),
            (3, 1, 7, 5),
            (2, 9, 3, 11),
            (4, 6, 1, 8),
        ],
    )
    def test_shapes(
        self, module: ModuleType, asarray: Callable[[Any], Any], dtype: Any, shape: tuple[int, ...]
    ) -> None:
        problem = Problem(asarray, dtype, *shape)
        outputs, c, h = scalar_lstm(*problem.five(), problem.lengths)
        got, state, _ = module.lstm_sequence(*problem.five(), FORGET_BIAS, problem.lengths)
        close(got, outputs, dtype, 4)
        close(state.c, c, dtype, 4)
        close(state.h, h, dtype, 4)

    def test_saturated_gates(self, module: ModuleType, asarray: Callable[[Any], Any], dtype: Any) -> None:
        """Gates at +-200 are 0 or 1, without overflow and without NaN."""
        kernel = asarray(np.zeros((2, 4), dtype))
        bias = asarray(np.array([200, -200, -200, 200], dtype))
        one = asarray(np.full((1, 1), 0.5, dtype))
        state = module.lstm_step(one, one, one, kernel, bias, FORGET_BIAS)
        close(state.c, -1.0, dtype)
        close(state.h, math.tanh(-1.0), dtype)

    def test_nan_stays_nan(self, module: ModuleType, problem: Problem) -> None:
        problem.x[1, 2, 0] = float("nan")
        outputs, _, _ = module.lstm_sequence(*problem.five(), FORGET_BIAS)
        nan = np.isnan(arrays.to_numpy(outputs)).all(axis=2)
        assert nan.tolist() == [[False, False, row_is_bad] for row_is_bad in (False, *[True] * 4)]

    def test_inputs_are_not_written_nor_returned(self, module: ModuleType, problem: Problem) -> None:
        before = [a.copy() for a in problem.five()]
        _, state, _ = module.lstm_sequence(problem.x[:0], *problem.five()[1:], FORGET_BIAS)
        state.c[...] = 9.0
        state.h[...] = 9.0
        module.lstm_sequence(*problem.five(), FORGET_BIAS, problem.lengths)
        module.lstm_step(problem.x[0], *problem.five()[1:], FORGET_BIAS)
        assert all((a == b).all() for a, b in zip(before, problem.five(), strict=True))

    def test_strided_and_read_only_inputs(self, module: ModuleType, problem: Problem, dtype: Any) -> None:
        xp = arrays.array_module(problem.x)
        five = [xp.stack([a, a + 1], axis=-1)[..., 0] for a in problem.five()]
        five[0] = xp.asarray(problem.x.transpose(1, 0, 2).copy()).transpose(1, 0, 2)
        if xp is np:
            for a in five:
                a.setflags(write=False)
        expected, state, _ = module.lstm_sequence(*problem.five(), FORGET_BIAS)
        got, got_state, _ = module.lstm_sequence(*five, FORGET_BIAS)
        close(got, arrays.to_numpy(expected), dtype)
        close(got_state.c, arrays.to_numpy(state.c), dtype)
        one = module.lstm_step(five[0][0], *five[1:], FORGET_BIAS)
        close(one.h, arrays.to_numpy(expected)[0], dtype)

    def test_cache_follows_the_version(self, module: ModuleType, problem: Problem, dtype: Any) -> None:
        cache = PackCache()
        for version in range(3):
            _, c, h = scalar_lstm(problem.x[:1], *problem.five()[1:])
            for _ in range(2):
                state = module.lstm_step(problem.x[0], *problem.five()[1:], FORGET_BIAS, cache=cache.at(version))
                close(state.c, c, dtype)
                close(state.h, h, dtype)
            outputs, _, _ = scalar_lstm(*problem.five())
            got, _, _ = module.lstm_sequence(*problem.five(), FORGET_BIAS, cache=cache.at(version))
            close(got, outputs, dtype)
            problem.kernel *= -1.5


class TestIds:
    def test_one_hot_is_a_row_of_the_kernel(
        self, module: ModuleType, problem: Problem, asarray: Callable[[Any], Any], dtype: Any
    ) -> None:
        ids = np.array([3, 0, 1])
        x = asarray(np.eye(D, dtype=dtype)[ids])
        expected = module.lstm_step(x, *problem.five()[1:], FORGET_BIAS)
        got = module.lstm_step_ids(asarray(ids), *problem.five()[1:], FORGET_BIAS)
        close(got.c, arrays.to_numpy(expected.c), dtype)
        close(got.h, arrays.to_numpy(expected.h), dtype)

    def test_embedding(self, module: ModuleType, problem: Problem, asarray: Callable[[Any], Any], dtype: Any) -> None:
        table = asarray(np.random.default_rng(7).normal(size=(6, D)).astype(dtype))
        ids = asarray(np.array([5, 2, 5], np.int32))
        expected = module.lstm_step(table[ids], *problem.five()[1:], FORGET_BIAS)
        got = module.lstm_step_ids(ids, *problem.five()[1:], FORGET_BIAS, embedding=table)
        close(got.c, arrays.to_numpy(expected.c), dtype)
        close(got.h, arrays.to_numpy(expected.h), dtype)

    @pytest.mark.parametrize("bad", [-1, D])
    def test_out_of_range(
        self,
        module: ModuleType,
        problem: Problem,
        asarray: Callable[[Any], Any],
        bad: int,
        dtype: Any,
    ) -> None:
        ids = asarray(np.array([1, bad, 0]))
        if module.__name__.endswith("cuda"):
            got = module.lstm_step_ids(ids, *problem.five()[1:], FORGET_BIAS)
            x = asarray(np.eye(D, dtype=dtype)[[1, 0, 0]] * np.array([[1], [0], [1]], dtype))
            expected = module.lstm_step(x, *problem.five()[1:], FORGET_BIAS)
            close(got.h, arrays.to_numpy(expected.h), dtype)
            return
        with pytest.raises(InvalidArgumentError, match=rf"0 <= id < {D}.*got {bad}"):
            module.lstm_step_ids(ids, *problem.five()[1:], FORGET_BIAS)


class TestBackward:
    def grads(self, module: ModuleType, p: Problem, lengths: Any, with_state: bool = True) -> Any:
        _, _, tape = module.lstm_sequence(*p.five(), FORGET_BIAS, lengths, keep=True)
        return module.lstm_sequence_vjp(tape, p.d_outputs, p.d_state if with_state else None)

    @pytest.mark.parametrize("with_lengths", [False, True])
    @pytest.mark.parametrize("shape", [(T, N, D, H), (1, 1, 2, 3), (3, 2, 1, 5)])
    def test_finite_differences(
        self,
        module: ModuleType,
        asarray: Callable[[Any], Any],
        with_lengths: bool,
        shape: tuple[int, ...],
    ) -> None:
        p = Problem(asarray, np.dtype(np.float64), *shape)
        lengths = p.lengths if with_lengths else None

        def loss() -> float:
            outputs, c, h = scalar_lstm(*p.five(), lengths)
            host = [arrays.to_numpy(a) for a in (p.d_outputs, p.d_state.c, p.d_state.h)]
            return float((outputs * host[0]).sum() + (c * host[1]).sum() + (h * host[2]).sum())

        grads = self.grads(module, p, lengths)
        assert grads._fields == ("x", "c", "h", "kernel", "bias")
        for value, grad in zip(p.five(), grads, strict=True):
            assert grad.shape == value.shape
            for index in np.ndindex(value.shape):
                kept, step = float(value[index]), 1e-5
                value[index] = kept + step
                above = loss()
                value[index] = kept - step
                below = loss()
                value[index] = kept
                assert abs(float(grad[index]) - (above - below) / (2 * step)) < 1e-8

    @pytest.mark.parametrize("with_lengths", [False, True])
    @pytest.mark.parametrize("with_state", [False, True])
    @pytest.mark.parametrize(
        "shape", [(T, N, D, H), (0, 3, 4, 2), (5, 0, 4, 2), (5, 3, 0, 2), (5, 3, 4, 0), (7, 9, 3, 11)]
    )
    def test_equals_the_reference_in_float64(
        self,
        module: ModuleType,
        asarray: Callable[[Any], Any],
        dtype: Any,
        with_lengths: bool,
        with_state: bool,
        shape: tuple[int, ...],
    ) -> None:
        p = Problem(asarray, dtype, *shape)
        exact = Problem(np.asarray, dtype, *shape)
        for name in ("x", "c", "h", "kernel", "bias", "d_outputs"):
            setattr(exact, name, getattr(exact, name).astype(np.float64))
        exact.d_state = LSTMStateTuple(*(a.astype(np.float64) for a in exact.d_state))
        got = self.grads(module, p, p.lengths if with_lengths else None, with_state)
        expected = self.grads(reference, exact, exact.lengths if with_lengths else None, with_state)
        for name, a, b in zip(got._fields, got, expected, strict=True):
            assert a.shape == b.shape, name
            close(a, b, dtype, 30)

    @pytest.mark.parametrize("t", [0, T])
    def test_without_the_gradient_of_x(
        self, module: ModuleType, asarray: Callable[[Any], Any], dtype: Any, t: int
    ) -> None:
        problem = Problem(asarray, dtype, t=t)
        _, _, tape = module.lstm_sequence(*problem.five(), FORGET_BIAS, keep=True)
        expected = module.lstm_sequence_vjp(tape, problem.d_outputs, problem.d_state)
        found = module.lstm_sequence_vjp(tape, problem.d_outputs, problem.d_state, want_x=False)
        assert found.x is None
        assert all((a == b).all() for a, b in zip(found[1:], expected[1:], strict=True))

    def test_tape_and_gradients_are_only_read(self, module: ModuleType, problem: Problem) -> None:
        _, _, tape = module.lstm_sequence(*problem.five(), FORGET_BIAS, problem.lengths, keep=True)
        before = [a.copy() for a in (problem.d_outputs, *problem.d_state, *problem.five())]
        first = module.lstm_sequence_vjp(tape, problem.d_outputs, problem.d_state)
        kept = [a.copy() for a in first]
        second = module.lstm_sequence_vjp(tape, problem.d_outputs, problem.d_state)
        assert all((a == b).all() for a, b in zip(kept, second, strict=True))
        assert all((a == b).all() for a, b in zip(kept, first, strict=True))
        now = (problem.d_outputs, *problem.d_state, *problem.five())
        assert all((a == b).all() for a, b in zip(before, now, strict=True))

    def test_what_lies_past_a_length_does_not_count(self, module: ModuleType, problem: Problem) -> None:
        expected = self.grads(module, problem, problem.lengths)
        for row, length in enumerate(arrays.to_numpy(problem.lengths).tolist()):
            problem.d_outputs[length:, row] = float("nan")
        got = self.grads(module, problem, problem.lengths)
        assert all((a == b).all() for a, b in zip(got, expected, strict=True))


class TestUpdates:
    """Three steps of every optimizer against its textbook recurrence, in float64 on the host."""

    @pytest.fixture(params=[(3, 4), (1,), (257,), (0, 2)], ids=str)
    def arguments(
        self, request: pytest.FixtureRequest, asarray: Callable[[Any], Any], dtype: Any
    ) -> tuple[list[Any], list[Any]]:
        """The weights and two positive slots, and the gradients of three steps."""
        rng = np.random.default_rng(3)
        shape = request.param
        state = [rng.normal(size=shape), *(rng.uniform(0.5, 2.0, shape) for _ in range(2))]
        steps = [rng.normal(size=shape) for _ in range(3)]
        return [asarray(a.astype(dtype)) for a in state], [asarray(a.astype(dtype)) for a in steps]

    def check(
        self,
        arguments: tuple[list[Any], list[Any]],
        slots: int,
        update: Callable[..., None],
        expected: Callable[..., list[Any]],
    ) -> None:
        state, steps = arguments
        state = state[: slots + 1]
        exact = [arrays.to_numpy(a).astype(np.float64) for a in state]
        pointers = [a.__array_interface__ if hasattr(a, "__array_interface__") else 0 for a in state]
        for step, g in enumerate(steps):
            before = g.copy()
            update(*state, g, step)
            assert (g == before).all()
            exact = expected(*exact, arrays.to_numpy(g).astype(np.float64), step)
        for got, value in zip(state, exact, strict=True):
            close(got, value, steps[0].dtype, 4)
        assert pointers == [a.__array_interface__ if hasattr(a, "__array_interface__") else 0 for a in state]

    def test_sgd(self, module: ModuleType, arguments: Any) -> None:
        self.check(
            arguments,
            0,
            lambda w, g, step: module.sgd_update(w, g, 0.1 + step),
            lambda w, g, step: [w - (0.1 + step) * g],
        )

    @pytest.mark.parametrize("nesterov", [False, True])
    def test_momentum(self, module: ModuleType, arguments: Any, nesterov: bool) -> None:
        def expected(w: Any, m: Any, g: Any, step: int) -> list[Any]:
            m = 0.9 * m + g
            return [w - 0.1 * (g + 0.9 * m if nesterov else m), m]

        self.check(
            arguments,
            1,
            lambda w, m, g, step: module.momentum_update(w, m, g, 0.1, 0.9, nesterov),
            expected,
        )

    def test_rmsprop(self, module: ModuleType, arguments: Any) -> None:
        def expected(w: Any, ms: Any, mom: Any, g: Any, step: int) -> list[Any]:
            ms = 0.8 * ms + 0.2 * g**2
            mom = 0.7 * mom + 0.05 * g / np.sqrt(ms + 1e-3)
            return [w - mom, ms, mom]

        self.check(
            arguments,
            2,
            lambda w, ms, mom, g, step: module.rmsprop_update(w, ms, mom, g, 0.05, 0.8, 0.7, 1e-3),
            expected,
        )

    def test_adam(self, module: ModuleType, arguments: Any) -> None:
        def expected(w: Any, m: Any, v: Any, g: Any, step: int) -> list[Any]:
            m = 0.9 * m + 0.1 * g
            v = 0.99 * v + 0.01 * g**2
            return [w - (0.1 + step) * m / (np.sqrt(v) + 1e-3), m, v]

        self.check(
            arguments,
            2,
            lambda w, m, v, g, step: module.adam_update(w, m, v, g, 0.1 + step, 0.9, 0.99, 1e-3),
            expected,
        )


class TestChoice:
    def test_by_type_and_dtype(self) -> None:
        single, double = np.zeros(2, np.float32), np.zeros(2)
        from fastscope.fused import cpu

        assert fused.implementation(single, single) is cpu
        assert fused.implementation(double) is cpu
        assert fused.implementation(single, double) is reference
        assert fused.implementation(np.zeros(2, np.float16)) is reference

    def test_float16_runs_in_the_reference(self) -> None:
        p = Problem(np.asarray, np.float16)
        outputs, _, _ = scalar_lstm(*p.five())
        got, state, _ = reference.lstm_sequence(*p.five(), FORGET_BIAS)
        assert got.dtype == state.c.dtype == np.float16
        np.testing.assert_allclose(got, outputs, atol=5e-3)


class TestTypes:
    def test_state_is_a_named_pair(self) -> None:
        state = LSTMStateTuple(c=np.zeros(1, np.float32), h=np.ones(1, np.float32))
        c, h = state
        assert c is state.c and h is state.h and state._fields == ("c", "h")
        assert state.dtype == np.float32
        with pytest.raises(TypeError, match=r"c is float32, h is float64"):
            _ = state._replace(h=np.ones(1)).dtype

    def test_cache_forgets_at_a_new_version(self) -> None:
        cache = PackCache()
        cache.at(4).entries["a"] = 1
        assert cache.at(4).entries == {"a": 1}
        assert cache.at(5).entries == {}
