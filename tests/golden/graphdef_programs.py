"""Programs whose graphs are written by TensorFlow and read by the library, and the other way round.

Each gets `tf` and `np` and returns what is fetched, tensors; `FEEDS` has what is fed. There are no random numbers: both
answer the same. Those in TRAINED have variables: `init` is run first, then what they return, twice.
"""

FEEDS = {
    "x": ("float32", [[0.5, -1.0, 2.0, 0.25], [1.5, 0.75, -0.5, -2.0], [0.1, 0.2, 0.3, -0.4]]),
    "y": ("float32", [[1.0, -0.5, 0.25, 2.0], [-1.5, 0.5, 1.0, 0.125], [0.6, -0.7, 0.8, 0.9]]),
    "i": ("int32", [1, 0, 2]),
    "im": ("float32", [[[[(7 * a + 5 * b + 3 * c + n) % 11 / 5.0 - 1.0 for c in range(3)] for b in range(4)]
                        for a in range(4)] for n in range(2)]),
}  # fmt: skip


def inputs(tf):
    return (
        tf.placeholder(tf.float32, [None, 4], name="x"),
        tf.placeholder(tf.float32, [3, 4], name="y"),
        tf.placeholder(tf.int32, [3], name="i"),
        tf.placeholder(tf.float32, [2, 4, 4, 3], name="im"),
    )


def shapes(tf, np):
    x, y, i, im = inputs(tf)
    return [
        *tf.split(y, 2, 1), *tf.split(y, [1, 3], axis=1), x[:, 1:3], x[0, tf.newaxis, ..., -1], y[::2, i[0]],
        tf.concat([x, y], 0), tf.stack([y, y], 1), *tf.unstack(y, axis=1), tf.pad(y, [[0, 1], [1, 1]]),
        tf.pad(y, [[0, 1], [1, 1]], "REFLECT"), tf.pad(y, [[0, 1], [1, 1]], constant_values=2.0), tf.tile(y, [2, 1]),
        tf.slice(y, [0, 1], [2, -1]), tf.one_hot(i, 4), tf.one_hot(i, 3, on_value=2.0, off_value=-1.0, axis=0),
        tf.range(0, tf.size(x), 2), tf.zeros_like(x), tf.ones_like(x), tf.fill([2, tf.shape(x)[0]], 3.0),
        tf.gather(y, i), tf.gather(y, i, axis=1), tf.nn.embedding_lookup(y, i), tf.squeeze(y[None], [0]),
        tf.expand_dims(y, -1), tf.reshape(x, [-1, 2]), tf.reshape(x, [tf.shape(x)[0], 2, 2]), tf.transpose(y),
        tf.transpose(im, [0, 3, 1, 2]), tf.cast(y, tf.int32), tf.reverse(y, [0]),
        tf.reverse_sequence(y, i + 1, 1, batch_axis=0), tf.boolean_mask(y, i > 0), tf.gather_nd(y, [[0, 1], [2, 3]]),
        tf.scatter_nd([[0], [2]], [1.0, 2.0], [4]), tf.shape(x, out_type=tf.int64),
        tf.strided_slice(y, [0, 1], [2, 4], [1, 2]), tf.broadcast_to(y, [2, 3, 4]), tf.unsorted_segment_sum(y, i, 3),
        tf.sequence_mask(i, 5), tf.linspace(0.0, 1.0, 5), tf.placeholder_with_default(y, [None, 4]), tf.identity(y),
        tf.size(x), tf.rank(y), tf.eye(3), *tf.meshgrid([1, 2], [3, 4]),
    ]  # fmt: skip


