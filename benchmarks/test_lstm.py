"""LSTMs beside torch and onnxruntime, at their own best: their layout, their biases, inference mode.

Sizes are (N, T, D, H): batch_size, max_time, input_depth, num_units. Everybody's answer is compared first.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import fastscope as tf
from benchmarks.timing import calls

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
    limit(request.param)
    yield request.param
    tf.config.threading.set_intra_op_parallelism_threads(0)


def limit(threads: int) -> None:
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    if installed("torch"):
        import torch

        torch.set_num_threads(threads)


def installed(*packages: str) -> bool:
    return all(importlib.util.find_spec(package) for package in packages)


class Layer:
    """One LSTM with a layer's weights, in the order of gates i, j, f, o, and its inputs."""

    def __init__(self, n: int, t: int, d: int, h: int) -> None:
        rng = np.random.default_rng([n, t, d, h])
        bound = 1 / np.sqrt(h)
        self.kernel = rng.uniform(-bound, bound, (d + h, 4 * h)).astype(np.float32)
        self.bias = rng.uniform(-bound, bound, 4 * h).astype(np.float32)
        self.x = rng.normal(size=(t, n, d)).astype(np.float32)
        self.zeros = np.zeros((n, h), np.float32)
        self.d_outputs = rng.normal(size=(t, n, h)).astype(np.float32)
        self.depth, self.units = d, h
        self.cell = tf.nn.rnn_cell.BasicLSTMCell(h, forget_bias=FORGET_BIAS)
        self.state = tf.nn.rnn_cell.LSTMStateTuple(self.zeros, self.zeros)
        self.cell(self.x[0], self.state)
        for variable, value in zip(self.cell.variables, (self.kernel, self.bias), strict=True):
            variable.assign(value)

    def in_order(self, order: str) -> tuple[Any, Any, Any]:
        """W [4H, D], U [4H, H] and bias [4H] with the gates in another order."""
        parts = {gate: slice(k * self.units, (k + 1) * self.units) for k, gate in enumerate("ijfo")}
        kernel = np.concatenate([self.kernel[:, parts[gate]] for gate in order], axis=1).T
        bias = np.concatenate([self.bias[parts[gate]] for gate in order])
        return kernel[:, : self.depth].copy(), kernel[:, self.depth :].copy(), bias

    def step(self) -> Any:
        return self.cell(self.x[0], self.state)

    def run(self) -> Any:
        return tf.nn.dynamic_rnn(self.cell, self.x, initial_state=self.state, time_major=True)

    def train(self) -> Any:
        """Forward and backward, the gradients of the weights, with a kernel that was assigned just before."""
        kernel = self.cell.variables[0]
        kernel.assign(self.kernel)
        grads = tf.vjp.Gradients()
        _, pullback = tf.vjp.dynamic_rnn(self.cell, self.x, initial_state=self.state, time_major=True)
        pullback(self.d_outputs, into=grads, want_inputs=False)
        return grads[kernel]


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
        self.x, self.d_outputs = torch.from_numpy(layer.x.copy()), torch.from_numpy(layer.d_outputs)
        zeros = torch.from_numpy(layer.zeros)[None]
        self.state = zeros, zeros

    def run(self) -> Any:
        with self.inference_mode():
            return self.module(self.x, self.state)[0]

    def train(self) -> Any:
        self.module.zero_grad()
        outputs, _ = self.module(self.x, self.state)
        outputs.backward(self.d_outputs)
        return self.module.weight_hh_l0.grad


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


def streamed(n: int, t: int, d: int, h: int) -> dict[str, int]:
    """Bytes of weights that one row reads: the recurrent ones in each step. Many rows share what they read."""
    return {"bytes_moved": 4 * 4 * h * (d + t * h)} if n == 1 else {}


def shortened(benchmark: Any, size: tuple[int, ...]) -> Layer:
    """A layer of this size; of two steps where nothing is timed."""
    n, t, d, h = size
    return Layer(n, min(t, 2), d, h) if benchmark.disabled else Layer(n, t, d, h)


def rounds(operations: float) -> int:
    """Of the timing: fewer where each takes long."""
    return 31 if operations < 1e9 else 15 if operations < 1e10 else 7


@pytest.mark.benchmark(group="lstm, inference")
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_inference(measure: Any, benchmark: Any, size: tuple[int, ...], threads: int) -> None:
    """A sequence through dynamic_rnn, and a single step through the cell."""
    n, t, *_ = size
    layer = shortened(benchmark, size)
    expected = layer.run()[0]
    others = []
    if t == 1:
        close(layer.step()[0], expected[0])
        others.append(calls("dynamic_rnn", layer.run, threads))
    if installed("torch"):
        module = Torch(layer)
        close(module.run().numpy(), expected)
        others.append(calls("torch", module.run, threads))
    if installed("onnx", "onnxruntime"):
        call = onnxruntime(layer, threads)
        close(call()[0][:, 0], expected)
        others.append(calls("onnxruntime", call, threads))
    times = 3.0 if t == 1 else 1.2 if n == 1 else 1.0
    bars = {other.label: 1 / times for other in others if other.label != "dynamic_rnn"}
    ours = calls(f"{size}, threads {threads}", layer.step if t == 1 else layer.run, threads)
    measure(ours, others, bars, rounds(flop(*size)), flop=flop(*size), **streamed(*size))


