"""Programs of training and evaluation by tf.contrib, each a function of `tf`, which record_graph_programs.py runs.

They return what both libraries must agree about: values, names of variables, tags of summaries.
"""

import os
import tempfile

import numpy as np

PROGRAMS = {}

INPUTS = np.linspace(-1.0, 1.5, 15, dtype=np.float32).reshape(5, 3) ** 2
LABELS = np.array([[0.0], [1.0], [0.5], [-0.5], [2.0]], np.float32)


def program(function):
    PROGRAMS[function.__name__] = function
    return function


def model(tf, normed=False):
    """A loss of two variables, w `[3, 1]` and b `[1]`."""
    x = tf.constant(INPUTS)
    if normed:
        x = tf.contrib.slim.batch_norm(x, decay=0.5)
    w = tf.get_variable("w", initializer=np.array([[0.5], [-0.25], [0.75]], np.float32))
    b = tf.get_variable("b", initializer=np.array([0.125], np.float32))
    return tf.reduce_mean(tf.square(tf.matmul(x, w) + b - LABELS))


def tags(tf, text):
    found = tf.Summary.FromString(text)
    return [[value.tag, np.float32(value.simple_value)] for value in found.value if value.HasField("simple_value")]


def trained(tf, train, steps=3):
    """The losses of some steps, the variables after them, and the operation's name and type."""
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        losses = [session.run(train) for _ in range(steps)]
        return [train.op.name, train.op.type, losses, {v.name: session.run(v) for v in tf.global_variables()}]


@program
def optimize_loss_by_name(tf):
    answers = []
    for name in ("Adagrad", "Adam", "Ftrl", "Momentum", "RMSProp", "SGD"):
        with tf.Graph().as_default():
            step = tf.train.get_or_create_global_step()
            answers.append(trained(tf, tf.contrib.layers.optimize_loss(model(tf), step, 0.1, name)))
    return answers


@program
def optimize_loss_by_other_ways(tf):
    answers = []
    ways = (
        (0.1, tf.train.GradientDescentOptimizer),
        (0.1, lambda rate: tf.train.MomentumOptimizer(rate, 0.5)),
        (None, lambda: tf.train.GradientDescentOptimizer(0.25)),
        (None, tf.train.AdamOptimizer(0.25)),
    )
    for rate, optimizer in ways:
        with tf.Graph().as_default():
            answers.append(trained(tf, tf.contrib.layers.optimize_loss(model(tf), None, rate, optimizer, name="mine")))
    with tf.Graph().as_default():
        rate = tf.placeholder_with_default(0.125, [])
        answers.append(trained(tf, tf.contrib.layers.optimize_loss(model(tf), None, rate, "SGD")))
    return answers


@program
def optimize_loss_with_options(tf):
    layers = tf.contrib.layers
    options = (
        {"gradient_multipliers": {"w:0": 0.5}},
        {"clip_gradients": 0.5},
        {"clip_gradients": lambda pairs: [(tf.clip_by_value(g, -0.125, 0.125), v) for g, v in pairs]},
        {"learning_rate_decay_fn": lambda rate, step: tf.train.exponential_decay(rate, step, 1, 0.5)},
        {"increment_global_step": False},
        {"clip_gradients": tf.contrib.slim.adaptive_clipping_fn(0.5, 0.5, name="usual")},
        {"clip_gradients": tf.contrib.slim.adaptive_clipping_fn(2.0, static_max_norm=0.25, report_summary=True)},
        {"summaries": []},
        {"summaries": ["loss", "gradients", "gradient_norm"], "clip_gradients": 0.5},
        {"summaries": ["learning_rate", "global_gradient_norm"]},
    )
    answers = []
    for given in options:
        with tf.Graph().as_default():
            step = tf.train.get_or_create_global_step()
            train = layers.optimize_loss(model(tf), step, 0.25, "SGD", **given)
            merged = tf.summary.merge_all()
            answers.append(trained(tf, train))
            if merged is not None:
                with tf.Session() as session:
                    session.run(tf.global_variables_initializer())
                    answers.append(tags(tf, session.run(merged)))
    return answers


@program
def optimize_loss_after_updates(tf):
    answers = []
    for kind in (None, []):
        with tf.Graph().as_default():
            loss = model(tf, normed=True)
            answers.append(trained(tf, tf.contrib.layers.optimize_loss(loss, None, 0.1, "SGD", update_ops=kind)))
    with tf.Graph().as_default():
        loss = model(tf)
        (w,) = tf.trainable_variables()[:1]
        answers.append(trained(tf, tf.contrib.layers.optimize_loss(loss, None, 0.1, "SGD", variables=[w])))
    return answers


