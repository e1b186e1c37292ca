"""TensorFlow 1 programs of the kinds that people published, whole: a network, some steps of training, what it answers.

Each is a function of the module `tf`. Trainable variables start from values that follow from their names, so that no
answer depends on random first values. `record_graph_programs.py` has TensorFlow answer them, `test_whole_programs.py`
this library. They are written as such programs were, for the Pythons of their time.
"""
# ruff: noqa: B007, B905, E731, E741, RUF059, UP004, UP031

import numpy as np

PROGRAMS = {}


def program(function):
    """List a program."""
    PROGRAMS[function.__name__] = function
    return function


def wave(*shape, k=0.0):
    """Floats between -1 and 1."""
    return np.sin(np.arange(np.prod(shape)) * 0.37 + k).reshape(shape).astype(np.float32)


def ints(high, *shape, k=0):
    """Integers below `high`."""
    n = np.arange(np.prod(shape, dtype=int))
    return ((n * 7 + k * 3 + n // 5) % high).reshape(shape).astype(np.int32)


def start(tf, session):
    """Initialize the variables; the trainable ones get values that follow from their names."""
    session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
    for v in tf.trainable_variables():
        shape = v.get_shape().as_list()
        wave_of_name = np.sin(np.arange(np.prod(shape, dtype=int)) * 0.7 + sum(map(ord, v.op.name)) % 17)
        v.load((0.3 * wave_of_name).reshape(shape).astype(np.float32), session)


def trained(tf, steps, fetches, feed, times=5, more=(), first=None):
    """The names of the variables, the values of the fetches after each step, and those of `more` after the last."""
    variables = [[v.name, v.get_shape().as_list()] for v in tf.global_variables()]
    with tf.Session() as session:
        start(tf, session)
        if first is not None:
            session.run(first)
        values = []
        for _ in range(times):
            for step in steps:
                session.run(step, feed)
            values.append(session.run(fetches, feed))
        answers = session.run(list(more), feed)
    trainable = [v.name for v in tf.trainable_variables()]
    return {"variables": variables, "trainable": trainable, "values": values, "answers": answers}


@program
def layers_mnist(tf):
    x = tf.placeholder(tf.float32, (None, 64))
    t = tf.placeholder(tf.int32, (None,))
    net = tf.reshape(x, [-1, 8, 8, 1])
    net = tf.layers.conv2d(inputs=net, filters=4, kernel_size=[5, 5], padding="same", activation=tf.nn.relu)
    net = tf.layers.max_pooling2d(inputs=net, pool_size=[2, 2], strides=2)
    net = tf.layers.conv2d(
        net, 6, 3, activation=tf.nn.elu, kernel_regularizer=tf.contrib.layers.l2_regularizer(0.01), name="c2"
    )
    net = tf.layers.flatten(net)
    net = tf.layers.dense(inputs=net, units=12, activation=tf.nn.relu)
    net = tf.layers.dropout(inputs=net, rate=0.4, training=False)
    logits = tf.layers.dense(inputs=net, units=10, name="logits")
    loss = tf.losses.sparse_softmax_cross_entropy(labels=t, logits=logits)
    total = tf.losses.get_total_loss()
    gs = tf.train.get_or_create_global_step()
    lr = tf.train.exponential_decay(0.1, gs, 2, 0.5, staircase=True)
    step = tf.train.MomentumOptimizer(lr, 0.9, use_nesterov=True).minimize(total, global_step=gs)
    acc, up = tf.metrics.accuracy(t, tf.argmax(logits, axis=1))
    return trained(tf, [step, up], [total, loss, lr, gs], {x: wave(5, 64), t: ints(10, 5)}, more=[acc])


@program
def skipgram_nce(tf):
    graph = tf.Graph()
    with graph.as_default():
        ids = tf.placeholder(tf.int32, shape=[8])
        labels = tf.placeholder(tf.int32, shape=[8, 1])
        valid = tf.constant([1, 2, 5], dtype=tf.int32)
        with tf.device("/cpu:0"):
            emb = tf.Variable(tf.random_uniform([20, 6], -1.0, 1.0))
            embed = tf.nn.embedding_lookup(emb, ids)
            nce_w = tf.Variable(tf.truncated_normal([20, 6], stddev=1.0 / np.sqrt(6)))
            nce_b = tf.Variable(tf.zeros([20]))
        tf.set_random_seed(1)
        sampled = tf.nn.log_uniform_candidate_sampler(tf.cast(labels, tf.int64), 1, 5, True, 20, seed=3)
        loss = tf.reduce_mean(
            tf.nn.nce_loss(
                weights=nce_w,
                biases=nce_b,
                labels=labels,
                inputs=embed,
                num_sampled=5,
                num_classes=20,
                sampled_values=sampled,
            )
        )
        step = tf.train.GradientDescentOptimizer(1.0).minimize(loss)
        norm = tf.sqrt(tf.reduce_sum(tf.square(emb), 1, keep_dims=True))
        normed = emb / norm
        sim = tf.matmul(tf.nn.embedding_lookup(normed, valid), normed, transpose_b=True)
        return trained(tf, [step], loss, {ids: ints(20, 8), labels: ints(20, 8, 1, k=1)}, more=[sim])


@program
def tagger(tf):
    words = tf.placeholder(tf.int32, [None, None], name="ids")
    lens = tf.placeholder(tf.int32, [None], name="lens")
    tags = tf.placeholder(tf.int32, [None, None])
    chars = tf.placeholder(tf.int32, [None, None, None])
    wl = tf.placeholder(tf.int32, [None, None])
    with tf.variable_scope("words"):
        W = tf.Variable(wave(15, 5), name="of_words", dtype=tf.float32, trainable=True)
        we = tf.nn.embedding_lookup(W, words, name="looked_up")
    with tf.variable_scope("chars"):
        C = tf.get_variable("of_letters", [9, 3], tf.float32)
        ce = tf.nn.embedding_lookup(C, chars)
        s = tf.shape(ce)
        ce = tf.reshape(ce, [s[0] * s[1], s[-2], 3])
        wlf = tf.reshape(wl, [s[0] * s[1]])
        fw = tf.contrib.rnn.LSTMCell(4, state_is_tuple=True)
        bw = tf.contrib.rnn.LSTMCell(4, state_is_tuple=True)
        _, ((_, ofw), (_, obw)) = tf.nn.bidirectional_dynamic_rnn(fw, bw, ce, sequence_length=wlf, dtype=tf.float32)
        co = tf.reshape(tf.concat([ofw, obw], axis=-1), shape=[s[0], s[1], 8])
    x = tf.nn.dropout(tf.concat([we, co], axis=-1), 1.0)
    with tf.variable_scope("both_ways"):
        (a, b), _ = tf.nn.bidirectional_dynamic_rnn(
            tf.contrib.rnn.LSTMCell(6), tf.contrib.rnn.LSTMCell(6), x, sequence_length=lens, dtype=tf.float32
        )
        out = tf.concat([a, b], axis=-1)
    with tf.variable_scope("tags"):
        w = tf.get_variable("W", dtype=tf.float32, shape=[12, 5])
        bb = tf.get_variable("b", shape=[5], dtype=tf.float32, initializer=tf.zeros_initializer())
        n = tf.shape(out)[1]
        logits = tf.reshape(tf.matmul(tf.reshape(out, [-1, 12]), w) + bb, [-1, n, 5])
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(logits=logits, labels=tags)
    mask = tf.sequence_mask(lens)
    loss = tf.reduce_mean(tf.boolean_mask(losses, mask))
    pred = tf.cast(tf.argmax(logits, axis=-1), tf.int32)
    opt = tf.train.AdamOptimizer(0.01)
    g, v = zip(*opt.compute_gradients(loss))
    g, gn = tf.clip_by_global_norm(g, 1.0)
    step = opt.apply_gradients(zip(g, v))
    feed = {words: ints(15, 3, 4), lens: [4, 2, 3], tags: ints(5, 3, 4), chars: ints(9, 3, 4, 5), wl: 1 + ints(5, 3, 4)}
    return trained(tf, [step], [loss, gn], feed, more=[pred])


@program
def layers_gan(tf):
    def gen(z, reuse=False, training=True):
        with tf.variable_scope("generator", reuse=reuse):
            x = tf.layers.dense(z, 4 * 4 * 8)
            x = tf.reshape(x, (-1, 4, 4, 8))
            x = tf.layers.batch_normalization(x, training=training)
            x = tf.maximum(0.2 * x, x)
            x = tf.layers.conv2d_transpose(x, 1, 5, strides=2, padding="same")
            return tf.tanh(x)

    def disc(x, reuse=False):
        with tf.variable_scope("discriminator", reuse=reuse):
            x = tf.layers.conv2d(
                x, 4, 5, strides=2, padding="same", kernel_initializer=tf.contrib.layers.xavier_initializer()
            )
            x = tf.nn.leaky_relu(tf.layers.batch_normalization(x, training=True))
            l = tf.layers.dense(tf.reshape(x, (-1, 4 * 4 * 4)), 1)
            return tf.sigmoid(l), l

    real = tf.placeholder(tf.float32, (None, 8, 8, 1), name="real")
    z = tf.placeholder(tf.float32, (None, 5), name="noise")
    G = gen(z)
    d, dl = disc(real)
    f, fl = disc(G, reuse=True)
    ce = lambda l, t: tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(logits=l, labels=t))
    D = ce(dl, tf.ones_like(d) * 0.9) + ce(fl, tf.zeros_like(f))
    Gl = ce(fl, tf.ones_like(f))
    tv = tf.trainable_variables()
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        do = tf.train.AdamOptimizer(0.002, 0.5).minimize(
            D, var_list=[v for v in tv if v.name.startswith("discriminator")]
        )
        go = tf.train.AdamOptimizer(0.002, 0.5).minimize(Gl, var_list=[v for v in tv if v.name.startswith("generator")])
    sample = gen(z, reuse=True, training=False)
    return trained(tf, [do, go], [D, Gl], {real: wave(4, 8, 8, 1), z: wave(4, 5, k=1)}, more=[sample], times=3)


@program
def dqn(tf):
    s = tf.placeholder(tf.float32, [None, 4], name="s")
    s_ = tf.placeholder(tf.float32, [None, 4], name="s_")
    a = tf.placeholder(tf.int32, [None], name="a")
    r = tf.placeholder(tf.float32, [None], name="r")
    wi, bi = tf.random_normal_initializer(0.0, 0.3), tf.constant_initializer(0.1)
    with tf.variable_scope("online"):
        e1 = tf.layers.dense(s, 6, tf.nn.relu, kernel_initializer=wi, bias_initializer=bi, name="hidden")
        q = tf.layers.dense(e1, 3, kernel_initializer=wi, bias_initializer=bi, name="values")
    with tf.variable_scope("frozen"):
        t1 = tf.layers.dense(s_, 6, tf.nn.relu, kernel_initializer=wi, bias_initializer=bi, name="hidden")
        qn = tf.layers.dense(t1, 3, kernel_initializer=wi, bias_initializer=bi, name="values")
    with tf.variable_scope("wanted"):
        qt = tf.stop_gradient(r + 0.9 * tf.reduce_max(qn, axis=1, name="best"))
    with tf.variable_scope("valued"):
        ai = tf.stack([tf.range(tf.shape(a)[0], dtype=tf.int32), a], axis=1)
        qe = tf.gather_nd(params=q, indices=ai)
    with tf.variable_scope("loss"):
        loss = tf.reduce_mean(tf.squared_difference(qt, qe, name="surprise"))
    with tf.variable_scope("train"):
        step = tf.train.RMSPropOptimizer(0.01).minimize(loss)
    tp = tf.get_collection(tf.GraphKeys.GLOBAL_VARIABLES, scope="frozen")
    ep = tf.get_collection(tf.GraphKeys.GLOBAL_VARIABLES, scope="online")
    with tf.variable_scope("copy"):
        rep = [tf.assign(t, e) for t, e in zip(tp, ep)]
    return [
        trained(
            tf, [step], loss, {s: wave(5, 4), s_: wave(5, 4, k=1), a: ints(3, 5), r: wave(5)}, more=[qe], first=rep
        ),
        [x.name for x in rep],
        qt.name,
        qe.name,
    ]


@program
def a3c(tf):
    class Net(object):
        def __init__(self, scope, top=None):
            with tf.variable_scope(scope):
                self.s = tf.placeholder(tf.float32, [None, 3], "S")
                self.a = tf.placeholder(tf.float32, [None, 1], "A")
                self.v = tf.placeholder(tf.float32, [None, 1], "value")
                wi = tf.random_normal_initializer(0.0, 0.1)
                with tf.variable_scope("actor"):
                    l = tf.layers.dense(self.s, 7, tf.nn.relu6, kernel_initializer=wi, name="policy")
                    mu = tf.layers.dense(l, 1, tf.nn.tanh, kernel_initializer=wi, name="mu")
                    sg = tf.layers.dense(l, 1, tf.nn.softplus, kernel_initializer=wi, name="sigma")
                with tf.variable_scope("critic"):
                    self.val = tf.layers.dense(
                        tf.layers.dense(self.s, 6, tf.nn.relu6, kernel_initializer=wi, name="judge"),
                        1,
                        kernel_initializer=wi,
                        name="v",
                    )
                self.ap = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope=scope + "/actor")
                self.cp = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope=scope + "/critic")
                if top is None:
                    return
                td = tf.subtract(self.v, self.val, name="surprise")
                with tf.name_scope("error"):
                    self.cl = tf.reduce_mean(tf.square(td))
                with tf.name_scope("scaled"):
                    mu, sg = mu * 2.0, sg + 1e-4
                nd = tf.distributions.Normal(mu, sg)
                with tf.name_scope("gain"):
                    lp = nd.log_prob(self.a)
                    ent = nd.entropy()
                    self.al = tf.reduce_mean(-(0.01 * ent + lp * tf.stop_gradient(td)))
                with tf.name_scope("choice"):
                    self.A = tf.clip_by_value(tf.squeeze(nd.sample(1), axis=[0, 1]), [-2.0], [2.0])
                with tf.name_scope("slopes"):
                    self.ag = tf.gradients(self.al, self.ap)
                    self.cg = tf.gradients(self.cl, self.cp)
                with tf.name_scope("sync"):
                    with tf.name_scope("push"):
                        self.push = [oa.apply_gradients(zip(self.ag, top.ap)), oc.apply_gradients(zip(self.cg, top.cp))]
                    with tf.name_scope("pull"):
                        self.pull = [l.assign(g) for l, g in zip(self.ap + self.cp, top.ap + top.cp)]

    with tf.device("/cpu:0"):
        oa, oc = tf.train.RMSPropOptimizer(0.01, name="OfActor"), tf.train.RMSPropOptimizer(0.01, name="OfCritic")
        top = Net("shared")
        w = Net("worker", top)
    feed = {w.s: wave(5, 3), w.a: wave(5, 1, k=1), w.v: wave(5, 1, k=2)}
    return trained(tf, [w.push, w.pull], [w.al, w.cl], feed, more=[top.ap[0]], first=w.pull)


