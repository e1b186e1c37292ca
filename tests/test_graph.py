"""Graphs, collections, names, devices: what the recorded programs of test_oracle.py do not ask."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import numpy as np
import pytest

import fastscope as tf

# ---- graphs


def test_graphs_share_nothing() -> None:
    outside = tf.get_variable("w", [1])
    graph = tf.Graph()
    for number in (1, 2):
        with graph.as_default() as entered, tf.variable_scope("s", reuse=tf.AUTO_REUSE):
            assert entered is graph is tf.get_default_graph()
            w = tf.get_variable("w", [2])
            assert (w.graph, len(tf.global_variables())) == (graph, 1), number
    assert tf.global_variables() == [outside]
    assert (graph.find("s/w"), graph.find("w")) == (w, None)


def test_a_graph_is_entered_where_it_was_left() -> None:
    outer, inner = tf.Graph(), tf.Graph()
    with outer.as_default(), tf.variable_scope("a"), inner.as_default():
        assert tf.get_variable_scope().name == ""
        with outer.as_default():
            assert tf.get_variable_scope().name == "a"
        assert tf.get_default_graph() is inner


def test_a_graph_that_was_reset_can_be_entered_as_long_as_it_is_held() -> None:
    old = tf.get_default_graph()
    w = tf.get_variable("w", [2])
    tf.reset_default_graph()
    assert tf.get_variable("w", [3]) is not w
    with old.as_default(), tf.variable_scope("", reuse=True):
        assert tf.get_variable("w") is w
    assert tf.get_default_graph() is not old


def test_reset_forgets_everything_at_once() -> None:
    old = tf.get_default_graph()
    died: list[str] = []
    gc.disable()
    try:
        with tf.variable_scope("a"):
            weakref.finalize(tf.get_variable("w", [3]), died.append, "w")
        del old
        tf.reset_default_graph()
        assert died == ["w"]
    finally:
        gc.enable()
    assert (tf.global_variables(), tf.get_variable("w", [1]).name) == ([], "w:0")


def test_reset_inside_a_scope_starts_at_the_root() -> None:
    with tf.variable_scope("a"):
        tf.reset_default_graph()
    with tf.variable_scope("b"):
        assert tf.get_variable("w", [1]).name == "b/w:0"


def test_a_variable_outlives_its_graph() -> None:
    w = tf.get_variable("w", initializer=[1.5])
    tf.reset_default_graph()
    assert (w.name, w.numpy().tolist(), w.assign([2.5]).numpy().tolist()) == ("w:0", [1.5], [2.5])


@pytest.mark.parametrize(
    "change",
    [
        lambda: tf.get_variable("new", [1]),
        lambda: tf.Variable([1.0]),
        lambda: tf.add_to_collection("mine", 1),
        lambda: tf.get_default_graph().clear_collection("mine"),
        lambda: tf.get_variable("new", [4], partitioner=tf.fixed_size_partitioner(2)),
    ],
    ids=["get_variable", "Variable", "add", "clear", "parts"],
)
def test_a_finalized_graph_refuses(change: Any) -> None:
    w = tf.get_variable("w", [1])
    tf.get_default_graph().finalize()
    with pytest.raises(RuntimeError, match="finalized"):
        change()
    with tf.variable_scope("", reuse=True):
        assert tf.get_variable("w", [1]) is w
    w.assign([3])


# ---- collections


def test_a_collection_is_copied_and_its_ref_is_live() -> None:
    tf.add_to_collection("mine", 1)
    copy, live = tf.get_collection("mine"), tf.get_collection_ref("mine")
    tf.add_to_collections(["mine", "yours", "mine"], 2)
    assert (copy, live, tf.get_collection("yours")) == ([1], [1, 2], [2])
    live.clear()
    assert (tf.get_collection("mine"), tf.get_default_graph().get_all_collection_keys()) == ([], ["yours"])


def test_variables_stand_in_the_order_they_were_made() -> None:
    made = [tf.get_variable("z", [1]), tf.Variable([1.0], name="m"), tf.get_variable("a", [1], trainable=False)]
    assert tf.global_variables() == made
    made.append(tf.get_variable("b", [1]))
    assert (tf.global_variables(), tf.trainable_variables()) == (made, [made[0], made[1], made[3]])


def test_a_scope_in_get_collection_is_a_regular_expression() -> None:
    for name in ("foo/w", "foobar/w", "fo/w"):
        tf.get_variable(name, [1])
    assert [v.name for v in tf.global_variables("foo")] == ["foo/w:0", "foobar/w:0"]
    assert [v.name for v in tf.trainable_variables("fo/|.*bar")] == ["foobar/w:0", "fo/w:0"]


def test_own_collections_replace_the_standard_one() -> None:
    v = tf.get_variable("v", [1], collections=["mine"])
    assert (tf.global_variables(), tf.trainable_variables(), tf.get_collection("mine")) == ([], [v], [v])


# ---- names


def test_unique_name_inside_scopes() -> None:
    graph = tf.get_default_graph()
    with tf.name_scope("a"):
        names = [graph.unique_name("x", mark_as_used=False), graph.unique_name("x"), graph.unique_name("X")]
    assert names == ["a/x", "a/x", "a/X_1"]
    assert graph.is_name_used("a/x_1") and not graph.is_name_used("a/x_2")
    assert graph.get_name_scope() == ""


def test_the_graph_s_own_methods_work_while_another_is_open() -> None:
    graph = tf.Graph()
    with graph.as_default(), tf.name_scope("a"):
        with tf.Graph().as_default():
            assert (graph.get_name_scope(), graph.unique_name("x")) == ("a", "a/x")
        with graph.name_scope("b") as inside:
            assert inside == "a/b/"


def test_a_graph_s_blocks_are_its_own() -> None:
    graph = tf.Graph()
    with tf.name_scope("here"), graph.name_scope("a") as inside, graph.device("/cpu:0"):
        assert (inside, graph.get_name_scope(), tf.get_default_graph().get_name_scope()) == ("a/", "a", "here")
        u = tf.Variable([1.0], name="u")
        with graph.as_default():
            v = tf.Variable([1.0], name="v")
    assert [(x.name, x.device) for x in (u, v)] == [("here/u:0", ""), ("a/v:0", "/cpu:0")]
    assert tf.get_default_graph() is u.graph
    with tf.variable_scope("s"):
        for expected in ("d", "d_1"):  # default names are counted through the blocks
            with graph.name_scope("a"), tf.variable_scope(None, "d") as scope:
                assert scope.name == f"s/{expected}"


# ---- blocks


def test_devices_are_kept_by_name_and_nest() -> None:
    with tf.device("/device:CPU:0"):
        a = tf.get_variable("a", [1])
        with tf.device(None):
            b = tf.Variable([1.0], name="b")
        with tf.device(lambda op: "/gpu:1" if (op.name, op.type) == ("big", "VariableV2") else "/cpu:0"):
            big, small = tf.get_variable("big", [1]), tf.get_variable("small", [1])
    assert [v.device for v in (a, b, big, small)] == ["/device:CPU:0", "", "/gpu:1", "/cpu:0"]
    assert isinstance(a.array, np.ndarray)
    with tf.colocate_with(big):
        assert tf.get_variable("beside", [1]).device == "/gpu:1"


def test_a_device_that_means_nothing_is_an_error_at_once() -> None:
    with pytest.raises(ValueError, match="/tpu:0"), tf.device("/tpu:0"):
        tf.get_variable("w", [1])


def test_blocks_that_change_nothing() -> None:
    with tf.control_dependencies([tf.no_op()]), tf.container("c"), tf.get_default_graph().control_dependencies(None):
        assert tf.get_variable("w", [1]).name == "w:0"


def test_operations_are_called_or_run() -> None:
    v = tf.Variable([1.0, 2.0], name="v")
    operation = v.initializer
    v.assign([5, 6])
    assert (operation(), v.numpy().tolist(), operation.name) == (None, [1.0, 2.0], "v/Assign")
    v.assign([7, 8])
    assert (operation.run(), v.numpy().tolist()) == (None, [1.0, 2.0])


def test_graph_keys() -> None:
    assert (tf.GraphKeys.GLOBAL_VARIABLES, tf.GraphKeys.VARIABLES) == ("variables", "variables")
    v = tf.get_variable("v", [1], collections=[tf.GraphKeys.MODEL_VARIABLES, tf.GraphKeys.MOVING_AVERAGE_VARIABLES])
    assert tf.model_variables() == [v] == tf.moving_average_variables()