@program
def optimize_loss_refuses(tf):
    layers, answers = tf.contrib.layers, []
    loss = model(tf)
    given = (
        {"learning_rate": -0.1},
        {"learning_rate": "fast"},
        {"learning_rate": 1},
        {"summaries": ["loss", "weather"]},
        {"optimizer": "Best"},
        {"optimizer": 3},
        {"optimizer": lambda rate: rate},
        {"learning_rate": None},
        {"learning_rate": None, "optimizer": tf.train.AdamOptimizer},
        {"clip_gradients": "a little"},
        {"learning_rate_decay_fn": lambda rate, step: rate},
        {"gradient_multipliers": {}, "variables": []},
        {"global_step": 1},
        {"global_step": tf.constant(1.0)},
        {"global_step": tf.constant([1, 2])},
    )
    for k, each in enumerate(given):
        arguments = {"global_step": None, "learning_rate": 0.1, "optimizer": "SGD"}
        arguments.update(each, name=f"case{k}")
        try:
            layers.optimize_loss(loss, **arguments)
        except (ValueError, TypeError) as error:
            answers.append(
                "{}: {}".format(type(error).__name__, error.args[0].partition("%s")[0].partition(" (<class")[0])
            )
        else:
            answers.append("no error")
    return answers


@program
def train_op_of_contrib_training(tf):
    training, answers = tf.contrib.training, []
    for given in ({}, {"global_step": None}, {"summarize_gradients": True, "check_numerics": False}):
        with tf.Graph().as_default():
            loss = model(tf, normed=True)
            train = training.create_train_op(loss, tf.train.GradientDescentOptimizer(0.1), **given)
            answers.append([train is tf.get_collection("train_op")[0], trained(tf, train)])
            answers.append([summary.op.name for summary in tf.get_collection("summaries")])
    with tf.Graph().as_default():
        clip = training.clip_gradient_norms_fn(0.125)
        train = training.create_train_op(model(tf), tf.train.GradientDescentOptimizer(1.0), transform_grads_fn=clip)
        answers.append(trained(tf, train))
    return answers


@program
def train_op_of_slim(tf):
    learning, answers = tf.contrib.slim.learning, []
    for given in (
        {"clip_gradient_norm": 0.125},
        {"gradient_multipliers": {"w": 0.5}},
        {"gradient_multipliers": {"w": 2.0, "b": 0.0}, "clip_gradient_norm": 4.0, "summarize_gradients": True},
    ):
        with tf.Graph().as_default():
            train = learning.create_train_op(model(tf), tf.train.GradientDescentOptimizer(0.1), **given)
            answers.append(trained(tf, train))
            answers.append([summary.op.name for summary in tf.get_collection("summaries")])
    return answers


@program
def gradients_of_rows(tf):
    training = tf.contrib.training
    table = tf.get_variable("table", initializer=np.arange(8, dtype=np.float32).reshape(4, 2))
    rows = tf.nn.embedding_lookup(table, [1, 3, 1])
    pairs = tf.train.GradientDescentOptimizer(0.5).compute_gradients(tf.reduce_sum(rows * rows))
    changed = training.multiply_gradients(pairs, {"table": 0.5})
    clipped = training.clip_gradient_norms(changed, 2.0)
    factor = tf.placeholder_with_default(3.0, [])
    scaled = training.multiply_gradients(pairs, {table: factor})
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return [list(session.run(each[0][0])[:2]) for each in (changed, clipped, scaled)]


@program
def gradients_refused(tf):
    training, answers = tf.contrib.training, []
    v = tf.get_variable("v", [])
    for pairs, factors in (
        (((None, v),), {v: 1.0}),
        ([(None, v)], {}),
        ([(None, v)], [1.0]),
        ([(None, v)], {"v": 1.0}),
    ):
        try:
            training.multiply_gradients(pairs, factors)
        except ValueError as error:
            answers.append(f"ValueError: {error}")
    return answers


@program
def assign_from_values(tf):
    framework = tf.contrib.framework
    with tf.variable_scope("model"):
        w = tf.get_variable("w", [2, 3])
        v = tf.get_variable("w2", [2])
    values = {"model/w": np.arange(6.0), "model/w2": np.array([7.0, 8.0])}
    assign, feeds = framework.assign_from_values(values)
    again = framework.assign_from_values_fn({"model/w2": np.array([[1.0], [2.0]])})
    names = sorted(tensor.name for tensor in feeds)
    with tf.Session() as session:
        session.run(assign, feeds)
        first = session.run([w, v])
        again(session)
        answers = [names, first, session.run(v)]
    for name in ("model/x", "model"):
        try:
            framework.assign_from_values({name: np.zeros(3)})
        except ValueError as error:
            answers.append(f"ValueError: {error}")
    return answers


