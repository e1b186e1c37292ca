"""The programs that `record_rnn.py` runs on TensorFlow and the tests run on fastscope.

A program sees `tf`, `rc` (tf.nn.rnn_cell), `np`, `x` [3, 5, 4] batch major, `lengths` [3] and
`given(name, shape)`, numbers that depend on the name alone; it returns what is compared. Variables
hold `numbers(their op name)`, whatever their initializers say.
"""

from __future__ import annotations

import textwrap
import zlib
from typing import Any

import numpy as np

LENGTHS = np.array([5, 0, 3], np.int32)


def numbers(name: str, shape: tuple[int, ...]) -> Any:
    """Return float64 numbers in [-0.9, 0.9] with three decimals, drawn by `name` alone."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    return np.round(rng.uniform(-0.9, 0.9, shape), 3)


def structure(value: Any) -> str:
    """Return how `value` nests: `(*, LSTMStateTuple(c=*, h=*))`; a string or a number as itself."""
    if isinstance(value, (str, int, float, type(None))):
        return repr(value)
    if hasattr(value, "_fields"):
        pairs = zip(value._fields, value, strict=True)
        return f"{type(value).__name__}({', '.join(f'{k}={structure(v)}' for k, v in pairs)})"
    if isinstance(value, (tuple, list)):
        inner = ", ".join(map(structure, value))
        return f"({inner})" if isinstance(value, tuple) else f"[{inner}]"
    return "*"


def leaves(value: Any) -> list[Any]:
    """Return what `structure` writes as `*`, in its order."""
    if isinstance(value, (str, int, float, type(None))):
        return []
    if isinstance(value, (tuple, list)):
        return [leaf for item in value for leaf in leaves(item)]
    return [value]


def leaf_sizes(size: Any) -> list[int]:
    """Return the sizes in a cell's state_size, in the order of `leaves`."""
    return [s for item in size for s in leaf_sizes(item)] if isinstance(size, tuple) else [int(size)]


def pack(size: Any, flat: list[Any]) -> Any:
    """Return the first things of `flat` in the structure of `size`."""
    remaining = iter(flat)

    def fill(like: Any) -> Any:
        if not isinstance(like, tuple):
            return next(remaining)
        items = [fill(item) for item in like]
        return type(like)(*items) if hasattr(like, "_fields") else tuple(items)

    return fill(size)


def run(code: str, tf: Any, given: Any, dtype: str) -> Any:
    """Run a program with the functions of `tf` and returns what it returns."""
    names = {
        "tf": tf,
        "rc": tf.nn.rnn_cell,
        "np": np,
        "given": given,
        "x": given("x", (3, 5, 4)),
        "lengths": LENGTHS,
        "dtype": getattr(tf, dtype),
    }
    exec("def program():\n" + textwrap.indent(code, "    "), names)
    return names["program"]()


