"""What only a GPU can show; `pytest -m gpu` runs it. No run on a GPU is recorded yet.

Those that do not need the hardware also run on the CPU double of CuPy (`-p cupy_on_cpu`), which shows
that they are written down correctly and no more. The mark is also on all that holds a GPU's results
to the reference and to the CPU's: tests/gpu_path, and every test that takes a device or a module.
Shapes: T max_time, N batch_size, D input_depth, H num_units.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope as tf
from fastscope import arrays
from fastscope.fused import LSTMStateTuple

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not arrays.gpu_count(), reason="needs CuPy and a GPU"),
]
on_hardware = pytest.mark.skipif("cupy_on_cpu" in sys.modules, reason="the CPU double is no GPU")

ROOT = Path(tf.__file__).parent.parent
T, N, D, H = 6, 5, 3, 8


@pytest.fixture
def cupy() -> Any:
    return arrays.import_cupy()


@pytest.fixture
def cuda() -> Any:
    from fastscope.fused import cuda

    return cuda


def five(cupy: Any, t: int = T, n: int = N, d: int = D, h: int = H, dtype: Any = np.float32) -> list[Any]:
    rng = np.random.default_rng([t, n, d, h])
    shapes = (t, n, d), (n, h), (n, h), (d + h, 4 * h), (4 * h,)
    return [cupy.asarray(rng.normal(0.1, 0.5, shape).astype(dtype)) for shape in shapes]


def milliseconds(cupy: Any, run: Any, repeats: int = 20) -> float:
    """Return the least time of a call on the device."""
    for _ in range(3):
        run()
    times = []
    for _ in range(repeats):
        start, stop = cupy.cuda.Event(), cupy.cuda.Event()
        start.record()
        run()
        stop.record()
        stop.synchronize()
        times.append(cupy.cuda.get_elapsed_time(start, stop))
    return float(min(times))


class TestResults:
    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_gates_have_the_bits_of_the_cpu(self, cupy: Any, cuda: Any, dtype: Any) -> None:
        """With a kernel of zeros z is the bias: no product, whose order of summation is cuBLAS's."""
        from fastscope.fused import cpu

        rng = np.random.default_rng(1)
        c, h = rng.normal(size=(2, 33, 64)).astype(dtype)
        x, kernel = np.ones((4, 33, 2), dtype), np.zeros((66, 256), dtype)
        bias = rng.normal(0, 4, 256).astype(dtype)
        outputs, state, _ = cpu.lstm_sequence(x, c, h, kernel, bias, 1.0)
        on_gpu = (cupy.asarray(a) for a in (x, c, h, kernel, bias))
        got, got_state, _ = cuda.lstm_sequence(*on_gpu, 1.0)
        np.testing.assert_array_equal(got.get(), outputs)
        np.testing.assert_array_equal(got_state.c.get(), state.c)

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_unaligned_pointers(self, cupy: Any, cuda: Any, dtype: Any) -> None:
        """Arrays that begin one element past a multiple of 16 bytes take the scalar kernels."""
        aligned = five(cupy, dtype=dtype)
        shifted = []
        for array in aligned:
            home = cupy.empty(array.size + 1, dtype)
            home[1:] = array.ravel()
            shifted.append(home[1:].reshape(array.shape))
            assert shifted[-1].data.ptr % 16
        outputs, state, tape = cuda.lstm_sequence(*aligned, 1.0, keep=True)
        got, got_state, got_tape = cuda.lstm_sequence(*shifted, 1.0, keep=True)
        cupy.testing.assert_allclose(got, outputs, atol=1e-6)
        cupy.testing.assert_allclose(got_state.c, state.c, atol=1e-6)
        d = cupy.ones(outputs.size + 1, dtype)[1:].reshape(outputs.shape)
        expected = cuda.lstm_sequence_vjp(tape, d.copy(), LSTMStateTuple(*aligned[1:3]))
        grads = cuda.lstm_sequence_vjp(got_tape, d, LSTMStateTuple(*shifted[1:3]))
        for a, b in zip(grads, expected, strict=True):
            cupy.testing.assert_allclose(a, b, atol=1e-4)

    def test_bias_gradient_is_the_same_each_time(self, cupy: Any, cuda: Any) -> None:
        arguments = five(cupy, 50, 40, 16, 64)
        _, _, tape = cuda.lstm_sequence(*arguments, 1.0, keep=True)
        d = cupy.asarray(np.random.default_rng(0).normal(size=(50, 40, 64)).astype("f"))
        first = cuda.lstm_sequence_vjp(tape, d, None).bias.get()
        for _ in range(5):
            np.testing.assert_array_equal(cuda.lstm_sequence_vjp(tape, d, None).bias.get(), first)

    @on_hardware  # the double would take half a minute
    def test_bias_gradient_of_very_many_rows(self, cupy: Any, cuda: Any) -> None:
        rows = 65536 * cuda._CHUNK
        assert cuda._column_sum(cupy.ones((rows, 1), "float32")).get().tolist() == [rows]


