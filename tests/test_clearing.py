"""clear: names and memory of what is below a scope are free again; and the names that a graph's table keeps."""

from __future__ import annotations

import gc
import random
import weakref
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import fastscope as fs


def network() -> list[str]:
    with fs.variable_scope("rnn"):
        w, b = fs.get_variable("w", [2, 3]), fs.Variable([0.0], name="b")
        with fs.variable_scope(None, "cell"):
            v = fs.get_variable("v", [2])
    return [variable.name for variable in (w, b, v)]


def test_what_is_cleared_can_be_made_again() -> None:
    names = network()
    assert names == ["rnn/w:0", "rnn/b:0", "rnn/cell/v:0"]
    for path in ("rnn/", "rnn"):
        fs.clear(path)
        assert fs.global_variables() == fs.trainable_variables() == []
        assert not fs.get_default_graph().is_name_used("rnn/cell")
        assert network() == names


def test_one_variable_is_cleared() -> None:
    network()
    fs.clear("rnn/w:0")
    assert [v.name for v in fs.global_variables()] == ["rnn/b:0", "rnn/cell/v:0"]
    with fs.variable_scope("rnn"):
        assert fs.get_variable("w", [7]).shape == (7,)


def test_names_beside_it_stay() -> None:
    network()
    with fs.variable_scope("rnn"):  # the second opening: rnn_1
        assert fs.Variable(0.0, name="b").name == "rnn_1/b:0"
    with fs.variable_scope("rnn2"):
        fs.get_variable("w", [2])
    fs.clear("rnn/")
    assert [v.name for v in fs.global_variables()] == ["rnn_1/b:0", "rnn2/w:0"]
    assert network()[0] == "rnn/w:0"
    with fs.variable_scope("rnn"):
        assert fs.Variable(0.0, name="b").name == "rnn_2/b:0"


def test_default_names_are_given_again() -> None:
    def three() -> list[str]:
        names = []
        for _ in range(3):
            with fs.variable_scope(None, "d"):
                names.append(fs.get_variable("w", [1]).name)
        return names

    assert three() == ["d/w:0", "d_1/w:0", "d_2/w:0"]
    fs.clear("d_1")
    with fs.variable_scope(None, "d"):
        assert fs.get_variable("w", [1]).name == "d_1/w:0"
    fs.clear("d")
    fs.clear("d_2")
    assert three() == ["d/w:0", "d_2/w:0", "d_3/w:0"]


def test_memory_goes_at_once_and_handles_go_on() -> None:
    network()
    with fs.variable_scope("rnn", reuse=True):
        held = fs.get_variable("w")
    held.assign(np.ones((2, 3)))
    gone = weakref.ref(fs.global_variables()[1])
    assert gone() is not None
    gc.disable()
    try:
        fs.clear("rnn/")
        assert gone() is None
    finally:
        gc.enable()
    held.assign_add(np.ones((2, 3)))
    np.testing.assert_array_equal(held.numpy(), np.full((2, 3), 2.0))
    assert held.name == "rnn/w:0"


def test_losses_of_what_is_cleared_go() -> None:
    with fs.variable_scope("a", regularizer=fs.contrib.layers.l2_regularizer(0.1)):
        fs.get_variable("w", [2])
    fs.get_variable("w", [2], regularizer=fs.contrib.layers.l2_regularizer(0.1))
    fs.clear("a")
    assert [loss.name for loss in fs.get_collection("regularization_losses")] == ["w/Regularizer:0"]


def test_variables_in_parts() -> None:
    for _ in range(2):
        with fs.variable_scope("a", partitioner=fs.fixed_size_partitioner(2)):
            whole = fs.get_variable("w", [4, 3])
        with pytest.raises(ValueError, match=r"is a part of the partitioned variable 'a/w'.*Say clear\('a/w'\)"):
            fs.clear("a/w/part_0")
        fs.clear("a/w")
        assert fs.global_variables() == []
    assert len(list(whole)) == 2


