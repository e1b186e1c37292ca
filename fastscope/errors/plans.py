"""Messages about runs of recorded programs: what is fetched, what is fed, and what fails on the way."""

from __future__ import annotations

import re
from typing import Any

from . import InvalidArgumentError, OpError
from .flow import short_name
from .graph import InaccessibleTensorError, shape_text


def empty_graph() -> RuntimeError:
    """There is nothing to run yet."""
    return RuntimeError("The Session graph is empty.  Add operations to the graph before calling run().")


def cannot_feed(name: str, got: Any, expected: Any) -> ValueError:
    """A value of another shape is fed."""
    return ValueError(f"Cannot feed value of shape {tuple(got)} for Tensor {name!r}, which has shape '{expected}'")


def no_session_to_load() -> ValueError:
    """variable.load(value) outside of a session."""
    return ValueError(
        "Either session argument should be provided or default session should be established: "
        "variable.load(value, sess), or `with sess:` around it."
    )


def not_fed(operation: Any) -> Exception:
    """A placeholder is needed and not fed."""
    tensor = operation.outputs[0]
    words = {"float32": "float", "float64": "double", "float16": "half"}
    dtype = words.get(tensor.dtype.name, tensor.dtype.name)
    shape = f" and shape {shape_text(tensor.dims)}" if tensor.dims else ""
    error = InvalidArgumentError(
        f"You must feed a value for placeholder tensor {operation.name!r} with dtype {dtype}{shape}\n"
        f"{_made_at(operation)}Feed it: sess.run(..., feed_dict={{x: value}})."
    )
    told: Exception = _about(error, operation)
    return told


def operation_failed(operation: Any, reason: Exception) -> Exception:
    """An operation raised while it ran; the error is TensorFlow's kind, and says which line made the operation."""
    text = _in_tensorflows_words(str(reason.args[0]) if len(reason.args) == 1 else str(reason))
    kind = type(reason) if isinstance(reason, OpError) else _KINDS.get(type(reason), InvalidArgumentError)
    shapes = ", ".join(shape_text(tensor.dims) for tensor in operation.inputs)
    error = kind(
        f"{text}\n\t [[node {operation.name} (type {operation.type}, input shapes {shapes or 'none'})]]\n"
        f"{_made_at(operation)}"
    )
    told: Exception = _about(error, operation)
    return told


_OUTSIDE = re.compile(r"[Ii]ndex (-?\d+) is out of bounds for axis (\d+) with size")
_BROADCAST = re.compile(r"operands could not be broadcast together with shapes \(([\d,]*)\) \(([\d,]*)\)")


def _in_tensorflows_words(text: str) -> str:
    """Return a message of NumPy's as TensorFlow's, where it has one."""
    outside = _OUTSIDE.match(text)
    if outside is not None:
        return f"slice index {outside[1]} of dimension {outside[2]} out of bounds."
    shapes = _BROADCAST.match(text)
    if shapes is None:
        return text
    a, b = (part.rstrip(",") for part in shapes.groups())
    return f"Incompatible shapes: [{a}] vs. [{b}]"


_KINDS: dict[type, Any] = {FloatingPointError: InvalidArgumentError, KeyboardInterrupt: KeyboardInterrupt}


def _made_at(operation: Any) -> str:
    file, line, function = operation.traceback[0]
    return f"Made by {operation.name!r} at {file}:{line}, in {function}. "


def _about(error: Any, operation: Any) -> Any:
    error.operation = operation
    return error


def bad_fetch(fetch: Any, reason: str = "") -> TypeError:
    """Something that cannot be fetched."""
    why = f", must be a string or Tensor. ({reason})" if reason else ""
    return TypeError(f"Fetch argument {fetch!r} has invalid type {type(fetch)}{why}")


def unknown_fetched(fetch: Any, reason: str) -> ValueError:
    """A name that nothing has, or an element of another graph."""
    return ValueError(f"Fetch argument {fetch!r} cannot be interpreted as a Tensor. ({reason})")


def feed_dict_is_no_dict(got: Any) -> TypeError:
    """A feed_dict of another type."""
    return TypeError(f"input must be a dictionary, got {type(got).__name__}: feed_dict={{x: value}}.")


def bad_feed_key(key: Any, reason: str) -> TypeError:
    """A key of feed_dict that is no tensor."""
    return TypeError(f"Cannot interpret feed_dict key as Tensor: {reason}")


