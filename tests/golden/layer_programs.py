"""Programs of tf.layers and tf.contrib.layers, each a function of `tf`, which record_graph_programs.py runs."""

import inspect
from functools import partial

import numpy as np

PROGRAMS = {}

IMAGES = (np.arange(2 * 4 * 5 * 3, dtype=np.float32).reshape(2, 4, 5, 3) % 11 - 4) / 8
ROWS = IMAGES[:, :, 0, :].reshape(8, 3)


def program(function):
    PROGRAMS[function.__name__] = function
    return function


def run(tf, fetches, updates=(), steps=1):
    """What the fetches are, after some runs of `updates`, and the variables with their values."""
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        found = []
        for _ in range(steps):
            found.append(session.run(fetches))
            session.run(updates)
        return [found, {v.name: session.run(v) for v in tf.global_variables()}]


def errors_of(*calls):
    found = []
    for call in calls:
        try:
            call()
        except (ValueError, TypeError) as error:
            found.append(f"{type(error).__name__}: {error}")
        else:
            found.append("no error")
    return found


def starts(kind):
    """A first value that tells elements apart, without random numbers."""

    def make(shape, dtype=None, partition_info=None):
        sizes = [int(n) for n in shape]
        count = int(np.prod(sizes)) if sizes else 1
        return ((np.arange(count) * 7 % 5 - 2) / 4 + kind).reshape(sizes).astype(np.float32)

    return make


@program
def signatures(tf):
    layers, found = tf.contrib.layers, {}
    for name in (
        "avg_pool2d avg_pool3d batch_norm bias_add conv1d conv2d conv2d_in_plane conv2d_transpose conv3d "
        "conv3d_transpose convolution dense_to_sparse dropout embed_sequence flatten fully_connected group_norm "
        "images_to_sequence instance_norm layer_norm legacy_fully_connected max_pool2d max_pool3d maxout "
        "one_hot_encoding optimize_loss repeat separable_conv2d sequence_to_images softmax spatial_softmax stack "
        "unit_norm"
    ).split():
        found[f"layers.{name}"] = list(inspect.signature(getattr(layers, name)).parameters)
    for name in (
        "average_pooling1d average_pooling2d batch_normalization conv1d conv2d conv2d_transpose conv3d "
        "conv3d_transpose dense dropout flatten max_pooling2d separable_conv1d separable_conv2d"
    ).split():
        found[f"tf.layers.{name}"] = list(inspect.signature(getattr(tf.layers, name)).parameters)
    for name in (
        "AveragePooling2D BatchNormalization Conv1D Conv2D Conv2DTranspose Conv3D Conv3DTranspose Dense Dropout "
        "MaxPooling3D SeparableConv2D"
    ).split():
        found[f"tf.layers.{name}"] = list(inspect.signature(getattr(tf.layers, name).__init__).parameters)
    return found


@program
def weights_of_the_arguments(tf):
    layers, given = tf.contrib.layers, {"weights_initializer": starts(0.0), "biases_initializer": starts(1.0)}
    loss = layers.l2_regularizer(0.5)
    x, rows = tf.constant(IMAGES), tf.constant(ROWS)
    made = [
        layers.fully_connected(rows, 2, weights_regularizer=loss, biases_regularizer=loss, **given),
        layers.elu(rows, 2, **given),
        layers.linear(rows, 2, biases_initializer=None, weights_initializer=starts(0.0)),
        layers.conv2d(x, 2, 3, 2, weights_regularizer=loss, **given),
        layers.conv2d(x, 2, [1, 2], rate=2, padding="VALID", normalizer_fn=layers.layer_norm, **given),
        layers.conv2d_transpose(x, 2, 3, 2, activation_fn=tf.tanh, **given),
        layers.separable_conv2d(x, 2, 3, 2, weights_regularizer=loss, **given),
        layers.separable_conv2d(x, None, 3, 2, scope="each", **given),
        layers.conv2d_in_plane(x, [2, 1], weights_regularizer=loss, **given),
        layers.conv2d_in_plane(x, 3, 2, "VALID", None, layers.unit_norm, {"dim": 3}, starts(0.0), scope="plane"),
        layers.bias_add(rows, tf.nn.relu, starts(1.0)),
        layers.conv1d(rows[None], 2, 3, **given),
        layers.conv3d(x[..., None], 2, 2, 2, **given),
    ]
    names = [each.op.name for each in made]
    losses = [each.op.name for each in tf.get_collection("regularization_losses")]
    keys = [[v.name for v in tf.get_collection(key)] for key in ("model_variables", "trainable_variables")]
    return [names, losses, keys, run(tf, [made, tf.get_collection("regularization_losses")])]


