"""Learns to write like a text file, one character at a time.

    python char_rnn.py                       # Python's own documentation, two and a half minutes
    python char_rnn.py novel.txt --minutes 30 --layers 2 --num-units 512
    python char_rnn.py --resume              # go on from the last checkpoint

The network is built twice in one variable scope: for training it reads 40 characters of many places
in the text at a time, for sampling 1 character. Both hold the same variables.
"""

import argparse
import importlib
import math
import pathlib
import time
from typing import NamedTuple

import numpy as np
from char_rnn_display import Display, draw_curve

import fastscope as tf
from fastscope import vjp

HELD_OUT = 0.05  # of the text, at its end
FINAL_RATE = 0.05  # of the learning rate, reached at the end
REPORTS = 8  # held-out loss, sample and checkpoint so many times


class Config(NamedTuple):
    """What a network is built from."""

    vocabulary: int
    batch_size: int
    layers: int
    num_units: int
    depth: int = 64  # of a character's embedding


class RNN:
    """Reads characters and predicts the next one; carries its state from call to call."""

    def __init__(self, config: Config) -> None:
        self.embedding = tf.get_variable("embedding", [config.vocabulary, config.depth])
        self.w = tf.get_variable("softmax_w", [config.num_units, config.vocabulary])
        self.b = tf.get_variable("softmax_b", [config.vocabulary], initializer=tf.zeros_initializer())
        self.cell = tf.nn.rnn_cell.MultiRNNCell(
            [tf.nn.rnn_cell.BasicLSTMCell(config.num_units) for _ in range(config.layers)]
        )
        self.state = self.cell.zero_state(config.batch_size, tf.float32)
        # A cell makes its variables where it runs first: here, in the scope that is open.
        nothing = tf.zeros([0, config.batch_size, config.depth])
        tf.nn.dynamic_rnn(self.cell, nothing, initial_state=self.state, time_major=True)

    def variables(self) -> list[tf.Variable]:
        """Return all variables of the network."""
        return [self.embedding, self.w, self.b, *self.cell.variables]

    def loss(self, ids: np.ndarray, targets: np.ndarray, keep_prob: float = 1.0):
        """Read ids [T, N] and return the mean loss of predicting targets, and its pullback to `grads`."""
        inputs, pull_inputs = vjp.embedding_lookup(self.embedding, ids)
        hidden, pull_rnn = vjp.dynamic_rnn(self.cell, inputs, initial_state=self.state, time_major=True)
        dropped, pull_dropped = vjp.dropout(hidden, keep_prob)
        logits, pull_logits = vjp.dense(dropped, self.w, self.b)
        loss, pull_loss = vjp.softmax_cross_entropy(logits, targets)
        self.state = pull_rnn.final_state

        def pullback(grads: vjp.Gradients) -> None:
            d_hidden = pull_dropped(pull_logits(pull_loss(), into=grads))
            pull_inputs(pull_rnn(d_hidden, into=grads), into=grads)

        return loss, pullback

    def losses(self, ids: np.ndarray, targets: np.ndarray):
        """Read ids [T, N] and return the loss of predicting each of targets, in nats."""
        inputs = tf.nn.embedding_lookup(self.embedding, ids)
        hidden, self.state = tf.nn.dynamic_rnn(self.cell, inputs, initial_state=self.state, time_major=True)
        logits = tf.nn.xw_plus_b(tf.reshape(hidden, [-1, len(self.w)]), self.w, self.b)
        return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets.ravel(), logits=logits)

    def write(self, ids: list[int], length: int, temperature: float) -> list[int]:
        """Read `ids` and go on for `length` characters drawn from the predictions."""
        self.state = self.cell.zero_state(1, tf.float32)
        # argmax(logits + temperature * Gumbel noise) is a draw from the softmax, on any device.
        noise = -temperature * tf.log(-tf.log(tf.random_uniform([length, len(self.b)], 1e-9, 1.0)))
        for character in ids:
            hidden, self.state = self.step([character])
        written = []
        for t in range(length):
            logits = tf.nn.xw_plus_b(hidden, self.w, self.b)
            drawn = tf.argmax(logits + noise[t], axis=1)
            written.append(int(drawn[0]))
            hidden, self.state = self.step(drawn)
        return written

    def step(self, ids):
        """Read one character for each row."""
        return self.cell.step_ids(ids, self.state, embedding=self.embedding)


