"""char_rnn.py as it was written for TensorFlow 1: placeholders, a session, minimize.

    python char_rnn_tf1.py                     # Python's own documentation, 2,000 steps
    python char_rnn_tf1.py novel.txt --steps 20000 --num-units 512

Two networks in one variable scope: the first is trained on 40 characters at a time, the second reads one character
and says what could be the next; scope.reuse_variables() lets it have the first one's variables.
With `import tensorflow as tf` in the line below, TensorFlow 1.15 runs it.
"""

import argparse
import importlib
import math
import os
import time

import numpy as np

import fastscope.compat.v1 as tf


class RNN:
    """Reads characters [T, N] and predicts each next one."""

    def __init__(self, vocabulary, num_units, batch_size, num_steps):
        shape = [num_steps, batch_size]
        self.ids = tf.placeholder(tf.int32, shape, name="ids")
        self.targets = tf.placeholder(tf.int32, shape, name="targets")
        embedding = tf.get_variable("embedding", [vocabulary, 64])
        w = tf.get_variable("softmax_w", [num_units, vocabulary])
        b = tf.get_variable("softmax_b", [vocabulary], initializer=tf.zeros_initializer())
        cell = tf.nn.rnn_cell.BasicLSTMCell(num_units)
        self.initial_state = cell.zero_state(batch_size, tf.float32)
        inputs = tf.nn.embedding_lookup(embedding, self.ids)
        hidden, self.final_state = tf.nn.dynamic_rnn(cell, inputs, initial_state=self.initial_state, time_major=True)
        logits = tf.nn.xw_plus_b(tf.reshape(hidden, [-1, num_units]), w, b)
        self.probabilities = tf.nn.softmax(logits, name="probabilities")
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.reshape(self.targets, [-1]), logits=logits)
        self.loss = tf.reduce_mean(losses, name="loss")


def batches(ids, batch_size, num_steps):
    """Yield inputs and targets [T, N], on and on; whether the text begins again comes first."""
    length = len(ids) // batch_size
    streams = ids[: length * batch_size].reshape(batch_size, length).T
    while True:
        for begin in range(0, length - num_steps, num_steps):
            end = begin + num_steps
            yield begin == 0, streams[begin:end], streams[begin + 1 : end + 1]


def train(session, network, minimize, ids, options):
    """Take the steps, and tell how it goes."""
    text = batches(ids, options.batch_size, 40)
    losses, begun = [], time.time()
    for step in range(1, options.steps + 1):
        at_start, inputs, targets = next(text)
        if at_start:
            state = session.run(network.initial_state)
        feed = {network.ids: inputs, network.targets: targets, network.initial_state: state}
        loss, state, _ = session.run([network.loss, network.final_state, minimize], feed)
        losses.append(loss)
        if step % 100 == 0 or step == options.steps:
            bits, elapsed = np.mean(losses[-100:]) / math.log(2), time.time() - begun
            rate = 40 * options.batch_size * step / elapsed
            print(f"step {step}  {bits:.3f} bits/char  {rate / 1000:.1f}k chars/s", flush=True)


def write(session, network, length, temperature):
    """Return characters drawn one after the other from the predictions."""
    state, written = session.run(network.initial_state), [0]
    for _ in range(length):
        feed = {network.ids: [[written[-1]]], network.initial_state: state}
        probabilities, state = session.run([network.probabilities, network.final_state], feed)
        weights = np.float64(probabilities[0]) ** (1 / temperature)
        written.append(np.random.choice(len(weights), p=weights / weights.sum()))
    return written


def main():
    """Train, write, save."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("text", nargs="?", help="a text file; by default Python's documentation")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--num-units", type=int, default=256)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=4e-3)
    parser.add_argument("--temperature", type=float, default=0.6)
    parser.add_argument("--output", default="char_rnn_tf1_output")
    options = parser.parse_args()
    if options.text:
        with open(options.text, encoding="utf-8", errors="replace") as file:
            text = file.read()
    else:
        text = "\n".join(entry for _, entry in sorted(importlib.import_module("pydoc_data.topics").topics.items()))
    characters = sorted(set(text))
    number = {character: k for k, character in enumerate(characters)}
    ids = np.array([number[character] for character in text], np.int32)
    print(f"{len(ids):,} characters, {len(characters)} different ones")

    np.random.seed(1)
    tf.set_random_seed(1)
    with tf.variable_scope("rnn") as scope:
        train_rnn = RNN(len(characters), options.num_units, options.batch_size, 40)
        scope.reuse_variables()
        test_rnn = RNN(len(characters), options.num_units, 1, 1)
    step = tf.train.get_or_create_global_step()
    rate = tf.train.polynomial_decay(options.learning_rate, step, options.steps, options.learning_rate / 20)
    minimize = tf.train.AdamOptimizer(rate).minimize(train_rnn.loss, global_step=step)
    print("variables:", ", ".join(variable.name for variable in tf.trainable_variables()))

    saver = tf.train.Saver()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        train(session, train_rnn, minimize, ids, options)
        written = write(session, test_rnn, 400, options.temperature)
        print("it writes:", "".join(characters[k] for k in written), sep="\n")
        if not os.path.isdir(options.output):
            os.makedirs(options.output)
        print("saved", saver.save(session, os.path.join(options.output, "model"), global_step=step))


if __name__ == "__main__":
    main()
