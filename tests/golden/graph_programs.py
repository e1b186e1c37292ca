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


# ---- recurrent networks


def numbered(tf):
    """Operations that give each trainable variable numbers of its own."""
    updates = []
    for k, variable in enumerate(tf.trainable_variables()):
        shape = variable.shape.as_list()
        updates.append(variable.assign(np.sin(np.arange(np.prod(shape)) + 3 * k).reshape(shape) / 2))
    return updates


def answered(tf, *fetches, feed=None):
    """The names of the trainable variables, and the values of the fetches where these have numbers of their own."""
    updates = numbered(tf)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(updates)
        return [v.name for v in tf.trainable_variables()], session.run(list(fetches), feed)


def raw(tf, cell, lengths, emit=None, loop=None, scope=None, read=None):
    x = tf.transpose(tf.constant(X), [1, 0, 2])
    array = tf.TensorArray(tf.float32, 4).unstack(x)

    def loop_fn(time, output, state, loop_state):
        first = output is None
        state = cell.zero_state(2, tf.float32) if first else state
        finished = time >= lengths
        following = tf.cond(tf.reduce_all(finished), lambda: tf.zeros([2, 3]), lambda: array.read(time))
        emitted = output if emit is None else emit(output, first)
        return finished, following, state, emitted, None if loop is None else loop(loop_state, output, first)

    return x, tf.nn.raw_rnn(cell, loop_fn, scope=scope)


@program
def raw_rnn_with_lengths(tf):
    cell = tf.nn.rnn_cell.LSTMCell(2)
    x, (array, state, loop_state) = raw(tf, cell, tf.constant([2, 4]))
    outputs = array.stack()
    gradients = tf.gradients([outputs, state.c], [x, *tf.trainable_variables()])
    return [str(outputs.shape), loop_state is None], answered(tf, outputs, state, *gradients)


@program
def raw_rnn_that_emits_and_hands_on_what_the_program_wants(tf):
    cell = tf.nn.rnn_cell.GRUCell(2)

    def emit(output, first):
        if first:
            return {"a": tf.zeros([4]), "b": tf.zeros([], tf.int32)}
        return {"a": tf.concat([output, output * 2], 1), "b": tf.to_int32(output[:, 0] * 100)}

    def loop(loop_state, output, first):
        return tf.zeros([2]) if first else loop_state + output[0]

    x, (array, state, total) = raw(tf, cell, tf.constant([3, 4]), emit, loop, scope="mine")
    stacked = {key: value.stack() for key, value in array.items()}
    gradient = tf.gradients(tf.reduce_sum(stacked["a"]) + tf.reduce_sum(total), x)[0]
    return answered(tf, stacked, state, total, gradient)


@program
def raw_rnn_that_feeds_itself(tf):
    cell = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.BasicLSTMCell(3), tf.nn.rnn_cell.BasicRNNCell(3)])
    batch = tf.placeholder(tf.int32, [])

    def loop_fn(time, output, state, loop_state):
        if output is None:
            return tf.zeros([batch], tf.bool), tf.ones([batch, 3]), cell.zero_state(batch, tf.float32), None, None
        return time >= 3, output, state, output, None

    array, state, _ = tf.nn.raw_rnn(cell, loop_fn)
    outputs = array.stack()
    return str(outputs.shape), answered(tf, outputs, state, feed={batch: 2})


@program
def raw_rnn_errors(tf):
    cell = tf.nn.rnn_cell.GRUCell(3)
    zeros = tf.zeros([2, 3])

    def with_state(state, later=None, emit=None):
        def loop_fn(time, output, before, loop_state):
            given = state if output is None else before if later is None else later
            return time >= 2, zeros, given, output if emit is None or output is None else emit, None

        return loop_fn

    return [
        said(lambda: tf.nn.raw_rnn(cell, 3)),
        said(lambda: tf.nn.raw_rnn(cell, with_state((zeros, zeros)))),
        said(lambda: tf.nn.raw_rnn(cell, with_state(zeros, (zeros, zeros)), scope="b")),
        said(lambda: tf.nn.raw_rnn(cell, with_state(zeros, emit=(zeros, zeros)), scope="c")),
    ]