def test_slots_of_optimizers_go_with_their_variables(tmp_path: Path) -> None:
    with fs.variable_scope("a"):
        w = fs.get_variable("w", [2])
    fs.train.AdamOptimizer().apply_gradients([(np.ones(2, np.float32), w)])
    fs.clear("a")
    assert [v.name for v in fs.global_variables() if v.name.startswith("a/")] == []


def test_a_graph_in_graph_mode(graph_mode: ModuleType) -> None:
    tf = graph_mode
    for size in (2, 3):
        with tf.variable_scope("net"):
            x = tf.placeholder(tf.float32, [None, size], name="x")
            w = tf.get_variable("w", [size, 1], initializer=tf.ones_initializer())
            y = tf.matmul(x, w, name="y")
            train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(y))
        assert y.name == "net/y:0"
        assert tf.get_default_graph().get_tensor_by_name("net/y:0") is y
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            session.run(train, {x: np.ones((1, size))})
            np.testing.assert_allclose(session.run(y, {x: np.ones((1, size))}), [[0.9 * size]], rtol=1e-6)
        fs.clear("net")
        with pytest.raises(KeyError):
            tf.get_default_graph().get_tensor_by_name("net/y:0")


@pytest.mark.parametrize("name", ["", "/", None, 3])
def test_a_bad_name(name: Any) -> None:
    with pytest.raises(ValueError, match=r"clear: expected the full name.*reset_default_graph\(\)"):
        fs.clear(name)


def test_a_name_that_nothing_has() -> None:
    network()
    with pytest.raises(ValueError, match=r"nothing that is called 'rn/'.* Nearest names: 'rnn'"):
        fs.clear("rn/")
    with pytest.raises(ValueError, match=r"Nearest names: .*'rnn/cell/v'"):
        fs.clear("rnn/cell/vv")


def test_an_open_scope() -> None:
    with fs.variable_scope("a"), fs.variable_scope("b"):
        fs.get_variable("w", [2])
        for path in ("a", "a/b/"):
            with pytest.raises(
                RuntimeError, match=r"clear: scope 'a(/b)?' is open here.* Leave its `with` block first"
            ):
                fs.clear(path)
        fs.clear("a/b/w")
    fs.clear("a")
    with fs.variable_scope("b"):
        fs.get_variable("w", [2])
    with fs.variable_scope("other"):
        fs.clear("b")


def test_what_is_shared_from_outside() -> None:
    with fs.variable_scope("a"):
        fs.get_variable("w", [2])
    fs.alias("b/w", "a/w")
    with pytest.raises(ValueError, match=r"'b/w' is another name of it. Say clear\('b/w'\) first"):
        fs.clear("a")
    fs.clear("b/w")
    fs.clear("a")
    assert fs.global_variables() == []
    with fs.variable_scope("b"):
        assert fs.get_variable("w", [3]).name == "b/w:0"


def some_names(chance: random.Random) -> list[str]:
    names = []
    for _ in range(8):
        kind = chance.randrange(4)
        name = chance.choice(["w", "W", "w_1", "x/y", "x"])
        if kind == 0:
            with fs.variable_scope(name, reuse=fs.AUTO_REUSE):
                names.append(fs.get_variable(chance.choice("uv"), [1]).name)
        elif kind == 1:
            with fs.variable_scope(None, name.partition("/")[0]):
                names.append(fs.get_variable("w", [1]).name)
        elif kind == 2:
            names.append(fs.Variable(0.0, name=name).name)
        else:
            with fs.name_scope(name):
                names.append(fs.Variable(0.0, name="n").name)
    return names


@pytest.mark.parametrize("seed", range(0, 200, 20))
def test_random_programs_are_as_new_after_clearing(seed: int) -> None:
    fs.Variable(0.0, name="before")
    for one in range(seed, seed + 20):
        made = []
        for _ in range(2):
            with fs.variable_scope("top"):
                made.append(some_names(random.Random(one)))
            fs.clear("top")
            fs.get_default_graph().check()
            assert [v.name for v in fs.global_variables()] == ["before:0"]
        assert made[0] == made[1], one
