"""Programs that go wrong, one or more for each message about scopes, variables and sessions; test_errors.py runs them.

A program is written as a user would write it, and says which function of fastscope.errors answers, with which type,
how the message begins and what else is in it.
"""

from __future__ import annotations

import copy
import pickle
import sys
import types
from collections.abc import Callable
from typing import Any, NamedTuple
from unittest import mock

import numpy as np

import fastscope as tf
from fastscope import _store


class Program(NamedTuple):
    message: str
    error: type[BaseException]
    opening: str
    parts: tuple[str, ...]
    run: Callable[[], Any]


PROGRAMS: list[Program] = []


def provokes(message: str, error: type[BaseException], opening: str, *parts: str) -> Callable[..., None]:
    def note(run: Callable[[], Any]) -> None:
        PROGRAMS.append(Program(message, error, opening, parts, run))

    return note


# ---- files


@provokes("files.of_system", tf.errors.NotFoundError, "/no/such/file; No such file or directory")
def _() -> None:
    tf.gfile.Remove("/no/such/file")


# ---- sharing


@provokes(
    "scoping.already_exists",
    ValueError,
    "Variable rnn/w already exists, disallowed. Did you mean to set reuse=True or reuse=tf.AUTO_REUSE in VarScope?",
    "error_programs.py", ", in define", 'w = tf.get_variable("w", [2, 3])',
    "variable_scope('rnn', reuse=True)", "scope.reuse_variables()", "reset_default_graph()",
)  # fmt: skip
def _() -> None:
    def define() -> None:
        w = tf.get_variable("w", [2, 3])
        assert w.name == "rnn/w:0"

    with tf.variable_scope("rnn"):
        define()
        define()


@provokes("scoping.already_exists", ValueError, "Variable w already exists", "variable_scope('', reuse=True)")
def _() -> None:
    tf.get_variable("w", [1])
    tf.get_variable("w", [1])


@provokes(
    "scoping.does_not_exist",
    ValueError,
    "Variable rnn/kernels does not exist, or was not created with tf.get_variable(). Did you mean to set "
    "reuse=tf.AUTO_REUSE in VarScope?",
    "Scope 'rnn' holds: 'bias', 'kernel'.", "Nearest names: 'rnn/kernel'", "reuse=AUTO_REUSE",
)  # fmt: skip
def _() -> None:
    with tf.variable_scope("rnn") as scope:
        tf.get_variable("kernel", [2])
        tf.get_variable("bias", [2])
        scope.reuse_variables()
        tf.get_variable("kernels")


@provokes(
    "scoping.does_not_exist",
    ValueError,
    "Variable rnn/b does not exist, or was not created with tf.get_variable()",
    "There is a variable of this name, made by Variable(...)", "get_variable('b', ...)", 'tf.Variable([0.5], name="b")',
    "Scope 'rnn' holds no shared variable.",
)  # fmt: skip
def _() -> None:
    with tf.variable_scope("rnn") as scope:
        tf.Variable([0.5], name="b")
        scope.reuse_variables()
        tf.get_variable("b")


@provokes("scoping.does_not_exist", ValueError, "Variable w does not exist", "The root scope holds: 'a/w'.")
def _() -> None:
    with tf.variable_scope("a"):
        tf.get_variable("w", [1])
    with tf.variable_scope("", reuse=True):
        tf.get_variable("w")


@provokes("scoping.does_not_exist", ValueError, "Variable s/other does not exist", "'v00'", "'v09', and 3 more.")
def _() -> None:
    with tf.variable_scope("s") as scope:
        for k in range(13):
            tf.get_variable(f"v{k:02}", [1])
        scope.reuse_variables()
        tf.get_variable("other")


@provokes("scoping.does_not_exist", ValueError, "PartitionedVariable w does not exist", "reuse=False or",
          "The root scope holds: 'p', 'v'.")  # fmt: skip
def _() -> None:
    tf.get_variable("v", [4])
    with tf.variable_scope("", partitioner=tf.fixed_size_partitioner(2)) as scope:
        tf.get_variable("p", [4])
        scope.reuse_variables()
        tf.get_variable("w", [4])