def numbers(tf, np):
    x, y, i, im = inputs(tf)
    return [
        tf.where(y > 0, y, y * 2), tf.where(y > 0), tf.reduce_sum(y, [0, 1], keepdims=True), tf.reduce_max(x, 1),
        tf.reduce_mean(x), tf.reduce_min(y, 0), tf.reduce_prod(y), tf.reduce_any(y > 1, 1), tf.matmul(x, y,
        transpose_b=True),
        tf.argmax(y, 1), tf.argmin(y, 0), tf.cumsum(y, 1), *tf.nn.top_k(y, 2), tf.clip_by_value(y, 0.0, 1.0),
        tf.logical_xor(y > 0, y > 1), tf.add_n([y, y]), y / 2, y // 2, y % 2, -y, tf.abs(y) ** 2, 2 - y, i * 3, i // 2,
        tf.exp(y), tf.log(tf.abs(y) + 1), tf.sqrt(tf.abs(y)), tf.rsqrt(tf.abs(y) + 1), tf.sign(y), tf.floor(y),
        tf.squared_difference(x, y), tf.maximum(x, y), tf.equal(i, 1), tf.not_equal(i, 1), tf.norm(y), tf.sin(y),
        tf.linalg.band_part(tf.matmul(y, y, transpose_b=True), 0, -1), tf.matmul(im, im, transpose_b=True),
    ]  # fmt: skip


def network(tf, np):
    x, y, i, im = inputs(tf)
    ones = np.linspace(-1, 1, 2 * 2 * 3 * 5, dtype=np.float32).reshape(2, 2, 3, 5)
    return [
        tf.nn.softmax(y), tf.nn.log_softmax(y), tf.nn.softmax_cross_entropy_with_logits_v2(labels=tf.nn.softmax(x),
        logits=y),
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=i, logits=y), tf.nn.relu(y), tf.nn.relu6(y * 4),
        tf.nn.elu(y),
        tf.nn.selu(y), tf.nn.leaky_relu(y), tf.nn.softplus(y), tf.nn.softsign(y), tf.sigmoid(y), tf.tanh(y),
        tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=y), tf.nn.conv2d(im, ones, [1, 1, 1, 1], "SAME"),
        tf.nn.conv2d(im, ones, [1, 2, 2, 1], "VALID"), tf.nn.max_pool(im, [1, 2, 2, 1], [1, 2, 2, 1], "SAME"),
        tf.nn.avg_pool(im, [1, 2, 2, 1], [1, 2, 2, 1], "VALID"), *tf.nn.moments(y, [0]), tf.nn.l2_normalize(y, 1),
        tf.nn.depthwise_conv2d(im, ones[..., :2], [1, 1, 1, 1], "SAME"), tf.nn.bias_add(y, [1.0, 2.0, 3.0, 4.0]),
        tf.nn.conv2d_transpose(im, ones.transpose(0, 1, 3, 2), [2, 8, 8, 5], [1, 2, 2, 1]), tf.nn.l2_loss(y),
        tf.nn.lrn(im),
        tf.nn.fused_batch_norm(im, [1.0, 2, 3], [0.0, 1, 2], [0.1, 0, 0], [1.0, 4, 1], is_training=False)[0],
        *tf.nn.fused_batch_norm(im, [1.0, 2, 3], [0.0, 1, 2]), tf.nn.in_top_k(y, i, 1), tf.image.resize_bilinear(im,
        [8, 8]),
        tf.image.resize_nearest_neighbor(im, [6, 6]),
    ]  # fmt: skip


def branches(tf, np):
    x, y, _i, _im = inputs(tf)
    positive = tf.reduce_sum(x) > 0
    z = tf.cond(positive, lambda: x * x, lambda: x + 1)
    return [
        z,
        tf.gradients(z, x)[0],
        tf.cond(positive, lambda: x * 2, lambda: tf.constant(1.0) + y),
        tf.cond(positive, lambda: tf.constant([1.0]), lambda: tf.constant([2.0])),
        tf.cond(positive, lambda: tf.cond(y[0, 0] > 2, lambda: x, lambda: -x), lambda: y),
        tf.case([(y[0, 0] > 2, lambda: x), (y[0, 0] > 0, lambda: x - y)], default=lambda: y),
    ]