@program
def two_way_networks(tf):
    x, lengths = tf.constant(X), tf.constant([2, 4])

    def cell(size):
        return tf.nn.rnn_cell.LSTMCell(size)

    outputs, states = tf.nn.bidirectional_dynamic_rnn(cell(2), cell(3), x, lengths, dtype=tf.float32)
    rnn, apart, pair = tf.contrib.rnn, tf.unstack(x, axis=1), [cell(2), cell(2)]
    steps, forward, backward = tf.nn.static_bidirectional_rnn(cell(2), cell(2), apart, dtype=tf.float32, scope="s")
    stacked, ends, _ = rnn.stack_bidirectional_dynamic_rnn(
        pair, [cell(2), cell(2)], x, dtype=tf.float32, sequence_length=lengths, scope="d"
    )
    listed, _, last = rnn.stack_bidirectional_rnn([cell(2)], [cell(2)], apart, dtype=tf.float32, scope="e")
    fetches = [*outputs, *states, *steps, forward, backward, stacked, *ends, *listed, *last]
    gradients = tf.gradients([outputs[0], outputs[1], *steps, stacked, *listed], [x, *tf.trainable_variables()])
    return answered(tf, *fetches, *gradients)


@program
def dropout_wrapper_with_a_fed_share(tf):
    keep = tf.placeholder(tf.float32, [], "keep")
    cell = tf.nn.rnn_cell.MultiRNNCell(
        [tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.LSTMCell(2), output_keep_prob=keep, seed=k) for k in range(2)]
    )
    x = tf.constant(X[:1, :1])
    outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    loss = tf.reduce_sum(outputs)
    gradients = tf.gradients(loss, [x, *tf.trainable_variables()])
    return [answered(tf, outputs, state, loss, *gradients, feed={keep: share}) for share in (1.0, 0.5, 0.75)]


@program
def a_state_that_is_fed_and_fetched(tf):
    cell = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.BasicLSTMCell(2), tf.nn.rnn_cell.GRUCell(3)])
    x = tf.placeholder(tf.float32, [2, None, 3])
    before = cell.zero_state(2, tf.float32)
    outputs, after = tf.nn.dynamic_rnn(cell, x, initial_state=before)
    gradients = tf.gradients([outputs, after[0].c], [*before[0], before[1]])
    updates = numbered(tf)
    found = []
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(updates)
        state = session.run(before)
        for part in (X[:, :1], X[:, 1:]):
            out, state, slopes = session.run([outputs, after, gradients], {x: part, before: state})
            found += [out, state, slopes]
        found.append(session.run(outputs, {x: X[:, :2], before[0].c: np.ones([2, 2], np.float32)}))
    return found


# ---- sparse tensors, and what is made of them


def small(tf, values=(1.0, 2.0)):
    return tf.SparseTensor([[0, 1], [1, 2]], list(values) if isinstance(values, tuple) else values, [2, 3])


@program
def sparse_tensors_are_told_fed_and_fetched(tf):
    s, p, q = small(tf), tf.sparse_placeholder(tf.float32), tf.sparse_placeholder(tf.float32, [None, 3], "r")
    k = tf.sparse_placeholder(tf.int32, [2, 3], "q")
    told = [str(s), str(s.shape), s.op.name, str(p), str(p.shape), str(q), str(q.get_shape()), str(k), s.dtype.name]
    value = tf.SparseTensorValue([[0, 1], [1, 0]], [1.0, 2.0], [2, 2])
    dense = tf.sparse_tensor_to_dense(p)
    with tf.Session() as session:
        found = session.run([s, {"a": s.values}, dense, p], {p: value})
        found.append(session.run(dense, {p: (np.array([[0, 1]]), np.array([3.0]), np.array([1, 2]))}))
        found.append(session.run(k, {k: (np.array([[0, 1]]), np.array([3]), np.array([2, 3]))}))
        found.append(s.eval(session=session))
    return told, found


@program
def sparse_tensors_made_dense(tf):
    s = small(tf)
    made = [
        tf.sparse_tensor_to_dense(s), tf.sparse_tensor_to_dense(s, -1.0), tf.sparse_to_dense([[0, 1]], [2, 3], 5.0),
        tf.sparse_to_dense([1, 3], [5], [7, 8], default_value=-1), tf.sparse_to_dense(2, [4], 9),
        tf.sparse_to_dense([[1, 0], [0, 1]], [2, 2], [3.0, 4.0], validate_indices=False),
        tf.sparse_tensor_to_dense(tf.sparse_placeholder(tf.float32)), tf.sparse.to_dense(s),
    ]  # fmt: skip
    return [str(tensor) for tensor in made], ran(tf, *made[:6], made[7])


