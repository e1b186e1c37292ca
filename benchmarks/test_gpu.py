"""The LSTM and Adam on a GPU beside torch's, which calls cuDNN. Skipped without CuPy and a GPU.

    pytest benchmarks/test_gpu.py --benchmark-enable

No figures of a GPU are recorded yet. One round waits for the GPU once, at its end, so short sequences show
what Python and the launches cost. torch computes in float32 as we do, and once more with TF32, its default.
Shapes: T max_time, N batch_size, D input_depth, H num_units.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fastscope import arrays
from fastscope.fused import LSTMStateTuple, cuda_persist, reference

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not arrays.gpu_count() or "cupy_on_cpu" in sys.modules, reason="needs CuPy and a GPU"),
]

# N, T, D, H
SHAPES = [(1, 1, 128, 128), (1, 100, 512, 512), (32, 40, 512, 512), (64, 40, 1024, 1024)]
CELLS = ["fastscope", "persist", "torch", "torch, TF32"]


@pytest.fixture(params=SHAPES, ids=str)
def host(request: pytest.FixtureRequest) -> list[Any]:
    """Return x, c, h, kernel and bias on the host; the kernel is small enough for gradients that do not explode."""
    n, t, d, h = request.param
    rng = np.random.default_rng(0)
    shapes = (t, n, d), (n, h), (n, h), (d + h, 4 * h), (4 * h,)
    return [rng.normal(0, (d + h) ** -0.5, shape).astype(np.float32) for shape in shapes]


@pytest.fixture(params=CELLS)
def who(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, host: list[Any]) -> str:
    if request.param.startswith("torch"):
        torch = pytest.importorskip("torch")
        if not torch.cuda.is_available():
            pytest.skip("this torch sees no GPU")
        monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", request.param == "torch, TF32")
    monkeypatch.setenv(cuda_persist.SWITCH, str(int(request.param == "persist")))
    if request.param == "persist" and not cuda_persist.is_wanted(arrays.import_cupy().asarray(host[2])):
        pytest.skip("U does not fit into the shared memory of this GPU")
    return str(request.param)


def close(got: Any, expected: Any, who: str) -> None:
    """Compare with an error that counts in parts of the largest number."""
    tolerance = (1e-2 if who == "torch, TF32" else 1e-4) * float(np.abs(expected).max())
    np.testing.assert_allclose(got, expected, rtol=0, atol=tolerance)


def timed(benchmark: Any, run: Callable[[], Any]) -> Any:
    """Time a call until the GPU has done it."""
    wait = arrays.import_cupy().cuda.runtime.deviceSynchronize

    def call() -> Any:
        result = run()
        wait()
        return result

    return benchmark(call)


def torch_lstm(host: list[Any]) -> tuple[Any, tuple[Any, ...]]:
    """Return torch's LSTM with the same weights, whose gates are in the order i, f, j, o; and its inputs."""
    import torch

    x, c, h, kernel, bias = host
    units, depth = h.shape[1], x.shape[2]
    lstm = torch.nn.LSTM(depth, units).cuda()
    i, j, f, o = (kernel[:, k * units : (k + 1) * units] for k in range(4))
    bi, bj, bf, bo = np.split(bias, 4)
    weights = np.concatenate([i, f, j, o], axis=1).T
    with torch.no_grad():
        lstm.weight_ih_l0.copy_(torch.from_numpy(np.ascontiguousarray(weights[:, :depth])))
        lstm.weight_hh_l0.copy_(torch.from_numpy(np.ascontiguousarray(weights[:, depth:])))
        lstm.bias_ih_l0.copy_(torch.from_numpy(np.concatenate([bi, bf + 1, bj, bo])))
        lstm.bias_hh_l0.zero_()
    on_gpu = [torch.from_numpy(a).cuda() for a in (x, h[None], c[None])]
    return lstm, (on_gpu[0], (on_gpu[1], on_gpu[2]))


def test_inference(benchmark: Any, host: list[Any], who: str) -> None:
    expected = reference.lstm_sequence(*host, 1.0)[0]
    if who.startswith("torch"):
        import torch

        lstm, inputs = torch_lstm(host)
        with torch.no_grad():
            outputs = timed(benchmark, lambda: lstm(*inputs)[0]).cpu().numpy()
    else:
        from fastscope.fused import cuda

        arguments = [arrays.import_cupy().asarray(a) for a in host]
        outputs = timed(benchmark, lambda: cuda.lstm_sequence(*arguments, 1.0)[0]).get()
    close(outputs, expected, who)


def test_training(benchmark: Any, host: list[Any], who: str) -> None:
    """Forward and backward, with the gradients of everything."""
    _, _, tape = reference.lstm_sequence(*host, 1.0, keep=True)
    expected = reference.lstm_sequence_vjp(tape, np.ones_like(tape.h[1:]), None).x
    if who.startswith("torch"):
        lstm, (x, state) = torch_lstm(host)
        x.requires_grad_()

        def train() -> Any:
            x.grad = None
            lstm.zero_grad()
            lstm(x, state)[0].sum().backward()
            return x.grad

        d_x = timed(benchmark, train).cpu().numpy()
    else:
        from fastscope.fused import cuda

        cupy = arrays.import_cupy()
        arguments = [cupy.asarray(a) for a in host]
        d_outputs = cupy.ones(tape.h[1:].shape, "float32")
        d_state = LSTMStateTuple(*(cupy.zeros_like(a) for a in arguments[1:3]))

        def train() -> Any:
            kept = cuda.lstm_sequence(*arguments, 1.0, keep=True)[2]
            return cuda.lstm_sequence_vjp(kept, d_outputs, d_state).x

        d_x = timed(benchmark, train).get()
    close(d_x, expected, who)


@pytest.mark.parametrize("size", [1 << 16, 1 << 24])
@pytest.mark.parametrize("who", ["fastscope", "torch"])
def test_adam(benchmark: Any, size: int, who: str) -> None:
    g = np.linspace(-1, 1, size, dtype=np.float32)
    if who == "torch":
        torch = pytest.importorskip("torch")
        if not torch.cuda.is_available():
            pytest.skip("this torch sees no GPU")
        w = torch.nn.Parameter(torch.zeros(size, device="cuda"))
        w.grad = torch.from_numpy(g).cuda()
        optimizer = torch.optim.Adam([w], lr=1e-3, fused=True)
        timed(benchmark, optimizer.step)
        moved = w.detach().cpu().numpy()
    else:
        from fastscope.fused import cuda

        cupy = arrays.import_cupy()
        w, m, v, gradient = cupy.zeros(size, "f"), cupy.zeros(size, "f"), cupy.zeros(size, "f"), cupy.asarray(g)
        timed(benchmark, lambda: cuda.adam_update(w, m, v, gradient, 1e-3, 0.9, 0.999, 1e-8))
        moved = w.get()
    assert (np.sign(moved) == -np.sign(g)).all()
