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
    with pytest.raises(SystemExit, match="holds no rnnlm/embedding"):
        run(example, monkeypatch, capsys, str(GOLDEN / "training"))