@pytest.mark.benchmark(group="lstm, weights in bfloat16")
@pytest.mark.parametrize("size", [(1, 1, 512, 512), *(size for size in SIZES if size[3] >= 512)], ids=str)
def test_bfloat16(measure: Any, benchmark: Any, size: tuple[int, ...]) -> None:
    """Inference with `cell.pack("bfloat16")` beside the same cell's float32, on one thread."""
    limit(1)
    n, t, *_ = size
    layer, packed = shortened(benchmark, size), shortened(benchmark, size)
    packed.cell.pack("bfloat16")
    difference = np.abs(packed.run()[0] - layer.run()[0]).max()
    assert 0 < difference < 5e-3
    np.testing.assert_allclose(packed.step()[0], layer.step()[0], atol=5e-3)
    ours, theirs = (each.step if t == 1 else each.run for each in (packed, layer))
    others = [calls("float32", theirs)]
    bars = {"float32": 1 / 1.7} if n == 1 else {}
    measure(
        calls(f"{size}, bfloat16", ours), others, bars, rounds(flop(*size)), flop=flop(*size), off=float(difference)
    )


@pytest.mark.benchmark(group="lstm, training")
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_training(measure: Any, benchmark: Any, size: tuple[int, ...], threads: int) -> None:
    """Forward and backward with the gradients of the weights; ours packs the kernel anew, as in any training."""
    n, t, d, h = size
    layer = shortened(benchmark, size)
    d_kernel = layer.train()
    others = []
    if installed("torch"):
        module = Torch(layer)
        order = [gate * h + u for gate in (0, 2, 1, 3) for u in range(h)]
        close(d_kernel[d:, order], module.train().numpy().T)
        others.append(calls("torch", module.train, threads))
    bars = {other.label: 1 / (1.2 if threads == 1 else 1.0) for other in others}
    work = 3 * flop(*size) - 2 * n * t * d * 4 * h  # twice the forward pass more, without the gradient of x
    measure(calls(f"{size}, threads {threads}", layer.train, threads), others, bars, rounds(work), flop=work)


@pytest.mark.benchmark(group="lstm, one token")
@pytest.mark.parametrize("units", [128, 512])
@pytest.mark.parametrize("kind", ["one-hot", "embedding"])
def test_one_token(measure: Any, kind: str, units: int) -> None:
    """A step of a cell on one id; the peers are given the vector, and do not count its making."""
    limit(1)
    layer = Layer(1, 1, units, units)
    table = np.eye(units, dtype=np.float32) if kind == "one-hot" else layer.kernel[:100, :units].copy()
    layer.x[...] = table[7]
    ids = np.array([7])
    how = {"depth": units} if kind == "one-hot" else {"embedding": tf.Variable(table)}

    def step() -> Any:
        return layer.cell.step_ids(ids, layer.state, **how)

    expected = layer.run()[0][0]
    close(step()[0], expected)
    others = [calls("the vector", layer.step)]
    if installed("torch"):
        module = Torch(layer)
        close(module.run()[0].numpy(), expected)
        others.append(calls("torch", module.run))
    if installed("onnx", "onnxruntime"):
        others.append(calls("onnxruntime", onnxruntime(layer, 1)))
    measure(calls(f"{kind}, H = {units}", step), others, {other.label: 1 / 3 for other in others[1:]})


@pytest.mark.benchmark(group="lstm, after an assignment")
@pytest.mark.parametrize("units", [128, 512, 1024])
def test_step_after_an_assignment(measure: Any, units: int) -> None:
    """The first step on new weights packs them; the next ones do not. A kernel that was handed out is not packed."""
    limit(1)
    layer, handed_out = Layer(1, 1, units, units), Layer(1, 1, units, units)
    assert handed_out.cell.variables[0].array.shape == layer.kernel.shape
    np.testing.assert_array_equal(handed_out.step()[0], layer.step()[0])

    def first() -> Any:
        layer.cell.variables[0].assign(layer.kernel)
        return layer.step()

    others = [calls("a later one", layer.step), calls("handed out", handed_out.step)]
    measure(calls(f"first step, H = {units}", first), others, {})


@pytest.mark.benchmark(group="lstm, limits")
@pytest.mark.skipif(not installed("torch"), reason="needs torch, whose products take as many threads as they are told")
def test_product(measure: Any, benchmark: Any, threads: int) -> None:
    """The most GFLOP/s that a big product reaches here."""
    import torch

    side = 64 if benchmark.disabled else 2048
    a, out = torch.ones(side, side), torch.empty(side, side)
    torch.mm(a, a, out=out)
    assert (out == side).all()
    subject = calls(f"product, threads {threads}", lambda: torch.mm(a, a, out=out), threads)
    measure(subject, [], {}, flop=2 * side**3)


@pytest.mark.benchmark(group="lstm, limits")
@pytest.mark.parametrize("mebibytes", [1, 4, 64])
def test_reading(measure: Any, benchmark: Any, mebibytes: int) -> None:
    """The most GB/s at which one thread reads from a near cache, a far one, and memory."""
    array = np.ones(mebibytes << (8 if benchmark.disabled else 18), np.float32)
    assert array.max() == 1
    measure(calls(f"reading {mebibytes} MiB, threads 1", array.max), [], {}, bytes_moved=array.nbytes)
