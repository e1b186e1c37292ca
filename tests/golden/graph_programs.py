"""TensorFlow 1 programs, each a function of the module `tf` that answers in arrays, numbers and text.

`record_graph_programs.py` has TensorFlow answer them, `test_graph_programs.py` this library.
"""

import numpy as np

PROGRAMS = {}
X = np.arange(24, dtype=np.float32).reshape(2, 4, 3) / 8 - 1


def program(function):
    """List a program."""
    PROGRAMS[function.__name__] = function
    return function


def ran(tf, *fetches, feed=None, times=1):
    """The values of the fetches, of each of several runs of one session that starts with initialized variables."""
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        values = [session.run(list(fetches), feed) for _ in range(times)]
    return values[0] if times == 1 else values


def said(function):
    """The type and first words of the error that a function raises."""
    try:
        function()
    except Exception as error:
        return type(error).__name__ + ": " + str(error).split("\n")[0]
    return "no error"


# ---- random numbers


class Counting:
    """A cell to be made a class of `tf`'s: the output is the input, the state counts."""

    state_size = output_size = 3

    def call(self, x, h):
        return x, h + 1


def dropped(tf, **shares):
    cell = type("Cell", (Counting, tf.nn.rnn_cell.RNNCell), {})()
    wrapper = tf.nn.rnn_cell.DropoutWrapper(cell, dtype=tf.float32, seed=3, **shares)
    return tf.nn.dynamic_rnn(wrapper, X[:1, :1] + 9, dtype=tf.float32)


@program
def dropout_wrapper_of_outputs(tf):
    return ran(tf, dropped(tf, output_keep_prob=0.5)[0], times=3)


@program
def dropout_wrapper_of_inputs(tf):
    return ran(tf, dropped(tf, input_keep_prob=0.7)[0], times=3)


@program
def dropout_wrapper_of_states(tf):
    return ran(tf, dropped(tf, state_keep_prob=0.5)[1], times=3)


@program
def dropout_wrapper_with_one_mask_for_all_steps(tf):
    shares = {"state_keep_prob": 0.5, "input_keep_prob": 0.6, "output_keep_prob": 0.7}
    cell = type("Cell", (Counting, tf.nn.rnn_cell.RNNCell), {})()
    wrapper = tf.nn.rnn_cell.DropoutWrapper(
        cell, variational_recurrent=True, input_size=3, dtype=tf.float32, seed=5, **shares
    )
    return ran(tf, tf.nn.dynamic_rnn(wrapper, X + 9, dtype=tf.float32), times=2)


@program
def dropout_wrapper_of_an_lstm_spares_the_cell(tf):
    cell = tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.BasicLSTMCell(3), state_keep_prob=0.5, seed=3)
    state = tf.nn.dynamic_rnn(cell, X[:, :1], dtype=tf.float32)[1]
    return ran(tf, tf.equal(state.c, 0.0), tf.equal(state.h, 0.0), times=2)


@program
def graph_seed_and_a_network(tf):
    tf.set_random_seed(7)
    a = tf.get_variable("a", [3, 4])
    b = tf.Variable(tf.truncated_normal([3, 4], stddev=0.1))
    x = tf.placeholder_with_default(np.ones([2, 3], np.float32), [None, 3])
    y = tf.nn.relu(tf.matmul(x, a) + tf.get_variable("bias", [4], initializer=tf.zeros_initializer()))
    c = tf.get_variable("c", [4, 3], initializer=tf.orthogonal_initializer())
    d = tf.Variable(tf.random_uniform([4, 3], -1, 1))
    e = tf.get_variable("e", [3, 4], initializer=tf.random_normal_initializer(stddev=0.1, seed=2))
    f = tf.get_variable("f", [40, 30], initializer=tf.zeros_initializer())
    g = tf.get_variable("g", [3, 4], initializer=tf.variance_scaling_initializer())
    i = tf.random_uniform([3, 4], maxval=9, dtype=tf.int32)
    return ran(tf, a, b, c, d, e, f[:2], g, i, tf.multinomial(y, 4), tf.nn.dropout(y + 1, 0.5), times=2)


