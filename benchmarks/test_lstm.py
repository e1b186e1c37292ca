"""The fused LSTM beside torch and onnxruntime, at their own best: their layout, their biases, inference mode.

Sizes are (N, T, D, H): batch_size, max_time, input_depth, num_units. Everybody's answer is compared first. What is
timed is `fastscope.fused.cpu`; `dynamic_rnn` and a cell, which add what a call costs in Python, are among the others.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import fastscope as fs
from benchmarks.timing import Subject
from fastscope.fused import PackCache, cpu

SIZES = [
    (1, 1, 128, 128),
    (1, 100, 128, 128),
    (1, 100, 512, 512),
    (1, 50, 1024, 1024),
    (32, 40, 128, 128),
    (32, 40, 512, 512),
    (64, 40, 1024, 1024),
]
FORGET_BIAS = 0.0  # the peers have none


@pytest.fixture(params=[1, 2])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    """Everybody's threads."""
    before = cpu.get_num_threads()
    cpu.set_num_threads(request.param)
    if installed("torch"):
        import torch

        torch.set_num_threads(request.param)
    yield request.param
    cpu.set_num_threads(before)


def installed(*packages: str) -> bool:
    return all(importlib.util.find_spec(package) for package in packages)


def repeat(label: str, call: Callable[[], Any]) -> Subject:
    def loop(turns: int) -> float:
        start = time.perf_counter()
        for _ in range(turns):
            call()
        return time.perf_counter() - start

    return Subject(label, loop, operations=1)


class Layer:
    """One LSTM's weights and inputs, in our order of gates (i, j, f, o)."""

    def __init__(self, n: int, t: int, d: int, h: int) -> None:
        rng = np.random.default_rng([n, t, d, h])
        bound = 1 / np.sqrt(h)
        self.kernel = rng.uniform(-bound, bound, (d + h, 4 * h)).astype(np.float32)
        self.bias = rng.uniform(-bound, bound, 4 * h).astype(np.float32)
        self.x = rng.normal(size=(t, n, d)).astype(np.float32)
        self.zeros = np.zeros((n, h), np.float32)
        self.d_outputs = rng.normal(size=(t, n, h)).astype(np.float32)
        self.cache, self.version = PackCache(), 0
        self.depth, self.units = d, h

    def in_order(self, order: str) -> tuple[Any, Any, Any]:
        """W [4H, D], U [4H, H] and bias [4H] with the gates in another order."""
        parts = {gate: slice(k * self.units, (k + 1) * self.units) for k, gate in enumerate("ijfo")}
        kernel = np.concatenate([self.kernel[:, parts[gate]] for gate in order], axis=1).T
        bias = np.concatenate([self.bias[parts[gate]] for gate in order])
        return kernel[:, : self.depth].copy(), kernel[:, self.depth :].copy(), bias

    # ---- ours

    def run(self, keep: bool = False) -> Any:
        arguments = (self.x, self.zeros, self.zeros, self.kernel, self.bias, FORGET_BIAS)
        return cpu.lstm_sequence(*arguments, keep=keep, cache=self.cache.at(self.version))

    def train(self) -> Any:
        """Forward and backward with weights that have just changed, without the gradient of x."""
        self.version += 1
        _, _, tape = self.run(keep=True)
        return cpu.lstm_sequence_vjp(tape, self.d_outputs, None, want_x=False)

    def dynamic_rnn(self) -> Callable[[], Any]:
        cell = fs.nn.rnn_cell.BasicLSTMCell(self.units, forget_bias=FORGET_BIAS)
        state = fs.nn.rnn_cell.LSTMStateTuple(self.zeros, self.zeros)
        fs.nn.dynamic_rnn(cell, self.x, initial_state=state, time_major=True)
        for variable, value in zip(cell.variables, (self.kernel, self.bias), strict=True):
            variable.assign(value)
        return lambda: fs.nn.dynamic_rnn(cell, self.x, initial_state=state, time_major=True)


class Torch:
    """torch.nn.LSTM with a layer's weights."""

    def __init__(self, layer: Layer) -> None:
        import torch

        self.inference_mode = torch.inference_mode
        self.module = torch.nn.LSTM(layer.depth, layer.units)
        w, u, b = (torch.from_numpy(a) for a in layer.in_order("ifjo"))
        with torch.no_grad():
            for name, value in (("weight_ih_l0", w), ("weight_hh_l0", u), ("bias_ih_l0", b), ("bias_hh_l0", 0 * b)):
                getattr(self.module, name).copy_(value)
        self.x, self.d_outputs = torch.from_numpy(layer.x), torch.from_numpy(layer.d_outputs)
        zeros = torch.from_numpy(layer.zeros)[None]
        self.state = zeros, zeros

    def run(self) -> Any:
        with self.inference_mode():
            return self.module(self.x, self.state)[0]

    def train(self) -> Any:
        outputs, _ = self.module(self.x, self.state)
        outputs.backward(self.d_outputs)
        return self.module.weight_hh_l0