@program
def collections_of_layers(tf):
    slim = tf.contrib.slim
    x = tf.constant(IMAGES)
    ends = slim.arg_scope([slim.conv2d, slim.conv2d_in_plane, slim.batch_norm], outputs_collections="ends")
    kinds = {"weights": ["w"], "biases": "b"}
    with ends, slim.arg_scope([slim.conv2d], variables_collections=kinds), tf.variable_scope("net", values=[x]):
        y = slim.conv2d(x, 2, 3)
        y = slim.conv2d_in_plane(y, 2, variables_collections=["both"])
        y = slim.batch_norm(y, variables_collections={"beta": ["beta"], "moving_mean": ["mean"]})
        slim.conv2d(y, 2, 1, normalizer_fn=slim.batch_norm, normalizer_params={"scale": True}, scope="last")
    ends = slim.utils.convert_collection_to_dict("ends", clear_collection=True)
    keys = ("w", "b", "both", "beta", "mean", "ends")
    return [[k, v.name] for k, v in ends.items()], [[v.name for v in tf.get_collection(key)] for key in keys]


@program
def legacy_layers(tf):
    layers = tf.contrib.layers
    x = tf.placeholder_with_default(IMAGES, [None, 4, None, 3])
    y = layers.legacy_fully_connected(x, 2, tf.nn.relu, starts(0.0), starts(1.0), weight_regularizer=tf.nn.l2_loss)
    z = layers.legacy_relu(ROWS, 2, weight_init=starts(0.0), name="named", weight_collections=["mine"], bias_init=None)
    keys = ("weights", "biases", "activations", "mine", "regularization_losses")
    names = [[v.op.name for v in tf.get_collection(key)] for key in keys]
    wrong = errors_of(
        lambda: layers.legacy_linear(tf.placeholder("float"), 2),
        lambda: layers.legacy_linear(tf.zeros([3]), 2),
        lambda: layers.legacy_linear(tf.placeholder("float", [2, None]), 2),
    )
    return [names, y.shape.as_list(), wrong, run(tf, [y, z])]


@program
def layers_without_weights(tf):
    layers, slim = tf.contrib.layers, tf.contrib.slim
    x = tf.constant(IMAGES)
    sparse = layers.dense_to_sparse(tf.constant([[1, 0, 3], [0, 2, 0]]))
    words = layers.dense_to_sparse(tf.constant([["a", ""], ["", "b"]]), "")
    with tf.name_scope("scale"):  # TensorFlow calls its results by chance
        scaled = layers.scale_gradient(x, 0.25)
        back = tf.gradients(scaled, x)[0]
    columns = layers.images_to_sequence(x)
    made = [
        sparse,
        words,
        scaled,
        back,
        columns,
        layers.sequence_to_images(columns, 4),
        layers.sequence_to_images(layers.images_to_sequence(x, "NCHW"), 5, "channels_first"),
        layers.maxout(x, 1),
        layers.unit_norm(x, 3),
        layers.softmax(x),
        layers.one_hot_encoding(tf.constant([2, 0]), 3, on_value=2.0),
        slim.pool(x, 2, "MAX"),
        slim.pool(x, [2, 3], "AVG", "SAME", stride=2),
        slim.pool(x, 2, "AVG", dilation_rate=2, scope="named"),
        layers.max_pool2d(x, 2),
        layers.avg_pool2d(x, [2, 1], 1, "SAME"),
        layers.max_pool3d(x[..., None], 2),
        layers.flatten(x),
    ]
    wrong = errors_of(
        lambda: layers.maxout(x, 2),
        lambda: slim.pool(tf.zeros([2, 2]), 2, "MAX"),
        lambda: slim.pool(tf.placeholder("float"), 2, "MAX"),
        lambda: layers.max_pool2d(x, 2, data_format="CHWN"),
        lambda: layers.conv2d(x, 2, 2, data_format="CHWN"),
        lambda: layers.conv2d_transpose(x, 2, 2, data_format="CHWN"),
        lambda: layers.spatial_softmax(tf.placeholder("float", [1, 2, 2, None])),
        lambda: tf.layers.max_pooling2d(x, 3, strides=None),
        lambda: tf.layers.Dense(3).compute_output_shape([2, None]),
    )
    names = [each.name for each in made if hasattr(each, "name") and "scale" not in each.name]
    return [
        names,
        wrong,
        run(
            tf,
            [[each.indices, each.values, each.dense_shape] if hasattr(each, "dense_shape") else each for each in made],
        ),
    ]