class Corpus:
    """A text as numbers: most of it to train on, its end held out."""

    def __init__(self, path: str | None) -> None:
        if path is None:
            topics = importlib.import_module("pydoc_data.topics").topics
            text = "\n".join(topics[name] for name in sorted(topics))
        else:
            try:
                text = pathlib.Path(path).read_text(encoding="utf-8", errors="replace")
            except OSError as reason:
                raise SystemExit(f"cannot read the text: {reason}") from None
        self.characters = sorted(set(text))
        number = {c: k for k, c in enumerate(self.characters)}
        ids = np.array([number[c] for c in text], np.int32)
        if len(ids) < 20_000:
            raise SystemExit(f"{path} has {len(ids)} characters; 20,000 are the least to learn from")
        cut = int(len(ids) * (1 - HELD_OUT))
        self.train, self.held_out = ids[:cut], ids[cut:]
        self.start = number.get("\n", 0)

    def text(self, ids: list[int]) -> str:
        """Return characters for their numbers."""
        return "".join(self.characters[k] for k in ids)


def streams(ids: np.ndarray, batch_size: int) -> np.ndarray:
    """Return the text cut into parallel streams, [time, batch_size]."""
    length = len(ids) // batch_size
    return np.ascontiguousarray(ids[: length * batch_size].reshape(batch_size, length).T)


def held_out_bits(network: RNN, text: np.ndarray) -> float:
    """Return the bits per character of predicting streams [time, batch_size] from the start."""
    network.state = network.cell.zero_state(text.shape[1], tf.float32)
    ids, targets = text[:-1], text[1:]
    parts = [slice(begin, begin + 200) for begin in range(0, len(ids), 200)]
    total = sum(float(tf.reduce_sum(network.losses(ids[p], targets[p]))) for p in parts)
    return total / ids.size / math.log(2)


def above_zero(kind: type):
    """Return what argparse reads a number above zero of this kind with."""

    def read(text: str):
        number = kind(text)
        if not number > 0:
            raise argparse.ArgumentTypeError(f"expected a number above 0, got {text}")
        return number

    read.__name__ = kind.__name__  # argparse puts it into "invalid int value"
    return read


