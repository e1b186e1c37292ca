"""An LSTM's weights in TensorFlow's, Keras's and torch's layout, checked against what torch and Keras computed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope as tf
from fastscope.checkpoint import from_keras_lstm, from_torch_lstm, to_keras_lstm, to_torch_lstm

RECORD = json.loads((Path(__file__).parent / "golden" / "lstm_layouts.json").read_text())
T, N, D, H = 5, 3, 4, 2


def recorded(name: str) -> np.ndarray:
    return np.array(RECORD[name], np.float32)


def run_cell(kernel: np.ndarray, bias: np.ndarray, forget_bias: float) -> tuple[np.ndarray, Any]:
    """Run our cell over the recorded inputs [T, N, D] from the recorded state."""
    with tf.Graph().as_default():
        cell = tf.nn.rnn_cell.BasicLSTMCell(H, forget_bias=forget_bias)
        state = tf.nn.rnn_cell.LSTMStateTuple(recorded("c"), recorded("h"))
        inputs = recorded("inputs")
        tf.nn.dynamic_rnn(cell, inputs, initial_state=state, time_major=True)
        k, b = cell.variables
        k.assign(kernel)
        b.assign(bias)
        return tf.nn.dynamic_rnn(cell, inputs, initial_state=state, time_major=True)


@pytest.mark.parametrize("forget_bias", [0.0, 1.0, 2.5])
def test_torchs_weights_in_our_cell(forget_bias: float) -> None:
    weights = [recorded(name) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    outputs, state = run_cell(*from_torch_lstm(*weights, forget_bias=forget_bias), forget_bias)
    np.testing.assert_allclose(outputs, recorded("torch_outputs"), atol=1e-6)
    np.testing.assert_allclose(state.c, recorded("torch_c"), atol=1e-6)
    np.testing.assert_allclose(state.h, recorded("torch_h"), atol=1e-6)


def test_kerass_weights_in_our_cell() -> None:
    weights = [recorded(name) for name in ("keras_kernel", "keras_recurrent_kernel", "keras_bias")]
    outputs, state = run_cell(*from_keras_lstm(*weights), 1.0)
    np.testing.assert_allclose(outputs, recorded("keras_outputs"), atol=1e-6)
    np.testing.assert_allclose(state.c, recorded("keras_c"), atol=1e-6)


@pytest.mark.parametrize("forget_bias", [0.0, 1.0])
def test_there_and_back(forget_bias: float) -> None:
    kernel = np.arange((D + H) * 4 * H, dtype=np.float64).reshape(D + H, 4 * H)
    bias = np.arange(4 * H, dtype=np.float64) * 10
    torch = to_torch_lstm(kernel, bias, forget_bias)
    assert [a.shape for a in torch] == [(4 * H, D), (4 * H, H), (4 * H,), (4 * H,)]
    assert torch.weight_ih.flags.c_contiguous
    for back in (
        from_torch_lstm(*torch, forget_bias),
        from_keras_lstm(*to_keras_lstm(kernel, bias, forget_bias), forget_bias),
    ):
        assert (back.kernel == kernel).all() and (back.bias == bias).all()
    assert bias.tolist() == [0, 10, 20, 30, 40, 50, 60, 70]  # the arguments are not written to


def test_gate_order_and_forget_bias_in_numbers() -> None:
    kernel = np.array([[0, 1, 2, 3], [10, 11, 12, 13]], np.float32)  # D = H = 1; i, j, f, o
    torch = to_torch_lstm(kernel, np.float32([20, 21, 22, 23]), forget_bias=0.5)
    assert torch.weight_ih.tolist() == [[0], [2], [1], [3]]
    assert torch.weight_hh.tolist() == [[10], [12], [11], [13]]
    assert torch.bias_ih.tolist() == [20, 22.5, 21, 23]
    assert torch.bias_hh.tolist() == [0, 0, 0, 0]
    assert torch.bias_ih.dtype == np.float32
    assert list(torch.state_dict(1, "_reverse")) == [
        "weight_ih_l1_reverse", "weight_hh_l1_reverse", "bias_ih_l1_reverse", "bias_hh_l1_reverse",
    ]  # fmt: skip


def test_variables_are_taken() -> None:
    with tf.Graph().as_default():
        kernel = tf.get_variable("kernel", [3, 4])
        assert to_torch_lstm(kernel, tf.get_variable("bias", [4])).weight_ih.shape == (4, 2)


@pytest.mark.parametrize(
    "call",
    [
        lambda: to_torch_lstm(np.zeros((3, 4)), np.zeros(8)),
        lambda: to_torch_lstm(np.zeros((1, 8)), np.zeros(8)),
        lambda: to_keras_lstm(np.zeros(4), np.zeros(4)),
        lambda: from_keras_lstm(np.zeros((8, 3)), np.zeros((8, 2)), np.zeros(8)),
        lambda: from_torch_lstm(np.zeros((3, 8)), np.zeros((2, 8)), np.zeros(8), np.zeros(8)),
    ],
)
def test_other_shapes_are_refused(call: Any) -> None:
    with pytest.raises(ValueError, match=r"Expected the weights of one LSTM layer.*got .*\["):
        call()


def test_a_layer_without_biases() -> None:
    weights = [recorded(name) for name in ("weight_ih", "weight_hh")]
    zero = np.zeros(4 * H, np.float32)
    kernel, bias = from_torch_lstm(*weights, forget_bias=1.5)
    assert bias.dtype == np.float32 and bias.tolist() == [0] * 4 + [-1.5] * 2 + [0] * 2
    assert (kernel == from_torch_lstm(*weights, zero, zero).kernel).all()
    weights = [recorded(name) for name in ("keras_kernel", "keras_recurrent_kernel")]
    assert all((a == b).all() for a, b in zip(from_keras_lstm(*weights), from_keras_lstm(*weights, zero), strict=True))


def test_integers_are_no_weights() -> None:
    kernel, bias = np.zeros((3, 4), np.int32), np.zeros(4, np.float32)
    for call in (lambda: to_torch_lstm(kernel, bias), lambda: from_keras_lstm(kernel[:1], kernel[:1], bias)):
        with pytest.raises(TypeError, match="weights of a layer as floating-point numbers; got int32"):
            call()


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16"])
def test_torchs_parameters_are_taken_as_they_are(dtype: str) -> None:
    torch = pytest.importorskip("torch")
    for has_bias in (True, False):
        layer = torch.nn.LSTM(D, H, bias=has_bias, dtype=getattr(torch, dtype))
        kernel, bias = from_torch_lstm(*layer.parameters())
        assert kernel.dtype == bias.dtype == tf.as_dtype(dtype)
        i, f, g, o = (part.detach().double().numpy() for part in layer.weight_hh_l0.chunk(4))
        assert (kernel[D:].astype(float) == np.concatenate([i, g, f, o]).T).all()


def test_against_torch_itself() -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    kernel = rng.standard_normal((D + H, 4 * H), np.float32)
    bias = rng.standard_normal(4 * H, np.float32)
    layer = torch.nn.LSTM(D, H)
    layer.load_state_dict({k: torch.from_numpy(v) for k, v in to_torch_lstm(kernel, bias, 1.5).state_dict().items()})
    state = tuple(torch.from_numpy(recorded(name))[None] for name in "hc")
    with torch.no_grad():
        expected, (_, c) = layer(torch.from_numpy(recorded("inputs")), state)
    outputs, final = run_cell(kernel, bias, 1.5)
    np.testing.assert_allclose(outputs, expected.numpy(), atol=1e-6)
    np.testing.assert_allclose(final.c, c[0].numpy(), atol=1e-6)
