"""Variable scopes: what the recorded programs of test_oracle.py do not ask."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import fastscope as tf


def where() -> tuple[str, Any, str]:
    scope = tf.get_variable_scope()
    return scope.name, scope.reuse, tf.get_default_graph().get_name_scope()


ROOT = ("", False, "")


# ---- the stack


def test_an_exception_leaves_every_block() -> None:
    with tf.variable_scope("a"):
        with (
            contextlib.suppress(ZeroDivisionError),
            tf.variable_scope("b", reuse=True),
            tf.name_scope("n"),
            tf.device("/cpu:0"),
            tf.variable_scope("c"),
        ):
            assert where() == ("a/b/c", True, "a/b/n/c")
            _ = 1 / 0
        assert where() == ("a", False, "a")
    assert where() == ROOT


def test_an_exception_while_entering_changes_nothing() -> None:
    with tf.variable_scope("a"):
        for bad in (tf.variable_scope("b c"), tf.variable_scope(None, "x", reuse=True), tf.name_scope(":")):
            with pytest.raises(ValueError), bad:
                pass
            assert where() == ("a", False, "a")
        assert tf.Variable([1.0], name="v").name == "a/v:0"


def test_a_block_that_failed_to_open_can_be_tried_again() -> None:
    graph = tf.get_default_graph()
    scope, names = tf.variable_scope("a b"), tf.name_scope("a b")
    for _ in range(2):
        for failing in (scope, names):
            with pytest.raises(ValueError, match="a b"):
                failing.__enter__()
        assert tf.get_variable_scope().name == "" and graph.get_name_scope() == ""


def test_the_name_of_a_name_scope_stays_what_it_was() -> None:
    kept = []
    for k in range(30):
        with tf.name_scope("tower") as name:
            assert hash(name) == hash("tower/" if k == 0 else f"tower_{k}/")
            if k % 3 == 0:
                kept.append(name)
        del name
        with tf.name_scope("other"):  # looked at by nobody
            pass
    assert kept == ["tower/"] + [f"tower_{k}/" for k in range(3, 30, 3)]
    unique = [tf.get_default_graph().unique_name("w") for _ in range(12)]
    assert unique == ["w"] + [f"w_{k}" for k in range(1, 12)]


def test_a_scope_that_failed_to_open_is_none_to_jump_to() -> None:
    bad = tf.variable_scope("b c")
    with pytest.raises(ValueError), bad:
        pass
    with pytest.raises(RuntimeError, match="not entered yet"), tf.variable_scope(bad):
        pass
    assert where() == ROOT


@pytest.mark.parametrize("name", ["n", "N"])
def test_depth_costs_no_stack(name: str) -> None:
    names: list[str] = []

    def nest() -> None:
        with contextlib.ExitStack() as stack:
            for _ in range(5_000):
                stack.enter_context(tf.variable_scope(name))
            names.extend(v.name for v in (tf.Variable(1.0, name="x"), tf.get_variable("w", [1])))

    size = threading.stack_size(128 * 1024)
    try:
        thread = threading.Thread(target=nest)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
    assert names == ["/".join([name] * 5_000 + [last]) for last in ("x:0", "w:0")]


def test_a_failed_creation_leaves_no_variable() -> None:
    with pytest.raises(ValueError, match="don't match"):
        tf.get_variable("v", dtype=tf.int32, initializer=[0.5])
    with pytest.raises(ValueError, match="does not exist"), tf.variable_scope("", reuse=True):
        tf.get_variable("v")
    assert tf.global_variables() == []


def test_improper_nesting_closes_what_is_inside() -> None:
    blocks = [tf.variable_scope("a"), tf.name_scope("n"), tf.variable_scope("b", reuse=True)]
    for block in blocks:
        block.__enter__()
    with pytest.raises(RuntimeError, match="Improper nesting"):
        blocks[0].__exit__(None, None, None)
    assert where() == ROOT
    for block in blocks[1:]:
        block.__exit__(None, None, None)  # closed already: nothing left to do
    assert where() == ROOT


def test_improper_nesting_does_not_hide_the_exception_on_its_way() -> None:
    with pytest.raises(KeyError, match="mine"), tf.variable_scope("a"):
        tf.variable_scope("left_open").__enter__()
        raise KeyError("mine")
    assert where() == ROOT


def layers() -> Iterator[str]:
    with tf.variable_scope("inside"):
        yield tf.get_variable("w", [1]).name
        yield tf.get_variable("v", [1]).name


def test_a_suspended_generator_leaves_its_scope_open_until_it_is_closed() -> None:
    with tf.variable_scope("outer"):
        running = layers()
        assert next(running) == "outer/inside/w:0"
        assert where() == ("outer/inside", False, "outer/inside")
        running.close()
        assert where() == ("outer", False, "outer")
    assert where() == ROOT


def test_a_generator_that_outlives_the_block_does_no_harm() -> None:
    running = layers()
    with pytest.raises(RuntimeError, match="Improper nesting"), tf.variable_scope("outer"):
        next(running)
    assert where() == ROOT
    with tf.variable_scope("later"):
        running.close()
        assert where() == ("later", False, "later")


def test_exit_stack_and_context_manager() -> None:
    @contextlib.contextmanager
    def tower(name: str) -> Iterator[tf.VariableScope]:
        with tf.variable_scope(name, reuse=tf.AUTO_REUSE) as scope, tf.device("/cpu:0"):
            yield scope

    with contextlib.ExitStack() as stack:
        scopes = [stack.enter_context(tower(name)) for name in ("a", "b", "c")]
        assert [scope.name for scope in scopes] == ["a", "a/b", "a/b/c"]
    assert where() == ROOT


# ---- where something was defined


def build() -> Any:
    return tf.layers.dense(np.ones([2, 3], np.float32), 4, name="fc")


def test_the_place_of_definition_is_outside_of_the_library() -> None:
    build()
    with pytest.raises(ValueError, match=r"(?s)fc/kernel already exists.*test_scopes\.py.*, in build\b.*layers\.dense"):
        build()


def test_the_place_is_of_a_creation_not_of_a_sharing() -> None:
    with tf.variable_scope("s", reuse=tf.AUTO_REUSE):
        first = tf.get_variable("w", [1])
        line = first._defined_at[1]  # type: ignore[index]
        assert tf.get_variable("w", [1])._defined_at[1] == line  # type: ignore[index]


# ---- defaults


def test_setters_change_what_is_opened_later() -> None:
    with tf.variable_scope("a") as scope:
        scope.set_dtype("float64")
        scope.set_initializer(tf.constant_initializer(3.5))
        scope.set_use_resource(True)
        with tf.variable_scope("b"):
            w = tf.get_variable("w", [2])
        scope.set_initializer(None)
        with tf.variable_scope("c") as inner:
            assert inner.initializer is None
    assert (w.dtype.name, w.numpy().tolist()) == ("float64", [3.5, 3.5])


def test_the_constraint_is_not_inherited() -> None:
    clip = abs
    with tf.variable_scope("a", constraint=clip):
        assert tf.get_variable("w", [1]).constraint is clip
        with tf.variable_scope("b"):
            assert tf.get_variable("w", [1]).constraint is None


def test_get_variable_of_a_scope_works_from_anywhere() -> None:
    with tf.variable_scope("a", constraint=abs) as scope:
        w = scope.get_variable("w", [1])
    with tf.variable_scope("elsewhere"):
        scope.reuse_variables()
        assert scope.get_variable("w", [1]) is w
        assert where()[0] == "elsewhere"


def test_custom_getters_see_keywords_and_full_names() -> None:
    seen: list[Any] = []

    def note(tag: str) -> Any:
        def getter(getter: Any, name: str, *args: Any, **kwargs: Any) -> Any:
            seen.append((tag, name, args, kwargs["shape"], kwargs["trainable"], "constraint" in kwargs))
            return getter(name, *args, **kwargs)

        return getter

    with tf.variable_scope("a", custom_getter=note("outer")), tf.variable_scope("b", custom_getter=note("inner")):
        w = tf.get_variable("w", [2])
    assert w.name == "a/b/w:0"
    assert seen == [(tag, "a/b/w", (), [2], True, True) for tag in ("inner", "outer")]


def test_a_custom_getter_may_return_an_expression() -> None:
    def doubled(getter: Any, name: str, **kwargs: Any) -> Any:
        return 2 * getter(name, **kwargs)

    with tf.variable_scope("a", custom_getter=doubled, initializer=tf.constant_initializer(1.5)):
        assert tf.get_variable("w", [2]).tolist() == [3.0, 3.0]  # type: ignore[attr-defined]
    assert [v.name for v in tf.global_variables()] == ["a/w:0"]


# ---- collections


def test_a_scope_s_name_is_no_regular_expression() -> None:
    for name in ("a.b", "axb"):
        with tf.variable_scope(name) as scope:
            tf.get_variable("v", [1])
            assert [v.name for v in scope.global_variables()] == [f"{name}/v:0"]
    assert len(tf.global_variables("a.b/")) == 2  # here it is one, as in TF


def test_get_local_variable_leaves_the_list_alone() -> None:
    mine = ["mine"]
    with tf.variable_scope("s") as scope:
        v = tf.get_local_variable("v", [2], collections=mine)
        assert scope.local_variables() == [v] == tf.get_collection("mine")
    assert (mine, v.trainable, tf.global_variables()) == (["mine"], False, [])
    with tf.variable_scope("s", reuse=True):
        assert tf.get_local_variable("v", [2]) is v is tf.get_variable("v", [2])


def test_a_collection_that_cannot_be_a_key_leaves_no_variable() -> None:
    with pytest.raises(TypeError, match="list"):
        tf.get_variable("v", [1], collections=[["q"]])
    assert tf.get_default_graph().find("v") is None
    assert tf.get_default_graph().get_all_collection_keys() == []


# ---- regularizers


def test_a_loss_follows_the_weights() -> None:
    with tf.variable_scope("a", regularizer=tf.contrib.layers.l2_regularizer(0.5)):
        w = tf.get_variable("w", [2], initializer=tf.constant_initializer(2.0))
        tf.get_variable("free", [2], regularizer=tf.no_regularizer)
    with tf.variable_scope("a", reuse=True):
        tf.get_variable("w", [2], regularizer=tf.contrib.layers.l1_regularizer(9.0))  # sharing adds no loss
    (loss,) = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    assert loss.name == "a/w/Regularizer:0"
    assert tf.losses.get_regularization_loss() == 0.5 * 8 / 2
    w.assign([3.0, 1.0])
    assert tf.losses.get_regularization_losses() == [0.5 * 10 / 2]
    assert tf.Session().run(loss) == 2.5


def test_a_regularizer_may_return_nothing() -> None:
    tf.get_variable("w", [2], regularizer=lambda v: None)
    assert tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES) == []


# ---- creators


def test_a_creator_need_not_pass_shape_and_dtype_on() -> None:
    def brief(next_creator: Any, *, name: str, initial_value: Any, **kwargs: Any) -> Any:
        return next_creator(
            name=name, initial_value=initial_value, **{k: kwargs[k] for k in ("trainable", "collections")}
        )

    with tf.variable_creator_scope(brief):
        v = tf.get_variable("v", [2, 3], tf.float64)
        w = tf.get_variable("w", initializer=np.array([1.0, 2.0]))
    assert (v.shape, v.dtype, w.shape, w.dtype) == ((2, 3), tf.float64, (2,), tf.float64)


def test_creators_are_called_innermost_first_and_for_creation_only() -> None:
    calls: list[Any] = []

    def creator(tag: str) -> Any:
        def make(next_creator: Any, **kwargs: Any) -> Any:
            calls.append((tag, kwargs["name"]))
            return next_creator(**kwargs | {"trainable": False})

        return make

    with tf.variable_creator_scope(creator("outer")), tf.variable_creator_scope(creator("inner")):
        with tf.variable_scope("s", reuse=tf.AUTO_REUSE):
            w = tf.get_variable("w", [1])
            assert tf.get_variable("w", [1]) is w
        v = tf.Variable([1.0], name="v")
    assert calls == [("inner", "s/w"), ("outer", "s/w"), ("inner", "v"), ("outer", "v")]
    assert (w.trainable, v.trainable, tf.trainable_variables()) == (False, False, [])


def test_creators_see_all_arguments_of_variable() -> None:
    seen: list[dict[str, Any]] = []

    def note(next_creator: Any, **kwargs: Any) -> Any:
        seen.append(kwargs)
        return next_creator(**kwargs)

    with tf.variable_creator_scope(note):
        tf.Variable([1.0], name="b")
        with tf.variable_scope("s", caching_device="/cpu:0"):
            w = tf.get_variable("w", [2], initializer=tf.constant_initializer(2.5), validate_shape=False)
            tf.get_variable("p", [4], partitioner=tf.fixed_size_partitioner(2))
    # recorded from TensorFlow, which adds its experimental_enable_variable_lifting
    names = {
        "initial_value", "trainable", "validate_shape", "caching_device", "name", "variable_def", "dtype",
        "import_scope", "constraint", "synchronization", "aggregation", "shape", "expected_shape", "collections",
        "use_resource",
    }  # fmt: skip
    assert [set(kwargs) for kwargs in seen] == [names] * 4
    plain, shared, *parts = seen
    assert (plain["name"], plain["dtype"], plain["validate_shape"], plain["shape"]) == ("b", None, True, None)
    assert (shared["name"], shared["dtype"], shared["shape"]) == ("s/w", tf.float32, [2])
    assert (shared["validate_shape"], shared["caching_device"]) == (False, "/cpu:0")
    assert shared["synchronization"] is tf.VariableSynchronization.AUTO
    assert shared["initial_value"]().tolist() == w.numpy().tolist() == [2.5, 2.5]
    assert [part["name"] for part in parts] == ["s/p/part_0", "s/p/part_1"]


def test_first_values_are_the_same_under_a_creator() -> None:
    tf.set_random_seed(7)
    w = tf.get_variable("w", [3, 4])
    with tf.Graph().as_default(), tf.variable_creator_scope(lambda make, **kwargs: make(**kwargs)):
        tf.set_random_seed(7)
        parts = tf.get_variable("w", [3, 4], partitioner=tf.fixed_size_partitioner(2))
        assert np.array_equal(parts, w)


def test_a_creator_may_change_what_it_passes_on() -> None:
    def rename(next_creator: Any, **kwargs: Any) -> Any:
        return next_creator(**kwargs | {"name": "ren", "dtype": "float64", "shape": [50]})

    with tf.variable_creator_scope(rename):
        v = tf.get_variable("b", [1])
    assert (v.name, v.dtype.base_dtype, tf.get_variable("ren", [2]).name) == ("ren:0", tf.float64, "ren_1:0")
    assert len(set(v.numpy())) == 50
    with tf.variable_scope("", reuse=True):
        assert tf.get_variable("b", dtype=tf.float64) is v


def test_a_subclass_is_made_directly() -> None:
    class Mine(tf.Variable):
        def __init__(self, size: int) -> None:
            super().__init__(np.ones(size), name="mine")

    with tf.variable_creator_scope(lambda make, **kwargs: None):
        assert Mine(3).shape == (3,)


# ---- initializers


def test_a_part_s_place_is_told_to_who_asks() -> None:
    places: list[Any] = []

    def asks(shape: list[int], dtype: Any, partition_info: Any) -> Any:
        places.append(partition_info and (partition_info.full_shape, partition_info.var_offset))
        return np.full(shape, len(places), dtype.as_numpy_dtype)

    tf.get_variable("w", [2], initializer=asks)
    p = tf.get_variable("p", [4], initializer=asks, partitioner=tf.fixed_size_partitioner(2))
    assert places == [None, ([4], [0]), ([4], [2])]
    assert p.numpy().tolist() == [2, 2, 3, 3]
    tf.get_variable("k", [2], initializer=lambda shape, **kwargs: np.full(shape, len(kwargs)))  # as in TF: dtype alone
    with tf.variable_scope("", reuse=True):
        assert tf.get_variable("k").numpy().tolist() == [1, 1]


# ---- stores


def test_eager_variable_store_reuses_everywhere() -> None:
    store = tf.EagerVariableStore()
    for _ in range(2):
        with store.as_default(), tf.variable_scope("s", reuse=False):
            tf.get_variable("w", [2], initializer=tf.constant_initializer(4.0))
            tf.get_variable("b", [1], trainable=False)
    assert [v.name for v in store.variables()] == ["s/b:0", "s/w:0"]
    assert [v.name for v in store.trainable_variables()] == ["s/w:0"]
    assert [v.name for v in store.non_trainable_variables()] == ["s/b:0"]
    twin = store.copy().variables()[1]
    twin.assign([5, 6])
    assert (store.variables()[1].numpy().tolist(), twin.name) == ([4.0, 4.0], "s/w:0")
    assert tf.global_variables() == []


def test_what_surrounds_an_eager_variable_store_holds_in_it() -> None:
    def creator(next_creator: Any, **kwargs: Any) -> Any:
        return next_creator(**kwargs | {"trainable": False})

    values = []
    for _ in range(2):
        tf.reset_default_graph()
        tf.set_random_seed(3)
        store = tf.EagerVariableStore()
        with tf.device("/cpu:0"), tf.variable_creator_scope(creator), store.as_default():
            w = tf.get_variable("w", [4])
        values.append(w.numpy().tolist())
    assert values[0] == values[1] == tf.get_variable("w", [4]).numpy().tolist()
    assert (w.device, w.trainable, store.copy().variables()[0].device) == ("/cpu:0", False, "/cpu:0")


def test_a_shape_in_a_list_too_many_is_a_clear_error() -> None:
    with pytest.raises(TypeError, match=r"Dimension value must be integer .* got value \[2, 3\]"):
        tf.get_variable("w", [[2, 3]])
    assert tf.global_variables() == []


# ---- scopes made by hand, and names as they stand


def test_a_scope_made_by_hand_is_entered_from_anywhere() -> None:
    hand = tf.VariableScope(tf.AUTO_REUSE, "hand/b", tf.ones_initializer(), dtype=tf.float64)
    assert (hand.name, hand.reuse, hand.original_name_scope) == ("hand/b", tf.AUTO_REUSE, "")
    with tf.variable_scope("x"), tf.variable_scope(hand) as scope:
        w = tf.get_variable("w", [1])
        assert (scope.name, scope.original_name_scope, where()[2]) == ("hand/b", "", "x/b")
    assert (w.name, w.dtype.base_dtype, w.numpy().tolist()) == ("hand/b/w:0", tf.float64, [1.0])
    assert hand.get_variable("w", [1]) is w and hand.global_variables() == [w]
    assert tf.VariableScope(None).name == "" and tf.VariableScope(False, name_scope="n/").original_name_scope == "n/"
    with tf.variable_scope(tf.VariableScope(True, "hand")):
        assert tf.get_variable("b/w", dtype=tf.float64) is w
    assert where() == ROOT


def test_a_scope_made_by_hand_outlives_its_graph() -> None:
    with tf.Graph().as_default():
        hand = tf.VariableScope(False, "hand")
    tf.reset_default_graph()
    assert (hand.name, repr(hand)) == ("hand", "<fastscope.VariableScope 'hand' reuse=False>")
    with tf.variable_scope(hand):
        assert tf.get_variable("w", [1]).graph is tf.get_default_graph()


def test_a_variable_named_by_a_name_scope_has_its_name() -> None:
    names = []
    for _ in range(2):
        with tf.name_scope("scope") as scope:
            names.append(tf.Variable(0.0, name=scope).name)
    with tf.name_scope("outer"), tf.name_scope("Scope") as scope:
        names.append(tf.Variable(0.0, name=scope).name)
    names += [tf.Variable(0.0, name=name).name for name in ("new/", "new", "scope", "outer/scope")]
    assert names == ["scope:0", "scope_1:0", "outer/Scope:0", "new:0", "new_1:0", "scope_2:0", "outer/scope_1:0"]
    tf.get_default_graph().check()