def onnxruntime(layer: Layer, threads: int) -> Callable[[], Any]:
    """A session of one LSTM node; it packs its constant weights when it is made."""
    import onnxruntime as ort
    from onnx import TensorProto, helper, numpy_helper

    t, n, d = layer.x.shape
    w, u, b = layer.in_order("iofj")
    values = {"W": w[None], "R": u[None], "B": np.concatenate([b, 0 * b])[None]}
    node = helper.make_node("LSTM", ["x", "W", "R", "B", "", "h0", "c0"], ["y", "h", "c"], hidden_size=layer.units)
    shapes = {"x": [t, n, d], "h0": [1, n, layer.units], "c0": [1, n, layer.units]}
    graph = helper.make_graph(
        [node],
        "lstm",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in "yhc"],
        [numpy_helper.from_array(value, name) for name, value in values.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    feeds = {"x": layer.x, "h0": layer.zeros[None], "c0": layer.zeros[None]}
    return lambda: session.run(None, feeds)


def close(got: Any, expected: Any) -> None:
    np.testing.assert_allclose(got, expected, rtol=0, atol=2e-5 * max(1.0, float(np.abs(expected).max())))


def flop(n: int, t: int, d: int, h: int) -> int:
    """Floating-point operations of the products of one forward pass."""
    return 2 * n * t * (d + h) * 4 * h


def shortened(benchmark: Any, size: tuple[int, ...]) -> Layer:
    """A layer of this size; of two steps where nothing is timed."""
    n, t, d, h = size
    return Layer(n, min(t, 2), d, h) if benchmark.disabled else Layer(n, t, d, h)


@pytest.mark.benchmark(group="lstm, inference")
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_inference(measure: Any, benchmark: Any, size: tuple[int, ...], threads: int) -> None:
    n, t, *_ = size
    layer = shortened(benchmark, size)
    expected = layer.run()[0]
    call = layer.dynamic_rnn()
    close(call()[0], expected)
    others = [repeat("dynamic_rnn", call)]
    if installed("torch"):
        module = Torch(layer)
        close(module.run().numpy(), expected)
        others.append(repeat("torch", module.run))
    if installed("onnx", "onnxruntime"):
        call = onnxruntime(layer, threads)
        close(call()[0][:, 0], expected)
        others.append(repeat("onnxruntime", call))
    times = 3.0 if t == 1 else 1.2 if n == 1 else 1.0
    bars = {other.label: 1 / times for other in others[1:]}
    measure(repeat(f"{size}, threads {threads}", layer.run), others, bars, flop=flop(*size))


@pytest.mark.benchmark(group="lstm, training")
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_training(measure: Any, benchmark: Any, size: tuple[int, ...], threads: int) -> None:
    """Forward and backward with the gradients of the weights, which are packed anew each time."""
    n, t, d, h = size
    layer = shortened(benchmark, size)
    grads = layer.train()
    others = []
    if installed("torch"):
        module = Torch(layer)
        order = [gate * h + u for gate in (0, 2, 1, 3) for u in range(h)]
        close(module.train().grad.numpy().T, grads.kernel[d:, order])
        others.append(repeat("torch", module.train))
    bars = {other.label: 1 / (1.2 if threads == 1 else 1.0) for other in others}
    work = 3 * flop(*size) - 2 * n * t * d * 4 * h  # twice the forward pass more, without the gradient of x
    measure(repeat(f"{size}, threads {threads}", layer.train), others, bars, flop=work)


@pytest.mark.benchmark(group="lstm, one token")
@pytest.mark.parametrize("units", [128, 512])
@pytest.mark.parametrize("kind", ["one-hot", "embedding"])
def test_one_token(measure: Any, kind: str, units: int) -> None:
    """A step on one id, the state carried along; the peers are given the vector, and do not count its making."""
    cpu.set_num_threads(1)
    layer = Layer(1, 1, units, units)
    table = np.eye(units, dtype=np.float32) if kind == "one-hot" else layer.kernel[:100, :units].copy()
    layer.x[...] = table[7]
    arguments = (layer.zeros, layer.zeros, layer.kernel, layer.bias, FORGET_BIAS)
    embedding = None if kind == "one-hot" else table
    ids = np.array([7])

    def step() -> Any:
        return cpu.lstm_step_ids(ids, *arguments, embedding=embedding, cache=layer.cache.at(0))

    expected = layer.run()[0][0]
    close(step().h, expected)
    others = [repeat("the vector, fused", lambda: cpu.lstm_step(layer.x[0], *arguments, cache=layer.cache.at(0)))]
    if installed("torch"):
        import torch

        torch.set_num_threads(1)
        module = Torch(layer)
        close(module.run()[0].numpy(), expected)
        others.append(repeat("torch", module.run))
    if installed("onnx", "onnxruntime"):
        others.append(repeat("onnxruntime", onnxruntime(layer, 1)))
    measure(repeat(f"{kind}, H = {units}", step), others, {other.label: 1 / 3 for other in others[1:]})


@pytest.mark.benchmark(group="lstm, after an assignment")
@pytest.mark.parametrize("units", [128, 512, 1024])
def test_step_after_an_assignment(measure: Any, units: int) -> None:
    """The first step on new weights packs them; the next ones do not."""
    cpu.set_num_threads(1)
    layer = Layer(1, 1, units, units)

    def first() -> Any:
        layer.version += 1
        return layer.run()

    measure(repeat(f"first step, H = {units}", first), [repeat("a later one", layer.run)], {})


@pytest.mark.benchmark(group="lstm, limits")
def test_limits(measure: Any, benchmark: Any) -> None:
    """What the machine can do: a big product (FLOP), and reading 4 and 64 MiB (bytes), one thread."""
    side = 64 if benchmark.disabled else 1024
    a = np.ones((side, side), np.float32)
    out = np.empty_like(a)
    # np.add.reduce reads as fast as one core can; the products are OpenBLAS's, with its own threads
    near, far = (np.ones(n << (8 if benchmark.disabled else 18), np.float32) for n in (4, 64))
    others = [repeat("read 4 MiB", lambda: near.max()), repeat("read 64 MiB", lambda: far.max())]
    measure(repeat("numpy product of 1024 x 1024", lambda: np.matmul(a, a, out=out)), others, {}, flop=2 * side**3)