@program
def sparse_products_and_sums(tf):
    s, p = small(tf), tf.sparse_placeholder(tf.float32)
    numbers = tf.constant(np.arange(6, dtype=np.float32).reshape(3, 2))
    made = [
        tf.sparse_tensor_dense_matmul(s, numbers),
        tf.sparse_tensor_dense_matmul(s, tf.transpose(numbers), adjoint_b=True),
        tf.sparse_tensor_dense_matmul(s, tf.ones([2, 2]), adjoint_a=True),
        tf.sparse_reduce_sum(s), tf.sparse_reduce_sum(s, 1),
        tf.sparse_reduce_sum(s, [0], keepdims=True), tf.sparse_reduce_sum(s, [0, -1]), tf.sparse_reduce_sum(p, 1),
        tf.sparse_tensor_dense_matmul(p, numbers), tf.sparse.reduce_sum(s, -1),
    ]  # fmt: skip
    fed = tf.SparseTensorValue([[0, 1], [3, 2]], [1.0, 2.0], [4, 3])
    return [str(tensor.shape) for tensor in made], ran(tf, *made, feed={p: fed})


@program
def sparse_gradients(tf):
    v, m = tf.Variable([1.0, 2.0]), tf.Variable(np.arange(6, dtype=np.float32).reshape(3, 2))
    s, weights = small(tf, v), np.arange(6, dtype=np.float32).reshape(2, 3)
    default = tf.Variable(3.0)
    losses = [
        tf.sparse_tensor_to_dense(s) * weights,
        tf.sparse_tensor_dense_matmul(s, m) ** 2,
        tf.sparse_tensor_dense_matmul(s, tf.transpose(m), adjoint_b=True) ** 2,
        tf.sparse_tensor_dense_matmul(s, m[:2], adjoint_a=True) ** 2,
        tf.sparse_reduce_sum(s, 1) ** 2,
        tf.sparse_reduce_sum(s) ** 2,
        tf.sparse_reduce_sum(s, 0, keepdims=True) ** 2,
        tf.sparse_to_dense([[1], [3]], [5], v, default) ** 2,
    ]
    found = [[g for g in tf.gradients(loss, [v, m, default]) if g is not None] for loss in losses]
    return [len(some) for some in found], ran(tf, found)


@program
def sparse_errors(tf):
    p = tf.sparse_placeholder(tf.float32)
    dense = tf.sparse_tensor_to_dense(p)

    def fed(indices, values, shape):
        return said(lambda: ran(tf, dense, feed={p: tf.SparseTensorValue(indices, values, shape)}))

    return [
        said(lambda: tf.SparseTensor([[0, 1]], [1.0, 2.0], [2, 3])),
        said(lambda: tf.SparseTensor([0, 1], [1.0, 2.0], [2, 3])),
        said(lambda: tf.SparseTensor([[0, 1]], [1.0], [2, 3, 4])),
        fed([[1, 0], [0, 1]], [1.0, 2.0], [2, 2]),
        fed([[0, 3]], [1.0], [2, 2]),
        fed([[0, 1], [0, 1]], [1.0, 2.0], [2, 2]),
        said(lambda: tf.nn.embedding_lookup_sparse(tf.ones([3, 2]), small(tf), None, combiner="max")),
    ]


@program
def embeddings_by_sparse_ids(tf):
    m = tf.Variable(np.arange(6, dtype=np.float32).reshape(3, 2) + 1)
    ids = tf.SparseTensor([[0, 0], [0, 1], [2, 0]], tf.constant([1, 2, 0], tf.int64), [3, 2])
    shares = tf.SparseTensor([[0, 0], [0, 1], [2, 0]], [1.0, 3.0, 2.0], [3, 2])
    found = []
    for combiner in ("sum", "mean", "sqrtn"):
        plain = tf.nn.embedding_lookup_sparse(m, ids, None, combiner=combiner)
        weighted = tf.nn.embedding_lookup_sparse(m, ids, shares, combiner=combiner)
        slopes = [tf.convert_to_tensor(tf.gradients(some[:1] ** 2, m)[0]) for some in (plain, weighted)]
        found += [plain, weighted[:1], *slopes]
    cut = tf.nn.embedding_lookup_sparse(m, ids, None, combiner="sum", max_norm=2.0)
    return [str(found[0].shape), found[1].dtype.name], ran(tf, *found, cut)


