"""Messages about recorded programs: tensors, operations, names, recording."""

from __future__ import annotations

from typing import Any


class OperatorNotAllowedInGraphError(TypeError):
    """A tensor is used where Python wants a value."""


class InaccessibleTensorError(ValueError):
    """A tensor of a loop or branch is fetched from outside."""


def tensor_as_bool() -> OperatorNotAllowedInGraphError:
    """`if tensor:`, `and`, `a < b < c`."""
    return OperatorNotAllowedInGraphError(
        "using a `tf.Tensor` as a Python `bool` is not allowed in Graph execution. It has no value until it is run: "
        "use tf.cond(pred, true_fn, false_fn) to choose by it, tf.logical_and for `and`, `tensor is not None` to ask "
        "whether there is one."
    )


def tensor_iterated() -> OperatorNotAllowedInGraphError:
    """`for x in tensor`."""
    return OperatorNotAllowedInGraphError(
        "iterating over `tf.Tensor` is not allowed in Graph execution. Use tf.unstack(tensor) for a list, or "
        "tf.map_fn(function, tensor)."
    )


def tensor_len(name: str) -> TypeError:
    """`len(tensor)`."""
    return TypeError(
        f"len is not well defined for symbolic Tensors. ({name}) Please call `x.shape` rather than `len(x)` for shape "
        "information; tf.shape(x)[0] is the length when it runs."
    )


def tensor_as_array(name: str) -> NotImplementedError:
    """np.asarray(tensor), or a NumPy function of one."""
    return NotImplementedError(
        f"Cannot convert a symbolic Tensor ({name}) to a numpy array. It has no value until it is run: use the "
        "function of the same name here (tf.exp for np.exp), or fetch it with Session.run."
    )


def numpy_function(name: str, instead: str) -> TypeError:
    """np.tanh(tensor), or np.sum(tensor), or of a variable where operations are written down."""
    way_out = (
        f"Write tf.{instead}(x)" if instead else "Fetch its value first, or write tf.py_func(function, [x], x.dtype)"
    )
    return TypeError(
        f"np.{name} computes at once, and a symbolic Tensor has no value until it is run. {way_out}, which is recorded "
        "like the lines around it."
    )


def duplicate_name(name: str) -> ValueError:
    """A name that is to be taken as it is was taken."""
    return ValueError(f"Duplicate node name in graph: {name!r}. Leave off the slash at its end to have it numbered.")


def empty_name() -> ValueError:
    """An operation called ''."""
    return ValueError("'' is not a valid node name. Leave the name out to have TensorFlow's own one.")


def bad_name(name: str) -> ValueError:
    """A name with a character that TF does not allow in it."""
    return ValueError(
        f"'{name}' is not a valid scope name. The name of an operation has letters, digits, '.', '_', '-' and '/', and "
        "begins with a letter, a digit or a '.'."
    )


def finalized() -> RuntimeError:
    """Something is added to a finalized graph."""
    return RuntimeError("Graph is finalized and cannot be modified. Make all operations before Graph.finalize().")


def no_such_attribute(operation: str, name: str) -> ValueError:
    """Operation.get_attr of what it has not."""
    return ValueError(f"Operation {operation!r} has no attr named {name!r}.")


def no_session_to_eval() -> ValueError:
    """tensor.eval() outside of a session."""
    return ValueError(
        "Cannot evaluate tensor using `eval()`: No default session is registered. Use `with sess.as_default()` or pass "
        "an explicit session to `eval(session=sess)`."
    )


def no_session_to_run() -> ValueError:
    """operation.run() outside of a session."""
    return ValueError(
        "Cannot execute operation using `run()`: No default session is registered. Use `with sess.as_default()` or "
        "pass an explicit session to `run(session=sess)`."
    )


def session_of_other_graph(default: bool) -> ValueError:
    """eval() or run() in a session of another graph."""
    which = "the default session" if default else "the given session"
    return ValueError(
        f"Cannot use {which} to evaluate tensor: the tensor's graph is different from the session's graph. Pass an "
        "explicit session to `eval(session=sess)`."
    )


def other_graph(tensor: Any, other: Any) -> ValueError:
    """Two graphs meet in one operation."""
    return ValueError(
        f"{tensor} must be from the same graph as {other}. Make both in one `with graph.as_default():` block."
    )


def tensor_of_another_call(name: str) -> ValueError:
    """A tensor got out of a recorded function, and is used where another one is recorded."""
    return ValueError(
        f"{name!r} was made where fastscope.value_and_grad or fastscope.function recorded a function, and has no value "
        "outside of it. Return it from the function (beside a loss with has_aux=True), and pass it in as an argument."
    )


def no_tensor_by_that_name(name: str, operation: str, outputs: int | None) -> KeyError:
    """get_tensor_by_name of what is not there."""
    there = "does not exist in the graph." if outputs is None else f"exists but only has {outputs} outputs."
    return KeyError(f"The name {name!r} refers to a Tensor which does not exist. The operation, {operation!r}, {there}")