@program
def ppo(tf):
    s = tf.placeholder(tf.float32, [None, 3], "state")

    def anet(name, trainable):
        with tf.variable_scope(name):
            l = tf.layers.dense(s, 8, tf.nn.relu, trainable=trainable)
            mu = 2 * tf.layers.dense(l, 1, tf.nn.tanh, trainable=trainable)
            sg = tf.layers.dense(l, 1, tf.nn.softplus, trainable=trainable)
            nd = tf.distributions.Normal(loc=mu, scale=sg)
        return nd, tf.get_collection(tf.GraphKeys.GLOBAL_VARIABLES, scope=name)

    with tf.variable_scope("critic"):
        v = tf.layers.dense(tf.layers.dense(s, 8, tf.nn.relu), 1)
        r = tf.placeholder(tf.float32, [None, 1], "returns")
        ct = tf.train.AdamOptimizer(0.02).minimize(tf.reduce_mean(tf.square(r - v)))
    pi, pp = anet("pi", True)
    old, op = anet("before", False)
    with tf.variable_scope("remember"):
        upd = [o.assign(p) for p, o in zip(pp, op)]
    a = tf.placeholder(tf.float32, [None, 1], "action")
    ta = tf.placeholder(tf.float32, [None, 1], "gain")
    with tf.variable_scope("loss"):
        with tf.variable_scope("ratio"):
            ratio = pi.prob(a) / old.prob(a)
            sur = ratio * ta
        loss = -tf.reduce_mean(tf.minimum(sur, tf.clip_by_value(ratio, 0.8, 1.2) * ta))
        kl = tf.reduce_mean(tf.distributions.kl_divergence(old, pi))
    with tf.variable_scope("update"):
        step = tf.train.AdamOptimizer(0.01).minimize(loss)
    feed = {s: wave(5, 3), r: wave(5, 1), a: wave(5, 1, k=1), ta: wave(5, 1, k=2)}
    return trained(tf, [step, ct], [loss, kl], feed, first=upd)