CTC = np.sin(np.arange(32, dtype=np.float32)).reshape(4, 2, 4)


@program
def ctc_losses(tf):
    x = tf.constant(CTC)
    labels = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], [1, 2, 0], [2, 2])
    twice = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], [1, 1, 0], [2, 2])
    three = tf.SparseTensor([[0, 0], [0, 1], [0, 2], [1, 0]], [1, 2, 0, 0], [2, 3])
    losses = [
        tf.nn.ctc_loss(labels, x, [4, 3]), tf.nn.ctc_loss(twice, x, [4, 3]),
        tf.nn.ctc_loss(twice, x, [4, 3], ctc_merge_repeated=False), tf.nn.ctc_loss(twice, x, [2, 1]),
        tf.nn.ctc_loss(twice, x, [4, 3], preprocess_collapse_repeated=True),
        tf.nn.ctc_loss(labels, tf.transpose(x, [1, 0, 2]), [2, 1], time_major=False),
        tf.nn.ctc_loss(three, x, [2, 3], ignore_longer_outputs_than_inputs=True),
        tf.nn.ctc_loss(three, x, [0, 4], ignore_longer_outputs_than_inputs=True),
        tf.nn.ctc_loss(tf.SparseTensor([[0, 0], [0, 1], [1, 0]], [1, 3, 0], [2, 2]), x, [4, 3]),
    ]  # fmt: skip
    slopes = [tf.gradients(loss * [1.0, 2.0], x)[0] for loss in losses]
    fed = tf.nn.ctc_loss(tf.sparse_placeholder(tf.int32), tf.placeholder(tf.float32, [None, 2, 4]), [1, 2])
    return [str(losses[0]), str(fed.shape)], ran(tf, losses, slopes)


@program
def ctc_losses_that_are_fed(tf):
    labels, x = tf.sparse_placeholder(tf.int32), tf.Variable(CTC * 0.5)
    lengths = tf.placeholder(tf.int32, [None])
    loss = tf.reduce_mean(tf.nn.ctc_loss(labels, x, lengths))
    train = tf.train.GradientDescentOptimizer(1.0).minimize(loss)
    feed = {labels: tf.SparseTensorValue([[0, 0], [0, 1], [1, 0]], [1, 2, 0], [2, 2]), lengths: [4, 3]}
    decoded, scores = tf.nn.ctc_greedy_decoder(x, lengths)
    path = decoded[0]
    path = tf.SparseTensor(path.indices, tf.cast(path.values, tf.int32), path.dense_shape)
    distance = tf.reduce_mean(tf.edit_distance(path, labels))
    found = []
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(6):
            found.append(session.run([loss, decoded[0], scores, distance], feed))
            session.run(train, feed)
    return found


@program
def ctc_decoders(tf):
    decoded, scores = tf.nn.ctc_greedy_decoder(CTC, [4, 3])
    every = tf.nn.ctc_greedy_decoder(CTC, [4, 3], merge_repeated=False)
    nothing = tf.nn.ctc_greedy_decoder(CTC, [0, 0])
    return [str(scores), str(decoded[0].indices.shape)], ran(tf, decoded, scores, every, nothing)