def loops(tf, np):
    x, y, _i, _im = inputs(tf)
    found = tf.while_loop(lambda k, a: k < 3, lambda k, a: (k + 1, a * tf.reduce_mean(y) + tf.constant(2.0)), [0, 1.0])

    def inner(a):
        return tf.while_loop(lambda j, b: j < 2, lambda j, b: (j + 1, b + a), [0, 1.0])[1]

    nested = tf.while_loop(lambda k, a: k < 3, lambda k, a: (k + 1, inner(a)), [0, 1.0])
    chosen = tf.while_loop(
        lambda k, a: k < 3, lambda k, a: (k + 1, tf.cond(a > 2.0, lambda: a + 1.0, lambda: a * 3.0)), [0, 1.0]
    )
    growing = tf.while_loop(
        lambda k, a: k < 3, lambda k, a: (k + 1, tf.concat([a, y], 0)), [0, x],
        shape_invariants=[tf.TensorShape([]), tf.TensorShape([None, 4])],
    )  # fmt: skip
    product = tf.while_loop(lambda k, a: k < 3, lambda k, a: (k + 1, tf.tanh(a) * y), [0, x])[1]
    return [
        *found, *nested, *chosen, *growing, tf.map_fn(lambda r: r * 2, y), tf.scan(lambda a, r: a + r, y),
        product, tf.gradients(product, y)[0],
    ]  # fmt: skip


def mlp(tf, np):
    x, _y, i, _im = inputs(tf)
    w = tf.Variable(np.linspace(-1, 1, 20, dtype=np.float32).reshape(4, 5), name="w")
    b = tf.get_variable("b", [5], initializer=tf.ones_initializer())
    hidden = tf.nn.relu(tf.matmul(x, w) + b)
    start = tf.constant_initializer(np.linspace(-1, 1, 15).reshape(5, 3) ** 2)
    logits = tf.layers.dense(hidden, 3, kernel_initializer=start, name="logits")
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=i, logits=logits)
    loss = tf.reduce_mean(losses + tf.reduce_sum(tf.square(w)), name="loss")
    step = tf.train.get_or_create_global_step()
    train = tf.train.AdamOptimizer(0.01).minimize(loss, global_step=step)
    return [loss, train, w, b, step]


def cnn(tf, np):
    _x, _y, _i, im = inputs(tf)
    start = tf.constant_initializer(np.linspace(-1, 1, 108).reshape(3, 3, 3, 4))  # no two of what is pooled are equal
    hidden = tf.layers.conv2d(im, 4, 3, activation=tf.nn.tanh, padding="same", kernel_initializer=start)
    hidden = tf.layers.batch_normalization(tf.layers.max_pooling2d(hidden, 2, 2), training=True)
    flat = tf.layers.flatten(hidden)
    logits = tf.layers.dense(flat, 1, kernel_initializer=tf.constant_initializer(0.1), activation=tf.tanh)
    loss = tf.reduce_mean(tf.square(logits - 1.0), name="loss")
    optimizer = tf.train.RMSPropOptimizer(0.01, momentum=0.9, centered=True)
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        train = optimizer.minimize(loss)
    return [loss, train, *tf.global_variables()]


def embeddings(tf, np):
    _x, _y, i, _im = inputs(tf)
    found = []
    for name, optimizer in (
        ("adagrad", tf.train.AdagradOptimizer(0.1)),
        ("adam", tf.train.AdamOptimizer(0.1)),
        ("sgd", tf.train.GradientDescentOptimizer(0.1)),
        ("momentum", tf.train.MomentumOptimizer(0.1, 0.9)),
    ):
        with tf.variable_scope(name):
            table = tf.get_variable("table", [7, 3], initializer=tf.constant_initializer(0.3))
            looked_up = tf.nn.embedding_lookup(table, i)
            found += [optimizer.minimize(tf.reduce_sum(looked_up * looked_up), var_list=[table]), table]
    return found