def bad_tensor_name(name: str) -> ValueError:
    """A name with a colon and no number behind it."""
    return ValueError(
        f"The name {name!r} looks a like a Tensor name, but is not a valid one. Tensor names must be of the form "
        '"<op_name>:<output_index>".'
    )


def no_operation_by_that_name(name: str) -> KeyError:
    """get_operation_by_name of what is not there."""
    return KeyError(f"The name {name!r} refers to an Operation not in the graph.")


def names_an_operation(name: str, exists: bool) -> ValueError:
    """A tensor is asked for by the name of an operation."""
    if not exists:
        return ValueError(
            f"The name {name!r} looks like an (invalid) Operation name, not a Tensor. Tensor names must be of the form "
            '"<op_name>:<output_index>".'
        )
    return ValueError(
        f"The name {name!r} refers to an Operation, not a Tensor. Tensor names must be of the form "
        '"<op_name>:<output_index>".'
    )


def names_a_tensor(name: str) -> ValueError:
    """An operation is asked for by the name of a tensor."""
    return ValueError(f"Name {name!r} appears to refer to a Tensor, not a Operation.")


def name_not_str(kind: str, got: Any) -> TypeError:
    """A name that is no string."""
    return TypeError(f"{kind} names are strings (or similar), not {type(got).__name__}.")


def not_an_element(got: Any, kinds: str) -> TypeError:
    """Something that is neither tensor nor operation, nor the name of one."""
    return TypeError(f"Can not convert a {type(got).__name__} into a {kinds}.")


def element_of_other_graph(element: Any) -> ValueError:
    """A tensor or operation of another graph."""
    return ValueError(f"{type(element).__name__} {element} is not an element of this graph.")


def tensor_type_differs(wanted: Any, tensor: Any) -> ValueError:
    """A tensor of one dtype where another is wanted."""
    return ValueError(
        f"Tensor conversion requested dtype {wanted.name} for Tensor with dtype {tensor.dtype.base_dtype.name}: "
        f"{tensor!r}. Write tf.cast(x, tf.{wanted.name})."
    )


def input_type_differs(argument: str, type: str, got: Any, wanted: Any, first: str) -> TypeError:
    """Two tensors of one operation differ in dtype."""
    return TypeError(
        f"Input {argument!r} of {type!r} Op has type {got.name} that does not match type {wanted.name} of argument "
        f"{first!r}. Convert one with tf.cast."
    )


def quotient_types_differ(x: Any, y: Any) -> TypeError:
    """A division of two dtypes."""
    return TypeError(f"x and y must have the same dtype, got {x!r} != {y!r}. Convert one with tf.cast.")


def list_types_differ(argument: str, type: str, dtypes: list[Any]) -> TypeError:
    """The tensors of a list differ in dtype."""
    names = ", ".join(dtype.name for dtype in dtypes)
    return TypeError(
        f"Tensors in list passed to {argument!r} of {type!r} Op have types [{names}] that don't all match. Convert "
        "them with tf.cast."
    )


def type_not_allowed(argument: str, got: Any, allowed: list[str]) -> TypeError:
    """A dtype that a function does not take."""
    return TypeError(
        f"Value passed to parameter {argument!r} has DataType {got.name} not in list of allowed values: "
        f"{', '.join(allowed)}. Convert it with tf.cast."
    )


def constant_of_tensor() -> TypeError:
    """constant of a tensor."""
    return TypeError(
        "List of Tensors when single Tensor expected. tf.constant takes what is known now: a tensor is one already, "
        "and tf.stack makes one of several."
    )


def packed_types_differ(tensor: Any, wanted: Any) -> TypeError:
    """A list that is to become one tensor holds a tensor of another dtype."""
    return TypeError(
        f"Cannot convert a list containing a tensor of dtype {tensor.dtype} to {wanted} (Tensor is: {tensor!r}). "
        "Convert it with tf.cast."
    )


def variable_type_differs(wanted: Any, found: Any) -> ValueError:
    """A variable of one dtype where another is wanted."""
    return ValueError(
        f"Incompatible type conversion requested to type {wanted.name!r} for variable of type {found.name!r}. Write "
        f"tf.cast(variable, tf.{wanted.name})."
    )


def none_among_sizes(shape: Any) -> TypeError:
    """None in a shape that is given to an operation."""
    return TypeError(
        f"Failed to convert object of type {type(shape)} to Tensor. Contents: {shape}. Consider casting elements to a "
        "supported type. A size that is not known has no number here: tf.shape(x)[axis] is the one of another tensor, "
        "and in tf.reshape -1 is what is left."
    )