def arguments() -> argparse.Namespace:
    """Return the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("text", nargs="?", help="a text file; by default Python's documentation")
    parser.add_argument("--minutes", type=above_zero(float), default=2.4, help="how long to train")
    parser.add_argument("--steps", type=above_zero(int), help="how many steps to train, in place of --minutes")
    parser.add_argument("--layers", type=above_zero(int), default=1)
    parser.add_argument("--num-units", type=above_zero(int), default=256)
    parser.add_argument("--batch-size", type=above_zero(int), default=32)
    parser.add_argument("--learning-rate", type=above_zero(float), default=4e-3)
    parser.add_argument("--keep-prob", type=above_zero(float), default=1.0, help="1 - dropout of the outputs")
    parser.add_argument("--temperature", type=float, default=0.6, help="of the samples")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", help="/cpu:0, /gpu:0; by default a GPU if there is one")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("char_rnn_output"))
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    return parser.parse_args()


class Training:
    """The two networks, the optimizer and where they are in the text."""

    def __init__(self, options: argparse.Namespace, corpus: Corpus) -> None:
        self.options, self.corpus = options, corpus
        self.text = streams(corpus.train, options.batch_size)
        if len(self.text) < 41:
            raise SystemExit(
                f"--batch-size {options.batch_size} is too large: {len(corpus.train) // 41} is the most here"
            )
        config = Config(len(corpus.characters), options.batch_size, options.layers, options.num_units)
        with tf.variable_scope("rnn") as scope:
            self.network = RNN(config)
            scope.reuse_variables()
            self.sampler = RNN(config._replace(batch_size=1))
        shared = zip(self.network.variables(), self.sampler.variables(), strict=True)
        assert all(a is b for a, b in shared), "two networks, one set of variables"
        self.rate = options.learning_rate
        self.optimizer = tf.train.AdamOptimizer(lambda: self.rate)
        self.optimizer.create_slots(self.network.variables())
        with tf.device("/cpu:0"):
            self.step = tf.train.get_or_create_global_step()
            self.place = tf.Variable(0, trainable=False, name="place_in_the_text")
        self.saver = tf.train.Saver(max_to_keep=2)
        self.grads = vjp.Gradients()

    def train(self, progress: float):
        """Take one step; `progress` goes from 0 to 1. Return the loss, which may still be on its way."""
        begin = int(self.place)
        if begin + 41 > len(self.text):
            begin = 0
            self.network.state = self.sampler.cell.zero_state(self.options.batch_size, tf.float32)
        self.rate = self.options.learning_rate * (1 + (FINAL_RATE - 1) * min(progress, 1))
        ids, targets = self.text[begin : begin + 40], self.text[begin + 1 : begin + 41]
        loss, pullback = self.network.loss(ids, targets, self.options.keep_prob)
        pullback(self.grads)
        gradients, variables = zip(*self.grads.pairs(), strict=True)
        gradients, _ = tf.clip_by_global_norm(gradients, 1.0)
        self.optimizer.apply_gradients(zip(gradients, variables, strict=True), self.step)
        self.grads.zero()
        self.place.assign(begin + 40)
        return loss

    def held_out(self) -> float:
        """Return the held-out bits per character."""
        state = self.network.state
        bits = held_out_bits(self.network, streams(self.corpus.held_out, 32))
        self.network.state = state
        return bits

    def sample(self, length: int) -> str:
        """Return some text of the network's own."""
        written = self.sampler.write([self.corpus.start], length, self.options.temperature)
        return self.corpus.text(written)

    def save(self) -> str:
        """Write a checkpoint; the one before stays until this one is whole."""
        return self.saver.save(self.options.output / "model", global_step=self.step)

    def resume(self) -> None:
        """Restore the last checkpoint."""
        latest = tf.train.latest_checkpoint(self.options.output)
        if latest is None:
            raise SystemExit(f"there is no checkpoint in {self.options.output} to resume from")
        self.saver.restore(latest)


def run(training: Training, display: Display) -> None:
    """Train until the time or the steps are over."""
    options = training.options
    begun, done, reports, recent = time.monotonic(), 0, 0, []
    progress = 0.0
    while progress < 1:
        recent.append(training.train(progress))
        done += 1
        elapsed = time.monotonic() - begun
        progress = done / options.steps if options.steps else elapsed / (60 * options.minutes)
        # A loss on a GPU is waited for when it is read: seldom.
        if len(recent) == 20 or progress >= 1:
            bits = float(sum(recent)) / len(recent) / math.log(2)
            recent.clear()
            characters = 40 * options.batch_size * done
            display.update(int(training.step), progress, bits, characters / elapsed, elapsed)
        if progress * REPORTS >= reports + 1 and progress < 1:
            reports = int(progress * REPORTS)
            display.report(int(training.step), training.held_out(), training.sample(200))
            training.save()


def main() -> None:
    """Train, sample, save; Ctrl-C ends the training and not the program."""
    options = arguments()
    corpus = Corpus(options.text)
    options.output.mkdir(parents=True, exist_ok=True)
    tf.set_random_seed(options.seed)
    with tf.device(options.device):
        training = Training(options, corpus)
        if options.resume:
            training.resume()
        count = sum(v.shape.num_elements() for v in tf.trainable_variables())
        print(f"{len(corpus.train):,} characters to train on, {len(corpus.characters)} different ones")
        print(f"{count:,} weights in {len(tf.trainable_variables())} variables, held by both networks")
        with Display() as display:
            try:
                run(training, display)
            except KeyboardInterrupt:
                display.note("stopped by Ctrl-C")
            saved = training.save()
            try:
                display.report(int(training.step), training.held_out(), training.sample(600))
            except KeyboardInterrupt:
                display.note("no sample: stopped by Ctrl-C again")
        print(f"saved {saved}.safetensors")
    print(draw_curve(display.train, display.held_out, options.output / "loss.png"))


if __name__ == "__main__":
    main()