@program
def initializers_with_seeds(tf):
    tf.set_random_seed(1)
    initializers = [
        tf.truncated_normal_initializer(stddev=0.1, seed=5), tf.random_uniform_initializer(-1.0, 1.0, seed=5),
        tf.contrib.layers.xavier_initializer(seed=5), tf.random_normal_initializer(seed=5),
        tf.uniform_unit_scaling_initializer(seed=5),
        tf.glorot_normal_initializer(seed=5), tf.variance_scaling_initializer(2.0, "fan_out", "uniform", seed=5),
        tf.orthogonal_initializer(2.0, seed=5),
    ]  # fmt: skip
    return ran(tf, *(tf.get_variable(f"v{k}", [2, 3], initializer=made) for k, made in enumerate(initializers)))


@program
def initializers_run_again_draw_again(tf):
    tf.set_random_seed(3)
    v = tf.get_variable("v", [3])
    found = []
    for _ in range(2):
        with tf.Session() as session:
            for _ in range(2):
                session.run(v.initializer)
                found.append(session.run(v))
    return found


@program
def random_shapes_that_are_fed(tf):
    n = tf.placeholder(tf.int32)
    draws = (
        tf.random_uniform([n, 3], seed=1),
        tf.random_normal(tf.stack([n, 2]), seed=2),
        tf.random_shuffle([1, 2, 3], seed=5),
    )
    return [str(draw.shape) for draw in draws], ran(tf, *draws, feed={n: 2}, times=2)


@program
def random_numbers_with_tensors_for_their_ends(tf):
    v = tf.Variable([1.0, 2.0, 4.0])
    u = tf.random_uniform([3], v, 2 * v, seed=1)
    z = tf.random_normal([3], v, v, seed=1)
    return ran(tf, u, z, tf.gradients(u, v)[0], tf.gradients(z, v)[0])


@program
def random_errors(tf):
    return [
        said(lambda: tf.random_uniform([2], dtype=tf.bool)),
        said(lambda: tf.random_uniform([2], dtype=tf.int32)),
        said(lambda: tf.random_normal(3)),
        said(lambda: tf.multinomial([1.0, 2.0], 3)),
        said(lambda: ran(tf, tf.multinomial(np.zeros([2, 0], np.float32), 3))),
        said(lambda: ran(tf, tf.random_uniform([1], 5, 5, dtype=tf.int32))),
        said(lambda: ran(tf, tf.random_crop(np.arange(6).reshape(2, 3), [3, 1]))),
        said(lambda: tf.gradients(tf.random_shuffle(tf.Variable([1.0])), tf.trainable_variables())),
        said(lambda: tf.random.stateless_uniform([3], [1, 2, 3])),
    ]


@program
def random_crops(tf):
    return ran(tf, tf.random_crop(X, [1, 2, 2], seed=1), tf.random_crop(X, [2, 1, 3], seed=2), times=2)


@program
def stateless_numbers(tf):
    draws = [
        tf.random.stateless_uniform([5], [1, 2], maxval=10, dtype=tf.int32),
        tf.random.stateless_uniform([5], [-1, 2**40], -3, 10, dtype=tf.int64),
        tf.random.stateless_multinomial([[1.0, 2.0, 1.0]], 8, [1, 2]),
        tf.random.stateless_truncated_normal([3], [3, 4], 1.0, 0.5),
    ]
    return [draw.name for draw in draws], ran(tf, *draws)


@program
def names_and_shapes_of_random_operations(tf):
    x, k = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.int32)
    made = [
        tf.random_shuffle(x), tf.multinomial(x, 4), tf.multinomial(x, k), tf.random.categorical(x, 2, dtype=tf.int32),
        tf.random_crop(x, [2, 2]), tf.random_gamma([2], x), tf.random_poisson(x, [4]), tf.random_poisson(2.0, [k, 2]),
        tf.random.uniform([2]), tf.random.normal([2, 3]), tf.random.shuffle(x), tf.random.truncated_normal([1]),
    ]  # fmt: skip
    return [str(tensor) for tensor in made], [tf.random.get_seed(3), tf.random.get_seed(None)]
