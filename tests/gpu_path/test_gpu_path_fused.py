"""The fused functions on a device: what they cost exactly, what they refuse, their streams."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from both import FUSED_OPTIMIZERS, OPTIMIZERS, D, H, N, T, counted, cupy, draw, needs_double, same

import fastscope as tf
from fastscope.fused import LSTMStateTuple, cuda_persist

pytestmark = pytest.mark.gpu


@needs_double
class TestCounts:
    """What the fused functions cost, exactly. No copy to the host and no synchronisation anywhere."""

    @pytest.fixture
    def five(self) -> tuple[Any, ...]:
        shapes = (T, N, D), (N, H), (N, H), (D + H, 4 * H), (4 * H,)
        return tuple(cupy.asarray(draw(*shape, seed=9)) for shape in shapes)

    def test_step(self, five: Any) -> None:
        from fastscope.fused import cuda

        x, *rest = five
        assert counted(lambda: cuda.lstm_step(x[0], *rest, 1.0)) == {"launches": 2, "gemms": 1}

    def test_step_ids(self, five: Any) -> None:
        from fastscope.fused import cuda

        ids, table = cupy.asarray([1, 3, 0]), cupy.asarray(draw(6, D))
        rest = five[1:]
        found = counted(lambda: cuda.lstm_step_ids(ids, *rest, 1.0))
        assert found == {"launches": 1, "gemms": 1}
        found = counted(lambda: cuda.lstm_step_ids(ids, *rest, 1.0, embedding=table))
        assert found == {"launches": 2, "gemms": 1}

    @pytest.mark.parametrize("with_lengths", [False, True])
    def test_sequence(self, five: Any, with_lengths: bool) -> None:
        """One launch and one product a step, and the product of all inputs."""
        from fastscope.fused import cuda

        lengths = cupy.asarray(np.array([2, 0, 5])) if with_lengths else None
        found = counted(lambda: cuda.lstm_sequence(*five, 1.0, lengths))
        assert found == {"launches": T, "gemms": T + 1}

    def test_training(self, five: Any) -> None:
        """Forward, three copies for the tape; backward, three products over all steps, one sum."""
        from fastscope.fused import cuda

        found = counted(lambda: cuda.lstm_sequence(*five, 1.0, keep=True))
        assert found.pop("launches") + found.pop("d2d") == T + 3
        assert found == {"gemms": T + 1}
        d_outputs, d_state = cupy.ones((T, N, H), "float32"), LSTMStateTuple(five[1], five[2])
        _, _, tape = cuda.lstm_sequence(*five, 1.0, keep=True)
        found = counted(lambda: cuda.lstm_sequence_vjp(tape, d_outputs, d_state))
        assert found == {"launches": T + 1, "gemms": T + 3, "d2d": 1}

    def test_bias_of_many_rows(self) -> None:
        """More than 256 rows are added up in two launches."""
        from fastscope.fused import cuda

        shapes = (T, 60, D), (60, H), (60, H), (D + H, 4 * H), (4 * H,)
        five = [cupy.asarray(draw(*shape)) for shape in shapes]
        _, _, tape = cuda.lstm_sequence(*five, 1.0, keep=True)
        d_outputs = cupy.ones((T, 60, H), "float32")
        found = counted(lambda: cuda.lstm_sequence_vjp(tape, d_outputs, None))
        assert found == {"launches": T + 2, "gemms": T + 3, "d2d": 1}

    @pytest.mark.parametrize("name", FUSED_OPTIMIZERS)
    def test_optimizer(self, name: str) -> None:
        """One launch a variable."""
        with tf.device("/gpu:0"):
            optimizer = OPTIMIZERS[name]()
            variables = [tf.get_variable(f"v{k}", [3, 7]) for k in range(2)]
            pairs = [(cupy.asarray(draw(3, 7)), v) for v in variables]
            assert counted(lambda: optimizer.apply_gradients(pairs)) == {"launches": 2}

    def test_persist(self, five: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        from fastscope.fused import cuda

        monkeypatch.setenv(cuda_persist.SWITCH, "1")
        found = counted(lambda: cuda.lstm_sequence(*five, 1.0))
        assert found.pop("gemms") == 1
        assert found.pop("launches") <= 2  # the kernel, and the zero it counts from
        assert not found


class TestPersist:
    @pytest.mark.parametrize("units", [8, 7])
    @pytest.mark.parametrize("keep", [False, True])
    @pytest.mark.parametrize("with_lengths", [False, True])
    def test_equals_the_single_steps(
        self, monkeypatch: pytest.MonkeyPatch, units: int, keep: bool, with_lengths: bool
    ) -> None:
        from fastscope.fused import cuda

        shapes = (T, N, D), (N, units), (N, units), (D + units, 4 * units), (4 * units,)
        five = [cupy.asarray(draw(*shape)) for shape in shapes]
        lengths = cupy.asarray(np.array([2, 0, 5])) if with_lengths else None
        outputs, state, tape = cuda.lstm_sequence(*five, 1.0, lengths, keep=keep)
        monkeypatch.setenv(cuda_persist.SWITCH, "1")
        got, got_state, got_tape = cuda.lstm_sequence(*five, 1.0, lengths, keep=keep)
        same([outputs.get(), state.c.get(), state.h.get()], [got, got_state.c, got_state.h])
        if keep:
            same(tape.cells.get(), got_tape.cells)


class TestProducts:
    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    @pytest.mark.parametrize("sizes", [(3, 8, 5), (1, 4, 1), (2, 1, 4), (1, 1, 1)])
    @pytest.mark.parametrize("transposed", [False, True])
    def test_equals_matmul(self, dtype: str, sizes: tuple[int, int, int], transposed: bool) -> None:
        from fastscope.fused.cuda_products import prepared

        rows, inner, columns = sizes
        a = cupy.asarray(draw(rows, inner).astype(dtype))
        b = cupy.asarray(draw(inner, columns).astype(dtype))
        out = cupy.empty((rows, columns), dtype)
        prepared(rows, cupy.ascontiguousarray(b.T).T if transposed else b)(a, out)
        same(a.get() @ b.get(), out)

    def test_precision_is_cupys(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """CUPY_TF32 counts for cupy.matmul, and so for us."""
        from fastscope.fused.cuda_products import _precision

        cublas = cupy.cuda.cublas
        monkeypatch.delenv("CUPY_TF32", raising=False)
        assert _precision(cupy.cuda, "f") == cublas.CUBLAS_COMPUTE_32F
        monkeypatch.setenv("CUPY_TF32", "1")
        assert _precision(cupy.cuda, "f") == cublas.CUBLAS_COMPUTE_32F_FAST_TF32
        assert _precision(cupy.cuda, "d") == cublas.CUBLAS_COMPUTE_64F


class TestErrors:
    """Met by who calls `fused` directly; a kernel would stray in memory."""

    def test_shapes_and_dtypes(self) -> None:
        from fastscope.fused import cuda

        shapes = (T, N, D), (N, H), (N, H), (D + H, 4 * H), (4 * H,)
        x, c, h, kernel, bias = (cupy.asarray(draw(*shape)) for shape in shapes)
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"c of shape \(3, 8\), got \(2, 8\)"):
            cuda.lstm_sequence(x, c[:2], h, kernel, bias, 1.0)
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"kernel of shape \(12, 32\), got"):
            cuda.lstm_step(x[0], c, h, kernel[1:], bias, 1.0)
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"x of shape \(5, 3, 4\), got"):
            cuda.lstm_sequence(x[:, :2], c, h, kernel, bias, 1.0)
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"x of shape \(T, N, D\), got"):
            cuda.lstm_sequence(x[0], c, h, kernel, bias, 1.0)
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"lengths of shape \(3\), got"):
            cuda.lstm_sequence(x, c, h, kernel, bias, 1.0, cupy.asarray([1, 2]))
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"ids of shape \(3\), got"):
            cuda.lstm_step_ids(cupy.asarray([1, 2]), c, h, kernel, bias, 1.0)
        with pytest.raises(TypeError, match=r"got float64 for bias"):
            cuda.lstm_step(x[0], c, h, kernel, bias.astype("float64"), 1.0)
        _, _, tape = cuda.lstm_sequence(x, c, h, kernel, bias, 1.0, keep=True)
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"d_outputs of shape \(5, 3, 8\)"):
            cuda.lstm_sequence_vjp(tape, x, None)
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"of shape \(3, 8\), got \(12, 32\)"):
            cuda.sgd_update(c, kernel, 0.1)

    def test_no_inputs_at_all(self) -> None:
        """D = 0: the product of x with its part of the kernel is zero."""
        from fastscope.fused import cuda, reference

        shapes = (T, N, 0), (N, H), (N, H), (H, 4 * H), (4 * H,)
        five = [cupy.asarray(draw(*shape)) for shape in shapes]
        outputs, _, tape = cuda.lstm_sequence(*five, 1.0, keep=True)
        expected, _, reference_tape = reference.lstm_sequence(*five, 1.0, keep=True)
        same(expected.get(), outputs)
        grads = cuda.lstm_sequence_vjp(tape, outputs, None)
        wanted = reference.lstm_sequence_vjp(reference_tape, outputs, None)
        same([a.get() for a in wanted], list(grads), 1e-5)


class TestStreams:
    def test_arguments_by_name(self) -> None:
        from fastscope.fused import cuda

        w, g = cupy.ones(3, "float32"), cupy.arange(3, dtype="float32")
        cuda.sgd_update(lr=0.5, g=g, w=w)
        assert w.get().tolist() == [1.0, 0.5, 0.0]

    def test_work_goes_to_the_current_stream(self) -> None:
        from fastscope.fused import cuda

        shapes = (T, N, D), (N, H), (N, H), (D + H, 4 * H), (4 * H,)
        five = [cupy.asarray(draw(*shape)) for shape in shapes]
        expected = cuda.lstm_sequence(*five, 1.0)[0].get()
        cupy.cuda.runtime.deviceSynchronize()
        streams = [cupy.cuda.Stream(non_blocking=True) for _ in range(2)]
        found = []
        for stream in streams:
            with stream:
                found.append(cuda.lstm_sequence(*five, 1.0)[0])
        for stream, outputs in zip(streams, found, strict=True):
            stream.synchronize()
            same(expected, outputs, 0)