@program
def spatial_softmax(tf):
    layers = tf.contrib.layers
    x = tf.placeholder_with_default(IMAGES, [None, None, None, 3])
    made = [
        layers.spatial_softmax(x),
        layers.spatial_softmax(x, temperature=0.5, name="cold", trainable=False),
        layers.spatial_softmax(tf.transpose(x, [0, 3, 1, 2]), data_format="NCHW", variables_collections=["heat"]),
    ]
    shapes = [each.shape.as_list() for each in made]
    keys = [[v.name for v in tf.get_collection(key)] for key in ("heat", "trainable_variables")]
    return [shapes, keys, run(tf, made)]


def normed(tf, make, steps=2):
    x = tf.placeholder_with_default(IMAGES, [None, 4, 5, 3])
    y = make(x)
    updates = tf.get_collection("update_ops")
    gradient = tf.gradients(tf.reduce_sum(tf.square(y) * IMAGES), x)[0]
    return [[each.name for each in updates], run(tf, [y, gradient], updates, steps)]


@program
def batch_normalization_with_options(tf):
    answers = []
    for given in (
        {"axis": [1, 3]},
        {"axis": [-1, 1, 2]},
        {"axis": 2},
        {"virtual_batch_size": 1},
        {"virtual_batch_size": 2, "axis": [2, 3]},
        {"adjustment": lambda shape: (tf.fill([shape[0], 1, 1, 1], 2.0), tf.fill([1, 1, 1, shape[-1]], 0.5))},
        {"renorm": True},
        {"renorm": True, "renorm_momentum": 0.5, "renorm_clipping": {"rmin": 0.75, "rmax": 1.5, "dmax": 0.125}},
        {"renorm": True, "axis": 1, "renorm_clipping": {"dmax": 0.5}, "fused": False},
    ):
        for training in (True, False):
            with tf.Graph().as_default():
                first = {"beta_initializer": starts(0.0), "gamma_initializer": starts(1.0), "momentum": 0.5}
                normalize = tf.layers.batch_normalization
                answers.append(normed(tf, partial(normalize, training=training, **given, **first)))
    return answers


@program
def renormalization_told_by_a_tensor(tf):
    training = tf.placeholder(tf.bool, [])
    layer = tf.layers.BatchNormalization(renorm=True, momentum=0.5)
    y = layer(tf.constant(ROWS), training=training)
    updates = layer.updates
    answers = [[v.name for v in layer.variables], len(updates)]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for flag in (True, False, True):
            answers.append(session.run(y, {training: flag}))
            session.run(updates, {training: flag})
        answers.append([session.run(v) for v in layer.variables])
    return answers


@program
def normalization_refuses(tf):
    make = tf.layers.BatchNormalization
    x = tf.zeros([2, 3, 4])
    return errors_of(
        lambda: make(axis="last"),
        lambda: make(axis=3)(x),
        lambda: make(axis=[1, 1])(x),
        lambda: make(virtual_batch_size=-1)(x),
        lambda: make(axis=[0, 1], virtual_batch_size=1)(x),
        lambda: make(virtual_batch_size=1, adjustment=len)(x),
        lambda: make(renorm=True, renorm_clipping={"max": 1.0}),
        lambda: tf.contrib.layers.batch_norm(x, renorm=True, updates_collections=None),
        lambda: tf.contrib.layers.batch_norm(x, data_format="CHWN"),
    )


