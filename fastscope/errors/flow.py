"""Messages about control flow: conditions, loops, and what they return."""

from __future__ import annotations

from typing import Any

from . import (
    InvalidArgumentError,
    OpError,
    OutOfRangeError,
    ResourceExhaustedError,
    UnimplementedError,
    UnknownError,
)
from .graph import InaccessibleTensorError, shape_text

# ---- structures


def structures_differ(kind: type, first: Any, second: Any, why: str, shown: str, other: str) -> Exception:
    """Two structures that have to be the same one are not."""
    error: Exception = kind(
        f"The two structures don't have the same nested structure.\n\nFirst structure: {_typed(first)}\n\n"
        f"Second structure: {_typed(second)}\n\nMore specifically: {why}\nEntire first structure:\n{shown}\n"
        f"Entire second structure:\n{other}"
    )
    return error


def one_is_a_structure(structure: Any, thing: Any) -> str:
    """Return what is said where one has a list and the other a thing."""
    return f'Substructure "{_typed(structure)}" is a sequence, while substructure "{_typed(thing)}" is not'


def containers_differ(first: type, second: type) -> str:
    """Return what is said of a list beside a tuple."""
    return (
        f"The two structures don't have the same sequence type. First structure has type {first}, while second "
        f"structure has type {second}."
    )


def keys_differ(first: list[Any], second: list[Any]) -> str:
    """Return what is said of dicts with different keys."""
    return (
        "The two dictionaries don't have the same set of keys. First structure has keys "
        f"{first}, while second structure has keys {second}."
    )


def numbers_differ(first: Any, second: Any) -> str:
    """Return what is said of lists of different lengths."""
    return (
        f"The two structures don't have the same number of elements. First structure: {_typed(first)}. Second "
        f"structure: {_typed(second)}"
    )


def _typed(value: Any) -> str:
    return f"type={type(value).__name__} str={value}"


# ---- functions and conditions


def not_callable(name: str) -> TypeError:
    """Something else where a function is wanted."""
    return TypeError(f"{name} must be callable.")


def branch_missing(name: str) -> TypeError:
    """cond() without one of its functions."""
    return TypeError(f"cond(): {name} argument required")


def branch_given_twice(name: str, old: str) -> TypeError:
    """cond() with a function under both of its names."""
    return TypeError(f"cond(): {name} and {old} may not be set simultaneously.")


def pred_is_python_bool() -> TypeError:
    """cond(True, ...) in a recorded program."""
    return TypeError("pred must not be a Python bool: write `if`, or tf.constant(True) for a tensor.")


def condition_dtype(argument: str, type: str, dtype: Any) -> TypeError:
    """A condition that is no bool."""
    return TypeError(
        f"Input {argument!r} of {type!r} Op has type {dtype.name} that does not match expected type of bool."
    )


def condition_rank(name: str, type: str, shapes: list[Any]) -> ValueError:
    """A condition with dimensions."""
    told = ", ".join(map(shape_text, shapes))
    return ValueError(
        f"Shape must be rank 0 but is rank {len(shapes[0])} for {name!r} (op: {type!r}) with input shapes: {told}. "
        "tf.reduce_all(x) or tf.reduce_any(x) makes one condition of many."
    )


def condition_has_dimensions(shape: Any) -> ValueError:
    """The same where everything is computed at once."""
    return ValueError(
        f"Shape must be rank 0 but is rank {len(shape)}: the condition has shape {shape_text(shape)}. "
        "tf.reduce_all(x) or tf.reduce_any(x) makes one condition of many."
    )


def branch_returns_nothing(name: str) -> ValueError:
    """A branch of cond() returns None."""
    return ValueError(f"{name} must have a return value.")


def branch_types_differ(first: Any, second: Any) -> ValueError:
    """The branches of cond() return other dtypes."""
    return ValueError(
        f"Outputs of true_fn and false_fn must have the same type: {first.name}, {second.name}. Convert one with "
        "tf.cast."
    )


# ---- case


def pairs_are_no_list() -> TypeError:
    """case() of something else."""
    return TypeError("fns must be a list, tuple, or dict of pairs of a condition and a function")


def no_pair() -> TypeError:
    """case() of a list with something else in it."""
    return TypeError("Each entry in pred_fn_pairs must be a 2-tuple of a condition and a function")


def no_pairs() -> ValueError:
    """case() of an empty list."""
    return ValueError("not enough values to unpack (expected 2, got 0): case() needs a pair at least")


def case_condition(pred: Any) -> TypeError:
    """A condition of case() that is no tensor."""
    return TypeError(f"pred must be a Tensor, got: {pred}")