@program
def resnet_manual_bn(tf):
    train_flag = tf.placeholder(tf.bool, name="training")

    def bn(x, n, scope="bn"):
        with tf.variable_scope(scope):
            beta = tf.Variable(tf.constant(0.0, shape=[n]), name="beta", trainable=True)
            gamma = tf.Variable(tf.constant(1.0, shape=[n]), name="gamma", trainable=True)
            bm, bv = tf.nn.moments(x, [0, 1, 2], name="moments")
            ema = tf.train.ExponentialMovingAverage(decay=0.5)

            def up():
                with tf.control_dependencies([ema.apply([bm, bv])]):
                    return tf.identity(bm), tf.identity(bv)

            mean, v = tf.cond(train_flag, up, lambda: (ema.average(bm), ema.average(bv)))
            return tf.nn.batch_normalization(x, mean, v, beta, gamma, 1e-3)

    x = tf.placeholder(tf.float32, [None, 8, 8, 2])
    y = tf.placeholder(tf.float32, [None, 3])
    reg = tf.contrib.layers.l2_regularizer(scale=0.001)

    def block(x, o, first=False):
        i = x.get_shape().as_list()[-1]
        stride = 2 if i * 2 == o else 1
        with tf.variable_scope("inner"):
            f = tf.get_variable(
                "conv", [3, 3, i, o], initializer=tf.contrib.layers.xavier_initializer(), regularizer=reg
            )
            c = bn(tf.nn.conv2d(x, f, [1, stride, stride, 1], "SAME"), o)
        if stride == 2:
            sc = tf.pad(
                tf.nn.avg_pool(x, [1, 2, 2, 1], [1, 2, 2, 1], "VALID"), [[0, 0], [0, 0], [0, 0], [i // 2, i // 2]]
            )
        else:
            sc = x
        return tf.nn.relu(c + sc)

    h = x
    for i in range(2):
        with tf.variable_scope("stage_%d" % i):
            h = block(h, 2 * 2**i)
    g = tf.reduce_mean(h, [1, 2])
    logits = tf.layers.dense(g, 3, kernel_initializer=tf.uniform_unit_scaling_initializer(factor=1.0))
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=y)) + tf.reduce_sum(
        tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    )
    step = tf.train.MomentumOptimizer(learning_rate=0.1, momentum=0.9).minimize(loss)
    r = trained(tf, [step], loss, {x: wave(4, 8, 8, 2), y: np.eye(3)[ints(3, 4)], train_flag: True}, times=3)
    return r