class TestLaunches:
    """Kernels of ours that are launched, counted in this process; Nsight counts them below."""

    @pytest.fixture
    def launched(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        from fastscope.fused import cuda, cuda_launch, cuda_updates

        names: list[str] = []

        def kernel_for(name: str, *rest: Any) -> Any:
            kernel = cuda_launch.kernel_for(name, *rest)

            def launch(*arguments: Any) -> None:
                names.append(name.partition("_")[2])
                kernel(*arguments)

            return launch

        for module in (cuda, cuda_updates):
            monkeypatch.setattr(module, "kernel_for", kernel_for)
        return names

    def test_one_a_step(self, cupy: Any, cuda: Any, launched: list[str]) -> None:
        x, *rest = five(cupy)
        cuda.lstm_sequence(x, *rest, 1.0)
        assert launched == ["forward"] * T
        launched.clear()
        outputs, state, tape = cuda.lstm_sequence(x, *rest, 1.0, keep=True)
        cuda.lstm_sequence_vjp(tape, outputs, state)
        assert launched == ["forward"] * T + ["backward"] * T + ["column_sum"]

    def test_single_steps(self, cupy: Any, cuda: Any, launched: list[str]) -> None:
        x, *rest = five(cupy)
        cuda.lstm_step(x[0], *rest, 1.0)
        cuda.lstm_step_ids(cupy.arange(N) % D, *rest, 1.0)
        assert launched == ["join", "forward", "forward"]

    def test_one_a_variable(self, cupy: Any, launched: list[str]) -> None:
        with tf.device("/gpu:0"):
            variables = [tf.get_variable(f"v{k}", [3, 7]) for k in range(2)]
            pairs = [(cupy.ones((3, 7), "float32"), v) for v in variables]
            tf.train.AdamOptimizer(0.1).apply_gradients(pairs)
        assert launched == ["update"] * 2


class TestStreamsAndDevices:
    def test_threads_on_streams_of_their_own(self, cupy: Any, cuda: Any) -> None:
        """Each thread has scratch of its own, whatever runs beside it."""
        arguments = [five(cupy, T, n) for n in (5, 6, 7, 5)]
        expected = [cuda.lstm_sequence(*a, 1.0)[0].get() for a in arguments]
        cupy.cuda.runtime.deviceSynchronize()
        wrong: list[int] = []

        def work(k: int) -> None:
            with cupy.cuda.Stream(non_blocking=True) as stream:
                for _ in range(20):
                    outputs = cuda.lstm_sequence(*arguments[k], 1.0)[0]
                    stream.synchronize()
                    if not (outputs.get() == expected[k]).all():
                        wrong.append(k)

        threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not wrong

    def test_one_thread_on_two_streams(self, cupy: Any, cuda: Any) -> None:
        a, b = five(cupy, 30, 64, 32, 128), five(cupy, 30, 64, 32, 128)
        b[0] = b[0] * -1
        expected = [cuda.lstm_sequence(*arguments, 1.0)[0].get() for arguments in (a, b)]
        cupy.cuda.runtime.deviceSynchronize()
        streams = [cupy.cuda.Stream(non_blocking=True) for _ in range(2)]
        for _ in range(5):
            found = []
            for stream, arguments in zip(streams, (a, b), strict=True):
                with stream:
                    found.append(cuda.lstm_sequence(*arguments, 1.0)[0])
            cupy.cuda.runtime.deviceSynchronize()
            for got, wanted in zip(found, expected, strict=True):
                np.testing.assert_array_equal(got.get(), wanted)

    @on_hardware
    def test_returns_before_the_work_is_done(self, cupy: Any, cuda: Any) -> None:
        arguments = five(cupy, 100, 64, 256, 512)
        cuda.lstm_sequence(*arguments, 1.0)
        cupy.cuda.runtime.deviceSynchronize()
        big = cupy.ones((8192, 8192), "float32")
        for _ in range(20):
            big @ big
        cuda.lstm_step(arguments[0][0], *arguments[1:], 1.0)
        after = cupy.cuda.Event()
        after.record()
        assert not after.done

    def test_second_gpu(self, cupy: Any, cuda: Any) -> None:
        if arrays.gpu_count() < 2:
            pytest.skip("needs two GPUs")
        expected = cuda.lstm_sequence(*five(cupy), 1.0)[0].get()
        with cupy.cuda.Device(1):
            there = five(cupy)
        assert cupy.cuda.runtime.getDevice() == 0
        outputs, state, _ = cuda.lstm_sequence(*there, 1.0)
        assert outputs.device.id == state.c.device.id == 1
        np.testing.assert_array_equal(outputs.get(), expected)
        with tf.device("/gpu:1"):
            cell = tf.nn.rnn_cell.BasicLSTMCell(H)
            outputs, _ = tf.nn.dynamic_rnn(cell, np.ones([N, T, D], np.float32), dtype=tf.float32)
        assert outputs.device.id == 1


class TestMemory:
    @on_hardware
    def test_out_of_memory_leaves_everything_usable(self, cupy: Any, cuda: Any) -> None:
        arguments = five(cupy)
        expected = cuda.lstm_sequence(*arguments, 1.0)[0].get()
        pool = cupy.get_default_memory_pool()
        limit = pool.get_limit()
        pool.set_limit(size=pool.total_bytes() + (64 << 20))
        try:
            steps = (256 << 20) // (N * D * 4)
            x = cupy.broadcast_to(arguments[0][:1], (steps, N, D))
            with pytest.raises(cupy.cuda.memory.OutOfMemoryError):
                cuda.lstm_sequence(x, *arguments[1:], 1.0)
        finally:
            pool.set_limit(size=limit)
        np.testing.assert_array_equal(cuda.lstm_sequence(*arguments, 1.0)[0].get(), expected)

    def test_scratch_is_reused(self, cupy: Any, cuda: Any) -> None:
        arguments = five(cupy, 40, 16, 32, 64)
        cuda.lstm_sequence(*arguments, 1.0)
        pool = cupy.get_default_memory_pool()
        held = pool.total_bytes()
        for _ in range(10):
            cuda.lstm_sequence(*arguments, 1.0)
        assert pool.total_bytes() == held


PROGRAM = """
import cupy, numpy as np
from fastscope.fused import LSTMStateTuple, cuda
for dtype in ('float32', 'float64'):
    for units in (8, 7):
        rng = np.random.default_rng(0)
        shapes = (9, 40, 3), (40, units), (40, units), (3 + units, 4 * units), (4 * units,)
        five = [cupy.asarray(rng.normal(size=s).astype(dtype)) for s in shapes]
        lengths = cupy.asarray(np.arange(40) % 11)
        outputs, state, tape = cuda.lstm_sequence(*five, 1.0, lengths, keep=True)
        cuda.lstm_sequence_vjp(tape, outputs, state)
        cuda.lstm_step(five[0][0], *five[1:], 1.0)
        cuda.lstm_step_ids(cupy.arange(40) % 4, *five[1:], 1.0)
        w = five[1]
        cuda.adam_update(w, w * 0, w * 0, w * 1, .1, .9, .99, 1e-8)
cupy.cuda.runtime.deviceSynchronize()
"""


def with_tool(tool: str, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run PROGRAM under one of NVIDIA's tools."""
    path = shutil.which(tool)
    if path is None:
        pytest.skip(f"needs {tool} on the PATH")
    return subprocess.run(
        [path, *options, sys.executable, "-c", PROGRAM],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@on_hardware
class TestTools:
    @pytest.mark.parametrize("check", ["memcheck", "racecheck", "synccheck", "initcheck"])
    @pytest.mark.parametrize("persist", ["0", "1"])
    def test_compute_sanitizer(self, check: str, persist: str) -> None:
        options = "--tool", check, "--error-exitcode", "9"
        done = with_tool("compute-sanitizer", *options, FASTSCOPE_EXPERIMENTAL_PERSIST=persist)
        assert done.returncode == 0, done.stdout[-3000:]

    def test_launches_as_nsight_counts_them(self, tmp_path: Path) -> None:
        """Nine steps in each of four sequences, and two single steps beside each."""
        report = str(tmp_path / "report")
        options = "profile", "--trace=cuda", "--stats=true", "--force-overwrite=true", "-o", report
        done = with_tool("nsys", *options)
        assert done.returncode == 0, done.stderr[-3000:]
        lines = [line.split() for line in done.stdout.splitlines() if "lstm_forward" in line]
        assert sum(int(line[2].replace(",", "")) for line in lines) == 4 * (9 + 2)


@on_hardware
class TestTime:
    """Against what the same GPU reaches at the same moment, so that no model's figures are in here."""

    def copy_bytes_per_ms(self, cupy: Any) -> float:
        a, b = cupy.empty(1 << 26, "float32"), cupy.empty(1 << 26, "float32")
        return 2 * float(a.nbytes) / milliseconds(cupy, lambda: cupy.copyto(a, b))

    @pytest.mark.parametrize("keep", [False, True])
    def test_gates_run_at_the_speed_of_memory(self, cupy: Any, cuda: Any, keep: bool) -> None:
        n, h = 2048, 2048
        arguments = five(cupy, 8, n, 1, h)
        u, hu = arguments[3][1:], cupy.empty((n, 4 * h), "float32")
        whole = milliseconds(cupy, lambda: cuda.lstm_sequence(*arguments, 1.0, keep=keep))
        product = milliseconds(cupy, lambda: cupy.matmul(arguments[2], u, out=hu))
        gates = whole / 8 - product
        moved = 4 * n * h * (4 + 4 + 1 + 3 + (4 if keep else 0))
        assert moved / gates > 0.5 * self.copy_bytes_per_ms(cupy)

    def test_adam_runs_at_the_speed_of_memory(self, cupy: Any, cuda: Any) -> None:
        w, m, v, g = (cupy.ones(1 << 25, "float32") for _ in range(4))
        time = milliseconds(cupy, lambda: cuda.adam_update(w, m, v, g, 1e-3, 0.9, 0.999, 1e-8))
        assert 7 * w.nbytes / time > 0.7 * self.copy_bytes_per_ms(cupy)

    def test_products_are_most_of_a_large_sequence(self, cupy: Any, cuda: Any) -> None:
        """The FLOP floor: the products of the sequence alone, one after the other."""
        t, n, h = 40, 512, 2048
        x, c, h0, kernel, bias = five(cupy, t, n, h, h)
        xw, hu = cupy.empty((t * n, 4 * h), "float32"), cupy.empty((n, 4 * h), "float32")

        def products() -> None:
            cupy.matmul(x.reshape(t * n, h), kernel[:h], out=xw)
            for _ in range(t):
                cupy.matmul(h0, kernel[h:], out=hu)

        whole = milliseconds(cupy, lambda: cuda.lstm_sequence(x, c, h0, kernel, bias, 1.0))
        assert whole < 1.3 * milliseconds(cupy, products)