def case_condition_dtype(name: str) -> TypeError:
    """A condition of case() that is no bool."""
    return TypeError(f"pred must be Tensor of type bool: {name}")


def case_function(name: str) -> TypeError:
    """Something else where case() wants a function."""
    return TypeError(f"fn for pred {name} must be callable.")


# ---- loops


def no_loop_variables() -> ValueError:
    """while_loop() without variables."""
    return ValueError("No loop variables provided")


def parallel_iterations() -> TypeError:
    """while_loop() with parallel_iterations below 1."""
    return TypeError("parallel_iterations must be a positive integer.")


def maximum_iterations(shape: Any) -> ValueError:
    """while_loop() with maximum_iterations that is no number."""
    return ValueError(f"maximum_iterations must be a scalar, saw shape: {shape}")


def invariant_differs(name: str, shape: Any, invariant: Any) -> ValueError:
    """A loop variable does not have the shape that is said of it."""
    return ValueError(
        f"The shape invariant specified for {name} is not compatible with the initial shape of the loop variable. It "
        f"enters the loop with shape {shape}, but the specified shape invariant is {invariant}."
    )


def loop_shape_differs(name: str, shape: Any, after: Any) -> ValueError:
    """A loop variable has another shape after an iteration."""
    return ValueError(
        f"Input tensor {name!r} enters the loop with shape {shape}, but has shape {after} after one iteration. To "
        "allow the shape to vary across iterations, use the `shape_invariants` argument of tf.while_loop to specify a "
        "less-specific shape."
    )


def loop_type_differs(merge: str, after: str, source: str, wanted: str) -> InvalidArgumentError:
    """A loop variable has another dtype after an iteration; TensorFlow tells it when the loop runs."""
    return InvalidArgumentError(
        f"Input 1 of node {merge} was passed {after} from {source} incompatible with expected {wanted}. tf.cast in "
        "the loop's body keeps the dtype."
    )


def second_order() -> TypeError:
    """The gradient of the gradient of a loop."""
    return TypeError(
        "Second-order gradient for while loops not supported. Write the steps as a Python loop: these can be "
        "differentiated twice."
    )


def tensor_of_a_loop(name: str, consumer: str) -> ValueError:
    """A tensor of a loop's body is used outside of it."""
    return ValueError(
        f"Cannot use {name!r} as input to {consumer!r} because {name!r} is in a while loop. Return it from the loop's "
        "body, as a loop variable."
    )


def not_fetchable(name: str) -> InaccessibleTensorError:
    """An operation of a loop or branch is fetched."""
    return InaccessibleTensorError(
        f"Operation {name!r} has been marked as not fetchable. Typically this happens when it is defined in another "
        "function or code block. Return it from the branch or the loop's body, and fetch what tf.cond or "
        "tf.while_loop returns."
    )


def not_feedable(tensor: Any) -> ValueError:
    """A tensor of a loop is fed."""
    return ValueError(f"Tensor {tensor} may not be fed: it is in a loop. Feed what the loop begins with.")


def no_value_here() -> InvalidArgumentError:
    """A tensor of a branch that was not taken is needed."""
    return InvalidArgumentError(
        "Retval[0] does not have value: it is made in a branch of tf.cond that was not taken. Return it from the "
        "branch, and use what tf.cond returns."
    )


def short_name(dtype: Any) -> str:
    """Return the name of a dtype as TensorFlow's runtime writes it."""
    name: str = dtype.base_dtype.name
    return {"float32": "float", "float64": "double", "float16": "half"}.get(name, name)


# ---- arrays of tensors


def element_type(wanted: Any, got: Any) -> InvalidArgumentError:
    """A value of another dtype is written."""
    return InvalidArgumentError(
        f"TensorArray dtype is {short_name(wanted)} but Op is trying to write dtype {short_name(got)}. Say dtype= "
        "where it is made, or tf.cast the value."
    )


def element_past_the_end(name: str, index: int, size: int) -> InvalidArgumentError:
    """A write where there is no place."""
    return InvalidArgumentError(
        f"TensorArray {name}: Tried to write to index {index} but array is not resizeable and size is: {size}. "
        "dynamic_size=True makes it grow."
    )


def element_written_twice(name: str, index: int) -> InvalidArgumentError:
    """A second write to one place."""
    return InvalidArgumentError(
        f"TensorArray {name}: Could not write to TensorArray index {index} because it has already been written to."
    )


def no_such_element(name: str, index: int, size: int) -> InvalidArgumentError:
    """A read where there is no place."""
    return InvalidArgumentError(f"TensorArray {name}: Tried to read from index {index} but array size is: {size}")


