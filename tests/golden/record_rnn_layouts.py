"""Records what torch, Keras 3 and TensorFlow 1.15 compute with recurrent layers, their weights, and files of these.

    python tests/golden/record_rnn_layouts.py torch|keras|tf1      each where that library is installed

Writes its part of rnn_layouts.json; keras writes keras3.keras and keras3.weights.h5, tf1 keras1.h5. The numbers are
rounded, so that the file is short: the library computes with what is written.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
T, N, D = 5, 3, 4


def rounded(array: Any) -> Any:
    return np.round(np.asarray(array, np.float64), 7).tolist()


def some(rng: np.random.Generator, shape: Any) -> np.ndarray:
    return np.round(rng.standard_normal(shape) / 2, 3).astype(np.float32)


def with_torch() -> dict[str, Any]:
    import torch

    rng = np.random.default_rng(1)
    inputs = some(rng, (T, N, D))
    modules = {
        "lstm": torch.nn.LSTM(D, 2),
        "projected": torch.nn.LSTM(D, 3, proj_size=2),
        "deep": torch.nn.LSTM(D, 2, num_layers=2),
        "both": torch.nn.LSTM(D, 2, bidirectional=True),
        "deep_both": torch.nn.LSTM(D, 2, num_layers=2, bidirectional=True),
        "deep_projected": torch.nn.LSTM(D, 3, num_layers=2, proj_size=2),
        "plain": torch.nn.LSTM(D, 2, bias=False),
        "gru": torch.nn.GRU(D, 2),
        "deep_gru": torch.nn.GRU(D, 2, num_layers=2, bidirectional=True),
        "rnn": torch.nn.RNN(D, 2, num_layers=2),
    }
    out = {}
    for name, module in modules.items():
        state = {key: torch.from_numpy(some(rng, tuple(value.shape))) for key, value in module.state_dict().items()}
        module.load_state_dict(state)
        with torch.no_grad():
            outputs, _ = module(torch.from_numpy(inputs))
        state_lists = {key: rounded(value.numpy()) for key, value in state.items()}
        out[name] = {"state": state_lists, "outputs": rounded(outputs.numpy())}
    return {"inputs": rounded(inputs), "modules": out}


def layers_of(keras: Any, **lstm: Any) -> list[Any]:
    layers = keras.layers
    more = {"return_sequences": True, "recurrent_activation": "sigmoid"}
    return [
        layers.Embedding(7, D, name="words"),
        layers.Bidirectional(layers.LSTM(2, **more), name="bi"),
        layers.LSTM(3, name="top", **more, **lstm),
        layers.GRU(2, reset_after=False, name="gated", **more),
        layers.GRU(3, reset_after=True, name="gated_after", **more),
        layers.SimpleRNN(2, return_sequences=True, name="plain"),
        layers.Dense(2, name="out"),
    ]


def run(keras: Any, model: Any) -> dict[str, Any]:
    rng = np.random.default_rng(2)
    model.set_weights([some(rng, array.shape) for array in model.get_weights()])
    words = rng.integers(0, 7, (N, T))
    return {"words": words.tolist(), "outputs": rounded(model.predict(words))}


def with_keras() -> dict[str, Any]:
    import keras

    model = keras.Sequential([keras.layers.Input((T,)), *layers_of(keras)])
    out = run(keras, model)
    model.save(HERE / "keras3.keras")
    model.save_weights(HERE / "keras3.weights.h5")
    return out


def with_tf1() -> dict[str, Any]:
    import tensorflow as tf
    from tensorflow.python.keras.saving import hdf5_format

    keras = tf.keras
    layers = layers_of(keras)
    layers[0] = keras.layers.Embedding(7, D, input_length=T, name="words")
    model = keras.Sequential(layers)
    out = run(keras, model)
    model.save(str(HERE / "keras1.h5"), include_optimizer=False)
    rng = np.random.default_rng(3)
    cudnn = {}
    for name, gates in (("lstm", 4), ("gru", 3)):
        shapes = ((D, 2 * gates), (2, 2 * gates), (4 * gates,))
        weights = [some(rng, shape) for shape in shapes]
        layer = keras.layers.LSTM(2) if name == "lstm" else keras.layers.GRU(2, reset_after=True)
        layer.build((N, T, D))
        converted = hdf5_format._convert_rnn_weights(layer, weights)
        cudnn[name] = {"cudnn": [rounded(w) for w in weights], "keras": [rounded(w) for w in converted]}
    return {**out, "cudnn": cudnn}


if __name__ == "__main__":
    path = HERE / "rnn_layouts.json"
    record = json.loads(path.read_text()) if path.exists() else {}
    record[sys.argv[1]] = {"torch": with_torch, "keras": with_keras, "tf1": with_tf1}[sys.argv[1]]()
    path.write_text(json.dumps(record, separators=(",", ":")) + "\n")
