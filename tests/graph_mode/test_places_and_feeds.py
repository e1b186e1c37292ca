"""Where operations are placed, what they stand beside, and what a graph says may be fed and fetched."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fastscope.compat.v1 as tf


def run(fetches: Any, feed_dict: Any = None) -> Any:
    with tf.Session() as session:
        return session.run(fetches, feed_dict)


# ---- devices


def test_a_gpu_that_is_not_there_is_the_cpu_where_the_session_says_so() -> None:
    with tf.device("/gpu:71"):
        v = tf.get_variable("v", [2], initializer=tf.ones_initializer())
        y = v * 2.0
    with pytest.raises((ImportError, RuntimeError, tf.errors.InvalidArgumentError), match="GPU"):
        run(v.initializer)
    with tf.Session(config=tf.ConfigProto(allow_soft_placement=True)) as session:
        session.run(v.initializer)
        np.testing.assert_array_equal(session.run(y), [2.0, 2.0])
        v.load([3.0, 4.0], session)
        np.testing.assert_array_equal(session.run(y), [6.0, 8.0])
    assert (v.device, y.device) == ("/device:GPU:71", "/device:GPU:71")


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [
        (None, "/cpu:0", "/device:CPU:0"),
        (None, "cpu", "/device:CPU:*"),
        (None, "/job:worker/task:1/gpu:0", "/job:worker/task:1/device:GPU:0"),
        (None, "", ""),
        (None, lambda op: "/cpu:1", "/cpu:1"),
        ("/gpu:1", "/job:ps", "/job:ps/device:GPU:1"),
        ("/gpu:1", "/gpu", "/device:GPU:1"),
        ("/gpu:1", "", "/device:GPU:1"),
        ("/gpu:1", None, ""),
        ("/gpu:1", lambda op: "/task:4", "/task:4/device:GPU:1"),
        ("/job:ps/task:1", "/task:0", "/job:ps/task:0"),
        ("/job:ps/task:1", "/cpu:0", "/job:ps/task:1/device:CPU:0"),
        ("/job:a/gpu:1", lambda op: "", "/job:a/device:GPU:1"),
        (lambda op: "/cpu:1", "/gpu:2", "/cpu:1"),
        (lambda op: op.device + "/task:3", "/job:ps", "/job:ps/task:3"),
        (lambda op: "/cpu:1", lambda op: "/gpu:7", "/cpu:1"),
        (lambda op: "/cpu:1", None, ""),
    ],
)
def test_a_block_inside_a_block_says_more_of_the_device(outer: Any, inner: Any, expected: str) -> None:
    with tf.device(outer), tf.device(inner):
        x = tf.constant(1.0)
    assert (x.device, x.op.node_def.device) == (expected, expected)


def test_a_device_that_means_nothing_is_an_error_where_its_block_begins() -> None:
    expected = "Unknown attribute: 'nope' in '/nope:x:y'"
    with pytest.raises(ValueError, match=expected), tf.device("/nope:x:y"):
        pass
    with tf.device("/job:worker/replica:0/task:3/device:GPU:0"):  # the way out
        assert tf.constant(1.0).device == "/job:worker/replica:0/task:3/device:GPU:0"


def test_a_variable_has_the_name_of_the_device_that_its_operations_have() -> None:
    with tf.device("/job:ps"), tf.device("/cpu:0"):
        w = tf.get_variable("w", [2])
    assert w.device == w.op.device == w.initializer.device == "/job:ps/device:CPU:0"


# ---- beside


def test_colocation() -> None:
    w, a = tf.Variable([1.0], name="w"), tf.constant(1.0, name="a")
    with tf.device("/gpu:3"):
        far = tf.constant(1.0, name="far")
    assert [op.colocation_groups() for op in (w.op, w.initializer, w.value().op, tf.assign(w, [2.0]).op)] == [
        [b"loc:@w"]
    ] * 4
    assert a.op.colocation_groups() == [b"loc:@a"]
    with tf.colocate_with(w):
        b = tf.constant(1.0)
    with tf.colocate_with(b):
        c = tf.constant(1.0)
        with tf.colocate_with(a):
            d = tf.constant(1.0)
        with tf.colocate_with(a, ignore_existing=True):
            e = tf.constant(1.0)
        with tf.device("/gpu:1"):
            f = tf.constant(1.0)
    with tf.device("/cpu:0"), tf.colocate_with(far):
        g = tf.Variable(1.0)
    assert [op.colocation_groups() for op in (b.op, c.op, d.op, e.op, f.op, g.op)] == [
        [b"loc:@w"], [b"loc:@w"], [b"loc:@a", b"loc:@w"], [b"loc:@a"], [b"loc:@w"], [b"loc:@far"]
    ]  # fmt: skip
    assert (f.device, g.op.device) == ("/device:GPU:1", "/device:GPU:3")


# ---- what a graph says may be fed and fetched


def test_a_tensor_can_be_kept_from_being_fed() -> None:
    graph, x = tf.get_default_graph(), tf.placeholder_with_default(1.0, [])
    y = x + 1.0
    graph.prevent_feeding(y)
    assert (graph.is_feedable(x), graph.is_feedable(y)) == (True, False)
    with pytest.raises(
        ValueError, match=r'Tensor Tensor\("add:0", shape=\(\), dtype=float32\) may not be fed. graph.p'
    ):
        run(x, {y: 3.0})
    assert run(y, {x: 3.0}) == 4.0


def test_an_operation_can_be_kept_from_being_fetched() -> None:
    graph = tf.get_default_graph()
    x = tf.constant(1.0, name="x")
    with tf.Session() as session:
        assert session.run(x) == 1.0
        graph.prevent_fetching(x.op)
        assert (graph.is_fetchable(x), graph.is_fetchable(x.op), graph.is_fetchable(x + 1.0)) == (False, False, True)
        for fetch in (x, x.op, "x:0", [x]):
            with pytest.raises(ValueError, match="'x' has been marked as not fetchable. graph.prevent_fetching was"):
                session.run(fetch)
        assert session.run(tf.identity(x)) == 1.0  # the way out


def test_what_is_fed_is_given_back_as_it_went_in() -> None:
    x, text = tf.placeholder(tf.float32, []), tf.placeholder(tf.string, [])
    back, word = run([x, text], {x: 2.0, text: "z"})
    assert isinstance(back, np.ndarray) and back.dtype == np.float32 and back == 2.0
    assert isinstance(word, np.ndarray) and word[()] == "z"


def test_a_graphs_version_grows_with_its_operations() -> None:
    graph = tf.get_default_graph()
    before = graph.version
    tf.constant(1.0)
    assert (graph.version, graph.building_function) == (before + 1, False)
    with tf.name_scope("a"), tf.variable_scope("b"):
        assert tf.contrib.framework.get_name_scope() == "a/b"


# ---- functions made of others


def test_where_v2_broadcasts_all_three() -> None:
    p, x, y = tf.constant([[True], [False]]), tf.constant([1.0, 2.0]), tf.constant(5.0)
    z = tf.where_v2(p, x, y)
    assert z.name == "SelectV2:0" and z.shape == (2, 2)
    of_x, of_y = tf.gradients(z, [x, y], grad_ys=[tf.constant([[1.0, 2.0], [4.0, 8.0]])])
    assert [value.tolist() for value in run([z, of_x, of_y])] == [[[1.0, 2.0], [5.0, 5.0]], [1.0, 2.0], 12.0]
    assert run(tf.where_v2([False, True], name="w")).tolist() == [[1]]
    with pytest.raises(ValueError, match="x and y must both be non-None or both be None"):
        tf.where_v2(p, x)


def test_a_joint_of_one_is_itself() -> None:
    x = tf.placeholder(tf.float32, [None, 2])
    y = tf.concat([x], 1)
    assert (y.name, y.op.type, y.shape.as_list()) == ("concat/concat:0", "Identity", [None, 2])
    assert run(tf.gradients(y, x)[0], {x: [[1.0, 2.0]]}).tolist() == [[1.0, 1.0]]


def test_clip_by_value_has_the_gradients_of_its_ends() -> None:
    x, low, high = tf.constant([-2.0, 0.5, 3.0]), tf.constant(-1.0), tf.constant(1.0)
    y = tf.clip_by_value(x, low, high)
    found = tf.gradients(y, [x, low, high], grad_ys=[tf.constant([1.0, 2.0, 4.0])])
    assert [value.tolist() for value in run([y, *found])] == [[-1.0, 0.5, 1.0], [0.0, 2.0, 0.0], 1.0, 4.0]


def test_swish_has_a_gradient() -> None:
    x = tf.constant([0.5, -1.5])
    y = tf.nn.swish(x)
    assert (y.name, tf.nn.swish(x, name="s").name) == ("IdentityN:0", "s:0")
    share = 1 / (1 + np.exp([-0.5, 1.5]))
    value, gradient = run([y, tf.gradients(y, x)[0]])
    np.testing.assert_allclose(value, [0.5, -1.5] * share, rtol=1e-6)
    np.testing.assert_allclose(gradient, share + [0.5, -1.5] * share * (1 - share), rtol=1e-6)


def test_a_session_lists_the_devices() -> None:
    session = tf.Session()
    cpu, *gpus = session.list_devices()
    assert (cpu.name, cpu.device_type) == ("/job:localhost/replica:0/task:0/device:CPU:0", "CPU")
    assert cpu.memory_limit_bytes > 2**20 and all(gpu.device_type == "GPU" for gpu in gpus)
    assert session.sess_str == b""
    session.close()
    with pytest.raises(RuntimeError, match="closed"):
        session.list_devices()


def test_text_that_is_no_number_is_told_as_it_was_written() -> None:
    x, words = tf.placeholder(tf.float32, None), tf.placeholder(tf.string, [])
    with pytest.raises(ValueError, match="could not convert string to float: 'a'"):
        run(x, {x: ["1", "a"]})
    assert run(x, {x: ["1", "2.5"]}).tolist() == [1.0, 2.5]
    with pytest.raises(
        TypeError, match="Type of feed value 3 with type <class 'int'> is .* type <class 'object'>. Try"
    ):
        run(words, {words: 3})


def test_argmax_shows_its_dimension_and_losses_the_shape_of_their_labels() -> None:
    x, labels = tf.placeholder(tf.float32, [None, 5]), tf.placeholder(tf.int32, [None])
    best = tf.argmax(x, 1)
    assert best.op.inputs[1].name == "ArgMax/dimension:0"
    loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=x, name="xent")
    shape = tf.get_default_graph().get_tensor_by_name("xent/Shape:0")
    found = run([best, best.op.inputs[1], loss, shape], {x: np.eye(5)[:3], labels: [0, 1, 2]})
    assert [found[0].tolist(), found[1], found[2].shape, found[3].tolist()] == [[0, 1, 2], 1, (3,), [3]]


@pytest.mark.parametrize("kind", ["assign_add", "initializer", "scatter", "train", "only read"])
def test_a_variable_that_a_run_writes_cannot_be_fed(kind: str) -> None:
    v = tf.Variable([1.0, 2.0], name="v")
    operation = {
        "assign_add": lambda: tf.assign_add(v, [1.0, 1.0]),
        "initializer": lambda: v.initializer,
        "scatter": lambda: tf.scatter_add(v, [0], [1.0]),
        "train": lambda: tf.train.AdamOptimizer().minimize(tf.reduce_sum(v * v)),
        "only read": lambda: None,
    }[kind]()
    x = tf.placeholder(tf.float32, [])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        if operation is None:
            assert session.run(v + x, {x: 1.0, v: [3.0, 4.0]}).tolist() == [4.0, 5.0]
            return
        words = r"was passed float from _arg_v_0_1:0 incompatible with expected float_ref. .* writes 'v'"
        with pytest.raises(tf.errors.InvalidArgumentError, match=words):
            session.run([operation, x], {x: 1.0, v: [3.0, 4.0]})
        v.load([3.0, 4.0], session)  # the way out
        session.run([operation, x], {x: 1.0})