@program
def batch_norm_with_options(tf):
    answers, layers = [], tf.contrib.layers
    for given in (
        {"zero_debias_moving_mean": True},
        {"zero_debias_moving_mean": True, "fused": False, "scale": True},
        {"zero_debias_moving_mean": True, "updates_collections": None},
        {"batch_weights": [0.25, 1.5]},
        {"batch_weights": [0.25, 1.5], "updates_collections": None, "center": False},
        {"renorm": True, "renorm_decay": 0.5, "renorm_clipping": {"rmax": 1.25}},
        {"adjustment": lambda shape: (tf.fill([shape[0], 1, 1, 1], 2.0), tf.fill([1, 1, 1, 3], 0.5))},
        {"updates_collections": "mine"},
        {"fused": False},
        {"data_format": "NCHW", "zero_debias_moving_mean": True, "fused": False},
    ):
        with tf.Graph().as_default():
            answers.append(normed(tf, partial(layers.batch_norm, decay=0.5, **given)))
    with tf.Graph().as_default():
        y = layers.batch_norm(tf.constant(ROWS), decay=0.5, zero_debias_moving_mean=True, scope="rows")
        answers.append(run(tf, y, tf.get_collection("update_ops"), 2))
    return answers


@program
def half_precision_is_normalized(tf):
    x = tf.constant(IMAGES.astype(np.float16))
    y = tf.layers.batch_normalization(x, training=True)
    gradient = tf.gradients(tf.reduce_sum(tf.cast(y, tf.float32) * IMAGES), [x, *tf.trainable_variables()])
    names = [[v.name, v.dtype.base_dtype.name] for v in tf.global_variables()]
    return [names, [each.dtype.name for each in gradient], [np.round(run(tf, y)[0][0].astype(np.float32), 2)]]


@program
def averages_whole_in_parts(tf):
    with tf.variable_scope("net", partitioner=tf.fixed_size_partitioner(3)):
        tf.contrib.layers.batch_norm(tf.constant(IMAGES), scale=True)
        tf.layers.batch_normalization(tf.constant(IMAGES), training=True)
    return [[v.name, v.shape.as_list()] for v in tf.global_variables()]


@program
def losses_of_layers(tf):
    def loss(w):
        return tf.reduce_sum(w) * 0.5

    layer = tf.layers.Dense(2, kernel_regularizer=loss, activity_regularizer=loss, kernel_initializer=starts(0.0))
    y = layer(tf.constant(ROWS))
    layer(tf.constant(ROWS) * 2.0)
    norm = tf.layers.BatchNormalization(beta_regularizer=loss, gamma_regularizer=loss)
    norm(y)
    counts = [len(layer.losses), len(layer.get_losses_for(None)), len(norm.losses)]
    return [counts, run(tf, [layer.losses, norm.losses])[0]]


@program
def moving_averages(tf):
    try:
        from tensorflow.python.training import moving_averages as inner
    except ImportError:
        from fastscope.training import averages as inner
    answers = []
    with tf.variable_scope("outer"):
        v = tf.get_variable("v", [2], initializer=tf.zeros_initializer())
        first = inner.assign_moving_average(v, [1.0, 2.0], 0.25)
        plain = inner.assign_moving_average(v, [1.0, 2.0], 0.25, zero_debias=False)
        inner.assign_moving_average(v, [1.0, 2.0], 0.25)
    weighted = inner.weighted_moving_average(tf.constant([2.0, 4.0]), 0.5, tf.constant([1.0, 3.0]))
    answers.append([v.name for v in tf.global_variables()])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        answers += [session.run(first), session.run(first), session.run(plain), session.run(weighted)]
    return answers


