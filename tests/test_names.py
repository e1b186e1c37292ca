"""Names that are not there: what the message says to write is there, and gives what TensorFlow's name gave."""

from __future__ import annotations

import re
import subprocess
import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import fastscope as tf
from fastscope.errors.instead import IN_A_GRAPH, INSTEAD
from fastscope.errors.names import what_to_write


def found(root: Any, path: str) -> Any:
    for part in path.split("."):
        root = getattr(root, part)
    return root


@pytest.mark.parametrize("graph", [False, True])
@pytest.mark.parametrize("name", INSTEAD)
def test_what_to_write_is_there(name: str, graph: bool) -> None:
    if graph:
        tf.disable_eager_execution()
    text = what_to_write(name) or ""
    if graph:  # what computes at once is for values, and not for tensors
        plain = text.replace("np.show_config", "")
        for_values = re.search(r"tf\.py_func|feed what it gives|what session\.run", plain)
        assert for_values or not re.search(r"\b(np|scipy|cupy)\.|\b(float|int|open)\(|\.(mean|var)\(", plain)
    for root, path in re.findall(r"\b(tf|np)\.([A-Za-z_][\w.]*\w)", text):
        found({"tf": tf, "np": np}[root], path)
    assert not text.endswith(".") and text.count("(") == text.count(")")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mul", "Write tf.multiply(x, y), or x * y."),
        ("keras", "Write tf.layers.dense and tf.nn.rnn_cell, which are here, or Keras itself"),
        ("contrib.learn.Estimator", "Write a loop over batches"),
        ("scalar_summary", "Write tf.summary.scalar(name, tensor)."),
        ("relu", "Did you mean tf.nn.relu?"),
        ("AdamOptimizer", "Did you mean tf.train.AdamOptimizer?"),
        ("nn.get_variable", "Did you mean tf.get_variable?"),
        ("nn.BasicLSTMCell", "Did you mean tf.nn.rnn_cell.BasicLSTMCell?"),
        ("layers.dens", "Did you mean 'dense'?"),
        ("losses.get_loses", "Did you mean 'get_losses'?"),
        ("vjp.dens", "Did you mean 'dense'?"),
        ("errors.NotFoundErro", "Did you mean 'NotFoundError'?"),
        ("checkpoint.load_chekpoint", "Did you mean 'load_checkpoint'?"),
        ("nothing_like_it", "has no attribute 'nothing_like_it'. fastscope is"),
    ],
)
def test_a_message_says_what_to_write(name: str, words: str) -> None:
    with pytest.raises(AttributeError) as caught:
        found(tf, name)
    assert words in str(caught.value)


def test_a_name_stands_for_those_below_it() -> None:
    assert what_to_write("keras.layers.Dense") == INSTEAD["keras"]
    assert what_to_write("contrib.learn.Estimator") == INSTEAD["contrib.learn"] != what_to_write("contrib.eager")
    assert what_to_write("get_variable") is None


MODULES = (
    "nn nn.rnn_cell train layers losses initializers contrib contrib.rnn contrib.layers contrib.framework config "
    "config.threading vjp checkpoint errors"
)


@pytest.mark.parametrize("path", ["", *MODULES.split()])
def test_dir_is_all(path: str) -> None:
    module = found(tf, path) if path else tf
    assert isinstance(module, ModuleType) and dir(module) == sorted(module.__all__)


