"""Two networks, one set of weights: training reads 40 steps of 16 waves, use reads 1 step of 1.

The second finds the first one's variables by name, because both are built in one variable scope.
Leave out `scope.reuse_variables()`, and the error says what is missing.
"""

import numpy as np

import fastscope as tf


class Network:
    """Predicts the next value of each wave; carries the LSTM's state from call to call."""

    def __init__(self, batch_size):
        self.cell = tf.nn.rnn_cell.BasicLSTMCell(32)
        self.w, self.b = tf.get_variable("w", [32, 1]), tf.get_variable("b", [1])
        self.zero = self.cell.zero_state(batch_size, tf.float32)
        self(np.zeros([batch_size, 1, 1], np.float32), self.zero)  # makes the cell's variables

    def __call__(self, inputs, state):
        """Return outputs, and the state after them."""
        hidden, state = tf.nn.dynamic_rnn(self.cell, inputs, initial_state=state)
        return tf.reshape(tf.reshape(hidden, [-1, 32]) @ self.w + self.b, inputs.shape), state


tf.set_random_seed(1)
with tf.variable_scope("rnn") as scope:
    train = Network(batch_size=16)
    scope.reuse_variables()
    test = Network(batch_size=1)
assert all(a is b for a, b in zip(train.cell.variables, test.cell.variables, strict=True))
print([v.name for v in tf.trainable_variables()])


def error_of(waves):
    """Return the mean squared error of predicting each value of the waves from those before it."""
    outputs, _ = train(waves[:, :-1], train.zero)
    return tf.reduce_mean(tf.square(outputs - waves[:, 1:]))


step_of = tf.value_and_grad(error_of)  # recorded in its first call, compiled code from then on
optimizer, draw = tf.train.AdamOptimizer(0.01), np.random.default_rng(0)
for step in range(301):
    waves = np.sin(draw.uniform(0, 7, [16, 1, 1]) + 0.3 * np.arange(41)[:, None]).astype(np.float32)
    error, grads = step_of(waves)
    optimizer.apply_gradients(grads)
    if step % 100 == 0:
        print(f"step {step}: mean squared error {float(error):.5f}")

value, state = None, test.zero
for t in range(60):  # the first 20 values are given; from there on it hears itself
    value, state = test(np.float32([[[np.sin(0.3 * t)]]]) if t < 20 else value, state)
    print(" " * round(30 + 25 * value.item()) + "*")