# Cells, one by one: (case, expression of the cell). Each is run by dynamic_rnn from a given initial
# state over sequences of LENGTHS, and its gradients are recorded.
CELLS = [
    ("basic_rnn", "rc.BasicRNNCell(2)"),
    ("basic_rnn_relu", "rc.BasicRNNCell(3, activation=tf.nn.relu)"),
    ("basic_lstm", "rc.BasicLSTMCell(2)"),
    ("basic_lstm_forget_bias", "rc.BasicLSTMCell(2, forget_bias=0.25)"),
    ("basic_lstm_flat_state", "rc.BasicLSTMCell(2, state_is_tuple=False)"),
    ("basic_lstm_sigmoid", "rc.BasicLSTMCell(2, activation=tf.sigmoid)"),
    ("lstm", "rc.LSTMCell(2)"),
    ("lstm_forget_bias", "rc.LSTMCell(2, forget_bias=-0.5)"),
    ("lstm_peepholes", "rc.LSTMCell(2, use_peepholes=True)"),
    ("lstm_projection", "rc.LSTMCell(3, num_proj=2)"),
    ("lstm_cell_clip", "rc.LSTMCell(2, cell_clip=0.3)"),
    ("lstm_projection_clip", "rc.LSTMCell(3, num_proj=2, proj_clip=0.1)"),
    ("lstm_flat_projection", "rc.LSTMCell(3, num_proj=2, state_is_tuple=False)"),
    ("lstm_relu", "rc.LSTMCell(2, activation=tf.nn.relu)"),
    (
        "lstm_everything",
        "rc.LSTMCell(3, use_peepholes=True, cell_clip=0.4, num_proj=2, proj_clip=0.3, forget_bias=0.5)",
    ),
    ("lstm_shards", "rc.LSTMCell(3, num_unit_shards=2)"),
    ("lstm_projection_shards", "rc.LSTMCell(3, num_proj=2, num_proj_shards=2)"),
    ("gru", "rc.GRUCell(3)"),
    ("gru_relu", "rc.GRUCell(3, activation=tf.nn.relu)"),
    ("multi_lstm", "rc.MultiRNNCell([rc.BasicLSTMCell(3), rc.LSTMCell(2)])"),
    ("multi_mixed", "rc.MultiRNNCell([rc.GRUCell(3), rc.LSTMCell(2), rc.BasicRNNCell(3)])"),
    (
        "multi_flat_state",
        "rc.MultiRNNCell([rc.GRUCell(3), rc.GRUCell(2)], state_is_tuple=False)",
    ),
    ("multi_of_multi", "rc.MultiRNNCell([rc.MultiRNNCell([rc.GRUCell(2)] * 1), rc.GRUCell(3)])"),
    ("multi_shared", "rc.MultiRNNCell([rc.BasicLSTMCell(4)] * 2)"),
    ("residual_gru", "rc.ResidualWrapper(rc.GRUCell(4))"),
    ("residual_lstm", "rc.ResidualWrapper(rc.BasicLSTMCell(4))"),
    ("dropout_of_nothing", "rc.DropoutWrapper(rc.BasicLSTMCell(2), 1.0, 1.0, 1.0)"),
    ("device", "rc.DeviceWrapper(rc.BasicLSTMCell(2), '/cpu:0')"),
    (
        "multi_wrapped",
        "rc.MultiRNNCell([rc.DropoutWrapper(rc.GRUCell(4), output_keep_prob=1.0), rc.ResidualWrapper(rc.LSTMCell(4))])",
    ),
]

