"""Weights in bfloat16: what is rounded, by how much results move, and that a copy is never older than its variable.

Shapes: T max_time, N batch_size, D input_depth, H num_units.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import fastscope as fs
from fastscope import _lstm
from fastscope.arrays import gpu_count
from fastscope.arrays.dtypes import as_dtype
from fastscope.fused import PackCache, cpu, reference

rc = fs.nn.rnn_cell
BIAS = 0.75
# One row and several, odd sizes, blocks cut short and whole, more rows than are taken at a time, many steps.
SHAPES = [
    (1, 1, 128, 128),
    (7, 1, 5, 37),
    (4, 2, 17, 24),
    (3, 7, 33, 40),
    (3, 16, 24, 32),
    (2, 70, 16, 23),
    (9, 4, 1, 1),
]


@pytest.fixture(autouse=True)
def settings() -> Iterator[None]:
    threads, instructions = cpu.get_num_threads(), _lstm.instruction_set()
    with fs.Graph().as_default():
        yield
    cpu.set_num_threads(threads)
    _lstm.use_instruction_set(instructions)


def rounded(a: Any) -> Any:
    """The nearest bfloat16 numbers, as float32; by the package ml_dtypes, which the compiled code knows nothing of."""
    return a.astype(as_dtype("bfloat16").as_numpy_dtype).astype(np.float32)


def drawn(shape: tuple[int, ...]) -> tuple[Any, ...]:
    """x, c, h, kernel, bias."""
    t, n, d, h = shape
    rng = np.random.default_rng(shape)
    sizes = ((t, n, d), (n, h), (n, h), (d + h, 4 * h), (4 * h,))
    scales = (1.0, 1.0, 1.0, (d + h) ** -0.5, 1.0)
    return tuple(rng.normal(0.1, scale, size).astype(np.float32) for size, scale in zip(sizes, scales, strict=True))


def plainly(arguments: tuple[Any, ...], lengths: Any = None) -> tuple[Any, Any, Any]:
    """Outputs, c and h by the plain steps, of rounded numbers."""
    x, c, h, kernel, bias = arguments
    outputs = []
    for t in range(len(x)):
        new = reference.lstm_step(rounded(x[t]), c, rounded(h), rounded(kernel), bias, BIAS)
        goes_on = np.ones(len(c), bool) if lengths is None else t < lengths
        c, h = (np.where(goes_on[:, None], fresh, old) for fresh, old in zip(new, (c, h), strict=True))
        outputs.append(np.where(goes_on[:, None], new.h, 0))
    return np.stack(outputs), c, h


@pytest.mark.parametrize("instructions", _lstm.instruction_sets())
@pytest.mark.parametrize("shape", SHAPES, ids=str)
class TestCompiled:
    def test_a_sequence_is_that_of_rounded_numbers(self, shape: tuple[int, ...], instructions: str) -> None:
        _lstm.use_instruction_set(instructions)
        arguments = drawn(shape)
        lengths = np.random.default_rng(0).integers(0, shape[0] + 1, shape[1])
        for ends in (None, lengths):
            outputs, state, _ = cpu.lstm_sequence(*arguments, BIAS, ends, cache=PackCache(bfloat16=True))
            # an h whose last bit differs may be rounded to the other side, and a sum moves by 2**-8 of one product
            for got, expected in zip((outputs, *state), plainly(arguments, ends), strict=True):
                np.testing.assert_allclose(got, expected, atol=2e-3)
            expected = plainly(arguments, ends)[0][0]
            np.testing.assert_allclose(outputs[0], expected, atol=3e-6)

    def test_a_step(self, shape: tuple[int, ...], instructions: str) -> None:
        _lstm.use_instruction_set(instructions)
        x, *rest = drawn(shape)
        new = cpu.lstm_step(x[0], *rest, BIAS, cache=PackCache(bfloat16=True))
        _, c, h = plainly((x[:1], *rest))
        np.testing.assert_allclose(new.c, c, atol=3e-6)
        np.testing.assert_allclose(new.h, h, atol=3e-6)

    def test_the_error_is_less_than_is_said(self, shape: tuple[int, ...], instructions: str) -> None:
        _lstm.use_instruction_set(instructions)
        x, c, h, kernel, bias = drawn(shape)
        new = cpu.lstm_step(x[0], c, h, kernel, bias, BIAS, cache=PackCache(bfloat16=True))
        exact = reference.lstm_step(*(a.astype(float) for a in (x[0], c, h, kernel, bias)), BIAS)
        most = (2**-7 * np.abs(np.concatenate([x[0], h], axis=1)) @ np.abs(kernel)).max(axis=1, keepdims=True)
        for got, expected in zip(new, exact, strict=True):
            difference = np.abs(got - expected)
            assert (difference < most * (np.abs(c) / 4 + 1.5)).all()
            assert difference.max() > 1e-6  # it is not float32 after all

    def test_ids(self, shape: tuple[int, ...], instructions: str) -> None:
        """A row of the kernel is taken as it is, nothing multiplies it; a row of an embedding is rounded as x is."""
        _lstm.use_instruction_set(instructions)
        x, c, h, kernel, bias = drawn(shape)
        depth, cache = x.shape[2], PackCache(bfloat16=True)
        ids = np.arange(len(c)) % depth
        got = cpu.lstm_step_ids(ids, c, h, kernel, bias, BIAS, cache=cache)
        z = kernel[ids] + rounded(h) @ rounded(kernel[depth:])
        expected = reference.lstm_step(
            z, c, h, np.concatenate([np.eye(z.shape[1], dtype=z.dtype), 0 * kernel[depth:]]), bias, BIAS
        )
        np.testing.assert_allclose(got.h, expected.h, atol=3e-6)
        table = x[0]
        for _ in range(2):  # the product of a row is kept
            ids = np.arange(len(c))[::-1].copy()
            got = cpu.lstm_step_ids(ids, c, h, kernel, bias, BIAS, embedding=table, cache=cache)
            np.testing.assert_allclose(got.h, plainly((table[ids][None], c, h, kernel, bias))[2], atol=3e-6)

    def test_threads_change_no_bit(self, shape: tuple[int, ...], instructions: str) -> None:
        _lstm.use_instruction_set(instructions)
        arguments = drawn(shape)
        found = []
        _lstm.hire_for_anything(True)
        try:
            for threads in (1, 3):
                cpu.set_num_threads(threads)
                outputs, state, _ = cpu.lstm_sequence(*arguments, BIAS, cache=PackCache(bfloat16=True))
                found.append([outputs, *state])
        finally:
            _lstm.hire_for_anything(False)
        for one, other in zip(*found, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("instructions", _lstm.instruction_sets())
def test_rounding_is_to_the_nearest_even_and_keeps_what_is_no_number(instructions: str) -> None:
    """One unit whose z is one product by 1: what comes out tells how a number was rounded."""
    _lstm.use_instruction_set(instructions)
    ulp = 2.0**-7  # of a bfloat16 from 1 to 2
    for value in (1.0, 1 + ulp / 2, 1 + 3 * ulp / 2, 1 + 0.51 * ulp, -1 - ulp / 2, 3e38, np.inf, -np.inf, np.nan):
        kernel = np.zeros((3, 4), np.float32)
        kernel[0, 1] = value  # the new input: j = tanh(x * value)
        x, zeros = np.array([[1, 0]], np.float32), np.zeros((1, 1), np.float32)
        new = cpu.lstm_step(x, zeros, zeros, kernel, np.zeros(4, np.float32), 0.0, cache=PackCache(bfloat16=True))
        expected = np.tanh(rounded(np.float32([[value]]))) / 2
        np.testing.assert_allclose(new.c, expected, rtol=1e-6)


def test_float64_is_refused() -> None:
    arguments = [a.astype(np.float64) for a in drawn((2, 1, 3, 2))]
    with pytest.raises(TypeError, match="weights in bfloat16"):
        cpu.lstm_sequence(*arguments, BIAS, cache=PackCache(bfloat16=True))


T, N, D, H = 5, 3, 4, 2


def made(kind: Any = rc.BasicLSTMCell, **options: Any) -> tuple[Any, Any, Any]:
    """A cell with weights, inputs `[T, N, D]` and a state."""
    rng = np.random.default_rng(3)
    cell = kind(H, **options)
    x = rng.normal(size=(T, N, D)).astype(np.float32)
    state = rc.LSTMStateTuple(*rng.normal(size=(2, N, H)).astype(np.float32))
    cell(x[0], state)
    kernel, bias = cell.weights
    kernel.load(rng.normal(size=kernel.shape).astype(np.float32))
    bias.load(rng.normal(size=bias.shape).astype(np.float32))
    return cell, x, state


def expected(cell: Any, x: Any, state: Any) -> Any:
    kernel, bias = (v.numpy() for v in cell.weights)
    return plainly_with(1.0, (x, *state, kernel, bias))


def plainly_with(forget_bias: float, arguments: tuple[Any, ...]) -> Any:
    x, c, h, kernel, bias = arguments
    shifted = bias.copy()
    shifted[2 * len(bias) // 4 : 3 * len(bias) // 4] += forget_bias - BIAS
    return plainly((x, c, h, kernel, shifted))


class TestCells:
    @pytest.mark.parametrize("kind", [rc.BasicLSTMCell, rc.LSTMCell, fs.contrib.rnn.LSTMBlockCell])
    @pytest.mark.parametrize("asked", ["bfloat16", fs.bfloat16])
    def test_steps_and_sequences(self, kind: Any, asked: Any) -> None:
        cell, x, state = made(kind)
        as_they_are, sequence = (
            cell(x[0], state)[0],
            fs.nn.dynamic_rnn(cell, x, initial_state=state, time_major=True)[0],
        )
        cell.pack(asked)
        outputs, _, _ = expected(cell, x, state)
        for _ in range(3):  # the long way, then the short one
            h, new = cell(x[0], state)
            np.testing.assert_allclose(h, outputs[0], atol=3e-6)
            assert new.h is h and h.dtype == np.float32
        assert not np.array_equal(h, as_they_are)
        got, final = fs.nn.dynamic_rnn(cell, x, initial_state=state, time_major=True)
        np.testing.assert_allclose(got, outputs, atol=2e-3)
        np.testing.assert_array_equal(final.h, got[-1])
        assert [v.dtype.base_dtype for v in cell.weights] == [fs.float32, fs.float32]
        cell.pack(None)
        np.testing.assert_array_equal(cell(x[0], state)[0], as_they_are)
        np.testing.assert_array_equal(fs.nn.dynamic_rnn(cell, x, initial_state=state, time_major=True)[0], sequence)

    def test_asked_before_there_are_weights(self) -> None:
        cell, other = rc.BasicLSTMCell(H, name="c"), rc.BasicLSTMCell(H, name="c", reuse=True)
        cell.pack("bfloat16")
        x, state = np.full((N, D), 0.3, np.float32), cell.zero_state(N, fs.float32)
        h = cell(x, state)[0]
        assert 0 < np.abs(h - other(x, state)[0]).max() < 1e-2  # it counts for the cell, not for its weights
        np.testing.assert_array_equal(cell(x, state)[0], h)

    def test_a_flat_state(self) -> None:
        cell, x, state = made()
        flat = rc.BasicLSTMCell(H, state_is_tuple=False)
        joined = np.concatenate(state, axis=1)
        flat(x[0], joined)
        for mine, other in zip(flat.weights, cell.weights, strict=True):
            mine.load(other.numpy())
        for each in (cell, flat):
            each.pack("bfloat16")
        np.testing.assert_array_equal(flat(x[0], joined)[0], cell(x[0], state)[0])

    def test_the_copy_is_never_older_than_the_kernel(self) -> None:
        """Assigned, trained, read from a checkpoint's values, and written behind the variable's back."""
        cell, x, state = made()
        cell.pack("bfloat16")
        kernel = cell.weights[0]
        table = np.random.default_rng(1).normal(size=(6, D)).astype(np.float32)
        ids = np.array([4, 0, 5])

        def holds() -> None:
            outputs, _, _ = expected(cell, x, state)
            for _ in range(2):
                np.testing.assert_allclose(cell(x[0], state)[0], outputs[0], atol=3e-6)
                of_ids, _, _ = expected(cell, table[ids][None], state)
                np.testing.assert_allclose(cell.step_ids(ids, state, embedding=table)[0], of_ids[0], atol=3e-6)
                got, _ = fs.nn.dynamic_rnn(cell, x, initial_state=state, time_major=True)
                np.testing.assert_allclose(got, outputs, atol=2e-3)

        holds()
        kernel.assign(kernel.numpy() * -1.5)
        holds()
        fs.train.GradientDescentOptimizer(0.5).apply_gradients([(np.ones(kernel.shape, np.float32), kernel)])
        holds()
        kernel.load(kernel.numpy()[::-1].copy())
        holds()
        kernel.array[...] *= 0.5  # known to nobody
        holds()
        kernel.array[1] = 3.0
        holds()

    def test_a_kernel_in_parts(self) -> None:
        x, state = np.full((N, D), 0.3, np.float32), rc.LSTMStateTuple(*np.full((2, N, H), 0.2, np.float32))
        cell = rc.LSTMCell(H, num_unit_shards=2)
        cell.pack("bfloat16")
        cell(x, state)
        cell.weights[0].assign(cell.weights[0].numpy() + 1.0)
        whole = rc.LSTMCell(H, name="whole")
        whole(x, state)
        for mine, other in zip(
            whole.weights, (np.concatenate([v.numpy() for v in cell.weights[:2]]), cell.weights[2].numpy()), strict=True
        ):
            mine.load(other)
        whole.pack("bfloat16")
        np.testing.assert_array_equal(cell(x, state)[0], whole(x, state)[0])

    def test_stacked_and_wrapped(self) -> None:
        """Each cell is asked before it is wrapped."""
        cells = [rc.BasicLSTMCell(H) for _ in range(2)]
        stack = rc.MultiRNNCell([rc.DropoutWrapper(cell) for cell in cells])
        x = np.random.default_rng(0).normal(size=(N, T, D)).astype(np.float32)
        plain, _ = fs.nn.dynamic_rnn(stack, x, dtype=fs.float32)
        for outer in (stack, stack._cells[0]):
            with pytest.raises(ValueError, match="pack each one"):
                outer.pack("bfloat16")
        for cell in cells:
            cell.pack("bfloat16")
        packed, _ = fs.nn.dynamic_rnn(stack, x, dtype=fs.float32)
        assert 0 < np.abs(packed - plain).max() < 1e-2


class TestErrors:
    @pytest.mark.parametrize(
        "cell",
        [
            lambda: rc.GRUCell(H),
            lambda: rc.BasicRNNCell(H),
            lambda: rc.LSTMCell(H, use_peepholes=True),
            lambda: rc.LSTMCell(H, num_proj=3),
            lambda: rc.LSTMCell(H, cell_clip=1.0),
            lambda: rc.BasicLSTMCell(H, activation="relu"),
            lambda: type("Own", (rc.BasicLSTMCell,), {"call": lambda self, x, state: (x, state)})(H),
        ],
    )
    def test_other_cells(self, cell: Any) -> None:
        with pytest.raises(ValueError, match="has no weights that can be packed: BasicLSTMCell and LSTMCell have"):
            cell().pack("bfloat16")

    def test_other_dtypes(self) -> None:
        for dtype in ("float16", fs.float32, np.float64):
            with pytest.raises(ValueError, match="takes 'bfloat16', or None for the weights as they are; got 'float"):
                rc.BasicLSTMCell(H).pack(dtype)

    @pytest.mark.parametrize("dtype", ["float64", "float16"])
    def test_weights_of_another_dtype(self, dtype: str) -> None:
        cell = rc.BasicLSTMCell(H, dtype=dtype)
        cell.pack("bfloat16")  # nothing is known of its weights
        x, state = np.ones((N, D), dtype), cell.zero_state(N, dtype)
        for _ in range(2):
            with pytest.raises(ValueError, match=f"is for float32 weights on the CPU, got {dtype} on the CPU"):
                cell(x, state)
        with pytest.raises(ValueError, match="is for float32 weights on the CPU"):
            fs.nn.dynamic_rnn(cell, x[None], dtype=dtype)
        cell.pack(None)
        h = cell(x, state)[0]
        with pytest.raises(ValueError, match="is for float32 weights on the CPU"):
            cell.pack("bfloat16")
        np.testing.assert_array_equal(cell(x, state)[0], h)  # what was refused changed nothing

    @pytest.mark.gpu
    @pytest.mark.skipif(not gpu_count(), reason="needs CuPy and a GPU")
    def test_weights_on_a_gpu(self) -> None:
        cell = rc.BasicLSTMCell(H)
        cell.pack("bfloat16")
        with fs.device("/gpu:0"):
            x, state = fs.constant(np.ones((N, D), np.float32)), cell.zero_state(N, fs.float32)
            for _ in range(2):
                with pytest.raises(ValueError, match="is for float32 weights on the CPU, got float32 on the GPU"):
                    cell(x, state)
            cell.pack(None)
            h = cell(x, state)[0]
            with pytest.raises(ValueError, match="got float32 on the GPU"):
                cell.pack("bfloat16")
            assert (cell(x, state)[0] == h).all()

    def test_no_way_back(self) -> None:
        cell, x, state = made()
        cell.pack("bfloat16")
        for pull in (
            lambda: fs.vjp.dynamic_rnn(cell, x, initial_state=state, time_major=True),
            lambda: cell.step_vjp(x[0], state),
        ):
            with pytest.raises(ValueError, match="which is for inference and has no way back"):
                pull()
            cell.pack(None)
            pull()
            cell.pack("bfloat16")