@program
def an_averaged_model_by_a_getter(tf):
    averages = tf.train.ExponentialMovingAverage(0.5)

    def model(x, getter=None):
        with tf.variable_scope("model", reuse=getter is not None, custom_getter=getter):
            return tf.layers.dense(x, 2, kernel_initializer=starts(0.0), name="fc")

    x = tf.constant(ROWS)
    y = model(x)
    with tf.control_dependencies([tf.train.GradientDescentOptimizer(0.5).minimize(tf.reduce_sum(y))]):
        train = averages.apply(tf.trainable_variables("model"))

    def averaged(getter, name, *args, **kwargs):
        v = getter(name, *args, **kwargs)
        found = averages.average(v)
        return v if found is None else found

    return run(tf, [y, model(x, averaged)], train, 2)


@program
def utilities(tf):
    utils = tf.contrib.slim.utils
    x = tf.constant(IMAGES, name="x")
    utils.append_tensor_alias(x, "one/")
    utils.collect_named_outputs("ends", "two", x)
    flag, open_ = tf.constant(True), tf.placeholder_with_default(False, [])
    v = tf.get_variable("v", initializer=True)
    wrong = errors_of(
        lambda: utils.constant_value(None),
        lambda: utils.constant_value(flag, tf.int32),
        lambda: utils.static_cond(True, 1, lambda: 2),
        lambda: utils.static_cond(True, lambda: 1, 2),
        lambda: utils.last_dimension(tf.TensorShape(None)),
        lambda: utils.last_dimension(tf.TensorShape([2]), 2),
        lambda: utils.last_dimension(tf.TensorShape([2, None])),
        lambda: utils.two_element_tuple([1, 2, 3]),
        lambda: utils.two_element_tuple(None),
        lambda: utils.n_positive_integers(0, 2),
        lambda: utils.n_positive_integers(2, [1, 2, 3]),
        lambda: utils.n_positive_integers(2, ["a", 2]),
        lambda: utils.n_positive_integers(2, [1, 0]),
    )
    chosen = [utils.smart_cond(each, lambda: tf.constant(1), lambda: tf.constant(2)) for each in (True, flag, open_, v)]
    return [
        utils.get_tensor_aliases(x),
        utils.gather_tensors_aliases([x, flag]),
        [utils.constant_value(each) is None for each in (flag, open_, v)],
        utils.get_variable_collections({"a": "b"}, "a"),
        utils.channel_dimension(x.shape, "channels_first"),
        utils.last_dimension(x.shape),
        utils.two_element_tuple(3),
        utils.n_positive_integers(2, [4, 5]),
        wrong,
        run(tf, chosen),
    ]


@program
def initializers_called(tf):
    tf.set_random_seed(3)
    makers = (
        tf.zeros_initializer(),
        tf.ones_initializer(),
        tf.constant_initializer(2.5),
        tf.random_normal_initializer(1.0, 0.5, seed=1),
        tf.random_uniform_initializer(-1, 1, seed=2),
        tf.truncated_normal_initializer(0.0, 0.1, seed=3),
        tf.orthogonal_initializer(2.0, seed=4),
        tf.glorot_uniform_initializer(seed=5),
        tf.uniform_unit_scaling_initializer(seed=6),
        tf.variance_scaling_initializer(2.0, distribution="untruncated_normal", seed=7),
        tf.contrib.layers.xavier_initializer(seed=8),
        tf.initializers.identity(2.0),
    )
    made = [make([4, 3]) for make in makers]
    v = tf.Variable(tf.contrib.layers.xavier_initializer(seed=9)([2, 2]), name="v")
    names = [each.name for each in made]
    with tf.Session() as session:
        session.run(v.initializer)
        first, again = session.run(made), session.run(made[3])
        values = [session.run(v)]
        session.run(v.initializer)
        values.append(session.run(v))
    return [names, [np.round(each, 5) for each in first], np.round(again, 5), np.round(values, 5)]


