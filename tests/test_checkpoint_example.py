"""examples/load_tf1_char_rnn.py: TensorFlow's checkpoint in our cells gives TensorFlow's numbers, and its text."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import fastscope as tf
from fastscope.checkpoint import write_bundle

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "tests" / "golden" / "checkpoints"


@pytest.fixture(scope="module")
def example() -> ModuleType:
    path = ROOT / "examples" / "load_tf1_char_rnn.py"
    if not path.exists():
        pytest.skip("the examples are not here")
    spec = importlib.util.spec_from_file_location("load_tf1_char_rnn", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_logits_are_tensorflows(example: Any) -> None:
    record = json.loads((GOLDEN / "char_rnn.json").read_text())
    reader = tf.train.load_checkpoint(GOLDEN / "char_rnn")
    network = example.network_for(reader)
    tf.train.Saver().restore(GOLDEN / "char_rnn")
    alphabet = example.alphabet_of(reader)
    logits = [network.logits(alphabet.index(char)) for char in record["text"]]
    np.testing.assert_allclose(logits, record["logits"], rtol=1e-5, atol=2e-5)


def run(example: Any, monkeypatch: Any, capsys: Any, *arguments: str) -> str:
    monkeypatch.setattr(sys, "argv", ["load_tf1_char_rnn.py", *arguments])
    example.main()
    return str(capsys.readouterr().out)


def test_it_knows_its_sentence(example: Any, monkeypatch: Any, capsys: Any) -> None:
    out = run(example, monkeypatch, capsys, "--temperature", "0", "--length", "74")
    assert "loaded 5 variables" in out
    assert "basic_lstm_cell/weights -> rnnlm/multi_rnn_cell/cell_0/basic_lstm_cell/kernel" in out
    assert out.endswith("she sells sea shells by the sea shore. she sells sea shells by the sea shore. \n")


def test_names_of_tensorflow_0(example: Any, monkeypatch: Any, capsys: Any, tmp_path: Path) -> None:
    """The same weights under the names of TF 0.12, and without the alphabet."""
    old = {"weights": "Matrix", "biases": "Bias"}
    tensors = {}
    for name, value in tf.train.load_checkpoint(GOLDEN / "char_rnn").items():
        leaf = name.rpartition("/")[2]
        if leaf in old:
            name = f"rnnlm/MultiRNNCell/Cell0/BasicLSTMCell/Linear/{old[leaf]}"
        if name != "vocabulary":
            tensors[name] = value
    write_bundle(str(tmp_path / "old"), tensors)
    out = run(example, monkeypatch, capsys, str(tmp_path / "old"), "--temperature", "0", "--length", "3")
    assert "rnnlm/MultiRNNCell/Cell0/BasicLSTMCell/Linear/Matrix -> rnnlm/multi_rnn_cell/cell_0" in out
    assert out.splitlines()[-1].startswith("[0][")


def test_another_checkpoint_is_refused(example: Any, monkeypatch: Any, capsys: Any) -> None:
    with pytest.raises(SystemExit, match="holds no rnnlm/embedding.*there are 0 stacks of LSTM cells, not one"):
        run(example, monkeypatch, capsys, str(GOLDEN / "training"))


def mapped(names: dict[str, str], tmp_path: Path) -> tuple[str, dict[str, Any]]:
    """Write the golden network under other names, with slots beside."""
    tensors = {}
    for name, value in tf.train.load_checkpoint(GOLDEN / "char_rnn").items():
        if name in names:
            tensors[names[name]] = value
            tensors |= {f"{names[name]}/Adam": value, f"{names[name]}/Adam_1": value}
    write_bundle(str(tmp_path / "mapped"), tensors)
    return str(tmp_path / "mapped"), tensors


CELL = "rnnlm/multi_rnn_cell/cell_0/basic_lstm_cell"
SCOPES = {
    "as dynamic_rnn names them": {
        "rnnlm/embedding": "model/embedding",
        "rnnlm/softmax_w": "model/softmax_w",
        "rnnlm/softmax_b": "model/softmax_b",
        f"{CELL}/weights": "model/rnn/multi_rnn_cell/cell_0/basic_lstm_cell/kernel",
        f"{CELL}/biases": "model/rnn/multi_rnn_cell/cell_0/basic_lstm_cell/bias",
    },
    "embedding outside, LSTMCell": {
        "rnnlm/embedding": "embedding",
        "rnnlm/softmax_w": "rnnlm/softmax_w",
        "rnnlm/softmax_b": "rnnlm/softmax_b",
        f"{CELL}/weights": "rnnlm/multi_rnn_cell/cell_0/lstm_cell/kernel",
        f"{CELL}/biases": "rnnlm/multi_rnn_cell/cell_0/lstm_cell/bias",
    },
    "one cell, and names that nobody chose": {
        "rnnlm/embedding": "embed_1/W",
        "rnnlm/softmax_w": "lstm/softmax/Variable",
        "rnnlm/softmax_b": "lstm/softmax/Variable_1",
        f"{CELL}/weights": "rnn/basic_lstm_cell/kernel",
        f"{CELL}/biases": "rnn/basic_lstm_cell/bias",
    },
}


@pytest.mark.parametrize("scopes", SCOPES)
def test_other_scopes(example: Any, monkeypatch: Any, capsys: Any, tmp_path: Path, scopes: str) -> None:
    path, _ = mapped(SCOPES[scopes], tmp_path)
    record = json.loads((GOLDEN / "char_rnn.json").read_text())
    network = example.network_for(tf.train.load_checkpoint(path))
    tf.train.Saver().restore(path)
    alphabet = example.alphabet_of(tf.train.load_checkpoint(GOLDEN / "char_rnn"))
    logits = [network.logits(alphabet.index(char)) for char in record["text"]]
    np.testing.assert_allclose(logits, record["logits"], rtol=1e-5, atol=2e-5)


def test_characters_as_they_are(example: Any, tmp_path: Path) -> None:
    """A network without an embedding: rows of the embedding times the kernel's are rows of a kernel for characters."""
    golden = dict(tf.train.load_checkpoint(GOLDEN / "char_rnn").items())
    embedding, kernel = golden["rnnlm/embedding"], golden[f"{CELL}/weights"]
    depth = embedding.shape[1]
    tensors = {
        "rnn/multi_rnn_cell/cell_0/basic_lstm_cell/kernel": np.concatenate(
            [embedding @ kernel[:depth], kernel[depth:]]
        ),
        "rnn/multi_rnn_cell/cell_0/basic_lstm_cell/bias": golden[f"{CELL}/biases"],
        "softmax/Variable": golden["rnnlm/softmax_w"],
        "softmax/Variable_1": golden["rnnlm/softmax_b"],
    }
    write_bundle(str(tmp_path / "hot"), tensors)
    network = example.network_for(tf.train.load_checkpoint(tmp_path / "hot"))
    tf.train.Saver().restore(tmp_path / "hot")
    record = json.loads((GOLDEN / "char_rnn.json").read_text())
    alphabet = example.alphabet_of(tf.train.load_checkpoint(GOLDEN / "char_rnn"))
    logits = [network.logits(alphabet.index(char)) for char in record["text"]]
    np.testing.assert_allclose(logits, record["logits"], rtol=1e-5, atol=2e-5)


def test_two_stacks_are_refused(example: Any, tmp_path: Path) -> None:
    path, tensors = mapped(SCOPES["as dynamic_rnn names them"], tmp_path)
    twice = {name.replace("model/", scope): value for name, value in tensors.items() for scope in ("fw/", "bw/")}
    write_bundle(path, twice)
    with pytest.raises(SystemExit, match="there are 2 stacks of LSTM cells"):
        example.network_for(tf.train.load_checkpoint(path))