@provokes("scoping.does_not_exist", ValueError, "Variable b does not exist", "made by Variable(...)", "error_programs")
def _() -> None:
    tf.Variable([0.5], name="b", collections=[])
    with tf.variable_scope("", reuse=True):
        tf.get_variable("b")


@provokes("scoping.does_not_exist", ValueError, "Variable b does not exist", "made by Variable(...)", "error_programs")
def _() -> None:
    tf.Variable([0.5], name="b", collections=[tf.GraphKeys.LOCAL_VARIABLES], trainable=False)
    with tf.variable_scope("", reuse=True):
        tf.get_variable("b")


@provokes(
    "scoping.shape_differs",
    ValueError,
    "Trying to share variable w, but specified shape (3, 2) and found shape (2, 3).",
    "error_programs.py", 'tf.get_variable("w", [2, 3])', "Leave the shape out",
)  # fmt: skip
def _() -> None:
    tf.get_variable("w", [2, 3])
    with tf.variable_scope("", reuse=True):
        tf.get_variable("w", [3, 2])


@provokes(
    "scoping.dtype_differs",
    ValueError,
    "Trying to share variable n, but specified dtype float32 and found dtype int32_ref.",
    "Ask for dtype=int32 (no dtype was given, so the scope's float32 was taken)",
)
def _() -> None:
    tf.get_variable("n", [2], tf.int32)
    with tf.variable_scope("", reuse=True):
        tf.get_variable("n", [2])


@provokes(
    "scoping.dtype_differs",
    ValueError,
    "Trying to share variable n, but specified dtype float64 and found dtype float32.",
    "Ask for dtype=float32, or",
)
def _() -> None:
    tf.get_variable("n", [2], use_resource=True)
    with tf.variable_scope("", reuse=True):
        tf.get_variable("n", [2], tf.float64)


# ---- arguments of scopes


@provokes("scoping.bad_scope_name", ValueError, "'_x' is not a valid root scope name. A root scope name has to match")
def _() -> None:
    tf.name_scope("_x").__enter__()


@provokes("scoping.bad_scope_name", ValueError, "'b c' is not a valid scope name. A scope name has to match")
def _() -> None:
    with tf.variable_scope("a"):
        tf.variable_scope("b c").__enter__()


@provokes("scoping.bad_scope_name", ValueError, "'w:0' is not a valid root scope name. A variable has to have one",
          "Write 'w_0', for example.")  # fmt: skip
def _() -> None:
    tf.get_variable("w:0", [1])


@provokes("scoping.bad_scope_name", ValueError, "'my w' is not a valid scope name. A variable has to have one",
          "Write 'my_w', for example.")  # fmt: skip
def _() -> None:
    with tf.name_scope("a"):
        tf.Variable([1.0], name="my w")


@provokes("scoping.bad_reuse", ValueError, "The reuse parameter must be True or False or None.", "AUTO_REUSE", "Got 1")
def _() -> None:
    tf.variable_scope("a", reuse=1)  # type: ignore[arg-type]


@provokes("scoping.reuse_without_name", ValueError, "reuse=True cannot be used without a name_or_scope", "Give the")
def _() -> None:
    tf.variable_scope(None, "x", reuse=tf.AUTO_REUSE).__enter__()


@provokes("scoping.no_scope_name", TypeError, "If default_name is None then name_or_scope is required", "('name')")
def _() -> None:
    tf.variable_scope(None)


@provokes("scoping.bad_scope_type", TypeError, "VariableScope: name_or_scope must be a string or VariableScope.", "int")
def _() -> None:
    tf.variable_scope(7).__enter__()  # type: ignore[arg-type]


@provokes("scoping.bad_auxiliary", TypeError, "The auxiliary_name_scope must be `True` or `False`, while get 2")
def _() -> None:
    tf.variable_scope("a", auxiliary_name_scope=2)  # type: ignore[arg-type]


@provokes("scoping.no_name_or_default", ValueError, "At least one of name (None) and default_name (None) must be")
def _() -> None:
    tf.name_scope(None, None, [1]).__enter__()


@provokes("scoping.default_name_not_str", TypeError, "`default_name` type (<class 'list'>) is not a string type.")
def _() -> None:
    tf.name_scope("a", [1])  # type: ignore[arg-type]


