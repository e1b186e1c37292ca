"""The .cu files executed on the host: same bits as the formulas on paper, in every order of the threads.

This shows that the kernels compute what they should and index what they should. It shows nothing of a
GPU's memory model, timing or alignment, and NVRTC is not involved: see test_nvrtc.py for that.
Shapes: T max_time, N batch_size, H num_units.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import paper
import pytest
from host import FLAGS, GXX, SANITIZERS, Kernels, build, precompile
from steps import Problem, backward, forward, grid, persist, problem

from fastscope.fused import cuda
from fastscope.fused.cuda_source import KERNELS, expression, full_width, source

pytestmark = pytest.mark.skipif(GXX is None, reason="needs g++")

SANITIZE = "FASTSCOPE_TEST_SANITIZE"  # set in the subprocess that runs this file under sanitizers
SHAPES = [(1, 1, 4), (4, 3, 8), (3, 5, 12)]
ODD_SHAPES = [(4, 3, 1), (3, 2, 5), (2, 7, 3)]


@pytest.fixture(scope="session")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("host")
    flags = SANITIZERS if os.environ.get(SANITIZE) else ()
    precompile(folder, flags)
    return {file: build(file, folder, flags) for file in KERNELS}


@pytest.fixture(params=[0, 12345], ids=["ascending", "shuffled"])
def seed(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def lstm(libraries: dict[str, Path], seed: int) -> Kernels:
    return Kernels(libraries["lstm.cu"], seed)


@pytest.fixture
def updates(libraries: dict[str, Path], seed: int) -> Kernels:
    return Kernels(libraries["updates.cu"], seed)


@pytest.fixture(params=[np.float32, np.float64], ids=["float32", "float64"])
def dtype(request: pytest.FixtureRequest) -> Any:
    return np.dtype(request.param)


def same_bits(got: Any, expected: Any) -> None:
    assert got.dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(got, expected)  # NaN equals NaN, and -0.0 equals 0.0: checked next
    assert (np.signbit(got) == np.signbit(expected)).all()


def shapes_and_widths(dtype: Any) -> list[tuple[tuple[int, int, int], int]]:
    wide = full_width(dtype.itemsize)
    return [(s, w) for s in SHAPES for w in (1, wide)] + [(s, 1) for s in ODD_SHAPES]


def paper_forward(p: Problem) -> tuple[Any, Any, Any]:
    """Return the outputs, and the final c and h, of the formulas on paper."""
    gates = paper.read(source("lstm_gates.h"), p.h.dtype)
    forget_bias = p.h.dtype.type(p.forget_bias)
    c, h, outputs = p.c.copy(), p.h.copy(), []
    for t, xw in enumerate(p.xw):
        z = np.split(xw + h @ p.u + p.bias, 4, axis=1)
        s = gates["fs_forward"](*z, c, forget_bias)
        live = np.full((len(h), 1), True) if p.lengths is None else (t < p.lengths)[:, None]
        c, h = np.where(live, s.c, c), np.where(live, s.h, h)
        outputs.append(np.where(live, s.h, p.h.dtype.type(0)))
    return np.stack(outputs), c, h


class TestForward:
    @pytest.mark.parametrize("with_lengths", [False, True])
    def test_bits_are_those_of_the_formulas(self, lstm: Kernels, dtype: Any, with_lengths: bool) -> None:
        for shape, width in shapes_and_widths(dtype):
            p = problem(dtype, *shape, with_lengths)
            outputs, c, h = paper_forward(p)
            for keep in (False, True):
                got = forward(lstm, p, width, keep)
                same_bits(got.outputs, outputs)
                same_bits(got.c, c)
                same_bits(got.h, h)

    def test_bits_are_those_of_the_compiled_core(self, lstm: Kernels, dtype: Any) -> None:
        """With a kernel of zeros z is the bias, so that no product's order of summation comes in."""
        pytest.importorskip("fastscope._lstm")
        from fastscope.fused import cpu

        p = problem(dtype, 4, 9, 16, True)
        p = p._replace(xw=np.zeros_like(p.xw), u=np.zeros_like(p.u), bias=5 * p.bias)
        # Each row is a column of x of its own, so that x'.dz, a part of the kernel's gradient, is dz.
        x, kernel = np.eye(36, dtype=dtype).reshape(4, 9, 36), np.zeros((36 + 16, 64), dtype)
        arguments = x, p.c, p.h, kernel, p.bias, p.forget_bias, p.lengths
        outputs, state, tape = cpu.lstm_sequence(*arguments, keep=True)
        got = forward(lstm, p, full_width(dtype.itemsize))
        same_bits(got.outputs, outputs)
        same_bits(got.c, state.c)
        same_bits(got.h, state.h)
        d_outputs = problem(dtype, 4, 9, 4, False).xw  # any [4, 9, 16]
        back = backward(lstm, p, got, d_outputs, (p.c, p.h), full_width(dtype.itemsize))
        grads = cpu.lstm_sequence_vjp(tape, d_outputs, type(state)(p.c, p.h))
        same_bits(back.d_c, grads.c)
        np.testing.assert_array_equal(grads.kernel[:36].reshape(4, 9, 64), back.dz)

    def test_rows_by_id(self, lstm: Kernels, dtype: Any) -> None:
        p = problem(dtype, 1, 5, 8, False)
        table = problem(dtype, 1, 4, 8, False).xw[0]  # [4, 4H]
        ids = np.array([3, -1, 0, 4, 3], np.int64)
        x = np.where(((ids >= 0) & (ids < 4))[:, None], table[ids % 4], dtype.type(0))
        _, c, h = paper_forward(p._replace(xw=x[None]))
        for width in (1, full_width(dtype.itemsize)):
            state = np.full((2, 5, 8), np.nan, dtype)
            arrays = table, ids, 4, p.h @ p.u, p.bias, p.c, state[0], p.h, state[1]
            numbers = None, None, None, p.forget_bias, 0, 5, 8
            name = expression("lstm_forward", dtype.itemsize, width)
            lstm(name, grid(40 // width), (64,), *arrays, *numbers)
            same_bits(state[0], c)
            same_bits(state[1], h)

    def test_infinities_saturate_and_nan_stays_in_its_row(self, lstm: Kernels, dtype: Any) -> None:
        p = problem(dtype, 1, 3, 4, False)
        p.xw[0, 0], p.xw[0, 1, 4:8], p.c[0] = np.inf, np.nan, 0.5
        got = forward(lstm, p, full_width(dtype.itemsize))
        same_bits(got.c[0], np.full(4, 1.5, dtype))
        assert np.isnan(got.c).tolist() == [[False] * 4, [True] * 4, [False] * 4]


class TestBackward:
    @pytest.mark.parametrize("with_lengths", [False, True])
    @pytest.mark.parametrize("with_state", [False, True])
    def test_bits_are_those_of_the_formulas(
        self, lstm: Kernels, dtype: Any, with_lengths: bool, with_state: bool
    ) -> None:
        gates = paper.read(source("lstm_gates.h"), dtype)
        for shape, width in shapes_and_widths(dtype):
            p = problem(dtype, *shape, with_lengths)
            steps, units = shape[0], shape[2]
            f = forward(lstm, p, width)
            d_outputs = f.outputs[::-1] * 2 - 1
            d_state = (p.h, p.c) if with_state else None
            got = backward(lstm, p, f, np.ascontiguousarray(d_outputs), d_state, width)
            dc, dh = d_state or np.zeros((2, *p.h.shape), dtype)
            for t in reversed(range(steps)):
                live = np.full((shape[1], 1), True)
                if p.lengths is not None:
                    live = (t < p.lengths)[:, None]
                rest = got.dz[t + 1] @ p.u.T if t + 1 < steps else dtype.type(0)
                ends = (np.full(shape[1], steps) if p.lengths is None else p.lengths)[:, None]
                last = np.where((t + 1 == np.minimum(ends, steps)), dh, dtype.type(0))
                four = (f.gates[t, :, k * units : (k + 1) * units] for k in range(4))
                total = d_outputs[t] + rest + last
                d = gates["fs_backward"](*four, f.cells[t], f.cells[t + 1], total, dc)
                z = np.where(live, np.concatenate([d.zi, d.zj, d.zf, d.zo], axis=1), dtype.type(0))
                same_bits(got.dz[t], z.astype(dtype))
                dc = np.where(live, d.c_prev, dc)
                if t + 1 < steps:
                    same_bits(got.hiddens[t + 1], f.outputs[t])
            same_bits(got.d_c, dc)

    @pytest.mark.parametrize("with_lengths", [False, True])
    def test_finite_differences(self, lstm: Kernels, with_lengths: bool) -> None:
        p = problem(np.dtype(np.float64), 4, 3, 2, with_lengths)
        d_outputs = problem(np.dtype(np.float64), 4, 3, 2, False).xw[:, :, :2] + 1
        d_state = p.h + 0.5, p.c - 0.25

        def loss(q: Problem) -> float:
            f = forward(lstm, q, 1)
            return float((f.outputs * d_outputs).sum() + (f.c * d_state[0] + f.h * d_state[1]).sum())

        f = forward(lstm, p, 1)
        got = backward(lstm, p, f, np.ascontiguousarray(d_outputs), d_state, 1)
        d_u = np.tensordot(got.hiddens, got.dz, axes=((0, 1), (0, 1)))
        found = {"xw": got.dz, "u": d_u, "bias": got.dz.sum((0, 1)), "c": got.d_c, "h": got.d_h}
        for name, gradient in found.items():
            value = getattr(p, name)
            for index in list(np.ndindex(value.shape))[:: 1 + value.size // 8]:
                kept, step = float(value[index]), 1e-5
                value[index] = kept + step
                above = loss(p)
                value[index] = kept - step
                below = loss(p)
                value[index] = kept
                assert abs(float(gradient[index]) - (above - below) / (2 * step)) < 1e-8, name


class TestColumnSum:
    @pytest.mark.parametrize("shape", [(1, 1, 1), (37, 70, 37), (37, 70, 10), (8, 32, 256)])
    def test_order_is_fixed(self, lstm: Kernels, dtype: Any, shape: tuple[int, int, int]) -> None:
        rows, columns, chunk = shape
        a = np.random.default_rng(5).normal(size=(rows, columns)).astype(dtype) ** 3
        chunks = -(-rows // chunk)
        sums = np.full((chunks, columns), np.nan, dtype)
        launch = (chunks, -(-columns // 32)), (32, 8)
        name = expression("lstm_column_sum", dtype.itemsize)
        lstm(name, *launch, a, sums, rows, columns, chunk)
        for k in range(chunks):
            of_thread = np.zeros((8, columns), dtype)
            for row, values in enumerate(a[k * chunk : (k + 1) * chunk]):
                of_thread[row % 8] += values
            total = of_thread[0]
            for part in of_thread[1:]:
                total = total + part
            same_bits(sums[k], total)

    def test_very_many_rows_fit_into_a_grid(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nothing is launched here; only x of a grid has room for more than 65535 blocks."""
        grids: list[tuple[int, ...]] = []
        monkeypatch.setattr(cuda, "kernel_for", lambda name, a: lambda grid, block, arguments: grids.append(grid))
        cuda._column_sum(np.broadcast_to(np.float32(1), (65536 * cuda._CHUNK, 40)))
        assert grids == [(65536, 2), (256, 2), (1, 2)]


class TestJoin:
    @pytest.mark.parametrize("with_ids", [False, True])
    def test_rows_beside_h(self, lstm: Kernels, dtype: Any, with_ids: bool) -> None:
        rng = np.random.default_rng(2)
        x, h = (rng.normal(size=s).astype(dtype) for s in ((5, 3), (5, 4)))
        ids = np.array([4, -1, 5, 0, 4], np.int64) if with_ids else None
        both = np.full((5, 7), np.nan, dtype)
        name = expression("lstm_join", dtype.itemsize)
        lstm(name, grid(35), (64,), x, ids, 5, h, both, 5, 3, 4)
        rows = x if ids is None else np.where(((ids >= 0) & (ids < 5))[:, None], x[ids % 5], 0)
        same_bits(both, np.concatenate([rows, h], axis=1).astype(dtype))


class TestPersist:
    @pytest.mark.parametrize("with_lengths", [False, True])
    @pytest.mark.parametrize("shape", [(4, 3, 6, 2), (3, 2, 5, 2), (2, 5, 4, 4)])
    def test_equals_the_single_steps(
        self,
        libraries: dict[str, Path],
        seed: int,
        dtype: Any,
        with_lengths: bool,
        shape: tuple[int, int, int, int],
    ) -> None:
        """Only the order of the sums over H differs: cuBLAS's in one, ascending in the other."""
        p = problem(dtype, *shape[:3], with_lengths)
        expected = forward(Kernels(libraries["lstm.cu"], seed), p, 1)
        got = persist(Kernels(libraries["lstm_persist.cu"], seed), p, shape[3])
        again = persist(Kernels(libraries["lstm_persist.cu"], 99), p, shape[3])
        for a, b, c in zip(got, expected, again, strict=True):
            np.testing.assert_allclose(a, b, rtol=0, atol=4e-6 if dtype.itemsize == 4 else 1e-14)
            same_bits(a, c)


class TestUpdates:
    NUMBERS = 0.1, 0.9, 0.7, 1e-3

    def check(self, updates: Kernels, dtype: Any, name: str, slots: int, numbers: tuple[Any, ...]) -> None:
        rng = np.random.default_rng(11)
        state = [rng.uniform(0.5, 2.0, 300).astype(dtype) for _ in range(1 + slots)]
        g = rng.normal(size=300).astype(dtype)
        before, expected = g.copy(), self.expected(name, [a.copy() for a in state], g, numbers)
        arguments = *state, g, *numbers, 300
        updates(expression(name, dtype.itemsize), grid(300), (64,), *arguments)
        same_bits(g, before)
        for got, wanted in zip(state, expected, strict=True):
            same_bits(got, wanted)

    def expected(self, name: str, state: list[Any], g: Any, numbers: tuple[Any, ...]) -> list[Any]:
        """The formulas in NumPy, which rounds after every operation."""
        real, w = g.dtype.type, state[0]
        n = [real(number) for number in numbers]
        if name == "sgd_update":
            return [w - n[0] * g]
        if name == "momentum_update":
            m = n[1] * state[1] + g
            return [w - n[0] * (g + n[1] * m if numbers[2] else m), m]
        fresh = [real(1.0 - number) for number in numbers]
        if name == "rmsprop_update":
            ms = state[1] + fresh[1] * (g * g - state[1])
            mom = n[2] * state[2] + n[0] * g / np.sqrt(ms + n[3])
            return [w - mom, ms, mom]
        m = state[1] + fresh[1] * (g - state[1])
        v = state[2] + fresh[2] * (g * g - state[2])
        return [w - n[0] * m / (np.sqrt(v) + n[3]), m, v]

    def test_sgd(self, updates: Kernels, dtype: Any) -> None:
        self.check(updates, dtype, "sgd_update", 0, self.NUMBERS[:1])

    @pytest.mark.parametrize("nesterov", [False, True])
    def test_momentum(self, updates: Kernels, dtype: Any, nesterov: bool) -> None:
        self.check(updates, dtype, "momentum_update", 1, (*self.NUMBERS[:2], nesterov))

    @pytest.mark.parametrize("name", ["rmsprop_update", "adam_update"])
    def test_two_slots(self, updates: Kernels, dtype: Any, name: str) -> None:
        self.check(updates, dtype, name, 2, self.NUMBERS)


@pytest.mark.slow
@pytest.mark.skipif(bool(os.environ.get(SANITIZE)), reason="runs this file, not itself")
def test_under_the_sanitizers(tmp_path: Path) -> None:
    """The shuffled half of this file once more, the kernels with the address and undefined-behaviour sanitizers."""
    runtime = subprocess.run(
        [str(GXX), "-print-file-name=libasan.so"], capture_output=True, text=True, check=True
    ).stdout.strip()
    probe = tmp_path / "probe.cpp"
    probe.write_text("int probe() { return 0; }")
    command = [str(GXX), *FLAGS, *SANITIZERS, str(probe), "-o", str(tmp_path / "probe.so")]
    if subprocess.run(command, capture_output=True, check=False).returncode or "/" not in runtime:
        pytest.skip("this g++ has no sanitizers")
    environment = {
        **os.environ,
        SANITIZE: "1",
        "LD_PRELOAD": runtime,
        "ASAN_OPTIONS": "detect_leaks=0:detect_stack_use_after_return=0",
        "PYTHONMALLOC": "malloc",
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__, "-k", "shuffled"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