def saved(tf):
    """The path of a checkpoint of "a" `[3, 2]` and "b" `[2]`."""
    folder = tempfile.mkdtemp()
    with tf.Graph().as_default(), tf.Session() as session:
        tf.get_variable("a", initializer=np.arange(6, dtype=np.float32).reshape(3, 2))
        tf.get_variable("b", initializer=np.array([7.0, 8.0], np.float32))
        session.run(tf.global_variables_initializer())
        return tf.train.Saver().save(session, os.path.join(folder, "model"), 3)


@program
def assign_from_checkpoint(tf):
    framework = tf.contrib.framework
    path = saved(tf)
    a, other, c = tf.get_variable("a", [3, 2]), tf.get_variable("other", [2]), tf.get_variable("c", [2])
    parts = tf.get_variable("whole", [3, 2], partitioner=tf.fixed_size_partitioner(2))
    assign, feeds = framework.assign_from_checkpoint(path, {"a": a, "b": other})
    of_parts, part_feeds = framework.assign_from_checkpoint(path, {"a": list(parts)})
    missing = framework.assign_from_checkpoint(path, [a, c], ignore_missing_vars=True)
    by_name = framework.assign_from_checkpoint_fn(path, {"a": a, "b": c})
    answers = [sorted(tensor.name for tensor in feeds), sorted(tensor.name for tensor in part_feeds)]
    with tf.Session() as session:
        session.run(assign, feeds)
        session.run(of_parts, part_feeds)
        answers.append([session.run(v) for v in (a, other, parts.as_tensor())])
        session.run(tf.global_variables_initializer())
        session.run(*missing)
        answers.append(session.run(a))
        by_name(session)
        answers.append(session.run([a, c]))
    for given in ([c], {"a": c}, {"a": other}):
        try:
            framework.assign_from_checkpoint(path, given)
        except ValueError as error:
            answers.append("ValueError: {}".format(str(error).partition("]")[0]))
    answers.append(framework.assign_from_checkpoint_fn(path, [c], ignore_missing_vars=True))
    flat = tf.get_variable("flat", [6])
    with tf.Session() as session:
        framework.assign_from_checkpoint_fn(path, {"a": flat}, reshape_variables=True)(session)
        answers.append(session.run(flat))
    return answers


@program
def slim_trains_and_goes_on(tf):
    slim, folder, answers = tf.contrib.slim, tempfile.mkdtemp(), []
    for steps in (3, 5):
        with tf.Graph().as_default():
            train = slim.learning.create_train_op(model(tf), tf.train.GradientDescentOptimizer(0.1))
            tf.summary.scalar("loss", train)
            loss = slim.learning.train(train, folder, number_of_steps=steps, save_summaries_secs=0)
            answers.append(loss)
        newest = tf.train.latest_checkpoint(folder)
        answers.append([os.path.basename(newest), tf.train.load_variable(newest, "w")])
    with tf.Graph().as_default():
        train = slim.learning.create_train_op(model(tf), tf.train.GradientDescentOptimizer(0.1))
        start = slim.assign_from_values_fn({"w": np.zeros([3, 1])})
        seen = []

        def step(session, train_op, global_step, kwargs):
            loss, stop = slim.learning.train_step(session, train_op, global_step, kwargs)
            seen.append(loss)
            return loss, stop or len(seen) == 2

        answers.append(slim.learning.train(train, None, step, number_of_steps=7, init_fn=start, log_every_n_steps=0))
        answers.append(seen)
    return answers


@program
def slim_train_refuses(tf):
    train, answers = tf.contrib.slim.learning.train, []
    tf.train.create_global_step()
    op = tf.constant(1.0)
    for args, given in (
        ((None, None), {}),
        ((op, None), {"summary_op": None}),
        ((op, None), {"saver": tf.train.Saver()}),
        ((op, None), {"trace_every_n_steps": 2}),
        ((op, None), {"number_of_steps": 0}),
    ):
        try:
            train(*args, **given)
        except ValueError as error:
            answers.append(f"ValueError: {error}")
    try:
        tf.contrib.slim.learning.train_step(None, None, None, {"should_trace": True})
    except ValueError as error:
        answers.append(f"ValueError: {error}")
    try:
        tf.contrib.training.train(op, None)
    except ValueError as error:
        answers.append(f"ValueError: {error}")
    try:
        tf.contrib.training.SummaryAtEndHook()
    except ValueError as error:
        answers.append(f"ValueError: {error}")
    return answers