@program
def text_cnn(tf):
    x = tf.placeholder(tf.int32, [None, 7], name="words")
    y = tf.placeholder(tf.float32, [None, 2], name="kinds")
    keep = tf.placeholder(tf.float32, name="kept")
    l2 = tf.constant(0.0)
    with tf.device("/cpu:0"), tf.name_scope("embedding"):
        W = tf.Variable(tf.random_uniform([12, 5], -1.0, 1.0), name="W")
        e = tf.expand_dims(tf.nn.embedding_lookup(W, x), -1)
    pooled = []
    for i, fs in enumerate([2, 3]):
        with tf.name_scope("width-%s" % fs):
            w = tf.Variable(tf.truncated_normal([fs, 5, 1, 4], stddev=0.1), name="W")
            b = tf.Variable(tf.constant(0.1, shape=[4]), name="b")
            c = tf.nn.conv2d(e, w, strides=[1, 1, 1, 1], padding="VALID", name="conv")
            h = tf.nn.relu(tf.nn.bias_add(c, b), name="relu")
            pooled.append(
                tf.nn.max_pool(h, ksize=[1, 7 - fs + 1, 1, 1], strides=[1, 1, 1, 1], padding="VALID", name="pool")
            )
    flat = tf.reshape(tf.concat(pooled, 3), [-1, 8])
    with tf.name_scope("dropout"):
        d = tf.nn.dropout(flat, keep)
    with tf.name_scope("output"):
        w = tf.get_variable("W", shape=[8, 2], initializer=tf.contrib.layers.xavier_initializer())
        b = tf.Variable(tf.constant(0.1, shape=[2]), name="b")
        l2 += tf.nn.l2_loss(w)
        l2 += tf.nn.l2_loss(b)
        scores = tf.nn.xw_plus_b(d, w, b, name="scored")
        pred = tf.argmax(scores, 1, name="chosen")
    with tf.name_scope("loss"):
        loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=scores, labels=y)) + 0.1 * l2
    with tf.name_scope("accuracy"):
        acc = tf.reduce_mean(tf.cast(tf.equal(pred, tf.argmax(y, 1)), "float"), name="accuracy")
    gs = tf.Variable(0, name="global_step", trainable=False)
    opt = tf.train.AdamOptimizer(1e-2)
    gv = opt.compute_gradients(loss)
    step = opt.apply_gradients(gv, global_step=gs)
    out = trained(tf, [step], [loss, acc, gs], {x: ints(12, 6, 7), y: np.eye(2)[ints(2, 6)], keep: 1.0}, more=[pred])
    return out, [v.op.name for _, v in gv], [(g.values if isinstance(g, tf.IndexedSlices) else g).name for g, _ in gv]