def resources(tf, np):
    x, _y, _i, _im = inputs(tf)
    with tf.variable_scope("scope", use_resource=True):
        w = tf.get_variable("w", [4, 2], initializer=tf.constant_initializer(0.2))
    loss = tf.reduce_sum(tf.matmul(x, w) ** 2)
    train = tf.train.MomentumOptimizer(0.01, 0.9, use_nesterov=True).minimize(loss)
    return [loss, train, tf.identity(w)]


def lstm(tf, np):
    x, y, _i, _im = inputs(tf)
    steps = tf.stack([tf.reshape(x, [3, 4]), y], 1)
    start = tf.constant_initializer(0.2)
    with tf.variable_scope("net", initializer=start):
        outputs, state = tf.nn.dynamic_rnn(
            tf.nn.rnn_cell.BasicLSTMCell(3), steps, dtype=tf.float32, sequence_length=[2, 1, 2]
        )
    loss = tf.reduce_sum(outputs) + tf.reduce_sum(state.h)
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    return [outputs, state.c, state.h, train, *tf.trainable_variables()]


def words(tf, np):
    _x, y, i, _im = inputs(tf)
    start = tf.constant_initializer(0.2)
    with tf.variable_scope("words", initializer=start):
        table = tf.get_variable("table", [9, 4])
        steps = tf.layers.dense(tf.stack([tf.nn.embedding_lookup(table, i), y], 1), 4, tf.tanh)
        outputs, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicLSTMCell(3), steps, dtype=tf.float32)
    loss = tf.reduce_mean(tf.square(state.h - 1.0))
    train = tf.train.AdamOptimizer(0.1).minimize(loss)
    return [outputs, loss, train, *tf.trainable_variables()]


def cells(tf, np):
    x, y, _i, _im = inputs(tf)
    steps = tf.stack([tf.reshape(x, [3, 4]), y], 1)
    start = tf.constant_initializer(0.2)
    cell = tf.nn.rnn_cell
    with tf.variable_scope("gru", initializer=start):
        outputs, _ = tf.nn.bidirectional_dynamic_rnn(
            cell.GRUCell(3), cell.LSTMCell(2, use_peepholes=True), steps, dtype=tf.float32
        )
    with tf.variable_scope("stack", initializer=start):
        stacked = cell.MultiRNNCell([cell.BasicRNNCell(3), cell.LSTMCell(4, num_proj=2)])
        more, _ = tf.nn.dynamic_rnn(stacked, steps, dtype=tf.float32)
    with tf.variable_scope("static", initializer=start):
        last, _ = tf.nn.static_rnn(cell.BasicLSTMCell(2), tf.unstack(steps, axis=1), dtype=tf.float32)
    return [outputs[0], outputs[1], more, last[-1]]


def own_cells(tf, np):
    x, y, _i, _im = inputs(tf)

    class Cell(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 3

        def call(self, inputs, state):
            start = tf.constant_initializer(0.2)
            new = tf.tanh(tf.layers.dense(tf.concat([inputs, state], 1), 3, kernel_initializer=start, name="own"))
            return new * 2.0, new

    steps = tf.stack([tf.reshape(x, [3, 4]), y], 1)
    cell = tf.nn.rnn_cell
    outputs, state = tf.nn.dynamic_rnn(Cell(), steps, dtype=tf.float32, sequence_length=[2, 1, 2])
    with tf.variable_scope("wrapped", initializer=tf.constant_initializer(0.1)):
        lstm = cell.ResidualWrapper(cell.BasicLSTMCell(4, state_is_tuple=True))
        more, _ = tf.nn.dynamic_rnn(lstm, steps, dtype=tf.float32)
        step, _ = cell.GRUCell(4)(x, y)
    loss = tf.reduce_sum(outputs) + tf.reduce_sum(more) + tf.reduce_sum(step)
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    return [outputs, state, more, step, train, *tf.trainable_variables()]


COMPUTED = [shapes, numbers, network, branches, loops]
TRAINED = [mlp, cnn, embeddings, resources, lstm, words, cells, own_cells]