def fed_variable_written(operation: Any, place: int, fed: Any, number: int) -> InvalidArgumentError:
    """A variable is fed in a run that writes it."""
    dtype = short_name(fed.dtype)
    return InvalidArgumentError(
        f"Input {place} of node {operation.name} was passed {dtype} from "
        f"_arg_{fed.op.name}_{fed.value_index}_{number}:0 incompatible with expected {dtype}_ref. {operation.name!r} "
        f"writes {fed.op.name!r}, and what is fed has no place to be written to: variable.load(value, session) gives a "
        "variable a value."
    )


def never_fed(tensor: Any) -> ValueError:
    """A tensor is fed that `Graph.prevent_feeding` was called with."""
    return ValueError(
        f"Tensor {tensor} may not be fed. graph.prevent_feeding was called with it: feed another tensor, or a "
        "placeholder that takes its place."
    )


def never_fetched(name: str) -> InaccessibleTensorError:
    """An operation is fetched that `Graph.prevent_fetching` was called with."""
    return InaccessibleTensorError(
        f"Operation {name!r} has been marked as not fetchable. graph.prevent_fetching was called with it: fetch "
        "tf.identity of what it makes."
    )


def feed_structures_differ(keys: int, values: int) -> ValueError:
    """A tuple of tensors is fed with another number of values."""
    return ValueError(
        f"Could not flatten dictionary. Key had {keys} elements, but value had {values} elements. Give one array "
        "for each tensor of the key."
    )


def tensor_fed(value: Any) -> TypeError:
    """A tensor as a value."""
    return TypeError(
        "The value of a feed cannot be a tf.Tensor object. Acceptable feed values include Python scalars, strings, "
        f"lists, numpy ndarrays. Got {value}: fetch it first, and feed what it gives."
    )


def sequence_fed(value: Any) -> ValueError:
    """A variable as a value, or a list with tensors in it."""
    return ValueError(
        f"setting an array element with a sequence. Fed was {value!r}: fetch it first, and feed what it gives."
    )


def complex_fed() -> TypeError:
    """A complex number for what is real."""
    return TypeError("can't convert complex to float. Feed value.real, or abs(value).")


def key_twice(key: Any) -> ValueError:
    """A tensor twice in one key of feed_dict."""
    return ValueError(f"Could not flatten dictionary: key {key} is not unique. Feed each tensor once.")


def integer_does_not_survive(tensor: Any, value: Any) -> TypeError:
    """A Python int that the dtype has no room for."""
    return TypeError(
        f"Type of feed value {value} with type {type(value)} is not compatible with Tensor type "
        f"{tensor.dtype.as_numpy_dtype}. Try explicitly setting the type of the feed tensor to a larger type (e.g. "
        "int64)."
    )


def integer_division_by_zero() -> ValueError:
    """Integers are divided by 0."""
    return ValueError("Integer division by zero")


def label_out_of_range(label: int, classes: int) -> InvalidArgumentError:
    """A class that there is not."""
    return InvalidArgumentError(
        f"Received a label value of {label} which is outside the valid range of [0, {classes})."
    )


# ---- runs in pieces


def fed_and_fetched(tensor: Any) -> Exception:
    """partial_run_setup with a tensor in both lists."""
    return InvalidArgumentError(f"{tensor.name} is both fed and fetched.")


def nothing_to_fetch() -> Exception:
    """partial_run_setup without fetches."""
    return InvalidArgumentError("specify at least one target to fetch or execute.")


def not_to_feed(tensor: Any, was_fed: bool) -> Exception:
    """partial_run that is fed something twice, or something else than was said."""
    if was_fed:
        return InvalidArgumentError(f"The feed {tensor.name} has already been fed.")
    return InvalidArgumentError(f"The feed {tensor.name} was not specified in partial_run_setup.")


def not_to_fetch(element: Any, was_fetched: bool) -> Exception:
    """partial_run that fetches something twice, or something else than was said."""
    if was_fetched:
        return InvalidArgumentError(f"The fetch {element.name} has already been fetched.")
    return InvalidArgumentError(f"The fetch {element.name} was not specified in partial_run_setup.")


def not_fed_so_far(tensor: Any) -> Exception:
    """partial_run that fetches what needs more than was fed."""
    return InvalidArgumentError(f"Fetch {tensor.name} can't be computed from the feeds that have been fed so far.")


def no_setup() -> Exception:
    """partial_run without partial_run_setup, or after its end."""
    return InvalidArgumentError("Must run 'setup' before performing partial runs!")