@provokes("scoping.name_not_str", TypeError, "expected string or bytes-like object, got 'int'", "not 3")
def _() -> None:
    tf.name_scope(3).__enter__()  # type: ignore[arg-type]


@provokes(
    "scoping.use_variable_scope", TypeError, "This VariableScope was set up already.", "VariableScope(reuse, name)"
)
def _() -> None:
    tf.get_variable_scope().__init__(False, "a")  # type: ignore[misc]


@provokes("scoping.bad_reuse", ValueError, "The reuse parameter must be True or False or None.", "Got 'a'")
def _() -> None:
    tf.VariableScope("a")  # type: ignore[arg-type]


@provokes("scoping.bad_scope_type", TypeError, "VariableScope: name_or_scope must be a string or VariableScope.", "7")
def _() -> None:
    tf.VariableScope(None, 7)  # type: ignore[arg-type]


@provokes("scoping.not_entered", RuntimeError, "this variable_scope was not entered yet", "with variable_scope(...) as")
def _() -> Any:
    return tf.variable_scope("a").name  # type: ignore[attr-defined]


# ---- nesting


@provokes(
    "scoping.improper_nesting",
    RuntimeError,
    "Improper nesting of variable_scope. variable_scope('a') was left while variable_scope(",
    "b') was still open inside it", "suspended generator", "All of them are closed now.",
)  # fmt: skip
def _() -> None:
    outer, inner = tf.variable_scope("a"), tf.variable_scope("b")
    outer.__enter__(), inner.__enter__()
    outer.__exit__(None, None, None)


@provokes("scoping.improper_nesting", RuntimeError, "Improper nesting of scope. name_scope('a') was left while")
def _() -> None:
    outer, inner = tf.name_scope("a"), tf.device("/cpu:0")
    outer.__enter__(), inner.__enter__()
    outer.__exit__(None, None, None)


@provokes("scoping.never_at_rest", RuntimeError, "A block could not be entered: each of 100 times, code that ran")
def _() -> None:
    opened = []

    def change(environment: Any) -> Any:
        opened.append(tf.variable_scope("left_open"))
        opened[-1].__enter__()
        return environment

    try:
        with _store.SettingScope(change):
            pass
    finally:
        for block in reversed(opened):
            block.__exit__(None, None, None)


@provokes(
    "scoping.no_graph_given", TypeError, "this Forgetful has no graph: its __init__ has to call the inherited one"
)
def _() -> None:
    class Forgetful(_store.GraphScope):
        def __init__(self) -> None:
            pass

    Forgetful().__enter__()


@provokes("scoping.entered_twice", RuntimeError, "Improper nesting of variable_scope. This very object is open")
def _() -> None:
    block = tf.variable_scope("a")
    with block, block:
        pass


# ---- graphs


@provokes("scoping.graph_finalized", RuntimeError, "Graph is finalized and cannot be modified.")
def _() -> None:
    tf.get_default_graph().finalize()
    tf.get_variable("w", [1])


@provokes("scoping.reset_in_graph", AssertionError, "Do not use tf.reset_default_graph() to clear nested graphs.")
def _() -> None:
    with tf.Graph().as_default():
        tf.reset_default_graph()


@provokes("scoping.graph_is_gone", ReferenceError, "the graph of variable w:0 was reset or dropped")
def _() -> Any:
    w = tf.get_variable("w", [1])
    tf.reset_default_graph()
    return w.graph


@provokes("scoping.collection_not_list", TypeError, "names of collections are str or an iterable of str; got 3")
def _() -> None:
    tf.add_to_collections(3, "x")


@provokes(
    "scoping.step_not_an_integer",
    TypeError,
    "Existing \"global_step\" does not have integer type: <dtype: 'float32_ref'>.",
    "another name, or the dtype tf.int64",
)
def _() -> None:
    tf.get_variable("global_step", [])
    tf.train.get_global_step()


@provokes("scoping.step_not_a_scalar", TypeError, 'Existing "global_step" is not scalar: (1,).', "or the shape []")
def _() -> None:
    tf.get_variable("global_step", [1], tf.int64)
    tf.train.get_or_create_global_step()


@provokes("scoping.no_global_step", ValueError, "the collection GLOBAL_STEP holds more than one variable")
def _() -> None:
    for _ in range(2):
        tf.add_to_collection(tf.GraphKeys.GLOBAL_STEP, tf.Variable(0))
    tf.train.get_global_step()