@program
def han_attention(tf):
    x = tf.placeholder(tf.int32, [None, 6])
    lab = tf.placeholder(tf.int32, [None])
    emb = tf.get_variable("E", [11, 5])
    e = tf.nn.embedding_lookup(emb, x)
    lens = tf.reduce_sum(tf.sign(x), axis=1)
    with tf.variable_scope("word"):
        (f, b), _ = tf.nn.bidirectional_dynamic_rnn(
            tf.nn.rnn_cell.GRUCell(4),
            tf.nn.rnn_cell.GRUCell(4),
            e,
            sequence_length=lens,
            dtype=tf.float32,
            scope="gru",
        )
        h = tf.concat((f, b), 2)
    with tf.variable_scope("attention"):
        ctx = tf.get_variable("asked", [7], initializer=tf.random_normal_initializer(stddev=0.1))
        proj = (
            tf.contrib.layers.fully_connected(h, 7, activation_fn=tf.tanh) if False else tf.layers.dense(h, 7, tf.tanh)
        )
        att = tf.reduce_sum(tf.multiply(proj, ctx), axis=2, keep_dims=True)
        a = tf.nn.softmax(att, dim=1)
        v = tf.reduce_sum(h * a, axis=1)
    w_om = tf.Variable(tf.random_normal([8, 3], stddev=0.1))
    vu = tf.tensordot(h, w_om, axes=1, name="vu")
    logits = tf.layers.dense(v, 3) + tf.reduce_max(vu, 1)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=lab, logits=logits))
    gs = tf.Variable(0, trainable=False)
    tv = tf.trainable_variables()
    g, n = tf.clip_by_global_norm(tf.gradients(loss, tv), 0.5)
    step = tf.train.AdamOptimizer(0.01).apply_gradients(zip(g, tv), global_step=gs)
    return trained(
        tf,
        [step],
        [loss, n],
        {x: ints(11, 4, 6) * (np.arange(6) < np.array([[6], [4], [3], [5]])), lab: ints(3, 4)},
        more=[a, vu],
    )


