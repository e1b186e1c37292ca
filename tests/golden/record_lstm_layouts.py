"""Record what torch and Keras compute with an LSTM's weights: writes tests/golden/lstm_layouts.json.

    python -m venv t && t/bin/pip install torch tensorflow-cpu
    t/bin/python tests/golden/record_lstm_layouts.py

Either library may be missing: its part of the record stays as it was.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

OUT = Path(__file__).parent / "lstm_layouts.json"
T, N, D, H = 5, 3, 4, 2


def main() -> None:
    """Draw the inputs and weights, and record what each library makes of them."""
    rng = np.random.default_rng(7)
    record = json.loads(OUT.read_text()) if OUT.exists() else {}

    def draw(name: str, *shape: int) -> np.ndarray:
        value = rng.uniform(-1, 1, shape).astype(np.float32)
        record[name] = value.tolist()
        return value

    inputs, c, h = draw("inputs", T, N, D), draw("c", N, H), draw("h", N, H)
    torch_weights = {
        "weight_ih": draw("weight_ih", 4 * H, D),
        "weight_hh": draw("weight_hh", 4 * H, H),
        "bias_ih": draw("bias_ih", 4 * H),
        "bias_hh": draw("bias_hh", 4 * H),
    }
    keras_weights = [
        draw("keras_kernel", D, 4 * H),
        draw("keras_recurrent_kernel", H, 4 * H),
        draw("keras_bias", 4 * H),
    ]
    record |= run_torch(torch_weights, inputs, c, h)
    record |= run_keras(keras_weights, inputs, c, h)
    OUT.write_text(json.dumps(record) + "\n")


def run_torch(weights: dict[str, np.ndarray], inputs: np.ndarray, c: np.ndarray, h: np.ndarray) -> dict:
    """Run torch.nn.LSTM."""
    try:
        import torch
    except ImportError:
        return {}
    layer = torch.nn.LSTM(D, H)
    layer.load_state_dict({f"{name}_l0": torch.from_numpy(value) for name, value in weights.items()})
    with torch.no_grad():
        state = torch.from_numpy(h)[None], torch.from_numpy(c)[None]
        outputs, (h1, c1) = layer(torch.from_numpy(inputs), state)
    return {"torch_outputs": outputs.tolist(), "torch_h": h1[0].tolist(), "torch_c": c1[0].tolist()}


def run_keras(weights: list[np.ndarray], inputs: np.ndarray, c: np.ndarray, h: np.ndarray) -> dict:
    """Run keras.layers.LSTM, which is batch major and takes its state as h, c."""
    try:
        import keras
    except ImportError:
        return {}
    layer = keras.layers.LSTM(H, return_sequences=True, return_state=True)
    layer.build((N, T, D))
    layer.set_weights(weights)
    outputs, _, c1 = layer(inputs.swapaxes(0, 1), initial_state=[h, c])
    return {
        "keras_outputs": np.asarray(outputs).swapaxes(0, 1).tolist(),
        "keras_c": np.asarray(c1).tolist(),
    }


if __name__ == "__main__":
    main()
