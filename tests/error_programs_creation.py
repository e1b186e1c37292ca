"""More programs that go wrong: making variables, writing to them, cutting them into parts, sessions."""

from __future__ import annotations

from typing import Any

import numpy as np
from error_programs import provokes

import fastscope as tf

# ---- making variables


@provokes("scoping.initial_value_needed", ValueError, "initial_value must be specified.")
def _() -> None:
    tf.Variable()


@provokes("scoping.seed_not_int", TypeError, "A random seed has to be an integer", "None", "'x'")
def _() -> None:
    tf.set_random_seed("x")  # type: ignore[arg-type]


@provokes("scoping.seed_not_int", TypeError, "A random seed has to be an integer", "1.5")
def _() -> None:
    tf.set_random_seed(1.5)  # type: ignore[arg-type]


@provokes("scoping.variable_def_given", ValueError, "Variable has no variable_def, got 3", "initial_value")
def _() -> None:
    tf.Variable(1.0, variable_def=3)  # type: ignore[arg-type]


@provokes("scoping.variable_def_given", ValueError, "Variable has no import_scope, got 'q'", "name scope")
def _() -> None:
    tf.Variable(1.0, import_scope="q")  # type: ignore[arg-type]


@provokes("scoping.initializer_needs_shape", TypeError, "Variable v is initialized by Zeros(dtype='float32')",
          "the variable's whole shape", "<unknown>", "initializer([2, 3])")  # fmt: skip
def _() -> None:
    tf.Variable(tf.zeros_initializer(), name="v")


@provokes("scoping.shape_needed", ValueError, "Variable w did not get an initializer, so its `shape` argument must be",
          "get_variable(name, shape=[...])")  # fmt: skip
def _() -> None:
    tf.get_variable("w")


@provokes("scoping.constant_and_shape", ValueError, "If initializer is a constant, do not specify shape.",
          "w has shape [2]", "leave the shape out, or write initializer=constant_initializer(value)")  # fmt: skip
def _() -> None:
    tf.get_variable("w", [2], initializer=[1.0, 2.0])


@provokes("scoping.constant_and_shape", ValueError, "If initializer is a constant, do not specify shape.",
          "has shape [3], and shape=(2, 2) was given as well: leave the shape out, to get that value.")  # fmt: skip
def _() -> None:
    tf.get_variable("w", [2, 2], initializer=np.zeros(3))


@provokes("scoping.unknown_initializer", ValueError, "Unknown initializer:glorot_unifrom. Did you mean 'glorot_unif",
          "Known by name: zeros, ones")  # fmt: skip
def _() -> None:
    tf.layers.dense(np.ones([1, 2], np.float32), 3, kernel_initializer="glorot_unifrom")


@provokes("scoping.unknown_argument", TypeError, "get_variable() got an unexpected keyword argument 'init'.",
          "Did you mean 'initializer'?", "Its arguments are name, shape, dtype, ", "aggregation.")  # fmt: skip
def _() -> None:
    tf.get_variable("w", [2], init=0)  # type: ignore[call-arg]


@provokes(
    "scoping.constant_dtype",
    ValueError,
    "Initializer type '<dtype: 'float64'>' and explicit dtype '<dtype: 'float32'>' don't match.",
)
def _() -> None:
    tf.get_variable("w", dtype=tf.float32, initializer=np.array([1.0, 2.0]))


@provokes("scoping.bad_initializer", ValueError, "The initializer passed is not valid. It should be a callable with no",
          "Zeros(dtype='float32') is to initialize variable w, and no shape was given.")  # fmt: skip
def _() -> None:
    tf.get_variable("w", initializer=tf.zeros_initializer())


@provokes("scoping.bad_initializer", ValueError, "The initializer passed is not valid. It should be a callable with no",
          "GlorotUniform(", "variable w, and its shape (?, 2) is not wholly known. Pass shape=[...]")  # fmt: skip
def _() -> None:
    tf.get_variable("w", [None, 2])


@provokes("scoping.initializer_required", ValueError, "An initializer for variable w of <dtype: 'complex64'>")
def _() -> None:
    tf.get_variable("w", [2], tf.complex64)


@provokes(
    "scoping.initial_shape_differs",
    ValueError,
    "Dimension 1 in both shapes must be equal, but are 3 and 2. Shapes are [2, 3] and [2, 2]",
    "variable w",
)
def _() -> None:
    tf.get_variable("w", [2, 3]).assign([[1, 2], [3, 4]])


@provokes("scoping.initial_shape_differs", ValueError, "Shapes must be equal rank, but are 1 and 2.")
def _() -> Any:
    w = tf.get_variable("w", [4], initializer=lambda shape, dtype: np.ones([2, 2]))
    return w.array


@provokes("arrays.needs_matrix", ValueError, "The tensor that Identity initializes must be two-dimensional.", "[3]")
def _() -> Any:
    return tf.get_variable("w", [3], initializer=tf.initializers.identity()).array


