"""explain: a variable, a scope, a tensor, a name."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

import fastscope as fs


def rows(thing: Any = None) -> dict[str, str]:
    return dict(fs.explain(thing).rows)


def test_a_variable() -> None:
    with fs.variable_scope("net"):
        w = fs.get_variable("w", [2, 3])
    fs.alias("tied/w", "net/w")
    fs.train.AdamOptimizer().apply_gradients([(np.ones((2, 3), np.float32), w)])

    class Model:
        pass

    model = Model()
    model.kernel = w  # type: ignore[attr-defined]
    for thing in (w, "net/w", "net/w:0", "tied/w"):
        assert fs.explain(thing).heading == "variable 'net/w:0', shape (2, 3), float32"
    found = rows(w)
    assert found["variable scope"] == "'net': get_variable finds it there as 'w'"
    assert found["other names"] == "tied/w"
    assert found["name scope"] == "'net'"
    assert found["defined at"].startswith("test_explaining.py:")
    assert found["trainable"] == "yes"
    assert found["collections"] == "variables, trainable_variables"
    assert found["slots"] == "net/w/Adam, net/w/Adam_1"
    assert "Model.kernel" in found["held by"]


def test_where_the_two_kinds_of_scope_differ() -> None:
    with fs.variable_scope("a"), fs.name_scope("inner"):
        w, v = fs.get_variable("w", [2]), fs.Variable(0.0, name="v")
        scope = rows()
    assert scope["name scope"] == "'a'"
    assert scope["operations go to"] == "'a/inner'"
    assert rows(w)["variable scope"].startswith("'a'")
    assert rows(w)["name scope"] == "'a'"
    assert rows(v)["name scope"] == "'a/inner'"
    assert rows(v)["sharing"].startswith("get_variable does not find it: it was made by Variable(...)")


def test_where_reuse_comes_from() -> None:
    with fs.variable_scope("a", reuse=True), fs.variable_scope("b") as b:
        assert rows()["reuse"] == "True: shares, and creates nothing; inherited from 'a'"
        assert rows(b)["open"] == "yes"
    assert rows(b)["reuse"] == "True: shares, and creates nothing"
    assert rows(b)["open"] == "no"
    with fs.variable_scope("a"), fs.variable_scope("b", reuse=fs.AUTO_REUSE):
        assert rows()["reuse"] == "AUTO_REUSE: creates what is not there, and shares what is"
        fs.get_variable("w", [2])
        assert fs.explain("a/b").heading == "variable scope 'a/b'"
    assert rows()["reuse"] == "False: creates, and shares nothing"
    assert fs.explain("a").heading == "variable scope 'a', not open"
    assert rows("a/") == {"get_variable finds": "b/w"}


def test_what_a_scope_gives() -> None:
    with fs.variable_scope("a", initializer=fs.ones_initializer(), regularizer=fs.no_regularizer):
        found = rows()
    assert found["initializer"].startswith("Ones(")
    assert found["regularizer"] == "no_regularizer"
    assert found["dtype"] == "float32"
    assert fs.explain().heading == "the root variable scope"


def test_a_graph(graph_mode: ModuleType) -> None:
    tf = graph_mode
    with tf.variable_scope("net"):
        x = tf.placeholder(tf.float32, [None, 2], name="x")
        w = tf.get_variable("w", [2, 3])
        y = tf.matmul(x, w, name="y")
    with tf.control_dependencies([w.initializer]):
        z = tf.identity(y, name="z")
    assert fs.explain(y).heading == "tensor 'net/y:0', shape (?, 3), float32"
    assert rows("net/y:0") == rows(y)
    found = rows(y)
    assert found["operation"] == "MatMul 'net/y'"
    assert found["inputs"] == "net/x:0, net/w/read:0"
    assert found["reads variables"] == "net/w"
    assert found["waits for placeholders"] == "net/x"
    assert found["feeds"] == "z"
    assert rows(z)["runs after"] == "net/w/Assign"
    assert fs.explain("z").heading == "operation 'z'"
    assert rows(w)["feeds"].startswith("net/y")


def test_text_and_table() -> None:
    with fs.variable_scope("a"):
        fs.get_variable("w", [2])
    explanation = fs.explain("a")
    assert str(explanation) == repr(explanation) == "variable scope 'a', not open\n  get_variable finds  w"
    assert "<td style='text-align:left'>w</td>" in explanation._repr_html_()


def test_many_names_are_cut() -> None:
    for k in range(12):
        fs.get_variable(f"w{k:02}", [1])
    assert rows()["get_variable finds"] == ", ".join(f"w{k:02}" for k in range(10)) + ", and 2 more"


def test_a_name_that_nothing_has() -> None:
    with fs.variable_scope("net"):
        fs.get_variable("weights", [2])
    with pytest.raises(ValueError, match=r"called 'net/weight'. Nearest names: 'net/weights'"):
        fs.explain("net/weight")


def test_what_cannot_be_explained() -> None:
    with pytest.raises(TypeError, match="explain: expected a variable.*got ndarray. What is computed at once"):
        fs.explain(np.ones(2))