@program
def wgan_gp(tf):
    X = tf.placeholder(tf.float32, [None, 6])
    z = tf.placeholder(tf.float32, [None, 3])

    def G(z):
        with tf.variable_scope("G", reuse=tf.AUTO_REUSE):
            return tf.layers.dense(tf.layers.dense(z, 5, tf.nn.relu), 6)

    def D(x):
        with tf.variable_scope("D", reuse=tf.AUTO_REUSE):
            return tf.layers.dense(tf.layers.dense(x, 7, tf.nn.tanh), 1)

    fake = G(z)
    dr, df = D(X), D(fake)
    eps = tf.constant(np.linspace(0.1, 0.9, 4, dtype="f")[:, None])
    xi = eps * X + (1.0 - eps) * fake
    grad = tf.gradients(D(xi), [xi])[0]
    norm = tf.sqrt(tf.reduce_sum(grad**2, axis=1) + 1e-8)
    dl = tf.reduce_mean(df) - tf.reduce_mean(dr) + 10 * tf.reduce_mean((norm - 1.0) ** 2)
    gl = -tf.reduce_mean(df)
    dv = [v for v in tf.trainable_variables() if v.name.startswith("D/")]
    gv = [v for v in tf.trainable_variables() if v.name.startswith("G/")]
    ds = tf.train.AdamOptimizer(1e-2, beta1=0.5, beta2=0.9).minimize(dl, var_list=dv)
    gs = tf.train.RMSPropOptimizer(1e-2).minimize(gl, var_list=gv)
    clip = [p.assign(tf.clip_by_value(p, -0.25, 0.25)) for p in dv]
    with tf.control_dependencies([ds]):
        gs = tf.group(gs)
    return trained(tf, [ds], [dl, gl], {X: wave(4, 6), z: wave(4, 3)}, more=[norm], first=clip), [c.name for c in clip]


@program
def memn2n(tf):
    facts = tf.placeholder(tf.int32, [None, 3, 4], name="facts")
    q = tf.placeholder(tf.int32, [None, 4], name="question")
    ans = tf.placeholder(tf.int32, [None, 9], name="reply")
    enc = tf.constant(wave(4, 5), name="encoding")
    init = tf.random_normal_initializer(stddev=0.1)
    with tf.variable_scope("memory"):
        padding = tf.zeros([1, 5])
        A = tf.concat(axis=0, values=[padding, init([8, 5])])
        C = tf.concat(axis=0, values=[padding, init([8, 5])])
        A1 = tf.Variable(A, name="A")
        Cs = []
        for hop in range(2):
            with tf.variable_scope("look_%d" % hop):
                Cs.append(tf.Variable(C, name="C"))
    padded = set([A1.name] + [x.name for x in Cs])
    with tf.variable_scope("memory"):
        u = [tf.reduce_sum(tf.nn.embedding_lookup(A1, q) * enc, 1)]
        for hop in range(2):
            m_A = tf.reduce_sum(tf.nn.embedding_lookup(A1 if hop == 0 else Cs[0], facts) * enc, 2)
            ut = tf.transpose(tf.expand_dims(u[-1], -1), [0, 2, 1])
            dotted = tf.reduce_sum(m_A * ut, 2)
            probs = tf.nn.softmax(dotted)
            with tf.variable_scope("look_%d" % hop):
                mC = tf.reduce_sum(tf.nn.embedding_lookup(Cs[hop], facts) * enc, 2)
            pt = tf.transpose(tf.expand_dims(probs, -1), [0, 2, 1])
            ok = tf.reduce_sum(tf.transpose(mC, [0, 2, 1]) * pt, 2)
            u.append(u[-1] + ok)
        logits = tf.matmul(u[-1], tf.transpose(Cs[-1], [1, 0]))
    xe = tf.reduce_sum(
        tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=tf.cast(ans, tf.float32), name="cross_entropy"),
        name="sum",
    )

    def without_first(t, name=None):
        with tf.name_scope(name, "without_first", [t]) as name:
            t = tf.convert_to_tensor(t, name="t")
            s = tf.shape(t)[1]
            z = tf.zeros(tf.stack([1, s]))
            return tf.concat(axis=0, values=[z, tf.slice(t, [1, 0], [-1, -1])], name=name)

    def shaken(t, stddev=1e-3, name=None):
        with tf.name_scope(name, "shaken", [t, stddev]) as name:
            t = tf.convert_to_tensor(t, name="t")
            return tf.add(t, 0 * tf.random_normal(tf.shape(t), stddev=stddev), name=name)

    opt = tf.train.GradientDescentOptimizer(0.01)
    gv = opt.compute_gradients(xe)
    gv = [(tf.clip_by_norm(g, 40.0), v) for g, v in gv]
    gv = [(shaken(g), v) for g, v in gv]
    gv = [(without_first(g), v) if v.name in padded else (g, v) for g, v in gv]
    step = opt.apply_gradients(gv, name="train")
    return trained(
        tf,
        [step],
        xe,
        {facts: ints(9, 2, 3, 4), q: ints(9, 2, 4), ans: np.eye(9, dtype=int)[ints(9, 2)]},
        more=[tf.argmax(logits, 1, name="reply")],
    ), [g.name for g, _ in gv]