# Names, sharing, shapes and messages: (case, program).
PROGRAMS = [
    ("step", "return rc.BasicLSTMCell(2)(x[:, 0], (given('c', (3, 2)), given('h', (3, 2))))"),
    (
        "step_name_and_scope",
        "a = rc.GRUCell(2, name='foo'); b = rc.GRUCell(2); s = given('s', (3, 2))\n"
        "return a(x[:, 0], s), b(x[:, 1], s, scope='bar')",
    ),
    (
        "two_cells_at_the_root",
        "a, b = rc.BasicLSTMCell(2), rc.BasicLSTMCell(2)\n"
        "s = a.zero_state(3, tf.float32)\nreturn a(x[:, 0], s), b(x[:, 0], s)",
    ),
    (
        "one_cell_twice",
        "a = rc.BasicLSTMCell(2)\ns = a.zero_state(3, tf.float32)\nout, s = a(x[:, 0], s)\nreturn a(x[:, 1], s)",
    ),
    (
        "two_cells_of_one_name",
        "s = given('s', (3, 2))\nreturn rc.GRUCell(2, name='foo')(x[:, 0], s), rc.GRUCell(2, name='foo')(x[:, 1], s)",
    ),
    (
        "cell_in_scopes",
        "a = rc.GRUCell(2); s = given('s', (3, 2))\n"
        "with tf.variable_scope('p'): one = a(x[:, 0], s)\n"
        "with tf.variable_scope('q'): two = a(x[:, 1], s)\nreturn one, two",
    ),
    (
        "reuse_argument",
        "s = given('s', (3, 2))\none = rc.GRUCell(2)(x[:, 0], s)\nreturn one, rc.GRUCell(2, reuse=True)(x[:, 1], s)",
    ),
    (
        "reuse_argument_of_nothing",
        "return rc.GRUCell(2, reuse=True)(x[:, 1], given('s', (3, 2)))",
    ),
    (
        "under_reuse_variables",
        "s = given('s', (3, 2))\n"
        "with tf.variable_scope('a') as scope:\n"
        "    one = rc.GRUCell(2)(x[:, 0], s)\n"
        "    scope.reuse_variables()\n"
        "    two = rc.GRUCell(2, name='gru_cell')(x[:, 1], s)\n"
        "return one, two",
    ),
    (
        "weights_of_a_cell",
        "a = rc.LSTMCell(2, use_peepholes=True, num_proj=3)\n"
        "a(x[:, 0], (given('c', (3, 2)), given('h', (3, 3))))\n"
        "return [v.name for v in a.trainable_weights], [v.name for v in a.variables], a.built",
    ),
    (
        "weights_of_a_stack",
        "a = rc.MultiRNNCell([rc.GRUCell(2), rc.DropoutWrapper(rc.BasicRNNCell(3))])\n"
        "tf.nn.dynamic_rnn(a, x, dtype=tf.float32)\n"
        "return [v.name for v in a.trainable_weights]",
    ),
    (
        "sizes",
        "a = rc.MultiRNNCell([rc.GRUCell(2), rc.LSTMCell(3, num_proj=5)])\n"
        "b = rc.BasicLSTMCell(2, state_is_tuple=False)\n"
        "return a.state_size, a.output_size, a.zero_state(2, tf.float32), b.state_size, "
        "b.output_size, b.zero_state(2, tf.float32)",
    ),
    (
        "dynamic_zero_state",
        "return tf.nn.dynamic_rnn(rc.BasicLSTMCell(2), x, dtype=tf.float32)",
    ),
    (
        "dynamic_time_major",
        "return tf.nn.dynamic_rnn(rc.BasicLSTMCell(2), given('t', (5, 3, 4)), dtype=tf.float32, "
        "sequence_length=lengths, time_major=True)",
    ),
    (
        "dynamic_lengths_list",
        "return tf.nn.dynamic_rnn(rc.GRUCell(2), x, [1, 5, 0], dtype=tf.float32)",
    ),
    (
        "dynamic_residual_past_the_end",
        "return tf.nn.dynamic_rnn(rc.ResidualWrapper(rc.GRUCell(4)), x, lengths, dtype=tf.float32)",
    ),
    (
        "residual_function",
        "a = rc.ResidualWrapper(rc.GRUCell(2), residual_fn=lambda i, o: i[:, :2] * o)\n"
        "return tf.nn.dynamic_rnn(a, x, dtype=tf.float32)",
    ),
    (
        "dynamic_scope_name",
        "return tf.nn.dynamic_rnn(rc.GRUCell(2), x, dtype=tf.float32, scope='enc')",
    ),
    (
        "dynamic_scope_object",
        "with tf.variable_scope('a/b') as scope: pass\n"
        "with tf.variable_scope('c'):\n"
        "    return tf.nn.dynamic_rnn(rc.GRUCell(2), x, dtype=tf.float32, scope=scope)",
    ),
    (
        "dynamic_named_cell",
        "return tf.nn.dynamic_rnn(rc.GRUCell(2, name='foo'), x, dtype=tf.float32)",
    ),
    (
        "dynamic_twice_two_cells",
        "tf.nn.dynamic_rnn(rc.BasicLSTMCell(2), x, dtype=tf.float32)\n"
        "return tf.nn.dynamic_rnn(rc.BasicLSTMCell(2), x, dtype=tf.float32)",
    ),
    (
        "dynamic_twice_one_cell",
        "a = rc.BasicLSTMCell(2)\none = tf.nn.dynamic_rnn(a, x, dtype=tf.float32)\n"
        "return one, tf.nn.dynamic_rnn(a, x, dtype=tf.float32)",
    ),
    (
        "notebook",
        "def network():\n"
        "    return tf.nn.dynamic_rnn(rc.BasicLSTMCell(2), x, dtype=tf.float32)\n"
        "with tf.variable_scope('rnn') as scope:\n"
        "    train = network()\n    scope.reuse_variables()\n    test = network()\n"
        "return train, test",
    ),
    (
        "auto_reuse",
        "def network():\n"
        "    with tf.variable_scope('net', reuse=tf.AUTO_REUSE):\n"
        "        return tf.nn.dynamic_rnn(rc.MultiRNNCell([rc.GRUCell(2), rc.GRUCell(3)]), x, "
        "dtype=tf.float32)\n"
        "return network(), network()",
    ),
    (
        "partitioner_of_the_scope",
        "with tf.variable_scope('p', partitioner=tf.fixed_size_partitioner(2)):\n"
        "    return tf.nn.dynamic_rnn(rc.BasicLSTMCell(3), x, dtype=tf.float32)",
    ),
    (
        "cell_of_a_user",
        "class Mine(rc.RNNCell):\n"
        "    state_size = output_size = 4\n"
        "    def call(self, inputs, state):\n"
        "        w = tf.get_variable('w', [4])\n"
        "        return w * inputs, state + w * inputs\n"
        "a = Mine()\nout = tf.nn.dynamic_rnn(a, x, lengths, dtype=tf.float32)\n"
        "return out, [v.name for v in a.trainable_weights]",
    ),
    (
        "users_cell_in_a_stack",
        "class Mine(rc.RNNCell):\n"
        "    state_size = output_size = 2\n"
        "    def call(self, inputs, state):\n"
        "        w = tf.get_variable('w', [2])\n"
        "        return w * inputs, state + w * inputs\n"
        "a = rc.MultiRNNCell([rc.GRUCell(2), Mine(name='m'), Mine()])\n"
        "return tf.nn.dynamic_rnn(a, x, dtype=tf.float32), [v.name for v in a.trainable_weights]",
    ),
    (
        "static",
        "return tf.nn.static_rnn(rc.BasicLSTMCell(2), [x[:, t] for t in range(5)], dtype=tf.float32)",
    ),
    (
        "static_lengths_and_state",
        "return tf.nn.static_rnn(rc.GRUCell(2), [x[:, t] for t in range(5)], given('s', (3, 2)), "
        "sequence_length=lengths, scope='st')",
    ),
    (
        "bidirectional",
        "return tf.nn.bidirectional_dynamic_rnn(rc.BasicLSTMCell(2), rc.GRUCell(3), x, lengths, dtype=tf.float32)",
    ),
    (
        "bidirectional_states",
        "return tf.nn.bidirectional_dynamic_rnn(rc.GRUCell(2), rc.GRUCell(3), "
        "given('t', (5, 3, 4)), initial_state_fw=given('f', (3, 2)), "
        "initial_state_bw=given('b', (3, 3)), time_major=True, scope='bi')",
    ),
    (
        "static_bidirectional",
        "return tf.nn.static_bidirectional_rnn(rc.BasicLSTMCell(2), rc.GRUCell(3), "
        "[x[:, t] for t in range(5)], dtype=tf.float32, sequence_length=lengths)",
    ),
    (
        "float64",
        "y = tf.cast(x, tf.float64)\nreturn tf.nn.dynamic_rnn(rc.BasicLSTMCell(2), y, dtype=tf.float64)",
    ),
    ("bad_no_dtype", "return tf.nn.dynamic_rnn(rc.GRUCell(2), x)"),
    ("bad_static_no_dtype", "return tf.nn.static_rnn(rc.GRUCell(2), [x[:, 0]])"),
    ("bad_static_array", "return tf.nn.static_rnn(rc.GRUCell(2), x, dtype=tf.float32)"),
    ("bad_static_empty", "return tf.nn.static_rnn(rc.GRUCell(2), [], dtype=tf.float32)"),
    (
        "bad_lengths_rank",
        "return tf.nn.dynamic_rnn(rc.GRUCell(2), x, [[1, 2, 3]], dtype=tf.float32)",
    ),
    (
        "bad_static_lengths_rank",
        "return tf.nn.static_rnn(rc.GRUCell(2), [x[:, 0]], sequence_length=[[1, 2, 3]], dtype=tf.float32)",
    ),
    ("bad_rank", "return tf.nn.dynamic_rnn(rc.GRUCell(2), given('r', (3,)), dtype=tf.float32)"),
    ("bad_cell", "return tf.nn.dynamic_rnn('gru', x, dtype=tf.float32)"),
    ("bad_integers", "return rc.GRUCell(2)(np.ones((3, 4), np.int32), np.ones((3, 2), np.int32))"),
    (
        "bad_shared_stack",
        "return tf.nn.dynamic_rnn(rc.MultiRNNCell([rc.BasicLSTMCell(6)] * 2), x, dtype=tf.float32)",
    ),
    ("bad_no_cells", "return rc.MultiRNNCell([])"),
    ("bad_cells", "return rc.MultiRNNCell(rc.GRUCell(2))"),
    (
        "bad_flat_stack",
        "return rc.MultiRNNCell([rc.GRUCell(2), rc.BasicLSTMCell(3)], state_is_tuple=False)",
    ),
    (
        "bad_residual",
        "return tf.nn.dynamic_rnn(rc.ResidualWrapper(rc.GRUCell(2)), x, dtype=tf.float32)",
    ),
    ("bad_keep_prob", "return rc.DropoutWrapper(rc.GRUCell(2), input_keep_prob=1.5)"),
    (
        "bad_variational_dtype",
        "return rc.DropoutWrapper(rc.GRUCell(2), 0.5, variational_recurrent=True)",
    ),
    (
        "bad_variational_size",
        "return rc.DropoutWrapper(rc.GRUCell(2), 0.5, variational_recurrent=True, dtype=tf.float32)",
    ),
]