def shape_partly_known(shape: Any) -> ValueError:
    """A TensorShape with an unknown size is given to an operation."""
    return ValueError(
        f"Cannot convert a partially known TensorShape to a Tensor: {shape}. tf.shape(x) is the shape of another "
        "tensor when it runs."
    )


def none_as_input(argument: str) -> ValueError:
    """None where an operation needs a tensor."""
    return ValueError(
        f"Tried to convert {argument!r} to a tensor and failed. Error: None values not supported. Expected a tensor, "
        "a number, an array or nested lists of these."
    )


def does_not_become_input(argument: str, type: str, value: Any, wanted: Any, reason: Exception) -> TypeError:
    """A value that is none of the dtype of the tensor beside it."""
    got = f"{value!r:.200} of type {value.__class__.__name__!r}"
    return TypeError(
        f"Expected {wanted.name} passed to parameter {argument!r} of op {type!r}, got {got} instead. Error: {reason}"
    )


def no_inputs(argument: str, type: str, least: int) -> ValueError:
    """An empty list of tensors."""
    return ValueError(
        f"List argument {argument!r} to {type!r} Op with length 0 shorter than minimum length {least}. Give it a "
        "tensor or more."
    )


def op_seed_not_int(seed: Any) -> TypeError:
    """The seed of an operation is no number."""
    return TypeError(f"An operation's seed has to be an integer, or None for the graph's own, got {seed!r:.80}.")


def type_is_fixed(argument: str, type: str, got: Any, wanted: Any) -> TypeError:
    """A dtype where only one is right."""
    return TypeError(
        f"Input {argument!r} of {type!r} Op has type {got.name} that does not match expected type of {wanted.name}."
    )


def placeholder_not_fed(name: str, dtype: str, shape: str) -> str:
    """Return what is said of a placeholder that is needed and not fed."""
    where = f" and shape {shape}" if shape else ""
    return f"You must feed a value for placeholder tensor {name!r} with dtype {dtype}{where}"


def shapes_do_not_fit(reason: str, name: str, type: str, inputs: list[Any]) -> ValueError:
    """Static shapes that cannot fit, told when the line is written."""
    shapes = ", ".join(shape_text(tensor.dims) for tensor in inputs)
    return ValueError(f"{reason.removesuffix('.')} for {name!r} (op: {type!r}) with input shapes: {shapes}.")


def shape_text(dims: Any) -> str:
    """Return a static shape as TensorFlow's messages write it: "[?,3]"."""
    if dims is None:
        return "<unknown>"
    return "[" + ",".join("?" if size is None else str(size) for size in dims) + "]"


def no_dtype() -> TypeError:
    """placeholder(None)."""
    return TypeError("Expected DataType for argument 'dtype' not None. Write tf.placeholder(tf.float32).")


def bad_static_shape(shape: Any, reason: Exception) -> Exception:
    """A placeholder with a shape that is none."""
    words = str(reason)
    if isinstance(shape, str):
        words = f"A string has ambiguous TensorShape, please wrap in a list or convert to an int: {shape}"
    return type(reason)(f"Error converting shape to a TensorShape: {words}. None is a size that is not known.")


def placeholder_in_eager() -> RuntimeError:
    """tf.placeholder where everything is computed at once."""
    return RuntimeError(
        "tf.placeholder() is not compatible with eager execution: there is no session that could feed it. Pass the "
        "value to a function, or write `import fastscope.compat.v1 as tf`, where operations are recorded."
    )


def initial_shape_unknown(tensor: str) -> ValueError:
    """A first value whose shape is not known when the variable is declared."""
    return ValueError(
        f"initial_value must have a shape specified: {tensor}. Give the tensor one (tensor.set_shape), or declare the "
        "variable with validate_shape=False."
    )


def assigned_shape_differs(name: str, type: str, wanted: Any, got: Any) -> ValueError:
    """An assignment of a value whose static shape cannot fit."""
    shapes = ",".join("?" if n is None else str(n) for n in wanted), ",".join("?" if n is None else str(n) for n in got)
    if len(wanted) != len(got):
        why = f"Shapes must be equal rank, but are {len(wanted)} and {len(got)}"
    else:
        pairs = enumerate(zip(wanted, got, strict=True))
        place, (a, b) = next((k, pair) for k, pair in pairs if None not in pair and pair[0] != pair[1])
        why = f"Dimension {place} in both shapes must be equal, but are {a} and {b}"
        why += f". Shapes are [{shapes[0]}] and [{shapes[1]}]."
    return ValueError(f"{why} for {name!r} (op: {type!r}) with input shapes: [{shapes[0]}], [{shapes[1]}].")


def assigned_shape_differs_running(wanted: Any, got: Any) -> ValueError:
    """An assignment of a value of another shape, met when it runs."""
    lhs, rhs = (",".join(map(str, shape)) for shape in (wanted, got))
    return ValueError(f"Assign requires shapes of both tensors to match. lhs shape= [{lhs}] rhs shape= [{rhs}]")