@program
def own_attention_decoder(tf):
    src = tf.placeholder(tf.int32, [None, None])
    sl = tf.placeholder(tf.int32, [None])
    tgt = tf.placeholder(tf.int32, [None, None])
    E = tf.Variable(tf.random_uniform([10, 4], -1.0, 1.0), dtype=tf.float32)
    enc = tf.nn.embedding_lookup(E, src)
    ((fo, bo), (fs_, bs)) = tf.nn.bidirectional_dynamic_rnn(
        cell_fw=tf.contrib.rnn.LSTMCell(3),
        cell_bw=tf.contrib.rnn.LSTMCell(3),
        inputs=enc,
        sequence_length=sl,
        dtype=tf.float32,
        time_major=True,
    )
    st = tf.contrib.rnn.LSTMStateTuple(c=tf.concat((fs_.c, bs.c), 1), h=tf.concat((fs_.h, bs.h), 1))
    cell = tf.contrib.rnn.LSTMCell(6)
    mt, n = tf.unstack(tf.shape(src))
    dl = sl + 3
    W = tf.Variable(tf.random_uniform([6, 10], -1, 1), dtype=tf.float32)
    b = tf.Variable(tf.zeros([10]), dtype=tf.float32)
    eos = tf.nn.embedding_lookup(E, tf.ones([n], dtype=tf.int32, name="EOS"))
    pad = tf.nn.embedding_lookup(E, tf.zeros([n], dtype=tf.int32, name="PAD"))

    def loop(time, prev, state, ls):
        if state is None:
            return (0 >= dl), eos, st, None, None

        def nxt():
            return tf.nn.embedding_lookup(E, tf.argmax(tf.add(tf.matmul(prev, W), b), axis=1))

        fin = time >= dl
        inp = tf.cond(tf.reduce_all(fin), lambda: pad, nxt)
        return fin, inp, state, prev, None

    ta, fin, _ = tf.nn.raw_rnn(cell, loop)
    out = ta.stack()
    ms, bs_, d = tf.unstack(tf.shape(out))
    logits = tf.reshape(tf.add(tf.matmul(tf.reshape(out, (-1, d)), W), b), (ms, bs_, 10))
    loss = tf.reduce_mean(
        tf.nn.softmax_cross_entropy_with_logits(labels=tf.one_hot(tgt, depth=10, dtype=tf.float32), logits=logits)
    )
    step = tf.train.AdamOptimizer(0.01).minimize(loss)
    return trained(
        tf, [step], loss, {src: ints(10, 4, 3), sl: [4, 2, 3], tgt: ints(10, 7, 3)}, more=[tf.argmax(logits, 2)]
    )