@program
def contrib_training_trains_and_evaluates(tf):
    training, folder, logs = tf.contrib.training, tempfile.mkdtemp(), tempfile.mkdtemp()
    with tf.Graph().as_default():
        train = training.create_train_op(model(tf), tf.train.GradientDescentOptimizer(0.1))
        loss = training.train(train, folder, hooks=[tf.train.StopAtStepHook(num_steps=4)], save_summaries_steps=None)
    answers = [loss, os.path.basename(tf.train.latest_checkpoint(folder))]
    with tf.Graph().as_default():
        tf.train.create_global_step()
        loss = model(tf)
        total = tf.get_local_variable("total", [], initializer=tf.zeros_initializer())
        tf.summary.scalar("loss", loss)
        hooks = [training.StopAfterNEvalsHook(3), training.SummaryAtEndHook(logs)]
        found = training.evaluate_repeatedly(
            folder, eval_ops=total.assign_add(loss), final_ops={"total": total.read_value(), "loss": loss}, hooks=hooks,
            max_number_of_evaluations=1, eval_interval_secs=0,
        )  # fmt: skip
        answers.append(found)
    for name in sorted(os.listdir(logs)):
        for event in tf.train.summary_iterator(os.path.join(logs, name)):
            if event.summary.value:
                answers.append(
                    [event.step, [[value.tag, np.float32(value.simple_value)] for value in event.summary.value]]
                )
    return answers


@program
def slim_evaluates(tf):
    slim, folder, logs, answers = tf.contrib.slim, tempfile.mkdtemp(), tempfile.mkdtemp(), []
    with tf.Graph().as_default():
        train = slim.learning.create_train_op(model(tf), tf.train.GradientDescentOptimizer(0.1))
        slim.learning.train(train, folder, number_of_steps=2)
    for loops in (False, True):
        with tf.Graph().as_default():
            tf.train.create_global_step()
            loss = model(tf)
            count = tf.get_local_variable("count", [], tf.int32, tf.zeros_initializer())
            tf.summary.scalar("loss", loss)
            given = {"num_evals": 2, "eval_op": count.assign_add(3), "final_op": [count.read_value(), loss]}
            if loops:
                found = slim.evaluation.evaluation_loop(
                    "", folder, logs, max_number_of_evaluations=1, eval_interval_secs=0, **given
                )
            else:
                found = slim.evaluation.evaluate_once("", tf.train.latest_checkpoint(folder), logs, **given)
            answers.append(found)
    return answers


@program
def checkpoints_are_waited_for(tf):
    training, folder = tf.contrib.training, tempfile.mkdtemp()
    empty = list(training.checkpoints_iterator(folder, timeout=0))
    asked = []
    with tf.Graph().as_default(), tf.Session() as session:
        tf.get_variable("v", initializer=1.0)
        session.run(tf.global_variables_initializer())
        saver = tf.train.Saver()
        saver.save(session, os.path.join(folder, "model"), 1)
        found = []
        for path in training.checkpoints_iterator(folder, timeout=0, timeout_fn=lambda: asked.append(1) or True):
            found.append(os.path.basename(path))
            if len(found) < 3:
                saver.save(session, os.path.join(folder, "model"), len(found) + 1)
    return [empty, found, len(asked), training.wait_for_new_checkpoint(folder, path, timeout=0)]


@program
def summaries_of_slim(tf):
    summaries = tf.contrib.slim.summaries
    x = tf.identity(tf.constant([0.0, 1.0, 0.0, 3.0]), name="x")
    total = tf.reduce_sum(x, name="total")
    made = [
        summaries.add_histogram_summary(x),
        summaries.add_scalar_summary(total, "sum", "all"),
        summaries.add_zero_fraction_summary(x),
        *summaries.add_scalar_summaries([total], "many"),
        *summaries.add_histogram_summaries([x], "many"),
        *summaries.add_zero_fraction_summaries([x], "many"),
        *summaries.add_image_summaries([tf.zeros([1, 2, 2, 1], name="image")], "many"),
    ]
    names = [summary.op.name for summary in made]
    with tf.Session() as session:
        return [names, tags(tf, session.run(tf.summary.merge_all()))]


@program
def summaries_of_layers(tf):
    layers = tf.contrib.layers
    x = tf.constant([-1.0, 2.0, 7.0, 0.5], name="x")
    for function in (tf.nn.relu, tf.nn.relu6, tf.nn.softplus, tf.sigmoid):
        tf.add_to_collection("activations", function(x))
    layers.summarize_activations()
    layers.summarize_activations("Relu6$", lambda op: layers.summarize_tensor(op, "again"))
    tf.add_to_collection("weights", tf.get_variable("w", initializer=[1.0, 2.0]))
    tf.add_to_collection("biases", tf.get_variable("b", initializer=3.0))
    tf.contrib.slim.summarize_weights()
    tf.contrib.slim.summarize_biases()
    tf.contrib.slim.summarize_variables("b")
    nothing = [layers.summarize_tensor(tf.constant(value)) for value in ("text", True)]
    names = [summary.op.name for summary in tf.get_collection("summaries")]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return [nothing, names, tags(tf, session.run(tf.summary.merge_all()))]