@program
def edit_distances(tf):
    def sparse(indices, values, shape):
        return tf.SparseTensor(np.array(indices, np.int64).reshape(-1, len(shape)), values, shape)

    h = sparse([[0, 0], [0, 1], [1, 0]], [1, 2, 0], [2, 2])
    t = sparse([[0, 0], [1, 0], [1, 1]], [1, 2, 0], [2, 2])
    one, none = sparse([[0, 0]], [1], [2, 1]), sparse([], np.zeros([0], np.int32), [2, 1])
    letters = sparse([[0, 0, 0], [1, 0, 0], [1, 0, 1]], ["a", "b", "c"], [2, 1, 2])
    words = sparse([[0, 0, 0], [0, 1, 0], [1, 1, 0]], ["a", "b", "c"], [2, 2, 1])
    long = sparse([[0, k] for k in range(7)], [1, 2, 3, 4, 5, 1, 2], [1, 7])
    other = sparse([[0, k] for k in range(6)], [2, 3, 9, 5, 1, 1], [1, 6])
    made = [
        tf.edit_distance(h, t), tf.edit_distance(h, t, normalize=False), tf.edit_distance(one, none),
        tf.edit_distance(none, one), tf.edit_distance(one, none, False), tf.edit_distance(letters, words),
        tf.edit_distance(long, other, False), tf.edit_distance(other, long, False, name="named"),
    ]  # fmt: skip
    return [str(tensor) for tensor in made], ran(tf, *made)


@program
def ctc_errors(tf):
    x = tf.constant(CTC)
    labels = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], [1, 2, 0], [2, 2])

    def lost(labels, lengths):
        return said(lambda: ran(tf, tf.nn.ctc_loss(labels, x, lengths)))

    return [
        said(lambda: tf.nn.ctc_loss([1], x, [4, 3])),
        lost(labels, [4, 5]),
        lost(labels, [1, 1])[:80],
        lost(tf.SparseTensor([[0, 0], [0, 1], [1, 0]], [3, 1, 0], [2, 2]), [4, 3])[:80],
        lost(tf.SparseTensor([[0, 0]], [1], [2, 1]), [4, 3]),
        said(lambda: tf.edit_distance(1, labels)),
        said(lambda: tf.nn.ctc_loss(labels, x, [4, 3, 2])),
    ]


# ---- distributions, and losses over many classes


@program
def normal_distributions(tf):
    loc, scale = tf.Variable([0.0, 1.0]), tf.Variable([1.0, 2.0])
    d = tf.distributions
    n, m = d.Normal(loc, scale), d.Normal(loc=[1.0, 2.0], scale=3.0)
    asked = [
        n.sample(3, seed=1), n.sample(seed=2), n.sample([2, 2], seed=3), n.log_prob([[1.0, 2.0], [3.0, 4.0]]),
        n.prob(1.0), n.entropy(), n.mean(), n.stddev(), n.mode(), n.variance(), n.cdf(0.5),
        d.kl_divergence(n, m), n.kl_divergence(m),
        n.cross_entropy(m), m.sample(2, seed=4), n.batch_shape_tensor(),
    ]  # fmt: skip
    slopes = [
        *tf.gradients(n.log_prob([1.0, 2.0]), [loc, scale]), *tf.gradients(n.sample(3, seed=1), [loc, scale]),
        tf.gradients(n.entropy(), scale)[0], *tf.gradients(d.kl_divergence(n, m), [loc, scale]),
    ]  # fmt: skip
    told = [str(n.batch_shape), str(n.event_shape), n.dtype.name, n.name, n.loc.name, m.scale.name]
    return told, [str(tensor.shape) for tensor in asked], ran(tf, *asked, *slopes)