@program
def legacy_attention_seq2seq(tf):
    s2s = tf.contrib.legacy_seq2seq
    enc = [tf.placeholder(tf.int32, shape=[None], name="said_%d" % i) for i in range(4)]
    dec = [tf.placeholder(tf.int32, shape=[None], name="answer_%d" % i) for i in range(5)]
    tw = [tf.placeholder(tf.float32, shape=[None], name="counts_%d" % i) for i in range(5)]
    targets = [dec[i + 1] for i in range(4)]
    w = tf.get_variable("w", [6, 9])
    b = tf.get_variable("b", [9])

    def f(e, d, feed_previous):
        cell = tf.contrib.rnn.MultiRNNCell([tf.contrib.rnn.GRUCell(6) for _ in range(2)])
        return s2s.embedding_attention_seq2seq(
            e,
            d,
            cell,
            num_encoder_symbols=8,
            num_decoder_symbols=9,
            embedding_size=6,
            output_projection=(w, b),
            feed_previous=feed_previous,
        )

    with tf.variable_scope("m"):
        outs, st = f(enc, dec[:4], False)
    with tf.variable_scope("m", reuse=True):
        outs2, _ = f(enc, dec[:4], True)
    logits = [tf.matmul(o, w) + b for o in outs]
    loss = s2s.sequence_loss(logits, targets, tw[:4])
    opt = tf.train.GradientDescentOptimizer(0.5)
    params = tf.trainable_variables()
    g, n = tf.clip_by_global_norm(tf.gradients(loss, params), 5.0)
    step = opt.apply_gradients(zip(g, params))
    feed = {e: ints(8, 3, k=i) for i, e in enumerate(enc)}
    feed.update({d: ints(9, 3, k=i) for i, d in enumerate(dec)})
    feed.update({t: [1.0, 1.0, 0.5] for t in tw})
    return trained(tf, [step], [loss, n], feed, more=[tf.argmax(tf.matmul(outs2[-1], w) + b, 1), outs2[-1]], times=3)


@program
def chatbot_attention_contrib(tf):
    s2s = tf.contrib.seq2seq
    src = tf.placeholder(tf.int32, [None, None], "said")
    sl = tf.placeholder(tf.int32, [None])
    tgt = tf.placeholder(tf.int32, [None, None])
    tl = tf.placeholder(tf.int32, [None])
    V, E, H = 9, 4, 5
    with tf.variable_scope("reader"):
        emb = tf.get_variable("words", [V, E])
        cells = tf.contrib.rnn.MultiRNNCell(
            [tf.contrib.rnn.LSTMCell(H, initializer=tf.random_uniform_initializer(-0.1, 0.1, seed=2)) for _ in range(2)]
        )
        eo, es = tf.nn.dynamic_rnn(cells, tf.nn.embedding_lookup(emb, src), sequence_length=sl, dtype=tf.float32)
    n = tf.shape(src)[0]
    ending = tf.strided_slice(tgt, [0, 0], [tf.shape(tgt)[0], -1], [1, 1])
    dec_in = tf.concat([tf.fill([tf.shape(tgt)[0], 1], 1), ending], 1)
    demb = tf.Variable(tf.random_uniform([V, E]))
    din = tf.nn.embedding_lookup(demb, dec_in)

    def cell(reuse):
        c = tf.contrib.rnn.MultiRNNCell([tf.contrib.rnn.LSTMCell(H, reuse=reuse) for _ in range(2)])
        att = s2s.BahdanauAttention(num_units=H, memory=eo, memory_sequence_length=sl)
        return s2s.AttentionWrapper(c, att, attention_layer_size=H, alignment_history=True)

    out_layer = tf.layers.Dense(V, kernel_initializer=tf.truncated_normal_initializer(mean=0.0, stddev=0.1))
    with tf.variable_scope("writer"):
        c = cell(None)
        init = c.zero_state(n, tf.float32).clone(cell_state=es)
        dec = s2s.BasicDecoder(c, s2s.TrainingHelper(inputs=din, sequence_length=tl, time_major=False), init, out_layer)
        out, st, lens = s2s.dynamic_decode(dec, impute_finished=True, maximum_iterations=tf.reduce_max(tl))
    with tf.variable_scope("writer", reuse=True):
        c2 = cell(True)
        start_t = tf.tile(tf.constant([1], dtype=tf.int32), [n], name="first")
        d2 = s2s.BasicDecoder(
            c2,
            s2s.GreedyEmbeddingHelper(demb, start_t, 2),
            c2.zero_state(n, tf.float32).clone(cell_state=es),
            out_layer,
        )
        inf, _, _ = s2s.dynamic_decode(d2, impute_finished=True, maximum_iterations=7)
    logits = tf.identity(out.rnn_output, name="logits")
    ids = tf.identity(inf.sample_id, name="written")
    masks = tf.sequence_mask(tl, tf.reduce_max(tl), dtype=tf.float32, name="counted")
    with tf.name_scope("training"):
        cost = s2s.sequence_loss(logits, tgt, masks)
        opt = tf.train.AdamOptimizer(0.01)
        gv = opt.compute_gradients(cost)
        step = opt.apply_gradients([(tf.clip_by_value(g, -5.0, 5.0), v) for g, v in gv if g is not None])
    feed = {src: ints(9, 3, 4), sl: [4, 2, 3], tgt: ints(9, 3, 5, k=1), tl: [5, 3, 4]}
    return trained(tf, [step], cost, feed, more=[ids, logits, lens], times=3)