@program
def losses_of_contrib(tf):
    losses = tf.contrib.losses
    p = tf.constant([[0.25, 0.5, 0.75], [0.125, 1.0, 0.5]])
    y = tf.constant([[0.0, 1.0, 1.0], [0.0, 1.0, 0.0]])
    made = [
        losses.absolute_difference(p, y),
        losses.absolute_difference(p, y, tf.constant([[0.5], [2.0]]), scope="named"),
        losses.mean_squared_error(p, y, weights=2.0),
        losses.log_loss(p, y, weights=tf.constant([1.0, 0.0]), epsilon=1e-3),
        losses.hinge_loss(p, y),
        losses.mean_pairwise_squared_error(p, y, weights=tf.constant([1.0, 0.5])),
        losses.cosine_distance(p, y, 1),
        losses.sigmoid_cross_entropy(p, tf.cast(y, tf.int32), label_smoothing=0.25),
        losses.softmax_cross_entropy(p, y, tf.constant([0.5, 1.5])),
        losses.sparse_softmax_cross_entropy(p, tf.constant([2, 0]), 0.5),
        losses.compute_weighted_loss(p, tf.constant([1.0, 0.0])),
    ]
    losses.add_loss(tf.constant(3.0, name="mine"))
    tf.contrib.layers.fully_connected(p, 2, weights_regularizer=lambda w: tf.constant(0.5, name="penalty"))
    names = [[each.op.name for each in tf.get_collection("losses")], len(losses.get_losses("named"))]
    total = [losses.get_total_loss(), losses.get_total_loss(False, "plain")]
    wrong = errors_of(
        lambda: losses.absolute_difference(p, tf.zeros([3])),
        lambda: losses.cosine_distance(p, y),
        lambda: losses.hinge_loss(p, tf.zeros([2])),
    )
    with tf.Session() as session:
        return [names, [each.op.name for each in total], wrong, session.run([made, total])]


@program
def names_of_what_getters_return(tf):
    def marked(getter, *args, **kwargs):
        return tf.identity(getter(*args, **kwargs), name="reused" if kwargs["reuse"] else "new")

    def summed(getter, name, *args, **kwargs):
        first, second = (getter(f"{name}/{k}", *args, **kwargs) for k in (0, 1))
        with tf.name_scope("summed"):
            return first + second

    halves = tf.fixed_size_partitioner(2)
    with tf.variable_scope("outer"), tf.name_scope("names"):
        with tf.variable_scope("inner", custom_getter=marked) as scope:
            made = [tf.get_variable("v", [1]), tf.layers.dense(tf.zeros([1, 2]), 2)]
        with tf.variable_scope(scope, reuse=True):
            made.append(tf.get_variable("v", [1]))
        with tf.variable_scope("sum", custom_getter=summed):
            made.append(tf.get_variable("w", [1]))
        made.append(tf.get_variable("q", [4], partitioner=halves).as_tensor())
    return [each.name for each in made]


@program
def sizes_of_a_model(tf):
    analyze = tf.contrib.slim.model_analyzer
    tf.contrib.layers.fully_connected(tf.placeholder("float", [None, 3], name="x"), 2)
    variables = tf.global_variables()
    return [analyze.analyze_vars(variables), analyze.tensor_description(variables[0]), analyze.analyze_vars([])]