@provokes("scoping.global_step_exists", ValueError, '"global_step" already exists.', "get_or_create_global_step()")
def _() -> None:
    tf.train.create_global_step()
    tf.train.create_global_step()


@provokes("names.no_such_name", AttributeError, "module 'fastscope' has no attribute 'variable_scop'.",
          "Did you mean 'variable_scope'?", "docs/porting.md lists")  # fmt: skip
def _() -> Any:
    return tf.variable_scop  # type: ignore[attr-defined]


# ---- templates


@provokes("scoping.template_name_none", ValueError, "name cannot be None.")
def _() -> None:
    tf.make_template(None, lambda: None)  # type: ignore[arg-type]


@provokes(
    "scoping.template_variables",
    ValueError,
    "Trainable variable created when calling a template after the first time, perhaps you used tf.Variable when",
    "t_1/v", "originally defined at:", "error_programs.py",
)  # fmt: skip
def _() -> None:
    template = tf.make_template("t", lambda: tf.Variable([1.0], name="v"))
    template()
    template()


# ---- pickling


@provokes("scoping.not_picklable", TypeError, "cannot pickle 'Variable' object: it belongs to a graph.", "train.Saver")
def _() -> None:
    pickle.dumps(tf.Variable([1.0]))


@provokes("scoping.not_picklable", TypeError, "cannot pickle 'VariableScope' object")
def _() -> None:
    copy.deepcopy(tf.get_variable_scope())


@provokes("scoping.not_picklable", TypeError, "cannot pickle 'variable_scope' object")
def _() -> None:
    pickle.dumps(tf.variable_scope("a"))


# ---- variables used as arrays


@provokes("variables.implicit_host_copy", TypeError, "variable w:0 lives on a GPU, and NumPy asks", ".numpy()")
def _() -> None:
    cupy: Any = types.ModuleType("cupy")  # a stand-in: the machine needs no GPU for this
    cupy.ndarray = type("ndarray", (), {"dtype": np.dtype("float32")})
    w = tf.Variable([1.0], name="w")
    w._array = cupy.ndarray()
    with mock.patch.dict(sys.modules, {"cupy": cupy}):
        np.asarray(w)


@provokes("variables.copy_needed", ValueError, "variable w:0 cannot be had as", "float64", "copy=False")
def _() -> None:
    tf.Variable([1.0], name="w").__array__(np.float64, copy=False)


@provokes("variables.not_iterable", TypeError, "'Variable' object is not iterable. w:0 is read", "tf.unstack(variable)")
def _() -> None:
    list(tf.Variable([1.0], name="w"))


@provokes("variables.in_place_operator", TypeError, "`v -= ...` on variable w:0 would make an array called v",
          "v.assign_sub(...)", "v = v - ...")  # fmt: skip
def _() -> None:
    w = tf.Variable([1.0], name="w")
    w -= np.ones(1, np.float32)  # type: ignore[misc]


@provokes("variables.in_place_operator", TypeError, "`v *= ...` on variable p would make", "v.assign(v * ...)")
def _() -> None:
    p = tf.get_variable("p", [4], partitioner=tf.fixed_size_partitioner(2))
    p *= 2.0


@provokes("variables.item_assignment", TypeError, "variable w:0 is not written by its items", "v.assign(value)",
          "v.array[index] = value")  # fmt: skip
def _() -> None:
    tf.Variable([1.0], name="w")[0] = 5


@provokes("variables.writes_in_place", AttributeError, "variable w:0 has no attribute 'fill'", "v.array.fill")
def _() -> None:
    tf.Variable([1.0], name="w").fill(0)


# ---- trees


@provokes(
    "scoping.nothing_below",
    ValueError,
    "There is no variable 'model/rnm' in the default graph, and none below that name.",
    "Nearest names: ", "'model/rnn'", "tree(load_checkpoint('model/rnm'))",
)  # fmt: skip
def _() -> None:
    tf.get_variable("model/rnn/w", [1])
    tf.tree("model/rnm")


@provokes("scoping.no_tree_of", TypeError, "tree() and summary() take a scope's name", "got 5.", "graph.as_default()")
def _() -> None:
    tf.summary(5)