def element_read_twice(name: str, index: int) -> InvalidArgumentError:
    """A second read of one place."""
    return InvalidArgumentError(
        f"TensorArray {name}: Could not read index {index} twice because it was cleared after a previous read (perhaps "
        "try setting clear_after_read = false?)"
    )


def element_unwritten(name: str, index: int) -> InvalidArgumentError:
    """A read of what was never written, and nothing tells its shape."""
    return InvalidArgumentError(
        f"TensorArray {name}: Could not read from TensorArray index {index}. Furthermore, the element shape is not "
        "fully defined: say element_shape= where it is made, and zeros are read."
    )


def no_elements(name: str) -> UnimplementedError:
    """All of an empty array, and nothing tells the shape of an element."""
    return UnimplementedError(
        f"TensorArray {name}: TensorArray has size zero, but element shape <unknown> is not fully defined: say "
        "element_shape= where it is made."
    )


def element_without_axis(index: int) -> InvalidArgumentError:
    """Numbers are to be joined along their first axis."""
    return InvalidArgumentError(
        f"Concat saw a scalar shape at index {index} but requires at least vectors.  Did you mean to call stack?"
    )


def elements_do_not_join(first: list[int], index: int, shape: list[int]) -> InvalidArgumentError:
    """Values of different sizes are to be joined."""
    return InvalidArgumentError(
        f"TensorArray has inconsistent shapes.  Index 0 has (excepting dimension 0) shape: {first} but index {index} "
        f"has (excepting dimension 0) shape: {shape}. Only the first dimension may differ."
    )


def split_lengths_rank(shape: list[int]) -> InvalidArgumentError:
    """Lengths of a split that are no vector."""
    return InvalidArgumentError(
        f"Expected lengths to be a vector, received shape: {shape}. One number for each element of the TensorArray."
    )


def split_value_rank(shape: list[int]) -> InvalidArgumentError:
    """A number is to be split."""
    return InvalidArgumentError(
        f"Expected value to be at least a vector, but received shape: {shape}. TensorArray.write takes numbers."
    )


def split_lengths_sum(total: int, shape: list[int]) -> InvalidArgumentError:
    """Lengths that do not add up."""
    return InvalidArgumentError(
        f"Expected sum of lengths to be equal to values.shape[0], but sum of lengths is {total} and value's shape is: "
        f"{shape}. Cut all of it."
    )


def split_into_others(size: int, count: int) -> InvalidArgumentError:
    """A split into another number of elements than there are."""
    return InvalidArgumentError(
        f"TensorArray's size is not equal to the size of lengths ({size} vs. {count}), and the TensorArray is not "
        "marked as dynamically resizeable. dynamic_size=True makes room."
    )


def element_shapes_differ(got: Any, expected: Any) -> ValueError:
    """A value whose static shape is not that of the others."""
    return ValueError(
        f"Inconsistent shapes: saw {got} but expected {expected}. infer_shape=False allows for different ones."
    )


def array_needs_size() -> ValueError:
    """TensorArray() without a size."""
    return ValueError("Size must be provided if handle is not provided: tf.TensorArray(dtype, size)")


def no_gradient_array() -> NotImplementedError:
    """TensorArray.grad()."""
    return NotImplementedError(
        "TensorArray.grad is not supported: the gradient of a TensorArray is no TensorArray here. tf.gradients goes "
        "through reads, writes and stacks."
    )


def elements_without_axis(count: int) -> ValueError:
    """map_fn() and its kind over numbers."""
    if count == 1:
        return ValueError("elems must be a 1+ dimensional Tensor, not a scalar")
    return ValueError("elements in elems must be 1+ dimensional Tensors, not scalars: a list is one of several tensors")


# ---- printing and calls of Python


def print_arguments(kwargs: dict[str, Any]) -> ValueError:
    """print() with arguments that it does not have."""
    return ValueError(
        f"Unrecognized keyword arguments for tf.print: {kwargs}. It has output_stream, summarize, sep, end and name."
    )


def print_stream(stream: Any) -> ValueError:
    """print() to something that is no stream."""
    return ValueError(
        f"Unsupported output stream, logging level, or file.{stream}. Supported streams are sys.stdout, sys.stderr, "
        "functions of Python's logging, and 'file://<filepath>'."
    )


def func_not_callable(got: Any) -> ValueError:
    """py_func() of something else."""
    return ValueError(f"Expected func to be callable, got func of type {type(got)}")