@provokes("scoping.bad_constraint", ValueError, "The `constraint` argument must be a callable.")
def _() -> None:
    tf.get_variable("w", [1], constraint=3)


@provokes("scoping.bad_custom_getter", ValueError, "Passed a custom_getter which is not callable: 3")
def _() -> None:
    tf.get_variable("w", [1], custom_getter=3)


@provokes("scoping.bad_custom_getter", ValueError, "Passed a custom_getter which is not callable: 3")
def _() -> None:
    with tf.variable_scope("a", custom_getter=3):  # type: ignore[arg-type]
        tf.get_variable("w", [1])


@provokes("scoping.bad_custom_getter", ValueError, "Passed a custom_getter which is not callable: 3")
def _() -> None:
    with tf.variable_scope("a", custom_getter=lambda getter, **kwargs: None):
        tf.variable_scope("b", custom_getter=3).__enter__()  # type: ignore[arg-type]


@provokes("scoping.bad_regularizer", TypeError, "A regularizer is a callable(variable) -> loss", "got 3.")
def _() -> None:
    with tf.variable_scope("a", regularizer=3):  # type: ignore[arg-type]
        tf.get_variable("w", [1])


@provokes("scoping.bad_collections", ValueError, "collections argument to Variable constructor must be a list, tuple",
          "<class 'str'>")  # fmt: skip
def _() -> None:
    tf.get_local_variable("w", [1], collections="abc")


@provokes("scoping.bad_collections", ValueError, "collections argument to Variable constructor must be a list, tuple",
          "<class 'str'>")  # fmt: skip
def _() -> None:
    tf.get_variable("w", [1], collections="mine")


@provokes("scoping.empty_variable_name", ValueError, "A variable needs a name: got an empty string.")
def _() -> None:
    tf.get_variable("", [1])


@provokes("scoping.variable_name_not_str", TypeError, "A variable's name is a str; got 3 of type int.")
def _() -> None:
    tf.get_variable(3, [1])  # type: ignore[arg-type]


@provokes("scoping.variable_name_not_str", TypeError, "A variable's name is a str; got 3 of type int.")
def _() -> None:
    tf.Variable([1.0], name=3)  # type: ignore[arg-type]


@provokes("scoping.not_set_up", AttributeError, "this Mine was not set up: its __init__ has to call")
def _() -> Any:
    class Mine(tf.Variable):
        def __init__(self) -> None:
            pass

    return Mine().name


@provokes("scoping.creator_returned_none", TypeError, "A variable creator has to return variable 's/w', and ",
          "forgets returned None.", "next_creator(**kwargs)")  # fmt: skip
def _() -> None:
    def forgets(next_creator: Any, **kwargs: Any) -> None:
        next_creator(**kwargs)

    with tf.variable_creator_scope(forgets), tf.variable_scope("s"):
        tf.get_variable("w", [1])


@provokes("scoping.creator_returned_none", TypeError, "A variable creator has to return a variable, and ")
def _() -> None:
    with tf.variable_creator_scope(lambda next_creator, **kwargs: None):
        tf.Variable(1.0)


# ---- parts


@provokes("scoping.partitioner_not_callable", ValueError, "Partitioner must be callable, but received: 3")
def _() -> None:
    tf.get_variable("w", [4], partitioner=3)


@provokes("scoping.partitioned_shape", ValueError, "Shape of a new partitioned variable must be fully defined, but")
def _() -> None:
    tf.get_variable("w", [4, None], partitioner=tf.fixed_size_partitioner(2))


@provokes("scoping.partitions_not_list", ValueError, "Partitioner must return a sequence, but saw: 2")
def _() -> None:
    tf.get_variable("w", [4], partitioner=lambda shape, dtype: 2)


@provokes("scoping.partitions_rank", ValueError, "Partitioner returned a partition list that does not match the")
def _() -> None:
    tf.get_variable("w", [4], partitioner=lambda shape, dtype: [2, 1])


@provokes("scoping.partitions_zero", ValueError, "Partitioner returned zero partitions for some axes: [0, 1]")
def _() -> None:
    tf.get_variable("w", [4, 2], partitioner=lambda shape, dtype: [0, 1])


@provokes("scoping.partitions_many_axes", ValueError, "Can only slice a variable along one dimension: shape: (4, 6)")
def _() -> None:
    tf.get_variable("w", [4, 6], partitioner=lambda shape, dtype: [2, 3])


@provokes("scoping.partitions_too_many", ValueError, "Partitioner cuts an axis into more slices than it has elements")
def _() -> None:
    tf.get_variable("w", [4], partitioner=lambda shape, dtype: [5])


@provokes(
    "scoping.partitions_differ",
    ValueError,
    "Trying to reuse partitioned variable w, but specified partitions [3] and found partitions [2].",
)
def _() -> None:
    tf.get_variable("w", [6], partitioner=tf.fixed_size_partitioner(2))
    with tf.variable_scope("", reuse=True):
        tf.get_variable("w", [6], partitioner=tf.fixed_size_partitioner(3))