# Optimizers: (case, expression). Each takes four steps on weights m/w [2, 3] and m/b [3].
OPTIMIZERS = [
    ("gradient_descent", "tf.train.GradientDescentOptimizer(0.5)"),
    ("momentum", "tf.train.MomentumOptimizer(0.1, 0.9)"),
    ("momentum_nesterov", "tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True)"),
    ("rmsprop", "tf.train.RMSPropOptimizer(0.01)"),
    ("rmsprop_momentum", "tf.train.RMSPropOptimizer(0.01, decay=0.8, momentum=0.6, epsilon=1e-3)"),
    (
        "rmsprop_centered",
        "tf.train.RMSPropOptimizer(0.01, decay=0.8, momentum=0.6, epsilon=1e-3, centered=True)",
    ),
    ("adam", "tf.train.AdamOptimizer()"),
    ("adam_betas", "tf.train.AdamOptimizer(0.1, beta1=0.7, beta2=0.8, epsilon=1e-2)"),
    ("adagrad", "tf.train.AdagradOptimizer(0.3)"),
    ("adagrad_start", "tf.train.AdagradOptimizer(0.3, initial_accumulator_value=0.5)"),
    (
        "decayed",
        "tf.train.GradientDescentOptimizer(tf.train.exponential_decay(0.5, step, 2, 0.1))",
    ),
    (
        "decayed_staircase",
        "tf.train.GradientDescentOptimizer(tf.train.exponential_decay(0.5, step, 2, 0.1, staircase=True))",
    ),
]