def python_raised(reason: Exception, giver: str = "tf.py_func") -> OpError:
    """A Python function that an operation calls raised: an error of the kind that TensorFlow makes of it.

    `giver`: what the function was given to.
    """
    kinds: list[tuple[Any, type[OpError]]] = [
        (OpError, UnknownError),
        (StopIteration, OutOfRangeError),
        (MemoryError, ResourceExhaustedError),
        (NotImplementedError, UnimplementedError),
        ((TypeError, ValueError), InvalidArgumentError),
    ]
    kind = next((kind for types, kind in kinds if isinstance(reason, types)), UnknownError)
    return kind(f"{type(reason).__name__}: {reason}\nThe function that was given to {giver} raised it.")


def result_count(name: str, got: int, wanted: int) -> InvalidArgumentError:
    """A function of py_func() returns another number of results."""
    return InvalidArgumentError(
        f"{name} returns {got} values, but expects to see {wanted} values. Tout= says how many there are; a list that "
        "is one result is returned as np.array(list)."
    )


def result_type(name: str, number: int, got: str, wanted: str) -> InvalidArgumentError:
    """A function of py_func() returns another dtype."""
    return InvalidArgumentError(
        f"{number}-th value returned by {name} is {got}, but expects {wanted}. "
        "Return value.astype(dtype), or say so in Tout=."
    )


# ---- tuples and groups


def nothing_to_wait_for(tensors: list[Any]) -> ValueError:
    """tuple() without tensors."""
    return ValueError(f"Must have at least one Tensor: {tensors}")


def group_of(value: Any) -> TypeError:
    """group() of something else."""
    return TypeError(f"Expected tf.group() expected Tensor arguments not '{value}' with type '{type(value)}'")


# ---- assertions


def assertion_failed(data: list[str]) -> InvalidArgumentError:
    """Assert of what is not so, when it runs."""
    return InvalidArgumentError(f"assertion failed: {' '.join(data)}")


def assertion_is_false(data: list[str]) -> InvalidArgumentError:
    """An assertion that is known to fail when its line is written."""
    text = "\n".join(data)
    return InvalidArgumentError(f"{text}\nThis is known when the line is written, before anything runs.")


def wrong_rank(message: str, name: str, wanted: str, shape: Any) -> ValueError:
    """assert_rank and its kind."""
    return ValueError(f"{message}.  Tensor {name} must have rank{wanted}.  Received rank {len(shape)}, shape {shape}")


def wrong_dtype(message: str, name: str, wanted: Any) -> TypeError:
    """assert_type."""
    return TypeError(f"{message}  {name} must be of type {wanted}")


def not_integer(message: str, name: str, dtype: Any) -> TypeError:
    """assert_integer."""
    return TypeError(f'{message}  Expected "x" to be integer type.  Found: {name} of dtype {dtype}')


def not_scalar(message: str, name: str, shape: Any) -> ValueError:
    """assert_scalar."""
    return ValueError(f"{message}Expected scalar shape for {name}, saw shape: {shape}.")


def not_finite(message: str, kinds: str) -> InvalidArgumentError:
    """check_numerics."""
    return InvalidArgumentError(f"{message} : Tensor had {kinds} values")


def checks_and_control_flow() -> ValueError:
    """add_check_numerics_ops in a graph with branches or loops."""
    return ValueError(
        "`tf.add_check_numerics_ops() is not compatible with TensorFlow control flow operations such as `tf.cond()` or "
        "`tf.while_loop()`. Write tf.check_numerics(x, message) inside of them."
    )


def not_numeric(x: Any) -> TypeError:
    """The order of what is no number."""
    return TypeError(f"Expected x to be numeric, instead found: {x}. tf.cast makes numbers of bools.")


def dtypes_not_the_same(tensor: Any, found: Any, wanted: Any, first: Any) -> ValueError:
    """Arrays of two dtypes where all are to have one."""
    name = getattr(tensor, "name", "an array")
    other = "" if first is None else f" as {getattr(first, 'name', 'another')}"
    return ValueError(
        f"{name}, type=<dtype: '{found.name}'>, must be of the same type (<dtype: '{wanted.name}'>){other}. tf.cast "
        "converts it."
    )


def not_floating(dtype: Any) -> ValueError:
    """Another dtype than one of floats."""
    return ValueError(
        f"Expected floating point type, got <dtype: '{dtype.name}'>. tf.cast(x, tf.float32) makes floats."
    )


def not_iterable(values: Any, what: str) -> TypeError:
    """One thing in place of a list of them."""
    return TypeError(
        f'Expected argument "values" to be {what}.  Found: {type(values)}. Write [values] for a list of one.'
    )