@program
def rows_that_sparse_ids_name(tf):
    layers = tf.contrib.layers
    table = tf.get_variable("table", initializer=np.arange(8, dtype=np.float32).reshape(4, 2) / 4)
    places, ids = [[0, 0], [0, 1], [2, 0], [3, 1]], [3, 1, -1, 2]
    sparse = tf.SparseTensor(places, tf.constant(ids, tf.int64), [5, 2])
    weights = tf.SparseTensor(places, [1.0, 0.5, 2.0, -1.0], [5, 2])
    cube = tf.SparseTensor([[0, 0, 0], [0, 1, 1], [1, 1, 0]], tf.constant([1, 2, 0], tf.int64), [2, 2, 2])
    parts = tf.get_variable("parts", [4, 2], initializer=starts(0.0), partitioner=tf.fixed_size_partitioner(2))
    made = [
        layers.safe_embedding_lookup_sparse(table, sparse, combiner="mean"),
        layers.safe_embedding_lookup_sparse([table], sparse, weights, combiner="mean"),
        layers.safe_embedding_lookup_sparse([table], sparse, weights, combiner="sum", default_id=3),
        layers.safe_embedding_lookup_sparse([table], cube, combiner="sqrtn", name="named"),
        layers.safe_embedding_lookup_sparse(parts, sparse, combiner="sum"),
        layers.bow_encoder(tf.constant([[1, 2, 0], [0, 0, 3]]), 4, 2, initializer=starts(1.0)),
        layers.bow_encoder(tf.constant([[1, 2], [0, 3]]), 4, 2, False, starts(1.0), scope="dense"),
        layers.bow_encoder(sparse, 4, 2, scope="dense", reuse=True),
    ]
    wrong = errors_of(
        lambda: layers.safe_embedding_lookup_sparse([], sparse, combiner="sum"),
        lambda: layers.bow_encoder([[1]], None, 2),
    )
    shapes = [each.shape.as_list() for each in made]
    return [shapes, wrong, run(tf, made)]


@program
def checks_of_contrib_framework(tf):
    framework = tf.contrib.framework
    x, open_ = tf.constant([[1.0, 2.0]], name="x"), tf.placeholder_with_default([[1.0, 2.0]], None, name="open")
    known = framework.with_shape([1, 2], x)
    checked = framework.with_shape([1, 2], open_)
    like = framework.with_same_shape(tf.placeholder_with_default([[0.0, 0.0]], None), x)
    total = framework.reduce_sum_n([x, tf.constant([3.0])])
    pair = framework.remove_squeezable_dimensions(tf.zeros([2, 1]), tf.ones([2]))
    step = tf.train.create_global_step()
    wrong = errors_of(
        lambda: framework.with_shape([[1]], x),
        lambda: framework.with_shape([1.5], x),
        lambda: framework.with_shape([2, 2], x),
        lambda: framework.reduce_sum_n([]),
        lambda: framework.assert_scalar_int(x),
        lambda: framework.assert_scalar_int(tf.constant([1, 2])),
        lambda: framework.get_placeholders(None),
        lambda: framework.assert_global_step(x),
        lambda: framework.assert_global_step(tf.constant([1, 2])),
    )
    same = [
        known is x,
        framework.get_graph_from_inputs([x, 1.0]) is tf.get_default_graph(),
        framework.assert_or_get_global_step() is not None,
        framework.assert_or_get_global_step(global_step_tensor=step) is step,
        len(framework.get_placeholders(tf.get_default_graph())),
    ]
    return [
        same,
        checked.shape.as_list(),
        [each.shape.as_list() for each in pair],
        wrong,
        run(tf, [checked, like, total]),
    ]


@program
def losses_whose_shapes_a_run_tells(tf):
    losses = tf.contrib.losses
    p, y = tf.constant([[0.25, 0.5, 0.75], [0.125, 1.0, 0.5]]), tf.constant([[0.0, 1.0, 1.0], [0.0, 1.0, 0.0]])
    column = tf.placeholder_with_default([[0.5], [2.0]], [None, None])
    unknown = tf.placeholder_with_default([0.5, 2.0], None)
    made = [
        losses.softmax_cross_entropy(p, y, column),
        losses.softmax_cross_entropy(p, y, tf.placeholder_with_default([0.5, 0.0], [None])),
        losses.sparse_softmax_cross_entropy(p, tf.constant([2, 0]), column),
        losses.log_loss(p, y, tf.placeholder_with_default(np.ones([2, 3, 1], np.float32), [None, None, None])),
    ]
    wrong = errors_of(
        lambda: losses.softmax_cross_entropy(p, y, unknown),
        lambda: losses.cosine_distance(unknown, p, 1),
        lambda: losses.compute_weighted_loss(unknown, 2.0),
    )
    return [[each.shape.as_list() for each in made], wrong, run(tf, made)]