@provokes(
    "scoping.already_exists",
    ValueError,
    "Partitioned variable with name w already exists. Did you mean to set reuse=True or reuse=tf.AUTO_REUSE in "
    "VarScope?",
    "error_programs_creation.py", "variable_scope('', reuse=True)", "scope.reuse_variables()",
)  # fmt: skip
def _() -> None:
    for _ in range(2):
        tf.get_variable("w", [6], partitioner=tf.fixed_size_partitioner(2))


@provokes(
    "scoping.shape_differs",
    ValueError,
    "Trying to reuse partitioned variable w, but specified shape (8,) and found shape (6,).",
    "error_programs_creation.py",
)
def _() -> None:
    tf.get_variable("w", [6], partitioner=tf.fixed_size_partitioner(2))
    with tf.variable_scope("", reuse=True):
        tf.get_variable("w", [8])


@provokes(
    "scoping.dtype_differs",
    ValueError,
    "Trying to reuse partitioned variable w, but specified dtype float64 and found dtype float32.",
    "error_programs_creation.py",
)
def _() -> None:
    tf.get_variable("w", [6], partitioner=tf.fixed_size_partitioner(2))
    with tf.variable_scope("", reuse=True):
        tf.get_variable("w", [6], tf.float64)


@provokes("scoping.found_partitioned", ValueError, "No partitioner was provided, but a partitioned version", "w/part_0")
def _() -> None:
    tf.get_variable("w", [6], partitioner=tf.fixed_size_partitioner(2))
    with tf.variable_scope("", reuse=True):  # as in TF, a scalar is never cut
        tf.get_variable("w", [], partitioner=tf.fixed_size_partitioner(2))


@provokes("scoping.found_partitioned", ValueError, "No partitioner was provided, but a partitioned version", "w/part_0")
def _() -> None:
    tf.get_variable("w", [6], partitioner=tf.fixed_size_partitioner(2))
    tf.get_variable("w", [6])


@provokes("scoping.found_whole", ValueError, "A partitioner was provided, but an unpartitioned version", "found: w.")
def _() -> None:
    tf.get_variable("w", [6])
    tf.get_variable("w", [6], partitioner=tf.fixed_size_partitioner(2))


# ---- sessions


@provokes(
    "session.uninitialized",
    tf.errors.FailedPreconditionError,
    "Attempting to use uninitialized value s/v.",
    "global_variables_initializer()",
)
def _() -> None:
    with tf.variable_scope("s"):
        v = tf.get_variable("v", [2])
    tf.Session().run(v)


@provokes("session.closed_session", RuntimeError, "Attempted to use a closed Session.")
def _() -> None:
    session = tf.Session()
    session.close()
    session.run(tf.Variable(1.0))


@provokes("session.empty_graph", RuntimeError, "The Session graph is empty. Add operations to the graph before")
def _() -> None:
    tf.Session().run("w:0")


@provokes("session.no_default_session", ValueError, "Cannot evaluate tensor using `eval()`: No default session is",
          "variable.numpy()")  # fmt: skip
def _() -> None:
    tf.Variable(1.0).eval()


@provokes("plans.cannot_feed", ValueError, "Cannot feed value of shape (3,) for Tensor 'v:0', which has shape '(2,)'")
def _() -> None:
    tf.Variable([1.0, 2.0], name="v").load([1, 2, 3], tf.Session())


@provokes("session.nothing_to_feed", tf.errors.InvalidArgumentError, "feed_dict: fastscope computes at once",
          "sess.run(lambda: model(inputs))")  # fmt: skip
def _() -> None:
    v = tf.Variable(1.0)
    tf.Session().run(v, feed_dict={v: 2.0})


@provokes("session.unknown_fetch", TypeError, "Fetch argument", "has invalid type <class 'object'>")
def _() -> None:
    tf.Session().run(object())


@provokes("session.unknown_name", KeyError, "The name 'rnn/v:0' refers to no variable", "Nearest names: 'rnn/w'.")
def _() -> None:
    with tf.variable_scope("rnn"):
        tf.get_variable("w", [1])
    tf.Session().run("rnn/v:0")


@provokes("session.not_default_session", AssertionError, "Nesting violated for default stack", "reverse order")
def _() -> None:
    outer, inner = tf.Session(), tf.Session()
    outer.__enter__(), inner.__enter__()
    try:
        outer.__exit__(None, None, None)
    finally:
        inner.__exit__(None, None, None)


@provokes("scoping.duplicate_name", ValueError, "Duplicate node name in graph: 'a/v'.", "name='v', which is numbered")
def _() -> None:
    with tf.name_scope("a"), tf.name_scope("v") as name:
        tf.Variable(0.0, name=name)
        tf.Variable(1.0, name=name)


@provokes(
    "session.bad_session_argument", TypeError, "target must be a string, but got <class 'int'>", "tf.Session(graph="
)
def _() -> None:
    tf.Session(3)  # type: ignore[arg-type]
