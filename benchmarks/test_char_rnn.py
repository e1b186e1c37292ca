"""examples/char_rnn.py beside the same model in torch: characters a second in training, and in sampling.

Both start from the same weights, and have to agree on the first losses and on the characters that they write before
anything is timed. Two threads each.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope as tf
from benchmarks.timing import calls

torch = pytest.importorskip("torch")
pytest.importorskip("rich")

EXAMPLES = Path(__file__).parent.parent / "examples"
BATCH, STEPS, UNITS, THREADS, LENGTH, TEMPERATURE = 32, 40, 256, 2, 100, 0.6


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """What the example trains with, on the text it takes when it is given none."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    import char_rnn

    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    torch.set_num_threads(THREADS)
    tf.set_random_seed(1)
    options = argparse.Namespace(
        batch_size=BATCH, layers=1, num_units=UNITS, learning_rate=4e-3, keep_prob=1.0, output=tmp_path
    )
    with tf.device("/cpu:0"):
        yield char_rnn.Training(options, char_rnn.Corpus(None))
    tf.config.threading.set_intra_op_parallelism_threads(0)
    for name in ("char_rnn", "char_rnn_display"):
        sys.modules.pop(name, None)


class Torch:
    """The example's network and its training, with its weights of now."""

    def __init__(self, training: Any) -> None:
        network = training.network
        embedding, w, b, kernel, bias = (torch.from_numpy(v.numpy()) for v in network.variables())
        depth, classes = embedding.shape[1], len(b)
        self.embedding = torch.nn.Embedding.from_pretrained(embedding, freeze=False)
        self.lstm = torch.nn.LSTM(depth, UNITS)
        self.dense = torch.nn.Linear(UNITS, classes)
        order = torch.cat([torch.arange(k * UNITS, (k + 1) * UNITS) for k in (0, 2, 1, 3)])  # i, f, g, o of i, j, f, o
        bias[2 * UNITS : 3 * UNITS] += 1.0  # the cell's forget_bias
        with torch.no_grad():
            self.lstm.weight_ih_l0.copy_(kernel[:depth, order].T)
            self.lstm.weight_hh_l0.copy_(kernel[depth:, order].T)
            self.lstm.bias_ih_l0.copy_(bias[order])
            self.lstm.bias_hh_l0.zero_()
            self.lstm.bias_hh_l0.requires_grad_(False)
            self.dense.weight.copy_(w.T)
            self.dense.bias.copy_(b)
        modules = (self.embedding, self.lstm, self.dense)
        self.parameters = [p for module in modules for p in module.parameters() if p.requires_grad]
        rate = training.options.learning_rate
        # torch adds epsilon after the correction of the bias, TF before it: equal in the first step, so
        epsilon = 1e-8 / np.sqrt(1 - 0.999)
        self.optimizer = torch.optim.Adam(self.parameters, lr=rate, eps=epsilon, fused=True)
        self.text, self.place = torch.from_numpy(training.text.astype(np.int64)), 0
        self.state = (torch.zeros(1, BATCH, UNITS),) * 2
        self.start = training.corpus.start

    def train(self) -> Any:
        """Take one step and return the loss."""
        begin = self.place if self.place + STEPS < len(self.text) else 0
        self.place = begin + STEPS
        ids, targets = self.text[begin : self.place], self.text[begin + 1 : self.place + 1]
        hidden, state = self.lstm(self.embedding(ids), self.state)
        self.state = tuple(part.detach() for part in state)
        loss = torch.nn.functional.cross_entropy(self.dense(hidden).flatten(0, 1), targets.flatten())
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        return loss.detach()

    @torch.inference_mode()
    def write(self, length: int, temperature: float) -> list[int]:
        """Draw characters one by one, by the example's own way: the largest of logits and noise."""
        noise = -temperature * torch.log(-torch.log(torch.rand(length, self.dense.out_features).clamp(1e-9)))
        state = (torch.zeros(1, 1, UNITS),) * 2
        drawn, written = torch.tensor([self.start]), []
        for t in range(length):
            hidden, state = self.lstm(self.embedding(drawn)[None], state)
            drawn = torch.argmax(self.dense(hidden[0]) + noise[t], dim=1)
            written.append(int(drawn))
        return written


@pytest.mark.benchmark(group="char_rnn")
def test_training(measure: Any, training: Any) -> None:
    theirs = Torch(training)
    for _ in range(2):  # the second loss tells whether gradients and updates were the same
        np.testing.assert_allclose(float(training.train(0.0)), float(theirs.train()), rtol=1e-5)
    ours = calls(f"training on {BATCH * STEPS:,} characters, threads {THREADS}", lambda: training.train(0.0), THREADS)
    measure(ours, [calls("torch", theirs.train, THREADS)], {"torch": 1 / 1.2}, characters=BATCH * STEPS)


@pytest.mark.benchmark(group="char_rnn")
def test_sampling(measure: Any, training: Any) -> None:
    theirs, start = Torch(training), [training.corpus.start]
    cold = 1e-6  # next to no noise: what is drawn is the likeliest character
    assert training.sampler.write(start, 20, cold) == theirs.write(20, cold)
    ours = calls(
        f"writing {LENGTH} characters, threads {THREADS}",
        lambda: training.sampler.write(start, LENGTH, TEMPERATURE),
        THREADS,
    )
    bars = {"torch": 1 / 5}
    other = calls("torch", lambda: theirs.write(LENGTH, TEMPERATURE), THREADS)
    measure(ours, [other], bars, characters=LENGTH)
