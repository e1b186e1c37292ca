"""The network of char_rnn.py: an embedding, LSTM cells, a softmax.

Shapes: T characters in time, N places in the text side by side.
"""

import math
from typing import NamedTuple

import numpy as np

import fastscope as tf
from fastscope import vjp


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
        self.units = config.num_units
        self.pass_back = tf.value_and_grad(self.mean_loss, has_aux=True)
        self.forget(config.batch_size)
        # A cell makes its variables where it runs first: here, in the scope that is open.
        nothing = tf.zeros([0, config.batch_size, config.depth])
        tf.nn.dynamic_rnn(self.cell, nothing, initial_state=self.state, time_major=True)

    def variables(self) -> list[tf.Variable]:
        """Return all variables of the network."""
        return [self.embedding, self.w, self.b, *self.cell.variables]

    def forget(self, batch_size: int) -> None:
        """Begin anew, with the state zero."""
        self.state = self.cell.zero_state(batch_size, tf.float32)

    def losses(self, ids, targets, state, mask=None):
        """Read ids [T, N]; return the loss of predicting each of targets, in nats, and the state after them."""
        inputs = tf.nn.embedding_lookup(self.embedding, ids)
        hidden, state = tf.nn.dynamic_rnn(self.cell, inputs, initial_state=state, time_major=True)
        hidden = hidden if mask is None else hidden * mask
        logits = tf.nn.xw_plus_b(tf.reshape(hidden, [-1, self.units]), self.w, self.b)
        return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.reshape(targets, [-1]), logits=logits), state

    def mean_loss(self, *args):
        """Return the mean of `losses`, and the state."""
        losses, state = self.losses(*args)
        return tf.reduce_mean(losses), state

    def loss_and_gradients(self, ids: np.ndarray, targets: np.ndarray, keep_prob: float, seed: int):
        """Read ids [T, N]; return the mean loss of predicting targets, and [(gradient, variable), ...].

        `seed` decides which outputs dropout keeps.
        """
        mask = None if keep_prob == 1 else vjp.dropout(tf.ones([*ids.shape, self.units]), keep_prob, seed)[0]
        (loss, self.state), gradients = self.pass_back(ids, targets, self.state, mask)
        return loss, gradients.pairs()

    def write(self, ids: list[int], length: int, temperature: float) -> list[int]:
        """Read `ids` and go on for `length` characters drawn from the predictions."""
        self.forget(1)
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


def bits_per_character(network: RNN, text: np.ndarray) -> float:
    """Return what predicting streams [T, N] from their start costs; the network's own state stays."""
    state = network.cell.zero_state(text.shape[1], tf.float32)
    ids, targets = text[:-1], text[1:]
    total = 0.0
    for begin in range(0, len(ids), 200):
        losses, state = network.losses(ids[begin : begin + 200], targets[begin : begin + 200], state)
        total += float(tf.reduce_sum(losses))
    return total / ids.size / math.log(2)
