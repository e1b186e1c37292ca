"""Sharing said in words: reusing, share, alias, assert_shared, bind; and the ways out of their messages."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope as fs


def network() -> Any:
    with fs.variable_scope("layer"):
        return fs.get_variable("w", [2, 3]), fs.get_variable("b", [3])


# ---- reusing


def test_reusing_is_for_a_block() -> None:
    with fs.variable_scope("rnn") as scope:
        w = fs.get_variable("w", [2])
        with scope.reusing() as inner:
            assert inner.reuse is True
            assert fs.get_variable("w", [2]) is w
            with fs.variable_scope("deeper"), pytest.raises(ValueError, match="does not exist"):
                fs.get_variable("w", [2])
        assert scope.reuse is False
        assert fs.get_variable("v", [2]).name == "rnn/v:0"
        with pytest.raises(ValueError, match="already exists"):
            fs.get_variable("w", [2])


def test_reusing_a_closed_scope_and_its_name_scope_stays() -> None:
    with fs.variable_scope("rnn") as scope:
        w = fs.get_variable("w", [2])
    with fs.name_scope("elsewhere"), scope.reusing():
        assert fs.get_variable("w") is w
        assert fs.Variable(0.0, name="v").name == "elsewhere/v:0"


def test_reusing_ends_after_an_error() -> None:
    with fs.variable_scope("rnn") as scope:
        with pytest.raises(KeyError), scope.reusing():
            raise KeyError
        assert fs.get_variable("w", [2]).name == "rnn/w:0"


# ---- share


def test_share_answers_from_another_scope() -> None:
    with fs.variable_scope("train"):
        w, b = network()
    with fs.share({"test": "train"}):
        with fs.variable_scope("test"):
            assert network() == (w, b)
            assert fs.Variable(0.0, name="step").name == "test/step:0"
        with fs.variable_scope("other"):
            assert network()[0].name == "other/layer/w:0"
    with fs.variable_scope("test"):
        assert network()[0].name == "test/layer/w:0"


def test_share_reaches_scopes_entered_by_their_object_and_custom_getters() -> None:
    with fs.variable_scope("train"):
        w = fs.get_variable("w", [2])
    with fs.variable_scope("test") as test:
        pass
    asked = []

    def getter(getter: Callable[..., Any], name: str, *args: Any, **kwargs: Any) -> Any:
        asked.append(name)
        return getter(name, *args, **kwargs)

    with fs.share({"test": "train"}), fs.variable_scope(test, custom_getter=getter):
        assert fs.get_variable("w", [2]) is w
    assert asked == ["test/w"]


def test_share_of_partitioned_variables() -> None:
    parts = fs.fixed_size_partitioner(2)
    with fs.variable_scope("train", partitioner=parts):
        w = fs.get_variable("w", [4, 3])
    with fs.share({"test": "train"}), fs.variable_scope("test", partitioner=parts):
        assert list(fs.get_variable("w", [4, 3])) == list(w)


def test_shapes_are_still_compared() -> None:
    with fs.variable_scope("train"):
        fs.get_variable("w", [2])
    with fs.share({"test": "train"}), fs.variable_scope("test"), pytest.raises(ValueError, match="shape"):
        fs.get_variable("w", [3])


def test_share_with_auto_reuse_makes_it_where_it_is_answered() -> None:
    with fs.share({"test": "train"}), fs.variable_scope("test", reuse=fs.AUTO_REUSE):
        assert fs.get_variable("w", [2]).name == "train/w:0"


def test_shares_nest_and_are_those_of_a_graph_and_a_thread() -> None:
    with fs.variable_scope("a"):
        a = fs.get_variable("w", [2])
    with fs.variable_scope("b"):
        b = fs.get_variable("w", [2])
    found = []
    with fs.share({"c": "a"}):
        with fs.share({"c": "b"}), fs.variable_scope("c"):
            assert fs.get_variable("w") is b
        with fs.variable_scope("c"):
            assert fs.get_variable("w") is a
        with fs.Graph().as_default(), fs.variable_scope("c"):
            assert fs.get_variable("w", [2]).name == "c/w:0"
        graph = fs.get_default_graph()

        def elsewhere() -> None:
            with graph.as_default(), fs.variable_scope("c"):
                found.append(fs.get_variable("w", [2]))

        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    assert found[0].name == "c/w:0"


def test_share_in_graph_mode(graph_mode: Any) -> None:
    tf = graph_mode
    with tf.variable_scope("train"):
        w = tf.get_variable("w", [2], initializer=tf.ones_initializer())
    with fs.share({"test": "train"}), tf.variable_scope("test"):
        y = tf.get_variable("w", [2]) * 2.0
    assert y.op.name.startswith("test/")
    with tf.Session() as session:
        session.run(w.initializer)
        np.testing.assert_array_equal(session.run(y), [2.0, 2.0])


@pytest.mark.parametrize("scopes", [["test"], "test", None])
def test_share_of_no_dict(scopes: Any) -> None:
    with pytest.raises(TypeError, match=r"share: expected a dict of scopes' names.*Got"):
        fs.share(scopes)


@pytest.mark.parametrize("name", ["", "test/", "/", 3, None])
def test_share_of_a_bad_name(name: Any) -> None:
    with pytest.raises(ValueError, match="share: expected full names of variable scopes"):
        fs.share({name: "train"})
    with pytest.raises(ValueError, match="share: expected full names of variable scopes"):
        fs.share({"test": name})


def test_share_of_a_scope_inside_the_other() -> None:
    with pytest.raises(ValueError, match=r"one lies inside the other. Name two scopes side by side"):
        fs.share({"net": "net/train"})
    with pytest.raises(ValueError, match="one lies inside the other"):
        fs.share({"net/test": "net"})
    fs.share({"net/test": "net/train"})
    fs.share({"net": "net_2"})


def test_share_of_a_scope_in_use() -> None:
    with fs.variable_scope("test"):
        fs.get_variable("w", [2])
    with pytest.raises(ValueError, match=r"'test' has variables of its own: 'test/w'. Open the share block before"):
        fs.share({"test": "train"})


def test_what_the_other_scope_lacks() -> None:
    with fs.variable_scope("train"):
        fs.get_variable("weights", [2])
    with fs.share({"test": "train"}), fs.variable_scope("test"), pytest.raises(ValueError) as caught:
        fs.get_variable("weight", [2])
    assert str(caught.value) == (
        "Variable test/weight does not exist: share() answers it from train/weight, which does not exist either.\n"
        "Scope 'train' holds: 'train/weights'.\n"
        "Nearest names: 'train/weights'.\n"
        "Build the network in 'train' first; or leave the share block to make test/weight itself."
    )
    with fs.variable_scope("test"):
        assert fs.get_variable("weight", [2]).name == "test/weight:0"


# ---- alias


def test_tied_weights_are_one_variable_and_saved_once(tmp_path: Path) -> None:
    with fs.variable_scope("encoder"):
        w = fs.get_variable("w", [2, 3])
    fs.alias("decoder/w", "encoder/w:0")
    with fs.variable_scope("decoder"):
        assert fs.get_variable("w", [2, 3]) is w
    with fs.variable_scope("decoder", reuse=True):
        assert fs.get_variable("w", [2, 3]) is w
        assert fs.get_variable("w") is w
    assert fs.global_variables() == [w] == fs.trainable_variables()
    path = fs.train.Saver().save(None, str(tmp_path / "model"))
    assert [name for name, _ in fs.train.list_variables(path)] == ["encoder/w"]
    assert str(fs.tree()).endswith("1 tensors, 6 parameters (6 trainable), 24 B")


def test_an_alias_keeps_shape_and_dtype() -> None:
    fs.get_variable("w", [2])
    fs.alias("v", "w")
    with pytest.raises(ValueError, match=r"share variable v, but specified shape \(3,\) and found shape \(2,\)"):
        fs.get_variable("v", [3])
    with pytest.raises(ValueError, match="dtype"):
        fs.get_variable("v", [2], fs.int32)


def test_an_alias_of_an_eager_store_is_copied() -> None:
    store = fs.EagerVariableStore()
    with store.as_default():
        fs.get_variable("w", [2])
        fs.alias("v", "w")
    assert [v.name for v in store.variables()] == ["w:0"]
    with store.copy().as_default():
        assert fs.get_variable("v") is fs.get_variable("w")


@pytest.mark.parametrize("pair", [("", "w"), ("v", None), ("v/", "w"), (3, "w")])
def test_a_bad_alias(pair: Any) -> None:
    fs.get_variable("w", [2])
    with pytest.raises(TypeError, match="alias: expected two full names of variables"):
        fs.alias(*pair)


def test_an_alias_that_is_taken() -> None:
    w, v = fs.get_variable("w", [2]), fs.get_variable("v", [2])
    with pytest.raises(ValueError, match=r"alias: 'v' is a variable already, defined at:[\s\S]*test_tying.py"):
        fs.alias("v", "w")
    fs.alias("u", "w")
    assert fs.get_variable("u") is w
    assert v is not w


def test_an_alias_of_nothing() -> None:
    with pytest.raises(ValueError, match=r"alias: 'weights' does not exist, .*get_variable\(\). Make it first"):
        fs.alias("v", "weights")
    fs.get_variable("weight", [2])
    with pytest.raises(ValueError, match="Nearest names: 'weight'"):
        fs.alias("v", "weights")


# ---- assert_shared


def test_assert_shared() -> None:
    with fs.variable_scope("a") as scope:
        w, b = network()
    fs.assert_shared(w, w)
    fs.assert_shared([w, b], {"b": b, "w": w})
    fs.assert_shared(scope, "a")
    fs.assert_shared("a/layer/w", w)
    fs.assert_shared("a/layer/", [w, b])
    template = fs.make_template("t", network)
    template()
    fs.assert_shared(template, "t")


def test_assert_shared_of_what_is_not_says_what_differs() -> None:
    with fs.variable_scope("train"):
        network()
    with fs.variable_scope("test"):
        network()
    with pytest.raises(AssertionError) as caught:
        fs.assert_shared("train", "test")
    text = str(caught.value)
    assert text.startswith("'train' and 'test' do not share all of their variables.\nOnly 'train' has:\n")
    assert "  train/layer/w:0, defined at File" in text
    assert "  test/layer/b:0, defined at File" in text
    assert "test_tying.py" in text


def test_assert_shared_of_nothing() -> None:
    with pytest.raises(ValueError, match=r"assert_shared: 'train' has no variables"):
        fs.assert_shared("train", "test")
    with pytest.raises(ValueError, match=r"assert_shared: the object has no variables"):
        fs.assert_shared(object(), "test")


# ---- bind


def test_a_bound_function_runs_in_its_scope_in_a_thread() -> None:
    with fs.device("/cpu:0"), fs.variable_scope("outer"), fs.variable_scope("rnn") as scope:

        @scope.bind
        def make(name: str, *, shape: list[int]) -> tuple[Any, Any]:
            """Make one."""
            return fs.get_variable(name, shape), fs.Variable(0.0, name="v")

    assert make.__doc__ == "Make one."
    with ThreadPoolExecutor(1) as pool:
        w, v = pool.submit(make, "w", shape=[2]).result()
    assert (w.name, v.name) == ("outer/rnn/w:0", "outer/rnn/v:0")
    assert w in fs.global_variables()
    assert w.device == "/cpu:0"
    assert fs.get_variable_scope().name == ""


def test_a_bound_function_shares_where_its_scope_does() -> None:
    with fs.variable_scope("rnn") as scope:
        w = fs.get_variable("w", [2])
        get = scope.bind(lambda: fs.get_variable("w"))
        with pytest.raises(ValueError):
            get()
        scope.reuse_variables()
    assert get() is w


def test_a_bound_coroutine_function() -> None:
    with fs.variable_scope("rnn") as scope:

        @scope.bind
        async def make(name: str) -> Any:
            await asyncio.sleep(0)
            return fs.get_variable(name, [2])

    async def all_of_them() -> list[Any]:
        return await asyncio.gather(*(make(name) for name in "abc"))

    assert asyncio.iscoroutinefunction(make)
    assert [v.name for v in asyncio.run(all_of_them())] == ["rnn/a:0", "rnn/b:0", "rnn/c:0"]


def test_a_bound_function_that_fails_leaves_the_scope() -> None:
    with fs.variable_scope("rnn") as scope:
        pass
    with pytest.raises(ZeroDivisionError):
        scope.bind(lambda: 1 / 0)()
    assert fs.get_variable_scope().name == ""


def test_what_cannot_be_bound() -> None:
    scope = fs.get_variable_scope()
    with pytest.raises(TypeError, match=r"bind: expected a function, got 3"):
        scope.bind(3)  # type: ignore[arg-type]

    def steps() -> Iterator[Any]:
        yield fs.get_variable("w", [2])

    with pytest.raises(TypeError, match="steps is a generator function.* Bind the function that iterates it"):
        scope.bind(steps)
    assert [v.name for v in scope.bind(lambda: list(steps()))()] == ["w:0"]
