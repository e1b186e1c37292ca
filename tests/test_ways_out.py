"""The ways out that messages offer are taken, as the message has them, and lead there.

Each case is a program that fails, as lists of lines: what was there before, and the lines that fail. A way out is those
lines as the reader of the message would write them; what stands in the message is looked for in it.
"""

from __future__ import annotations

import textwrap
from typing import Any, NamedTuple

import numpy as np
import pytest

import fastscope as tf


class OwnCell(tf.nn.rnn_cell.RNNCell):
    """A cell of the user's, which makes its weight in `call`."""

    def __init__(self, weight: str = "w", twice: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.weight, self.twice = weight, twice

    state_size = output_size = 3

    def call(self, inputs: Any, state: Any) -> Any:
        w = tf.get_variable(self.weight, [inputs.shape[1], 3])
        if self.twice:
            w = tf.get_variable(self.weight, [inputs.shape[1], 3])
        output = tf.tanh(inputs @ w)
        return output, output


def twice(x: Any) -> Any:
    return x @ tf.get_variable("w", [3, 2]) @ tf.transpose(tf.get_variable("w", [3, 2]))


def once(x: Any) -> Any:
    return x @ tf.get_variable("w", [3, 2])


class Case(NamedTuple):
    before: str
    fails: str
    ways: tuple[tuple[str, str], ...]  # (words of the message, the lines in place of those that fail)


X = "x = np.ones([2, 3], np.float32)\n"
STEPS = "x = np.ones([2, 5, 3], np.float32)\n"
CELL = "tf.nn.rnn_cell.BasicLSTMCell(4)"
RUN = f"tf.nn.dynamic_rnn({CELL}, x, dtype=tf.float32)"
HALVES = "tf.fixed_size_partitioner(2)"


def in_scope(name: str, lines: str, reuse: str = "True") -> tuple[str, str]:
    """The way out: the lines, in that scope."""
    opened = f"variable_scope({name!r}, reuse={reuse})"
    return opened, f"with tf.{opened}:\n" + textwrap.indent(lines, "    ")


def reusing(lines: str) -> tuple[str, str]:
    """The way out: the scope that is open shares from here on."""
    return "scope.reuse_variables()", "scope = tf.get_variable_scope()\nscope.reuse_variables()\n" + lines


def shared(before: str, lines: str, scope: str = "") -> Case:
    """A program whose lines run twice."""
    auto = ("reuse=AUTO_REUSE", in_scope(scope, lines, "tf.AUTO_REUSE")[1])
    return Case(before + lines, lines, (in_scope(scope, lines), auto, reusing(lines)))


DENSE = "tf.layers.dense(x, 4, name='fc1')"
SHARED = DENSE[:-1] + ", reuse=True)"
EXISTS = {
    "plain": shared("", "tf.get_variable('w', [2])"),
    "a path in the name": shared("", "tf.get_variable('a/w', [2])"),
    "a layer": shared(X, DENSE),
    "a cell": shared(STEPS, RUN),
    "a cell called by hand": shared(X, f"{CELL}(x, (np.zeros([2, 4], np.float32),) * 2, 'c')"),
    "a stack of cells": shared(STEPS, RUN.replace(CELL, f"tf.nn.rnn_cell.MultiRNNCell([{CELL}, {CELL}])")),
    "a wrapped cell": shared(STEPS, RUN.replace(CELL, f"tf.nn.rnn_cell.DropoutWrapper({CELL}, 0.5)")),
    "both directions": shared(STEPS, f"tf.nn.bidirectional_dynamic_rnn({CELL}, {CELL}, x, dtype=tf.float32)"),
    "a list of steps": shared(X, f"tf.nn.static_rnn({CELL}, [x, x], dtype=tf.float32)"),
    "a cell of the user's": Case(
        STEPS + RUN.replace(CELL, "OwnCell()"),
        RUN.replace(CELL, "OwnCell()"),
        (in_scope("", RUN.replace(CELL, "OwnCell()"), "AUTO_REUSE"),),
    ),
    "a cell of the user's, by itself": Case(
        STEPS,
        RUN.replace(CELL, "OwnCell(twice=True)"),
        (in_scope("", RUN.replace(CELL, "OwnCell(twice=True)"), "AUTO_REUSE"),),
    ),
    "a template, by itself": Case(
        X,
        "tf.make_template('t', twice)(x)",
        (in_scope("", "tf.make_template('t', twice)(x)", "AUTO_REUSE"),),
    ),
    "two templates of one scope": Case(
        X + "tf.make_template('t', once, unique_name_='t')(x)",
        "tf.make_template('t', once, unique_name_='t')(x)",
        (in_scope("", "tf.make_template('t', once, unique_name_='t')(x)", "AUTO_REUSE"),),
    ),
    "partitioned": shared("", f"tf.get_variable('w', [4], partitioner={HALVES})"),
    "partitioned, the old way": shared(
        "", "tf.create_partitioned_variables([4], [2], tf.ones_initializer(), name='p')"
    ),
}

HANDED = "tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(4), x, dtype=tf.float32, scope=scope)"
OPENED = "with tf.variable_scope('s') as scope: pass\n"
CASES = EXISTS | {
    "a scope that was handed over": Case(
        STEPS + OPENED + HANDED,
        HANDED,
        (
            ("variable_scope('s', reuse=True)", f"with tf.variable_scope('s', reuse=True) as scope: pass\n{HANDED}"),
            ("scope.reuse_variables()", f"scope.reuse_variables()\n{HANDED}"),
        ),
    ),
    "a scope's own get_variable": Case(
        OPENED + "scope.get_variable('w', [1])",
        "scope.get_variable('w', [1])",
        (
            in_scope("s", "tf.get_variable('w', [1])"),
            ("scope.reuse_variables()", "scope.reuse_variables()\nscope.get_variable('w', [1])"),
        ),
    ),
    "another one": Case(
        "tf.get_variable('w', [2])",
        "tf.get_variable('w', [2])",
        (
            ("use another name or scope", "tf.get_variable('v', [2])"),
            ("use another name or scope", "with tf.variable_scope('s'): tf.get_variable('w', [2])"),
            ("reset_default_graph()", "tf.reset_default_graph()\ntf.get_variable('w', [2])"),
        ),
    ),
    "a custom getter": shared(
        "tf.get_variable_scope().set_custom_getter(lambda getter, *a, **k: getter(*a, **k))\n",
        "tf.get_variable('w', [2])",
    ),
    "in a scope of the user's": Case(
        X + f"with tf.variable_scope('m'):\n    {DENSE}",
        f"with tf.variable_scope('m'):\n    {DENSE}",
        (in_scope("m", DENSE),),
    ),
    "in a scope below a scope": Case(
        STEPS + f"with tf.variable_scope('m'), tf.variable_scope('n'):\n    {RUN}",
        f"with tf.variable_scope('m'), tf.variable_scope('n'):\n    {RUN}",
        (in_scope("m/n", RUN),),
    ),
    "in a cell of the user's that is in a scope": Case(
        STEPS + f"with tf.variable_scope('m'):\n    {RUN.replace(CELL, 'OwnCell()')}",
        f"with tf.variable_scope('m'):\n    {RUN.replace(CELL, 'OwnCell()')}",
        (in_scope("m", RUN.replace(CELL, "OwnCell()"), "AUTO_REUSE"),),
    ),
    # ---- what is not there
    "nothing to share": Case(
        "",
        in_scope("s", "tf.get_variable('w', [2])")[1],
        (
            in_scope("s", "tf.get_variable('w', [2])", "AUTO_REUSE"),
            ("without reuse=True", "with tf.variable_scope('s'): tf.get_variable('w', [2])"),
        ),
    ),
    "a layer told to share": Case(
        X,
        SHARED,
        (("give reuse=AUTO_REUSE where reuse=True was given", DENSE.replace(")", ", reuse=tf.AUTO_REUSE)")),),
    ),
    "a cell told to share": Case(
        STEPS,
        RUN.replace("(4)", "(4, reuse=True)"),
        (("give reuse=AUTO_REUSE where reuse=True was given", RUN.replace("(4)", "(4, reuse=tf.AUTO_REUSE)")),),
    ),
    "a layer in a scope that shares": Case(X, in_scope("s", DENSE)[1], (in_scope("s", DENSE, "AUTO_REUSE"),)),
    "a template that wants more": Case(
        "wanted = ['w']\ndef function():\n    for name in wanted: tf.get_variable(name, [1])\n"
        "template = tf.make_template('t', function)\ntemplate()",
        "wanted.append('v')\ntemplate()",
        (("make it in the first call of this code", "tf.make_template('t', function)()"),),
    ),
    # ---- what is there and differs
    "another shape": Case(
        "tf.get_variable('w', [2])",
        in_scope("", "tf.get_variable('w', [3])")[1],
        (
            ("Leave the shape out", in_scope("", "tf.get_variable('w')")[1]),
            ("use another name", "tf.get_variable('v', [3])"),
        ),
    ),
    "a layer of another size": Case(
        X + DENSE,
        SHARED.replace("4", "5"),
        (
            ("Give inputs and sizes as they were there", SHARED),
            ("use another name", DENSE.replace("fc1", "fc2").replace("4", "5")),
        ),
    ),
    "another dtype": Case(
        "tf.get_variable('w', [2], tf.float64)",
        in_scope("", "tf.get_variable('w', [2])")[1],
        (("Ask for dtype=float64", in_scope("", "tf.get_variable('w', [2], dtype=tf.float64)")[1]),),
    ),
    "a layer of another dtype": Case(
        X + DENSE + "\nx = x.astype(float)",
        SHARED,
        (
            (
                "tf.cast(x, tf.float32)",
                SHARED.replace("x,", "tf.cast(x, tf.float32),"),
            ),
        ),
    ),
    # ---- partitions
    "cut otherwise": Case(
        f"tf.get_variable('w', [4], partitioner={HALVES})",
        in_scope("", "tf.get_variable('w', [4], partitioner=tf.fixed_size_partitioner(4))")[1],
        (
            (
                "Give a partitioner that returns [2]",
                in_scope("", "tf.get_variable('w', [4], partitioner=lambda **_: [2])", "tf.AUTO_REUSE")[1],
            ),
            ("or none at all, in a scope with reuse=True", in_scope("", "tf.get_variable('w', [4])")[1]),
        ),
    ),
    "asked for whole": Case(
        f"tf.get_variable('w', [4], partitioner={HALVES})",
        in_scope("", "tf.get_variable('w', [4])", "tf.AUTO_REUSE")[1],
        (
            (
                "give a partitioner that returns [2]",
                in_scope("", "tf.get_variable('w', [4], partitioner=lambda **_: [2])", "tf.AUTO_REUSE")[1],
            ),
            ("ask for it in a scope with reuse=True", in_scope("", "tf.get_variable('w', [4])")[1]),
        ),
    ),
    "asked for in parts": Case(
        f"tf.get_variable('w', [4])\nscope = tf.VariableScope(True, partitioner={HALVES})",
        "with tf.variable_scope(scope): tf.get_variable('w', [4])",
        (
            ("leave the partitioner out", in_scope("", "tf.get_variable('w', [4])")[1]),
            (
                "call scope.set_partitioner(None) first",
                "scope.set_partitioner(None)\nwith tf.variable_scope(scope): tf.get_variable('w', [4])",
            ),
        ),
    ),
    # ---- making one
    "no whole shape": Case(
        "",
        "tf.get_variable('w', [None, 2])",
        (
            ("Pass shape=[...] with a number for each dimension", "tf.get_variable('w', shape=[3, 2])"),
            ("pass the value itself as initializer", "tf.get_variable('w', initializer=np.ones([3, 2], np.float32))"),
        ),
    ),
    "a value and a shape": Case(
        "value = np.zeros(3)",
        "tf.get_variable('w', [3], initializer=value)",
        (
            ("leave the shape out", "tf.get_variable('w', initializer=value)"),
            (
                "initializer=constant_initializer(value)",
                "tf.get_variable('w', [3], initializer=tf.constant_initializer(value))",
            ),
        ),
    ),
    "a blank in the name": Case(
        "", "tf.get_variable('my w', [2])", (("Write 'my_w'", "tf.get_variable('my_w', [2])"),)
    ),
    "a name that begins with an underscore": Case(
        "", "tf.Variable(1.0, name='_w')", (("Write 'w'", "tf.Variable(1.0, name='w')"),)
    ),
    "an initializer without a shape": Case(
        "",
        "tf.Variable(tf.zeros_initializer())",
        (
            ("Pass shape=[...]", "tf.Variable(tf.zeros_initializer(), shape=[2, 3])"),
            ("initializer([2, 3])", "tf.Variable(tf.zeros_initializer()([2, 3]))"),
        ),
    ),
    "a name taken as it stands": Case(
        "tf.Variable(1.0, name='a/')",
        "tf.Variable(1.0, name='a/')",
        (("write name='a'", "tf.Variable(1.0, name='a')"),),
    ),
    "written by an operator": Case(
        "w, g = tf.Variable([1.0], name='w'), np.ones(1, np.float32)",
        "w -= 0.1 * g",
        (("v.assign_sub(...)", "w.assign_sub(0.1 * g)"), ("v = v - ...", "w = w - 0.1 * g")),
    ),
    "written by another operator": Case(
        "w = tf.Variable([1.0], name='w')",
        "w *= 2",
        (("v.assign(v * ...)", "w.assign(w * 2)"), ("v = v * ...", "w = w * 2")),
    ),
    "written by an item": Case(
        "w = tf.Variable([1.0], name='w')",
        "w[0] = 5",
        (("v.assign(value)", "w.assign([5])"), ("v.array[index] = value", "w.array[0] = 5\nassert w.numpy()[0] == 5")),
    ),
    "filled": Case(
        "w = tf.Variable([1.0], name='w')",
        "w.fill(5)",
        (("v.array.fill", "w.array.fill(5)\nassert w.numpy()[0] == 5"),),
    ),
    "nothing of a new one is known": Case(
        "",
        "tf.get_variable('w')",
        (
            ("get_variable(name, shape=[...])", "tf.get_variable('w', shape=[2])"),
            ("pass an initial value as initializer", "tf.get_variable('w', initializer=[1.0])"),
        ),
    ),
    "a value of another dtype": Case(
        "value = np.zeros(3)",
        "tf.get_variable('w', dtype=tf.float32, initializer=value)",
        (
            ("leave dtype out", "tf.get_variable('w', initializer=value)"),
            ("value.astype('float32')", "tf.get_variable('w', dtype=tf.float32, initializer=value.astype('float32'))"),
        ),
    ),
    "no default for the dtype": Case(
        "",
        "tf.get_variable('w', [2], tf.complex64)",
        (
            (
                "pass initializer=tf.zeros_initializer()",
                "tf.get_variable('w', [2], tf.complex64, initializer=tf.zeros_initializer())",
            ),
        ),
    ),
    "a default name that shares": Case(
        "with tf.variable_scope('s'): tf.get_variable('w', [1])",
        "with tf.variable_scope(None, 's', reuse=True): tf.get_variable('w', [1])",
        (("Give the scope a name", "with tf.variable_scope('s', reuse=True): tf.get_variable('w', [1])"),),
    ),
    "a scope without a name": Case(
        "",
        "with tf.variable_scope(None): tf.get_variable('w', [1])",
        (("write variable_scope('name')", "with tf.variable_scope('name'): tf.get_variable('w', [1])"),),
    ),
    "a scope that is open": Case(
        "block = tf.variable_scope('a')",
        "with block, block: pass",
        (
            (
                "make a new one to open the name again",
                "with block, tf.variable_scope('a'): tf.get_variable('w', [1])",
            ),
        ),
    ),
    "a global step that is there": Case(
        "tf.train.create_global_step()",
        "tf.train.create_global_step()",
        (("get_or_create_global_step()", "tf.train.get_or_create_global_step()"),),
    ),
    "a regularizer that is a number": Case(
        "",
        "tf.get_variable('w', [1], regularizer=0.1)",
        (
            (
                "l2_regularizer(0.1)",
                "tf.get_variable('w', [1], regularizer=tf.contrib.layers.l2_regularizer(0.1))",
            ),
        ),
    ),
    "iterated": Case(
        "w = tf.Variable([1.0, 2.0])",
        "list(w)",
        (("variable.array", "list(w.array)"), ("tf.unstack(variable)", "tf.unstack(w)")),
    ),
    "pickled": Case(
        "import pickle\nw = tf.Variable([1.0, 2.0])",
        "pickle.dumps(w)",
        (("variable.numpy()", "pickle.dumps(w.numpy())"),),
    ),
    "a tree of what is not there": Case(
        "tf.get_variable('model/rnn/w', [1])",
        "tf.tree('model/rnm')",
        (("'model/rnn', ", "tf.tree('model/rnn')"),),
    ),
    "a template that makes a Variable": Case(
        "",
        "t = tf.make_template('t', lambda: tf.Variable([1.0], name='v'))\nt(), t()",
        (
            (
                "you meant tf.get_variable",
                "t = tf.make_template('t', lambda: tf.get_variable('v', initializer=[1.0]))\nt(), t()",
            ),
        ),
    ),
    "a wrong argument": Case(
        "",
        "tf.get_variable('w', [2], init=tf.ones_initializer())",
        (("Did you mean 'initializer'", "tf.get_variable('w', [2], initializer=tf.ones_initializer())"),),
    ),
    "an unknown initializer": Case(
        "",
        "tf.get_variable('w', [2], initializer='oness')",
        (("Did you mean 'ones'", "tf.get_variable('w', [2], initializer='ones')"),),
    ),
}


def ways_of(cases: dict[str, Case]) -> Any:
    """A parametrization: each way out of each case."""
    ways = [(name, way) for name, case in cases.items() for way in range(len(case.ways))]
    return pytest.mark.parametrize(("case", "way"), [(cases[n], k) for n, k in ways], ids=[f"{n} {k}" for n, k in ways])


def follow(case: Case, way: int) -> None:
    """Run into the error, look for the words, and take the way out."""
    words, lines = case.ways[way]
    space = {"tf": tf, "np": np, "OwnCell": OwnCell, "twice": twice, "once": once, "AUTO_REUSE": tf.AUTO_REUSE}
    exec(case.before, space)
    made = len(tf.global_variables())
    with pytest.raises((ValueError, TypeError, AttributeError, RuntimeError, OverflowError)) as caught:
        exec(case.fails, space)
    assert words in str(caught.value)
    if not made:
        tf.reset_default_graph()
    exec(lines, space)


@ways_of(CASES)
def test_the_way_out_leads_there(case: Case, way: int) -> None:
    follow(case, way)
    assert tf.global_variables()