@program
def categorical_distributions(tf):
    d, logits = tf.distributions, tf.Variable([[1.0, 2.0, 0.5], [0.0, 0.0, 3.0]])
    c, p = d.Categorical(logits=logits), d.Categorical(probs=[[0.2, 0.3, 0.5]])
    asked = [
        c.sample(4, seed=3), c.sample([2, 2], seed=3), c.sample(seed=2),
        c.log_prob([1, 2]), c.log_prob([[1, 2], [0, 0]]),
        c.prob([1, 2]), c.entropy(), c.mode(), c.probs, p.logits, p.probs, c.event_size,
        d.kl_divergence(c, d.Categorical(logits=[[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])), p.log_prob([[1], [2]]),
    ]  # fmt: skip
    slopes = [tf.gradients(c.log_prob([1, 0]), logits)[0], tf.gradients(c.entropy(), logits)[0]]
    fed = d.Categorical(logits=tf.placeholder(tf.float32, [None, 4]))
    told = [str(t.shape) for t in (fed.sample(), fed.sample(3), fed.entropy())]
    return told, str(fed.batch_shape), c.dtype.name, ran(tf, *asked, *slopes)


@program
def bernoulli_and_uniform_distributions(tf):
    d, logits = tf.distributions, tf.Variable([1.0, -2.0])
    b, c, u = d.Bernoulli(probs=[0.2, 0.7]), d.Bernoulli(logits=logits), d.Uniform(0.0, [1.0, 2.0])
    asked = [
        b.sample(3, seed=1), c.sample(3, seed=1), b.log_prob([1, 0]), b.log_prob([[1.0, 0.0], [0.0, 1.0]]),
        b.prob([1, 0]), b.mean(), b.mode(), b.entropy(), b.stddev(), b.variance(), b.logits, c.probs,
        c.log_prob([1, 0]), c.mode(), c.prob(1), c.entropy(),
        d.kl_divergence(b, c), u.sample(2, seed=1), u.log_prob(0.5), u.prob(1.5), u.entropy(), u.mean(),
        u.stddev(), u.range(), u.cdf(0.5),
    ]  # fmt: skip
    slopes = [tf.gradients(c.log_prob([1, 0]), logits)[0], tf.gradients(c.entropy(), logits)[0]]
    return [b.dtype.name, str(b.batch_shape)], ran(tf, *asked, *slopes)


@program
def errors_of_distributions(tf):
    d = tf.distributions
    return [
        said(lambda: d.Categorical()),
        said(lambda: d.Bernoulli(logits=[1.0], probs=[1.0])),
        said(lambda: d.Normal(0, 1)),
        said(lambda: d.Categorical(logits=[1.0, 2.0]).mean()),
        said(lambda: d.Uniform().mode()),
        said(lambda: d.kl_divergence(d.Normal(0.0, 1.0), d.Bernoulli(probs=0.5))),
    ]


def classes(tf):
    w = tf.Variable(np.sin(np.arange(20, dtype=np.float32)).reshape(10, 2))
    b = tf.Variable(np.arange(10, dtype=np.float32) / 10)
    return w, b, tf.constant([[1.0, 2.0], [3.0, -1.0]]), tf.constant([[1], [4]], tf.int64)


@program
def candidate_samplers(tf):
    y = tf.constant([[1], [4]], tf.int64)
    made = [
        tf.nn.log_uniform_candidate_sampler(y, 1, 4, True, 10, seed=3),
        tf.nn.log_uniform_candidate_sampler(y, 1, 6, False, 1000, seed=3),
        tf.nn.uniform_candidate_sampler(y, 1, 4, True, 10, seed=3),
        tf.nn.uniform_candidate_sampler(y, 1, 5, False, 16, seed=4),
        tf.random.log_uniform_candidate_sampler(tf.constant([[1, 2], [4, 5]], tf.int64), 2, 7, True, 7, seed=9),
    ]
    told = [[str(part) for part in some] for some in made]
    return told, list(made[0]._fields), ran(tf, *made, times=3)


@program
def losses_over_few_classes(tf):
    w, b, x, y = classes(tf)
    drawn = (tf.constant([0, 2, 5, 4], tf.int64), tf.constant([[0.5], [0.25]]), tf.constant([0.9, 0.4, 0.2, 0.3]))
    losses = [
        function(w, b, y, x, 4, 10, sampled_values=drawn, **options)
        for function in (tf.nn.sampled_softmax_loss, tf.nn.nce_loss)
        for options in ({}, {"remove_accidental_hits": True}, {"remove_accidental_hits": False})
    ]
    two = (drawn[0], tf.constant([[0.5, 0.1], [0.25, 0.2]]), drawn[2])
    pairs = tf.constant([[1, 2], [4, 5]], tf.int64)
    losses.append(tf.nn.nce_loss(w, b, pairs, x, 4, 10, num_true=2, sampled_values=two))
    losses.append(tf.nn.sampled_softmax_loss(w, b, pairs, x, 4, 10, num_true=2, sampled_values=two))
    losses.append(tf.nn.sampled_softmax_loss(w, b, tf.constant([[1], [4]]), x, 3, 10, seed=4))
    slopes = [[tf.convert_to_tensor(g) for g in tf.gradients(loss, [w, b, x])] for loss in losses]
    return [str(loss.shape) for loss in losses], ran(tf, losses, slopes)
