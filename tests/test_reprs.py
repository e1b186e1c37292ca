"""A repr says what a thing is, whatever state it is in, and never raises."""

from __future__ import annotations

import dataclasses
import sys
from typing import Any

import pytest

import fastscope as tf


class OwnCell(tf.nn.rnn_cell.RNNCell):
    """A cell that says no sizes and does not call the constructor."""

    def __init__(self) -> None:
        pass


class OwnOptimizer(tf.train.Optimizer):
    pass


def l2(scale: float) -> Any:
    return tf.contrib.layers.l2_regularizer(scale)


CELLS = tf.nn.rnn_cell


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: tf.AUTO_REUSE, "<_ReuseMode.AUTO_REUSE: 1>"),  # TensorFlow's
        (lambda: tf.variable_scope("a"), "<fastscope.variable_scope 'a' not entered yet>"),
        (lambda: tf.variable_scope(None, "a"), "<fastscope.variable_scope 'a' not entered yet>"),
        (
            lambda: tf.variable_scope(tf.get_variable_scope()),
            "<fastscope.variable_scope <fastscope.VariableScope '' reu",
        ),
        (lambda: tf.variable_scope("a").__enter__(), "<fastscope.VariableScope 'a' reuse=False>"),
        (lambda: tf.VariableScope(True, "a"), "<fastscope.VariableScope 'a' reuse=True>"),
        (lambda: tf.name_scope("a"), "<fastscope.name_scope 'a'>"),
        (lambda: tf.name_scope(None), "<fastscope.name_scope None>"),
        (lambda: tf.get_default_graph(), "<fastscope.Graph of 1 variables, default>"),
        (lambda: tf.Graph(), "<fastscope.Graph of 0 variables, not the default one>"),
        (lambda: tf.EagerVariableStore(), "<fastscope.EagerVariableStore of 0 variables>"),
        (lambda: tf.Session(), "<fastscope.Session on <fastscope.Graph of 1 variables, default>>"),
        (lambda: tf.train.Saver(), "<fastscope.train.Saver of 1 tensors>"),
        (
            lambda: tf.train.AdamOptimizer(0.5),
            "<fastscope.AdamOptimizer 'Adam' learning_rate=0.5 slots of 0 variables>",
        ),
        (lambda: OwnOptimizer(False, "own"), "<fastscope.OwnOptimizer 'own' learning_rate=None slots of 0 variables>"),
        (lambda: CELLS.GRUCell(3), "<GRUCell name='gru_cell' output_size=3 scope_name=None>"),
        (lambda: OwnCell(), "<OwnCell name='own_cell' scope_name=None>"),
        (
            lambda: CELLS.MultiRNNCell([CELLS.DropoutWrapper(CELLS.GRUCell(3, name="g"))]),
            "<MultiRNNCell _cells=[<DropoutWrapper cell=<GRUCell name='g' output_size=3 scope_name=None>>]>",
        ),
        (lambda: l2(0.5), "l2_regularizer(0.5)"),
        (lambda: tf.contrib.layers.l1_regularizer(0.0), "l1_regularizer(0.0)"),
        (lambda: tf.contrib.layers.l1_l2_regularizer(0.5, 0.25), "l1_l2_regularizer(0.5, 0.25)"),
        (lambda: tf.contrib.layers.sum_regularizer([l2(0.5), None]), "sum_regularizer([l2_regularizer(0.5)])"),
        (lambda: tf.make_template("t", l2), "<fastscope.Template 't' of l2 not called yet>"),
        (lambda: tf.make_template("t", l2, create_scope_now_=True), "<fastscope.Template 't' of l2 scope='t'>"),
    ],
)
def test_a_repr(make: Any, told: str) -> None:
    tf.get_variable("w", [1])
    assert repr(make()).startswith(told)
    tf.reset_default_graph()


def test_a_repr_of_what_was_left_or_used() -> None:
    w = tf.get_variable("w", [2], initializer=tf.ones_initializer())
    optimizer = tf.train.MomentumOptimizer(0.5, 0.9)
    optimizer.apply_gradients([(tf.ones([2]), w)])
    assert "slots of 1 variables" in repr(optimizer)
    with tf.Session() as session, tf.name_scope("a"):
        assert "on <fastscope.Graph of 2 variables, default>" in repr(session)
    assert repr(session) == "<fastscope.Session closed>"
    with tf.variable_scope("a") as scope, tf.name_scope("b") as opened:
        block = tf.name_scope("c")
        block.__enter__()
        assert (opened, repr(block)) == ("a_1/b/", "<fastscope.name_scope 'c' open>")
        block.__exit__(None, None, None)
    assert (repr(scope), repr(block)) == ("<fastscope.VariableScope 'a' reuse=False>", "<fastscope.name_scope 'c'>")


def kinds() -> list[type]:
    """The classes of the library that say how they are shown."""
    found: dict[str, type] = {}
    for name, module in sorted(sys.modules.items()):
        if name.partition(".")[0] == "fastscope":
            found |= {f"{kind.__module__}.{kind.__qualname__}": kind for kind in vars(module).values() if told(kind)}
    return list(found.values())


def told(kind: Any) -> bool:
    return isinstance(kind, type) and kind.__module__.startswith("fastscope.") and "__repr__" in vars(kind)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_what_was_not_set_up_is_shown(kind: type) -> None:
    if dataclasses.is_dataclass(kind) or issubclass(kind, tuple):
        pytest.skip("is whole as soon as it is there")
    try:
        made = kind.__new__(kind)
    except TypeError:
        pytest.skip("is whole as soon as it is there")
    assert repr(made) or kind.__name__ == "Message"  # an empty one is empty text, as TensorFlow's is