@program
def dense_to_sparse_of_any_kind(tf):
    from_inner = tf.contrib.layers.dense_to_sparse
    made = [
        from_inner(tf.constant([[1.5, 0.0], [0.0, 2.0]])),
        from_inner(tf.constant(["a", "", "b"]), eos_token="b"),
        from_inner(tf.constant([[True, False]]), eos_token=True, scope="named"),
    ]
    wrong = errors_of(lambda: from_inner(tf.constant([True, False])))
    with tf.Session() as session:
        return [wrong, [[list(map(np.asarray, one)) for one in session.run(made)]], made[2].values.name]


@program
def fused_batches_whose_variance_is_the_other_ways(tf):
    images = tf.constant(IMAGES)
    layer = tf.layers.BatchNormalization(momentum=0.5)
    layer._bessels_correction_test_only = False
    other = tf.layers.BatchNormalization(momentum=0.5, fused=False)
    results = [each(images, training=True) for each in (layer, other)]
    return run(tf, results, tf.get_collection("update_ops"))


@program
def losses_of_embeddings(tf):
    learning = tf.contrib.losses.metric_learning
    values = np.sin(np.arange(18, dtype=np.float32).reshape(6, 3) ** 1.5)
    first = tf.constant(values / np.linalg.norm(values, axis=1, keepdims=True))
    second = tf.constant(values[::-1].copy())
    twins = tf.constant(np.concatenate([values[:3], values[:3]]))
    labels = tf.constant([0, 1, 0, 2, 1, 0])
    sets = [[1, 0, 1], [0, 1, 0], [1, 1, 0], [0, 0, 1], [1, 1, 1], [0, 1, 1]]
    sparse = [tf.contrib.layers.dense_to_sparse(tf.constant(row)) for row in sets]
    made = [
        learning.contrastive_loss(tf.constant([0, 1, 1, 0, 0, 1]), first, second, margin=1.5),
        learning.triplet_semihard_loss(labels, first),
        learning.triplet_semihard_loss(labels, second, margin=0.25),
        learning.triplet_semihard_loss(tf.constant([3, 3, 3, 3, 1, 1]), twins),
        learning.lifted_struct_loss(labels, first),
        learning.lifted_struct_loss(labels, second, margin=2.0),
        learning.npairs_loss(tf.range(6), first, second),
        learning.npairs_loss(labels, first, second, reg_lambda=0.5),
        learning.npairs_loss_multilabel(sparse, first, second),
    ]
    slopes = [[g for g in tf.gradients(one, [first, second, twins]) if g is not None] for one in made]
    wrong = errors_of(lambda: learning.npairs_loss_multilabel([labels], first, second))
    return [[each.name for each in made[:6]], wrong, run(tf, [made, slopes])]


@program
def divided_by_what_all_channels_make(tf):
    layers = tf.contrib.layers
    images, rows = tf.constant(IMAGES), tf.constant(ROWS.reshape(2, 4, 3))
    made = [
        layers.gdn(images),
        layers.gdn(rows, inverse=True, gamma_init=0.5, name="inverse"),
        layers.gdn(images[:, None], beta_min=1e-3, trainable=False),
        layers.gdn(rows, name="inverse", reuse=True),
    ]
    layer = layers.GDN(gamma_init=0.0, name="class")
    made.append(layer(rows))
    weights = tf.trainable_variables()
    slopes = [g for g in tf.gradients([made[0], made[1], made[4]], [*weights, images]) if g is not None]
    step = tf.train.GradientDescentOptimizer(0.5).minimize(tf.reduce_sum(made[0] * made[0]) + tf.reduce_sum(made[4]))
    wrong = errors_of(
        lambda: layers.gdn(images, data_format="NHWC"),
        lambda: layers.gdn(tf.placeholder(tf.float32, [None, 2, None])),
        lambda: layers.gdn(tf.zeros([2, 3])),
        lambda: layers.gdn(tf.zeros([2, 3, 1, 1, 1, 1])),
    )
    shapes = [each.shape.as_list() for each in [*made, layer.beta, layer.gamma]]
    return [
        [w.name for w in weights],
        shapes,
        [made[0].name, made[3].name],
        wrong[1:],
        run(tf, [made, slopes], step, 2),
    ]