def test_graph_mode_s_face_hints_as_well() -> None:
    program = """
import fastscope.compat.v1 as tf
assert {name for name in vars(tf) if not name.startswith("_")} - set(tf.__all__) <= {"TYPE_CHECKING"}, "add to __all__"
assert dir(tf) == sorted(set(tf.__all__))
for name in ("mul", "placeholdr", "relu"):
    try:
        getattr(tf, name)
    except AttributeError as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "module 'fastscope.compat.v1' has no attribute 'mul'. Write tf.multiply(x, y), or x * y.",
        "module 'fastscope.compat.v1' has no attribute 'placeholdr'. Did you mean 'placeholder'?",
        "module 'fastscope.compat.v1' has no attribute 'relu'. Did you mean tf.nn.relu?",
    ]


def test_what_is_there_by_now_has_no_advice_for_graphs() -> None:
    assert not IN_A_GRAPH.keys() - INSTEAD.keys(), "take these out of IN_A_GRAPH"


TRIED = ["GradientTape"]


def expression(text: str) -> str:
    """The longest beginning of a text that is one."""
    for end in (match.end() for match in reversed(list(re.finditer(r"[)\]]", text)))):
        try:
            compile(text[:end], "advice", "eval")
            return text[:end]
        except SyntaxError:
            continue
    raise AssertionError(text)


@pytest.mark.parametrize("name", TRIED)
def test_what_to_write_works_with_tensors(name: str, graph_mode: Any) -> None:
    tf = graph_mode
    weight = tf.Variable([2.0])
    scope = {"tf": tf, "np": np, "variables": [weight], "loss": tf.nn.l2_loss(weight)}
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run(eval(expression(IN_A_GRAPH[name]), scope)) is not None


def test_messages_of_variables_are_of_the_mode(graph_mode: Any) -> None:
    v = graph_mode.Variable([1.0, 2.0])
    for wrong in (lambda: list(v), lambda: v.__setitem__(0, 1.0), lambda: v.fill(0)):
        with pytest.raises((TypeError, AttributeError)) as caught:
            wrong()
        assert ".array" not in str(caught.value)
    part, _ = graph_mode.unstack(v)
    with graph_mode.Session() as session:
        session.run(v.initializer)
        assert session.run(part) == 1.0
        session.run(v[0].assign(5.0))
        assert session.run(v).tolist() == [5.0, 2.0]


# What is to be written, against what TensorFlow 1.15 computes for these arguments.
X = np.float32([[-1.5, 0.25, 3.0], [0.5, -2.0, 1.0]])
Y = np.float32([[2.0, -0.5, 4.0], [1.5, 0.75, -3.0]])
VALUES: dict[str, list[Any]] = {
    "nn.elu": [[-0.7768698, 0.25, 3.0], [0.5, -0.86466473, 1.0]],
    "nn.softplus": [[0.20141329, 0.8259394, 3.0485873], [0.974077, 0.12692805, 1.3132616]],
    "nn.softsign": [[-0.6, 0.2, 0.75], [0.33333334, -0.6666667, 0.5]],
    "nn.relu6": [[0.0, 0.25, 3.0], [0.5, 0.0, 1.0]],
    "nn.selu": [[-1.3658142, 0.26267526, 3.152103], [0.5253505, -1.5201665, 1.050701]],
    "nn.crelu": [[0.0, 0.25, 3.0, 1.5, 0.0, 0.0], [0.5, 0.0, 1.0, 0.0, 2.0, 0.0]],
    "log_sigmoid": [[-1.7014133, -0.57593936, -0.04858735], [-0.474077, -2.126928, -0.3132617]],
    "truncatemod": [[-1.5, 0.25, 3.0], [0.5, -0.5, 1.0]],
    "mod": [[0.5, -0.25, 3.0], [0.5, 0.25, -2.0]],
    "floordiv": [[-1.0, -1.0, 0.0], [0.0, -3.0, -1.0]],
    "squared_difference": [[12.25, 0.5625, 1.0], [1.0, 7.5625, 16.0]],
    "rint": [[-2.0, 0.0, 3.0], [0.0, -2.0, 1.0]],
}


@pytest.mark.parametrize("name", VALUES)
def test_what_to_write_gives_what_tensorflow_gives(name: str) -> None:
    here = f"tf.{name}(x, y)" if name in ("mod", "floordiv", "truncatemod", "squared_difference") else f"tf.{name}(x)"
    written = INSTEAD.get(name, here)
    np.testing.assert_allclose(eval(written, {"tf": tf, "np": np, "x": X, "y": Y}), VALUES[name], rtol=2e-6)


def test_the_old_order_of_split() -> None:
    with pytest.raises(TypeError, match=r"what was tf\.split\(axis, num, value\) is tf\.split\(value, num, axis\)"):
        tf.split(0, 2, X)  # type: ignore[arg-type]
    assert len(tf.split(X, 2, 0)) == 2
